package assembly_test

import (
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
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
	asks := func(who org.Actor, unit int) *assembly.Credential {
		t.Helper()
		in := w.paper(assembly.Agent, 90*day)
		in.UnitID, in.Words = w.Units[unit].ID, "建设单位营业执照、法定代表人授权书"
		a, err := w.s.AskCredential(ctx, who, in)
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
