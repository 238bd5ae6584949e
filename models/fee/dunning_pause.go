package fee

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// PauseKind says why nobody is asked for a bill for now.
type PauseKind string

// The kinds. A dispute is no row of its own: it lasts as long as its case.
const (
	ByDispute  PauseKind = "dispute"
	ByPolicy   PauseKind = "policy"
	ByHardship PauseKind = "hardship"
)

// PauseNames and PauseStates in Chinese.
var (
	PauseNames  = map[PauseKind]string{ByDispute: "账单有异议", ByPolicy: "按政策暂缓", ByHardship: "困难暂缓"}
	PauseStates = map[string]string{PauseAsked: "等另一人决定", PauseOn: "已同意", PauseRefused: "没有同意", PauseEnded: "已提前结束"}
)

// The states of a pause.
const (
	PauseAsked   = "asked"
	PauseOn      = "on"
	PauseRefused = "refused"
	PauseEnded   = "ended"
)

// Who asked for a pause.
const (
	AskedByHome      = "home"
	AskedByCommunity = "community"
	AskedByCompany   = "company"
)

// Pause keeps a unit, or with no unit an estate's units, from being asked from one day to another (both included). A policy is the
// company's to enter and another of its people's to approve. Hardship is decided by the community and the township: they know who is
// in need, and the reason is theirs alone to read.
type Pause struct {
	ID           int64 `gorm:"primaryKey"`
	EstateID     int64
	CompanyID    int64 // 0 for hardship: it holds towards any company
	UnitID       int64
	OwnerSetID   int64 // whose hardship it is: a buyer has none of it
	Kind         PauseKind
	State        string
	AskedAs      string
	Reason       string    // of a policy
	ReasonSealed string    // of hardship
	FromOn       time.Time `gorm:"type:date"`
	UntilOn      time.Time `gorm:"type:date"`
	AskedBy      int64
	AskedAt      time.Time
	DecidedBy    int64
	DecidedAt    *time.Time
	Decision     string
	EndedBy      int64
	EndedAt      *time.Time
}

// TableName names the table.
func (Pause) TableName() string { return "fee_pauses" }

// maxPause bounds one pause: a longer one is decided anew.
const maxPause = 366

// PauseFiles is the subject kind of what a policy rests on.
const PauseFiles = "fee_pause"

// Pausing is a pause to be.
type Pausing struct {
	EstateID int64
	UnitID   int64 // 0 for the whole estate, of a policy
	Reason   string
	From     time.Time // zero for today
	Until    time.Time
	FileIDs  []int64
}

func (p *Pausing) check(today time.Time) error {
	p.Reason = strings.TrimSpace(p.Reason)
	if p.From.IsZero() {
		p.From = today
	}
	var c fault.Checks
	c.Check(length(p.Reason, 4, 300), "reason", "请写明原因（4至300个字）")
	c.Check(!p.From.Before(today) && !p.From.After(today.AddDate(0, 0, maxPause)), "from", "从今天或以后的一天开始")
	c.Check(!p.Until.Before(p.From) && !p.Until.After(p.From.AddDate(0, 0, maxPause)), "until", "请填到哪一天为止，一次最长一年；到期还需要的再申请")
	return c.Err()
}

// PauseByPolicy puts a pause of the company before another of its people. It names the document that it rests on.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrUnit, fault.ErrInvalid.
func (s *Service) PauseByPolicy(ctx context.Context, actor org.Actor, p Pausing) (int64, error) {
	if len(p.FileIDs) == 0 {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "file_ids", Reason: "请上传作为依据的文件"})
	}
	return s.pause(ctx, actor, org.RunFees, "pause_policy", p, &Pause{CompanyID: actor.OrganisationID(), Kind: ByPolicy, AskedAs: AskedByCompany})
}

// MarkHardship asks for a pause for a unit that the community knows to be in need; another of its people decides.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrUnit, fault.ErrInvalid.
func (s *Service) MarkHardship(ctx context.Context, actor org.Actor, p Pausing) (int64, error) {
	return s.pause(ctx, actor, org.DecideHardship, "pause_marked", p, &Pause{Kind: ByHardship, AskedAs: AskedByCommunity})
}

// AskHardship asks for a pause for the actor's own home. Faults: org.ErrForbidden, ErrUnit, ErrState, fault.ErrInvalid.
func (s *Service) AskHardship(ctx context.Context, actor org.Actor, p Pausing) (int64, error) {
	home, ok := actor.HomeIn(org.SeeBills, p.UnitID)
	if !ok {
		if err := actor.Must(org.SeeBills); err != nil {
			return 0, err
		}
		return 0, ErrUnit
	}
	p.EstateID = home.EstateID
	return s.pause(ctx, actor, org.SeeBills, "pause_asked", p, &Pause{Kind: ByHardship, AskedAs: AskedByHome})
}

func (s *Service) pause(ctx context.Context, actor org.Actor, action org.Action, verb string, p Pausing, row *Pause) (int64, error) {
	if err := actor.Must(action); err != nil {
		return 0, err
	}
	if err := p.check(org.DayOf(s.db.Now())); err != nil {
		return 0, err
	}
	where := func(tx *store.Tx) (int64, error) {
		e, err := org.EstateFor(tx, actor, action, p.EstateID)
		if err != nil {
			return 0, err
		}
		return e.ID, nil
	}
	return s.actAs(ctx, actor, action, verb, where, func(tx *store.Tx) (int64, error) {
		if err := p.fits(tx, row.Kind); err != nil {
			return 0, err
		}
		row.EstateID, row.UnitID, row.State, row.FromOn, row.UntilOn, row.AskedBy, row.AskedAt = p.EstateID, p.UnitID, PauseAsked, p.From, p.Until, actor.PersonID, tx.Now
		if row.Kind == ByHardship {
			sets, err := ownersNow(tx, []int64{p.UnitID})
			if err != nil {
				return 0, err
			}
			row.OwnerSetID = sets[p.UnitID][0]
			row.ReasonSealed = s.vault.Seal(p.Reason, sealedReason)
		} else {
			row.Reason = p.Reason
		}
		if err := tx.Create(row).Error; err != nil {
			return 0, err
		}
		if row.Kind == ByPolicy {
			if err := s.files.Attach(tx, actor, p.FileIDs, "document", PauseFiles, row.ID, p.EstateID); err != nil {
				return 0, err
			}
		}
		if row.AskedAs == AskedByHome {
			if err := row.tell(tx, "pause_asked"); err != nil {
				return 0, err
			}
		}
		return row.ID, note(tx, actor, verb, "fee_pause", row.ID, p.EstateID, nil)
	})
}

const sealedReason = "fee_pauses.reason"

// tell lets those who decide know, or whoever asked what was decided.
func (p *Pause) tell(tx *store.Tx, what string) error {
	names, err := org.EstateNames(tx, []int64{p.EstateID})
	if err != nil {
		return err
	}
	return outbox.Append(tx, event.Fee{SubjectKind: "fee_pause", SubjectID: p.ID, EstateID: p.EstateID, EstateName: names[p.EstateID], What: what, PersonIDs: []int64{p.AskedBy}, Due: p.UntilOn, At: tx.Now})
}

// fits refuses what is of no unit of the estate, and a second application while one waits.
func (p *Pausing) fits(tx *store.Tx, kind PauseKind) error {
	if p.UnitID == 0 && kind == ByPolicy {
		return nil
	}
	names, err := unitNames(tx, p.EstateID, []int64{p.UnitID})
	if err != nil {
		return err
	}
	if names[p.UnitID] == "" {
		return ErrUnit
	}
	var waiting int64
	if err := tx.Model(&Pause{}).Where("estate_id = ? AND unit_id = ? AND state = ? AND kind = ?", p.EstateID, p.UnitID, PauseAsked, kind).Count(&waiting).Error; err != nil {
		return err
	}
	if waiting > 0 {
		return ErrState.Saying("这一户已经有一份暂缓申请在等决定，不用再提交")
	}
	return nil
}

// decidedUnder is who decides a pause.
func (p *Pause) decidedUnder() org.Action {
	if p.Kind == ByHardship {
		return org.DecideHardship
	}
	return org.RunFees
}

// pauseFor finds a pause that the actor may decide.
func pauseFor(tx *store.Tx, actor org.Actor, id int64) (*Pause, error) {
	var p Pause
	if err := tx.Where("id = ?", id).Take(&p).Error; err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	if err := actor.Must(p.decidedUnder()); err != nil {
		return nil, ErrNotFound
	}
	if _, err := org.EstateFor(tx, actor, p.decidedUnder(), p.EstateID); err != nil || p.CompanyID != 0 && p.CompanyID != actor.OrganisationID() {
		return nil, ErrNotFound
	}
	return &p, nil
}

// DecidePause approves or refuses a pause; whoever asked for it may not.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, fault.ErrInvalid.
func (s *Service) DecidePause(ctx context.Context, actor org.Actor, id int64, approve bool, text string) (int64, error) {
	if text = strings.TrimSpace(text); !length(text, 0, 300) || !approve && !length(text, 2, 300) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不同意的请写明原因（2至300个字），申请的人会看到"})
	}
	return s.onPause(ctx, actor, "decide_pause", id, func(tx *store.Tx, p *Pause) error {
		if p.State != PauseAsked {
			return ErrState
		}
		if p.AskedBy == actor.PersonID {
			return ErrSamePerson
		}
		state := PauseRefused
		if approve {
			state = PauseOn
		}
		if p.AskedAs == AskedByHome {
			if err := p.tell(tx, map[bool]string{true: "pause_granted", false: "pause_refused"}[approve]); err != nil {
				return err
			}
		}
		return tx.Model(&Pause{}).Where("id = ?", p.ID).Updates(map[string]any{"state": state, "decided_by": actor.PersonID, "decided_at": tx.Now, "decision": text}).Error
	})
}

// EndPause ends a pause before its day. Faults: org.ErrForbidden, ErrNotFound, ErrState.
func (s *Service) EndPause(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.onPause(ctx, actor, "end_pause", id, func(tx *store.Tx, p *Pause) error {
		if p.State != PauseOn {
			return ErrState
		}
		return tx.Model(&Pause{}).Where("id = ?", p.ID).Updates(map[string]any{"state": PauseEnded, "ended_by": actor.PersonID, "ended_at": tx.Now}).Error
	})
}

func (s *Service) onPause(ctx context.Context, actor org.Actor, verb string, id int64, f func(tx *store.Tx, p *Pause) error) (int64, error) {
	action := org.RunFees
	if actor.Must(action) != nil {
		action = org.DecideHardship
	}
	where := func(tx *store.Tx) (int64, error) {
		p, err := pauseFor(tx, actor, id)
		if err != nil {
			return 0, err
		}
		return p.EstateID, nil
	}
	return s.actAs(ctx, actor, action, verb, where, func(tx *store.Tx) (int64, error) {
		p, err := pauseFor(tx, actor, id)
		if err != nil {
			return 0, err
		}
		if err := f(tx, p); err != nil {
			return 0, err
		}
		return p.ID, note(tx, actor, verb, "fee_pause", p.ID, p.EstateID, nil)
	})
}
