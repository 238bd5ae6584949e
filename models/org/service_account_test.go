package org_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/org"
)

// TestAnAccountCodeEnds: after ten minutes, with the next one, and with its use.
func TestAnAccountCodeEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	clerk := w.Officer(w.Community, org.Clerk)
	ask := func() string {
		t.Helper()
		code, until, err := w.s.AskAccountCode(t.Context(), clerk)
		if err != nil || until.Sub(w.DB.Now()) != 10*time.Minute {
			t.Fatal(until, err)
		}
		return code
	}
	send := func(openID, code string, want bool) {
		t.Helper()
		if got, err := w.s.BindAccount(t.Context(), openID, "", code); err != nil || got != want {
			t.Errorf("%s: bound %v, %v", openID, got, err)
		}
	}
	first := ask()
	second := ask()
	send("oFirst", first, false)
	send("oSecond", second, true)
	send("oSecond", second, false)
	late := ask()
	w.clock.Advance(10 * time.Minute)
	send("oLate", late, false)
	if since, err := w.s.FollowsSince(t.Context(), clerk); err != nil || since == nil {
		t.Errorf("bound since %v, %v", since, err)
	}
}
