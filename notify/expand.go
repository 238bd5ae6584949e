package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// expandBatch is how many recipients one transaction writes.
const expandBatch = 500

// Expand writes the deliveries of a message, runs its consequences and marks it done. It is harmless to repeat: the
// schema keeps one delivery per recipient and channel.
func (d *Dispatcher) Expand(ctx context.Context, id int64) error {
	var m outbox.Message
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Where("id = ?", id).Take(&m).Error
	})
	if err != nil {
		return err
	}
	if m.State == outbox.Done || m.State == outbox.Dead {
		return nil
	}
	e, err := m.Event()
	if err != nil {
		return err
	}
	messages, err := plan.For(e)
	if err != nil {
		return err
	}
	told := map[recipient]bool{}
	for _, msg := range messages {
		err := d.audience(ctx, e, msg, func(to plan.To, batch []recipient) error {
			fresh := batch[:0]
			for _, r := range batch {
				if len(told) > 10_000 || !told[r] { // beyond that the schema alone sorts out repeats
					told[r] = true
					fresh = append(fresh, r)
				}
			}
			return d.record(ctx, &m, msg, to, fresh)
		})
		if err != nil {
			return err
		}
	}
	if err := d.react(ctx, e, id); err != nil {
		return err
	}
	return d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("id = ? AND state IN ?", id, []outbox.State{outbox.Pending, outbox.Published}).
			Updates(map[string]any{"state": outbox.Done, "done_at": tx.Now}).Error
	})
}

// record writes deliveries and inbox items of one batch, skipping those that an earlier try has written.
func (d *Dispatcher) record(ctx context.Context, m *outbox.Message, msg plan.Message, to plan.To, batch []recipient) error {
	if len(batch) == 0 {
		return nil
	}
	write := func() error { return d.write(ctx, m, msg, to, batch) }
	err := write()
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		// Another consumer wrote some of them between our look and our insert; now we see them.
		err = write()
	}
	return err
}

func (d *Dispatcher) write(ctx context.Context, m *outbox.Message, msg plan.Message, to plan.To, batch []recipient) error {
	return d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		known, err := recorded(tx, m.ID, batch)
		if err != nil {
			return err
		}
		var boxes, sends []Delivery
		for _, r := range batch {
			for _, channel := range r.channels(msg.Template) {
				del := Delivery{MessageID: m.ID, EstateID: m.EstateID, AboutID: m.AboutID, RecipientKind: r.kind, RecipientID: r.id, Channel: channel,
					Template: msg.Template, Audience: to, State: Waiting, DueAt: tx.Now, CreatedAt: tx.Now}
				if channel == ChannelInbox {
					del.State, del.SentAt = Sent, &tx.Now
				} else {
					del.PersonID = r.person
				}
				if known[del.key()] {
					continue
				}
				known[del.key()] = true
				if channel == ChannelInbox {
					boxes = append(boxes, del)
				} else {
					sends = append(sends, del)
				}
			}
		}
		if err := insertInbox(tx, m, msg, boxes); err != nil || len(sends) == 0 {
			return err
		}
		return tx.Create(&sends).Error
	})
}

func insertInbox(tx *store.Tx, m *outbox.Message, msg plan.Message, boxes []Delivery) error {
	if len(boxes) == 0 {
		return nil
	}
	if err := tx.Create(&boxes).Error; err != nil {
		return err
	}
	items := make([]inbox.Item, len(boxes))
	for i, b := range boxes {
		items[i] = inbox.Item{DeliveryID: b.ID, RecipientKind: b.RecipientKind, RecipientID: b.RecipientID, EstateID: m.EstateID,
			SubjectKind: msg.SubjectKind, SubjectID: msg.SubjectID, Title: msg.Title, Body: msg.Body, CreatedAt: tx.Now}
	}
	return tx.Create(&items).Error
}

type deliveryKey struct {
	kind       string
	id, person int64
	channel    string
}

func (d *Delivery) key() deliveryKey {
	return deliveryKey{d.RecipientKind, d.RecipientID, d.PersonID, d.Channel}
}

func recorded(tx *store.Tx, message int64, batch []recipient) (map[deliveryKey]bool, error) {
	ids := make([]int64, len(batch))
	for i, r := range batch {
		ids[i] = r.id
	}
	var rows []Delivery
	err := tx.Select("recipient_kind", "recipient_id", "person_id", "channel").Where("message_id = ? AND recipient_id IN ?", message, ids).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	known := make(map[deliveryKey]bool, len(rows))
	for _, r := range rows {
		known[r.key()] = true
	}
	return known, nil
}

// failed counts a try and gives up at the ceiling, visibly.
func (d *Dispatcher) failed(ctx context.Context, id int64, cause error) {
	err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		var m outbox.Message
		if err := tx.Where("id = ?", id).Take(&m).Error; err != nil {
			return err
		}
		change := map[string]any{"attempts": m.Attempts + 1, "last_error": clip(cause.Error()), "state": outbox.Pending, "due_at": tx.Now.Add(backoff(m.Attempts + 1))}
		if givenUp(m.Attempts+1, tx.Now.Sub(m.CreatedAt)) {
			change["state"] = outbox.Dead
		}
		return tx.Model(&outbox.Message{}).Where("id = ? AND state = ?", id, outbox.Published).Updates(change).Error
	})
	d.o.Log.ErrorContext(ctx, "message not expanded", "message", id, "error", fmt.Sprint(cause), "recorded", err == nil)
}

// react runs the consequences of an event that have not run yet.
func (d *Dispatcher) react(ctx context.Context, e event.Event, id int64) error {
	for _, c := range d.o.Consequences {
		if c.Kind != e.Kind() {
			continue
		}
		var n int64
		err := d.o.DB.View(ctx, func(tx *store.Tx) error {
			return tx.Model(&Reaction{}).Where("message_id = ? AND name = ?", id, c.Name).Count(&n).Error
		})
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if err := c.Do(ctx, e, id); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		err = d.o.DB.InTx(ctx, func(tx *store.Tx) error {
			return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Reaction{MessageID: id, Name: c.Name, At: tx.Now}).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// givenUp ends the tries: an outage of WeChat or of ours is over within a day, and after a replay a few tries are due
// whatever the age.
func givenUp(attempts int, age time.Duration) bool { return attempts >= tries && age >= patience }

// backoff doubles from five seconds to 21 minutes, with a tenth of jitter so that many failures do not come back at once.
func backoff(attempt int) time.Duration {
	pause := 5 * time.Second << min(attempt-1, 8)
	return pause + jitter(pause/10)
}

// clip keeps an error within its column.
func clip(s string) string {
	if r := []rune(s); len(r) > 255 {
		return string(r[:255])
	}
	return s
}
