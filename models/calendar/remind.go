package calendar

import "time"

// RemindBefore is when somebody is reminded of a date that was set at from: a day before it, or half-way if the whole is
// shorter than two days.
func RemindBefore(from, due time.Time) time.Time {
	at := due.Add(-24 * time.Hour)
	if due.Sub(from) < 48*time.Hour {
		at = from.Add(due.Sub(from) / 2)
	}
	return at.Truncate(time.Second)
}
