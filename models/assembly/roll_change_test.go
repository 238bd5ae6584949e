package assembly_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// registered is the register wired to the meetings, as the program wires it.
func (w *world) registered() *org.Service {
	s := org.New(w.DB, w.Vault, nil, nil)
	s.OnHandOver(w.s.HandedOver)
	return s
}

func (w *world) seat(m *assembly.Meeting, no int) (x assembly.Seat) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error { return tx.Where("meeting_id = ? AND no = ?", m.ID, no).Take(&x).Error })
	return x
}

// buyer records that a unit was sold, and gives the buyer an account with the home.
func (w *world) buyer(unit int, paper string) org.Actor {
	w.t.Helper()
	u, a := w.Units[unit], w.Person()
	err := w.registered().RecordTransfer(w.t.Context(), w.community, org.Transfer{UnitID: u.ID, Cause: "sale", Source: "不动产权证0001号", Owners: []org.OwnerInput{{Name: "买房人", Paper: paper}}, ClientRef: w.once(), InputHash: "h"})
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(tx *store.Tx) error {
		var o org.Owner
		if err := tx.Where("owner_set_id = (SELECT owner_set_id FROM ownerships WHERE current_unit = ?)", u.ID).Take(&o).Error; err != nil {
			return err
		}
		a.Homes = []org.Home{{EstateID: u.EstateID, UnitID: u.ID, OwnerID: o.ID, Role: org.RoleOwner}}
		return tx.Model(&o).Update("person_id", a.PersonID).Error
	})
	return a
}

// TestSaleAfterTheFreeze: the frozen row stays; the buyer votes where the seller has not, and everybody can read what happened.
func TestSaleAfterTheFreeze(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("proxy.cap", "2")
	ctx := t.Context()
	m := w.open()
	before := w.seat(m, 1)
	p := w.authorised(m, 1, "", "PAPER-1")
	buyer := w.buyer(0, "BUYER-1")
	after := w.seat(m, 1)
	if after.HolderSetID == before.HolderSetID || after.OwnerSetID != before.OwnerSetID || after.Hash != before.Hash || after.AreaMilli != before.AreaMilli || after.Units != before.Units {
		t.Errorf("the row was %+v, is %+v", before, after)
	}
	c := w.ballot(m, 0, "yes")
	_, err := w.s.Cast(ctx, c)
	refused(t, "the seller after the sale", err, assembly.ErrNoSeat)
	c.Actor = buyer
	if _, err := w.s.Cast(ctx, c); err != nil {
		t.Errorf("the buyer: %v", err)
	}
	_, err = w.s.ReviewProxy(ctx, w.chair, m.ID, p.ID, false, "不再需要")
	refused(t, "what the seller authorised", err, assembly.ErrState)

	// Where the seller has voted, that ballot stands.
	w.cast(m, 1, "no")
	late := w.buyer(1, "BUYER-2")
	if x := w.seat(m, 2); x.HolderSetID != w.sets[1].ID {
		t.Errorf("the seat went to %d", x.HolderSetID)
	}
	c = w.ballot(m, 1, "yes")
	c.Actor = late
	_, err = w.s.Cast(ctx, c)
	refused(t, "the buyer after the seller's ballot", err, assembly.ErrNoSeat)
	// A form in the box is a ballot too.
	w.receive(m, w.issue(m, 3)[0].Number)
	w.buyer(2, "BUYER-3")
	if x := w.seat(m, 3); x.HolderSetID != w.sets[2].ID {
		t.Errorf("the seat whose form is in the box went to %d", x.HolderSetID)
	}

	notes, err := w.s.ListRollNotes(ctx, w.owners[3], m.ID, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, n := range notes {
		if n.Kind == "sale" {
			texts = append(texts, n.Text+" "+n.Answer)
		}
	}
	if len(texts) != 3 || !strings.Contains(texts[0], "由新业主投票") || !strings.Contains(texts[1], "原票有效") || !strings.Contains(texts[2], "原票有效") {
		t.Errorf("a neighbour reads %q", texts)
	}
	if all := strings.Join(texts, ""); strings.Contains(all, "买房人") || strings.Contains(all, "0001号") {
		t.Errorf("the notes name people: %s", all)
	}
}

// TestPartOfASeatSold: a frozen seat of several units stays one vote of who was frozen.
func TestPartOfASeatSold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.tx(func(tx *store.Tx) error { // units 0 and 1 belong to the first set
		return tx.Model(&org.Ownership{}).Where("unit_id = ?", w.Units[1].ID).Update("owner_set_id", w.sets[0].ID).Error
	})
	m := w.open()
	w.buyer(1, "BUYER-1")
	if x := w.seat(m, 1); x.HolderSetID != w.sets[0].ID {
		t.Errorf("the seat of two units went to %d", x.HolderSetID)
	}
	w.cast(m, 0, "yes")
}

// TestRollChangeByHand: an office writes down what happened, with the document; the same press writes it once.
func TestRollChangeByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx := t.Context()
	in := assembly.RollChange{SeatNo: 1, Kind: "correction", Text: "面积登记有误，已在登记簿更正", FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h"}
	draft := w.call()
	_, err := w.s.NoteRollChange(ctx, w.chair, draft.ID, in)
	refused(t, "before the freeze", err, assembly.ErrState)
	m := w.open()
	row, err := w.s.NoteRollChange(ctx, w.chair, m.ID, in)
	if err != nil || row.State != "noted" || !strings.Contains(row.Answer, "不变") {
		t.Fatalf("%+v %v", row, err)
	}
	if again, err := w.s.NoteRollChange(ctx, w.chair, m.ID, in); err != nil || again.ID != row.ID {
		t.Errorf("the same press again: %+v %v", again, err)
	}
	_, err = w.s.NoteRollChange(ctx, w.owners[0], m.ID, in)
	refused(t, "by an owner", err, org.ErrForbidden)
}
