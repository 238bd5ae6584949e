package notify

import (
	"context"
	"errors"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// ErrNotNow says that an audience is not to be told for now: the message comes again soon, and no try is counted.
var ErrNotNow = errors.New("notify: not now")

// Addressees gives the people of a campaign's run in batches, and where to go on; 0 at the end. A negative one is an owner of the
// roster without an account (org.Owner), whom a phone alone reaches.
type Addressees func(ctx context.Context, tx *store.Tx, run, after int64, limit int) (people []int64, next int64, err error)

// Admit sets the times of deliveries before they are written, in the commit that writes them, or gives ErrNotNow.
type Admit func(tx *store.Tx, e event.Event, list []Delivery) error

// rosterOwner is the kind of a recipient who has no account, and so no inbox.
const rosterOwner = "owner"

// addressees walks the people of a campaign's run.
func (d *Dispatcher) addressees(ctx context.Context, e event.Event, at progress, give func(progress, []recipient) error) error {
	c, ok := e.(*event.CampaignSent)
	if !ok || d.o.Addressees == nil {
		return nil
	}
	for {
		var people []int64
		next := int64(0)
		err := d.o.DB.View(ctx, func(tx *store.Tx) (err error) {
			people, next, err = d.o.Addressees(ctx, tx, c.RunID, at.After, expandBatch)
			return err
		})
		if err != nil {
			return err
		}
		batch := recipientsOf(people)
		if next != 0 {
			at.After = next
		}
		if err := give(at, batch); err != nil || next == 0 {
			return err
		}
	}
}

// later puts the message off without counting a try.
func (w *writer) later(ctx context.Context) error {
	return w.o.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("id = ? AND state IN ? AND owner IN ?", w.m.ID, []outbox.State{outbox.Pending, outbox.Published}, []string{w.m.Owner, w.tag}).Updates(map[string]any{"owner": "", "state": outbox.Pending, "due_at": tx.Now.Add(5 * time.Second), "last_error": ErrNotNow.Error()}).Error
	})
}

// over reports whether a channel is done with a delivery that did not arrive.
func (o *outcome) over() bool {
	return o.text != nil && (o.settled == Refused || o.settled == Unreachable || o.settled == Dead)
}
