package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

func TestALeaseBelongsToOneUntilItEnds(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	claim := func(owner string, want bool) {
		t.Helper()
		held, err := db.Claim(t.Context(), "chore", owner, time.Minute)
		if err != nil || held != want {
			t.Errorf("%s at %s: %v, %v; want %v", owner, clock.Now().Format(time.TimeOnly), held, err, want)
		}
	}
	claim("a", true)
	claim("b", false)
	clock.Advance(30 * time.Second)
	claim("a", true) // to 2:01:30
	clock.Advance(59 * time.Second)
	claim("b", false)
	clock.Advance(time.Second)
	claim("b", true)
	claim("a", false)
	if err := db.Release(t.Context(), "chore", "a"); err != nil {
		t.Error(err)
	}
	claim("a", false) // b has it: a could not give it away
	if err := db.Release(t.Context(), "chore", "b"); err != nil {
		t.Error(err)
	}
	claim("a", true)
	if held, err := db.Claim(t.Context(), "other chore", "a", time.Minute); err != nil || !held {
		t.Errorf("another lease: %v, %v", held, err)
	}
}

func TestOneOfManyGetsTheLease(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	for round := range 2 { // a lease that nobody had, and one that ran out
		var got atomic.Int32
		var wg sync.WaitGroup
		for n := range 20 {
			wg.Go(func() {
				held, err := db.Claim(context.Background(), "chore", fmt.Sprintf("%d of round %d", n, round), time.Minute)
				if err != nil {
					t.Error(err)
				}
				if held {
					got.Add(1)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 {
			t.Errorf("round %d: %d of twenty hold the lease", round, got.Load())
		}
		clock.Advance(2 * time.Minute)
	}
}

func TestAGateLetsOneThroughAtATime(t *testing.T) {
	t.Parallel()
	dsn := modelstest.DSN(t)
	one, two := openAt(t, dsn), openAt(t, dsn)
	migrate(t, one)
	series(t, one, "behind the gate")
	var wg sync.WaitGroup
	for n := range 20 {
		db := []*store.DB{one, two}[n%2]
		wg.Go(func() {
			err := db.InTx(context.Background(), func(tx *store.Tx) error {
				if err := store.Gate(tx, "gate"); err != nil {
					return err
				}
				var n store.Numbering // read without a lock: the gate is the lock
				if err := tx.Where("series = ?", "behind the gate").Take(&n).Error; err != nil {
					return err
				}
				return tx.Model(&n).Update("last", n.Last+1).Error
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := last(t, one, "behind the gate"); got != 20 {
		t.Errorf("twenty passed and %d were counted", got)
	}
}

func TestNumbersNeverRepeatAndFollowTheDayInShanghai(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	var mu sync.Mutex
	seen := map[string]bool{}
	next := func() {
		var number string
		err := db.InTx(context.Background(), func(tx *store.Tx) (err error) {
			number, err = store.NextNumber(tx, "T")
			return err
		})
		mu.Lock()
		defer mu.Unlock()
		if err != nil || seen[number] {
			t.Errorf("number %q again, or %v", number, err)
		}
		seen[number] = true
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(next)
	}
	wg.Wait()
	clock.Advance(14*time.Hour - time.Second) // one second before midnight in Shanghai
	next()
	clock.Advance(time.Second)
	next()
	for n := range 21 {
		if want := fmt.Sprintf("T20260302-%04d", n+1); !seen[want] {
			t.Errorf("%s was not given", want)
		}
	}
	if !seen["T20260303-0001"] {
		t.Errorf("the next day does not begin with one: %v", seen)
	}
}
