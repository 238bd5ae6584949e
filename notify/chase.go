package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// chaseBatch is how many chains one call looks at.
const chaseBatch = 100

// Rerouted is the kind of the messages that pass on what an office did not read. No event stands behind them.
const Rerouted = "notify.rerouted"

// errOvertaken ends a transaction whose rows another process has just taken.
var errOvertaken = errors.New("notify: another process was faster")

// Chase takes the next step for what offices have not read in time, and reports how many messages it looked at. Any number of
// processes may call it at once: each step is taken once.
func (d *Dispatcher) Chase(ctx context.Context) (int, error) {
	var due []chain
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Ack{}).Distinct("source_id", "office_id").Where("state = ? AND due_at <= ?", AckOpen, tx.Now).
			Order("source_id, office_id").Limit(chaseBatch).Find(&due).Error
	})
	if err != nil {
		return 0, err
	}
	n := 0
	errs := []error{d.passVacant(ctx)} // one that fails does not keep the others
	for _, c := range due {
		switch err := d.chase(ctx, c); {
		case err == nil:
			n++
		case !errors.Is(err, errOvertaken):
			errs = append(errs, fmt.Errorf("message %d, office %d: %w", c.SourceID, c.OfficeID, err))
		}
	}
	return n, errors.Join(errs...)
}

// chase takes the next step of one chain.
func (d *Dispatcher) chase(ctx context.Context, c chain) error {
	var told []inbox.Item
	err := d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		told = nil
		var rows []Ack
		err := tx.Where("source_id = ? AND office_id = ? AND state = ? AND due_at <= ?", c.SourceID, c.OfficeID, AckOpen, tx.Now).Order("id").Limit(500).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		read, err := c.firstRead(tx)
		if err != nil {
			return err
		}
		if read != nil && !rows[0].MustAct {
			return become(tx, rows, AckOpen, AckRead, *read)
		}
		r := &reroute{writer: &writer{Dispatcher: d}, tx: tx, rows: rows}
		if err := r.find(); err != nil {
			return err
		}
		acted, err := r.acted()
		if err != nil {
			return err
		}
		if acted {
			return become(tx, rows, AckOpen, AckActed, tx.Now)
		}
		if err := become(tx, rows, AckOpen, AckRerouted, tx.Now); err != nil {
			return err
		}
		done, err := r.next()
		if err != nil {
			return err
		}
		told = r.items
		if !done {
			return become(tx, rows, AckRerouted, AckExhausted, tx.Now)
		}
		return nil
	})
	if err == nil {
		d.announce(told)
		poke(d.send)
	}
	return err
}

// become moves the acks of a chain, all or none: whoever has moved one of them has the chain.
func become(tx *store.Tx, rows []Ack, from, to AckState, at time.Time) error {
	ids := make([]int64, len(rows))
	for i, a := range rows {
		ids[i] = a.ID
	}
	res := tx.Model(&Ack{}).Where("id IN ? AND state = ?", ids, from).Updates(map[string]any{"state": to, "at": at})
	if res.Error == nil && res.RowsAffected != int64(len(rows)) {
		return errOvertaken
	}
	return res.Error
}

// firstRead is when somebody of the office, or of where the message was passed on to, first read it; nil for nobody yet. A post
// whose holder is away reads too, although nobody waits for it.
func (c chain) firstRead(tx *store.Tx) (*time.Time, error) {
	asked := tx.Model(&Ack{}).Select("message_id").Where("source_id = ? AND office_id = ?", c.SourceID, c.OfficeID)
	office := tx.Model(&org.Post{}).Select("id").Where("organisation_id = ?", c.OfficeID)
	var items []inbox.Item
	err := tx.Where("message_id IN (?) AND recipient_kind = 'post' AND read_at IS NOT NULL", asked).
		Where(`EXISTS (SELECT 1 FROM acks a WHERE a.source_id = ? AND a.office_id = ? AND a.message_id = inbox_items.message_id AND a.post_id = inbox_items.recipient_id)
			OR (message_id = ? AND recipient_id IN (?))`, c.SourceID, c.OfficeID, c.SourceID, office).
		Order("read_at").Limit(1).Find(&items).Error
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return items[0].ReadAt, nil
}

// reroute is one step of a chain while it is taken.
type reroute struct {
	*writer
	tx     *store.Tx
	rows   []Ack
	source outbox.Message
	text   Text // what the message said to the office
	items  []inbox.Item
}

// find reads the message and what it said.
func (r *reroute) find() error {
	a := &r.rows[0]
	if err := r.tx.Where("id = ?", a.SourceID).Take(&r.source).Error; err != nil {
		return err
	}
	return r.tx.Where("id = ?", a.TextID).Take(&r.text).Error
}

// acted tells whether the office has dealt with the complaint since the message came about. What it did before the message was
// carried ended no wait, for none had begun.
func (r *reroute) acted() (bool, error) {
	a := &r.rows[0]
	if r.o.Stepped == nil || a.CaseID == 0 || a.SubjectKind != "case" { // a whistle or a task about the complaint is another matter
		return false, nil
	}
	return r.o.Stepped(r.tx, a.CaseID, append(r.organisations(), a.OfficeID), r.source.CreatedAt)
}

// next takes the first step that leads anywhere: a channel that nobody has, or a post without a deputy, costs no time. It reports
// whether there was one.
func (r *reroute) next() (bool, error) {
	a := &r.rows[0]
	steps := strings.Split(a.Steps, ",")
	for n := a.Step; n < len(steps); n++ {
		var done bool
		var err error
		switch s := plan.Step(steps[n]); s {
		case plan.NextDeputy:
			done, err = r.toDeputy(n + 1)
		case plan.NextAbove:
			done, err = r.above(n + 1)
		default:
			done, err = r.through(plan.Channel(s), n+1)
		}
		if err != nil || done {
			return done, err
		}
	}
	return false, nil
}

func (r *reroute) posts() []int64 {
	ids := make([]int64, len(r.rows))
	for i, a := range r.rows {
		ids[i] = a.PostID
	}
	return ids
}

// organisations are those of the posts that did not read.
func (r *reroute) organisations() []int64 {
	var ids []int64
	for _, a := range r.rows {
		if !slices.Contains(ids, a.OrganisationID) {
			ids = append(ids, a.OrganisationID)
		}
	}
	return ids
}

// through sends the same to the same posts by another channel.
func (r *reroute) through(c plan.Channel, step int) (bool, error) {
	if r.o.Ways[c] == nil {
		return false, nil
	}
	a := &r.rows[0]
	text := r.text
	if a.MessageID != a.SourceID {
		if err := r.tx.Where("message_id = ? AND position = 0", a.MessageID).Take(&text).Error; err != nil {
			return false, err
		}
	}
	to, err := holdersAt(r.tx, r.posts())
	if err != nil {
		return false, err
	}
	asked := slices.Clone(to) // who had it by this channel before is still to read: the next step is theirs too
	var before []Delivery
	err = r.tx.Select("recipient_id", "person_id").Where("message_id = ? AND recipient_kind = 'post' AND recipient_id IN ? AND channel = ?", a.MessageID, r.posts(), c).Find(&before).Error
	if err != nil {
		return false, err
	}
	to = slices.DeleteFunc(to, func(x recipient) bool {
		return x.person == 0 || slices.ContainsFunc(before, func(b Delivery) bool { return b.RecipientID == x.id && b.PersonID == x.person })
	})
	r.m = r.source
	r.m.ID = a.MessageID
	sent, err := r.deliver(&text, to, c)
	if err != nil || sent == 0 {
		return false, err
	}
	return true, r.askNext(a.MessageID, step, &text, asked)
}

// deliver writes the deliveries to phones and reports how many.
func (r *reroute) deliver(text *Text, to []recipient, c plan.Channel) (int, error) {
	var sends []Delivery
	for _, x := range to {
		if x.person != 0 && c != "" {
			sends = append(sends, r.delivery(r.tx, text, x, c))
		}
	}
	sends, err := r.night.suit(r.tx, text.Kind, sends, true)
	if err != nil || len(sends) == 0 {
		return 0, err
	}
	return len(sends), r.put(r.tx, sends)
}

// askNext waits for the next to read.
func (r *reroute) askNext(message int64, step int, text *Text, to []recipient) error {
	next := r.rows[0]
	next.ID, next.MessageID, next.Step = 0, message, step
	return r.ask(r.tx, next, text.Priority, to)
}

// toDeputy passes it on to the deputy posts of those that did not read.
func (r *reroute) toDeputy(step int) (bool, error) {
	var deputies []int64
	err := r.tx.Model(&org.Post{}).Where("id IN ? AND deputy_post_id <> 0", r.posts()).Distinct().Order("deputy_post_id").Pluck("deputy_post_id", &deputies).Error
	if err != nil || len(deputies) == 0 {
		return false, err
	}
	to, err := holdersAt(r.tx, deputies)
	if err != nil {
		return false, err
	}
	return r.passOn(step, to, "转请您代看。")
}

// above passes it on to the level above.
func (r *reroute) above(step int) (bool, error) {
	to, err := r.upward(r.organisations())
	if err != nil {
		return false, err
	}
	return r.passOn(step, to, "转报您单位。")
}
