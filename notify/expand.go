package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// expandBatch is how many recipients one transaction writes. From 1,000 on, MariaDB joins a list with a table instead of looking at
// the key for each, which takes ten times as long.
const expandBatch = 900

// insertBatch is how many rows one statement inserts: SQLite takes 32,766 variables, a delivery has 22.
const insertBatch = 1000

// progress is where in the plan's rows the deliveries of a message are written up to.
type progress struct {
	Row   int   `json:"row"`
	To    int   `json:"to"`
	After int64 `json:"after,omitempty"` // the last person of a long audience
	Plan  int64 `json:"plan,omitempty"`  // the version of the plan
}

// addressed is a recipient and whose words of the message are for them.
type addressed struct {
	row int
	recipient
}

// writer is who writes the deliveries of one message: those of a small one in one commit, those of a large one a batch at a time.
type writer struct {
	*Dispatcher
	m        outbox.Message
	messages []plan.Message
	tag      string
	from, at progress
	owned    bool // the message is kept from others while it is written in several commits
	resumed  bool // some of it may be written
	begun    bool // all that is written was written by this writer
	texts    []Text
	batch    []addressed
	event    event.Event
}

// errTakenOver ends a writer whom another took for dead, or was faster than.
var errTakenOver = errors.New("notify: another process has the message")

// Expand writes the deliveries of a message, runs its consequences and marks it done. Another process that died within goes on
// where that one was, and one that is alive is left alone. It is harmless to repeat: the schema keeps one item per recipient
// and one delivery per channel.
func (d *Dispatcher) Expand(ctx context.Context, id int64) error {
	w := d.writer()
	if free, err := w.look(ctx, id); err != nil || !free {
		return err
	}
	if free, err := w.afterEarlier(ctx); err != nil || !free {
		return err
	}
	return w.run(ctx)
}

func (d *Dispatcher) writer() *writer {
	return &writer{Dispatcher: d, tag: "expand/" + d.owner + "/" + strconv.FormatInt(time.Now().UnixNano(), 36)}
}

// run writes a message that is free.
func (w *writer) run(ctx context.Context) error {
	e, err := w.m.Event()
	if err != nil {
		return err
	}
	w.event = e
	if w.messages, err = w.planned(ctx, e); err != nil {
		return err
	}
	if w.resumed {
		if err := w.reread(ctx); err != nil {
			return err
		}
	}
	err = w.expand(ctx, e)
	if errors.Is(err, errTakenOver) {
		return nil
	}
	if errors.Is(err, ErrNotNow) {
		return w.later(ctx)
	}
	return err
}

// planned says what the event tells to whom: by the plan in force, or by the one by which it was begun.
func (w *writer) planned(ctx context.Context, e event.Event) ([]plan.Message, error) {
	if w.o.Book == nil {
		return w.o.Plan(e)
	}
	table, version, err := w.o.Book.Current(ctx)
	if err == nil && w.resumed && w.from.Plan != version {
		version = w.from.Plan
		table, err = w.o.Book.At(ctx, version)
	}
	if err != nil {
		return nil, err
	}
	w.at.Plan = version
	return table.For(e)
}

func (w *writer) expand(ctx context.Context, e event.Event) error {
	for row, msg := range w.messages {
		if row < w.from.Row {
			continue
		}
		from := progress{Row: row}
		if row == w.from.Row {
			from = w.from
		}
		err := w.audience(ctx, e, msg, from, func(at progress, batch []recipient) error {
			for part := range slices.Chunk(batch, expandBatch) {
				if len(w.batch)+len(part) > expandBatch {
					if err := w.flush(ctx, false); err != nil {
						return err
					}
				}
				for _, r := range part {
					w.batch = append(w.batch, addressed{row, r})
				}
			}
			at.Row, at.Plan = row, w.at.Plan
			w.at = at
			if len(w.batch) < expandBatch {
				return nil
			}
			return w.flush(ctx, false)
		})
		if err != nil {
			return err
		}
	}
	if !w.reacts(e) {
		return w.flush(ctx, true)
	}
	if err := w.flush(ctx, false); err != nil {
		return err
	}
	if err := w.react(ctx, e, w.m.ID); err != nil {
		return err
	}
	return w.flush(ctx, true)
}

// look reads the message; free is false when it is done, or somebody alive writes it.
func (w *writer) look(ctx context.Context, id int64) (free bool, err error) {
	err = w.o.DB.View(ctx, func(tx *store.Tx) error {
		if err := tx.Where("id = ?", id).Take(&w.m).Error; err != nil {
			return err
		}
		alive := w.m.Owner != "" && !strings.HasPrefix(w.m.Owner, relayTag) && w.m.DueAt.After(tx.Now)
		free = !alive && (w.m.State == outbox.Pending || w.m.State == outbox.Published)
		return nil
	})
	if err != nil || !free {
		return false, err
	}
	w.begun = w.m.Progress == ""
	if !w.begun {
		w.resumed = true
		if err := json.Unmarshal([]byte(w.m.Progress), &w.from); err != nil {
			return false, err
		}
	}
	return true, nil
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
	for _, id := range ids { // each comes when those before it are written
		before := w.writer()
		free, err := before.look(ctx, id)
		if err == nil && free {
			err = before.run(ctx)
		}
		if err != nil {
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
		return tx.Model(&outbox.Message{}).Where("id = ? AND state IN ? AND owner = ?", w.m.ID, []outbox.State{outbox.Pending, outbox.Published}, w.m.Owner).
			Updates(map[string]any{"owner": "", "state": outbox.Pending, "due_at": tx.Now.Add(time.Second)}).Error
	})
	return free, err
}

// flush writes what has gathered and how far it is, or that all is done, in one commit.
func (w *writer) flush(ctx context.Context, done bool) error {
	lanes := map[laneName]bool{}
	var items []inbox.Item
	err := w.o.DB.InTx(ctx, func(tx *store.Tx) (err error) {
		clear(lanes)
		if err := w.hold(tx, done); err != nil {
			return err
		}
		if err := w.word(tx); err != nil {
			return err
		}
		if items, err = w.write(tx, lanes); err != nil || !done {
			return err
		}
		return answered(tx, w.event)
	})
	if err != nil {
		return err
	}
	w.announce(items)
	w.owned, w.resumed, w.batch = !done, true, w.batch[:0]
	for n := range lanes {
		w.wakeLane(n)
	}
	return nil
}

// hold keeps the message for this writer, notes how far it is and that the writer is alive, or that all is done.
func (w *writer) hold(tx *store.Tx, done bool) error {
	text, err := json.Marshal(w.at)
	if err != nil {
		return err
	}
	change := map[string]any{"state": outbox.Published, "owner": w.tag, "progress": string(text), "due_at": tx.Now.Add(carried(event.Bulk)), "last_error": ""}
	if done {
		change = map[string]any{"state": outbox.Done, "owner": "", "progress": "", "done_at": tx.Now}
	}
	q := tx.Model(&outbox.Message{}).Where("id = ?", w.m.ID)
	if w.owned {
		q = q.Where("owner = ?", w.tag)
	} else {
		q = q.Where("state IN ? AND (owner = '' OR owner LIKE ? OR due_at <= ?)", []outbox.State{outbox.Pending, outbox.Published}, relayTag+"%", tx.Now)
	}
	return store.MustAffect(q.Updates(change), errTakenOver)
}

// write writes inbox items and deliveries of the batch. Each recipient is told once, in the first words that are for them.
func (w *writer) write(tx *store.Tx, lanes map[laneName]bool) ([]inbox.Item, error) {
	told, err := w.told(tx)
	if err != nil {
		return nil, err
	}
	var items []inbox.Item
	fresh, sends := make([][]recipient, len(w.texts)), make([][]Delivery, len(w.texts)) // by the row of the plan
	words := map[recipient]int{}
	for _, a := range w.batch {
		box := recipient{kind: a.kind, id: a.id}
		if told[box] {
			continue
		}
		row, known := words[box]
		if known && row != a.row {
			continue
		}
		text := &w.texts[a.row]
		words[box] = a.row
		fresh[a.row] = append(fresh[a.row], a.recipient)
		if !known && a.kind != onShift && a.kind != rosterOwner { // a number has no inbox
			items = append(items, inbox.Item{MessageID: w.m.ID, TextID: text.ID, RecipientKind: a.kind, RecipientID: a.id, EstateID: w.m.EstateID, CreatedAt: tx.Now})
		}
		c := text.next("")
		if a.kind == onShift {
			c = text.last()
		}
		if c != "" && (a.person != 0 || a.kind == onShift) {
			sends[a.row] = append(sends[a.row], w.delivery(tx, text, a.recipient, c))
		}
	}
	if len(items) > 0 {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&items, insertBatch).Error; err != nil {
			return nil, err
		}
	}
	var all []Delivery
	for row := range w.texts {
		text := &w.texts[row]
		if err := w.await(tx, &w.m, text, w.messages[row].Ack, fresh[row]); err != nil {
			return nil, err
		}
		suited, err := w.night.suit(tx, text.Kind, sends[row], false)
		if err != nil {
			return nil, err
		}
		all = append(all, suited...)
	}
	if w.o.Admit != nil {
		if err := w.o.Admit(tx, w.event, all); err != nil {
			return nil, err
		}
	}
	for _, s := range all {
		lanes[laneName{s.Channel, s.Priority, s.Lane}] = true
	}
	return items, w.put(tx, all)
}

// put writes deliveries, and their lanes, by which senders find them.
func (d *Dispatcher) put(tx *store.Tx, sends []Delivery) error {
	sends, err := d.reserve(tx, sends)
	if err != nil || len(sends) == 0 {
		return err
	}
	if sends, err = onPaper(tx, sends); err != nil || len(sends) == 0 {
		return err
	}
	lanes := map[laneName]bool{}
	for _, s := range sends {
		n := laneName{s.Channel, s.Priority, s.Lane}
		if lanes[n] {
			continue
		}
		lanes[n] = true
		if err := d.register(tx, n); err != nil {
			return err
		}
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&sends, insertBatch).Error
}

func (w *writer) delivery(tx *store.Tx, text *Text, r recipient, c plan.Channel) Delivery {
	return Delivery{MessageID: w.m.ID, TextID: text.ID, EstateID: w.m.EstateID, AboutID: w.m.AboutID, CaseID: w.m.CaseID, RecipientKind: r.kind, RecipientID: r.id, PersonID: r.person,
		Channel: c, Priority: text.Priority, Lane: int(w.m.EstateID % lanes), State: Waiting, DueAt: tx.Now, CreatedAt: tx.Now}
}

// told gives who of the batch has the message from an earlier commit.
func (w *writer) told(tx *store.Tx) (map[recipient]bool, error) {
	first := !w.resumed || (w.at.Row == 0 && w.at.To == 0) // which names each once
	if len(w.batch) == 0 || (w.begun && first) {
		return nil, nil
	}
	ids := make([]int64, len(w.batch))
	for i, r := range w.batch {
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
	return told, nil
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
		return tx.Model(&outbox.Message{}).Where("id = ? AND state = ? AND (owner = '' OR owner LIKE ? OR owner LIKE ?)", id, outbox.Published, relayTag+"%", "expand/"+d.owner+"/%").Updates(change).Error
	})
	d.o.Log.ErrorContext(ctx, "message not expanded", "message", id, "error", fmt.Sprint(cause), "recorded", err == nil)
}
