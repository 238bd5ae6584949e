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

// TestWhoReadsACase as other packages ask: whoever has a receipt in it, also by the id of the case that it was merged into or from, and the posts that
// see it. Not the rest of their home, and not the company that it is about.
func TestWhoReadsACase(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	owner, family, neighbour := w.owner, w.Resident(0, org.RoleFamily), w.neighbour
	market := w.Officer(w.Code("market-regulation"), org.Head)
	about := w.draft("company-fee")
	about.About = "company"
	of := func(who org.Actor, ref string) *complaint.Case {
		d := about
		d.ClientRef, d.InputHash, d.UnitID = ref, ref, 0
		return w.file(t, who, d)
	}
	mine, theirs := of(owner, "mine"), of(neighbour, "theirs")
	reads := func(who org.Actor) (mineToo, theirsToo bool) {
		t.Helper()
		err := w.DB.View(t.Context(), func(tx *store.Tx) error {
			may, err := complaint.Readable(tx, who, []int64{mine.ID, theirs.ID, 999_999})
			mineToo, theirsToo = may[mine.ID], may[theirs.ID]
			if may[999_999] {
				t.Error("a case that does not exist is read")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return mineToo, theirsToo
	}
	wants := func(name string, who org.Actor, a, b bool) {
		t.Helper()
		if x, y := reads(who); x != a || y != b {
			t.Errorf("%s reads %v and %v", name, x, y)
		}
	}
	wants("whoever filed it", owner, true, false)
	wants("the neighbour", neighbour, false, true)
	wants("the family", family, false, false)
	wants("the community", w.community, true, true)
	wants("who leads it", market, true, true)
	wants("the company", w.Officer(w.Company, org.Head), false, false)
	for _, c := range []*complaint.Case{mine, theirs} {
		w.ok(t, market, c.ID, complaint.Accept, complaint.Input{})
	}
	w.ok(t, market, mine.ID, complaint.Merge, complaint.Input{Into: theirs.Number, Text: "同一件事"})
	wants("whoever filed what was merged", owner, true, true)
	wants("the other", neighbour, false, true)
}
