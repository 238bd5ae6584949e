package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// ErrFull says that too many wait already; nothing was taken.
var ErrFull = errors.New("store: too many wait")

// Gather puts what many callers ask for at the same time into few rounds: many durable rows for one flush, many looks for one query.
// Whoever finds nobody at work starts it, round after round until nobody waits; so a lone caller never waits, and the busier it gets the
// more a round holds. The work has a goroutine of its own: handed on among the callers, it would stand behind all who were just answered.
// Where enough wait, a second round begins beside the first, so that one is prepared while the other is flushed.
type Gather[T any] struct {
	Do      func(context.Context, []T) // answers every one of them
	Most    int                        // in a round
	Second  int                        // who wait are so many that a second round begins beside the one at work; 0: none does
	Waiting int                        // beyond which callers are refused with ErrFull
	Timeout time.Duration              // of a round; it does not end because the caller who began it leaves

	mu     sync.Mutex
	queue  []*guest[T]
	rounds int // at work
}

type guest[T any] struct {
	what  T
	done  chan struct{}
	panic any // of its round, for the first of it
}

// Put waits until Do has answered what. A panic in Do goes on in one of the callers of its round.
func (g *Gather[T]) Put(ctx context.Context, what T) error {
	x := &guest[T]{what: what, done: make(chan struct{})}
	g.mu.Lock()
	if len(g.queue) >= g.Waiting {
		g.mu.Unlock()
		return ErrFull
	}
	g.queue = append(g.queue, x)
	begin := g.rounds == 0 || g.rounds == 1 && g.Second > 0 && len(g.queue) >= g.Second
	if begin {
		g.rounds++
	}
	g.mu.Unlock()
	if begin {
		go g.work(context.WithoutCancel(ctx)) // it ends when nobody waits
	}
	<-x.done
	if x.panic != nil {
		panic(x.panic)
	}
	return nil
}

func (g *Gather[T]) work(ctx context.Context) {
	for now := g.next(); len(now) > 0; now = g.next() {
		g.round(ctx, now)
	}
}

// next takes those who wait for a round. Where nobody does, or too few for a round beside the other, this work ends.
func (g *Gather[T]) next() []*guest[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.queue), g.Most)
	if n == 0 || g.rounds > 1 && n < g.Second {
		g.rounds--
		return nil
	}
	now := append([]*guest[T](nil), g.queue[:n]...)
	g.queue = append(g.queue[:0], g.queue[n:]...)
	return now
}

func (g *Gather[T]) round(ctx context.Context, now []*guest[T]) {
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			now[0].panic = fmt.Sprintf("%v\n%s", r, debug.Stack())
		}
		for _, x := range now {
			close(x.done)
		}
	}()
	list := make([]T, len(now))
	for i, x := range now {
		list[i] = x.what
	}
	g.Do(ctx, list)
}
