// Package calendar knows the working days of China: weekends, public holidays and the make-up days worked for them.
// It is pure: days in, days out, no clock; it imports the standard library only.
package calendar

import (
	"fmt"
	"time"
)

// Shanghai is the zone of every due date. China has kept UTC+8 without summer time since 1992, so a fixed zone is
// exact for everything this product computes and needs no zone files on the machine.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a calendar day in China.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day in Shanghai at the instant t.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai).Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-02-17".
func ParseDate(s string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, Shanghai)
	if err != nil {
		return Date{}, fmt.Errorf("日期 %q 应写成 2026-02-17 这样", s)
	}
	return DateOf(t), nil
}

// Start is 00:00 of the day in Shanghai.
func (d Date) Start() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Shanghai)
}

// End is the last second of the day in Shanghai: a period ends at 24:00 of its last day (Civil Code art. 203).
func (d Date) End() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 23, 59, 59, 0, Shanghai)
}

// Add is the day n calendar days later; n may be negative.
func (d Date) Add(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, Shanghai))
}

// Before reports whether d comes before e.
func (d Date) Before(e Date) bool { return d.Start().Before(e.Start()) }

// Weekend reports whether d is a Saturday or Sunday.
func (d Date) Weekend() bool {
	w := d.Start().Weekday()
	return w == time.Saturday || w == time.Sunday
}

// IsZero reports whether d is unset.
func (d Date) IsZero() bool { return d == Date{} }

// String is "2026-02-17".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }
