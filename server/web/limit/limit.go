// Package limit holds callers to a rate: in Redis, shared by all processes, and in this process alone while Redis is
// down, so that guessing codes stays limited.
package limit

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
)

// Rule allows Rate calls every Per, Burst of them at once. Near of the burst, and as large a share of the rate, each process gives by
// itself on top: people who do nothing unusual then cost Redis nothing. It stays 0 where a call more would matter, as for codes.
type Rule struct {
	Name  string
	Rate  int
	Per   time.Duration
	Burst int
	Near  int
}

// near is the share of a rule that a process gives by itself.
func (r Rule) near() Rule {
	return Rule{Name: r.Name, Rate: r.Rate * r.Near, Per: r.Per * time.Duration(r.Burst), Burst: r.Near}
}

// PhoneCodes holds an address to a number of codes to phones, by whichever surface they are asked for: each is a message that
// the city pays. Many households share one address of a mobile network; what one phone may do is bounded by the codes themselves.
var PhoneCodes = Rule{Name: "phone-code", Rate: 120, Per: time.Hour, Burst: 40}

// patience is how long a request waits for Redis before the process counts for itself.
const patience = 150 * time.Millisecond

// Limiter holds callers to rules. It may be used from many goroutines.
type Limiter struct {
	shared  *redis_rate.Limiter
	breaker *gobreaker.CircuitBreaker[*redis_rate.Result]
	near    *local
	local   *local
}

// New makes a limiter; redis may be nil.
func New(r redis.UniversalClient, log *slog.Logger) *Limiter {
	l := &Limiter{near: newLocal(time.Now), local: newLocal(time.Now)}
	if r == nil {
		return l
	}
	l.shared = redis_rate.NewLimiter(newTogether(r))
	l.breaker = gobreaker.NewCircuitBreaker[*redis_rate.Result](gobreaker.Settings{
		Name: "limits", Timeout: 5 * time.Second, ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= 3 },
		OnStateChange: func(_ string, _, to gobreaker.State) { log.Warn("rate limits", "redis", to.String()) },
	})
	return l
}

// Allow counts one call of key under a rule, and says how long to wait when it is one too many.
func (l *Limiter) Allow(ctx context.Context, key string, r Rule) (time.Duration, bool) {
	key = r.Name + ":" + key
	if r.Near > 0 && l.shared != nil {
		if _, ok := l.near.allow(key, r.near()); ok {
			return 0, true
		}
	}
	if l.shared != nil {
		res, err := l.breaker.Execute(func() (*redis_rate.Result, error) {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			return l.shared.Allow(ctx, key, redis_rate.Limit{Rate: r.Rate, Period: r.Per, Burst: r.Burst})
		})
		if err == nil {
			return max(0, res.RetryAfter), res.Allowed > 0
		}
	}
	return l.local.allow(key, r)
}

// maxKeys bounds the memory of the process's own count.
const maxKeys = 100_000

// sweepEvery is how often a full count looks for keys that are due to be forgotten.
const sweepEvery = time.Second

// local is the generic cell rate algorithm (ITU-T I.371), as redis_rate runs it in Redis.
type local struct {
	mu    sync.Mutex
	now   func() time.Time
	next  map[string]time.Time // theoretical arrival time
	swept time.Time
}

func newLocal(now func() time.Time) *local { return &local{now: now, next: map[string]time.Time{}} }

func (l *local) allow(key string, r Rule) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, step := l.now(), r.Per/time.Duration(r.Rate)
	if len(l.next) >= maxKeys && now.Sub(l.swept) >= sweepEvery {
		l.swept = now
		for k, t := range l.next {
			if t.Before(now) {
				delete(l.next, k)
			}
		}
	}
	at, known := l.next[key]
	if !known && len(l.next) >= maxKeys {
		return step, false
	}
	if at.Before(now) {
		at = now
	}
	at = at.Add(step)
	if wait := at.Add(-step * time.Duration(r.Burst)).Sub(now); wait > 0 {
		return wait, false
	}
	l.next[key] = at
	return 0, true
}
