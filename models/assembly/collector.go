package assembly

import (
	"context"
	"sync"
	"time"

	"github.com/linli-city/linli/models/fault"
)

// Bounds of the collector.
const (
	maxBatch     = 256  // casts that share one commit
	maxWaiting   = 4096 // casts that wait; beyond that callers are asked to try again
	batchTimeout = 20 * time.Second
)

// ErrBusy asks to try again: nothing was taken.
var ErrBusy = fault.New(fault.Limited, "voting.busy", "现在投票的人很多，您的票还没有收下，请稍等几秒再试")

// collector puts the casts of one process that come together into one transaction: many durable ballots for one flush. Whoever
// comes first commits for all who wait, then hands over to one of those who came meanwhile; so it needs no goroutine of its own.
type collector struct {
	do      func(context.Context, []*casting)
	mu      sync.Mutex
	waiting []*casting
	leading bool
}

// casting is one cast on its way.
type casting struct {
	in     Cast
	got    *Receipt
	err    error
	done   chan struct{} // closed when got or err is set
	lead   chan struct{} // receives the turn to commit for others
	seat   *Seat
	secret []byte
	proxy  *Proxy // of an agent's cast
}

// put waits until the cast is committed or refused. A caller that leaves early leaves the cast behind: it may be committed, and the
// same client_ref then answers its receipt.
func (c *collector) put(ctx context.Context, x *casting) error {
	x.done, x.lead = make(chan struct{}), make(chan struct{}, 1)
	c.mu.Lock()
	if len(c.waiting) >= maxWaiting {
		c.mu.Unlock()
		return ErrBusy.After(3)
	}
	c.waiting = append(c.waiting, x)
	first := !c.leading
	c.leading = true
	c.mu.Unlock()
	if !first {
		select {
		case <-x.done:
			return x.err
		case <-x.lead:
		}
	}
	c.commit(ctx)
	<-x.done
	return x.err
}

// commit takes who waits, the caller among them or before them, and then gives the lead to the next. It does not stop half-way for
// a caller that leaves.
func (c *collector) commit(ctx context.Context) {
	c.mu.Lock()
	n := min(len(c.waiting), maxBatch)
	batch := append([]*casting(nil), c.waiting[:n]...)
	c.waiting = append(c.waiting[:0], c.waiting[n:]...)
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchTimeout)
	defer cancel()
	defer func() {
		for _, x := range batch {
			close(x.done)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.waiting) == 0 {
			c.leading = false
			return
		}
		c.waiting[0].lead <- struct{}{}
	}()
	c.do(ctx, batch)
}
