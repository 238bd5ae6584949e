package plan

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
)

// TestWorkingTime: evenings, weekends and holidays do not count, and a Sunday that is worked does.
func TestWorkingTime(t *testing.T) {
	t.Parallel()
	w := Working{From: "09:00", To: "17:00"}
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct {
		from, want string
		d          time.Duration
	}{
		{"2026-03-09 10:00", "2026-03-09 12:00", 2 * time.Hour},
		{"2026-03-09 07:10", "2026-03-09 11:00", 2 * time.Hour},
		{"2026-03-09 16:00", "2026-03-10 10:00", 2 * time.Hour},
		{"2026-03-09 17:00", "2026-03-10 11:00", 2 * time.Hour},
		{"2026-03-13 16:30", "2026-03-16 16:30", 8 * time.Hour}, // over a weekend
		{"2026-03-14 12:00", "2026-03-16 17:00", 8 * time.Hour},
		{"2026-09-30 16:00", "2026-10-08 16:00", 8 * time.Hour}, // over the national holiday
	} {
		if got := w.Add(calendar.National(), at(c.from), c.d); !got.Equal(at(c.want)) {
			t.Errorf("%s and %s of work: %s, want %s", c.from, c.d, got.In(zone), c.want)
		}
	}
	if got := (Working{}).Add(calendar.National(), at("2026-03-14 12:00"), time.Hour); !got.Equal(at("2026-03-14 13:00")) {
		t.Errorf("without hours of work %s", got)
	}
}
