package fee_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// drawer takes every paper, and opens lists by their number.
type drawer struct{ lists map[int64]string }

func (d *drawer) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error {
	return nil
}
func (d *drawer) IDsIn(*store.Tx, string, []int64) (map[int64][]int64, error) { return nil, nil }
func (d *drawer) OpenFees(_ context.Context, _ org.Actor, id int64) (io.ReaderAt, int64, string, func(), error) {
	text := d.lists[id]
	return bytes.NewReader([]byte(text)), int64(len(text)), strings.Repeat("0", 40) + time.Unix(id, 0).UTC().Format("20060102150405") + "0123456789", func() {}, nil
}

// world is a town whose company charges fees: a cashier, a head, an owner of the first unit.
type world struct {
	*modelstest.Town
	*fee.Service
	t       *testing.T
	clock   *modelstest.Clock
	drawer  *drawer
	cashier org.Actor
	head    org.Actor
	owner   org.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	v := modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, db, v), t: t, clock: clock, drawer: &drawer{lists: map[int64]string{}}}
	w.Service = fee.New(db, v, w.drawer)
	w.cashier, w.head, w.owner = w.Officer(w.Company, org.Clerk), w.Officer(w.Company, org.Head), w.Resident(0, org.RoleOwner)
	return w
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func yuan(s string) money.Fen {
	f, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return f
}

// terms are 1.35 yuan by square metre and month since 2025.
func terms(price string) fee.Terms {
	p, err := fee.ParsePrice(price)
	if err != nil {
		panic(err)
	}
	return fee.Terms{StartsOn: day("2025-01-01"), Price: p, BasisKind: "contract", Basis: "物业服务合同第八条", Standard: "保洁、保安、绿化按合同附件二", Hotline: "0854-8222222", UseKinds: []string{"residential"}}
}

func (w *world) rule(name string, kind fee.Kind, t fee.Terms) int64 {
	w.t.Helper()
	id, err := w.AddRule(w.t.Context(), w.head, w.Estate.ID, name, kind, t)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) billing(rule int64, period string, months int64) fee.Billing {
	return fee.Billing{RuleID: rule, PeriodOn: day(period), Months: months, DueOn: day("2026-12-31")}
}

func (w *world) preview(in fee.Billing) *fee.Preview {
	w.t.Helper()
	v, err := w.Preview(w.t.Context(), w.cashier, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// publish previews, publishes and bills.
func (w *world) publish(in fee.Billing) int64 {
	w.t.Helper()
	v := w.preview(in)
	id, err := w.Publish(w.t.Context(), w.cashier, in, v.Run.Units, v.Run.Total)
	if err != nil {
		w.t.Fatal(err)
	}
	w.tick()
	return id
}

func (w *world) tick() {
	w.t.Helper()
	for more := true; more; {
		var err error
		if more, err = w.Tick(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// bills are a unit's, the oldest first.
func (w *world) bills(unit int) []fee.Owed {
	w.t.Helper()
	list, err := w.ListBills(w.t.Context(), w.cashier, w.Estate.ID, fee.BillFilter{UnitID: w.Units[unit].ID}, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

func (w *world) paying(unit int, amount string) fee.Paying {
	return fee.Paying{EstateID: w.Estate.ID, UnitID: w.Units[unit].ID, Amount: yuan(amount), Way: fee.Cash}
}

func (w *world) pay(p fee.Paying) int64 {
	w.t.Helper()
	id, err := w.Pay(w.t.Context(), w.cashier, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// change proposes as the cashier and approves as the head.
func (w *world) change(p fee.Proposal) error {
	w.t.Helper()
	p.EstateID = w.Estate.ID
	return w.agreed(w.Propose(w.t.Context(), w.cashier, p))
}

// agreed approves as the head what the cashier proposed.
func (w *world) agreed(id int64, err error) error {
	w.t.Helper()
	if err == nil {
		_, err = w.Decide(w.t.Context(), w.head, id, true, "")
	}
	return err
}

func (w *world) assign(payment int64, p fee.Paying) error {
	w.t.Helper()
	return w.agreed(w.Assign(w.t.Context(), w.cashier, payment, p, "看过付款回单"))
}

func (w *world) cancel(run int64, carry bool) error {
	w.t.Helper()
	return w.agreed(w.Cancel(w.t.Context(), w.cashier, run, "面积用错了", carry))
}

// pending is what waits for the second person, the newest first.
func (w *world) pending() []fee.ChangeView {
	w.t.Helper()
	list, err := w.ListChanges(w.t.Context(), w.cashier, w.Estate.ID, "proposed", 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *world) held(unit int) fee.Held {
	w.t.Helper()
	h, err := w.FindHeld(w.t.Context(), w.cashier, w.Units[unit].ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return *h
}

// sound holds the bills against the books.
func (w *world) sound() {
	w.t.Helper()
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		for i, check := range invariants {
			var bad []int64
			if err := check(tx).Scan(&bad).Error; err != nil || len(bad) > 0 {
				w.t.Errorf("invariant %d does not hold for %v, %v", i, bad, err)
			}
		}
		var bad, strange []int64
		if err := fee.Misstated(tx).Scan(&bad).Error; err != nil {
			return err
		}
		err := fee.Unbooked(tx).Scan(&strange).Error
		if len(bad)+len(strange) > 0 {
			w.t.Errorf("bills misstated: %v, units unbooked: %v", bad, strange)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wants(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%v, want %v", err, want)
	}
}

// sold gives a unit to a new owner.
func (w *world) sold(unit int) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		set := org.OwnerSet{EstateID: w.Estate.ID, Kind: "natural", CreatedAt: tx.Now}
		if err := tx.Create(&set).Error; err != nil {
			return err
		}
		if err := tx.Model(&org.Ownership{}).Where("current_unit = ?", w.Units[unit].ID).Update("current_unit", nil).Error; err != nil {
			return err
		}
		return tx.Create(&org.Ownership{EstateID: w.Estate.ID, UnitID: w.Units[unit].ID, OwnerSetID: set.ID, Since: tx.Now, CurrentUnit: &w.Units[unit].ID, Cause: "sale"}).Error
	})
}

func (w *world) tx(f func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) faults(err error) []fault.Field { return fault.Of(err).Fields }
