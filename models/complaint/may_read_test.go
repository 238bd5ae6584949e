package complaint_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestAnOfficeHasStepped only by a step of its own, and only after the time that is asked about.
func TestAnOfficeHasStepped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner, officer := w.Resident(0, org.RoleOwner), w.Officer(w.Code("urban-enforcement"), org.Head)
	c := w.file(t, owner, w.draft(w.matterLedBy(t, "urban-enforcement")))
	filed := w.clock.Now()
	office := officer.Post.OrganisationID
	stepped := func(after time.Time, offices ...int64) (yes bool) {
		t.Helper()
		err := w.DB.View(t.Context(), func(tx *store.Tx) (err error) {
			yes, err = w.s.Stepped(tx, c.ID, offices, after)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return yes
	}
	w.clock.Advance(time.Minute)
	if stepped(filed, office) {
		t.Error("a complaint that was filed is no step of the office")
	}
	if _, err := w.s.Act(t.Context(), officer, c.ID, complaint.Accept, complaint.Input{}); err != nil {
		t.Fatal(err)
	}
	if !stepped(filed, w.Community.ID, office) || stepped(filed, w.Community.ID) || stepped(w.clock.Now(), office) {
		t.Errorf("the office that accepted: %v, another: %v, later: %v", stepped(filed, w.Community.ID, office), stepped(filed, w.Community.ID), stepped(w.clock.Now(), office))
	}
}
