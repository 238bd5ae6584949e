package notify

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// sendPatience is how long one send may take.
const sendPatience = 15 * time.Second

// providers says whose account each channel reaches.
var providers = map[string]org.Provider{ChannelMini: org.MiniProgram, ChannelService: org.ServiceAccount}

// sendDue claims due deliveries and sends them, several at a time, outside any transaction.
func (d *Dispatcher) sendDue(ctx context.Context) (bool, error) {
	claimed, err := d.claimDeliveries(ctx)
	if err != nil || len(claimed) == 0 {
		return false, err
	}
	work := make(chan outgoing)
	var wg sync.WaitGroup
	for range min(d.o.Senders, len(claimed)) {
		wg.Go(func() {
			for w := range work {
				d.deliver(ctx, w)
			}
		})
	}
	for _, w := range claimed {
		work <- w
	}
	close(work)
	wg.Wait()
	return len(claimed) == sendBatch, nil
}

// outgoing is a claimed delivery with what it needs.
type outgoing struct {
	Delivery
	openID string
	msg    *plan.Message
}

func (d *Dispatcher) claimDeliveries(ctx context.Context) ([]outgoing, error) {
	var claimed []Delivery
	open := []State{Waiting, Sending}
	err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		var ids []int64
		err := tx.Model(&Delivery{}).Where("state IN ? AND due_at <= ?", open, tx.Now).Order("due_at").Limit(sendBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		tag := d.owner + "/" + strconv.FormatInt(time.Now().UnixNano(), 36)
		err = tx.Model(&Delivery{}).Where("id IN ? AND state IN ? AND due_at <= ?", ids, open, tx.Now).
			Updates(map[string]any{"state": Sending, "owner": tag, "due_at": tx.Now.Add(sendLease)}).Error
		if err != nil {
			return err
		}
		return tx.Where("id IN ? AND owner = ?", ids, tag).Find(&claimed).Error
	})
	if err != nil || len(claimed) == 0 {
		return nil, err
	}
	return d.equip(ctx, claimed)
}

// equip finds the accounts and the words of claimed deliveries, in two queries for the batch.
func (d *Dispatcher) equip(ctx context.Context, claimed []Delivery) ([]outgoing, error) {
	out := make([]outgoing, len(claimed))
	people, messages := map[string][]int64{}, []int64{}
	for i, c := range claimed {
		out[i].Delivery = c
		people[c.Channel] = append(people[c.Channel], c.PersonID)
		messages = append(messages, c.MessageID)
	}
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		for channel, ids := range people {
			accounts, err := org.OpenIDs(tx, providers[channel], ids)
			if err != nil {
				return err
			}
			for i := range out {
				if out[i].Channel == channel {
					out[i].openID = accounts[out[i].PersonID]
				}
			}
		}
		var rows []outbox.Message
		if err := tx.Where("id IN ?", messages).Find(&rows).Error; err != nil {
			return err
		}
		words := map[int64][]plan.Message{}
		for _, m := range rows {
			// An event that this version does not know must not hold up the others of the batch.
			e, err := m.Event()
			if err == nil {
				words[m.ID], err = plan.For(e)
			}
			if err != nil {
				d.o.Log.ErrorContext(ctx, "a delivery has no words", "message", m.ID, "error", err.Error())
			}
		}
		for i := range out {
			out[i].msg = wording(words[out[i].MessageID], out[i].Delivery)
		}
		return nil
	})
	return out, err
}

// wording finds the plan's message that a delivery was made from.
func wording(messages []plan.Message, d Delivery) *plan.Message {
	for i := range messages {
		if messages[i].Template == d.Template && slices.Contains(messages[i].To, d.Audience) {
			return &messages[i]
		}
	}
	return nil
}

// deliver sends one and records the outcome.
func (d *Dispatcher) deliver(ctx context.Context, w outgoing) {
	if ctx.Err() != nil {
		return // the lease runs out and another sender takes it
	}
	if w.DueAt.Sub(d.o.DB.Now()) < sendPatience {
		return // those before it were slow: the lease could end during the send, and another sender would repeat it
	}
	channel := d.o.Channels[w.Channel]
	id := d.o.TemplateIDs[w.Template]
	switch {
	case channel == nil || id == "":
		d.finish(ctx, w, map[string]any{"state": Unreachable, "last_error": "channel or template is not configured"})
		return
	case w.openID == "":
		d.finish(ctx, w, map[string]any{"state": Unreachable, "last_error": "no account"})
		return
	case w.msg == nil:
		d.finish(ctx, w, map[string]any{"state": Dead, "last_error": "the plan has no words for this message"})
		return
	}
	sendCtx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	provider, err := channel.Send(sendCtx, Outgoing{Key: fmt.Sprintf("linli-%d", w.ID), OpenID: w.openID, Template: id, Page: page(w.msg), Data: data(w.msg)})
	if err == nil {
		d.finish(ctx, w, map[string]any{"state": Sent, "provider_id": provider, "sent_at": d.o.DB.Now(), "last_error": "", "error_code": 0})
		return
	}
	f := d.o.Classify(err)
	change := map[string]any{"error_code": f.Code, "last_error": clip(err.Error())}
	switch {
	case f.Refused:
		change["state"] = Refused
	case f.Permanent || givenUp(w.Attempts+1, d.o.DB.Now().Sub(w.CreatedAt)):
		change["state"] = Dead
	default:
		change["state"], change["due_at"] = Waiting, d.o.DB.Now().Add(backoff(w.Attempts+1))
	}
	d.finish(ctx, w, change)
}

// finish records an outcome unless another sender has taken the delivery over meanwhile. It is done even while
// stopping: what was sent must be known as sent.
func (d *Dispatcher) finish(ctx context.Context, w outgoing, change map[string]any) {
	change["attempts"] = w.Attempts + 1
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Delivery{}).Where("id = ? AND state = ? AND owner = ?", w.ID, Sending, w.Owner).Updates(change).Error
	})
	d.stats.sent(w.Channel, change["state"].(State))
	if err != nil {
		d.o.Log.ErrorContext(ctx, "outcome of a delivery not recorded; it may be sent again", "delivery", w.ID, "error", err.Error())
	}
}

func page(m *plan.Message) string {
	if m.SubjectID == 0 {
		return "pages/inbox/index"
	}
	return fmt.Sprintf("pages/%s/detail?id=%d", m.SubjectKind, m.SubjectID)
}

func data(m *plan.Message) map[string]string {
	values := map[string]string{}
	for _, t := range plan.Templates {
		if t.Name != m.Template {
			continue
		}
		for i, f := range t.Fields {
			if i < len(m.Values) {
				values[f] = m.Values[i]
			}
		}
	}
	return values
}

func jitter(most time.Duration) time.Duration { return rand.N(most + 1) }
