package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/store"
)

// TestGather: everybody is answered once, no round holds more than its bound, a leader who leaves does not end the round of the others,
// and beyond the bound callers are refused and nothing of theirs is done.
func TestGather(t *testing.T) {
	t.Parallel()
	var rounds, most, answered atomic.Int64
	gate := make(chan struct{})
	g := &store.Gather[*int]{Most: 8, Waiting: 64, Timeout: time.Minute, Do: func(ctx context.Context, list []*int) {
		<-gate
		if ctx.Err() != nil {
			t.Error("a round ended with its leader")
		}
		rounds.Add(1)
		if n := int64(len(list)); n > most.Load() {
			most.Store(n)
		}
		for _, x := range list {
			*x++
			answered.Add(1)
		}
	}}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	var wg sync.WaitGroup
	values := make([]int, 200)
	var full atomic.Int64
	var entered sync.WaitGroup
	entered.Add(len(values))
	for i := range values {
		wg.Go(func() {
			entered.Done()
			if err := g.Put(ctx, &values[i]); errors.Is(err, store.ErrFull) {
				full.Add(1)
			}
		})
	}
	entered.Wait()
	close(gate)
	wg.Wait()
	if answered.Load()+full.Load() != 200 || most.Load() > 8 || rounds.Load() < 8 {
		t.Errorf("%d answered, %d refused, %d rounds of up to %d", answered.Load(), full.Load(), rounds.Load(), most.Load())
	}
	twice := 0
	for _, v := range values {
		if v > 1 {
			twice++
		}
	}
	if twice > 0 {
		t.Errorf("%d were answered more than once", twice)
	}
	for range 3 { // and again when it was quiet
		x := 0
		if err := g.Put(t.Context(), &x); err != nil || x != 1 {
			t.Errorf("a lone caller: %v, %d", err, x)
		}
	}
}

// TestGatherBroken: a panic in a round reaches one of its callers, all are let go, and the next round is served.
func TestGatherBroken(t *testing.T) {
	t.Parallel()
	bad := 1
	g := &store.Gather[*int]{Most: 8, Waiting: 64, Timeout: time.Minute, Do: func(_ context.Context, list []*int) {
		for _, x := range list {
			if x == &bad {
				panic("broken")
			}
			*x++
		}
	}}
	func() {
		defer func() {
			if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "broken") || !strings.Contains(fmt.Sprint(r), "gather_test.go") {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = g.Put(t.Context(), &bad)
	}()
	x := 0
	if err := g.Put(t.Context(), &x); err != nil || x != 1 {
		t.Errorf("after it: %v, %d", err, x)
	}
}

// TestGatherBeside: a second round begins beside one that is under way as soon as enough wait, never a third, and whoever comes later is
// served behind them.
func TestGatherBeside(t *testing.T) {
	t.Parallel()
	began, end, refused := make(chan int, 8), make(chan struct{}), make(chan struct{}, 8)
	g := &store.Gather[int]{Most: 8, Second: 3, Waiting: 5, Timeout: time.Minute, Do: func(_ context.Context, list []int) {
		began <- len(list)
		<-end
	}}
	var wg sync.WaitGroup
	come := func(n int) {
		for range n {
			wg.Go(func() {
				if err := g.Put(t.Context(), 1); errors.Is(err, store.ErrFull) {
					refused <- struct{}{}
				}
			})
		}
	}
	come(1)
	if n := <-began; n != 1 {
		t.Fatalf("the first round holds %d", n)
	}
	come(3)
	if n := <-began; n != 3 { // while the first is under way
		t.Fatalf("the second round holds %d", n)
	}
	come(6)
	select {
	case n := <-began:
		t.Errorf("a third round of %d", n)
	case <-refused: // so five wait
	}
	close(end)
	wg.Wait()
	close(began)
	served := 0
	for n := range began {
		served += n
	}
	if served != 5 {
		t.Errorf("%d of the last five were served", served)
	}
}
