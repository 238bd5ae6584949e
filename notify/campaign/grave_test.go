package campaign_test

import (
	"errors"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
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
