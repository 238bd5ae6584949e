package notify

import (
	"context"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

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
