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
