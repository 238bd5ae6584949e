package campaign_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
)

// details are the entries of the trail with a verb.
func (w *world) details(verb string) (list []string) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&audit.Entry{}).Where("verb = ?", verb).Order("id").Pluck("detail", &list).Error
	})
	return list
}

// TestVisitsStandBesideEachOther: a later record counts and leaves those before with their photos, an earlier one entered late does not
// count, and proof is not knocked away.
func TestVisitsStandBesideEachOther(t *testing.T) {
	w := newWorld(t)
	set := w.own([]owner{{}}, 0)
	c := w.launch(proven)
	w.clock.Advance(72 * time.Hour)
	ctx, now := t.Context(), w.clock.Now()
	reach := w.seat(c, set).ID
	visit := func(result campaign.Result, at *time.Time, file int64, note string) error {
		_, err := w.svc.RecordVisit(ctx, w.member, reach, campaign.Visited{Result: result, At: at, FileID: file, Note: note, ClientRef: fmt.Sprint(result, file, note), InputHash: "h"})
		return err
	}
	early, before, later := now.Add(-48*time.Hour), now.Add(-96*time.Hour), now.Add(time.Hour)
	for name, err := range map[string]error{"before the campaign": visit(campaign.NotHome, &before, 0, "a"), "in the future": visit(campaign.NotHome, &later, 0, "b"), "left without a photo": visit(campaign.Left, nil, 0, "c"),
		"phoned without words": visit(campaign.Phoned, nil, 0, ""), "words without end": visit(campaign.NotHome, nil, 0, strings.Repeat("长", 201))} {
		if !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := visit(campaign.Returned, nil, 3, ""); !errors.Is(err, campaign.ErrNotPrinted) {
		t.Errorf("the slip of a letter that nobody printed: %v", err)
	}
	if err := visit(campaign.Left, nil, 4, ""); err != nil {
		t.Fatal(err)
	}
	if err := visit(campaign.NotHome, &early, 0, "前天"); err != nil {
		t.Fatal(err)
	}
	r := w.seat(c, set)
	if r.VisitResult != campaign.Left || !r.VisitedAt.Equal(now) || r.FileID != 4 || r.State != campaign.Posted || len(r.Calls) != 2 || !r.Calls[1].At.Equal(early) || !r.Calls[1].RecordedAt.Equal(now) {
		t.Errorf("after two visits: %+v", r)
	}
	if err := visit(campaign.Phoned, nil, 0, "打登记的电话，说知道了"); err != nil {
		t.Fatal(err)
	}
	if r := w.seat(c, set); r.ConfirmedHow != campaign.ByCall || r.ConfirmedHow.Proves() || r.VisitResult != campaign.Left {
		t.Errorf("after the call: %+v", r.Reach)
	}
	w.printed(c, reach)
	if err := visit(campaign.Returned, nil, 5, ""); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	if err := visit(campaign.NotHome, nil, 0, "又去一次"); err != nil {
		t.Fatal(err)
	}
	r = w.seat(c, set)
	if r.ConfirmedHow != campaign.ByReceipt || !r.ConfirmedHow.Proves() || r.VisitResult != campaign.NotHome || r.FileID != 5 || len(r.Calls) != 5 || r.State != campaign.Confirmed {
		t.Errorf("after all: %+v", r)
	}
	trail := w.details("campaign.visit")
	if len(trail) != 5 || !strings.Contains(trail[0], fmt.Sprintf("%064d", 4)) || !strings.Contains(trail[3], fmt.Sprintf("%064d", 5)) {
		t.Errorf("the trail: %v", trail)
	}
	for i := range 60 {
		err := visit(campaign.NotHome, nil, 0, fmt.Sprint("第", i))
		if bounded := errors.Is(err, campaign.ErrTooManyVisits); bounded != (i >= 45) {
			t.Fatalf("visit %d: %v", i+6, err)
		}
	}
}

// TestDoubleTapsAreOne: printing, posting, sealing and resending at the same moment, or again later, are done once and answer alike; the
// same reference for something else is refused.
func TestDoubleTapsAreOne(t *testing.T) {
	w := newWorld(t)
	people := w.crowd(4)
	w.mini.fail = func(to string) error {
		if to == w.openID(people[0]) {
			return nil
		}
		return &notify.Failure{Code: 43101, Refused: true}
	}
	c := w.launch(onlyWeChat)
	w.drain()
	w.tick()
	ctx := t.Context()
	var reaches []int64
	for _, r := range w.rows(c, campaign.AllSeats) {
		reaches = append(reaches, r.ID)
	}
	for name, do := range map[string]func(campaign.Once) (any, error){
		"print": func(o campaign.Once) (any, error) {
			p, err := w.svc.MarkPrinted(ctx, w.chair, c.ID, reaches[:2], o)
			return fmt.Sprint(p), err
		},
		"post": func(o campaign.Once) (any, error) {
			return w.svc.Post(ctx, w.chair, c.ID, campaign.Hung{FileID: 9, Place: "东门"}, o)
		},
		"resend": func(o campaign.Once) (any, error) {
			r, err := w.svc.Resend(ctx, w.chair, c.ID, o)
			return fmt.Sprint(r), err
		},
	} {
		once := w.once()
		answers := make([]any, 6)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				var err error
				if answers[i], err = do(once); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		wg.Wait()
		last, err := do(once)
		if err != nil {
			t.Errorf("%s again: %v", name, err)
		}
		for _, a := range answers {
			if a != last {
				t.Errorf("%s answers %v and %v", name, a, last)
			}
		}
		once.InputHash = "other"
		if _, err := do(once); !errors.Is(err, campaign.ErrRefReused) {
			t.Errorf("%s with other words: %v", name, err)
		}
		if _, err := do(campaign.Once{}); !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%s without a reference: %v", name, err)
		}
	}
	once := w.once()
	one, err := w.svc.Seal(ctx, w.chair, c.ID, once)
	if err != nil {
		t.Fatal(err)
	}
	two, err := w.svc.Seal(ctx, w.chair, c.ID, once)
	if err != nil || two.ID != one.ID || two.Hash != one.Hash {
		t.Errorf("sealed twice: %+v, %+v, %v", one, two, err)
	}
	for verb, want := range map[string]int{"campaign.printed": 1, "campaign.posted": 1, "campaign.resent": 1, "campaign.record": 1} {
		if got := w.details(verb); len(got) != want {
			t.Errorf("%s is in the trail %d times: %v", verb, len(got), got)
		}
	}
	for _, r := range w.rows(c, campaign.AllSeats)[:2] {
		if r.Prints != 1 {
			t.Errorf("printed %d times", r.Prints)
		}
	}
	if got := w.details("campaign.printed")[0]; !strings.Contains(got, fmt.Sprint(reaches[0])) || !strings.Contains(got, fmt.Sprint(reaches[1])) {
		t.Errorf("the trail does not name the seats: %s", got)
	}
	// A record whose writer died is written anew, and not while somebody may still write it.
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&campaign.Record{}).Where("id = ?", one.ID).Update("hash", "").Error
	})
	if _, err := w.svc.Seal(ctx, w.chair, c.ID, once); !errors.Is(err, campaign.ErrSealing) {
		t.Errorf("sealed beside another: %v", err)
	}
	w.clock.Advance(6 * time.Minute)
	if again, err := w.svc.Seal(ctx, w.chair, c.ID, once); err != nil || again.ID != one.ID || again.Seats != one.Seats || again.Hash == "" {
		t.Errorf("sealed after another died: %+v, %v", again, err)
	}
	if x, err := w.svc.FindRecord(ctx, w.chair, c.ID, 0, true); err != nil || !x.Whole {
		t.Errorf("the record is not whole: %+v, %v", x, err)
	}
}

// TestAResendSaysWhoIsLeftOut: how many by which channel, and the others with the reason.
func TestAResendSaysWhoIsLeftOut(t *testing.T) {
	w := newWorld(t)
	w.build(5)
	got, refused, opened := w.Person(), w.Person(), w.Person()
	w.own([]owner{{person: got}}, 0)
	w.own([]owner{{person: refused}}, 1)
	w.own([]owner{{person: opened}}, 2)
	w.own([]owner{{}}, 3)
	w.mini.fail = func(to string) error {
		if to == w.openID(got) {
			return nil
		}
		return &notify.Failure{Code: 43101, Refused: true}
	}
	c := w.launch(onlyWeChat)
	w.drain()
	w.read(opened)
	w.tick()
	r, err := w.svc.Resend(t.Context(), w.chair, c.ID, w.once())
	if err != nil || r.Seats != 1 || r.Run != 2 || r.Channels[plan.Mini] != 1 || r.LeftOut["confirmed"] != 1 || r.LeftOut["arrived"] != 1 || r.LeftOut["paper"]+r.LeftOut["nobody"] != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	for why := range r.LeftOut {
		if campaign.LeftNames[why] == "" {
			t.Errorf("%s has no words", why)
		}
	}
}

// TestWhatProvesNothingShutsNobodyOut: who has scanned a letter is not reminded of it, unless service has to be proven, which a scan
// does not do.
func TestWhatProvesNothingShutsNobodyOut(t *testing.T) {
	for name, needs := range map[string]bool{"needs proof": true, "needs none": false} {
		t.Run(name, func(t *testing.T) { scanned(t, needs) })
	}
}

func scanned(t *testing.T, needs bool) {
	w := newWorld(t)
	a, b := w.Person(), w.Person()
	one := w.own([]owner{{person: a}}, 0)
	w.own([]owner{{person: b}}, 1)
	end := w.clock.Now().AddDate(0, 0, 20)
	c := w.launch(onlyWeChat, func(x *campaign.Words) { x.NeedsProof, x.RemindEvery, x.EndsAt = needs, 2, &end })
	w.drain()
	for _, p := range w.letters(c, campaign.AllSeats) {
		if p.OwnerSetID == one.ID {
			w.printed(c, p.ID)
			if err := w.svc.ConfirmSlip(t.Context(), p.Token); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.clock.Advance(49 * time.Hour)
	w.tick()
	w.drain()
	want := map[bool]int{true: 2, false: 1}[needs]
	if w.mini.to(w.openID(a)) != want || w.mini.to(w.openID(b)) != 2 {
		t.Errorf("reminded: %v", w.mini.got)
	}
	if got := w.details("campaign.letters"); len(got) == 0 || !strings.Contains(got[0], "reaches") {
		t.Errorf("who looked at the letters is not in the trail: %v", got)
	}
}

// TestAnotherRate: what waits goes out at the new rate from now on, while it runs and while it is paused, and the trail says who
// changed it.
func TestAnotherRate(t *testing.T) {
	w := newWorld(t)
	w.crowd(6)
	ctx := t.Context()
	c := w.launch(onlyWeChat, func(x *campaign.Words) { x.PerMinute = 1 })
	if err := w.d.Expand(ctx, w.message(c)); err != nil {
		t.Fatal(err)
	}
	last := func() time.Duration {
		var d notify.Delivery
		w.tx(func(tx *store.Tx) error {
			return tx.Where("state <> ?", notify.Sent).Order("due_at DESC").Take(&d).Error
		})
		return d.DueAt.Sub(w.clock.Now())
	}
	if last() != 5*time.Minute {
		t.Fatalf("at one a minute the last of six goes after %s", last())
	}
	if _, err := w.svc.SetRate(ctx, w.manager, c.ID, 2); !errors.Is(err, campaign.ErrNotFound) {
		t.Errorf("the company changes the committee's rate: %v", err)
	}
	if _, err := w.svc.SetRate(ctx, w.chair, c.ID, -1); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("a rate below nothing: %v", err)
	}
	if _, err := w.svc.SetRate(ctx, w.clerk, c.ID, 6); err != nil {
		t.Fatal(err)
	}
	if last() != 50*time.Second {
		t.Errorf("at six a minute the last of six goes after %s", last())
	}
	if _, err := w.svc.Pause(ctx, w.chair, c.ID, "等一下"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.SetRate(ctx, w.chair, c.ID, 0); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if w.mini.total() != 0 {
		t.Errorf("%d went out of a paused campaign", w.mini.total())
	}
	if _, err := w.svc.Resume(ctx, w.chair, c.ID); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if w.mini.total() != 6 {
		t.Errorf("without a rate %d of six went out at once", w.mini.total())
	}
	if got := w.details("campaign.paced"); len(got) != 2 || !strings.Contains(got[0], `"from":1`) || !strings.Contains(got[1], `"to":0`) {
		t.Errorf("the trail: %v", got)
	}
	w.tick()
	if _, err := w.svc.SetRate(ctx, w.chair, c.ID, 5); !errors.Is(err, campaign.ErrMove) {
		t.Errorf("a rate of what is done: %v", err)
	}
}
