package fund

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// AccountSetting is what the special account is to be.
type AccountSetting struct {
	EstateID  int64
	Holder    Holder
	Bank      string
	Number    string // whole; only its last four digits are kept
	MeetingID int64  // whose certified resolution changes the holder
	Position  int    // of its motion
	Reason    string // of the bureau
}

func (in *AccountSetting) check() error {
	in.Bank, in.Reason = strings.TrimSpace(in.Bank), strings.TrimSpace(in.Reason)
	in.Number = strings.NewReplacer(" ", "", "-", "").Replace(in.Number)
	var c fault.Checks
	c.Check(HolderNames[in.Holder] != "", "holder", "请选择住建局代管或业主大会管理")
	c.Check(runes(in.Bank, 2, 60), "bank", "请写明开户银行（2至60个字）")
	c.Check(len(in.Number) >= 8 && len(in.Number) <= 32 && strings.Trim(in.Number, "0123456789") == "", "number", "请填写专户账号（8至32位数字）；系统只保存末四位")
	c.Check(runes(in.Reason, 0, 500), "reason", "原因不超过500个字")
	return c.Err()
}

// ProposeAccount asks to register the special account of an estate, or to change it; see DecideProposal. Who keeps it is changed by a
// certified resolution of the owners, or by the bureau with a reason.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNotKeeper, ErrNoResolution, ErrProposed, ErrTapReused, fault.ErrInvalid.
func (s *Service) ProposeAccount(ctx context.Context, actor org.Actor, in AccountSetting) (int64, error) {
	if err := in.check(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.KeepFund, "propose account", func(tx *store.Tx) (int64, error) {
		e, err := org.EstateFor(tx, actor, org.KeepFund, in.EstateID)
		if err != nil {
			return 0, err
		}
		h := Holding{EstateID: e.ID, Holder: in.Holder, Bank: in.Bank, LastFour: in.Number[len(in.Number)-4:], Reason: in.Reason, RecordedBy: actor.PersonID}
		a, err := lockAccount(tx, e.ID)
		fresh := errors.Is(err, ErrNoAccount)
		if err != nil && !fresh {
			return 0, err
		}
		if err := s.maySet(tx, actor, a, fresh, in, &h); err != nil {
			return 0, err
		}
		slot := fmt.Sprintf("account-%d", e.ID)
		p := &Proposal{EstateID: e.ID, Kind: ChangeAccount, Slot: &slot, Seen: a.seen(), Summary: clip(fmt.Sprintf("%s，%s，账号末四位%s%s", HolderNames[h.Holder], h.Bank, h.LastFour, h.grounds()), 300)}
		return p.propose(tx, actor, change{Holding: h, Position: in.Position})
	})
}

// change is what a proposal is to make of the account.
type change struct {
	Holding  Holding
	Position int // of the motion that it rests on
}

// grounds says by what the account is changed.
func (h *Holding) grounds() string {
	switch {
	case h.Resolution != "":
		return "，依据：" + h.Resolution
	case h.Reason != "":
		return "，原因：" + h.Reason
	}
	return ""
}

// seen is an account as a proposal found it.
func (a *Account) seen() string {
	if a == nil {
		return ""
	}
	return fmt.Sprintf("%s %s %s", a.Holder, a.LastFour, a.Bank)
}

// take makes the account what was proposed and agreed to, where it is still what the proposal found and the resolution still stands.
func (c *change) take(tx *store.Tx, actor org.Actor, p *Proposal, a *Account) error {
	h := &c.Holding
	if a.seen() != p.Seen {
		return ErrOutdated
	}
	if h.MeetingID != 0 {
		if _, err := resolution(tx, h.EstateID, h.MeetingID, c.Position, accountMatters...); err != nil {
			return err
		}
	}
	var err error
	if a == nil {
		a = &Account{EstateID: h.EstateID, Holder: h.Holder, Bank: h.Bank, LastFour: h.LastFour, CreatedAt: tx.Now, UpdatedAt: tx.Now}
		err = store.Duplicate(tx.Create(a).Error, ErrOutdated)
	} else {
		err = tx.Model(&Account{}).Where("id = ?", a.ID).Updates(map[string]any{"holder": h.Holder, "bank": h.Bank, "last_four": h.LastFour, "updated_at": tx.Now}).Error
	}
	if err != nil {
		return err
	}
	h.ID, h.ConfirmedBy, h.At = 0, actor.PersonID, tx.Now
	if err := tx.Create(h).Error; err != nil {
		return err
	}
	return jot(tx, actor, "account", "fund_account", a.ID, h.EstateID, map[string]any{"holder": h.Holder, "meeting": h.MeetingID, "proposal": p.ID})
}

// accountMatters are the matters by which the owners say who keeps the fund.
var accountMatters = []string{"other", "rules", "covenant"}

// maySet holds a change of the account to what allows it, and notes that.
func (s *Service) maySet(tx *store.Tx, actor org.Actor, a *Account, fresh bool, in AccountSetting, h *Holding) error {
	bureau := actor.Post != nil && actor.Post.OrgKind == org.Bureau
	if !fresh && !keeps(actor, a) && !bureau && in.Holder == a.Holder {
		return ErrNotKeeper
	}
	if !fresh && in.Holder == a.Holder && keeps(actor, a) {
		return nil // another bank or number of the same keeper
	}
	if bureau {
		if !runes(in.Reason, 4, 500) {
			return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明原因（4至500个字），业主会看到"})
		}
		return nil
	}
	if in.MeetingID == 0 {
		return ErrNoResolution.Saying("改变维修资金由谁管理，要有业主大会已确认的决定；请选择会议和议题，或请住建局办理")
	}
	r, err := resolution(tx, h.EstateID, in.MeetingID, in.Position, accountMatters...)
	if err != nil {
		return err
	}
	if !r.Scope.Whole() {
		return ErrNoResolution.Saying("改变维修资金由谁管理，要由全体业主决定；这次会议只涉及部分业主")
	}
	h.MeetingID, h.Resolution = in.MeetingID, r.Text
	return nil
}
