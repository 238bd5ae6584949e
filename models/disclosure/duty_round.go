package disclosure

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// roundBatch is how many estates one query of a round finds; mostPeriods bounds what a round catches up with after a long stop.
const (
	roundBatch  = 100
	mostPeriods = 60
)

// Generate looks at every estate once a day and whenever the city's law changes: it opens the duties of the periods that have begun, ahead
// of their day, and gives a day to those that had none. It returns how many estates it looked at. One estate's trouble keeps no other waiting.
func (s *Service) Generate(ctx context.Context) (int, error) {
	n, after := 0, int64(0)
	var errs []error
	for {
		var ids []int64
		err := s.db.View(ctx, func(tx *store.Tx) error {
			set, err := org.Rules(tx, tx.Now, s.o.Pack)
			if err != nil {
				return err
			}
			return tx.Model(&org.Estate{}).Joins("LEFT JOIN duty_rounds r ON r.estate_id = estates.id AND r.checked_on = ? AND r.stamp = ?", org.DayOf(tx.Now), set.Stamp()).
				Where("estates.id > ? AND r.estate_id IS NULL", after).Order("estates.id").Limit(roundBatch).Pluck("estates.id", &ids).Error
		})
		if err != nil || len(ids) == 0 {
			return n, errors.Join(append(errs, err)...)
		}
		for _, id := range ids {
			if err := s.db.InTx(ctx, func(tx *store.Tx) error { return s.round(tx, id) }); err != nil {
				errs = append(errs, fmt.Errorf("duties of estate %d: %w", id, err))
			}
		}
		n, after = n+len(ids), ids[len(ids)-1]
	}
}

// round brings an estate's duties up to today, under the lock of its row.
func (s *Service) round(tx *store.Tx, id int64) error {
	long := calendar.Date{Year: 2000, Month: 1, Day: 1} // no day on which it was looked at
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Round{EstateID: id, CheckedOn: *column(long)}).Error; err != nil {
		return err
	}
	var r Round
	if err := tx.ForUpdate().Where("estate_id = ?", id).Take(&r).Error; err != nil {
		return err
	}
	e, err := org.OpenEstate(tx, id)
	if err != nil {
		return err
	}
	l, err := s.law(tx, e)
	if err != nil {
		return err
	}
	city, err := org.Rules(tx, tx.Now, s.o.Pack)
	if err != nil {
		return err
	}
	if err := s.refresh(tx, l); err != nil {
		return err
	}
	if err := handOn(tx, e); err != nil {
		return err
	}
	last, err := lastOfEach(tx, id)
	if err != nil {
		return err
	}
	for _, d := range l.set.Disclosures() {
		if d.Event != "" {
			continue
		}
		if err := l.advance(tx, d, last[d.Code], dateIn(&r.CheckedOn)); err != nil {
			return err
		}
	}
	return tx.Model(&Round{}).Where("estate_id = ?", id).Updates(map[string]any{"checked_on": org.DayOf(tx.Now), "stamp": city.Stamp()}).Error
}

// lastOfEach gives the latest regular duty of every code.
func lastOfEach(tx *store.Tx, estate int64) (map[string]*Duty, error) {
	var rows []Duty
	err := tx.Where("estate_id = ? AND event = ? AND from_on = (SELECT MAX(x.from_on) FROM disclosure_duties x WHERE x.estate_id = disclosure_duties.estate_id AND x.code = disclosure_duties.code AND x.event = disclosure_duties.event)", estate, false).
		Limit(1000).Find(&rows).Error
	byCode := map[string]*Duty{}
	for i := range rows {
		byCode[rows[i].Code] = &rows[i]
	}
	return byCode, err
}

// refresh tells open duties who owes them today, and gives a day to those that had none.
func (s *Service) refresh(tx *store.Tx, l *law) error {
	var rows []Duty
	if err := tx.Where("estate_id = ? AND done_at IS NULL", l.estate.ID).Order("id").Limit(1000).Find(&rows).Error; err != nil {
		return err
	}
	for _, row := range rows {
		d, ok := l.set.Disclosure(row.Code)
		if !ok {
			continue
		}
		t, err := duty.Read(l.set, d)
		if err != nil {
			return err
		}
		was := row
		end := dateIn(row.ToOn)
		if row.Event {
			row.OrganisationID, end = l.owes(d), dateIn(&row.FromOn)
		} else if due := dateIn(row.DueOn); row.OrganisationID != 0 || due.IsZero() || !due.Before(l.today) {
			row.OrganisationID, _ = l.facts.Owes(d) // a body that comes later owes nothing of before
		}
		if row.ToOn == nil && !row.Event && t.Months > 0 { // somebody has fixed the period
			end = duty.PeriodOf(l.today, t.Months).To
			row.ToOn, row.AfterEnd = column(end), t.Closed
		}
		if row.DueOn == nil {
			row.DueOn = column(t.Due(end, l.days))
		}
		if (row.DueOn != nil && was.DueOn == nil) || (row.OrganisationID != 0 && was.OrganisationID == 0) {
			row.WatchAt = next(tx.Now, dateIn(row.DueOn))
		}
		if row == was {
			continue
		}
		if err := tx.Model(&Duty{}).Where("id = ?", row.ID).Select("organisation_id", "to_on", "after_end", "due_on", "watch_at").Updates(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

// advance opens a regular duty's periods up to the one in which today lies. Those that passed while the estate had nobody to owe them, or
// before the register looked at it at all, were never owed here.
func (l *law) advance(tx *store.Tx, d rulepack.Disclosure, last *Duty, checked calendar.Date) error {
	owner, _ := l.facts.Owes(d)
	if owner == 0 {
		return nil
	}
	t, err := duty.Read(l.set, d)
	if err != nil {
		return err
	}
	from := calendar.Date{}
	switch {
	case last == nil:
	case last.ToOn != nil:
		from = dateIn(last.ToOn).Add(1)
	case last.DoneAt == nil:
		return nil // it waits for its period
	default:
		from = dateIn(last.PublishedOn)
		if !dateIn(&last.FromOn).Before(from) {
			from = dateIn(&last.FromOn)
		}
		from = from.Add(1)
	}
	if t.Months == 0 {
		if from.IsZero() || from.Before(l.today) {
			from = l.today
		}
		return l.open(tx, d, t, duty.Period{From: from}, owner)
	}
	p := duty.PeriodOf(l.today, t.Months)
	if !from.IsZero() {
		p = duty.Rest(from, t.Months)
	}
	for range mostPeriods {
		if l.today.Before(p.From) {
			return nil
		}
		if checked.Before(p.To) {
			if err := l.open(tx, d, t, p, owner); err != nil {
				return err
			}
		}
		p = duty.PeriodOf(p.To.Add(1), t.Months)
	}
	return nil
}

func (l *law) open(tx *store.Tx, d rulepack.Disclosure, t duty.Terms, p duty.Period, owner int64) error {
	if l.today.Before(p.From) {
		return nil
	}
	row := l.row(d, p.From.String(), p.From)
	row.OrganisationID, row.ToOn, row.DueOn, row.CreatedAt = owner, column(p.To), column(t.Due(p.To, l.days)), tx.Now
	row.AfterEnd = t.Closed && !p.To.IsZero()
	if row.DueOn != nil {
		row.WatchAt = next(tx.Now, dateIn(row.DueOn))
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(row).Error
}
