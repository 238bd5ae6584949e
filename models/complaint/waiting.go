package complaint

import (
	"errors"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
)

// maxHold bounds a hold whatever the city allows.
const maxHold = 180 * 24 * time.Hour

// ask waits for the complainant to add something. The clock pauses, for a bounded time.
func (t *turn) ask() error {
	if t.c.People == 0 {
		return ErrNobody
	}
	until, err := t.workingDays("complaint.ask_days")
	if err != nil {
		return err
	}
	t.pause(until)
	t.step.OnAt = &until
	return t.moved(Ask, nil)
}

// supply adds what a complainant knows; if they were asked, the work goes on.
func (t *turn) supply() error {
	if t.move.To == Back {
		t.unpause()
	}
	return t.moved(Supply, nil)
}

// plan sets the work for a day. The clock runs on: a plan is a promise, not an excuse.
func (t *turn) plan() error {
	if err := t.onFrom("on", 0, 365*24*time.Hour); err != nil {
		return err
	}
	return t.moved(Plan, nil)
}

// hold stops the work until a day, with a reason that the complainant reads. The clock pauses.
func (t *turn) hold() error {
	limit := maxHold
	set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
	if err != nil {
		return err
	}
	days, err := set.Int("complaint.hold_days")
	if err != nil && !errors.Is(err, rulepack.ErrUnset) {
		return err
	}
	if err == nil {
		limit = min(limit, time.Duration(days)*24*time.Hour)
	}
	if err := t.onFrom("on", 0, limit); err != nil {
		return err
	}
	t.pause(*t.in.On)
	return t.moved(Hold, nil)
}

// resume goes on before the pause has run out, or because it has.
func (t *turn) resume() error {
	t.unpause()
	return t.moved(Resume, nil)
}

func (t *turn) pause(until time.Time) {
	t.c.PausedAt, t.c.HeldUntil = &t.tx.Now, &until
}

// unpause moves the due dates by as long as the clock stood.
func (t *turn) unpause() {
	c := t.c
	if c.PausedAt == nil {
		return
	}
	stood := t.tx.Now.Sub(*c.PausedAt)
	for _, at := range []**time.Time{&c.DueAt, &c.StepDueAt, &c.RemindAt, &c.EscalateAt} {
		if *at != nil {
			later := (*at).Add(stood)
			*at = &later
		}
	}
	c.PausedAt, c.HeldUntil = nil, nil
}

// onFrom refuses a day that is not between now and a limit.
func (t *turn) onFrom(field string, from, limit time.Duration) error {
	if on := *t.in.On; on.Before(t.tx.Now.Add(from)) || on.After(t.tx.Now.Add(limit)) {
		return fault.ErrInvalid.With(fault.Field{Path: field, Reason: "请选择今天之后、" + t.tx.Now.Add(limit).In(org.Shanghai).Format("2006年1月2日") + "之前的日期"})
	}
	return nil
}

// workingDays is the end of as many working days as the rules say.
func (t *turn) workingDays(key string) (time.Time, error) {
	set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
	if err != nil {
		return time.Time{}, err
	}
	n, err := set.Int(key)
	if err != nil {
		return time.Time{}, err
	}
	days, err := workingDays(set)
	if err != nil {
		return time.Time{}, err
	}
	end, _ := days.Due(t.tx.Now, int(n))
	return end.UTC().Truncate(time.Second), nil
}
