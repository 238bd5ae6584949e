package calendar_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
)

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorkingDay(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]bool{
		"2026-02-13": true,  // last Friday before the Spring Festival
		"2026-02-14": true,  // Saturday, worked for the festival
		"2026-02-15": false, // first day of the festival, a Sunday
		"2026-02-17": false, // New Year's Day of the lunar year
		"2026-02-23": false, // Monday, last day of the festival
		"2026-02-24": true,
		"2026-02-28": true,  // Saturday, make-up day
		"2026-03-01": false, // plain Sunday
		"2026-09-20": true,  // Sunday worked for the National Day
		"2026-10-10": true,
		"2026-10-11": false,
		"2025-10-08": false, // Mid-Autumn and National Day together
		"2024-02-09": true,  // lunar New Year's Eve was not on the plan of 2024
		"2020-01-31": false, // extended festival of 2020
		"2020-02-01": false,
		"2023-01-28": true,
		"2022-10-08": true,
		"2021-05-08": true,
	} {
		if got := calendar.National().WorkingDay(date(t, day)); got != want {
			t.Errorf("WorkingDay(%s) = %v, want %v", day, got, want)
		}
	}
}

// The yearly plans move days, they do not invent work: 248 to 252 working days in every year.
func TestYearsAreWhole(t *testing.T) {
	t.Parallel()
	c := calendar.National()
	for year := 2020; year <= 2026; year++ {
		if !c.Known(year) {
			t.Errorf("%d is not known", year)
		}
		n := 0
		for d := (calendar.Date{Year: year, Month: time.January, Day: 1}); d.Year == year; d = d.Add(1) {
			if c.WorkingDay(d) {
				n++
			}
		}
		if n < 247 || n > 252 {
			t.Errorf("%d has %d working days", year, n)
		}
	}
	if c.Known(2019) || c.Known(2027) {
		t.Error("a year without a plan counts as known")
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from string
		n          int
		want       string
		known      bool
	}{
		{"plain week", "2026-03-02T10:00:00+08:00", 5, "2026-03-09T23:59:59+08:00", true},
		{"over the Spring Festival, both make-up days count", "2026-02-12T09:00:00+08:00", 7, "2026-02-28T23:59:59+08:00", true},
		{"filed on a holiday", "2026-02-17T09:00:00+08:00", 1, "2026-02-24T23:59:59+08:00", true},
		{"late in the evening in UTC is already tomorrow here", "2026-03-02T16:30:00Z", 1, "2026-03-04T23:59:59+08:00", true},
		{"no days: today while it is worked", "2026-03-02T10:00:00+08:00", 0, "2026-03-02T23:59:59+08:00", true},
		{"no days, on a Sunday: Monday", "2026-03-01T10:00:00+08:00", 0, "2026-03-02T23:59:59+08:00", true},
		{"into a year without a plan", "2026-12-30T10:00:00+08:00", 3, "2027-01-04T23:59:59+08:00", false},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		due, known := calendar.National().Due(from, c.n)
		if got := due.Format(time.RFC3339); got != c.want || known != c.known {
			t.Errorf("%s: got %s known=%v, want %s known=%v", c.name, got, known, c.want, c.known)
		}
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	o, err := calendar.ParseOverrides([]string{"2027 全", "2027-01-01 休", "2027-02-20 班", "2026-03-03 休"})
	if err != nil {
		t.Fatal(err)
	}
	c := calendar.National().With(o)
	if !c.Known(2027) || c.WorkingDay(date(t, "2027-01-01")) || !c.WorkingDay(date(t, "2027-02-20")) {
		t.Error("the plan of 2027 that was entered does not count")
	}
	if got := c.AddWorkingDays(date(t, "2026-03-02"), 1); got.String() != "2026-03-04" {
		t.Errorf("a day declared off later still counts: %s", got)
	}
	if calendar.National().Known(2027) || !calendar.National().WorkingDay(date(t, "2026-03-03")) {
		t.Error("overrides leaked into the national calendar")
	}
}

func TestOverridesRefuse(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]string{
		{"2027-02-30 休"}, {"2027-02-06"}, {"2027-02-06 放"}, {"27 全"}, {"2027-02-06 休", "2027-02-06 班"},
	} {
		if _, err := calendar.ParseOverrides(lines); err == nil {
			t.Errorf("%q was accepted", lines)
		}
	}
}
