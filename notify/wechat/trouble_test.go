package wechat_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

func TestMisbehaviourIsAClearFault(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]struct {
		login, send         *fault.Fault
		loginCode, sendCode int
	}{
		sandbox.Down:    {wechat.ErrUnavailable, wechat.ErrUnavailable, 0, 0},
		sandbox.Slow:    {wechat.ErrSlow, wechat.ErrSlow, 0, 0},
		sandbox.Busy:    {wechat.ErrBusy, wechat.ErrBusy, -1, -1},
		sandbox.Rate:    {wechat.ErrLimited, wechat.ErrLimited, 45011, 45009},
		sandbox.Garbage: {wechat.ErrUnavailable, wechat.ErrUnavailable, 0, 0},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, sandbox.Options{SlowFor: time.Minute})
			m := consenting(t, h)
			c := h.client(func(c *wechat.Config) {
				if mode == sandbox.Slow {
					c.Timeout = 100 * time.Millisecond
				}
			})
			code := h.login(t, person)
			must(t, h.SetFault(sandbox.Fault{Mode: mode}))
			_, err := c.Exchange(t.Context(), code)
			refused(t, err, want.login, want.loginCode)
			_, err = c.SendSubscribe(t.Context(), m)
			refused(t, err, want.send, want.sendCode)
			if wechat.Permanent(err) || fault.Of(err).RetryAfter == 0 {
				t.Errorf("%v passes: it must be temporary and say when to try again", err)
			}
			must(t, h.SetFault(sandbox.Fault{Mode: sandbox.OK}))
			calm := h.client()
			if _, err := calm.Exchange(t.Context(), code); err != nil {
				t.Errorf("the code was used up by the failure: %v", err)
			}
			if items, _, _ := h.Messages("", 0, 10); len(items) != 0 {
				t.Errorf("mode %s delivered", mode)
			}
		})
	}
}

// TestBreaker runs on a fake clock: no network, the sandbox as the transport.
func TestBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.New(sandbox.Options{MiniApps: []sandbox.App{miniApp}, ServiceApp: serviceApp})
		must(t, err)
		defer func() { _ = s.Close() }()
		n := &counting{via: s.Transport()}
		c := client(func(c *wechat.Config) { c.Transport = n })
		ctx := t.Context()
		must(t, s.SetFault(sandbox.Fault{Mode: sandbox.Down, Path: "jscode2session"}))
		for range 5 {
			_, err = c.Exchange(ctx, "x")
			refused(t, err, wechat.ErrUnavailable, 0)
		}
		before := n.total()
		_, err = c.Exchange(ctx, "x")
		refused(t, err, wechat.ErrUnavailable, 0)
		if n.total() != before {
			t.Error("after five failures in a row WeChat must be left alone")
		}
		must(t, s.Consent(person, notice, 1))
		if _, err = c.SendSubscribe(ctx, wechat.Message{OpenID: sandbox.OpenID(person), TemplateID: notice, Data: data}); err != nil {
			t.Errorf("a dead sign-in stopped messages: %v", err)
		}

		time.Sleep(16 * time.Second) // on the fake clock
		before = n.total()
		for range 3 {
			_, err = c.Exchange(ctx, "x")
			refused(t, err, wechat.ErrUnavailable, 0)
		}
		if n.total() != before+1 {
			t.Errorf("%d calls after the pause, want one that tries", n.total()-before)
		}

		time.Sleep(16 * time.Second)
		must(t, s.SetFault(sandbox.Fault{Mode: sandbox.OK}))
		for range 2 {
			code, err := s.Login(person)
			must(t, err)
			if _, err = c.Exchange(ctx, code); err != nil {
				t.Fatalf("WeChat is back, and yet: %v", err)
			}
		}
		for range 20 {
			_, err = c.Exchange(ctx, "wrong")
			refused(t, err, wechat.ErrCode, 40029)
		}
	})
}

type counting struct {
	via http.RoundTripper
	mu  sync.Mutex
	n   int
}

func (c *counting) total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return c.via.RoundTrip(r)
}

// TestErrorsHoldNoSecrets lets a host fail in every way it can while quoting the request back.
func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	const token, sessionKey, code = "TOKEN-of-the-mini-program", "SESSION-key-value", "CODE-of-the-phone"
	quote := func(r *http.Request) string {
		body, _ := io.ReadAll(r.Body)
		return r.URL.String() + " " + string(body) + " session_key=" + sessionKey + ` "session_key":"` + sessionKey + `"`
	}
	hosts := map[string]http.HandlerFunc{
		"quotes in errmsg": func(w http.ResponseWriter, r *http.Request) {
			write(w, map[string]any{"errcode": 45009, "errmsg": quote(r)})
		},
		"bad gateway": func(w http.ResponseWriter, r *http.Request) { http.Error(w, quote(r), http.StatusBadGateway) },
		"redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other?"+r.URL.RawQuery, http.StatusFound)
		},
		"no JSON": func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, quote(r)) },
		"wrong types": func(w http.ResponseWriter, r *http.Request) {
			write(w, map[string]any{"openid": 1, "session_key": []string{sessionKey}, "errcode": token})
		},
		"cuts off":   func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"null":       func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "null") },
		"half a one": func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, `{"session_key":"`+sessionKey) },
	}
	for name, h := range hosts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var logged strings.Builder
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == tokenPath && name != "bad gateway" {
					write(w, map[string]any{"access_token": token, "expires_in": 7200})
					return
				}
				h(w, r)
			}))
			t.Cleanup(srv.Close)
			c := client(func(c *wechat.Config) {
				c.BaseURL, c.Logger = srv.URL, slog.New(slog.NewTextHandler(&logged, nil))
			})
			ctx, m := t.Context(), wechat.Message{OpenID: "o", TemplateID: "t", Data: data}
			calls := map[string]func() error{
				"Exchange":      func() error { _, err := c.Exchange(ctx, code); return err },
				"Phone":         func() error { _, err := c.Phone(ctx, code); return err },
				"CheckText":     func() error { _, err := c.CheckText(ctx, "o", wechat.SceneForum, "文字"); return err },
				"SendSubscribe": func() error { _, err := c.SendSubscribe(ctx, m); return err },
				"SendTemplate":  func() error { _, err := c.SendTemplate(ctx, m); return err },
				"ServiceUser":   func() error { _, err := c.ServiceUser(ctx, "o"); return err },
			}
			for op, call := range calls {
				err := call()
				if err == nil {
					t.Errorf("%s took nonsense for success", op)
					continue
				}
				texts := append(chain(err), logged.String())
				for _, text := range texts {
					for _, secret := range []string{token, sessionKey, code, miniApp.Secret, serviceApp.Secret} {
						if strings.Contains(text, secret) {
							t.Errorf("%s lets %q out in %q", op, secret, text)
						}
					}
				}
			}
		})
	}
}

// chain is the text of an error and of everything inside it.
func chain(err error) []string {
	texts := []string{err.Error()}
	switch e := err.(type) { //nolint:errorlint // it walks the tree of wrapped errors itself
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			texts = append(texts, chain(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			texts = append(texts, chain(inner)...)
		}
	}
	return texts
}
