package wechat

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// redisPatience is how long Redis may take; sign-in must not wait for a dead one.
	redisPatience = 300 * time.Millisecond
	// deafFor is how long a Redis that failed is not asked again.
	deafFor = 5 * time.Second
)

// tokenCache keeps one account's access token, in Redis for all processes and as a copy here for when Redis is away.
// It is the cache the SDK asks for; the SDK's keys are ignored, for there is one token in it.
type tokenCache struct {
	redis redis.UniversalClient
	key   string
	log   *slog.Logger

	mu      sync.Mutex
	token   string
	expires time.Time
	deaf    time.Time
}

// Get returns the token as a string, as the SDK asserts without looking, or nil.
func (c *tokenCache) Get(string) any {
	token, answered := c.ask(func(ctx context.Context) (string, error) { return c.redis.Get(ctx, c.key).Result() })
	if !answered {
		token = c.copied()
	}
	if token == "" {
		return nil
	}
	return token
}

// copied is this process's own copy while it lasts.
func (c *tokenCache) copied() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Now().Before(c.expires) {
		return c.token
	}
	return ""
}

// Set keeps a token. One that is as good as expired is not kept: Redis would read a negative time as for ever.
func (c *tokenCache) Set(_ string, val any, ttl time.Duration) error {
	token, ok := val.(string)
	if !ok || token == "" || ttl <= 0 {
		return nil
	}
	c.mu.Lock()
	c.token, c.expires = token, time.Now().Add(ttl)
	c.mu.Unlock()
	c.ask(func(ctx context.Context) (string, error) { return "", c.redis.Set(ctx, c.key, token, ttl).Err() })
	return nil
}

// IsExist reports whether a token is kept.
func (c *tokenCache) IsExist(key string) bool { return c.Get(key) != nil }

// Delete forgets the token.
func (c *tokenCache) Delete(string) error {
	if token, ok := c.Get("").(string); ok {
		c.drop(token)
	}
	return nil
}

// dropScript deletes a key only while it holds a value: another process may have replaced a bad token meanwhile.
var dropScript = redis.NewScript(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`)

// drop forgets a token that WeChat refused.
func (c *tokenCache) drop(bad string) {
	c.mu.Lock()
	if c.token == bad {
		c.token = ""
	}
	c.mu.Unlock()
	c.ask(func(ctx context.Context) (string, error) {
		return "", dropScript.Run(ctx, c.redis, []string{c.key}, bad).Err()
	})
}

// claimFor is how long a process has the fetch to itself. If it dies meanwhile, or is slower, another one fetches too, which
// the stable token makes harmless.
const claimFor = 2 * time.Second

// claim asks to be the one process that fetches. Without Redis everybody is.
func (c *tokenCache) claim() (free func(), mine bool) {
	key, tag := c.key+":fetching", rand.Text()
	got, answered := c.ask(func(ctx context.Context) (string, error) {
		return c.redis.SetArgs(ctx, key, tag, redis.SetArgs{Mode: "NX", TTL: claimFor}).Result()
	})
	if !answered {
		return func() {}, true
	}
	return func() {
		c.ask(func(ctx context.Context) (string, error) {
			return "", dropScript.Run(ctx, c.redis, []string{key}, tag).Err()
		})
	}, got == "OK"
}

// ask runs f against Redis and reports whether Redis answered. The client does not interrupt a blocked read or dial,
// so f runs aside; it ends by the client's own time-outs, and deafFor keeps the number of such stragglers small.
func (c *tokenCache) ask(f func(context.Context) (string, error)) (string, bool) {
	c.mu.Lock()
	deaf := c.redis == nil || time.Now().Before(c.deaf)
	c.mu.Unlock()
	if deaf {
		return "", false
	}
	ctx, cancel := context.WithTimeout(context.Background(), redisPatience)
	defer cancel()
	type answer struct {
		val string
		err error
	}
	done := make(chan answer, 1)
	go func() {
		val, err := f(ctx)
		done <- answer{val, err}
	}()
	var got answer
	select {
	case got = <-done:
	case <-ctx.Done():
		got.err = ctx.Err()
	}
	if got.err == nil || errors.Is(got.err, redis.Nil) {
		return got.val, true
	}
	c.mu.Lock()
	c.deaf = time.Now().Add(deafFor)
	c.mu.Unlock()
	c.log.Warn("redis did not answer; access tokens are kept in this process for now", "error", got.err.Error())
	return "", false
}
