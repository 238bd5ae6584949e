package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// forever is longer than any channel's own time-out: a send that takes longer hangs.
const forever = 30 * time.Second

// crowd is how many send at once.
const crowd = 50

// Run holds a channel to its promises.
func Run(t *testing.T, s Subject) {
	t.Helper()
	for name, promise := range map[string]func(*testing.T, Subject){
		"a good message arrives once, with its words":        once(arrives),
		"a caller that has left sends nothing":               once(left),
		"a caller that leaves is let go":                     once(leaves),
		"a dead provider is certain":                         once(dead),
		"no readable answer is uncertain":                    uncertain,
		"a limit is a limit":                                 once(limited),
		"an address that is none is permanent":               once(bad),
		"somebody who does not want it is a refusal":         once(refusing),
		"fifty at once arrive, once each":                    once(many),
		"errors keep secrets":                                discreet,
		"the provider tells what arrived, and what did not":  find,
		"after an uncertain send, asking says what happened": settle,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			promise(t, s)
		})
	}
}

// once is a promise that needs one channel.
func once(promise func(*testing.T, *World)) func(*testing.T, Subject) {
	return func(t *testing.T, s Subject) { promise(t, s.Open(t)) }
}

// each opens the channel anew for each trouble that its provider can be in.
func (s Subject) each(t *testing.T, troubles []Trouble, do func(*testing.T, *World, Trouble)) {
	t.Helper()
	for _, k := range troubles {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			w := s.Open(t)
			if !w.Play(k) {
				t.Skip("this provider cannot")
			}
			do(t, w, k)
		})
	}
}

// send fails the test when a send hangs.
func (w *World) send(ctx context.Context, t *testing.T, out Outgoing) (string, error) {
	t.Helper()
	type result struct {
		id  string
		err error
	}
	done := make(chan result, 1)
	go func() {
		id, err := w.Send(ctx, out)
		done <- result{id, err}
	}()
	select {
	case r := <-done:
		return r.id, r.err
	case <-time.After(forever):
		t.Fatal("the send hangs")
		return "", nil
	}
}

// times is how often a message arrived.
func (w *World) times(out Outgoing) (n int) {
	for _, a := range w.Arrived() {
		if strings.Contains(a.Words, out.Title) {
			n++
		}
	}
	return n
}

// failed checks an error's verdict, and that exactly so many messages arrived in all.
func (w *World) failed(t *testing.T, err error, want Verdict, arrived int) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if got := w.Classify(err); got != want {
		t.Errorf("%v is %+v, not %+v", err, got, want)
	}
	if n := len(w.Arrived()); n != arrived {
		t.Errorf("%d messages arrived, not %d", n, arrived)
	}
}

func arrives(t *testing.T, w *World) {
	out := w.Good(1)
	id, err := w.send(t.Context(), t, out)
	if err != nil {
		t.Fatal(err)
	}
	if (id == "") != (w.NoID != "") {
		t.Errorf("the provider's id is %q; %s", id, w.NoID)
	}
	all := w.Arrived()
	if len(all) != 1 || all[0].To != out.To || w.times(out) != 1 {
		t.Errorf("arrived: %+v, for %s with %q", all, out.To, out.Title)
	}
	for name, value := range out.Data {
		if len(all) == 1 && !strings.Contains(all[0].Words, value) {
			t.Errorf("%s %q is not among the words %q", name, value, all[0].Words)
		}
	}
	// A channel drops nothing by itself: whoever sends again is seen to.
	if _, err := w.send(t.Context(), t, w.Good(2)); err != nil || w.times(w.Good(2)) != 1 || len(w.Arrived()) != 2 {
		t.Errorf("the second: %v, arrived %+v", err, w.Arrived())
	}
}

func left(t *testing.T, w *World) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.send(ctx, t, w.Good(1))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that the caller left", err)
	}
	w.failed(t, err, Verdict{}, 0)
}

func leaves(t *testing.T, w *World) {
	if w.Waiting == nil || !w.Play(Silent) {
		t.Skip("nobody can see when this provider holds a request")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-w.Waiting
		cancel()
	}()
	_, err := w.send(ctx, t, w.Good(1))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that the caller left", err)
	}
	w.failed(t, err, Verdict{Uncertain: true}, 0)
}

func dead(t *testing.T, w *World) {
	w.Play(Dead)
	_, err := w.send(t.Context(), t, w.Good(1))
	w.failed(t, err, Verdict{}, 0)
}

func uncertain(t *testing.T, s Subject) {
	s.each(t, []Trouble{Silent, Garbage, Broken, Cut, Lost}, func(t *testing.T, w *World, k Trouble) {
		_, err := w.send(t.Context(), t, w.Good(1))
		w.failed(t, err, Verdict{Uncertain: true}, map[Trouble]int{Lost: 1}[k])
	})
}

func limited(t *testing.T, w *World) {
	if !w.Play(Limited) {
		t.Fatal("every provider has limits")
	}
	_, err := w.send(t.Context(), t, w.Good(1))
	w.failed(t, err, Verdict{Limited: true}, 0)
	w.Play(None)
	if _, err := w.send(t.Context(), t, w.Good(1)); err != nil || w.times(w.Good(1)) != 1 {
		t.Errorf("after the limit: %v", err)
	}
}

func bad(t *testing.T, w *World) {
	_, err := w.send(t.Context(), t, w.Bad)
	w.failed(t, err, Verdict{Permanent: true}, 0)
}

func refusing(t *testing.T, w *World) {
	if w.Refusing.Key == "" {
		t.Skip("nobody can refuse this channel at its provider")
	}
	_, err := w.send(t.Context(), t, w.Refusing)
	w.failed(t, err, Verdict{Permanent: true, Refused: true}, 0)
}

func many(t *testing.T, w *World) {
	ids := make([]string, crowd)
	var wg sync.WaitGroup
	for i := range crowd {
		wg.Go(func() {
			var err error
			if ids[i], err = w.Send(t.Context(), w.Good(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range crowd {
		if n := w.times(w.Good(i)); n != 1 {
			t.Errorf("message %d arrived %d times", i, n)
		}
	}
	slices.Sort(ids)
	if w.NoID == "" && len(slices.Compact(ids)) != crowd {
		t.Error("two messages have the same id")
	}
}

func discreet(t *testing.T, s Subject) {
	s.each(t, []Trouble{Dead, Silent, Garbage, Broken, Cut, Lost, Limited, Quoting}, func(t *testing.T, w *World, _ Trouble) {
		_, err := w.send(t.Context(), t, w.Good(1))
		if err == nil {
			t.Fatal("no error")
		}
		texts := words(err)
		if s.Find {
			if _, _, err := w.Find(t.Context(), w.Good(1), time.Now().Add(-time.Hour)); err != nil {
				texts = append(texts, words(err)...)
			}
		}
		for _, text := range texts {
			for _, secret := range w.Secrets() {
				if secret != "" && strings.Contains(text, secret) {
					t.Errorf("%q shows %q", text, secret)
				}
			}
		}
	})
}

// words is everything that an error and whatever is inside it can be made to say.
func words(err error) []string {
	all := []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)}
	switch e := err.(type) { //nolint:errorlint // it walks the tree of wrapped errors itself
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			all = append(all, words(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, words(inner)...)
		}
	}
	return all
}

func find(t *testing.T, s Subject) {
	if !s.Find {
		t.Skip("the provider cannot be asked: " + s.Why)
	}
	w := s.Open(t)
	since := time.Now().Add(-time.Minute)
	out := w.Good(1)
	if _, found, err := w.Find(t.Context(), out, since); found || err != nil {
		t.Errorf("before it was sent: found %v, %v", found, err)
	}
	if _, err := w.send(t.Context(), t, out); err != nil {
		t.Fatal(err)
	}
	if _, found, err := w.Find(t.Context(), out, since); !found || err != nil {
		t.Errorf("after it was sent: found %v, %v", found, err)
	}
	if _, found, err := w.Find(t.Context(), w.Good(2), since); found || err != nil {
		t.Errorf("another: found %v, %v", found, err)
	}
	w.Play(Dead)
	if _, found, err := w.Find(t.Context(), out, since); found || err == nil {
		t.Errorf("nobody can tell: found %v, %v", found, err)
	}
}

func settle(t *testing.T, s Subject) {
	if !s.Find {
		t.Skip("the provider cannot be asked: " + s.Why)
	}
	s.each(t, []Trouble{Garbage, Broken, Cut, Lost}, func(t *testing.T, w *World, k Trouble) {
		since := time.Now().Add(-time.Minute)
		if _, err := w.send(t.Context(), t, w.Good(1)); err == nil || !w.Classify(err).Uncertain {
			t.Fatal(err)
		}
		w.Play(None)
		if _, found, err := w.Find(t.Context(), w.Good(1), since); err != nil || found != (k == Lost) {
			t.Errorf("found %v, %v", found, err)
		}
	})
}
