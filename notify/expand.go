package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
const expandBatch = 1000

// progress is where in the plan's rows the deliveries of a message are written up to.
type progress struct {
	Row   int   `json:"row"`
	To    int   `json:"to"`
	After int64 `json:"after,omitempty"` // the last person of a long audience
}

// writer is who writes the deliveries of one message.
type writer struct {
	*Dispatcher
	m     outbox.Message
	tag   string
	at    progress
	plan  []plan.Message
	texts []Text
}

// Expand writes the deliveries of a message, runs its consequences and marks it done. Another process that died within goes on
// where that one was, and one that is alive is left alone. It is harmless to repeat: the schema keeps one item per recipient
// and one delivery per channel.
func (d *Dispatcher) Expand(ctx context.Context, id int64) error {
	w := &writer{Dispatcher: d, tag: "expand/" + d.owner + "/" + strconv.FormatInt(time.Now().UnixNano(), 36)}
	if mine, err := w.own(ctx, id); err != nil || !mine {
		return err
	}
	if free, err := w.afterEarlier(ctx); err != nil || !free {
		return err
	}
	e, err := w.m.Event()
	if err != nil {
		return err
	}
	if w.plan, err = d.o.Plan(e); err != nil {
		return err
	}
	if err := w.word(ctx, w.plan); err != nil {
		return err
	}
	for row, msg := range w.plan {
		if row < w.at.Row {
			continue
		}
		err := d.audience(ctx, e, msg, w.resume(row), func(at progress, batch []recipient) error {
			at.Row = row
			return w.write(ctx, row, at, batch)
		})
		if errors.Is(err, errTakenOver) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	if err := d.react(ctx, e, id); err != nil {
		return err
	}
	return d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("id = ? AND owner = ?", id, w.tag).Updates(map[string]any{"state": outbox.Done, "done_at": tx.Now, "owner": "", "progress": ""}).Error
	})
}

// errTakenOver ends a writer whom another took for dead.
var errTakenOver = errors.New("notify: another process has the message")

// own takes the message unless it is done or somebody alive writes it.
func (w *writer) own(ctx context.Context, id int64) (mine bool, err error) {
	err = w.o.DB.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&outbox.Message{}).Where("id = ? AND state IN ? AND (owner = '' OR owner LIKE ? OR due_at <= ?)", id, []outbox.State{outbox.Pending, outbox.Published}, relayTag+"%", tx.Now).
			Updates(map[string]any{"owner": w.tag, "state": outbox.Published, "due_at": tx.Now.Add(carried(event.Bulk))})
		if mine = res.RowsAffected == 1; res.Error != nil || !mine {
			return res.Error
		}
		return tx.Where("id = ?", id).Take(&w.m).Error
	})
	if err != nil || !mine || w.m.Progress == "" {
		return mine, err
	}
	return true, json.Unmarshal([]byte(w.m.Progress), &w.at)
}

// afterEarlier writes the earlier messages about the same case first. One that another process is writing puts this one off;
// one that keeps failing does not.
func (w *writer) afterEarlier(ctx context.Context) (free bool, err error) {
	if w.m.CaseID == 0 {
		return true, nil
	}
	earlier := func(tx *store.Tx) *gorm.DB {
		return tx.Model(&outbox.Message{}).Where("case_id = ? AND id < ? AND state IN ? AND attempts < ?", w.m.CaseID, w.m.ID, []outbox.State{outbox.Pending, outbox.Published}, failing).Order("id").Limit(100)
	}
	var ids []int64
	if err := w.o.DB.View(ctx, func(tx *store.Tx) error { return earlier(tx).Pluck("id", &ids).Error }); err != nil || len(ids) == 0 {
		return true, err
	}
	for _, id := range ids {
		if err := w.Expand(ctx, id); err != nil {
			w.failed(ctx, id, err)
		}
	}
	err = w.o.DB.InTx(ctx, func(tx *store.Tx) error {
		var n int64
		if err := earlier(tx).Count(&n).Error; err != nil {
			return err
		}
		if free = n == 0; free {
			return nil
		}
		return tx.Model(&outbox.Message{}).Where("id = ? AND owner = ?", w.m.ID, w.tag).Updates(map[string]any{"owner": "", "state": outbox.Pending, "due_at": tx.Now.Add(time.Second)}).Error
	})
	return free, err
}

// resume is where a row of the plan begins: at its beginning, but for the row that a dead writer was in.
func (w *writer) resume(row int) progress {
	if row == w.at.Row {
		return w.at
	}
	return progress{Row: row}
}

// word writes what the message says to each audience, once.
func (w *writer) word(ctx context.Context, messages []plan.Message) error {
	return w.o.DB.InTx(ctx, func(tx *store.Tx) error {
		w.texts = nil
		if err := tx.Where("message_id = ? AND position >= 0", w.m.ID).Order("position").Find(&w.texts).Error; err != nil || len(w.texts) == len(messages) {
			return err
		}
		w.texts = nil
		for i, msg := range messages {
			data, err := json.Marshal(msg.Data())
			if err != nil {
				return err
			}
			pressing, channels := max(msg.Priority, w.m.Priority), msg.ChannelList()
			w.texts = append(w.texts, Text{MessageID: w.m.ID, Position: int64(i), Audience: msg.To[0], Kind: msg.Kind, Title: msg.Title, Body: w.night.words(msg.Body, pressing, channels, tx.Now), Template: msg.Template, Data: string(data),
				Channels: channels, Priority: pressing, Hold: msg.Hold, SubjectKind: msg.SubjectKind, SubjectID: msg.SubjectID, CreatedAt: tx.Now})
		}
		return tx.Create(&w.texts).Error
	})
}

// write writes inbox items and deliveries of one batch and how far it is, in one commit.
func (w *writer) write(ctx context.Context, row int, at progress, batch []recipient) error {
	text := &w.texts[row]
	var items []inbox.Item
	err := w.o.DB.InTx(ctx, func(tx *store.Tx) error {
		items = nil
		if err := w.beat(tx, at); err != nil {
			return err
		}
		fresh, err := w.fresh(tx, at, batch)
		if err != nil || len(fresh) == 0 {
			return err
		}
		var sends []Delivery
		first, boxed := text.next(""), map[recipient]bool{}
		for _, r := range fresh {
			if box := (recipient{kind: r.kind, id: r.id}); !boxed[box] {
				boxed[box] = true
				items = append(items, inbox.Item{MessageID: w.m.ID, TextID: text.ID, RecipientKind: r.kind, RecipientID: r.id, EstateID: w.m.EstateID, CreatedAt: tx.Now})
			}
			if first != "" && r.person != 0 {
				sends = append(sends, w.delivery(tx, text, r, first))
			}
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&items).Error; err != nil {
			return err
		}
		if err := w.night.await(tx, &w.m, text, w.plan[row].Ack, fresh); err != nil {
			return err
		}
		if sends, err = w.night.suit(tx, text.Kind, sends, false); err != nil || len(sends) == 0 {
			return err
		}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&sends).Error
	})
	if err == nil {
		w.told(items)
	}
	poke(w.send)
	return err
}

func (w *writer) delivery(tx *store.Tx, text *Text, r recipient, c plan.Channel) Delivery {
	return Delivery{MessageID: w.m.ID, TextID: text.ID, EstateID: w.m.EstateID, AboutID: w.m.AboutID, CaseID: w.m.CaseID, RecipientKind: r.kind, RecipientID: r.id, PersonID: r.person,
		Channel: c, Priority: text.Priority, Lane: int(w.m.EstateID % lanes), State: Waiting, DueAt: tx.Now, CreatedAt: tx.Now}
}

// beat notes the progress and that the writer is alive.
func (w *writer) beat(tx *store.Tx, at progress) error {
	text, err := json.Marshal(at)
	if err != nil {
		return err
	}
	res := tx.Model(&outbox.Message{}).Where("id = ? AND owner = ?", w.m.ID, w.tag).Updates(map[string]any{"progress": string(text), "due_at": tx.Now.Add(carried(event.Bulk))})
	return store.MustAffect(res, errTakenOver)
}

// fresh leaves out whom an earlier audience of the message has reached already: each is told once, in the first words.
func (w *writer) fresh(tx *store.Tx, at progress, batch []recipient) ([]recipient, error) {
	if (at.Row == 0 && at.To == 0) || len(batch) == 0 {
		return batch, nil
	}
	ids := make([]int64, len(batch))
	for i, r := range batch {
		ids[i] = r.id
	}
	var rows []inbox.Item
	if err := tx.Select("recipient_kind", "recipient_id").Where("message_id = ? AND recipient_id IN ?", w.m.ID, ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	told := map[recipient]bool{}
	for _, r := range rows {
		told[recipient{kind: r.RecipientKind, id: r.RecipientID}] = true
	}
	return slices.DeleteFunc(slices.Clone(batch), func(r recipient) bool { return told[recipient{kind: r.kind, id: r.id}] }), nil
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
		change["owner"] = ""
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
