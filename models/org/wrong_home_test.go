package org_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestAStrangerWhomATypingErrorMadeOwner: the roster named a stranger's phone. The corrected roster puts the account
// before a person, whose answer ends every home that came of it and frees the owner for the right account.
func TestAStrangerWhomATypingErrorMadeOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(t, line("101", "88.5", "王五", paper(1), phoneA, ""))
	stranger, r := w.owner(t, phoneA)
	if r.Homes != 1 {
		t.Fatalf("%+v", r)
	}
	w.apply(t, line("101", "88.5", "王五", paper(1), phoneB, ""))
	open := w.reviews(t)["9幢1单元101"]
	if open.Set.PhoneReview != org.PhoneChanged {
		t.Fatalf("nobody is asked about the account: %+v", open)
	}
	if err := w.answer(open.Set.ID, org.ReviewAnswer{Finding: "account_wrong", OwnerID: open.Owners[0].ID})(t); err != nil {
		t.Fatal(err)
	}
	if n := len(w.homes(t, stranger)); n != 0 {
		t.Errorf("the stranger keeps %d homes", n)
	}
	if _, r := w.owner(t, phoneB); r.Homes != 1 {
		t.Errorf("the owner is not recognised: %+v", r)
	}
	if len(w.reviews(t)) != 0 {
		t.Error("the question is still open")
	}
}

func TestAnOwnerWithANewNumberKeepsTheHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(t, line("101", "88.5", "王五", paper(1), phoneA, ""))
	owner, _ := w.owner(t, phoneA)
	w.apply(t, line("101", "88.5", "王五", paper(1), phoneB, ""))
	open := w.reviews(t)["9幢1单元101"]
	if err := w.answer(open.Set.ID, org.ReviewAnswer{Finding: "account_belongs"})(t); err != nil {
		t.Fatal(err)
	}
	if err := w.answer(open.Set.ID, org.ReviewAnswer{Finding: "account_belongs"})(t); !errors.Is(err, org.ErrDecided) {
		t.Errorf("answered twice: %v", err)
	}
	if len(w.homes(t, owner)) != 1 || len(w.reviews(t)) != 0 {
		t.Errorf("%d homes, %d reviews", len(w.homes(t, owner)), len(w.reviews(t)))
	}
}

// TestAnOfficeEndsAWrongHome: the stranger, and whom the stranger invited, are out at once, and the phone does not
// bring them back.
func TestAnOfficeEndsAWrongHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(t, line("101", "88.5", "王五", paper(1), phoneA, "")+line("102", "70", "王五", paper(1), phoneA, ""))
	stranger, _ := w.owner(t, phoneA)
	unit := w.unit(t, "101").ID
	guest := w.invited(t, stranger, unit)
	list, err := w.s.ListResidences(t.Context(), w.clerk, unit)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	foreign := modelstest.NewTown(t, w.DB, w.Vault)
	other := foreign.Officer(foreign.Community, org.Clerk)
	if _, err := w.s.ListResidences(t.Context(), other, unit); !errors.Is(err, org.ErrUnitNotFound) {
		t.Errorf("another community lists: %v", err)
	}
	if err := w.s.EndWrongResidence(t.Context(), other, list[0].ID, "电话核实"); !errors.Is(err, org.ErrResidenceNotFound) {
		t.Errorf("another community ends: %v", err)
	}
	if err := w.s.EndWrongResidence(t.Context(), w.clerk, list[0].ID, "电话核实不是业主"); err != nil {
		t.Fatal(err)
	}
	if len(w.homes(t, stranger)) != 0 || len(w.homes(t, guest)) != 0 {
		t.Errorf("the stranger keeps %d homes, the guest %d", len(w.homes(t, stranger)), len(w.homes(t, guest)))
	}
	if r, err := w.s.Recognise(t.Context(), stranger); err != nil || r.Homes != 0 {
		t.Errorf("recognised again: %+v, %v", r, err)
	}
}

// TestASaleDuringRecognition: the seller signs in while the sale is recorded; whichever comes first, the seller has
// no home afterwards. One writer at a time makes this impossible on SQLite.
func TestASaleDuringRecognition(t *testing.T) {
	if !modelstest.OnServer() {
		t.Skip("SQLite has one writer")
	}
	for name, at := range map[string]string{"the sale commits before the home is opened": "FROM `owners`", "the sale waits for the home": "INTO `residences`"} {
		t.Run(name, func(t *testing.T) { saleDuringRecognition(t, at) })
	}
}

// saleDuringRecognition records a sale when the recognition has run a statement.
func saleDuringRecognition(t *testing.T, statement string) {
	clock := modelstest.NewClock()
	dsn := modelstest.DSN(t)
	var hook atomic.Pointer[func(string)]
	open := func(watch func(string)) *store.DB {
		db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: clock.Now, OnSQL: watch})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	one := open(func(s string) {
		if f := hook.Load(); f != nil {
			(*f)(s)
		}
	})
	if _, err := one.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, one, v), clock: clock, desk: &desk{files: map[int64][]byte{}}}
	w.s = org.New(one, v, w.desk, slog.New(slog.DiscardHandler))
	other := org.New(open(nil), v, w.desk, slog.New(slog.DiscardHandler))
	w.clerk = w.Officer(w.Community, org.Clerk)
	w.apply(t, line("101", "88.5", "王五", paper(1), phoneA, ""))
	unit := w.unit(t, "101").ID
	sold := make(chan error, 1)
	sell := func(s string) {
		if !strings.Contains(s, statement) || hook.Swap(nil) == nil {
			return
		}
		go func() {
			sold <- other.RecordTransfer(context.Background(), w.clerk, org.Transfer{ClientRef: "sale-2", UnitID: unit, Cause: "sale", Source: "证2", Owners: []org.OwnerInput{{Name: "赵六", Phone: phoneB, Paper: paper(2)}}})
		}()
		// Go on when the sale is done, or has read what it reads and waits for what this transaction holds.
		for until := time.Now().Add(10 * time.Second); len(sold) == 0 && !waits(t, one) && time.Now().Before(until); {
			<-time.After(150 * time.Millisecond) // innodb_trx is refreshed only when nobody read it for a tenth of a second
		}
	}
	seller := w.Person()
	hook.Store(&sell)
	if _, err := w.s.BindPhone(t.Context(), seller, phoneA); err != nil {
		t.Fatal(err)
	}
	if err := <-sold; err != nil {
		t.Fatal(err)
	}
	if n := len(w.homes(t, seller)); n != 0 {
		t.Errorf("the seller has %d homes after the sale", n)
	}
}

// waits reports whether some transaction waits for a lock.
func waits(t *testing.T, db *store.DB) bool {
	t.Helper()
	var n int64
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Raw("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'").Scan(&n).Error
	})
	if err != nil {
		t.Error(err)
	}
	return n > 0
}

// invited gives the family member that an owner took into a unit.
func (w *world) invited(t *testing.T, owner org.Actor, unit int64) org.Actor {
	t.Helper()
	owner.Homes = []org.Home{{EstateID: w.Estate.ID, UnitID: unit, Role: org.RoleOwner}}
	inv, err := w.s.InviteHousehold(t.Context(), owner, unit, org.RoleFamily, nil)
	if err != nil {
		t.Fatal(err)
	}
	guest := w.Person()
	if _, err := w.s.Accept(t.Context(), guest, inv.Token); err != nil {
		t.Fatal(err)
	}
	return guest
}

func TestAUnionIDThatComesLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	in := func(p org.Provider, open, union string) int64 {
		t.Helper()
		id, err := w.s.SignIn(ctx, p, open, union)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	a := in(org.MiniProgram, "o1", "")
	if b := in(org.MiniProgram, "o1", "u1"); b != a {
		t.Errorf("another person: %d, %d", a, b)
	}
	if c := in(org.ServiceAccount, "s1", "u1"); c != a {
		t.Errorf("the follower is person %d, not %d", c, a)
	}
	// The other order: followed first, and the mini-program tells the union id at last.
	d := in(org.MiniProgram, "o2", "")
	e := in(org.ServiceAccount, "s2", "u2")
	if in(org.MiniProgram, "o2", "u2") != d || e == d || in(org.ServiceAccount, "s2", "u2") != d {
		t.Error("the follower was not joined")
	}
}
