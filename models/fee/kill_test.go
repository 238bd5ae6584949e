package fee_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// cutWorld is a world whose work ends at any statement, as a process that is killed does: the transaction is gone.
func cutWorld(t *testing.T) (w *world, cut func(at int64, f func(context.Context) error) error) {
	t.Helper()
	clock := modelstest.NewClock()
	var left atomic.Int64
	var stop atomic.Pointer[context.CancelFunc]
	db, err := store.Open(t.Context(), store.Options{DSN: modelstest.DSN(t), Now: clock.Now, MaxOpen: 16, OnSQL: func(string) {
		if f := stop.Load(); f != nil && left.Add(-1) == 0 {
			(*f)()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := modelstest.Vault(t)
	w = &world{Town: modelstest.NewTown(t, db, v), t: t, clock: clock, drawer: &drawer{lists: map[int64]string{}}}
	w.Service = fee.New(db, v, w.drawer)
	w.cashier, w.head, w.owner = w.Officer(w.Company, org.Clerk), w.Officer(w.Company, org.Head), w.Resident(0, org.RoleOwner)
	return w, func(at int64, f func(context.Context) error) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		left.Store(at)
		stop.Store(&cancel)
		defer stop.Store(nil)
		return f(ctx)
	}
}

// fill adds units to the estate.
func (w *world) fill(n int) {
	w.tx(func(tx *store.Tx) error {
		units := make([]org.Unit, n)
		for i := range units {
			units[i] = org.Unit{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Entrance: "2", Number: fmt.Sprint(1000 + i), AreaMilli: 70_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
		}
		return tx.CreateInBatches(&units, 500).Error
	})
}

// untilDone works on, cut at each statement in turn, until nothing is left to do; it counts the cuts.
func (w *world) untilDone(cut func(int64, func(context.Context) error) error) (cuts int) {
	w.t.Helper()
	for at := int64(1); at < 500; {
		more := false
		err := cut(at, func(ctx context.Context) (err error) {
			more, err = w.Tick(ctx)
			return err
		})
		switch {
		case err != nil:
			at++
			cuts++
		case !more:
			return cuts
		default:
			at = 1
		}
	}
	w.t.Fatal("it never ends")
	return 0
}

// TestWorkThatIsKilledGoesOn: a run, its cancellation and an import are cut at every statement, and in the end nothing is doubled and
// nothing is missing.
func TestWorkThatIsKilledGoesOn(t *testing.T) {
	w, cut := cutWorld(t)
	w.fill(950)
	in := w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 1)
	p := w.paying(0, "30")
	p.Prepay = true
	w.pay(p)
	v := w.preview(in)
	run, err := w.Publish(t.Context(), w.cashier, in, v.Run.Units, v.Run.Total)
	if err != nil || v.Run.Parts != 2 {
		t.Fatal(v.Run.Parts, err)
	}
	if n := w.untilDone(cut); n < 20 {
		t.Errorf("cut only %d times", n)
	}
	w.count("fee_bills", 953)
	w.count("ledger_journals", 4) // the payment, two parts, what was paid ahead
	if h := w.held(0); h.Owed != yuan("58.50") || h.Prepaid != 0 {
		t.Errorf("%+v", h)
	}
	w.sound()
	text := "日期,金额,流水号,房号\n2026-03-01,58.50,S1,1-1-101\n2026-03-01,88.50,S2,1-1-201\n2026-03-01,1,S3,1-1-301\n"
	w.drawer.lists[1] = text
	if _, err := w.Import(t.Context(), w.cashier, w.Estate.ID, fee.OfPayments, 1); err != nil {
		t.Fatal(err)
	}
	w.untilDone(cut)
	w.count("fee_payments", 4)
	w.sound()
	if err := w.cancel(run, true); err != nil {
		t.Fatal(err)
	}
	w.untilDone(cut)
	if h := w.held(1); h.Owed != 0 || h.Prepaid != yuan("88.50") {
		t.Errorf("%+v", h)
	}
	w.sound()
}

// TestManyWorkersAtOneRun: each part is billed once.
func TestManyWorkersAtOneRun(t *testing.T) {
	w := newWorld(t)
	w.fill(1850)
	in := w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 1)
	v := w.preview(in)
	if _, err := w.Publish(t.Context(), w.cashier, in, v.Run.Units, v.Run.Total); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for more := true; more; {
				var err error
				if more, err = w.Tick(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	w.count("fee_bills", 1853)
	w.count("ledger_journals", 3)
	w.sound()
}

func (w *world) count(table string, want int64) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		var n int64
		err := tx.Table(table).Count(&n).Error
		if n != want {
			w.t.Errorf("%s has %d rows, want %d", table, n, want)
		}
		return err
	})
}
