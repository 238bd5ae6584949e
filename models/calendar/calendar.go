package calendar

import (
	"maps"
	"time"
)

// Calendar says of each day whether it is worked. The zero value knows no holidays; start from National.
type Calendar struct {
	years   map[int]bool
	working map[Date]bool // only days that differ from "Monday to Friday"
}

// National is the embedded calendar of the State Council's yearly plans, 2020 to 2026.
func National() Calendar { return national }

// With returns the calendar changed by the days that an office entered.
func (c Calendar) With(o Overrides) Calendar {
	years, working := maps.Clone(c.years), maps.Clone(c.working)
	if years == nil {
		years, working = map[int]bool{}, map[Date]bool{}
	}
	for y := range o.Years {
		years[y] = true
	}
	maps.Copy(working, o.Working)
	return Calendar{years: years, working: working}
}

// Known reports whether the holidays of the year are known. For other years WorkingDay falls back to Monday to
// Friday, and the caller must say loudly that the due date is an estimate.
func (c Calendar) Known(year int) bool { return c.years[year] }

// WorkingDay reports whether people work on d.
func (c Calendar) WorkingDay(d Date) bool {
	if w, ok := c.working[d]; ok {
		return w
	}
	return !d.Weekend()
}

// AddWorkingDays is the n-th working day after d; d itself does not count (Civil Code art. 201). For n ≤ 0 it is
// the first working day on or after d.
func (c Calendar) AddWorkingDays(d Date, n int) Date {
	if n <= 0 {
		for !c.WorkingDay(d) {
			d = d.Add(1)
		}
		return d
	}
	for n > 0 {
		d = d.Add(1)
		if c.WorkingDay(d) {
			n--
		}
	}
	return d
}

// Left gives the new end of a term in working days that stopped at paused, was to end at due, and goes on at now: as many
// whole working days after now's day as there were after the day on which it stopped. Without any left it is the end of
// now's day, or of the next working day.
func (c Calendar) Left(paused, due, now time.Time) time.Time {
	n := 0
	for d, last := DateOf(paused).Add(1), DateOf(due); !last.Before(d); d = d.Add(1) {
		if c.WorkingDay(d) {
			n++
		}
	}
	return c.AddWorkingDays(DateOf(now), n).End()
}

// Due is when a period of n working days that starts at t ends: the last second of its n-th working day. known is
// false when the period touches a year whose holidays are not known.
func (c Calendar) Due(t time.Time, n int) (due time.Time, known bool) {
	from := DateOf(t)
	last := c.AddWorkingDays(from, n)
	known = true
	for y := from.Year; y <= last.Year; y++ {
		known = known && c.Known(y)
	}
	return last.End(), known
}
