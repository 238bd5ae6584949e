package disclosure

import (
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// meant are the duties that a notice fulfils: those that it names, in the place of one whose year its figures do not reach the open one of the year
// that they tell of; and, named or not, the open ones of a whole year that was missed and that it gives the account of.
func (s *Service) meant(tx *store.Tx, set *rulepack.Set, n *Notice, e edition, named []Duty) ([]Duty, error) {
	var list []Duty
	add := func(d Duty) {
		if !slices.ContainsFunc(list, func(x Duty) bool { return x.ID == d.ID }) {
			list = append(list, d)
		}
	}
	for i := range named {
		missed, err := named[i].missed(tx, e.queries)
		if err != nil {
			return nil, err
		}
		if missed == nil {
			missed = &named[i]
		}
		add(*missed)
	}
	if len(e.queries) == 0 || e.confirmed == 0 {
		return list, nil
	}
	var late []Duty
	err := tx.Where("estate_id = ? AND organisation_id = ? AND event = ? AND sphere = 'finance' AND done_at IS NULL AND to_on < ? AND due_on < ?", n.EstateID, n.OrganisationID, false, org.DayOf(tx.Now), org.DayOf(tx.Now)).
		Order("from_on, id").Limit(mostDuties).Find(&late).Error
	if err != nil {
		return nil, err
	}
	for _, d := range late {
		law, ok := set.Disclosure(d.Code)
		if !ok || len(list) >= mostDuties {
			continue
		}
		t, err := duty.Read(set, law)
		if err != nil {
			return nil, err
		}
		if t.Months == 12 && d.told(e.queries) && d.suits(tx, set, n, e.queries, e.confirmed) == nil {
			add(d)
		}
	}
	return list, nil
}

// reach is the last day of which an account of a duty tells; the zero Date where no figure is of the duty's book.
func (d *Duty) reach(figures []Query) (last calendar.Date) {
	for _, q := range figures {
		if d.own(q) && last.Before(q.To) {
			last = q.To
		}
	}
	return last
}

// missed is the open duty of the same kind whose period an account tells of, where it does not reach the period of d: who was late with a year has
// not published the next one with it. Nil where there is none.
func (d *Duty) missed(tx *store.Tx, figures []Query) (*Duty, error) {
	last := d.reach(figures)
	if d.Event || d.AfterEnd || d.ToOn == nil || last.IsZero() || !last.Before(dateIn(&d.FromOn)) {
		return nil, nil
	}
	var rows []Duty
	err := tx.Where("estate_id = ? AND organisation_id = ? AND code = ? AND event = ? AND done_at IS NULL AND from_on <= ? AND to_on >= ?", d.EstateID, d.OrganisationID, d.Code, false, column(last), column(last)).
		Order("id").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// told reports whether figures give the account of a duty's whole period and of no later time: a turnover from its first day to its last.
func (d *Duty) told(figures []Query) bool {
	from, to := dateIn(&d.FromOn), dateIn(d.ToOn)
	return d.reach(figures) == to && slices.ContainsFunc(figures, func(q Query) bool {
		return d.counts(q) && !q.From.IsZero() && !from.Before(q.From) && q.To == to
	})
}

// ofMissed refuses to name, for a period that an account does not reach, what tells of an earlier one that is still open.
func (d *Duty) ofMissed(tx *store.Tx, figures []Query) error {
	missed, err := d.missed(tx, figures)
	if err != nil || missed == nil {
		return err
	}
	return ErrDutyNotice.Saying(fmt.Sprintf("这份公示的数是%s的，“%s”%s的还没有公开；请用它来公开%s的那一项", missed.Period(), d.Title, missed.Period(), missed.Period()))
}
