package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

const (
	// sendPatience is how long one send may take; it ends well within the lane's lease.
	sendPatience = 15 * time.Second
	// stint is for how long a sender keeps a lane while others may wait for it.
	stint = 2 * time.Second
)

// outgoing is a delivery that goes into the air, with what it needs.
type outgoing struct {
	Delivery
	text *Text
	way  *Way
	out  Outgoing
}

// outcome is what became of one.
type outcome struct {
	*outgoing
	provider string
	err      error
}

// sendDue starts a sender in every lane that has something due and is not worked by this process, the pressing ones first.
func (d *Dispatcher) sendDue(ctx context.Context) (bool, error) {
	due, err := d.dueLanes(ctx)
	for _, n := range due {
		if ctx.Err() != nil {
			break
		}
		slots := d.steady
		if n.Priority <= event.Urgent {
			slots = d.swift // a campaign can take every other sender, not these
		}
		select {
		case slots <- struct{}{}:
		default:
			continue // whoever finishes calls again
		}
		if !d.enter(n) {
			<-slots
			continue
		}
		d.senders.Go(func() {
			more, err := d.work(ctx, n)
			d.leave(n)
			<-slots
			d.quiet.report(ctx, err)
			if more && err == nil {
				poke(d.send)
			}
		})
	}
	return false, err
}

// dueLanes lists the lanes with something due, by priority.
func (d *Dispatcher) dueLanes(ctx context.Context) ([]laneName, error) {
	var due []laneName
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		for _, state := range []State{Waiting, Unknown} {
			var rows []struct {
				Channel  plan.Channel
				Priority event.Priority
				Lane     int
				DueAt    string
			}
			err := tx.Model(&Delivery{}).Select("channel, priority, lane, MIN(due_at) AS due_at").Where("state = ?", state).Group("channel, priority, lane").Limit(1000).Find(&rows).Error
			if err != nil {
				return err
			}
			for _, r := range rows {
				n := laneName{r.Channel, r.Priority, r.Lane}
				at, err := minimum(r.DueAt)
				if err != nil {
					return err
				}
				if !at.After(tx.Now) && !slices.Contains(due, n) {
					due = append(due, n)
				}
			}
		}
		return nil
	})
	slices.SortStableFunc(due, func(a, b laneName) int { return int(a.Priority - b.Priority) })
	return due, err
}

func (d *Dispatcher) enter(n laneName) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.working[n] || d.o.DB.Now().Before(d.resting[restKey{n.Channel, n.Priority}]) {
		return false
	}
	d.working[n] = true
	return true
}

func (d *Dispatcher) leave(n laneName) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.working, n)
}

// work sends from a lane, a batch in the air at a time: the outcome of one batch and the launch of the next are one commit. It
// tells whether there may be more.
func (d *Dispatcher) work(ctx context.Context, n laneName) (more bool, err error) {
	held := false
	err = d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		doubtful, ok, err := n.take(tx, d.owner)
		held = ok
		if doubtful > 0 {
			tx.Committed(func() { d.stats.sends.WithLabelValues(string(n.Channel), string(Unknown)).Add(float64(doubtful)) })
		}
		return err
	})
	if err != nil || !held {
		return false, err
	}
	if err := d.resolve(ctx, n); err != nil {
		return false, err
	}
	began := time.Now()
	var done []outcome
	for {
		more = time.Since(began) < stint
		batch, err := d.turn(ctx, n, done, more && ctx.Err() == nil)
		if err != nil || len(batch) == 0 {
			return !more, err
		}
		if done = d.fly(ctx, batch); slices.ContainsFunc(done, limited) {
			for _, p := range event.Priorities[event.Urgent:] { // an alarm knocks all the same
				d.rest(n.Channel, p, d.o.Rest)
			}
			_, err := d.turn(ctx, n, done, false)
			return false, err
		}
	}
}

func limited(o outcome) bool {
	var f *Failure
	return errors.As(o.err, &f) && f.Limited
}

// restKey is what rests: a channel, for messages of a priority.
type restKey struct {
	channel  plan.Channel
	priority event.Priority
}

// rest keeps this process from a channel that takes nothing for now.
func (d *Dispatcher) rest(c plan.Channel, p event.Priority, pause time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.resting[restKey{c, p}] = d.o.DB.Now().Add(pause)
}

// turn records what became of a batch, chooses the next and launches it, in one commit. It is done even while stopping, and
// tried again while the database is away: what was sent must be known as sent.
func (d *Dispatcher) turn(ctx context.Context, n laneName, done []outcome, more bool) (batch []*outgoing, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*laneLease)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		var rest time.Duration
		err = d.o.DB.InTx(ctx, func(tx *store.Tx) error {
			batch, rest = nil, 0
			if err := d.settle(tx, done); err != nil {
				return err
			}
			if more {
				if batch, rest, err = d.choose(tx, n); err != nil {
					return err
				}
			}
			ids := make([]int64, len(batch))
			for i, b := range batch {
				ids[i] = b.ID
			}
			held, err := n.launch(tx, d.owner, ids)
			if !held {
				batch = nil // somebody took us for dead: what was in the air is theirs to resolve
			}
			return err
		})
		if rest > 0 && err == nil {
			d.rest(n.Channel, n.Priority, rest)
		}
		if err == nil || len(done) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			d.o.Log.ErrorContext(ctx, "outcomes not recorded: these deliveries are in doubt", "channel", n.Channel, "count", len(done), "error", err.Error())
			return nil, err
		case <-time.After(pause):
		}
	}
	for _, o := range done {
		d.stats.sent(n.Channel, o.state())
		if o.err != nil {
			d.stats.failed(n.Channel, o.code())
		}
	}
	return batch, err
}

// choose picks the next batch of a lane and equips it. rest is how long the channel takes nothing more.
func (d *Dispatcher) choose(tx *store.Tx, n laneName) (batch []*outgoing, rest time.Duration, err error) {
	way := d.o.Ways[n.Channel]
	var rows []Delivery
	err = tx.Where("state = ? AND channel = ? AND priority = ? AND lane = ? AND due_at <= ?", Waiting, n.Channel, n.Priority, n.Lane, tx.Now).
		Order("due_at, id").Limit(d.o.Senders).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	if rows, err = d.night.hushed(tx, rows); err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	if n.Priority != event.Alarm {
		if rows, err = inOrder(tx, rows); err != nil || len(rows) == 0 {
			return nil, 0, err
		}
	}
	if way != nil {
		granted, pause, err := way.grant(tx, n, len(rows))
		if err != nil || granted == 0 {
			return nil, pause, err
		}
		rows = rows[:granted]
	}
	batch, err = d.equip(tx, way, rows)
	return batch, 0, err
}

// inOrder leaves out what would overtake an earlier message about the same case to the same person, until that one is done.
func inOrder(tx *store.Tx, rows []Delivery) ([]Delivery, error) {
	type line struct {
		CaseID, PersonID int64
		Channel          plan.Channel
	}
	var cases []int64
	for _, r := range rows {
		if r.CaseID != 0 {
			cases = append(cases, r.CaseID)
		}
	}
	if len(cases) == 0 {
		return rows, nil
	}
	var firsts []Delivery
	err := tx.Model(&Delivery{}).Select("case_id, person_id, channel, MIN(id) AS id").Where("case_id IN ? AND state IN ?", cases, []State{Waiting, Unknown}).
		Group("case_id, person_id, channel").Find(&firsts).Error
	if err != nil {
		return nil, err
	}
	first := map[line]int64{}
	for _, f := range firsts {
		first[line{f.CaseID, f.PersonID, f.Channel}] = f.ID
	}
	var free []Delivery
	var waits []int64
	for _, r := range rows {
		if r.CaseID == 0 || first[line{r.CaseID, r.PersonID, r.Channel}] == r.ID {
			free = append(free, r)
			continue
		}
		waits = append(waits, r.ID)
	}
	if len(waits) == 0 {
		return free, nil
	}
	return free, tx.Model(&Delivery{}).Where("id IN ?", waits).Update("due_at", tx.Now.Add(time.Second)).Error
}

// equip finds the addresses and the words of a batch.
func (d *Dispatcher) equip(tx *store.Tx, way *Way, rows []Delivery) ([]*outgoing, error) {
	var people, ids []int64
	for _, r := range rows {
		people, ids = append(people, r.PersonID), append(ids, r.TextID)
	}
	var addresses map[int64]string
	var err error
	if way != nil {
		if addresses, err = way.Addresses(tx, people); err != nil {
			return nil, err
		}
	}
	slices.Sort(ids)
	var list []Text
	if err := tx.Where("id IN ?", slices.Compact(ids)).Find(&list).Error; err != nil {
		return nil, err
	}
	texts := map[int64]*Text{}
	for i := range list {
		texts[list[i].ID] = &list[i]
	}
	batch := make([]*outgoing, len(rows))
	for i, r := range rows {
		o := &outgoing{Delivery: r, text: texts[r.TextID], way: way, out: Outgoing{Key: fmt.Sprintf("linli-%d", r.ID), To: addresses[r.PersonID]}}
		if t := o.text; t != nil {
			o.out.Title, o.out.Body, o.out.Page = t.Title, t.Body, page(t)
			if err := json.Unmarshal([]byte(t.Data), &o.out.Data); err != nil {
				return nil, fmt.Errorf("text %d: %w", t.ID, err)
			}
		}
		batch[i] = o
	}
	return batch, nil
}

// fly sends a batch, all of it at once, and waits for every outcome.
func (d *Dispatcher) fly(ctx context.Context, batch []*outgoing) []outcome {
	done := make([]outcome, len(batch))
	var wg sync.WaitGroup
	for i, o := range batch {
		wg.Go(func() {
			done[i].outgoing = o
			done[i].provider, done[i].err = o.send(ctx)
		})
	}
	wg.Wait()
	return done
}

// errNoWay and the others are why a delivery cannot be sent at all.
var (
	errNoWay     = &Failure{Err: errors.New("channel or template is not configured")}
	errNoAccount = &Failure{Err: errors.New("no account")}
	errNoWords   = &Failure{Permanent: true, Err: errors.New("the plan has no words for this message")}
)

// send sends one. Once begun it is not interrupted by a stop, which waits for it.
func (o *outgoing) send(ctx context.Context) (string, error) {
	switch {
	case o.text == nil:
		return "", errNoWords
	case o.way == nil:
		return "", errNoWay
	case o.out.To == "":
		return "", errNoAccount
	}
	id, ok := o.way.template(o.text.Template)
	if !ok {
		return "", errNoWay
	}
	o.out.Template = id
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendPatience)
	defer cancel()
	return o.way.Channel.Send(ctx, o.out)
}

func page(t *Text) string {
	if t.SubjectID == 0 {
		return "pages/inbox/index"
	}
	return fmt.Sprintf("pages/%s/detail?id=%d", t.SubjectKind, t.SubjectID)
}
