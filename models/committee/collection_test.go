package committee_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// debts are what units owe, by unit.
type debts struct {
	owing  map[int64]string
	mayAsk org.Action
}

func (d *debts) Owing(_ *store.Tx, by *org.Actor, _, _ int64, _ committee.DebtKind, units []int64) (map[int64]string, error) {
	if by != nil && by.Must(d.mayAsk) != nil {
		return nil, org.ErrForbidden
	}
	owing := map[int64]string{}
	for _, u := range units {
		if d.owing[u] != "" {
			owing[u] = d.owing[u]
		}
	}
	return owing, nil
}

// handed is a world whose committee sits and whose first two units owe.
func handed(t *testing.T) (*world, *debts) {
	w := newWorld(t)
	if _, err := w.Seat(t.Context(), w.township, w.seating(w.people, "2026-03-02")); err != nil {
		t.Fatal(err)
	}
	d := &debts{owing: map[int64]string{w.Units[0].ID: "reminder", w.Units[1].ID: "demand"}, mayAsk: org.RunFees}
	w.Service.WithDebts(d)
	return w, d
}

func (w *world) give(units ...int64) (int64, error) {
	return w.GiveCollections(w.t.Context(), w.company, w.Estate.ID, committee.DebtFee, units, org.DayOf(w.clock.Now()).AddDate(0, 0, 10))
}

func (w *world) tasks(who org.Actor) []committee.CollectionView {
	w.t.Helper()
	list, err := w.ListCollections(w.t.Context(), who, w.Estate.ID, "", 0, 20)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// TestTheCommitteeSpeaksWithUnits: given once, taken by one member, recorded by the same; the home and the company read it.
func TestTheCommitteeSpeaksWithUnits(t *testing.T) {
	w, _ := handed(t)
	all := []int64{w.Units[0].ID, w.Units[1].ID, w.Units[2].ID}
	if n, err := w.give(all...); err != nil || n != 2 {
		t.Fatalf("%d given, %v", n, err)
	}
	if _, err := w.give(all...); !errors.Is(err, committee.ErrState) {
		t.Errorf("given twice: %v", err)
	}
	var told int64
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("kind = 'fee.committee_asked'").Count(&told).Error
	})
	if err != nil || told != 1 { // the second unit has nobody with an account
		t.Errorf("%d homes told, %v", told, err)
	}
	id := w.tasks(w.people[1])[1].ID
	var ok atomic.Int64
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := w.TakeCollection(t.Context(), w.people[i%5], id); err == nil {
				ok.Add(1)
			}
		})
	}
	wg.Wait()
	if ok.Load() != 1 {
		t.Fatalf("%d took it", ok.Load())
	}
	done := 0
	for _, p := range w.people {
		if _, err := w.RecordCollection(t.Context(), p, id, "agreed", "商定月底前交"); err == nil {
			done++
		}
	}
	if done != 1 {
		t.Errorf("%d members recorded it", done)
	}
	mine, err := w.ListMyCollections(t.Context(), w.owner, w.Units[0].ID)
	if err != nil || len(mine) != 1 || mine[0].How != "agreed" || mine[0].Text == "" {
		t.Errorf("%+v, %v", mine, err)
	}
	given, err := w.ListGivenCollections(t.Context(), w.company, w.Estate.ID, 0, 10)
	if err != nil || len(given) != 2 || given[1].State != "done" {
		t.Errorf("%+v, %v", given, err)
	}
	for _, stranger := range []org.Actor{w.community, w.township, w.owner, w.company} {
		if _, err := w.ListCollections(t.Context(), stranger, w.Estate.ID, "", 0, 10); !errors.Is(err, org.ErrForbidden) {
			t.Errorf("a stranger lists: %v", err)
		}
	}
	if _, err := w.ListMyCollections(t.Context(), w.Resident(1, org.RoleOwner), w.Units[0].ID); !errors.Is(err, committee.ErrNotFound) {
		t.Errorf("a neighbour reads: %v", err)
	}
	if _, err := w.GiveCollections(t.Context(), w.people[0], w.Estate.ID, committee.DebtFee, all, org.DayOf(w.clock.Now()).AddDate(0, 0, 10)); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a member gives: %v", err)
	}
}

// TestWhoHasPaidIsNotSpokenWith: a task whose unit paid, is paused or was sold shows no unit, cannot be taken, and one that nobody did in
// time is over.
func TestWhoHasPaidIsNotSpokenWith(t *testing.T) {
	w, d := handed(t)
	if _, err := w.give(w.Units[0].ID, w.Units[1].ID); err != nil {
		t.Fatal(err)
	}
	delete(d.owing, w.Units[0].ID)
	list := w.tasks(w.people[1])
	if list[1].Unit != "" || list[1].UnitID != 0 || list[0].Unit == "" {
		t.Errorf("%+v", list)
	}
	if _, err := w.TakeCollection(t.Context(), w.people[1], list[1].ID); !errors.Is(err, committee.ErrState) {
		t.Errorf("taken: %v", err)
	}
	if list = w.tasks(w.people[1]); list[1].State != "void" {
		t.Errorf("%+v", list[1])
	}
	in := org.Transfer{UnitID: w.Units[1].ID, Cause: "sale", Source: "不动产权证第9号", Owners: []org.OwnerInput{{Name: "买家"}}, ClientRef: "sale", InputHash: "h"}
	if err := w.org.RecordTransfer(t.Context(), w.community, in); err != nil {
		t.Fatal(err)
	}
	if list = w.tasks(w.people[1]); list[0].Unit != "" {
		t.Errorf("a buyer is spoken with: %+v", list[0])
	}
	if mine, err := w.ListMyCollections(t.Context(), w.Resident(1, org.RoleOwner), w.Units[1].ID); err != nil || len(mine) != 0 {
		t.Errorf("the buyer reads %+v, %v", mine, err)
	}
	w.clock.Advance(11 * 24 * time.Hour)
	if _, err := w.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list = w.tasks(w.people[1]); list[0].State != "expired" || list[0].Live != nil {
		t.Errorf("%+v", list[0])
	}
}
