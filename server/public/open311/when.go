package open311

import (
	"errors"
	"time"
)

// zone is where the city reads its clock.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// When writes a time in the W3C's subset of ISO 8601 with the zone +08:00.
func When(t time.Time) Text { return Text(t.In(zone).Format(time.RFC3339)) }

// WhenOr writes a time that may be missing.
func WhenOr(t *time.Time) Text {
	if t == nil {
		return ""
	}
	return When(*t)
}

// MaxSpan is the longest range that a search may cover.
const MaxSpan = 90 * 24 * time.Hour

// The ways in which a range is wrong.
var (
	ErrWhen  = errors.New("start_date 和 end_date 应写成 2010-01-01T00:00:00Z 或 2010-01-01T00:00:00+08:00 这样带时区的时间")
	ErrOrder = errors.New("start_date 不能晚于 end_date")
	ErrSpan  = errors.New("start_date 和 end_date 之间不能超过90天")
)

// writings are the W3C note's granularities of a complete date. Where the zone may be missing it is the city's.
var writings = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02"}

// ParseWhen reads a time as clients write it.
func ParseWhen(s string) (time.Time, error) {
	for _, w := range writings {
		if t, err := time.ParseInLocation(w, s, zone); err == nil && t.Year() >= 1970 && t.Year() < 9999 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, ErrWhen
}

// Span reads a range: what is missing is 90 days from what is given, and without either the last 90 days.
func Span(start, end string, now time.Time) (from, to time.Time, err error) {
	if start != "" {
		if from, err = ParseWhen(start); err != nil {
			return from, to, err
		}
	}
	if end != "" {
		if to, err = ParseWhen(end); err != nil {
			return from, to, err
		}
	}
	switch {
	case start == "" && end == "":
		from, to = now.Add(-MaxSpan), now
	case start == "":
		from = to.Add(-MaxSpan)
	case end == "":
		to = from.Add(MaxSpan)
	}
	switch {
	case from.After(to):
		return from, to, ErrOrder
	case to.Sub(from) > MaxSpan:
		return from, to, ErrSpan
	}
	return from, to, nil
}
