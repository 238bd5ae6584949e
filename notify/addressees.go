package notify

import (
	"context"
	"errors"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// The states in which a campaign keeps deliveries from being sent. One that is in the air meanwhile still becomes Sent.
const (
	Paused    State = "paused"
	Cancelled State = "cancelled"
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
		return tx.Model(&outbox.Message{}).Where("id = ? AND state IN ? AND owner IN ?", w.m.ID, []outbox.State{outbox.Pending, outbox.Published}, []string{w.m.Owner, w.tag}).Updates(map[string]any{"owner": "", "state": outbox.Pending, "due_at": tx.Now.Add(5 * time.Second)}).Error
	})
}

// GiveUp cancels deliveries that are not to go out any more and gives their consents back. What is in the air goes its way and is
// known as sent.
func (d *Dispatcher) GiveUp(tx *store.Tx, ids []int64) error {
	var rows []Delivery
	if err := tx.Where("id IN ? AND state IN ?", ids, []State{Waiting, Paused}).Find(&rows).Error; err != nil || len(rows) == 0 {
		return err
	}
	flying, err := inTheAir(tx, rows)
	if err != nil {
		return err
	}
	type key struct {
		channel plan.Channel
		text    int64
	}
	persons := map[key][]int64{}
	var stop, texts []int64
	for _, r := range rows {
		if way := d.o.Ways[r.Channel]; way != nil && way.Consents != nil && !flying[r.ID] {
			k := key{r.Channel, r.TextID}
			persons[k], texts = append(persons[k], r.PersonID), append(texts, r.TextID)
		}
		stop = append(stop, r.ID) // one in the air does not go on by another channel
	}
	if err := tx.Model(&Delivery{}).Where("id IN ? AND state IN ?", stop, []State{Waiting, Paused}).Update("state", Cancelled).Error; err != nil || len(persons) == 0 {
		return err
	}
	var words []Text
	if err := tx.Select("id", "template").Where("id IN ?", texts).Find(&words).Error; err != nil {
		return err
	}
	for k, list := range persons {
		for _, t := range words {
			if t.ID == k.text {
				if err := d.o.Ways[k.channel].Consents.Return(tx, t.Template, list); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// over reports whether a channel is done with a delivery that did not arrive.
func (o *outcome) over() bool {
	return o.text != nil && (o.settled == Refused || o.settled == Unreachable || o.settled == Dead)
}

// heldBack tells which of those that did not arrive their campaign has paused or cancelled while they were in the air: they do
// not go on by the next channel.
func heldBack(tx *store.Tx, done []outcome) (map[int64]State, error) {
	var ids []int64
	for i := range done {
		if done[i].over() {
			ids = append(ids, done[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // nothing failed, so nothing is held back
	}
	var rows []Delivery
	if err := tx.Select("id", "state").Where("id IN ? AND state IN ?", ids, []State{Paused, Cancelled}).Find(&rows).Error; err != nil {
		return nil, err
	}
	kept := make(map[int64]State, len(rows))
	for _, r := range rows {
		kept[r.ID] = r.State
	}
	return kept, nil
}
