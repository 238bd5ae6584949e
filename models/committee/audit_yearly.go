package committee

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// openYearly opens the audit of some months of a term, once.
func (s *Service) openYearly(tx *store.Tx, actor audit.Actor, t *Term, from, to calendar.Date) (int64, error) {
	key := fmt.Sprintf("%d/%s/%s/%s", t.ID, Yearly, from, to)
	var had []Audit
	if err := tx.Where("cause_key = ?", key).Limit(1).Find(&had).Error; err != nil {
		return 0, err
	}
	if len(had) == 1 {
		return had[0].ID, nil
	}
	number, err := store.NextNumber(tx, "YS")
	if err != nil {
		return 0, err
	}
	since, until := midnight(from), midnight(to)
	a := Audit{Number: number, EstateID: t.EstateID, TermID: t.ID, Cause: Yearly, CauseKey: key, State: "due", FromOn: &since, ToOn: &until, CreatedAt: tx.Now}
	if err := tx.Create(&a).Error; err != nil {
		return 0, store.Raced(err)
	}
	if err := note(tx, actor, "audit_due", "committee_audit", a.ID, t.EstateID, map[string]any{"cause": Yearly}); err != nil {
		return 0, err
	}
	return a.ID, tell(tx, a.event("audit_due"))
}

// yearlyDue finds the running terms whose last years no audit has looked at, where committee.audit_years says how many make one, with the last
// day that an audit has to reach and its first.
func (s *Service) yearlyDue(tx *store.Tx) (terms []int64, from, to calendar.Date, err error) {
	set, err := s.rules(tx)
	if err != nil {
		return nil, from, to, err
	}
	years, err := set.Int("committee.audit_years")
	if err != nil {
		if errors.Is(err, rulepack.ErrUnset) {
			err = nil
		}
		return nil, from, to, err
	}
	last := calendar.DateOf(tx.Now).Year - 1
	from, to = calendar.Date{Year: last - int(years) + 1, Month: time.January, Day: 1}, calendar.Date{Year: last, Month: time.December, Day: 31}
	reached := midnight(calendar.Date{Year: from.Year, Month: time.December, Day: 31})
	audited := tx.Model(&Audit{}).Select("1").Where("committee_audits.estate_id = committee_terms.estate_id AND cause = ? AND to_on >= ?", Yearly, reached)
	// Of several years the first audit comes when they are over.
	err = tx.Model(&Term{}).Where("running IS NOT NULL AND starts_on <= ? AND NOT EXISTS (?)", reached, audited).Order("id").Limit(tickBatch).Pluck("id", &terms).Error
	return terms, from, to, err
}

// openYearlies opens what yearlyDue found, and gives how many.
func (s *Service) openYearlies(ctx context.Context) (int, error) {
	var terms []int64
	var from, to calendar.Date
	if err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		terms, from, to, err = s.yearlyDue(tx)
		return err
	}); err != nil {
		return 0, err
	}
	for _, id := range terms {
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			var t Term
			if err := tx.ForUpdate().Where("id = ?", id).Take(&t).Error; err != nil || t.Running == nil {
				return err
			}
			first := from
			if began := dayOf(t.StartsOn); first.Before(began) {
				first = began
			}
			_, err := s.openYearly(tx, audit.System{}, &t, first, to)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return len(terms), nil
}
