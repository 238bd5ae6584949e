package assembly_test

import (
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestTheDeveloperVotesByItsRepresentative: what is unsold or not handed over is one head, and whom the developer authorised casts for it by phone
// once an officer has accepted the papers; the buyer of a home that is not handed over has no vote for it yet.
func TestTheDeveloperVotesByItsRepresentative(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	ctx := t.Context()
	set := org.OwnerSet{EstateID: w.Estate.ID, Kind: "developer"}
	w.tx(func(tx *store.Tx) error {
		set.CreatedAt = tx.Now
		if err := tx.Create(&set).Error; err != nil {
			return err
		}
		for _, i := range []int{4} { // unsold
			if err := tx.Model(&org.Ownership{}).Where("unit_id = ?", w.Units[i].ID).Update("owner_set_id", set.ID).Error; err != nil {
				return err
			}
			if err := tx.Model(&org.Unit{}).Where("id = ?", w.Units[i].ID).Updates(map[string]any{"sold": false, "delivered": false}).Error; err != nil {
				return err
			}
		}
		return tx.Model(&org.Unit{}).Where("id = ?", w.Units[5].ID).Update("delivered", false).Error // sold, not handed over
	})
	m := w.open()
	agent, second := w.Person(), w.Person()
	paper := func(kind assembly.CredentialKind, unit int) assembly.NewCredential {
		in := w.paper(kind, 90*day)
		in.UnitID, in.Words = w.Units[unit].ID, "营业执照、法定代表人授权书"
		return in
	}
	asks := func(who org.Actor, unit int) *assembly.Credential {
		t.Helper()
		a, err := w.s.AskCredential(ctx, who, paper(assembly.ForDeveloper, unit))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	votes := func(who org.Actor, choice string) error {
		c := w.ballot(m, 4, choice)
		c.Actor = who
		_, err := w.s.Cast(ctx, c)
		return err
	}
	a := asks(agent, 4)
	if v, err := w.s.FindCredential(ctx, w.community, a.ID); err != nil || v.Kind != assembly.ForDeveloper {
		t.Errorf("the desk reads %+v, %v: it must see that the paper is for the developer's whole seat", v, err)
	}
	refused(t, "before an officer has looked at it", votes(agent, tally.Yes), assembly.ErrNoSeat)
	if _, err := w.s.ReviewCredential(ctx, w.community, a.ID, true, "核对了营业执照和授权书"); err != nil {
		t.Fatal(err)
	}
	if err := votes(agent, tally.Yes); err != nil {
		t.Fatal(err)
	}
	if b := asks(second, 5); b.OwnerSetID != set.ID {
		t.Errorf("by a home that is not handed over it acts for the set %d, want the developer's %d", b.OwnerSetID, set.ID)
	}
	for _, no := range []assembly.NewCredential{paper(assembly.Agent, 5), paper(assembly.Agent, 4), paper(assembly.ForDeveloper, 0)} {
		if _, err := w.s.AskCredential(ctx, w.Person(), no); err == nil || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s for unit %d: %v; a company that bought one home must not get the developer's seat", no.Kind, no.UnitID, err)
		}
	}
	refused(t, "another without accepted papers", votes(second, tally.No), assembly.ErrNoSeat)
	refused(t, "the buyer of a home that is not handed over", votes(w.owners[5], tally.No), assembly.ErrNoSeat)
	for i := range 3 {
		w.cast(m, i, tally.Yes)
	}
	w.closed(m)
	w.provisional(m)
	got := w.view(m).Result.Tally.Motions[0].Result
	area := w.Units[4].AreaMilli + w.Units[5].AreaMilli
	for i := range 3 {
		area += w.Units[i].AreaMilli
	}
	if got.Scope.Heads != 5 || got.Returned.Heads != 4 || got.Returned.Area != area {
		t.Errorf("counted %+v, the developer's head with the area of both homes makes %s", got, area)
	}
	w.verify(m)
}
