package calendar_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
)

// TestRemindBefore: a day before a long term's end, half-way through a short one.
func TestRemindBefore(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	for term, want := range map[time.Duration]time.Duration{10 * 24 * time.Hour: 9 * 24 * time.Hour, 48 * time.Hour: 24 * time.Hour, 24 * time.Hour: 12 * time.Hour, 3 * time.Second: time.Second} {
		if got := calendar.RemindBefore(from, from.Add(term)); !got.Equal(from.Add(want)) {
			t.Errorf("of %v after %v, want %v", term, got.Sub(from), want)
		}
	}
}
