package sandbox

import "time"

// counter counts calls in one calendar period.
type counter struct {
	period time.Time
	n      int
}

// mostCounters bounds the counters; those of past periods make room.
const mostCounters = 10_000

// over counts a call and reports that it exceeds most in its period; most 0 counts nothing.
func (s *Sandbox) over(name string, per time.Duration, most int) bool {
	if most <= 0 {
		return false
	}
	period := s.now().Truncate(per)
	c := s.counters[name]
	if c == nil || !c.period.Equal(period) {
		if len(s.counters) >= mostCounters {
			clear(s.counters)
		}
		c = &counter{period: period}
		s.counters[name] = c
	}
	if c.n >= most {
		return true
	}
	c.n++
	return false
}
