package modelstest

import (
	"context"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// MortalRedis is a Redis that a test may kill and raise again, empty. Of a cluster it is one master.
type MortalRedis struct {
	Address string // as LINLI_REDIS takes it
	kill    func()
	raise   func()
}

// Kill ends it at once.
func (m *MortalRedis) Kill() { m.kill() }

// Raise starts it again, with nothing in it.
func (m *MortalRedis) Raise() { m.raise() }

// Mortal gives a Redis of the kind that LINLI_TEST_REDIS asks for, reachable from other processes.
func Mortal(t testing.TB) *MortalRedis {
	t.Helper()
	address := RedisURL(t)
	switch {
	case address == "":
		s := miniredis.NewMiniRedis()
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
		host := s.Addr()
		t.Cleanup(func() { s.Close() })
		return &MortalRedis{Address: "redis://" + host + "/0", kill: func() { s.Close() }, raise: func() {
			s = miniredis.NewMiniRedis() // a closed one no longer blocks on reads
			if err := s.StartAddr(host); err != nil {
				t.Error(err)
			}
		}}
	case strings.HasPrefix(address, "cluster:"):
		return mortalMaster(t, address)
	}
	host := nodes(address)[0]
	m := &MortalRedis{Address: address}
	m.kill = func() { shut(t, host) }
	m.raise = func() {
		if stop := runRedis(t, host, "--dir", t.TempDir()); stop != nil {
			t.Cleanup(stop)
			return
		}
		t.Error("redis-server does not come back")
	}
	return m
}

// shut kills the process that listens at host.
func shut(t testing.TB, host string) {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: host, MaxRetries: -1})
	defer func() { _ = c.Close() }()
	info, err := c.InfoMap(t.Context(), "server").Result()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(info["Server"]["process_id"])
	if err != nil || syscall.Kill(pid, syscall.SIGKILL) != nil {
		t.Fatal("redis at ", host, " cannot be killed: ", err)
	}
	for c.Ping(t.Context()).Err() == nil {
		<-time.After(time.Millisecond)
	}
}

// mortalMaster is the first master of a running cluster. What is raised outlives the test, for those that come after it; the
// one who started the cluster shuts it down by its port.
func mortalMaster(t testing.TB, address string) *MortalRedis {
	t.Helper()
	host := nodes(address)[0]
	c := redis.NewClient(&redis.Options{Addr: host})
	defer func() { _ = c.Close() }()
	var options []string
	for _, name := range []string{"dir", "cluster-enabled", "cluster-port"} {
		v, err := c.ConfigGet(t.Context(), name).Result()
		if err != nil {
			t.Fatal(err)
		}
		options = append(options, "--"+name, v[name])
	}
	return &MortalRedis{Address: address, kill: func() { shut(t, host) }, raise: func() {
		if runRedis(t, host, options...) == nil {
			t.Error("the master does not come back")
			return
		}
		back := redis.NewClient(&redis.Options{Addr: host})
		defer func() { _ = back.Close() }()
		for {
			state, err := back.ClusterInfo(context.Background()).Result()
			if err == nil && strings.Contains(state, "cluster_state:ok") {
				return
			}
			select {
			case <-t.Context().Done():
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}}
}
