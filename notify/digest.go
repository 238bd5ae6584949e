package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

const (
	// digestKind is what a digest is about, and with its dot the kind of its message. No event stands behind it.
	digestKind    = "digest"
	digestMessage = "notify.digest"
	// digestBatch is how many people one call serves, and digestSize how many messages one digest counts.
	digestBatch, digestSize = 200, 1000
)

// digestible are the channels of which a digest is made. Nobody collects letters and visits.
var digestible = []plan.Channel{plan.Mini, plan.Service, plan.SMS}

// nextDigest is the next time at which a digest of that hour goes out.
func nextDigest(now time.Time, hour int) time.Time {
	y, m, d := now.In(org.Shanghai).Date()
	at := time.Date(y, m, d, hour, 0, 0, 0, org.Shanghai)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at.UTC()
}

// SendDigests puts each person's due messages into one, and reports for how many people. Any number of processes may call it at
// once: each message is in one digest.
func (d *Dispatcher) SendDigests(ctx context.Context) (int, error) {
	var people []int64
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		everyLane := make([]int, lanes)
		for i := range everyLane {
			everyLane[i] = i
		}
		// The key for the senders holds what is asked, if everything in it is named.
		return tx.Model(&Delivery{}).Where("state = ? AND channel IN ? AND priority IN ? AND lane IN ? AND due_at <= ?", Digest, digestible, event.Priorities, everyLane, tx.Now).
			Distinct().Order("person_id").Limit(digestBatch).Pluck("person_id", &people).Error
	})
	if err != nil {
		return 0, err
	}
	n := 0
	var errs []error
	for _, person := range people {
		err := d.o.DB.InTx(ctx, func(tx *store.Tx) error { return d.digest(tx, person) })
		switch {
		case err == nil:
			n++
		case !errors.Is(err, errOvertaken):
			errs = append(errs, fmt.Errorf("digest of person %d: %w", person, err))
		}
	}
	if n > 0 {
		poke(d.send)
	}
	if err := d.o.DB.InTx(ctx, settleLeft); err != nil {
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

// digest puts what is due for a person into one message. It goes the way of the newest, and on by the ways of the others.
func (d *Dispatcher) digest(tx *store.Tx, person int64) error {
	var rows []Delivery
	err := tx.Where("person_id = ? AND state = ? AND due_at <= ?", person, Digest, tx.Now).Order("id").Limit(digestSize).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return err
	}
	ids, words := make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		ids[i], words[i] = r.ID, r.TextID
	}
	texts, err := textsOf(tx, words)
	if err != nil {
		return err
	}
	newest := texts[rows[len(rows)-1].TextID]
	if newest == nil {
		return fmt.Errorf("text %d is missing", rows[len(rows)-1].TextID)
	}
	m := outbox.Message{Kind: digestMessage, Body: "{}", Priority: event.Normal, State: outbox.Done, DueAt: tx.Now, CreatedAt: tx.Now, DoneAt: &tx.Now}
	if err := tx.Create(&m).Error; err != nil {
		return err
	}
	res := tx.Model(&Delivery{}).Where("id IN ? AND state = ?", ids, Digest).Updates(map[string]any{"state": Merged, "digest_id": m.ID})
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != int64(len(ids)) {
		return errOvertaken
	}
	t := Text{MessageID: m.ID, Audience: newest.Audience, Kind: digestKind, Title: fmt.Sprintf("您有%d条新消息", len(rows)), Template: newest.Template, Channels: ways(rows, texts), Priority: event.Normal, CreatedAt: tx.Now}
	t.Body = short(t.Title+"："+counted(rows, texts)+"。请打开小程序查看。", maxBody)
	if t.Data, err = remark(newest.Template, newest.Data, t.Title+"，请打开查看"); err != nil {
		return err
	}
	if err := tx.Create(&t).Error; err != nil {
		return err
	}
	return d.put(tx, []Delivery{{MessageID: m.ID, TextID: t.ID, RecipientKind: "person", RecipientID: person, PersonID: person, Channel: t.next(""), Priority: t.Priority,
		Lane: int(person % lanes), State: Waiting, DueAt: d.night.calm(t.Priority, person, tx.Now), CreatedAt: tx.Now}})
}

// ways are the channels of the newest message and then those of the others, each once.
func ways(rows []Delivery, texts map[int64]*Text) string {
	var list []string
	for i := len(rows) - 1; i >= 0; i-- {
		t := texts[rows[i].TextID]
		if t == nil {
			continue
		}
		for c := range strings.SplitSeq(t.Channels, ",") {
			if slices.Contains(digestible, plan.Channel(c)) && !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	return strings.Join(list, ",")
}

// counted says of which kinds there are how many, the most first.
func counted(rows []Delivery, texts map[int64]*Text) string {
	names := map[string]string{}
	for _, k := range plan.Default().Kinds() {
		names[k.Code] = k.Name
	}
	n := map[string]int{}
	var order []string
	for _, r := range rows {
		name := "其他"
		if t := texts[r.TextID]; t != nil && names[t.Kind] != "" {
			name = names[t.Kind]
		}
		if n[name] == 0 {
			order = append(order, name)
		}
		n[name]++
	}
	slices.SortStableFunc(order, func(a, b string) int { return n[b] - n[a] })
	for i, name := range order {
		order[i] = fmt.Sprintf("%s%d条", name, n[name])
	}
	return strings.Join(order, "、")
}

// settleDigests settles what is in the digests among some outcomes, as soon as nothing more is tried for them.
func settleDigests(tx *store.Tx, done []outcome) error {
	ended := map[State][]int64{}
	for i := range done {
		o := &done[i]
		if o.text == nil || o.text.Kind != digestKind {
			continue
		}
		state := o.settled
		tried := state == Waiting || state == Unknown
		handedOn := (state == Refused || state == Unreachable || state == Dead) && o.text.next(o.Channel) != ""
		if tried || handedOn {
			continue
		}
		ended[state] = append(ended[state], o.MessageID)
	}
	for state, digests := range ended {
		if err := settleMerged(tx, digests, state); err != nil {
			return err
		}
	}
	return nil
}

// settleLeft settles what is in digests that ended without being tried, because there was no consent for them or somebody took it.
func settleLeft(tx *store.Tx) error {
	var digests []int64
	err := tx.Table("deliveries d").Where("d.state = ? AND NOT EXISTS (SELECT 1 FROM deliveries g WHERE g.message_id = d.digest_id AND g.state IN ?)", Merged, []State{Waiting, Unknown}).
		Distinct().Limit(digestBatch).Pluck("d.digest_id", &digests).Error
	if err != nil || len(digests) == 0 {
		return err
	}
	var ended []Delivery
	if err := tx.Select("message_id", "state").Where("message_id IN ?", digests).Order("id").Find(&ended).Error; err != nil {
		return err
	}
	became := map[int64]State{}
	for _, g := range ended { // the last try counts, unless one arrived
		if became[g.MessageID] != Sent {
			became[g.MessageID] = g.State
		}
	}
	byState := map[State][]int64{}
	for _, id := range digests {
		state, ok := became[id]
		if !ok {
			state = Unreachable // whom it went to was forgotten
		}
		byState[state] = append(byState[state], id)
	}
	for state, ids := range byState {
		if err := settleMerged(tx, ids, state); err != nil {
			return err
		}
	}
	return nil
}

// settleMerged settles what is in digests.
func settleMerged(tx *store.Tx, digests []int64, state State) error {
	set := map[string]any{"state": state}
	if state == Sent {
		set["sent_at"] = tx.Now
	}
	return tx.Model(&Delivery{}).Where("digest_id IN ? AND state = ?", digests, Merged).Updates(set).Error
}

// digestsOf are the messages of the digests that name one of some messages to people.
func digestsOf(tx *store.Tx, messages []int64) (ids []int64, err error) {
	err = tx.Model(&Delivery{}).Where("message_id IN ? AND recipient_kind = 'person' AND digest_id <> 0", messages).Distinct().Pluck("digest_id", &ids).Error
	return ids, err
}
