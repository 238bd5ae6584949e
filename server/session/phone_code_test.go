package session_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/notify/sms"
	"github.com/linli-city/linli/server/session"
)

// box is a sandbox that codes go through.
type box struct {
	*sms.Sandbox
	unsure bool // what an error is taken for
}

func (b *box) Code(ctx context.Context, key, phone, code string) error {
	_, err := b.Send(ctx, sms.NewCode(key, phone, code))
	if err != nil && b.unsure {
		return fmt.Errorf("%w: %w", session.ErrTextUnsure, err)
	}
	return err
}

// TestTwentyTapsSendOneCode: the limits hold however many ask at once.
func TestTwentyTapsSendOneCode(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	box := &box{Sandbox: sms.NewSandbox(db.Now)}
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
	box := &box{Sandbox: sms.NewSandbox(db.Now)}
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
	box := &box{Sandbox: sms.NewSandbox(db.Now)}
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

// TestACodeThatNeverLeftIsForgotten: whoever hears that it was not sent may ask again at once, and is not told that it was; where
// it may have gone out, the code works and the minute counts.
func TestACodeThatNeverLeftIsForgotten(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenAt(t, modelstest.NewClock())
	box := &box{Sandbox: sms.NewSandbox(db.Now)}
	codes := session.NewCodes(db, modelstest.Vault(t), box)
	const phone = "13600004444"
	for range 12 { // more than a phone gets in a day
		if err := box.SetFault(sms.Fault{Mode: sms.Down}); err != nil {
			t.Fatal(err)
		}
		if err := codes.Send(t.Context(), phone); !errors.Is(err, session.ErrTextFailed) || errors.Is(err, session.ErrTextUnsure) {
			t.Fatalf("nobody listens: %v", err)
		}
	}
	box.unsure = true
	if err := box.SetFault(sms.Fault{Mode: sms.Lost}); err != nil {
		t.Fatal(err)
	}
	if err := codes.Send(t.Context(), phone); !errors.Is(err, session.ErrTextUnsure) || errors.Is(err, session.ErrTextFailed) {
		t.Fatalf("the answer is lost: %v", err)
	}
	if err := codes.Send(t.Context(), phone); !errors.Is(err, session.ErrCodeSent) {
		t.Errorf("a second tap: %v", err)
	}
	got := box.Messages()
	if len(got) != 1 || got[0].Key == "" {
		t.Fatalf("%+v", got)
	}
	if _, err := codes.Check(t.Context(), phone, regexp.MustCompile(`\d{6}`).FindString(got[0].Text)); err != nil {
		t.Errorf("the code that arrived: %v", err)
	}
}

// TestEachCodeHasAKeyOfItsOwn, by which the provider can be asked about it.
func TestEachCodeHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenAt(t, modelstest.NewClock())
	box := &box{Sandbox: sms.NewSandbox(db.Now)}
	codes := session.NewCodes(db, modelstest.Vault(t), box)
	keys := map[string]bool{}
	for _, phone := range []string{"13600005551", "13600005552", "13600005553"} {
		if err := codes.Send(t.Context(), phone); err != nil {
			t.Fatal(err)
		}
		keys[box.Messages()[0].Key] = true
	}
	if len(keys) != 3 {
		t.Errorf("%v", keys)
	}
	if err := session.NewCodes(db, modelstest.Vault(t), nil).Send(t.Context(), "13600005554"); !errors.Is(err, session.ErrNoTexts) {
		t.Errorf("without short messages: %v", err)
	}
}
