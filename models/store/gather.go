package store

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrFull says that too many wait already; nothing was taken.
var ErrFull = errors.New("store: too many wait")

// Gather puts what many callers ask for at the same time into few rounds: many durable rows for one flush, many looks for one query.
// Whoever comes first works for all who wait, then hands over to one of those who came meanwhile; so it needs no goroutine of its
// own, a lone caller never waits, and the busier it gets the more a round holds.
type Gather[T any] struct {
	Do      func(context.Context, []T) // answers every one of them
	Most    int                        // in a round
	Waiting int                        // beyond which callers are refused with ErrFull
	Timeout time.Duration              // of a round; it does not end because the caller who leads it leaves

	mu      sync.Mutex
	queue   []*guest[T]
	leading bool
}

type guest[T any] struct {
	what T
	done chan struct{}
	lead chan struct{} // receives the turn to work for others
}

// Put waits until Do has answered what.
func (g *Gather[T]) Put(ctx context.Context, what T) error {
	x := &guest[T]{what: what, done: make(chan struct{}), lead: make(chan struct{}, 1)}
	g.mu.Lock()
	if len(g.queue) >= g.Waiting {
		g.mu.Unlock()
		return ErrFull
	}
	g.queue = append(g.queue, x)
	first := !g.leading
	g.leading = true
	g.mu.Unlock()
	if !first {
		select {
		case <-x.done:
			return nil
		case <-x.lead:
		}
	}
	g.round(ctx)
	<-x.done
	return nil
}

// round answers who waits, the leader among the first of them, and gives the lead to the next.
func (g *Gather[T]) round(ctx context.Context) {
	g.mu.Lock()
	n := min(len(g.queue), g.Most)
	now := append([]*guest[T](nil), g.queue[:n]...)
	g.queue = append(g.queue[:0], g.queue[n:]...)
	g.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.Timeout)
	defer cancel()
	defer func() {
		for _, x := range now {
			close(x.done)
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		if len(g.queue) == 0 {
			g.leading = false
			return
		}
		g.queue[0].lead <- struct{}{}
	}()
	list := make([]T, n)
	for i, x := range now {
		list[i] = x.what
	}
	g.Do(ctx, list)
}
