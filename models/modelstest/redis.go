package modelstest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Redis gives an empty Redis: an in-process one whose time runs, or a database of the server that LINLI_TEST_REDIS
// names (redis://host:port). Tests that use the server run one after the other, across packages too, through a lock
// in the server's database 0; each gets database 1 flushed.
func Redis(t testing.TB) redis.UniversalClient {
	t.Helper()
	url := os.Getenv("LINLI_TEST_REDIS")
	if url == "" {
		return embedded(t)
	}
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	lock := redis.NewClient(o)
	hold(t, lock)
	own := *o
	own.DB = 1
	c := redis.NewClient(&own)
	if err := c.FlushDB(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// hold waits for the server; a test that has it already, from an earlier call, goes on.
func hold(t testing.TB, c *redis.Client) {
	const key, patience = "linli-test-lock", 3 * time.Minute
	mine := fmt.Sprint(os.Getpid(), " ", t.Name())
	deadline := time.Now().Add(patience)
	for {
		ok, err := c.SetNX(context.Background(), key, mine, patience).Result()
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			break
		}
		if holder, _ := c.Get(context.Background(), key).Result(); holder == mine {
			t.Cleanup(func() { _ = c.Close() })
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("another test keeps the Redis server")
		}
		<-time.After(20 * time.Millisecond)
	}
	t.Cleanup(func() {
		_ = c.Del(context.Background(), key).Err()
		_ = c.Close()
	})
}

func embedded(t testing.TB) redis.UniversalClient {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond) // its clock does not run by itself
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				m.FastForward(100 * time.Millisecond)
			}
		}
	})
	c := redis.NewClient(&redis.Options{Addr: m.Addr()})
	t.Cleanup(func() {
		_ = c.Close()
		close(stop)
		wg.Wait()
		m.Close()
	})
	return c
}
