package session_test

import (
	"errors"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/notify/sms"
	"github.com/linli-city/linli/server/session"
)

// TestTwentyTapsSendOneCode: the limits hold however many ask at once.
func TestTwentyTapsSendOneCode(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	box := sms.NewSandbox(db.Now)
	codes := session.NewCodes(db, modelstest.Vault(t), box)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := codes.Send(t.Context(), "13600001111"); err != nil && !errors.Is(err, session.ErrCodeSent) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(box.Messages()); n != 1 {
		t.Errorf("%d texts", n)
	}
}

// TestACodeThatWorksIsNotRefused: a second tap is told that the code was sent, for as long as that code may still be typed.
func TestACodeThatWorksIsNotRefused(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenAt(t, modelstest.NewClock())
	box := sms.NewSandbox(db.Now)
	codes := session.NewCodes(db, modelstest.Vault(t), box)
	const phone = "13600003333"
	if err := codes.Send(t.Context(), phone); err != nil {
		t.Fatal(err)
	}
	if err := codes.Send(t.Context(), phone); !errors.Is(err, session.ErrCodeSent) {
		t.Errorf("a second tap: %v", err)
	}
	if _, err := codes.Check(t.Context(), phone, regexp.MustCompile(`\d{6}`).FindString(box.Messages()[0].Text)); err != nil {
		t.Fatal(err)
	}
	if err := codes.Send(t.Context(), phone); !errors.Is(err, session.ErrManyCodes) {
		t.Errorf("after the code was spent: %v", err)
	}
}

// TestAFormMayBeSentTwice: the same form gets the same ticket from a spent code, at once and later; no other form does, and
// none once the ticket is over.
func TestAFormMayBeSentTwice(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	box := sms.NewSandbox(db.Now)
	codes := session.NewCodes(db, modelstest.Vault(t), box)
	const phone, form = "13600002222", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if err := codes.Send(t.Context(), phone); err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`\d{6}`).FindString(box.Messages()[0].Text)
	tickets := make([]string, 8)
	var wg sync.WaitGroup
	for i := range tickets {
		wg.Go(func() {
			var err error
			if tickets[i], err = codes.CheckForm(t.Context(), phone, code, form); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, got := range tickets {
		if got != tickets[0] || got == "" {
			t.Errorf("tickets %v", tickets)
		}
	}
	if holder, err := codes.Holder(t.Context(), tickets[0]); err != nil || holder != phone {
		t.Errorf("%s, %v", holder, err)
	}
	for _, ref := range []string{"ZYXWVUTSRQPONMLKJIHGFEDCBA", "short", ""} {
		if _, err := codes.CheckForm(t.Context(), phone, code, ref); !errors.Is(err, session.ErrCode) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	if _, err := codes.CheckForm(t.Context(), phone, "000000", form); !errors.Is(err, session.ErrCode) {
		t.Errorf("another code: %v", err)
	}
	clock.Advance(31 * time.Minute)
	if _, err := codes.CheckForm(t.Context(), phone, code, form); !errors.Is(err, session.ErrCode) {
		t.Errorf("after the ticket: %v", err)
	}
}
