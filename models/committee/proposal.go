package committee

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Proposal is what an owner proposes to the committee; it passes it to the company in time, which answers (policy 五(十五)3).
type Proposal struct {
	ID         int64 `gorm:"primaryKey"`
	Number     string
	EstateID   int64
	PersonID   int64
	UnitID     int64
	Title      string
	Text       string
	State      string // received, passed, answered, replied, declined
	CompanyID  int64
	DueAt      *time.Time
	PassedAt   *time.Time
	Answer     string
	AnsweredAt *time.Time
	Reply      string // the committee's own words
	ClosedAt   *time.Time
	CreatedAt  time.Time
}

// TableName names the table.
func (Proposal) TableName() string { return "committee_proposals" }

// ProposalStates are the states as people read them.
var ProposalStates = map[string]string{"received": "业委会已收到", "passed": "已转物业服务企业", "answered": "物业服务企业已答复", "replied": "业委会已回复", "declined": "没有采纳"}

// ErrNoCompany says that nobody manages the estate.
var ErrNoCompany = fault.New(fault.Conflict, "committee.no_company", "这个小区目前没有物业服务企业，请由业委会直接回复")

// maxOpen bounds what one owner has open.
const maxOpen = 10

// ErrMany says that an owner has enough open.
var ErrMany = fault.New(fault.Limited, "committee.many_proposals", "您还有10条建议没有办完，请等回复后再提")

// Propose is an owner's proposal to the committee.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoTerm, ErrMany, fault.ErrInvalid.
func (s *Service) Propose(ctx context.Context, actor org.Actor, estate int64, title, text string) (int64, error) {
	title, text = strings.TrimSpace(title), strings.TrimSpace(text)
	var c fault.Checks
	c.Check(length(title, 2, 40), "title", "请写建议的题目（2至40个字）")
	c.Check(length(text, 5, 2000), "text", "请写明建议做什么（5至2000个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ProposeToCommittee, "propose", func(tx *store.Tx) (int64, error) {
		t, err := running(tx, actor, org.ProposeToCommittee, estate)
		if err != nil {
			return 0, err
		}
		var n int64
		if err := tx.Model(&Proposal{}).Where("person_id = ? AND closed_at IS NULL", actor.PersonID).Count(&n).Error; err != nil {
			return 0, err
		}
		if n >= maxOpen {
			return 0, ErrMany
		}
		number, err := store.NextNumber(tx, "YY")
		if err != nil {
			return 0, err
		}
		p := &Proposal{Number: number, EstateID: t.EstateID, PersonID: actor.PersonID, Title: title, Text: text, State: "received", CreatedAt: tx.Now}
		for _, h := range actor.Homes {
			if h.EstateID == t.EstateID && h.Role == org.RoleOwner {
				p.UnitID = h.UnitID
			}
		}
		if err := tx.Create(p).Error; err != nil {
			return 0, err
		}
		if err := written(tx, actor, "committee_proposal", p.ID, p.EstateID, "proposed", ""); err != nil {
			return 0, err
		}
		return p.ID, tell(tx, p.event("proposed"))
	})
}

func (p *Proposal) event(what string) event.Committee {
	e := event.Committee{SubjectKind: "committee_proposal", SubjectID: p.ID, EstateID: p.EstateID, What: what, Number: p.Number, CompanyID: p.CompanyID}
	if p.PersonID != 0 && what != "proposed" {
		e.PersonIDs = []int64{p.PersonID}
	}
	if p.DueAt != nil {
		e.Due = *p.DueAt
	}
	return e
}

// PassOn passes a proposal to the company, which answers by a day.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrNoCompany, ErrState, fault.ErrInvalid.
func (s *Service) PassOn(ctx context.Context, actor org.Actor, id int64, text string, due time.Time) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(length(text, 0, 500), "text", "附言不超过500个字")
	c.Check(due.After(s.db.Now()) && due.Before(s.db.Now().AddDate(0, 3, 0)), "due", "请选择答复的期限：今后三个月以内")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "pass on", func(tx *store.Tx) (int64, error) {
		p, t, _, err := seat(s, tx, actor, id, func(p *Proposal) int64 { return p.EstateID })
		if err != nil {
			return 0, err
		}
		if p.State != "received" {
			return 0, ErrState
		}
		var e org.Estate
		if err := tx.Where("id = ?", p.EstateID).Take(&e).Error; err != nil {
			return 0, err
		}
		if e.CompanyID == 0 {
			return 0, ErrNoCompany
		}
		p.State, p.CompanyID, p.DueAt, p.PassedAt = "passed", e.CompanyID, &due, &tx.Now
		if err := tx.Model(&Proposal{}).Where("id = ?", p.ID).Select("state", "company_id", "due_at", "passed_at").Updates(p).Error; err != nil {
			return 0, err
		}
		if err := owe(tx, Duty{EstateID: p.EstateID, TermID: t.ID, Kind: OweAnswer, SubjectID: p.ID, OwedBy: "company", Title: p.Title, DueAt: due}); err != nil {
			return 0, err
		}
		if err := written(tx, actor, "committee_proposal", p.ID, p.EstateID, "passed_on", text); err != nil {
			return 0, err
		}
		return p.ID, tell(tx, p.event("passed_on"))
	})
}

// Answer is the company's answer; the owner and the committee see it. Late is better than never.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) Answer(ctx context.Context, actor org.Actor, id int64, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 5, 2000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明怎么办、什么时候办（5至2000个字）"})
	}
	return s.act(ctx, actor, org.AnswerProposals, "answer", func(tx *store.Tx) (int64, error) {
		p, err := within[Proposal](tx, actor, org.AnswerProposals, id)
		if err != nil {
			return 0, err
		}
		if p.CompanyID != actor.OrganisationID() {
			return 0, ErrNotFound // it was never passed to them
		}
		if p.State != "passed" {
			return 0, ErrState
		}
		if err := tx.Model(&Proposal{}).Where("id = ?", p.ID).Updates(map[string]any{"state": "answered", "answer": text, "answered_at": tx.Now}).Error; err != nil {
			return 0, err
		}
		if err := settle(tx, OweAnswer, p.ID); err != nil {
			return 0, err
		}
		if err := written(tx, actor, "committee_proposal", p.ID, p.EstateID, "answered", text); err != nil {
			return 0, err
		}
		return p.ID, tell(tx, p.event("answered"))
	})
}

// Reply closes a proposal in the committee's own words: done, or not taken up and why.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, fault.ErrInvalid.
func (s *Service) Reply(ctx context.Context, actor org.Actor, id int64, taken bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 5, 1000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明怎么处理；不采纳的写明理由（5至1000个字），业主会看到"})
	}
	return s.act(ctx, actor, org.ActCommittee, "reply", func(tx *store.Tx) (int64, error) {
		p, _, _, err := seat(s, tx, actor, id, func(p *Proposal) int64 { return p.EstateID })
		if err != nil {
			return 0, err
		}
		if p.ClosedAt != nil || p.State == "passed" {
			return 0, ErrState.Saying("已转物业服务企业的，请等答复；已经回复的，不再修改")
		}
		state, what := "replied", "answered"
		if !taken {
			state, what = "declined", "declined"
		}
		if err := tx.Model(&Proposal{}).Where("id = ?", p.ID).Updates(map[string]any{"state": state, "reply": text, "closed_at": tx.Now}).Error; err != nil {
			return 0, err
		}
		if err := written(tx, actor, "committee_proposal", p.ID, p.EstateID, state, text); err != nil {
			return 0, err
		}
		return p.ID, tell(tx, p.event(what))
	})
}
