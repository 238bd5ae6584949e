package open311

import (
	"errors"
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	now := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		start, end string
		from, to   string
		err        error
	}{
		{"", "", "2026-08-26T04:00:00Z", "2026-11-24T04:00:00Z", nil},
		{"2010-05-24T00:00:00Z", "2010-06-24T00:00:00Z", "2010-05-24T00:00:00Z", "2010-06-24T00:00:00Z", nil},
		{"2010-05-24T00:00:00Z", "", "2010-05-24T00:00:00Z", "2010-08-22T00:00:00Z", nil},
		{"", "2010-08-22T00:00:00+08:00", "2010-05-23T16:00:00Z", "2010-08-21T16:00:00Z", nil},
		{"2010-01-01T00:00:00Z", "2010-04-01T00:00:00Z", "2010-01-01T00:00:00Z", "2010-04-01T00:00:00Z", nil}, // 90 days
		{"2010-01-01T00:00:00Z", "2010-04-01T00:00:01Z", "", "", ErrSpan},
		{"2010-06-24T00:00:00Z", "2010-05-24T00:00:00Z", "", "", ErrOrder},
		{"yesterday", "", "", "", ErrWhen},
		{"", "2010-05-24 00:00:00", "", "", ErrWhen},
		{"0001-01-01T00:00:00Z", "", "", "", ErrWhen},
		{"2010-05-24", "2010-05-25", "2010-05-23T16:00:00Z", "2010-05-24T16:00:00Z", nil}, // the city's days
		{"2010-05-24T08:30+08:00", "2010-05-25T00:00:00.5Z", "2010-05-24T00:30:00Z", "2010-05-25T00:00:00.5Z", nil},
	} {
		from, to, err := Span(c.start, c.end, now)
		if !errors.Is(err, c.err) {
			t.Errorf("%q %q: %v", c.start, c.end, err)
		}
		if c.err == nil && (from.Format(time.RFC3339Nano) != c.from || to.Format(time.RFC3339Nano) != c.to) {
			t.Errorf("%q %q: %s %s", c.start, c.end, from.Format(time.RFC3339Nano), to.Format(time.RFC3339Nano))
		}
	}
	if got := When(now); got != "2026-11-24T12:00:00+08:00" {
		t.Error(got)
	}
	if got := WhenOr(nil); got != "" {
		t.Error(got)
	}
}
