package notify

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// Consequence is something that follows an event in another domain. Do must be harmless to repeat: it runs again when
// the process dies between doing and recording.
type Consequence struct {
	Name string
	Kind string // of the event
	Do   func(ctx context.Context, e event.Event, message int64) error
}

// Options configure a dispatcher.
type Options struct {
	DB           *store.DB
	Redis        redis.UniversalClient
	Ways         map[plan.Channel]*Way
	Plan         func(event.Event) ([]plan.Message, error)         // nil means the shipped table
	Book         *Book                                             // the plan with the city's changes; nil means Plan
	Quiet        plan.Quiet                                        // when phones are left in peace; none by default
	Told         func([]inbox.Item)                                // hears of what has just come to inboxes; it must not wait. May be nil
	Duty         func(tx *store.Tx, estate int64) ([]Shift, error) // who is on duty for emergency repairs
	Consequences []Consequence
	// Stepped tells whether one of some offices has taken a step in a complaint after a time; nil while nobody knows.
	Stepped    func(tx *store.Tx, caseID int64, offices []int64, after time.Time) (bool, error)
	Days       func(tx *store.Tx) (calendar.Calendar, error) // which days are worked; nil for the national calendar
	Addressees Addressees                                    // of campaigns; nil for none
	Admit      Admit                                         // nil to send all at once
	Shards     int                                           // streams of each priority; 0 means 4
	Senders    int                                           // sends in the air in one lane; 0 means 64
	Rest       time.Duration                                 // for how long a channel rests whose provider has had enough; 0 means a minute
	Log        *slog.Logger
	Registry   prometheus.Registerer
}

// Dispatcher carries messages. Any number of them may run on one database and Redis.
type Dispatcher struct {
	o     Options
	owner string
	wake  chan struct{}
	send  chan struct{}
	stats *stats
	night night
	quiet *quieter
	late  *quieter

	// slots bound how many lanes of a channel this process works at a time; alarms and terms have their own.
	slots   map[restKey]chan struct{}
	senders sync.WaitGroup

	// direct are messages that this process carries itself while Redis is away, the pressing ones apart.
	direct map[bool]chan int64
	deaf   time.Time // until when Redis is not asked; the relay's alone

	mu       sync.Mutex
	working  map[laneName]bool
	resting  map[restKey]time.Time
	troubled map[restKey]time.Duration // how long the last rest after a failure was
	known    map[laneName]bool         // lanes that have their row
	hints    map[laneName]bool         // lanes that this process put something into
	looked   time.Time                 // when the database was last asked for lanes
	draining bool                      // nothing rests: whoever drains has no time to wait for
	starved  bool                      // a lane waits for a sender to be free
	astray   bool                      // this machine's clock is not the database's
}

const (
	relayBatch = 200
	// look is how often the database is asked when nobody calls.
	look = time.Second
	// lanesAtOnce is how many lanes of each sort and channel one process works at a time.
	lanesAtOnce = 4
)

// New makes a dispatcher and has the database wake it.
func New(o Options) *Dispatcher {
	if o.Shards == 0 {
		o.Shards = 4
	}
	if o.Senders == 0 {
		o.Senders = 64
	}
	if o.Plan == nil {
		o.Plan = plan.For
	}
	if o.Rest == 0 {
		o.Rest = time.Minute
	}
	d := &Dispatcher{o: o, owner: rand.Text()[:16], wake: make(chan struct{}, 1), send: make(chan struct{}, 1), stats: newStats(o.Registry), night: night{o.Quiet}, quiet: newQuieter(o.Log, "send"), late: newQuieter(o.Log, "lag"),
		slots: map[restKey]chan struct{}{}, working: map[laneName]bool{}, resting: map[restKey]time.Time{}, troubled: map[restKey]time.Duration{}, known: map[laneName]bool{}, hints: map[laneName]bool{},
		direct: map[bool]chan int64{true: make(chan int64, relayBatch), false: make(chan int64, relayBatch)}}
	o.DB.OnWake(func() { poke(d.wake) })
	return d
}

// announce says what has just come to inboxes.
func (d *Dispatcher) announce(items []inbox.Item) {
	if d.o.Told != nil && len(items) > 0 {
		d.o.Told(items)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run carries messages until ctx ends, and returns when everything it began has finished.
func (d *Dispatcher) Run(ctx context.Context) {
	_, err := d.compareClocks(ctx) // before anything is sent
	d.quiet.report(ctx, err)
	var wg sync.WaitGroup
	wg.Go(func() { d.loop(ctx, d.wake, look, "relay", d.relay) })
	wg.Go(func() { d.loop(ctx, d.send, look, "send", d.sendDue) })
	wg.Go(func() { d.loop(ctx, nil, 10*time.Second, "measure", d.measure) })
	wg.Go(func() { d.loop(ctx, nil, 10*time.Second, "clock", d.compareClocks) })
	wg.Go(func() { d.loop(ctx, nil, time.Minute, "stock", d.measureStock) })
	for shard := range d.o.Shards {
		for _, p := range event.Priorities {
			wg.Go(func() { d.consume(ctx, stream{shard, p}) })
		}
	}
	for _, ids := range d.direct {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case id := <-ids:
					d.carry(ctx, id)
				}
			}
		})
	}
	wg.Wait()
	d.senders.Wait()
}

// mostAstray is how far a machine's clock may be from the database's: its leases end that much early or late.
const mostAstray = 5 * time.Second

// compareClocks keeps a machine from sending whose clock would have it take lanes from others that are alive.
func (d *Dispatcher) compareClocks(ctx context.Context) (bool, error) {
	offset, err := d.o.DB.ClockOffset(ctx)
	if err != nil {
		return false, err
	}
	d.stats.clock.Set(offset.Seconds())
	astray := offset.Abs() > mostAstray
	d.mu.Lock()
	d.astray = astray
	d.mu.Unlock()
	if astray {
		return false, fmt.Errorf("this machine's clock is %s from the database's: it sends nothing until that is set right", offset.Round(time.Second))
	}
	return false, nil
}

// loop runs f when poked and at least every so often, again at once while f says that there is more.
func (d *Dispatcher) loop(ctx context.Context, poked <-chan struct{}, every time.Duration, name string, f func(context.Context) (more bool, err error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	quiet := newQuieter(d.o.Log, name)
	for {
		more, err := f(ctx)
		quiet.report(ctx, err)
		if more && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-poked:
		case <-tick.C:
		}
	}
}

// quieter logs the same trouble once a minute, not once a second.
type quieter struct {
	log  *slog.Logger
	name string
	mu   sync.Mutex
	last time.Time
}

func newQuieter(log *slog.Logger, name string) *quieter { return &quieter{log: log, name: name} }

func (q *quieter) report(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	q.mu.Lock()
	again := time.Since(q.last) < time.Minute
	if !again {
		q.last = time.Now()
	}
	q.mu.Unlock()
	if !again {
		q.log.ErrorContext(ctx, "notifications held up; trying on", "part", q.name, "error", err.Error())
	}
}

// Drain works until nothing is due, for tests and for the end of a command. It needs no Run beside it.
func (d *Dispatcher) Drain(ctx context.Context) error {
	d.mu.Lock()
	d.draining = true
	d.mu.Unlock()
	for {
		moved := false
		for _, f := range []func(context.Context) (bool, error){d.relayOrCarry, d.consumeOnce, d.sendDue} {
			m, err := f(ctx)
			if err != nil {
				return err
			}
			moved = moved || m
		}
		d.senders.Wait()
		if !moved {
			left, err := d.due(ctx)
			if err != nil || left == 0 {
				return err
			}
			select { // another dispatcher has the rest, or Redis lost it and it will be due again
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
}
