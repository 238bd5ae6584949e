package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// failing is how many tries may fail before the office is shown that something does not get through.
const failing = 3

// Undelivered is a delivery that did not arrive, with what it was about.
type Undelivered struct {
	Delivery
	Title    string
	Template string
}

// ListUndelivered pages through deliveries that were given up, refused or keep failing, newest first, for the bureau. Those to
// people come without who they are: a refused subscription would tell who has just complained.
func ListUndelivered(ctx context.Context, db *store.DB, actor org.Actor, before int64, limit int) ([]Undelivered, error) {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return nil, err
	}
	var rows []Undelivered
	err := db.View(ctx, func(tx *store.Tx) error {
		q := tx.Table("deliveries").Select("deliveries.*, t.title, t.template").Joins("LEFT JOIN message_texts t ON t.id = deliveries.text_id").
			Scopes(actor.NotAbout("about_id")).Where("state IN ? OR (state = ? AND attempts >= ?)", []State{Dead, Refused, Unreachable, Held}, Waiting, failing)
		if before > 0 {
			q = q.Where("deliveries.id < ?", before)
		}
		return q.Order("deliveries.id DESC").Limit(limit).Find(&rows).Error
	})
	for i := range rows {
		rows[i].PersonID = 0
		if rows[i].RecipientKind != "post" {
			rows[i].RecipientID = 0
		}
	}
	return rows, err
}

// ListStuck lists messages that could not be carried at all or keep failing, at most 100.
func ListStuck(ctx context.Context, db *store.DB, actor org.Actor) ([]outbox.Message, error) {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return nil, err
	}
	var rows []outbox.Message
	err := db.View(ctx, func(tx *store.Tx) error {
		return tx.Scopes(actor.NotAbout("about_id")).Where("state = ? OR (state = ? AND attempts >= ?)", outbox.Dead, outbox.Pending, failing).Order("id DESC").Limit(100).Find(&rows).Error
	})
	return rows, err
}

// replayBatch is how many deliveries one call replays.
const replayBatch = 1000

// ReplayAll sends every dead or held delivery since a time once more, at most 1000 a call, oldest first, and reports how many;
// fewer than 1000 means that there are no more. Fault: org.ErrForbidden.
func (d *Dispatcher) ReplayAll(ctx context.Context, actor org.Actor, since time.Time) (int, error) {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return 0, err
	}
	n := 0
	err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		n = 0
		var ids []int64
		err := tx.Model(&Delivery{}).Scopes(actor.NotAbout("about_id")).Where("state IN ? AND created_at >= ?", replayable, since).Order("id").Limit(replayBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		if n, err = d.replay(tx, ids); err != nil {
			return err
		}
		return audit.Append(tx, actor, "delivery.replay", audit.Subject{Kind: "delivery", ID: ids[0]}, map[string]any{"since": since, "count": n})
	})
	if err != nil {
		return 0, fmt.Errorf("replay deliveries: %w", err)
	}
	return n, nil
}

// replayable are the states of what somebody may send once more.
var replayable = []State{Dead, Held}

// replay puts deliveries on their way once more. The dead have given back their consents and need new ones; those that are held
// may have used theirs, and keep it until WeChat says so.
func (d *Dispatcher) replay(tx *store.Tx, ids []int64) (int, error) {
	rows, _, err := grounded(tx, ids, replayable)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	if rows, err = d.wanted(tx, rows); err != nil {
		return 0, err
	}
	all := len(rows)
	if rows, err = d.toHolders(tx, rows); err != nil || all == 0 {
		return 0, err
	}
	ids = make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	if err := tx.Model(&Delivery{}).Where("id IN ? AND state IN ?", ids, replayable).Update("attempts", 0).Error; err != nil {
		return 0, err
	}
	if err := d.reword(tx, rows); err != nil {
		return 0, err
	}
	var dead, held []Delivery
	for _, r := range rows {
		was := r.State
		r.State, r.DueAt = Waiting, tx.Now
		if was == Held {
			held = append(held, r)
			continue
		}
		dead = append(dead, r)
	}
	return all, d.restart(tx, dead, held)
}

// wanted leaves out what belongs to a campaign that is not sent any more.
func (d *Dispatcher) wanted(tx *store.Tx, rows []Delivery) ([]Delivery, error) {
	if d.o.Admit == nil {
		return rows, nil
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.MessageID
	}
	var messages []outbox.Message
	if err := tx.Where("id IN ? AND kind = ?", ids, (event.CampaignSent{}).Kind()).Order("id").Find(&messages).Error; err != nil {
		return nil, err
	}
	stopped := map[int64]bool{}
	for _, m := range messages {
		e, err := m.Event()
		if err != nil {
			return nil, err
		}
		if err := d.o.Admit(tx, e, []Delivery{{State: Dead}}); errors.Is(err, ErrNotNow) {
			stopped[m.ID] = true
		} else if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(rows, func(r Delivery) bool { return stopped[r.MessageID] }), nil
}

// toHolders gives what went to somebody who has left the post since to those who are there now, and what is left to go to whom it
// went before.
func (d *Dispatcher) toHolders(tx *store.Tx, rows []Delivery) (same []Delivery, err error) {
	left := map[int64][]Delivery{} // by post
	holders := map[int64][]recipient{}
	for _, r := range rows {
		if r.RecipientKind != "post" {
			same = append(same, r)
			continue
		}
		if _, known := holders[r.RecipientID]; !known {
			if holders[r.RecipientID], err = holdersAt(tx, []int64{r.RecipientID}); err != nil {
				return nil, err
			}
		}
		if slices.ContainsFunc(holders[r.RecipientID], func(x recipient) bool { return x.person == r.PersonID }) {
			same = append(same, r)
			continue
		}
		left[r.RecipientID] = append(left[r.RecipientID], r)
	}
	for _, post := range slices.Sorted(maps.Keys(left)) {
		list, ids := left[post], []int64{}
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		if err := tx.Model(&Delivery{}).Where("id IN ? AND state IN ?", ids, replayable).Update("state", Moved).Error; err != nil {
			return nil, err
		}
		to := holders[post]
		if len(to) == 0 {
			to = []recipient{{kind: "post", id: post}}
		}
		if err := (Handover{d.night}).give(tx, list, to); err != nil {
			return nil, err
		}
	}
	return same, nil
}

// reword gives texts that an earlier release did not keep whole what WeChat's template needs, from the plan as it is.
func (d *Dispatcher) reword(tx *store.Tx, rows []Delivery) error {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.TextID
	}
	var texts []Text
	if err := tx.Where("id IN ? AND position < 0 AND data = '{}' AND template <> ''", ids).Order("id").Find(&texts).Error; err != nil {
		return err
	}
	for _, t := range texts {
		var m outbox.Message
		if err := tx.Where("id = ?", t.MessageID).Take(&m).Error; err != nil {
			return err
		}
		e, err := m.Event()
		if err != nil {
			continue // no words are left for it: WeChat says so
		}
		messages, err := d.o.Plan(e)
		if err != nil {
			continue
		}
		for _, msg := range messages {
			if msg.Template != t.Template || !slices.Contains(msg.To, t.Audience) {
				continue
			}
			data, err := json.Marshal(msg.Data())
			if err != nil {
				return err
			}
			set := map[string]any{"data": string(data), "kind": msg.Kind, "hold": msg.Hold}
			if t.Title == "" {
				set["title"], set["body"] = msg.Title, msg.Body
			}
			if err := tx.Model(&Text{}).Where("id = ?", t.ID).Updates(set).Error; err != nil {
				return err
			}
			break
		}
	}
	return nil
}

// ReplayMessage carries a message once more that could not be carried at all. Faults: ErrMessageNotFound,
// org.ErrForbidden.
func ReplayMessage(ctx context.Context, db *store.DB, actor org.Actor, id int64) error {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return err
	}
	err := db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&outbox.Message{}).Scopes(actor.NotAbout("about_id")).Where("id = ? AND state = ?", id, outbox.Dead).Updates(map[string]any{"state": outbox.Pending, "attempts": 0, "due_at": tx.Now})
		if err := store.MustAffect(res, ErrMessageNotFound); err != nil {
			return err
		}
		tx.Committed(tx.Wake)
		return audit.Append(tx, actor, "message.replay", audit.Subject{Kind: "message", ID: id}, nil)
	})
	if err != nil {
		return fmt.Errorf("replay message: %w", err)
	}
	return nil
}

// Replay sends a dead or held delivery once more. Faults: ErrDeliveryNotFound, org.ErrForbidden.
func (d *Dispatcher) Replay(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return err
	}
	err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		var mine []int64
		if err := tx.Model(&Delivery{}).Scopes(actor.NotAbout("about_id")).Where("id = ?", id).Pluck("id", &mine).Error; err != nil {
			return err
		}
		n, err := d.replay(tx, mine)
		if err == nil && n == 0 {
			err = ErrDeliveryNotFound
		}
		if err != nil {
			return err
		}
		return audit.Append(tx, actor, "delivery.replay", audit.Subject{Kind: "delivery", ID: id}, nil)
	})
	if err != nil {
		return fmt.Errorf("replay delivery: %w", err)
	}
	return nil
}
