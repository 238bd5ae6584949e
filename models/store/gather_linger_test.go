package store

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestGatherLingers: whoever comes first after a busy round waits for half as many as it held, and for no more; a lone caller for nobody.
func TestGatherLingers(t *testing.T) {
	t.Parallel()
	var sizes []int
	begun, gate := make(chan struct{}, 1), make(chan struct{})
	g := &Gather[int]{Most: 64, Waiting: 64, Timeout: time.Minute, Linger: time.Hour, Do: func(_ context.Context, list []int) {
		sizes = append(sizes, len(list))
		begun <- struct{}{}
		<-gate
	}}
	var all sync.WaitGroup
	come := func(n int) {
		for range n {
			all.Go(func() {
				if err := g.Put(t.Context(), 0); err != nil {
					t.Error(err)
				}
			})
		}
	}
	queued := func(n int) {
		for {
			g.mu.Lock()
			have := len(g.queue)
			g.mu.Unlock()
			if have == n {
				return
			}
			runtime.Gosched()
		}
	}
	come(1)
	<-begun // alone, at once
	come(8)
	queued(8)
	gate <- struct{}{}
	<-begun // eight after one: nobody is waited for
	gate <- struct{}{}
	all.Wait()
	come(3)
	queued(3)
	come(1)
	<-begun // four are half of eight
	gate <- struct{}{}
	all.Wait()
	if !slices.Equal(sizes, []int{1, 8, 4}) {
		t.Errorf("rounds of %v", sizes)
	}
	g.Linger = time.Nanosecond // after a busy round nobody else comes
	come(1)
	<-begun
	gate <- struct{}{}
	all.Wait()
}
