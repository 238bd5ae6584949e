package plan

import (
	"time"

	"github.com/linli-city/linli/models/calendar"
)

// Working are the hours in which offices work, on working days.
type Working struct {
	From string `yaml:"from" json:"from"` // "09:00", in Asia/Shanghai
	To   string `yaml:"to" json:"to"`
}

// longestHoliday bounds the days that are looked at; no holiday comes near it.
const longestHoliday = 60

// Add gives when so much time of work will have passed.
func (w Working) Add(days calendar.Calendar, at time.Time, d time.Duration) time.Time {
	from, errFrom := time.Parse(hours, w.From)
	to, errTo := time.Parse(hours, w.To)
	if errFrom != nil || errTo != nil || !from.Before(to) {
		return at.Add(d)
	}
	now := at.In(zone)
	for free := 0; free < longestHoliday; now = time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone) {
		if !days.WorkingDay(calendar.DateOf(now)) {
			free++
			continue
		}
		free = 0
		opens := time.Date(now.Year(), now.Month(), now.Day(), from.Hour(), from.Minute(), 0, 0, zone)
		closes := time.Date(now.Year(), now.Month(), now.Day(), to.Hour(), to.Minute(), 0, 0, zone)
		if now.Before(opens) {
			now = opens
		}
		left := closes.Sub(now)
		if left >= d {
			return now.Add(d).In(at.Location())
		}
		d -= max(left, 0)
	}
	return now.Add(d).In(at.Location())
}
