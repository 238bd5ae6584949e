package wechat_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

// TestUncertain: only a message that was handed over and got no answer may have gone out.
func TestUncertain(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"errcode":0,`))
		panic(http.ErrAbortHandler)
	}
	token := answer(200, `{"access_token":"a-token-of-the-test","expires_in":7200}`)
	for name, c := range map[string]struct {
		token, send http.HandlerFunc
		want        bool
	}{
		"unreadable":               {token, answer(200, "<html>"), true},
		"no errcode":               {token, answer(200, "{}"), true},
		"cut":                      {token, cut, true},
		"cut in the answer":        {token, half, true},
		"bad gateway":              {token, answer(502, "{}"), true},
		"too long an answer":       {token, answer(200, `{"errcode":0,"errmsg":"`+strings.Repeat("x", 2<<20)+`"}`), true},
		"refused by status":        {token, answer(413, "too large"), false},
		"redirected":               {token, answer(302, ""), false},
		"busy":                     {token, answer(200, `{"errcode":-1,"errmsg":"system error"}`), false},
		"an unknown errcode":       {token, answer(200, `{"errcode":99999,"errmsg":"?"}`), false},
		"refused by the recipient": {token, answer(200, `{"errcode":43101,"errmsg":"user refuse"}`), false},
		"no token":                 {cut, token, false},
		"unreadable token":         {answer(200, "<html>"), token, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == tokenPath {
					c.token(w, r)
					return
				}
				c.send(w, r)
			}))
			t.Cleanup(srv.Close)
			_, err := client(func(cfg *wechat.Config) { cfg.BaseURL = srv.URL }).SendSubscribe(t.Context(), wechat.Message{OpenID: "o", TemplateID: "t", Data: data})
			if err == nil || wechat.Uncertain(err) != c.want {
				t.Errorf("%v: uncertain %v", err, wechat.Uncertain(err))
			}
		})
	}
	if wechat.Uncertain(nil) || wechat.Uncertain(errors.New("other")) || wechat.Limited(nil) {
		t.Error("what is no error of a send is certain")
	}
}

// TestAStaleTokenSettlesTheFirstTry: WeChat refused the message with the old token; that no new one is had adds no doubt.
func TestAStaleTokenSettlesTheFirstTry(t *testing.T) {
	t.Parallel()
	tokens := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != tokenPath {
			write(w, map[string]any{"errcode": 42001, "errmsg": "access_token expired"})
			return
		}
		if tokens++; tokens > 1 {
			panic(http.ErrAbortHandler)
		}
		write(w, map[string]any{"access_token": "a-token-of-the-test", "expires_in": 7200})
	}))
	t.Cleanup(srv.Close)
	_, err := client(func(cfg *wechat.Config) { cfg.BaseURL = srv.URL }).SendTemplate(t.Context(), wechat.Message{OpenID: "o", TemplateID: "t", Data: data})
	if err == nil || wechat.Uncertain(err) {
		t.Errorf("%v: uncertain %v", err, wechat.Uncertain(err))
	}
}

// TestNobodyListening: a refused connection and an open breaker are certain.
func TestNobodyListening(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	c := client(func(cfg *wechat.Config) { cfg.BaseURL = "http://" + l.Addr().String() })
	for range 8 { // the last ones meet an open breaker
		if _, err := c.SendSubscribe(t.Context(), wechat.Message{OpenID: "o", TemplateID: "t", Data: data}); err == nil || wechat.Uncertain(err) || wechat.Permanent(err) {
			t.Errorf("%v: uncertain %v", err, wechat.Uncertain(err))
		}
	}
}

// TestSilenceOfTheSandbox: through the sandbox's own transport, what it was given and did not answer is uncertain; what it was
// never given is not. On a fake clock.
func TestSilenceOfTheSandbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.New(sandbox.Options{MiniApps: []sandbox.App{miniApp}, ServiceApp: serviceApp, SlowFor: time.Minute})
		must(t, err)
		defer func() { _ = s.Close() }()
		must(t, s.Consent(person, notice, 5))
		c := client(func(c *wechat.Config) { c.Transport, c.Timeout = s.Transport(), 5*time.Second })
		m := wechat.Message{OpenID: sandbox.OpenID(person), TemplateID: notice, Data: data}
		must(t, s.SetFault(sandbox.Fault{Mode: sandbox.Slow, Path: "/message/"}))
		if _, err := c.SendSubscribe(t.Context(), m); !errors.Is(err, wechat.ErrSlow) || !wechat.Uncertain(err) {
			t.Errorf("silent: %v", err)
		}
		must(t, s.SetFault(sandbox.Fault{Mode: sandbox.OK}))
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := c.SendSubscribe(gone, m); !errors.Is(err, context.Canceled) || wechat.Uncertain(err) {
			t.Errorf("left before: %v, uncertain %v", err, wechat.Uncertain(err))
		}
		if items, _, _ := s.Messages("", 0, 10); len(items) != 0 {
			t.Errorf("arrived: %+v", items)
		}
	})
}

// TestLimited: each quota is a limit, and passes.
func TestLimited(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]bool{45009: true, 45011: true, 44991: true, 43108: true, 43101: false, 40003: false, 47003: false, -1: false} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == tokenPath {
				write(w, map[string]any{"access_token": "a-token-of-the-test", "expires_in": 7200})
				return
			}
			write(w, map[string]any{"errcode": code, "errmsg": "no"})
		}))
		_, err := client(func(cfg *wechat.Config) { cfg.BaseURL = srv.URL }).SendSubscribe(t.Context(), wechat.Message{OpenID: "o", TemplateID: "t", Data: data})
		srv.Close()
		if wechat.Limited(err) != want || wechat.Code(err) != code || want && (wechat.Permanent(err) || wechat.Uncertain(err)) {
			t.Errorf("%d: %v, limited %v", code, err, wechat.Limited(err))
		}
	}
}
