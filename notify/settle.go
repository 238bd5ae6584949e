package notify

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

const (
	// tries and patience end the attempts of a message and of a delivery: both have to be used up.
	tries    = 6
	patience = 24 * time.Hour
)

// mostRepeats is how often a message goes out again that may have arrived each time; then a person looks.
const mostRepeats = 3

// givenUp ends the tries: an outage of WeChat or of ours is over within a day, and after a replay a few tries are due
// whatever the age.
func givenUp(attempts int, age time.Duration) bool { return attempts >= tries && age >= patience }

// backoff doubles from five seconds to 21 minutes, with a tenth of jitter so that many failures do not come back at once.
func backoff(attempt int) time.Duration {
	pause := 5 * time.Second << min(attempt-1, 8)
	return pause + rand.N(pause/10+1)
}

// state is what an outcome makes of its delivery.
func (o *outcome) state() State {
	var f *Failure
	switch known := errors.As(o.err, &f); {
	case o.err == nil:
		return Sent
	case !known:
		return Waiting
	case errors.Is(o.err, errNoWay), errors.Is(o.err, errNoAccount):
		return Unreachable
	case f.Refused && o.Repeats > 0:
		return Held // the try before has probably arrived and used the consent: that is no refusal
	case f.Refused:
		return Refused
	case f.Permanent:
		return Dead
	case f.Uncertain:
		return Unknown
	}
	return Waiting
}

// code is the provider's code of a failure, 0 for none.
func (o *outcome) code() int {
	var f *Failure
	if errors.As(o.err, &f) {
		return f.Code
	}
	return 0
}

// settle records a batch of outcomes: those that went well in one statement, the others by what they have in common. A delivery
// that somebody took for doubtful meanwhile is settled all the same, unless it is settled already.
func (d *Dispatcher) settle(tx *store.Tx, done []outcome) error {
	type change struct {
		state    State
		attempts int
		code     int
		text     string
		limited  bool      // the provider has had enough: not this one's fault, so it does not wait longer each time
		after    time.Time // of the quiet hours, for those that would be tried again in them
	}
	groups := map[change][]int64{}
	var sent []outcome
	for i := range done {
		o := &done[i]
		state := o.state()
		o.settled = state
		if state == Sent {
			sent = append(sent, *o)
			continue
		}
		if (state == Waiting || state == Unknown) && givenUp(o.Attempts+1, tx.Now.Sub(o.CreatedAt)) {
			state = Dead
		}
		o.settled = state
		c := change{state: state, attempts: o.Attempts + 1, code: o.code(), text: clip(o.err.Error()), limited: limited(*o)}
		if later := d.night.calm(o.Priority, o.RecipientID, tx.Now); state == Waiting && later.After(tx.Now) {
			c.after = later
		}
		groups[c] = append(groups[c], o.ID)
	}
	kept, err := heldBack(tx, done)
	if err != nil {
		return err
	}
	if err := settleSent(tx, sent); err != nil {
		return err
	}
	for c, ids := range groups {
		set := map[string]any{"state": c.state, "attempts": c.attempts, "error_code": c.code, "last_error": c.text}
		switch c.state {
		case Waiting:
			switch {
			case !c.after.IsZero():
				set["due_at"] = c.after
			case c.limited:
				set["due_at"] = tx.Now.Add(d.o.Rest)
			default:
				set["due_at"] = tx.Now.Add(backoff(c.attempts))
			}
		case Unknown:
			set["due_at"] = tx.Now.Add(done[0].way.hush())
		}
		from := []State{Waiting, Unknown}
		if c.state != Waiting {
			from = append(from, Paused) // it was in the air when its campaign was paused; a failed try stays paused
		}
		if err := tx.Model(&Delivery{}).Where("id IN ? AND state IN ?", ids, from).Updates(set).Error; err != nil {
			return err
		}
	}
	if err := d.returnConsents(tx, done, kept); err != nil {
		return err
	}
	if err := settleDigests(tx, done); err != nil {
		return err
	}
	return d.goOn(tx, done, kept)
}

// goOn hands on what did not arrive to the next channel of its message, unless somebody has taken it out of its way meanwhile. What
// presses goes on after the first try that failed or is in doubt, while this channel keeps trying.
func (d *Dispatcher) goOn(tx *store.Tx, done []outcome, kept map[int64]State) error {
	var next []Delivery
	for i := range done {
		o := &done[i]
		if !o.over() && !o.presses() || !slices.Contains(onItsWay, kept[o.ID]) {
			continue
		}
		if c := o.text.next(o.Channel); c != "" {
			n := o.via(tx, c)
			n.DueAt = d.night.calm(n.Priority, n.RecipientID, tx.Now)
			if kept[o.ID] == Paused {
				n.State = Paused
			}
			next = append(next, n)
		}
	}
	return d.put(tx, next)
}

// presses reports whether an outcome is not waited for: somebody is in danger, or a term runs.
func (o *outcome) presses() bool {
	return o.text != nil && o.text.Priority <= event.Urgent && o.settled != Sent && (o.Attempts == 0 || o.settled == Held)
}

// via is the same message to the same recipient through another channel.
func (d *Delivery) via(tx *store.Tx, c plan.Channel) Delivery {
	return Delivery{MessageID: d.MessageID, TextID: d.TextID, EstateID: d.EstateID, AboutID: d.AboutID, CaseID: d.CaseID, RecipientKind: d.RecipientKind, RecipientID: d.RecipientID, PersonID: d.PersonID,
		Channel: c, Priority: d.Priority, Lane: d.Lane, State: Waiting, DueAt: tx.Now, CreatedAt: tx.Now}
}

func settleSent(tx *store.Tx, sent []outcome) error {
	if len(sent) == 0 {
		return nil
	}
	ids := make([]int64, len(sent))
	provider := "CASE id"
	var vars []any
	for i, o := range sent {
		ids[i] = o.ID
		provider += " WHEN ? THEN ?"
		vars = append(vars, o.ID, o.provider)
	}
	return tx.Model(&Delivery{}).Where("id IN ? AND state IN ?", ids, []State{Waiting, Unknown, Paused, Cancelled, Moved}).Updates(map[string]any{
		"state": Sent, "sent_at": tx.Now, "attempts": gorm.Expr("attempts + 1"), "error_code": 0, "last_error": "", "provider_id": gorm.Expr(provider+" ELSE provider_id END", vars...),
	}).Error
}

// resolve finds out about the deliveries of a lane whose outcome nobody knows: from the provider where it can be asked; else
// they go out again, or wait for a person, as the plan says of the message. It needs no lane: whoever is first, its word holds.
func (d *Dispatcher) resolve(ctx context.Context, n laneName) error {
	var rows []Delivery
	var batch []*outgoing
	way := d.o.Ways[n.Channel]
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		err := tx.Where("state = ? AND channel = ? AND priority = ? AND lane = ? AND due_at <= ?", Unknown, n.Channel, n.Priority, n.Lane, tx.Now).
			Order("due_at, id").Limit(d.o.Senders).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		batch, err = d.equip(tx, way, rows)
		return err
	})
	if err != nil {
		return err
	}
	asked, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	changes := make([]map[string]any, len(batch))
	var wg sync.WaitGroup
	for i, o := range batch {
		wg.Go(func() { changes[i] = d.verdict(asked, o) })
	}
	wg.Wait()
	for i, o := range batch {
		change := changes[i]
		err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
			res := tx.Model(&Delivery{}).Where("id = ? AND state = ? AND attempts = ?", o.ID, Unknown, o.Attempts).Updates(change)
			if res.Error == nil && res.RowsAffected == 1 && change["state"] == Sent && o.text.Kind == digestKind {
				return settleMerged(tx, []int64{o.MessageID}, Sent)
			}
			return res.Error
		})
		if err != nil {
			return err
		}
		d.stats.sent(n.Channel, "resolved_"+change["state"].(State))
	}
	return nil
}

// verdict decides about one delivery in doubt. A provider that cannot tell for a day leaves it to a person.
func (d *Dispatcher) verdict(ctx context.Context, o *outgoing) map[string]any {
	now := d.o.DB.Now()
	again := map[string]any{"state": Waiting, "due_at": now.Add(backoff(max(1, o.Attempts))), "repeats": o.Repeats + 1}
	if o.way == nil || o.text == nil {
		return again
	}
	if finder, ok := o.way.Channel.(Finder); ok {
		provider, found, err := finder.Find(ctx, o.out, o.CreatedAt)
		switch {
		case err != nil && givenUp(o.Attempts+1, now.Sub(o.CreatedAt)):
			return map[string]any{"state": Held, "attempts": o.Attempts + 1, "last_error": clip(err.Error())}
		case err != nil:
			return map[string]any{"state": Unknown, "attempts": o.Attempts + 1, "due_at": now.Add(backoff(o.Attempts + 1)), "last_error": clip(err.Error())}
		case found:
			return map[string]any{"state": Sent, "provider_id": provider, "sent_at": now, "last_error": ""}
		}
		return again // it may still be on its way there, so this counts as a repeat
	}
	if o.Repeats == 0 && now.Sub(o.DueAt)+laneLease < o.way.Repeats {
		again["due_at"] = now // the provider drops the repeat while it remembers the key; of a second one it may know no more
		return again
	}
	if o.text.Hold || o.Repeats >= mostRepeats {
		return map[string]any{"state": Held}
	}
	return again
}

// clip keeps an error within its column.
func clip(s string) string {
	if r := []rune(s); len(r) > 255 {
		return string(r[:255])
	}
	return s
}
