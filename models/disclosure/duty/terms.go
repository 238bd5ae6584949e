package duty

import (
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/rulepack"
)

// Terms are what the law of a day says of one duty. A value that nobody has supplied stays open: it is never read as a number.
type Terms struct {
	Event   string          // after what it is owed; empty for a regular one
	Months  int             // how long a period is; 0 for an event, and while it is open
	Days    int             // within so many days after the period or the event
	Closed  bool            // the term runs from the period's end: what is published before it is not about all of it
	Posted  int64           // days that it hangs at least, 0 while open
	Every   *rulepack.Value // while the period is open
	Within  *rulepack.Value // while the term is open
	Hanging *rulepack.Value // while the days of posting are open
	Since   calendar.Date   // from when the period and the term are in force: nobody is late by a rule of later
}

// Read gives the terms of a duty. Faults: those of rulepack but ErrUnset.
func Read(set *rulepack.Set, d rulepack.Disclosure) (Terms, error) {
	t := Terms{Event: d.Event, Closed: d.Every != "" && d.Within != ""}
	for _, x := range []struct {
		key  string
		to   func(int64, rulepack.Value)
		open **rulepack.Value
	}{
		{d.Every, func(n int64, v rulepack.Value) {
			t.Months = int(n)
			if v.Kind == rulepack.Years {
				t.Months *= 12
			}
			t.since(v)
		}, &t.Every},
		{d.Within, func(n int64, v rulepack.Value) { t.Days = int(n); t.since(v) }, &t.Within},
		{d.Posted, func(n int64, _ rulepack.Value) { t.Posted = n }, &t.Hanging},
	} {
		if x.key == "" {
			continue
		}
		v, err := set.Find(x.key)
		if err != nil {
			return t, err
		}
		n, err := set.Int(x.key)
		switch {
		case errors.Is(err, rulepack.ErrUnset):
			*x.open = &v
		case err != nil:
			return t, err
		default:
			x.to(n, v)
		}
	}
	return t, nil
}

func (t *Terms) since(v rulepack.Value) {
	if t.Since.Before(v.Effective) {
		t.Since = v.Effective
	}
}

// Due is the last day for what happened on a day or for a period that ends on it; the zero Date while the law leaves it open, and for what
// ended before the rule was in force. A term that ends on a day off ends on the next working day (Civil Code art. 203).
func (t Terms) Due(end calendar.Date, days calendar.Calendar) calendar.Date {
	if t.Every != nil || t.Within != nil || end.IsZero() || end.Before(t.Since) {
		return calendar.Date{}
	}
	return days.AddWorkingDays(end.Add(t.Days), 0)
}

// Often is how often, as people read it.
func (t Terms) Often() string {
	switch {
	case t.Event != "":
		return t.Event
	case t.Every != nil:
		return "周期未定，由" + rulepack.SupplierNames[t.Every.SuppliedBy] + "确定"
	case t.Months == 12:
		return "每年至少一次"
	case t.Months == 6:
		return "每半年至少一次"
	case t.Months == 3:
		return "每季度至少一次"
	case t.Months == 1:
		return "每月至少一次"
	}
	return fmt.Sprintf("每%d个月至少一次", t.Months)
}

// By is until when, as people read it.
func (t Terms) By() string {
	after := "这一期结束后"
	if t.Event != "" {
		after = ""
	}
	switch {
	case t.Every != nil:
		return "周期确定以后才有期限"
	case t.Within != nil:
		return "期限未定，由" + rulepack.SupplierNames[t.Within.SuppliedBy] + "确定"
	case t.Event == "" && !t.Closed:
		return "这一期的最后一天以前"
	}
	return fmt.Sprintf("%s%d日内", after, t.Days)
}

// Hangs is for how long it is posted, as people read it.
func (t Terms) Hangs() string {
	if t.Hanging != nil {
		return "张贴天数未定，由" + rulepack.SupplierNames[t.Hanging.SuppliedBy] + "确定"
	}
	return fmt.Sprintf("至少张贴%d日", t.Posted)
}
