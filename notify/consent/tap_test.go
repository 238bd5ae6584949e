package consent_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
)

// TestOneTapIsOneConsent: the phone and WeChat both tell of a tap, in either order, late, twice or not at all.
func TestOneTapIsOneConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		words string // r a report, p a push, R and P the last one again, a minute passes at "."
		want  int
	}{
		"report first":              {"rp", 1},
		"push first":                {"pr", 1},
		"no push":                   {"r", 1},
		"no report":                 {"p", 1},
		"everything twice":          {"rRpPRP", 1},
		"four minutes apart":        {"r....p", 1},
		"six minutes apart":         {"r......p", 2}, // two taps, for all that anybody can tell
		"two taps, one by one":      {"rppr", 2},
		"two taps, mixed":           {"rrpp", 2},
		"two taps, pushes first":    {"pprr", 2},
		"three taps, a report lost": {"pprpr", 3},
		"a push each, no reports":   {"ppp", 3},
	} {
		a := w.person()
		var report consent.Report
		var push consent.Event
		for _, word := range c.words {
			switch word {
			case 'r':
				report = w.report("accept", progress)
				w.tell(a, report)
			case 'p':
				push = w.popup(a, "accept", progress)
				w.push(push)
			case 'R':
				w.tell(a, report)
			case 'P':
				w.push(push)
			case '.':
				w.clock.Advance(time.Minute)
			}
		}
		if got := w.row(a, progress).Stock; got != c.want {
			t.Errorf("%s: %d consents, want %d", name, got, c.want)
		}
	}
}

// TestEachTemplateOfATapCountsAlone: three templates were shown, two allowed.
func TestEachTemplateOfATapCountsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	push := w.popup(a, "accept", progress, notice)
	push.Choices = append(push.Choices, consent.Choice{TemplateID: ids[residency].ID, Status: "reject"}, consent.Choice{TemplateID: "tpl-of-somebody", Status: "accept"}, consent.Choice{TemplateID: ids["staff_case"].ID, Status: "accept"}, push.Choices[0])
	again := push
	again.Choices = slices.Clone(push.Choices)
	slices.Reverse(again.Choices)
	w.push(push)
	w.push(push)
	w.push(again)
	report := w.report("acceptWithAlert", progress, notice)
	report.Results = append(report.Results, consent.Result{TemplateID: ids[residency].ID, Answer: "reject"})
	w.tell(a, report)
	w.stock(a, progress, 1)
	w.stock(a, notice, 1)
	w.stock(a, residency, 0)
	if r := w.row(a, residency); r.RefusedAt == nil || r.ClosedAt != nil {
		t.Errorf("a refusal in the dialog: %+v", r)
	}
	if r := w.row(a, "staff_case"); r.OpenID != "" {
		t.Error("a resident's account got a row for a template of the service account")
	}
}

// TestTheSamePushAtOnce comes in twenty requests, as to many processes.
func TestTheSamePushAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	push, report := w.popup(a, "accept", progress, notice), w.report("accept", progress)
	var wg sync.WaitGroup
	for n := range 20 {
		other := consent.New(w.db, ids, nil)
		wg.Go(func() {
			if err := other.Push(context.Background(), push); err != nil {
				t.Error(err)
			}
		})
		if n%4 == 0 {
			wg.Go(func() {
				if err := other.Report(context.Background(), a, report); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	w.stock(a, progress, 1)
	w.stock(a, notice, 1)
	if got := w.entries(a, progress); len(got) != 2 {
		t.Errorf("the ledger has %d lines for one tap that two sides told of", len(got))
	}
}

// TestSwitchedOffInSettings: what was earned is void, and no push revives it but an acceptance.
func TestSwitchedOffInSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	w.earn(a, 3, progress)
	off := w.popup(a, "reject", progress)
	off.Name = consent.Change
	w.push(off)
	if r := w.row(a, progress); r.Stock != 0 || r.ClosedAt == nil || r.ClosedWhy != consent.ByPerson {
		t.Errorf("switched off: %+v", r)
	}
	on := w.popup(a, "accept", progress)
	on.Name = consent.Change
	w.push(on)
	if r := w.row(a, progress); r.Stock != 0 || r.ClosedAt != nil {
		t.Errorf("switched on again, which gives no consent: %+v", r)
	}
	w.push(off) // WeChat repeats itself, late
	w.earn(a, 1, progress)
	w.push(off)
	w.stock(a, progress, 1)
	if r := w.row(a, progress); r.ClosedAt != nil {
		t.Error("a belated repeat closed what was opened since")
	}
}

// TestPushesThatAreNotOurs leave nothing behind.
func TestPushesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	w.earn(a, 1, progress)
	stranger := org.Actor{OpenID: "o-nobody"}
	w.push(w.popup(stranger, "accept", progress))
	scan := w.popup(a, "accept", progress)
	scan.Name = "SCAN"
	w.push(scan)
	w.push(w.popup(a, "maybe", progress))
	w.stock(a, progress, 1)
	if r := w.row(stranger, progress); r.OpenID != "" {
		t.Error("something is kept about an account that nobody here has")
	}
}

func TestHostileReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.person(), w.person()
	ctx := context.Background()
	many := w.report("accept")
	for range 1000 {
		many.Results = append(many.Results, consent.Result{TemplateID: ids[progress].ID, Answer: "accept"})
	}
	wide := w.report("accept", progress)
	wide.Settings = &consent.Settings{Always: make([]consent.Result, 1000)}
	mixed := w.report("accept", progress)
	mixed.Results = append(mixed.Results, consent.Result{TemplateID: "tpl-of-somebody", Answer: "accept"})
	named := w.report("accept", progress)
	named.ClientRef = strings.Repeat("r", 65)
	nameless := w.report("accept", progress)
	nameless.ClientRef = ""
	for name, c := range map[string]struct {
		r    consent.Report
		want *fault.Fault
	}{
		"a thousand": {many, fault.ErrInvalid}, "a thousand settings": {wide, fault.ErrInvalid}, "unknown template": {mixed, consent.ErrTemplate},
		"of the staff": {w.report("accept", "staff_case"), consent.ErrTemplate}, "no such answer": {w.report("ACCEPT", progress), fault.ErrInvalid},
		"twice in one": {w.report("accept", progress, progress), fault.ErrInvalid}, "long reference": {named, fault.ErrInvalid}, "no reference": {nameless, fault.ErrInvalid},
		"nothing": {consent.Report{ClientRef: "x"}, fault.ErrInvalid},
	} {
		if err := w.s.Report(ctx, a, c.r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.stock(a, progress, 0)
	if got := w.entries(a, progress); len(got) != 0 {
		t.Errorf("of refused reports the ledger has %v", got)
	}

	good := w.report("accept", progress)
	w.tell(a, good)
	if err := w.s.Report(ctx, a, w.withRef(w.report("reject", progress), good.ClientRef)); !errors.Is(err, consent.ErrRefUsed) {
		t.Errorf("the same reference for another answer: %v", err)
	}
	if err := w.s.Report(ctx, a, w.withRef(w.report("accept", progress, notice), good.ClientRef)); !errors.Is(err, consent.ErrRefUsed) {
		t.Errorf("the same reference for more: %v", err)
	}
	w.tell(b, good) // another's reference is their own
	w.stock(a, progress, 1)
	w.stock(b, progress, 1)

	for name, who := range map[string]org.Actor{"nobody": {}, "no account": {PersonID: a.PersonID, Surface: "miniapp"}} {
		want := map[string]error{"nobody": org.ErrSignIn, "no account": consent.ErrNoAccount}[name]
		_, askErr := w.s.Ask(ctx, who, consent.InboxOpened)
		_, listErr := w.s.List(ctx, who)
		for _, err := range []error{w.s.Report(ctx, who, good), askErr, listErr} {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func (w *world) withRef(r consent.Report, ref string) consent.Report {
	r.ClientRef = ref
	return r
}

// TestAPhoneCannotClaimWithoutEnd: what nobody but the phone tells of is bounded, and WeChat's answer corrects it.
func TestAPhoneCannotClaimWithoutEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	for range 120 {
		w.tell(a, w.report("accept", progress))
	}
	w.stock(a, progress, 100)
	w.refuse(progress, a)
	w.stock(a, progress, 0)
}

// TestWhatBecameOfMessages: arrivals are told to whoever keeps the deliveries; failures give nothing back.
func TestWhatBecameOfMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	w.earn(a, 2, progress)
	type word struct {
		id   string
		ok   bool
		code int
	}
	var told []word
	w.s.OnConfirmed(func(tx *store.Tx, id string, ok bool, code int) error {
		told = append(told, word{id, ok, code})
		return nil
	})
	sent := func(choices ...consent.Choice) consent.Event {
		w.refs++
		for i := range choices {
			choices[i].TemplateID = ids[progress].ID
		}
		return consent.Event{Name: consent.Sent, OpenID: a.OpenID, At: w.clock.Now().Add(time.Duration(w.refs) * time.Second), Choices: choices}
	}
	w.push(sent(consent.Choice{MsgID: "1", Code: "0", Explanation: "success"}))
	w.push(sent(consent.Choice{MsgID: "2", Code: "9", Explanation: "system failed"}, consent.Choice{MsgID: "3", Code: "0"}))
	w.push(sent(consent.Choice{MsgID: "4", Code: "failed"}))
	w.stock(a, progress, 2)
	refused := sent(consent.Choice{MsgID: "5", Code: "43101", Explanation: "user refuse to accept the msg"})
	w.push(refused)
	if r := w.row(a, progress); r.Stock != 0 || r.ClosedWhy != consent.ByRefusal {
		t.Errorf("after a refusal: %+v", r)
	}
	w.earn(a, 1, progress)
	w.push(refused)
	w.stock(a, progress, 1)
	want := []word{{"1", true, 0}, {"2", false, 9}, {"3", true, 0}, {"4", false, -1}, {"5", false, 43101}}
	if !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	// Whoever keeps the deliveries fails: nothing is remembered, so that WeChat's repeat is taken.
	broken := errors.New("broken")
	w.s.OnConfirmed(func(*store.Tx, string, bool, int) error { return broken })
	late := sent(consent.Choice{MsgID: "6", Code: "43101"})
	if err := w.s.Push(context.Background(), late); !errors.Is(err, broken) {
		t.Errorf("a failure is hidden: %v", err)
	}
	w.stock(a, progress, 1)
	w.s.OnConfirmed(func(*store.Tx, string, bool, int) error { return nil })
	w.push(late)
	w.stock(a, progress, 0)
}

// TestPushesAreForgottenAfterADay, those that may come again are not.
func TestPushesAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	old := w.popup(a, "accept", progress)
	w.push(old)
	w.clock.Advance(23 * time.Hour)
	fresh := w.popup(a, "accept", progress)
	w.push(fresh)
	w.clock.Advance(2 * time.Hour)
	if n, err := w.s.Purge(context.Background()); err != nil || n != 1 {
		t.Errorf("%d forgotten, %v", n, err)
	}
	for e, want := range map[*consent.Event]bool{&old: false, &fresh: true} {
		if seen, err := w.s.Seen(context.Background(), *e); err != nil || seen != want {
			t.Errorf("seen %v, %v; want %v", seen, err, want)
		}
	}
	follow := consent.Event{Name: "subscribe", OpenID: "oService", At: w.clock.Now()}
	for range 2 {
		w.must(w.s.Remember(context.Background(), follow))
	}
	if seen, err := w.s.Seen(context.Background(), follow); err != nil || !seen {
		t.Errorf("a follow that was acted on: %v, %v", seen, err)
	}
}
