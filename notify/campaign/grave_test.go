package campaign_test

import (
	"errors"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
)

// TestACompanyDoesNotRingAtNight by its own word alone, and does not call owners to a meeting.
func TestACompanyDoesNotRingAtNight(t *testing.T) {
	w := newWorld(t)
	w.own([]owner{{person: w.Person()}}, 0)
	writer, head := w.Officer(w.Company, org.Clerk), w.manager
	if _, err := w.svc.Write(t.Context(), writer, w.words(func(x *campaign.Words) { x.Kind = "assembly" })); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("a company writes of an assembly: %v", err)
	}
	for _, kind := range []campaign.Kind{campaign.Safety, "notice"} {
		c, err := w.svc.Write(t.Context(), writer, w.words(func(x *campaign.Words) { x.Kind = kind }))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.svc.Submit(t.Context(), writer, c.ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.svc.Approve(t.Context(), head, c.ID, c.Version)
		if kind == campaign.Safety && !errors.Is(err, campaign.ErrNotYours) {
			t.Errorf("its own head lets it ring at night: %v", err)
		}
		if kind != campaign.Safety && err != nil {
			t.Errorf("its own head lets a notice go: %v", err)
		}
	}
}

// TestNothingGoesOutAfterItsEnd: what is still waiting for its turn when a vote closes is not told afterwards; what has to be served
// is.
func TestNothingGoesOutAfterItsEnd(t *testing.T) {
	for _, proof := range []bool{false, true} {
		w := newWorld(t)
		w.crowd(3)
		end := w.clock.Now().Add(90 * time.Second)
		c := w.launch(onlyWeChat, func(x *campaign.Words) { x.EndsAt, x.PerMinute, x.NeedsProof = &end, 1, proof })
		w.drain()
		w.clock.Advance(2 * time.Minute)
		w.tick()
		w.clock.Advance(10 * time.Minute)
		w.drain()
		by := w.states()
		if want := map[bool]int{false: 2, true: 3}[proof]; by[notify.Sent] > want || by[notify.Sent]+by[notify.Cancelled] != 3 || proof && by[notify.Cancelled] != 0 {
			t.Errorf("proof %v: %v of campaign %s", proof, by, w.again(c).State)
		}
	}
}

// TestASecondTapFindsTheFirst: whoever presses twice reads what they have done, once; another person, or the same one later, is told
// how it stands.
func TestASecondTapFindsTheFirst(t *testing.T) {
	w := newWorld(t)
	w.crowd(2)
	c := w.write()
	ctx := t.Context()
	for _, tap := range []struct {
		who  org.Actor
		want campaign.State
		do   func(org.Actor) (*campaign.Campaign, error)
	}{
		{w.member, campaign.Submitted, func(a org.Actor) (*campaign.Campaign, error) { return w.svc.Submit(ctx, a, c.ID) }},
		{w.chair, campaign.Approved, func(a org.Actor) (*campaign.Campaign, error) { return w.svc.Approve(ctx, a, c.ID, c.Version) }},
		{w.chair, campaign.Cancelled, func(a org.Actor) (*campaign.Campaign, error) { return w.svc.Cancel(ctx, a, c.ID, "不发了") }},
	} {
		for range 2 {
			got, err := tap.do(tap.who)
			if err != nil || got.State != tap.want {
				t.Fatalf("%s: %+v, %v", tap.want, got, err)
			}
		}
		w.clock.Advance(2 * time.Minute)
		if _, err := tap.do(tap.who); !errors.Is(err, campaign.ErrMove) {
			t.Errorf("%s once more, later: %v", tap.want, err)
		}
	}
	if n := len(w.details("campaign.submit")) + len(w.details("campaign.approve")) + len(w.details("campaign.cancel")); n != 3 {
		t.Errorf("%d actions stand in the trail, want 3", n)
	}
}
