package fund

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Proposal is what one person wants done with the fund's account, or with money that has no owner, and another person has to agree to.
// Nothing of it is done before.
type Proposal struct {
	ID             int64 `gorm:"primaryKey"`
	EstateID       int64
	Kind           ProposalKind
	SubjectID      int64   // the line of a bank's list, of strays; the import, of breaking it off
	Slot           *string // what it is about, while it waits: one at a time
	Input          string  // as JSON, to be done as it was asked
	Summary        string  // as the second person reads it
	Seen           string  // what stood when it was asked
	State          string  // asked, agreed, refused, withdrawn
	OrganisationID int64
	AskedBy        int64
	CreatedAt      time.Time
	DecidedBy      int64
	DecidedAt      *time.Time
	Answer         string
}

// TableName names the table.
func (Proposal) TableName() string { return "fund_proposals" }

// ProposalKind is what is proposed.
type ProposalKind string

// The kinds.
const (
	ChangeAccount ProposalKind = "account"
	Placement     ProposalKind = "stray"
	BreakOff      ProposalKind = "break_off"
)

// ProposalNames and ProposalStates are as people read them.
var (
	ProposalNames  = map[ProposalKind]string{ChangeAccount: "登记或变更专户", Placement: "待查款项转入分户账", BreakOff: "中止期初余额导入"}
	ProposalStates = map[string]string{"asked": "待另一个人确认", "agreed": "已确认", "refused": "未同意", "withdrawn": "已撤回"}
)

// Faults of proposals.
var (
	ErrProposed = fault.New(fault.Conflict, "fund.proposed", "这件事已经有人提出，正等另一个人确认；要改的，请先撤回原来的")
	ErrOutdated = fault.New(fault.Conflict, "fund.proposal_outdated", "提出之后情况有变化，不能再照原来的确认；请退回，核对后重新提出")
)

// propose keeps what one person asks for.
func (p *Proposal) propose(tx *store.Tx, actor org.Actor, input any) (int64, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return 0, err
	}
	p.Input, p.State, p.OrganisationID, p.AskedBy, p.CreatedAt = string(raw), "asked", actor.OrganisationID(), actor.PersonID, tx.Now
	var open int64
	if err := tx.Model(&Proposal{}).Where("slot = ?", p.Slot).Count(&open).Error; err != nil {
		return 0, err
	}
	if open > 0 {
		return 0, ErrProposed
	}
	if err := tx.Create(p).Error; err != nil {
		return 0, store.Duplicate(err, ErrProposed)
	}
	if err := tell(tx, "fund_proposal", "fund_proposal", p.ID, p.EstateID, p.OrganisationID, ProposalNames[p.Kind], fmt.Sprintf("TY%d", p.ID)); err != nil {
		return 0, err
	}
	return p.ID, jot(tx, actor, "propose", "fund_proposal", p.ID, p.EstateID, map[string]any{"kind": p.Kind, "subject": p.SubjectID})
}

// DecideProposal is the second person's word: agreed, it is done in the same transaction; refused, nothing was. Whoever asked may take it back.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrAnotherPerson, ErrStage, ErrOutdated, ErrNoResolution, ErrSettled, ErrImporting,
// ErrTapReused, fault.ErrInvalid.
func (s *Service) DecideProposal(ctx context.Context, actor org.Actor, id int64, agree bool, answer string) (int64, error) {
	answer = strings.TrimSpace(answer)
	if !runes(answer, 0, 500) || !agree && !runes(answer, 2, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不同意的写明原因（2至500个字）"})
	}
	return s.fundAct(ctx, actor, org.KeepFund, "decide proposal", func(tx *store.Tx) (int64, error) {
		p, a, err := deciding(tx, actor, id)
		if err != nil {
			return 0, err
		}
		own := p.AskedBy == actor.PersonID
		switch {
		case p.State != "asked":
			return 0, ErrStage.Saying("这一项" + ProposalStates[p.State] + "，请刷新后再看")
		case agree && own:
			return 0, ErrAnotherPerson.Saying("提出的人不能自己确认，请由另一个人确认")
		case agree:
			p.State, err = "agreed", s.carryOut(tx, actor, p, a)
		case own:
			p.State = "withdrawn"
		default:
			p.State = "refused"
		}
		if err != nil {
			return 0, err
		}
		res := tx.Model(&Proposal{}).Where("id = ? AND state = 'asked'", p.ID).Updates(map[string]any{"state": p.State, "slot": nil, "decided_by": actor.PersonID, "decided_at": tx.Now, "answer": answer})
		if err := store.MustAffect(res, ErrStage); err != nil {
			return 0, err
		}
		return p.ID, jot(tx, actor, p.State, "fund_proposal", p.ID, p.EstateID, map[string]any{"kind": p.Kind})
	})
}

// deciding takes a proposal and its estate's account, nil where there is none yet, for whoever may decide it: its own office, the bureau that
// supervises it, and of strays whoever keeps the account.
func deciding(tx *store.Tx, actor org.Actor, id int64) (*Proposal, *Account, error) {
	var p Proposal
	if err := tx.Where("id = ?", id).Take(&p).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrNoEntry)
	}
	if _, err := org.EstateFor(tx, actor, org.KeepFund, p.EstateID); err != nil {
		if errors.Is(err, org.ErrEstateNotFound) {
			err = ErrNoEntry
		}
		return nil, nil, err
	}
	a, err := lockAccount(tx, p.EstateID)
	if err != nil && !errors.Is(err, ErrNoAccount) {
		return nil, nil, err
	}
	bureau := actor.Post != nil && actor.Post.OrgKind == org.Bureau
	if p.Kind != ChangeAccount && !keeps(actor, a) || p.Kind == ChangeAccount && !bureau && actor.OrganisationID() != p.OrganisationID {
		return nil, nil, ErrNotKeeper
	}
	return &p, a, tx.ForUpdate().Where("id = ?", id).Take(&p).Error
}

// carryOut does what was agreed to.
func (s *Service) carryOut(tx *store.Tx, actor org.Actor, p *Proposal, a *Account) error {
	switch p.Kind {
	case BreakOff:
		return breakOff(tx, p)
	case ChangeAccount:
	case Placement:
		if err := notImporting(tx, p.EstateID); err != nil {
			return err
		}
		var in placing
		if err := json.Unmarshal([]byte(p.Input), &in); err != nil {
			return err
		}
		return placeStray(tx, actor, p, in.Unit)
	}
	var c change
	if err := json.Unmarshal([]byte(p.Input), &c); err != nil {
		return err
	}
	return c.take(tx, actor, p, a)
}

// ListProposals pages through an estate's proposals in a state, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListProposals(ctx context.Context, actor org.Actor, estate int64, state string, before int64, limit int) (rows []Proposal, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFund, estate)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ? AND state = ?", e.ID, state)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}
