package plan

import "time"

// Quiet are the hours in which only the inbox is written, unless a message presses. From after To they span midnight; equal
// ones are none.
type Quiet struct {
	From string `yaml:"from" json:"from"` // "22:00", in Asia/Shanghai
	To   string `yaml:"to" json:"to"`
}

const hours = "15:04"

// After gives the time itself, or the end of the quiet hours that it lies in.
func (q Quiet) After(at time.Time) time.Time {
	from, errFrom := time.Parse(hours, q.From)
	to, errTo := time.Parse(hours, q.To)
	if errFrom != nil || errTo != nil {
		return at
	}
	local := at.In(zone)
	now := time.Date(from.Year(), from.Month(), from.Day(), local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC)
	begun, over := !now.Before(from), !now.Before(to)
	quiet := begun && !over
	if from.After(to) {
		quiet = begun || !over
	}
	if !quiet {
		return at
	}
	end := time.Date(local.Year(), local.Month(), local.Day(), to.Hour(), to.Minute(), 0, 0, zone)
	if over {
		end = end.AddDate(0, 0, 1)
	}
	return end.In(at.Location())
}
