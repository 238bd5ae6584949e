package mediation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// NewTerm is what a party is to do by a day.
type NewTerm struct {
	PartyID int64
	Text    string
	DueAt   time.Time
}

// Draft writes the agreement that the parties are to confirm; an earlier text and its confirmations no longer count.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, ErrParties, ErrPartyGone, fault.ErrInvalid.
func (s *Service) Draft(ctx context.Context, actor org.Actor, id int64, text string, terms []NewTerm) (*Mediation, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	n := len([]rune(text))
	c.Check(n >= 10 && n <= 5000, "text", "请写明协议内容（10至5000个字）")
	c.Check(len(terms) <= maxTerms, "terms", fmt.Sprintf("约定最多%d项", maxTerms))
	now := s.db.Now()
	for i, t := range terms {
		n := len([]rune(strings.TrimSpace(t.Text)))
		c.Check(n >= 2 && n <= 500, fmt.Sprintf("terms[%d].text", i), "请写明要做什么（2至500个字）")
		c.Check(t.DueAt.After(now) && t.DueAt.Before(now.AddDate(5, 0, 0)), fmt.Sprintf("terms[%d].due", i), "请选择今天之后、五年之内的日期")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Open, Drafted); err != nil {
			return err
		}
		if !d.complete() {
			return ErrParties
		}
		a := Agreement{MediationID: d.m.ID, Text: text, PostID: actor.Post.PostID, CreatedAt: d.tx.Now}
		if err := d.tx.Create(&a).Error; err != nil {
			return err
		}
		for _, t := range terms {
			if !slices.ContainsFunc(d.parties, func(p Party) bool { return p.ID == t.PartyID }) {
				return ErrPartyGone
			}
			row := Term{MediationID: d.m.ID, AgreementID: a.ID, PartyID: t.PartyID, Text: strings.TrimSpace(t.Text), DueAt: t.DueAt, State: "open"}
			if err := d.tx.Create(&row).Error; err != nil {
				return err
			}
		}
		// What an earlier text promised is nobody's debt.
		if err := d.tx.Model(&Term{}).Where("mediation_id = ? AND agreement_id <> ? AND state = 'open'", d.m.ID, a.ID).Update("state", "void").Error; err != nil {
			return err
		}
		d.m.State, d.m.Agreement = Drafted, a.ID
		return d.step("draft", "", nil)
	})
}

// complete reports whether both sides are there and every party is willing.
func (d *deed) complete() bool {
	sides := map[Side]bool{}
	for _, p := range d.parties {
		if p.State != "willing" {
			return false
		}
		sides[p.Side] = true
	}
	return sides[Applicant] && sides[Respondent]
}

// Confirm is a party's word for the text that it has read; when all have given theirs, the agreement binds. An
// organisation's word is its head's. agreement is the text that the party saw.
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrHead, ErrState, fault.ErrInvalid.
func (s *Service) Confirm(ctx context.Context, actor org.Actor, id, agreement int64) (*Mediation, error) {
	return s.party(ctx, actor, id, func(d *deed) error {
		if actor.Post != nil && actor.Post.Kind != org.Head && actor.Post.Kind != org.Chair {
			return ErrHead
		}
		return d.confirm(d.me, agreement, "self")
	})
}

// ConfirmOnPaper records the signature of a party without an account, with the signed agreement.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrPartyGone, ErrState, the file's.
func (s *Service) ConfirmOnPaper(ctx context.Context, actor org.Actor, id int64, p Paper) (*Mediation, error) {
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Drafted); err != nil {
			return err
		}
		who, err := d.on(p)
		if err != nil {
			return err
		}
		who.FileID = p.FileID
		return d.confirm(who, d.m.Agreement, "paper")
	})
}

func (d *deed) confirm(p *Party, agreement int64, via string) error {
	if err := d.in(Drafted); err != nil {
		return err
	}
	if agreement != d.m.Agreement {
		return ErrState.Saying("协议已经修改，请先看新的内容再确认")
	}
	if p.Confirmed == agreement {
		return nil // said already
	}
	p.Confirmed, p.ConfirmedVia, p.ConfirmedAt = agreement, via, &d.tx.Now
	if err := d.save(p); err != nil {
		return err
	}
	if err := d.step("confirm", "", nil); err != nil {
		return err
	}
	if slices.ContainsFunc(d.parties, func(q Party) bool { return q.Confirmed != agreement }) {
		return nil
	}
	d.of = nil
	d.m.State, d.m.AgreedAt, d.m.Outcome = Agreed, &d.tx.Now, "达成协议"
	if err := d.remindOfTerms(); err != nil {
		return err
	}
	if err := d.courtWindow(); err != nil {
		return err
	}
	if err := d.step("agree", "", nil); err != nil {
		return err
	}
	if err := d.note("调解达成协议，各方已确认"); err != nil {
		return err
	}
	return d.finish()
}

// remindOfTerms starts the clocks of what was agreed, which run from now: before, nobody owed anything.
func (d *deed) remindOfTerms() error {
	var terms []Term
	if err := d.tx.Where("mediation_id = ? AND agreement_id = ? AND state = 'open'", d.m.ID, d.m.Agreement).Order("id").Limit(maxTerms).Find(&terms).Error; err != nil {
		return err
	}
	for _, t := range terms {
		change := map[string]any{"late_at": nil, "remind_at": nil}
		if t.DueAt.After(d.tx.Now) {
			change["remind_at"] = calendar.RemindBefore(d.tx.Now, t.DueAt)
		}
		if err := d.tx.Model(&Term{}).Where("id = ?", t.ID).Updates(change).Error; err != nil {
			return err
		}
	}
	return nil
}

// courtWindow is how long the parties may together ask the court to confirm the agreement (People's Mediation Law art. 33).
func (d *deed) courtWindow() error {
	set, err := org.Rules(d.tx, d.tx.Now, d.pack.Code)
	if err != nil {
		return err
	}
	days, err := set.Int("mediation.confirm_days")
	if errors.Is(err, rulepack.ErrUnset) {
		return nil
	}
	until := d.tx.Now.AddDate(0, 0, int(days))
	d.m.CourtUntil = &until
	return err
}

// Object says why a party does not agree with the text; the work goes on.
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, fault.ErrInvalid.
func (s *Service) Object(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	text, err := reason(text)
	if err != nil {
		return nil, err
	}
	return s.party(ctx, actor, id, func(d *deed) error {
		if err := d.in(Drafted); err != nil {
			return err
		}
		d.m.State = Open
		return d.step("object", text, nil)
	})
}

// FinishTerm says that what was agreed was done: by the host, or by a party of the other side, who knows best.
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrTerm, ErrState, fault.ErrInvalid.
func (s *Service) FinishTerm(ctx context.Context, actor org.Actor, id, term int64, text string) (*Mediation, error) {
	return s.performed(ctx, actor, id, text, func(d *deed, text string) error {
		var t Term
		if err := d.tx.ForUpdate().Where("id = ? AND mediation_id = ? AND agreement_id = ?", term, id, d.m.Agreement).Take(&t).Error; err != nil {
			return store.NotFound(err, ErrTerm)
		}
		owes := slices.IndexFunc(d.parties, func(p Party) bool { return p.ID == t.PartyID })
		if !d.hosts() && (owes < 0 || d.parties[owes].Side == d.me.Side) {
			return ErrNotParty.Saying("要由对方或主持单位确认已经履行")
		}
		if t.State == "done" { // the same tap again, even where it was the last
			return nil
		}
		if err := d.in(Agreed); err != nil {
			return err
		}
		err := d.tx.Model(&Term{}).Where("id = ?", t.ID).Updates(map[string]any{"state": "done", "result": text, "done_at": d.tx.Now, "remind_at": nil}).Error
		if err != nil {
			return err
		}
		if err := d.step("done", t.Text+"："+text, nil); err != nil {
			return err
		}
		return d.finish()
	})
}

// finish closes the mediation when everything that was agreed is done; an agreement without dates is done when it binds.
func (d *deed) finish() error {
	var left int64
	if err := d.tx.Model(&Term{}).Where("mediation_id = ? AND agreement_id = ? AND state = 'open'", d.m.ID, d.m.Agreement).Count(&left).Error; err != nil || left > 0 {
		return err
	}
	d.m.State, d.m.ClosedAt = Performed, &d.tx.Now
	if err := d.step("performed", "", nil); err != nil {
		return err
	}
	return d.note("调解协议已履行")
}

// Breach ends the mediation because what was agreed was not done in time: the agreement binds, and a party may sue for it
// (People's Mediation Law art. 32).
// Faults: ErrForbidden, ErrNotFound, ErrNotParty, ErrState, fault.ErrInvalid.
func (s *Service) Breach(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	return s.performed(ctx, actor, id, text, func(d *deed, text string) error {
		if err := d.in(Agreed); err != nil {
			return err
		}
		var late int64
		err := d.tx.Model(&Term{}).Where("mediation_id = ? AND agreement_id = ? AND state = 'open' AND due_at < ?", id, d.m.Agreement, d.tx.Now).Count(&late).Error
		if err != nil {
			return err
		}
		if late == 0 {
			return ErrState.Saying("约定的日期还没有到，或者都已经履行")
		}
		d.m.State, d.m.Outcome, d.m.ClosedAt = Breached, text, &d.tx.Now
		if err := d.step("breach", text, nil); err != nil {
			return err
		}
		return d.note("调解协议没有履行，当事人可以就协议起诉")
	})
}

func (s *Service) performed(ctx context.Context, actor org.Actor, id int64, text string, f func(*deed, string) error) (*Mediation, error) {
	if err := actor.Must(org.JoinMediation); err != nil {
		return nil, err
	}
	text, err := reason(text)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, func(d *deed) error {
		if d.me == nil && !d.hosts() {
			return ErrNotParty
		}
		return f(d, text)
	})
}
