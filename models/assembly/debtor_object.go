package assembly

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ListDebtors gives the list of a meeting to who works on it: whole to its convener, to who answers objections what was objected to, to an
// owner their own entries once they are confirmed.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListDebtors(ctx context.Context, actor org.Actor, id, after int64, limit int) ([]Debtor, map[int64][]int64, error) {
	var rows []Debtor
	var files map[int64][]int64
	action := org.ReadMeetings
	if actor.Post != nil {
		action = org.AnswerOwners
	}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, action, id)
		if err != nil {
			return err
		}
		q := tx.Where("meeting_id = ? AND id > ?", m.ID, after)
		switch {
		case actor.Post != nil && !m.convenedBy(actor):
			q = q.Where("objected_at IS NOT NULL")
		case actor.Post == nil:
			sets, err := ownSets(tx, actor)
			if err != nil {
				return err
			}
			q = q.Where("owner_set_id IN ? AND confirmed_at IS NOT NULL", sets)
		}
		if err := q.Order("id").Limit(limit).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]int64, len(rows))
		for i, d := range rows {
			ids[i] = d.ID
		}
		files, err = s.o.Files.IDsIn(tx, "debtor", ids)
		return err
	})
	return rows, files, err
}

// ObjectDebt is an owner's word against being on the list, until the close, once. From then on the list is read without them until
// somebody has answered.
// Faults: ErrForbidden, ErrNotFound, ErrNoDebtor, ErrDebtor, ErrState, fault.ErrInvalid.
func (s *Service) ObjectDebt(ctx context.Context, actor org.Actor, id, debtor int64, text string) (*Debtor, error) {
	return s.answerDebt(ctx, actor, org.JoinMeeting, id, debtor, text, []State{Draft, Posted, Frozen, Noticed}, "object_debtor", func(tx *store.Tx, m *Meeting, d *Debtor, text string) error {
		sets, err := ownSets(tx, actor)
		if err != nil {
			return err
		}
		mine := false
		for _, set := range sets {
			mine = mine || set == d.OwnerSetID
		}
		switch {
		case !mine || d.ConfirmedAt == nil:
			return ErrNoDebtor
		case d.State != "confirmed" || d.ObjectedAt != nil:
			return ErrDebtor
		}
		d.Objection, d.ObjectedBy, d.ObjectedAt = text, actor.PersonID, &tx.Now
		return nil
	})
}

// AnswerDebt answers an owner's objection, by another person than who entered or confirmed the debt; upheld, the entry is off the list.
// Faults: ErrForbidden, ErrNotFound, ErrNoDebtor, ErrDebtor, ErrState, ErrSamePerson, fault.ErrInvalid.
func (s *Service) AnswerDebt(ctx context.Context, actor org.Actor, id, debtor int64, uphold bool, text string) (*Debtor, error) {
	return s.answerDebt(ctx, actor, org.AnswerOwners, id, debtor, text, []State{Draft, Posted, Frozen, Noticed, Closed}, "answer_debtor", func(tx *store.Tx, m *Meeting, d *Debtor, text string) error {
		switch {
		case d.State != "confirmed" || d.ObjectedAt == nil || d.AnsweredAt != nil:
			return ErrDebtor
		case d.EnteredBy == actor.PersonID || d.ConfirmedBy == actor.PersonID:
			return ErrSamePerson.Saying("登记、复核这笔欠费的人不能自己答复异议，请由另一个人答复；没有别人的，请社区或者乡镇（办事处）答复")
		}
		if uphold {
			d.State = "dropped"
		}
		d.Answer, d.AnsweredBy, d.AnsweredAt = text, actor.PersonID, &tx.Now
		return s.tellDebtor(tx, m, d, "debtor_answered")
	})
}

func (s *Service) answerDebt(ctx context.Context, actor org.Actor, action org.Action, id, debtor int64, text string, in []State, verb string, f func(*store.Tx, *Meeting, *Debtor, string) error) (*Debtor, error) {
	var c fault.Checks
	checkText(&c, "text", &text, 4, 500, "请写明理由（4至500个字）")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var d Debtor
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, action, id)
		if err != nil {
			return err
		}
		if err := m.in(in...); err != nil {
			return err
		}
		return d.change(tx, actor, m, debtor, verb, func(tx *store.Tx, m *Meeting, d *Debtor) error { return f(tx, m, d, text) })
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", verb, err)
	}
	return &d, nil
}
