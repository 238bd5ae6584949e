package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

const (
	// receiptFirst is when a provider is first asked whether a message arrived, and receiptLast for how long it is asked: networks
	// give up after three days. In between it is asked each time that the message is twice as old.
	receiptFirst = time.Minute
	receiptLast  = 72 * time.Hour
	// receiptBatch is how many receipts one turn asks for, and receiptsAtOnce how many of them at a time.
	receiptBatch, receiptsAtOnce = 200, 8
)

// never is when the receipt of a sent message is asked for that has one, or will have none. What is sent is due for nothing else.
var never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// ErrUnsettled is the fault of a receipt that comes before it is written down that the message was taken. Providers push again.
var ErrUnsettled = fault.New(fault.Unavailable, "delivery.unsettled", "还没有记下这条消息，请稍后再推送一次")

// Confirm records what a provider says later of a message that it took. One that did not arrive goes on by the next channel.
// Fault: ErrUnsettled.
func (d *Dispatcher) Confirm(tx *store.Tx, c plan.Channel, providerID string, ok bool, code int) error {
	if providerID == "" {
		return nil
	}
	var rows []Delivery
	if err := tx.Where("provider_id = ? AND channel = ?", providerID, c).Limit(10).Find(&rows).Error; err != nil {
		return err
	}
	if len(rows) == 0 {
		return ErrUnsettled
	}
	for i := range rows {
		if err := d.confirm(tx, &rows[i], ok, code); err != nil {
			return err
		}
	}
	return nil
}

// confirm settles one that was sent, unless somebody was faster.
func (d *Dispatcher) confirm(tx *store.Tx, r *Delivery, arrived bool, code int) error {
	if r.State != Sent || r.ConfirmedAt != nil {
		return nil // said before
	}
	set := map[string]any{"confirmed_at": tx.Now, "due_at": never}
	var next []Delivery
	if !arrived {
		set = map[string]any{"state": Dead, "error_code": code, "last_error": "the provider says that it did not arrive"}
		var err error
		if next, err = d.onward(tx, r); err != nil {
			return err
		}
	}
	res := tx.Model(&Delivery{}).Where("id = ? AND state = ? AND confirmed_at IS NULL", r.ID, Sent).Updates(set)
	if res.Error != nil || res.RowsAffected == 0 {
		return res.Error
	}
	if err := confirmMerged(tx, r.MessageID, arrived, len(next) > 0); err != nil {
		return err
	}
	if !arrived {
		tx.Committed(func() { d.stats.failed(r.Channel, code) })
		tx.Committed(tx.Wake)
	}
	return d.put(tx, next)
}

// onward is what goes out by the next channel in the place of one that was sent and did not arrive: in the day, and at the rate of
// its campaign. What a campaign holds back meanwhile waits with the rest of it.
func (d *Dispatcher) onward(tx *store.Tx, r *Delivery) ([]Delivery, error) {
	texts, err := textsOf(tx, []int64{r.TextID})
	if err != nil || texts[r.TextID] == nil {
		return nil, err
	}
	c := texts[r.TextID].next(r.Channel)
	if c == "" {
		return nil, nil
	}
	next := []Delivery{r.via(tx, c)}
	next[0].DueAt = d.night.calm(r.Priority, r.RecipientID, tx.Now)
	var m outbox.Message
	if err := tx.Where("id = ?", r.MessageID).Limit(1).Find(&m).Error; err != nil || d.o.Admit == nil || m.Kind != (event.CampaignSent{}).Kind() {
		return next, err
	}
	e, err := m.Event()
	if err != nil {
		return nil, err
	}
	if err := d.o.Admit(tx, e, next); errors.Is(err, ErrNotNow) {
		next[0].State = Paused
	} else if err != nil {
		return nil, err
	}
	return next, nil
}

// confirmMerged tells those that went out within a digest. One that goes on takes them with it.
func confirmMerged(tx *store.Tx, digest int64, arrived, goesOn bool) error {
	set := map[string]any{"confirmed_at": tx.Now}
	switch {
	case goesOn:
		set = map[string]any{"state": Merged, "sent_at": nil}
	case !arrived:
		set = map[string]any{"state": Dead, "sent_at": nil}
	}
	return tx.Model(&Delivery{}).Where("digest_id = ? AND state = ? AND confirmed_at IS NULL", digest, Sent).Updates(set).Error
}

// AskReceipts asks the providers that tell only on being asked what became of what they took, and reports whether there is more to
// ask for at once.
func (d *Dispatcher) AskReceipts(ctx context.Context) (more bool, err error) {
	for c, way := range d.o.Ways {
		if tracker, ok := way.Channel.(Tracker); ok {
			again, e := d.askReceipts(ctx, c, way, tracker)
			more, err = more || again, errors.Join(err, e)
		}
	}
	return more, err
}

func (d *Dispatcher) askReceipts(ctx context.Context, c plan.Channel, way *Way, t Tracker) (bool, error) {
	var batch []*outgoing
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		rows, err := receiptsDue(tx, c)
		if err != nil || len(rows) == 0 {
			return err
		}
		batch, err = d.equip(tx, way, rows)
		return err
	})
	if err != nil || len(batch) == 0 {
		return false, err
	}
	fates, trouble := track(ctx, t, batch)
	err = d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		for i, f := range fates {
			if err := d.hear(tx, &batch[i].Delivery, batch[i].out.To != "", f); err != nil {
				return err
			}
		}
		return nil
	})
	return len(fates) == receiptBatch, errors.Join(err, trouble)
}

// hear takes what was said of one message. While nothing is said it is asked about again later.
func (d *Dispatcher) hear(tx *store.Tx, r *Delivery, askable bool, f Fate) error {
	switch f {
	case Arrived, Lost:
		return d.confirm(tx, r, f == Arrived, 0)
	}
	again := never
	if age := tx.Now.Sub(*r.SentAt); askable && age < receiptLast/2 {
		again = tx.Now.Add(max(age, receiptFirst))
	}
	return tx.Model(&Delivery{}).Where("id = ? AND state = ? AND confirmed_at IS NULL", r.ID, Sent).Update("due_at", again).Error
}

// receiptsDue finds what is to be asked about, lane by lane: the key of what is due serves for this as well.
func receiptsDue(tx *store.Tx, c plan.Channel) ([]Delivery, error) {
	var names []Lane
	if err := tx.Select("channel", "priority", "lane").Where("channel = ?", c).Order("priority, lane").Limit(1000).Find(&names).Error; err != nil {
		return nil, err
	}
	var due []Delivery
	for _, n := range names {
		var rows []Delivery
		err := tx.Where("state = ? AND channel = ? AND priority = ? AND lane = ? AND due_at <= ? AND due_at > ?", Sent, c, n.Priority, n.Lane, tx.Now, tx.Now.Add(-receiptLast)).
			Where("sent_at <= ? AND sent_at > ? AND confirmed_at IS NULL AND digest_id = 0", tx.Now.Add(-receiptFirst), tx.Now.Add(-receiptLast)).
			Order("due_at").Limit(receiptBatch - len(due)).Find(&rows).Error
		if err != nil {
			return nil, err
		}
		if due = append(due, rows...); len(due) == receiptBatch {
			break
		}
	}
	return due, nil
}

// track asks about a batch, a few at a time, and stops after trouble: what was not asked about is the next turn's.
func track(ctx context.Context, t Tracker, batch []*outgoing) (fates []Fate, trouble error) {
	for part := range slices.Chunk(batch, receiptsAtOnce) {
		said, errs := make([]Fate, len(part)), make([]error, len(part))
		var wg sync.WaitGroup
		for i, o := range part {
			if o.out.To == "" {
				continue
			}
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(ctx, sendPatience)
				defer cancel()
				said[i], errs[i] = t.Track(ctx, o.out, *o.SentAt)
			})
		}
		wg.Wait()
		fates = append(fates, said...)
		if trouble = errors.Join(errs...); trouble != nil {
			break
		}
	}
	return fates, trouble
}
