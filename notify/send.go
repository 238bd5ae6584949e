package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
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
	settled  State // what was recorded
}

// sendDue starts a sender in every lane that has something due, the pressing ones first.
func (d *Dispatcher) sendDue(ctx context.Context) (bool, error) {
	var due []laneName
	if d.lookAround() {
		var err error
		if due, err = d.dueLanes(ctx); err != nil {
			return false, err
		}
	}
	d.mu.Lock()
	for n := range d.hints {
		due = append(due, n)
	}
	clear(d.hints)
	astray := d.astray
	d.mu.Unlock()
	if astray {
		return false, nil
	}
	slices.SortStableFunc(due, func(a, b laneName) int { return int(a.Priority - b.Priority) })
	for _, n := range due {
		if ctx.Err() == nil {
			d.startSender(ctx, n)
		}
	}
	return false, nil
}

// lookAround is whether the database is asked for lanes: now and then, for what others wrote and what falls due. What this
// process writes it knows.
func (d *Dispatcher) lookAround() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Since(d.looked) < look/2 {
		return false
	}
	d.looked = time.Now()
	return true
}

// wakeLane has the senders look at a lane.
func (d *Dispatcher) wakeLane(n laneName) {
	d.mu.Lock()
	d.hints[n] = true
	d.mu.Unlock()
	poke(d.send)
}

// startSender starts a sender in a lane that this process does not work yet, if there is one to spare.
func (d *Dispatcher) startSender(ctx context.Context, n laneName) {
	slots := d.slotsOf(n)
	select {
	case slots <- struct{}{}:
	default:
		d.mu.Lock()
		d.starved = true
		d.mu.Unlock()
		return
	}
	if !d.enter(n) {
		<-slots
		return
	}
	d.senders.Go(func() {
		more, err := d.work(ctx, n)
		d.leave(n)
		<-slots
		d.quiet.report(ctx, err)
		d.mu.Lock()
		starved := d.starved
		if starved { // others wait for the slot
			d.starved, d.looked = false, time.Time{}
		}
		d.mu.Unlock()
		switch {
		case more && err == nil:
			d.wakeLane(n)
		case starved:
			poke(d.send)
		}
	})
}

// slotsOf are the senders of a lane's channel and sort: what is bulk shares with what is normal, and nobody else waits for either.
func (d *Dispatcher) slotsOf(n laneName) chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := restKey{n.Channel, min(n.Priority, event.Normal)}
	if d.slots[key] == nil {
		d.slots[key] = make(chan struct{}, lanesAtOnce)
	}
	return d.slots[key]
}

// dueLanes lists the lanes with something due, of each priority the one first that was served longest ago.
func (d *Dispatcher) dueLanes(ctx context.Context) ([]laneName, error) {
	var due []laneName
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		var rows []Lane
		first := func(state State) *gorm.DB {
			return tx.Session(&gorm.Session{NewDB: true}).Table("deliveries d").Select("d.id").
				Where("d.state = ? AND d.channel = send_lanes.channel AND d.priority = send_lanes.priority AND d.lane = send_lanes.lane AND d.due_at <= ?", state, tx.Now).Order("d.due_at").Limit(1)
		}
		// With a limit each lane is one look at the key; EXISTS would be turned into a walk over all that waits.
		err := tx.Select("channel", "priority", "lane").Where("(?) IS NOT NULL OR (?) IS NOT NULL", first(Waiting), first(Unknown)).Order("priority, ends_at").Limit(1000).Find(&rows).Error
		for _, l := range rows {
			due = append(due, laneName{l.Channel, l.Priority, l.Lane})
		}
		return err
	})
	return due, err
}

func (d *Dispatcher) enter(n laneName) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.working[n] || !d.draining && d.o.DB.Now().Before(d.resting[restKey{n.Channel, n.Priority}]) {
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
	began := time.Now()
	batch, doubtful, err := d.begin(ctx, n)
	if err != nil {
		return false, err
	}
	if doubtful { // a provider that is slow to tell of the past does not hold up what comes
		var asking sync.WaitGroup
		asking.Go(func() { d.quiet.report(ctx, d.resolve(ctx, n)) })
		defer asking.Wait()
	}
	for size := d.o.Senders; len(batch) > 0; {
		flight := time.Now()
		done := d.fly(ctx, batch)
		size = d.fit(size, time.Since(flight))
		more = time.Since(began) < stint && ctx.Err() == nil && !d.pauseAfter(n, done)
		if batch, err = d.turn(ctx, n, done, more, size); err != nil {
			return false, err
		}
		if !more {
			return ctx.Err() == nil, nil
		}
	}
	return false, nil
}

// fit finds how many go into the air at once: more while the provider is quick, down to the configured number when it is not.
func (d *Dispatcher) fit(size int, took time.Duration) int {
	if took < 20*time.Millisecond {
		return min(2*size, 8*d.o.Senders)
	}
	return max(size/2, d.o.Senders)
}

// begin takes the lane and launches the first batch, unless somebody else sends from it. doubtful tells that something of it may
// have gone out already.
func (d *Dispatcher) begin(ctx context.Context, n laneName) (batch []*outgoing, doubtful bool, err error) {
	var lost int64
	var rest time.Duration
	err = d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		batch, doubtful, rest = nil, false, 0
		var held bool
		var err error
		if lost, held, err = n.take(tx, d.owner, d.o.Ways[n.Channel].hush()); err != nil || !held {
			return err
		}
		var unknown []int64
		err = tx.Model(&Delivery{}).Where("state = ? AND channel = ? AND priority = ? AND lane = ? AND due_at <= ?", Unknown, n.Channel, n.Priority, n.Lane, tx.Now).Limit(1).Pluck("id", &unknown).Error
		if err != nil {
			return err
		}
		doubtful = len(unknown) > 0
		if batch, rest, err = d.choose(tx, n, d.o.Senders); err != nil {
			return err
		}
		_, err = n.launch(tx, d.owner, idsOf(batch))
		return err
	})
	if err != nil {
		return nil, false, err
	}
	if rest > 0 {
		d.rest(n.Channel, n.Priority, rest)
	}
	if lost > 0 {
		d.stats.sends.WithLabelValues(string(n.Channel), string(Unknown)).Add(float64(lost))
	}
	return batch, doubtful, nil
}

func idsOf(batch []*outgoing) []int64 {
	ids := make([]int64, len(batch))
	for i, b := range batch {
		ids[i] = b.ID
	}
	return ids
}

// pauseAfter lets a channel rest whose provider has had enough, or took nothing of a whole batch: trying all that waits would
// only use up its tries.
func (d *Dispatcher) pauseAfter(n laneName, done []outcome) bool {
	if slices.ContainsFunc(done, limited) {
		for _, p := range event.Priorities[event.Urgent:] { // an alarm knocks all the same
			d.rest(n.Channel, p, d.o.Rest)
		}
		return true
	}
	key := restKey{n.Channel, n.Priority}
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.ContainsFunc(done, func(o outcome) bool { s := o.state(); return s != Waiting && s != Unknown }) {
		delete(d.troubled, key)
		return false
	}
	pause := min(max(2*d.troubled[key], time.Second), 30*time.Second)
	if n.Priority == event.Alarm {
		pause = time.Second
	}
	d.troubled[key] = pause
	d.resting[key] = d.o.DB.Now().Add(pause)
	return true
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
func (d *Dispatcher) turn(ctx context.Context, n laneName, done []outcome, more bool, size int) (batch []*outgoing, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*laneLease)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		var rest time.Duration
		err = d.o.DB.InTx(ctx, func(tx *store.Tx) error {
			batch, rest = nil, 0
			if _, err := n.lock(tx); err != nil { // before anything is read: who stops a delivery looks here at what is in the air
				return err
			}
			if err := d.settle(tx, done); err != nil {
				return err
			}
			if err := n.count(tx, done); err != nil {
				return err
			}
			if more {
				if batch, rest, err = d.choose(tx, n, size); err != nil {
					return err
				}
			}
			held, err := n.launch(tx, d.owner, idsOf(batch))
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
func (d *Dispatcher) choose(tx *store.Tx, n laneName, size int) (batch []*outgoing, rest time.Duration, err error) {
	way := d.o.Ways[n.Channel]
	var rows []Delivery
	err = tx.Where("state = ? AND channel = ? AND priority = ? AND lane = ? AND due_at <= ?", Waiting, n.Channel, n.Priority, n.Lane, tx.Now).
		Order("due_at, id").Limit(size).Find(&rows).Error
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

// inOrder leaves out what would overtake an earlier message about the same case to the same person, until that one is done. What
// presses more than the earlier one does not wait for it.
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
	err := tx.Model(&Delivery{}).Select("case_id, person_id, channel, MIN(id) AS id").Where("case_id IN ? AND state IN ? AND priority <= ?", cases, []State{Waiting, Unknown}, rows[0].Priority).
		Group("case_id, person_id, channel").Find(&firsts).Error
	if err != nil {
		return nil, err
	}
	first := map[line]int64{}
	for _, f := range firsts {
		first[line{f.CaseID, f.PersonID, f.Channel}] = f.ID
	}
	chosen := map[int64]bool{}
	for _, r := range rows {
		chosen[r.ID] = true
	}
	var free []Delivery
	var waits []int64
	for _, r := range rows {
		switch before := first[line{r.CaseID, r.PersonID, r.Channel}]; {
		case r.CaseID == 0, before == r.ID:
			free = append(free, r)
		case !chosen[before]: // what goes out now is out of the way at the next turn
			waits = append(waits, r.ID)
		}
	}
	if len(waits) == 0 {
		return free, nil
	}
	return free, tx.Model(&Delivery{}).Where("id IN ?", waits).Update("due_at", tx.Now.Add(time.Second)).Error
}

// equip finds the addresses and the words of a batch.
func (d *Dispatcher) equip(tx *store.Tx, way *Way, rows []Delivery) ([]*outgoing, error) {
	var people, shifts, ids, estates []int64
	for _, r := range rows {
		ids, estates = append(ids, r.TextID), append(estates, r.EstateID)
		if r.RecipientKind == onShift {
			shifts = append(shifts, r.RecipientID)
			continue
		}
		people = append(people, r.PersonID)
	}
	var addresses, onDuty map[int64]string
	var err error
	if way != nil && len(people) > 0 {
		if addresses, err = way.Addresses(tx, people); err != nil {
			return nil, err
		}
	}
	roster, err := way.byRoster(tx, rows, addresses)
	if err != nil {
		return nil, err
	}
	letters, err := way.letters(tx, rows)
	if err != nil {
		return nil, err
	}
	if way != nil && way.Shifts != nil && len(shifts) > 0 {
		if onDuty, err = way.Shifts(tx, shifts); err != nil {
			return nil, err
		}
	}
	texts, err := textsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	places := map[int64]string{}
	if way != nil && way.Templates == nil { // the words themselves go out
		if places, err = org.EstateNames(tx, estates); err != nil {
			return nil, err
		}
	}
	batch := make([]*outgoing, len(rows))
	for i, r := range rows {
		o := &outgoing{Delivery: r, text: texts[r.TextID], way: way, out: Outgoing{Key: fmt.Sprintf("linli-%d", r.ID), To: cmp.Or(addresses[r.PersonID], roster[r.EstateID][r.PersonID]), Place: places[r.EstateID], Letter: letters[r.MessageID][r.PersonID]}}
		if r.RecipientKind == onShift {
			o.out.To = onDuty[r.RecipientID]
		}
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

func textsOf(tx *store.Tx, ids []int64) (map[int64]*Text, error) {
	slices.Sort(ids)
	var list []Text
	if err := tx.Where("id IN ?", slices.Compact(ids)).Find(&list).Error; err != nil {
		return nil, err
	}
	texts := make(map[int64]*Text, len(list))
	for i := range list {
		texts[list[i].ID] = &list[i]
	}
	return texts, nil
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
