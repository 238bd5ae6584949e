package notify

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
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
	Channels     map[string]Channel
	Classify     func(error) Failure
	TemplateIDs  map[string]string // by name in the plan
	Consequences []Consequence
	Shards       int // streams; 0 means 4
	Senders      int // concurrent sends; 0 means 8
	Log          *slog.Logger
	Registry     prometheus.Registerer
}

// Dispatcher carries messages. Any number of them may run on one database and Redis.
type Dispatcher struct {
	o     Options
	owner string
	wake  chan struct{}
	send  chan struct{}
	stats *stats
}

const (
	relayBatch = 200
	sendBatch  = 100
	// carried is how long Redis has to bring a message home before the relay takes it back.
	carried = 30 * time.Second
	// sendLease is how long a claimed delivery stays with its sender.
	sendLease = time.Minute
	// tries and patience end the attempts of a message and of a delivery: both have to be used up.
	tries    = 6
	patience = 24 * time.Hour
	// look is how often the database is asked when nobody calls.
	look = time.Second
)

// New makes a dispatcher and has the database wake it.
func New(o Options) *Dispatcher {
	if o.Shards == 0 {
		o.Shards = 4
	}
	if o.Senders == 0 {
		o.Senders = 8
	}
	d := &Dispatcher{o: o, owner: rand.Text()[:16], wake: make(chan struct{}, 1), send: make(chan struct{}, 1), stats: newStats(o.Registry)}
	o.DB.OnWake(func() { poke(d.wake) })
	return d
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run carries messages until ctx ends, and returns when everything it began has finished.
func (d *Dispatcher) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { d.loop(ctx, d.wake, "relay", d.relay) })
	wg.Go(func() { d.loop(ctx, d.send, "send", d.sendDue) })
	wg.Go(func() { d.loop(ctx, nil, "measure", d.measure) })
	for shard := range d.o.Shards {
		wg.Go(func() { d.consume(ctx, shard) })
	}
	wg.Wait()
}

// loop runs f when poked and at least each second, again at once while f says that there is more.
func (d *Dispatcher) loop(ctx context.Context, poked <-chan struct{}, name string, f func(context.Context) (more bool, err error)) {
	tick := time.NewTicker(look)
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
	last time.Time
}

func newQuieter(log *slog.Logger, name string) *quieter { return &quieter{log: log, name: name} }

func (q *quieter) report(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || time.Since(q.last) < time.Minute {
		return
	}
	q.last = time.Now()
	q.log.ErrorContext(ctx, "notifications held up; trying on", "part", q.name, "error", err.Error())
}

// Drain works until nothing is due, for tests and for the end of a command. It needs no Run beside it.
func (d *Dispatcher) Drain(ctx context.Context) error {
	for {
		moved := false
		for _, f := range []func(context.Context) (bool, error){d.relay, d.consumeOnce, d.sendDue} {
			m, err := f(ctx)
			if err != nil {
				return err
			}
			moved = moved || m
		}
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
