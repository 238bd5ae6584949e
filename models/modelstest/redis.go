package modelstest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// RedisURL gives an empty Redis as LINLI_TEST_REDIS asks for it: "" when a Redis inside the process will do; for
// "server" a redis-server of the test's own; "cluster:host:port,…" is used as it is, by one test at a time.
func RedisURL(t testing.TB) string {
	t.Helper()
	switch how := os.Getenv("LINLI_TEST_REDIS"); how {
	case "":
		return ""
	case "server":
		return startRedis(t)
	default:
		c := redis.NewClusterClient(&redis.ClusterOptions{Addrs: nodes(how)})
		defer func() { _ = c.Close() }()
		Wipe(t, c)
		return how
	}
}

// Redis gives a client of RedisURL, or of a Redis inside the process whose time runs.
func Redis(t testing.TB) redis.UniversalClient {
	t.Helper()
	address := RedisURL(t)
	if address == "" {
		return embedded(t)
	}
	o := &redis.UniversalOptions{Addrs: nodes(address), IsClusterMode: strings.HasPrefix(address, "cluster:")}
	c := redis.NewUniversalClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Wipe empties a Redis, every master of a cluster.
func Wipe(t testing.TB, c redis.UniversalClient) {
	t.Helper()
	wipe := func(ctx context.Context, node *redis.Client) error { return node.FlushAll(ctx).Err() }
	var err error
	if cluster, ok := c.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(t.Context(), wipe)
	} else {
		err = c.FlushAll(t.Context()).Err()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func nodes(address string) []string {
	if list, ok := strings.CutPrefix(address, "cluster:"); ok {
		return strings.Split(list, ",")
	}
	return []string{strings.TrimSuffix(strings.TrimPrefix(address, "redis://"), "/0")}
}

// startRedis runs a redis-server on a free port until the test ends.
func startRedis(t testing.TB) string {
	t.Helper()
	for range 5 { // somebody else may take the port first
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		host := l.Addr().String()
		_ = l.Close()
		if stop := runRedis(t, host, "--dir", t.TempDir()); stop != nil {
			t.Cleanup(stop)
			return "redis://" + host + "/0"
		}
	}
	t.Fatal("redis-server does not start")
	return ""
}

// runRedis starts a redis-server; nil when it does not come up. What it gives kills it.
func runRedis(t testing.TB, host string, options ...string) (kill func()) {
	t.Helper()
	_, port, _ := net.SplitHostPort(host)
	// Not the test's context: that ends before the clean-ups which still need Redis.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "redis-server", append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"}, options...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	if !answers(host, ended) {
		return nil
	}
	return func() {
		_ = cmd.Process.Kill()
		<-ended
	}
}

// answers waits until a new redis-server answers or ends.
func answers(host string, ended <-chan struct{}) bool {
	c := redis.NewClient(&redis.Options{Addr: host, MaxRetries: -1, DialTimeout: time.Second})
	defer func() { _ = c.Close() }()
	for {
		if c.Ping(context.Background()).Err() == nil {
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
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
