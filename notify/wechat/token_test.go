package wechat_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

const (
	tokenPath = "/cgi-bin/stable_token"
	sendPath  = "/cgi-bin/message/subscribe/send"
)

func consenting(t *testing.T, h *host) wechat.Message {
	t.Helper()
	must(t, h.Consent(person, notice, 1000))
	return wechat.Message{OpenID: sandbox.OpenID(person), TemplateID: notice, Data: data}
}

func withRedis(t *testing.T) (*miniredis.Miniredis, func(*wechat.Config)) {
	t.Helper()
	m := miniredis.RunT(t)
	r := redis.NewClient(&redis.Options{Addr: m.Addr()})
	t.Cleanup(func() { _ = r.Close() })
	return m, func(c *wechat.Config) { c.Redis = r }
}

func TestOneTokenForManyCallers(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	_, shared := withRedis(t)
	for _, c := range []*wechat.Client{h.client(), h.client(shared)} {
		before := h.count(tokenPath)
		m := consenting(t, h)
		start := make(chan struct{})
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				<-start
				if _, err := c.SendSubscribe(t.Context(), m); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		if got := h.count(tokenPath) - before; got != 1 {
			t.Errorf("50 cold callers fetched %d tokens, want 1", got)
		}
	}
}

func TestTokenSharedThroughRedis(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	m := consenting(t, h)
	server, shared := withRedis(t)
	for range 2 {
		if _, err := h.client(shared).SendSubscribe(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.count(tokenPath); got != 1 {
		t.Errorf("two processes fetched %d tokens, want 1", got)
	}
	keys := server.Keys()
	if len(keys) != 1 || server.TTL(keys[0]) <= 0 || server.TTL(keys[0]) > 2*time.Hour {
		t.Errorf("Redis holds %v; the token must expire there", keys)
	}
}

func TestRefusedTokenIsRetriedOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	m := consenting(t, h)
	server, shared := withRedis(t)
	for name, c := range map[string]*wechat.Client{"alone": h.client(), "with Redis": h.client(shared)} {
		if _, err := c.SendSubscribe(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		tokens, sends := h.count(tokenPath), h.count(sendPath)
		must(t, h.SetFault(sandbox.Fault{Mode: sandbox.TokenExpired, Count: 1}))
		if _, err := c.SendSubscribe(t.Context(), m); err != nil {
			t.Errorf("%s: a token that expired early stopped a message: %v", name, err)
		}
		if h.count(tokenPath)-tokens != 1 || h.count(sendPath)-sends != 2 {
			t.Errorf("%s: %d fetches and %d sends, want 1 and 2", name, h.count(tokenPath)-tokens, h.count(sendPath)-sends)
		}
		sends = h.count(sendPath)
		must(t, h.SetFault(sandbox.Fault{Mode: sandbox.TokenExpired}))
		_, err := c.SendSubscribe(t.Context(), m)
		refused(t, err, wechat.ErrUnavailable, 42001)
		if wechat.Permanent(err) || h.count(sendPath)-sends != 2 {
			t.Errorf("%s: %d sends with tokens that never work, want exactly 2", name, h.count(sendPath)-sends)
		}
		must(t, h.SetFault(sandbox.Fault{Mode: sandbox.OK}))
	}
	items, _, err := h.Messages("", 0, 100)
	if err != nil || len(items) != 4 {
		t.Errorf("the phone shows %d messages, want 4: a retry must not send twice", len(items))
	}
	// A sandbox that started anew knows none of the tokens in Redis.
	if keys := server.Keys(); len(keys) == 1 {
		must(t, server.Set(keys[0], "of-another-time"))
	}
	if _, err := h.client(shared).SendSubscribe(t.Context(), m); err != nil {
		t.Errorf("an unknown token in Redis stopped a message: %v", err)
	}
}

// processes are clients that share nothing but Redis and WeChat.
func processes(h *host, n int, change ...func(*wechat.Config)) []*wechat.Client {
	list := make([]*wechat.Client, n)
	for i := range list {
		list[i] = h.client(change...)
	}
	return list
}

// sendFromEach sends one message from each process at the same moment.
func sendFromEach(t *testing.T, all []*wechat.Client, m wechat.Message) {
	t.Helper()
	start := make(chan struct{})
	var wg sync.WaitGroup
	for _, c := range all {
		wg.Go(func() {
			<-start
			if _, err := c.SendSubscribe(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
}

func TestManyProcessesFetchOneToken(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	m := consenting(t, h)
	server, shared := withRedis(t)
	sendFromEach(t, processes(h, 8, shared), m)
	if got := h.count(tokenPath); got != 1 {
		t.Errorf("eight cold processes fetched %d tokens, want 1", got)
	}
	if keys := server.Keys(); len(keys) != 1 {
		t.Errorf("Redis holds %v: the right to fetch was not given back", keys)
	}
	// A process that died while it fetched must not keep the others waiting for longer than its claim.
	server.FlushAll()
	must(t, server.Set("linli:wechat:token:"+miniApp.ID+":fetching", "dead"))
	server.SetTTL("linli:wechat:token:"+miniApp.ID+":fetching", 2*time.Second)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		sendFromEach(t, processes(h, 4, shared), m)
	}()
	server.FastForward(2 * time.Second)
	<-ended
}

// together lets the first send of every process through only when all of them are on their way.
type together struct {
	via   http.RoundTripper
	ready *sync.WaitGroup
	once  sync.Once
}

func (g *together) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, sendPath) {
		g.once.Do(func() {
			g.ready.Done()
			g.ready.Wait()
		})
	}
	return g.via.RoundTrip(r)
}

// TestATokenThatDiedIsReplacedOnce: every process has the dead token in hand when WeChat refuses it. The first fetches a new
// one; the others take that one, and drop it neither here nor in Redis.
func TestATokenThatDiedIsReplacedOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	m := consenting(t, h)
	_, shared := withRedis(t)
	const n = 8
	var ready sync.WaitGroup
	ready.Add(n)
	all := processes(h, n, shared, func(c *wechat.Config) {
		c.Transport = &together{via: http.DefaultTransport, ready: &ready}
	})
	if _, err := h.client(shared).SendSubscribe(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	tokens, sends := h.count(tokenPath), h.count(sendPath)
	must(t, h.SetFault(sandbox.Fault{Mode: sandbox.TokenExpired, Count: 1}))
	sendFromEach(t, all, m)
	if got := h.count(tokenPath) - tokens; got != 1 {
		t.Errorf("%d processes fetched %d tokens for the one that died, want 1", n, got)
	}
	if got := h.count(sendPath) - sends; got != 2*n {
		t.Errorf("%d sends, want two of each process", got)
	}
}

func TestDeadRedisStopsNothing(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	m := consenting(t, h)
	server, shared := withRedis(t)
	c := h.client(shared)
	if _, err := c.SendSubscribe(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	server.Close()
	for range 3 {
		if _, err := c.SendSubscribe(t.Context(), m); err != nil {
			t.Fatalf("with Redis gone: %v", err)
		}
	}
	if got := h.count(tokenPath); got != 1 {
		t.Errorf("%d tokens fetched, want 1: the copy here must do", got)
	}
	// A Redis that takes connections and says nothing is worse than one that is gone.
	mute, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = mute.Close() })
	r := redis.NewClient(&redis.Options{Addr: mute.Addr().String()})
	t.Cleanup(func() { _ = r.Close() })
	if _, err := h.client(func(c *wechat.Config) { c.Redis = r }).SendSubscribe(t.Context(), m); err != nil {
		t.Errorf("with a mute Redis: %v", err)
	}
}

// stuck is a network on which the token never comes.
type stuck struct{ via http.RoundTripper }

func (s stuck) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, tokenPath) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return s.via.RoundTrip(r)
}

func TestNobodyWaitsForSomebodyElsesToken(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	m := consenting(t, h)
	c := h.client(func(c *wechat.Config) {
		c.Transport, c.Timeout = stuck{http.DefaultTransport}, time.Hour
	})
	first, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = c.SendSubscribe(first, m) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.SendSubscribe(ctx, m)
	refused(t, err, wechat.ErrSlow, 0)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v does not say that the time was up", err)
	}
	stop()
	wg.Wait()
}
