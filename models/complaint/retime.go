package complaint

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Under is what the cases that an organisation led when they closed would have been under the rules of another day.
type Under struct {
	Rules  string // stamp of those rules
	Closed int64
	InTime int64
	NoDue  int64
	Score  *int64 // with the weights of that day
}

// maxRetimed bounds how many cases one question reads again.
const maxRetimed = 200_000

var errTooMany = ErrPeriod.Saying("这段时间办结的投诉太多，请把期间缩短再按另一天的规则重算")

// FiguresUnder gives the figures of a period as they are, and beside them what the same cases would give under the rules of
// another day: every clock starts at the same dispatch and stands for the same pauses, with that day's terms, working days and
// weights. Nothing is stored. Deadlines from outside (12345) and those that a merger brought are facts of their own and no rule
// of that day; there the day's own term counts.
// Faults: ErrForbidden, ErrPeriod.
func (s *Service) FiguresUnder(ctx context.Context, actor org.Actor, p Period, day time.Time) ([]UnitFigures, map[int64]Under, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, nil, err
	}
	if err := p.Check(); err != nil {
		return nil, nil, err
	}
	var units []UnitFigures
	under := map[int64]Under{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		if units, _, err = s.figuresUnder(tx, sightOf(actor), p, p.To); err != nil {
			return err
		}
		set, err := org.Rules(tx, day, s.pack.Code)
		if err != nil {
			return err
		}
		weights, err := rateWeights(set)
		if err != nil {
			return err
		}
		for _, u := range units {
			under[u.OrganisationID] = Under{Rules: set.Stamp(), Score: u.score(weights)}
		}
		return retime(tx, sightOf(actor), p, set, under)
	})
	return units, under, err
}

// retime counts what would have been in time under some rules, by who led at the end.
func retime(tx *store.Tx, r sight, p Period, set *rulepack.Set, under map[int64]Under) error {
	days, err := WorkingDays(set)
	if err != nil {
		return err
	}
	which := func(q *gorm.DB) *gorm.DB {
		return r.cases(q).Where(handled, p.From, p.To).Where(conditions[FigureClosed])
	}
	var n int64
	if err := tx.Table("cases").Scopes(which).Count(&n).Error; err != nil {
		return err
	}
	if n > maxRetimed {
		return errTooMany
	}
	var failed error
	// A step at the very end of the period belongs to a later one; what a case went through until it closed lies before.
	err = eachCase(tx, which, p.To, func(c Case, steps []Step) {
		again, err := replay(c.Class, steps, set, days)
		if err != nil {
			failed = errors.Join(failed, err)
			return
		}
		u := under[c.LeadID]
		u.Closed++
		switch {
		case again.due == nil:
			u.NoDue++
		case c.AnsweredAt != nil && again.late == 0:
			u.InTime++
		}
		under[c.LeadID] = u
	})
	return errors.Join(err, failed)
}

// clock is where a case's clock stands while its steps are read again.
type clock struct {
	due    *time.Time
	paused *time.Time
	until  *time.Time // when the pause ends by itself
	late   int        // answers after the date that was due when they came
}

// replay runs a case's clock over its steps: it starts at every dispatch, stands while the case is held or waits for its
// complainant, and looks at every answer.
func replay(class string, steps []Step, set *rulepack.Set, days calendar.Calendar) (clock, error) {
	var c clock
	term, err := set.Clock("complaint.clock." + class)
	if err != nil && !errors.Is(err, rulepack.ErrUnset) {
		return c, err
	}
	for _, st := range steps {
		switch {
		case dispatches(st):
			c.due, c.paused = nil, nil
			due, _, err := dueFrom(set, class, st.At)
			if err != nil && !errors.Is(err, rulepack.ErrUnset) {
				return c, err
			}
			c.due = due
		case st.State.paused() && c.paused == nil:
			c.paused, c.until = &st.At, st.OnAt
		case !st.State.paused() && c.paused != nil:
			c.resume(*earliest(&st.At, c.until), term, days) // as unpause does
		}
		if st.Kind == Answer && c.due != nil && st.At.After(*c.due) {
			c.late++
		}
	}
	return c, nil
}

// dispatches reports whether a step has started the case's clock anew.
func dispatches(st Step) bool {
	switch st.Kind {
	case File, Arbitrate, Redirect, Conclude, Return, Reopen:
		return true
	}
	return false
}

// resume moves the due date on as unpause does: what was late stays late.
func (c *clock) resume(now time.Time, term rulepack.Term, days calendar.Calendar) {
	paused := *c.paused
	c.paused = nil
	if c.due == nil || c.due.Before(paused) {
		return
	}
	later := c.due.Add(now.Sub(paused))
	if term.WorkingDays > 0 {
		later = days.Left(paused, *c.due, now).UTC().Truncate(time.Second)
	}
	c.due = &later
}
