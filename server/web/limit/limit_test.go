package limit

import (
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/modelstest"
)

var rule = Rule{Name: "t", Rate: 10, Per: time.Hour, Burst: 10}

// TestContract holds every way of counting to the same promise: ten of twenty callers at once pass, others' keys do not
// count, and the refused learn how long to wait.
func TestContract(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	for name, client := range map[string]redis.UniversalClient{
		"in this process": nil,
		"in Redis":        modelstest.Redis(t),
		"Redis dead":      redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1}),
	} {
		t.Run(name, func(t *testing.T) {
			l := New(client, log)
			var passed atomic.Int32
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					wait, ok := l.Allow(t.Context(), "a", rule)
					if ok {
						passed.Add(1)
					} else if wait <= 0 || wait > time.Hour {
						t.Errorf("wait %v", wait)
					}
				})
			}
			wg.Wait()
			if n := passed.Load(); n != 10 {
				t.Errorf("%d of 20 passed", n)
			}
			if _, ok := l.Allow(t.Context(), "b", rule); !ok {
				t.Error("another's calls count")
			}
		})
	}
}

// TestNear: each process gives a small share by itself, for which Redis is not asked; beyond it all processes share one count.
func TestNear(t *testing.T) {
	client := modelstest.Redis(t)
	near := Rule{Name: "n", Rate: 10, Per: time.Hour, Burst: 10, Near: 2}
	passed := 0
	for range 2 {
		l := New(client, slog.New(slog.DiscardHandler))
		for call := range 20 {
			if _, ok := l.Allow(t.Context(), "a", near); ok {
				passed++
			}
			if asked := client.Exists(t.Context(), "rate:n:a").Val() > 0; passed <= 2 && asked {
				t.Errorf("Redis was asked at call %d", call+1)
			}
		}
	}
	if passed != 14 {
		t.Errorf("%d of 40 passed two processes", passed)
	}
}

func TestLocalForgetsAndIsBounded(t *testing.T) {
	now := time.Unix(0, 0)
	l := newLocal(func() time.Time { return now })
	for range 10 {
		l.allow("a", rule)
	}
	if wait, ok := l.allow("a", rule); ok || wait != rule.Per/10 {
		t.Errorf("%v %v", wait, ok)
	}
	now = now.Add(rule.Per / 10)
	if _, ok := l.allow("a", rule); !ok {
		t.Error("the tenth of an hour later one more may pass")
	}
	for i := range maxKeys + 10 {
		l.allow(fmt.Sprint(i), rule)
	}
	if len(l.next) > maxKeys {
		t.Errorf("%d keys", len(l.next))
	}
	if _, ok := l.allow("0", rule); !ok {
		t.Error("who is known is still counted while no new key has room")
	}
	now = now.Add(rule.Per)
	if _, ok := l.allow("new", rule); !ok || len(l.next) > 2 {
		t.Errorf("after an hour %d keys are kept", len(l.next))
	}
}

// TestRedisThatHangs: a Redis that takes connections and says nothing costs a caller no more than a moment, however many wait with them.
func TestRedisThatHangs(t *testing.T) {
	mute, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	l := New(redis.NewClient(&redis.Options{Addr: mute.Addr().String(), MaxRetries: -1, ReadTimeout: time.Hour, ContextTimeoutEnabled: true}), slog.New(slog.DiscardHandler))
	var wg sync.WaitGroup
	var passed atomic.Int32
	for range 1000 {
		wg.Go(func() {
			if _, ok := l.Allow(t.Context(), "a", rule); ok {
				passed.Add(1)
			}
		})
	}
	wg.Wait() // an hour, if a caller waited for Redis
	if n := passed.Load(); n != 10 {
		t.Errorf("%d passed", n)
	}
}
