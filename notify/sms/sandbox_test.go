package sms_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/notify/sms"
)

func openBox(t *testing.T, o sms.SandboxOptions) *sms.Sandbox {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) }
	}
	s, err := sms.OpenSandbox(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestSandboxDropsNothing: whoever sends twice is seen to have sent twice.
func TestSandboxDropsNothing(t *testing.T) {
	t.Parallel()
	s := openBox(t, sms.SandboxOptions{})
	m := sms.NewCode("linli-code-1", phone, "123456")
	one, err := s.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.Send(t.Context(), m)
	if err != nil || one == two || one == "" {
		t.Errorf("%q, %q, %v", one, two, err)
	}
	got := s.Messages()
	if len(got) != 2 || got[0].ID != two || got[1].Key != m.Key || got[0].Phone != phone || got[0].Text != "【邻里】验证码123456，10分钟内有效。本人办理业务用，请不要告诉别人。" {
		t.Errorf("%+v", got)
	}
}

// TestSandboxMisbehaves in each way as the real provider's client would tell it, and Find says what happened.
func TestSandboxMisbehaves(t *testing.T) {
	t.Parallel()
	type meaning struct{ permanent, limited, uncertain bool }
	for mode, want := range map[string]struct {
		meaning
		arrives, findFails bool
	}{
		sms.Down:    {meaning{}, false, true},
		sms.Slow:    {meaning{uncertain: true}, false, true},
		sms.Busy:    {meaning{uncertain: true}, false, true},
		sms.Garbage: {meaning{uncertain: true}, false, true},
		sms.Limit:   {meaning{limited: true}, false, false},
		sms.Refuse:  {meaning{permanent: true}, false, false},
		sms.Lost:    {meaning{uncertain: true}, true, false},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := openBox(t, sms.SandboxOptions{Patience: 50 * time.Millisecond})
			since := s.Now()
			if err := s.SetFault(sms.Fault{Mode: mode}); err != nil {
				t.Fatal(err)
			}
			_, err := s.Send(t.Context(), sms.NewCode("k", phone, "123456"))
			if got := (meaning{sms.Permanent(err), sms.Limited(err), sms.Uncertain(err)}); err == nil || got != want.meaning || strings.Contains(err.Error(), phone) {
				t.Errorf("%v: %+v", err, got)
			}
			if _, _, _, err := s.Find(t.Context(), phone, "k", since); (err != nil) != want.findFails {
				t.Errorf("asked meanwhile: %v", err)
			}
			_ = s.SetFault(sms.Fault{Mode: sms.Fine})
			if _, found, _, err := s.Find(t.Context(), phone, "k", since); err != nil || found != want.arrives || len(s.Messages()) == 1 != want.arrives {
				t.Errorf("asked afterwards: %v, %v, %+v", found, err, s.Messages())
			}
		})
	}
	s := openBox(t, sms.SandboxOptions{})
	since := s.Now()
	_ = s.SetFault(sms.Fault{Mode: sms.Vanish, Count: 1})
	if _, err := s.Send(t.Context(), sms.NewCode("v", phone, "123456")); err != nil || len(s.Messages()) != 0 {
		t.Errorf("taken, and never there: %v, %+v", err, s.Messages())
	}
	if _, found, said, err := s.Find(t.Context(), phone, "v", since); !found || said != sms.Failed || err != nil {
		t.Errorf("asked about it: %v, %v, %v", found, said, err)
	}
	if err := s.SetFault(sms.Fault{Mode: "explode"}); err == nil {
		t.Error("an unknown mode is taken")
	}
	_ = s.SetFault(sms.Fault{Mode: sms.Limit, Count: 2})
	for i, fails := range []bool{true, true, false} {
		if _, err := s.Send(t.Context(), sms.NewCode("k", phone, "123456")); (err != nil) != fails {
			t.Errorf("text %d: %v", i+1, err)
		}
	}
}

// TestSandboxLetsItsCallerGo: in silence the caller's own end counts, and before it nothing is kept.
func TestSandboxLetsItsCallerGo(t *testing.T) {
	t.Parallel()
	s := openBox(t, sms.SandboxOptions{Patience: time.Hour})
	_ = s.SetFault(sms.Fault{Mode: sms.Slow})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Send(ctx, sms.NewCode("k", phone, "123456")); !errors.Is(err, context.DeadlineExceeded) || !sms.Uncertain(err) {
		t.Error(err)
	}
	_ = s.SetFault(sms.Fault{Mode: sms.Fine})
	if _, err := s.Send(ctx, sms.NewCode("k", phone, "123456")); err == nil || sms.Uncertain(err) || len(s.Messages()) != 0 {
		t.Error(err)
	}
}

// TestSandboxIsKilledAndRestarted: what phones received is still there, and a text that was half-written was never received.
func TestSandboxIsKilledAndRestarted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "texts.jsonl")
	s := openBox(t, sms.SandboxOptions{Book: path})
	since := s.Now()
	for i := range 3 {
		if _, err := s.Send(t.Context(), sms.NewCode(fmt.Sprint("k", i), phone, "123456")); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString(`{"phone":"139` + strings.Repeat("x", 5000))
	_ = f.Close()
	again := openBox(t, sms.SandboxOptions{Book: path})
	if got := again.Messages(); len(got) != 3 || got[0].Key != "k2" || !got[0].At.Equal(since) {
		t.Errorf("%+v", got)
	}
	if id, found, said, err := again.Find(t.Context(), phone, "k1", since); !found || said != sms.Arrived || err != nil || id != "sandbox-2" {
		t.Errorf("%q, %v, %v, %v", id, found, said, err)
	}
	if id, err := again.Send(t.Context(), sms.NewCode("k3", phone, "123456")); err != nil || id != "sandbox-4" {
		t.Errorf("%q, %v", id, err)
	}
	if n := len(openBox(t, sms.SandboxOptions{Book: path}).Messages()); n != 4 {
		t.Errorf("%d texts at the third start", n)
	}
	if err := os.WriteFile(path, []byte("no book\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sms.OpenSandbox(sms.SandboxOptions{Now: time.Now, Book: path}); err == nil {
		t.Error("a file that is no book is appended to")
	}
}

// TestSandboxShowsTheLastTexts and remembers more.
func TestSandboxShowsTheLastTexts(t *testing.T) {
	t.Parallel()
	s := openBox(t, sms.SandboxOptions{})
	for i := range 250 {
		if _, err := s.Send(t.Context(), sms.NewCode(fmt.Sprint("k", i), phone, "123456")); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Messages(); len(got) != 200 || got[0].Key != "k249" {
		t.Errorf("%d texts, the first %+v", len(got), got[0])
	}
	if _, found, _, err := s.Find(t.Context(), phone, "k0", s.Now()); !found || err != nil {
		t.Errorf("the first one: %v, %v", found, err)
	}
}
