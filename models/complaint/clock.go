package complaint

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// dispatch starts the case's clock, which runs from now, and puts it before its lead anew.
func (t *turn) dispatch() error {
	c := t.c
	set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
	if err != nil {
		return err
	}
	c.DispatchedAt, c.AcceptedAt, c.PlannedAt, c.PausedAt, c.HeldUntil, c.StepDueAt, c.SupervisorID = &t.tx.Now, nil, nil, nil, nil, nil, 0
	c.Rules = set.Stamp()
	c.DueAt, c.DueReference, c.RemindAt = nil, false, nil
	due, reference, err := dueFrom(set, c.Class, t.tx.Now)
	if err != nil && !errors.Is(err, rulepack.ErrUnset) {
		return err
	}
	c.DueAt, c.DueReference = due, reference
	c.heedOutside(t.tx.Now)
	c.RemindAt = c.reminder(t.tx.Now)
	return nil
}

// heedOutside lets a deadline from outside count while it lies ahead and is the earlier one. No pause moves it.
func (c *Case) heedOutside(now time.Time) {
	if out := c.OutsideDueAt; out != nil && out.After(now) && (c.DueAt == nil || out.Before(*c.DueAt)) {
		c.DueAt, c.DueReference = out, false
	}
}

// reminder is when the lead is reminded of the case's date; nil once that time has passed.
func (c *Case) reminder(now time.Time) *time.Time {
	if c.DueAt == nil || c.DispatchedAt == nil {
		return nil
	}
	at := remindBefore(*c.DispatchedAt, *c.DueAt)
	if at.Before(now) {
		return nil
	}
	return at
}

// remindBefore is when an office is reminded: a day before the end, or half-way if the whole is shorter than two days.
func remindBefore(from, due time.Time) *time.Time {
	at := due.Add(-24 * time.Hour)
	if due.Sub(from) < 48*time.Hour {
		at = from.Add(due.Sub(from) / 2)
	}
	at = at.Truncate(time.Second)
	return &at
}

// stepClocks are the local values that say how long an office may leave a case in a state. The law names none; without
// a local value only the case's own clock runs.
var stepClocks = map[State]string{Dispatched: "complaint.step.accept", Offered: "complaint.step.sign", Arbitration: "complaint.step.arbitrate"}

// clock sets what follows from where the case stands: whether it is open, its place in the work lists, and when it
// wants to be looked at again.
func (t *turn) clock() error {
	c := t.c
	c.Open = !c.State.over()
	c.Urgent = c.Urgent || c.Class == string(rulepack.Danger) || c.Class == string(rulepack.Repair)
	if c.State != t.from || t.step != nil && t.step.Kind == Plan {
		if err := t.stepClock(); err != nil {
			return err
		}
		// Whoever was called in because a step took too long has done their part when it is taken; in a case past its own
		// date they stay.
		if c.DueAt == nil || c.DueAt.After(t.tx.Now) {
			c.SupervisorID = 0
		}
	}
	if c.SupervisorID == 0 {
		c.EscalateAt = earliest(c.DueAt, c.StepDueAt)
	}
	switch {
	case !c.Open:
		c.WakeAt, c.RemindAt, c.EscalateAt, c.StepDueAt = nil, nil, nil, nil
	case c.State == Answered || c.State.paused():
		c.WakeAt = c.HeldUntil
	default:
		c.WakeAt = earliest(c.RemindAt, c.EscalateAt)
	}
	c.Queue = c.queue()
	return nil
}

// stepClock starts the clock of the state that the case has just come to, with a reminder before it runs out.
func (t *turn) stepClock() error {
	c := t.c
	c.StepDueAt = nil
	defer func() { // the former step's reminder goes with it
		c.RemindAt = c.reminder(t.tx.Now)
		if c.StepDueAt != nil {
			c.RemindAt = earliest(c.RemindAt, remindBefore(t.tx.Now, *c.StepDueAt))
		}
	}()
	if c.State == Planned { // a plan is a promise
		c.StepDueAt = c.PlannedAt
		return nil
	}
	key, ok := stepClocks[c.State]
	if !ok {
		return nil
	}
	set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
	if err != nil {
		return err
	}
	due, _, err := Term(set, key, t.tx.Now)
	if errors.Is(err, rulepack.ErrUnset) {
		return nil
	}
	c.StepDueAt = due
	return err
}

// queue orders the work lists by one number: danger first; among both, what is due first, then what waits for somebody
// else than an office.
func (c *Case) queue() int64 {
	const never, danger = 1 << 40, 1 << 42
	at := int64(never)
	if due := earliest(c.DueAt, c.StepDueAt); due != nil {
		at = due.Unix()
	}
	if c.State == Answered || c.State.paused() {
		at = 2 * never
		if c.HeldUntil != nil {
			at = never + c.HeldUntil.Unix()
		}
	}
	if c.Urgent {
		at -= danger
	}
	return at
}

func earliest(times ...*time.Time) *time.Time {
	var first *time.Time
	for _, t := range times {
		if t != nil && (first == nil || t.Before(*first)) {
			first = t
		}
	}
	return first
}

// seat brings the parties' rows to where the case stands: in whose queue it is, whose turn, and what lists narrow by.
func (c *Case) seat(tx *store.Tx) error {
	turn := []int64{0}
	arbiter := ""
	switch c.State {
	case Dispatched, Accepted, Planned, Returned:
		turn = append(turn, c.LeadID)
	case Offered:
		turn = append(turn, c.LeadID, c.OfferedID)
	case Arbitration:
		arbiter = "arbiter"
	}
	if c.SupervisorID != 0 && c.Open && c.State != Answered && !c.State.paused() {
		turn = append(turn, c.SupervisorID)
	}
	callers := []string{""}
	if c.State == Answered {
		callers = append(callers, finder, caller)
	}
	return tx.Exec("UPDATE case_parties SET open = ?, queue = ?, waiting = CASE WHEN organisation_id IN ? OR role = ? OR role IN ? THEN ? ELSE ? END, "+
		"estate_id = ?, state = ?, matter = ?, source = ?, lead_id = ?, about_id = ?, urgent = ?, due_at = ?, step_due_at = ?, created_at = ?, closed_at = ? WHERE case_id = ?",
		c.Open, c.Queue, turn, arbiter, callers, true, false, c.EstateID, c.State, c.Matter, c.Source, c.LeadID, c.AboutID, c.Urgent, c.DueAt, c.StepDueAt, c.CreatedAt, c.ClosedAt, c.ID).Error
}

// dueFrom is when a case of a class is due if it is dispatched at now.
func dueFrom(set *rulepack.Set, class string, now time.Time) (*time.Time, bool, error) {
	return Term(set, "complaint.clock."+class, now)
}

// Term is when a term of the rules ends that begins now: natural hours, or the end of the last of so many working
// days. The flag says that the date is 参考时限: no local value is confirmed, or a year's holidays are not known.
func Term(set *rulepack.Set, key string, now time.Time) (*time.Time, bool, error) {
	term, err := set.Clock(key)
	if err != nil {
		return nil, false, err
	}
	v, err := set.Find(key)
	if err != nil {
		return nil, false, err
	}
	due, reference := now.Add(time.Duration(term.Hours)*time.Hour), v.Reference
	if term.WorkingDays > 0 {
		days, err := WorkingDays(set)
		if err != nil {
			return nil, false, err
		}
		var known bool
		if due, known = days.Due(now, term.WorkingDays); !known {
			reference = true
		}
	}
	due = due.UTC().Truncate(time.Second)
	return &due, reference, nil
}

// horizon is how far ahead due dates reach: the longest term in working days with a long holiday in it.
const horizon = 60 * 24 * time.Hour

// UnknownYears lists the years in which due dates fall now, or may fall soon, and whose holidays nobody has entered: dates
// in them count from Monday to Friday and are marked as estimates.
func (s *Service) UnknownYears(ctx context.Context) ([]int, error) {
	var years []int
	err := s.db.View(ctx, func(tx *store.Tx) error {
		set, err := org.Rules(tx, tx.Now, s.pack.Code)
		if err != nil {
			return err
		}
		days, err := WorkingDays(set)
		if err != nil {
			return err
		}
		for _, at := range []time.Time{tx.Now, tx.Now.Add(horizon)} {
			if y := calendar.DateOf(at).Year; !days.Known(y) && !slices.Contains(years, y) {
				years = append(years, y)
			}
		}
		return nil
	})
	return years, err
}

// WarnOfYears tells the bureau to enter the holidays of years that are not known. It returns those years.
func (s *Service) WarnOfYears(ctx context.Context) ([]int, error) {
	years, err := s.UnknownYears(ctx)
	if err != nil || len(years) == 0 {
		return years, err
	}
	return years, s.db.InTx(ctx, func(tx *store.Tx) error {
		for _, y := range years {
			if err := outbox.Append(tx, event.CalendarUnknown{Year: y, At: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// WorkingDays is the national calendar with the days that the bureau has entered over it.
func WorkingDays(set *rulepack.Set) (calendar.Calendar, error) {
	days := calendar.National()
	lines, err := set.List("calendar.days")
	if errors.Is(err, rulepack.ErrUnset) {
		return days, nil
	}
	if err != nil {
		return days, err
	}
	o, err := calendar.ParseOverrides(lines)
	if err != nil {
		return days, err
	}
	return days.With(o), nil
}
