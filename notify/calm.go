package notify

import (
	"time"
	"unicode/utf8"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// spread is over how many minutes after the quiet hours goes out what waited for their end, so that a city's phones and the
// providers are not called at once.
const spread = 30

// night knows the quiet hours.
type night struct{ plan.Quiet }

// calm is when something may reach a phone: at once if it presses, otherwise after the quiet hours, each recipient at a minute of
// their own.
func (n night) calm(p event.Priority, recipient int64, at time.Time) time.Time {
	if p <= event.Urgent {
		return at
	}
	end := n.After(at)
	if !end.After(at) {
		return at
	}
	return end.Add(time.Duration(recipient%spread) * time.Minute)
}

// byNight is what a pressing message says in the quiet hours: why it comes all the same.
const byNight = "紧急事项，夜间也会通知。"

// maxBody is what the column of a text holds.
const maxBody = 600

// words gives a body as it is said at a time.
func (n night) words(body string, p event.Priority, channels string, at time.Time) string {
	if channels == "" || p > event.Urgent || !n.After(at).After(at) {
		return body
	}
	return short(body, maxBody-utf8.RuneCountInString(byNight)) + byNight
}

// short cuts a text to n characters.
func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// hushed puts off what came due before the quiet hours and would go out within them.
func (n night) hushed(tx *store.Tx, rows []Delivery) ([]Delivery, error) {
	var free []Delivery
	later := map[time.Time][]int64{}
	for _, r := range rows {
		if at := n.calm(r.Priority, r.RecipientID, tx.Now); at.After(tx.Now) {
			later[at] = append(later[at], r.ID)
			continue
		}
		free = append(free, r)
	}
	for at, ids := range later {
		if err := tx.Model(&Delivery{}).Where("id IN ? AND state = ?", ids, Waiting).Update("due_at", at).Error; err != nil {
			return nil, err
		}
	}
	return free, nil
}
