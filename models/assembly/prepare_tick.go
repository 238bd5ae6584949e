package assembly

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// recheckAfter is how often a petition that is being signed is counted again of itself: the register and the law change meanwhile.
const recheckAfter = 24 * time.Hour

// TickPreparation does what time brings before a meeting and after its close: it reminds of terms that end, tells once of those that have
// passed, closes what a meeting has answered, and counts petitions again. It reports whether there is more to do.
func (s *Service) TickPreparation(ctx context.Context) (bool, error) {
	done := 0
	var errs []error
	for _, look := range []struct {
		step  string
		model any
		where string
		args  func(now time.Time) []any
		do    func(*store.Tx, int64) error
	}{
		{"signing petition", &Petition{}, "state = ? AND (checked_at IS NULL OR checked_at < ?)", func(now time.Time) []any { return []any{Signing, now.Add(-recheckAfter)} }, s.recheck},
		{"obliging petition", &Petition{}, "state = ? AND overdue_at IS NULL AND (remind_at <= ? OR (due_at < ? AND checked_at <= due_at) OR checked_at < ?)",
			func(now time.Time) []any { return []any{Reached, now, now, now.Add(-recheckAfter)} }, s.petitionTerm},
		{"order", &Order{}, "state = ? AND (remind_at <= ? OR due_at < ?)", func(now time.Time) []any { return []any{Standing, now, now} }, s.orderTerm},
		{"group", &Group{}, "living IS NOT NULL AND (remind_at <= ? OR (overdue_at IS NULL AND ((state <> ? AND form_by < ?) OR (state = ? AND done_by < ?))))",
			func(now time.Time) []any { return []any{now, Formed, now, Formed, now} }, s.groupTerm},
		{"meeting", &Meeting{}, "watch_at <= ?", func(now time.Time) []any { return []any{now} }, s.closeTerm},
	} {
		var ids []int64
		err := s.db.View(ctx, func(tx *store.Tx) (err error) {
			ids, _, err = s.turns.next(look.step, tx.Model(look.model).Where(look.where, look.args(tx.Now)...), "id", perTurn)
			return err
		})
		if err != nil {
			return false, err
		}
		for _, id := range ids {
			if err := s.db.InTx(ctx, func(tx *store.Tx) error { return look.do(tx, id) }); err != nil {
				errs = append(errs, fmt.Errorf("%s %d: %w", look.step, id, err))
			}
		}
		done += len(ids)
	}
	return done > 0 && len(errs) == 0, errors.Join(errs...)
}

// recheck counts a petition again. What is missing is no trouble: it stays open.
func (s *Service) recheck(tx *store.Tx, id int64) error {
	var p Petition
	if err := tx.ForUpdate().Where("id = ? AND state = ?", id, Signing).Take(&p).Error; err != nil {
		return store.NotFound(err, nil)
	}
	err := s.oblige(tx, &p)
	if errors.Is(err, rulepack.ErrUnset) || errors.Is(err, ErrPetition) {
		return nil
	}
	if err != nil {
		return err
	}
	return record(tx, audit.System{}, "petition", p.ID, p.EstateID, "oblige", nil)
}

// petitionTerm looks after the committee's term: it begins when the bureau says how long it is, is reminded of, and passes once.
func (s *Service) petitionTerm(tx *store.Tx, id int64) error {
	var p Petition
	if err := tx.ForUpdate().Where("id = ? AND state = ? AND overdue_at IS NULL", id, Reached).Take(&p).Error; err != nil {
		return store.NotFound(err, nil)
	}
	p.CheckedAt = &tx.Now
	answered, err := noticed(tx, p.EstateID, OnPetition, p.ID)
	if err != nil {
		return err
	}
	if p.DueAt == nil {
		set, _, err := s.law(tx, &Meeting{EstateID: p.EstateID, Session: Extraordinary}, tx.Now)
		if err != nil {
			return err
		}
		if err := p.start(set); err != nil {
			return err
		}
	}
	what := ""
	switch {
	case answered: // looked at again each day: a meeting may be cancelled
		p.RemindAt = nil
	case p.DueAt != nil && tx.Now.After(*p.DueAt):
		p.RemindAt, p.OverdueAt, what = nil, &tx.Now, "petition_overdue"
	case p.RemindAt != nil && !tx.Now.Before(*p.RemindAt):
		p.RemindAt, what = nil, "petition_soon"
	}
	if err := tx.Model(&Petition{}).Where("id = ?", p.ID).Select("checked_at", "due_at", "remind_at", "overdue_at").Updates(&p).Error; err != nil || what == "" {
		return err
	}
	return s.tellPetition(tx, &p, what)
}

func (s *Service) orderTerm(tx *store.Tx, id int64) error {
	var o Order
	if err := tx.ForUpdate().Where("id = ? AND state = ?", id, Standing).Take(&o).Error; err != nil {
		return store.NotFound(err, nil)
	}
	done, err := o.obeyed(tx)
	if err != nil {
		return err
	}
	what := ""
	switch {
	case done:
		o.State, o.MetAt = Met, &tx.Now
	case tx.Now.After(o.DueAt):
		o.State, o.OverdueAt, what = Overdue, &tx.Now, "order_overdue"
	default:
		what = "order_soon"
	}
	o.RemindAt = nil
	if err := tx.Model(&Order{}).Where("id = ?", o.ID).Select("state", "met_at", "overdue_at", "remind_at").Updates(&o).Error; err != nil || what == "" {
		return err
	}
	return o.tell(tx, what)
}

func (s *Service) groupTerm(tx *store.Tx, id int64) error {
	var g Group
	if err := tx.ForUpdate().Where("id = ? AND living IS NOT NULL", id).Take(&g).Error; err != nil {
		return store.NotFound(err, nil)
	}
	basis := ForFirst
	if g.Kind == RenewalGroup {
		basis = ForRenewal
	}
	done, err := noticed(tx, g.EstateID, basis, g.ID)
	if err != nil {
		return err
	}
	what, due := "", g.due()
	switch {
	case done:
		g.end(tx, Done, "")
	case due != nil && tx.Now.After(*due) && g.OverdueAt == nil:
		g.OverdueAt, what = &tx.Now, "group_overdue"
	case due != nil && !tx.Now.After(*due):
		what = "group_soon"
	}
	g.RemindAt = nil
	if err := tx.Model(&Group{}).Where("id = ?", g.ID).Select("state", "living", "ended_at", "overdue_at", "remind_at").Updates(&g).Error; err != nil || what == "" {
		return err
	}
	return g.tell(tx, what)
}
