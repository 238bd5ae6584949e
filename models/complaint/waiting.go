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
	var reached int64
	err := t.tx.Model(&Complainant{}).Where("case_id = ? AND state <> ? AND (person_id <> 0 OR phone_index <> '' OR organisation_id <> 0)", t.c.ID, Gone).Count(&reached).Error
	if err != nil {
		return err
	}
	if reached == 0 {
		return ErrNobody
	}
	until, err := t.workingDays("complaint.ask_days")
	if err != nil {
		return err
	}
	if err := t.pause(until); err != nil {
		return err
	}
	t.step.OnAt = &until
	return t.moved(Ask, nil)
}

// supply adds what a complainant knows; if they were asked, the work goes on.
func (t *turn) supply() error {
	if t.move.To == Back {
		if err := t.unpause(); err != nil {
			return err
		}
	}
	return t.moved(Supply, nil)
}

// plan sets the work for a day. The clock runs on: a plan is a promise, not an excuse.
func (t *turn) plan() error {
	if err := t.onFrom("on", 0, 365*24*time.Hour); err != nil {
		return err
	}
	t.c.PlannedAt = t.in.On
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
	if err := t.pause(*t.in.On); err != nil {
		return err
	}
	return t.moved(Hold, nil)
}

// resume goes on before the pause has run out, or because it has.
func (t *turn) resume() error {
	if err := t.unpause(); err != nil {
		return err
	}
	return t.moved(Resume, nil)
}

// pause stops the clock until a time. All pauses of a case together last no longer than the longest hold, so that
// asking again and again is no way to sit a case out.
func (t *turn) pause(until time.Time) error {
	if time.Duration(t.c.PausedSeconds)*time.Second+until.Sub(t.tx.Now) > maxHold {
		return ErrPaused
	}
	t.c.PausedAt, t.c.HeldUntil = &t.tx.Now, &until
	return nil
}

// unpause moves the due dates on. A term in hours moves by as long as the clock stood; of one in working days as many are
// left as there were when it stopped. What was late stays late.
func (t *turn) unpause() error {
	c := t.c
	if c.PausedAt == nil {
		return nil
	}
	set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
	if err != nil {
		return err
	}
	days, err := WorkingDays(set)
	if err != nil {
		return err
	}
	term, err := set.Clock("complaint.clock." + c.Class)
	if err != nil && !errors.Is(err, rulepack.ErrUnset) {
		return err
	}
	// A pause that has run out ended when it ran out, not when somebody noticed.
	ended := *earliest(&t.tx.Now, c.HeldUntil)
	stood := ended.Sub(*c.PausedAt)
	c.PausedSeconds += int64(stood.Seconds())
	for _, at := range []**time.Time{&c.DueAt, &c.StepDueAt, &c.PlannedAt, &c.EscalateAt} {
		if *at == nil || (*at).Before(*c.PausedAt) {
			continue
		}
		later := (*at).Add(stood)
		if term.WorkingDays > 0 && at != &c.PlannedAt {
			later = days.Left(*c.PausedAt, **at, ended).UTC().Truncate(time.Second)
		}
		*at = &later
	}
	c.heedOutside(ended)
	if c.RemindAt != nil && c.DueAt != nil {
		c.RemindAt = remindBefore(t.tx.Now, *c.DueAt)
	}
	c.PausedAt, c.HeldUntil = nil, nil
	return nil
}

// onFrom refuses a day that is not between now and a limit.
func (t *turn) onFrom(field string, from, limit time.Duration) error {
	if on := *t.in.On; on.Before(t.tx.Now.Add(from)) || on.After(t.tx.Now.Add(limit)) {
		return fault.ErrInvalid.With(fault.Field{Path: field, Reason: "请选择今天之后、" + t.tx.Now.Add(limit).In(org.Shanghai).Format("2006年1月2日") + "之前的日期"})
	}
	return nil
}

// WorkingDays is the end of as many working days as the rules say.
func (t *turn) workingDays(key string) (time.Time, error) {
	set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
	if err != nil {
		return time.Time{}, err
	}
	n, err := set.Int(key)
	if err != nil {
		return time.Time{}, err
	}
	days, err := WorkingDays(set)
	if err != nil {
		return time.Time{}, err
	}
	end, _ := days.Due(t.tx.Now, int(n))
	return end.UTC().Truncate(time.Second), nil
}
