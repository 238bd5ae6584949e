package wechat_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

const (
	notice = "tpl-notice"
	person = "甲"
)

var (
	miniApp    = sandbox.App{ID: "wxmini", Secret: "mini-secret-value"}
	otherApp   = sandbox.App{ID: "wxother", Secret: "other-secret-value"}
	serviceApp = sandbox.App{ID: "wxservice", Secret: "service-secret-value"}
	data       = map[string]string{"thing1": "停水通知"}
)

// host is a sandbox behind a loopback listener that counts its calls.
type host struct {
	*sandbox.Sandbox
	url   string
	mu    sync.Mutex
	calls map[string]int
}

func newHost(t *testing.T, o sandbox.Options) *host {
	t.Helper()
	o.MiniApps, o.ServiceApp = []sandbox.App{miniApp, otherApp}, serviceApp
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	h := &host{Sandbox: s, calls: map[string]int{}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.calls[r.URL.Path]++
		h.mu.Unlock()
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { srv.Close(); _ = s.Close() })
	h.url = srv.URL
	return h
}

func (h *host) count(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls[path]
}

func (h *host) client(change ...func(*wechat.Config)) *wechat.Client {
	return client(append([]func(*wechat.Config){func(c *wechat.Config) { c.BaseURL = h.url }}, change...)...)
}

func client(change ...func(*wechat.Config)) *wechat.Client {
	cfg := wechat.Config{MiniAppID: miniApp.ID, MiniSecret: miniApp.Secret, ServiceAppID: serviceApp.ID, ServiceSecret: serviceApp.Secret, Timeout: 20 * time.Second}
	for _, f := range change {
		f(&cfg)
	}
	return wechat.New(cfg)
}

func (h *host) login(t *testing.T, who string) string {
	t.Helper()
	code, err := h.Login(who)
	must(t, err)
	return code
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(w http.ResponseWriter, answer any) { _ = json.NewEncoder(w).Encode(answer) }

// refused checks that an error is the fault wanted, for people and for code.
func refused(t *testing.T, err error, want *fault.Fault, code int) {
	t.Helper()
	if !errors.Is(err, want) || fault.Of(err).Code != want.Code || fault.Of(err).Message == "" {
		t.Errorf("got %v, want %s", err, want.Code)
	}
	if got := wechat.Code(err); got != code {
		t.Errorf("errcode %d, want %d, of %v", got, code, err)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(1_800_000_000)
	h := newHost(t, sandbox.Options{Clock: func() time.Time { return time.Unix(now.Load(), 0) }, Limits: sandbox.Limits{LoginsPerMinute: 3}})
	c, ctx := h.client(), t.Context()

	code := h.login(t, person)
	who, err := c.Exchange(ctx, code)
	must(t, err)
	if who.OpenID != sandbox.OpenID(person) || who.UnionID != sandbox.UnionID(person) || who.SessionKey == "" {
		t.Errorf("signed in as %q, %q", who.OpenID, who.UnionID)
	}
	_, err = c.Exchange(ctx, code)
	refused(t, err, wechat.ErrCodeUsed, 40163)
	// The last would be the good code with a parameter of its own behind it, if it were not escaped.
	for _, wrong := range []string{"never-given", h.login(t, person) + "&lang=en"} {
		_, err = c.Exchange(ctx, wrong)
		refused(t, err, wechat.ErrCode, 40029)
	}
	for _, wrong := range []string{"", strings.Repeat("x", 201)} {
		before := h.count("/sns/jscode2session")
		_, err = c.Exchange(ctx, wrong)
		refused(t, err, wechat.ErrCode, 0)
		if h.count("/sns/jscode2session") != before {
			t.Error("WeChat was asked about an impossible code")
		}
	}
	foreign, err := h.LoginAt(otherApp.ID, person)
	must(t, err)
	_, err = c.Exchange(ctx, foreign)
	refused(t, err, wechat.ErrCode, 40029)

	late := h.login(t, person)
	now.Add(301)
	_, err = c.Exchange(ctx, late)
	refused(t, err, wechat.ErrCode, 40029)

	must(t, h.SetFault(sandbox.Fault{Mode: sandbox.Refuse, Count: 1}))
	_, err = c.Exchange(ctx, h.login(t, person))
	refused(t, err, wechat.ErrBlocked, 40226)

	for range 3 {
		_, err = c.Exchange(ctx, h.login(t, person))
		must(t, err)
	}
	_, err = c.Exchange(ctx, h.login(t, person))
	refused(t, err, wechat.ErrLimited, 45011)
}

func TestPhone(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	c, ctx := h.client(), t.Context()
	const number = "13800001234"
	code, err := h.PhoneCode(person, number)
	must(t, err)
	got, err := c.Phone(ctx, code)
	must(t, err)
	if got != number {
		t.Errorf("phone %q", got)
	}
	for _, wrong := range []string{code, "never-given", h.login(t, person)} {
		_, err = c.Phone(ctx, wrong)
		refused(t, err, wechat.ErrPhoneCode, 40029)
	}
	foreign, err := h.PhoneCodeAt(otherApp.ID, person, number)
	must(t, err)
	_, err = c.Phone(ctx, foreign)
	refused(t, err, wechat.ErrCodeForeign, 40013)

	who, err := c.Exchange(ctx, h.login(t, person))
	must(t, err)
	sealed, iv, err := h.EncryptPhone(person, number)
	must(t, err)
	if got, err = c.DecryptPhone(who.SessionKey, sealed, iv); err != nil || got != number {
		t.Errorf("older client: %q, %v", got, err)
	}
}

func TestWrongSettings(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	wrong := h.client(func(c *wechat.Config) { c.MiniSecret = "wrong-secret-value" })
	_, err := wrong.Exchange(t.Context(), h.login(t, person))
	refused(t, err, wechat.ErrMisconfigured, 40125)
	_, err = wrong.Phone(t.Context(), "x")
	refused(t, err, wechat.ErrMisconfigured, 40125)
	bare := h.client(func(c *wechat.Config) { c.ServiceAppID = "" })
	_, err = bare.SendTemplate(t.Context(), wechat.Message{OpenID: "x"})
	refused(t, err, wechat.ErrMisconfigured, 0)
	astray := client(func(c *wechat.Config) { c.BaseURL = "::no address" })
	_, err = astray.Exchange(t.Context(), "x")
	refused(t, err, wechat.ErrMisconfigured, 0)
	unknown := h.client(func(c *wechat.Config) { c.MiniAppID = "wxnobody" })
	_, err = unknown.Exchange(t.Context(), "x")
	refused(t, err, wechat.ErrMisconfigured, 40013)
}

// TestTwoHosts guards against the SDK's one HTTP client for the process.
func TestTwoHosts(t *testing.T) {
	t.Parallel()
	a, b := newHost(t, sandbox.Options{}), newHost(t, sandbox.Options{})
	var wg sync.WaitGroup
	for _, h := range []*host{a, b} {
		c := h.client()
		wg.Go(func() {
			for range 10 {
				code, err := h.Login(person)
				if err == nil {
					_, err = c.Exchange(t.Context(), code)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if a.count("/sns/jscode2session") != 10 || b.count("/sns/jscode2session") != 10 {
		t.Error("calls went to the other host")
	}
}

func TestBasePath(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	front := httptest.NewServer(http.StripPrefix("/pretended", h.API()))
	t.Cleanup(front.Close)
	c := client(func(c *wechat.Config) { c.BaseURL = front.URL + "/pretended/" })
	if _, err := c.Exchange(t.Context(), h.login(t, person)); err != nil {
		t.Error(err)
	}
}

func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{SlowFor: time.Minute})
	c := h.client()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		if _, err := c.Exchange(ctx, "x"); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want the caller's own end", err)
		}
	}
	if _, err := c.Exchange(t.Context(), h.login(t, person)); err != nil {
		t.Errorf("callers that left count as WeChat's failures: %v", err)
	}
}
