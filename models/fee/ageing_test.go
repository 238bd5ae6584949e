package fee_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// due sets the last day of each of a unit's bills, the oldest first.
func (w *world) due(unit int, days ...string) {
	w.t.Helper()
	bills := w.bills(unit)
	w.tx(func(tx *store.Tx) error {
		for i, d := range days {
			if err := tx.Model(&fee.Bill{}).Where("id = ?", bills[i].ID).Update("due_on", day(d)).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// TestArrearsAreAged to the day, of all open bills with what still is wanted of each, and the totals do not depend on the page.
func TestArrearsAreAged(t *testing.T) {
	w := billed(t) // today is 2026-03-02
	w.due(0, "2025-03-01", "2025-03-02", "2025-12-02")
	w.due(1, "2026-01-31", "2026-03-01", "2026-03-02")
	w.due(2, "2026-01-30", "2025-12-01", "2026-03-03")
	p := w.paying(0, "8.50")
	p.BillIDs = []int64{w.bills(0)[0].ID}
	w.pay(p)
	if err := w.change(fee.Proposal{Kind: fee.Discount, BillID: w.bills(1)[1].ID, Amount: yuan("0.50"), Reason: "电梯停用两天"}); err != nil {
		t.Fatal(err)
	}
	want := []fee.Ageing{{4: yuan("80"), 3: yuan("88.50"), 2: yuan("88.50")}, {1: yuan("88.50") + yuan("88"), 0: yuan("88.50")}, {2: yuan("88.50"), 3: yuan("88.50"), 0: yuan("88.50")}}
	var list []fee.Arrear
	for after := int64(0); ; {
		rows, all, err := w.ListArrears(t.Context(), w.cashier, w.Estate.ID, after, 1)
		if err != nil {
			t.Fatal(err)
		}
		if all.Units != 3 || all.Bills != 9 || all.Due.Sum() != 9*yuan("88.50")-yuan("9") || all.Due[fee.NotYet] != yuan("177") {
			t.Fatalf("%+v", all)
		}
		if len(rows) == 0 {
			break
		}
		list, after = append(list, rows...), rows[0].UnitID
	}
	for i, a := range list {
		if a.Due != want[i] || a.Bills != 3 {
			t.Errorf("unit %d: %v, want %v", i, a.Due, want[i])
		}
	}
	if list[0].OldestOn.Format(time.DateOnly) != "2025-03-01" || list[2].OldestOn.Format(time.DateOnly) != "2025-12-01" || list[0].Unit != "1幢1单元101" {
		t.Errorf("%+v", list)
	}
	n := 0
	if _, err := w.EachArrear(t.Context(), w.cashier, w.Estate.ID, func(rows []fee.Arrear) error { n += len(rows); return nil }); err != nil || n != 3 {
		t.Errorf("%d units on the sheet, %v", n, err)
	}
}

// TestArrearsAreTheCompanysToSee: the offices see sums by building, and not even those of too few homes.
func TestArrearsAreTheCompanysToSee(t *testing.T) {
	w := billed(t)
	for _, a := range []org.Actor{w.owner, w.Officer(w.Committee, org.Chair), w.Officer(w.Community, org.Head), w.Officer(w.Township, org.Head)} {
		_, _, err := w.ListArrears(t.Context(), a, w.Estate.ID, 0, 10)
		w.wants(err, org.ErrForbidden)
	}
	chair := w.Officer(w.Committee, org.Chair)
	v, err := w.FindArrearsTotals(t.Context(), chair, w.Estate.ID)
	if err != nil || !v.Hidden || v.Bills != 0 || len(v.Buildings) != 0 {
		t.Fatalf("three homes: %+v, %v", v, err)
	}
	// A building of two homes goes with the next smallest, so that none is of fewer than five.
	w.tx(func(tx *store.Tx) error {
		for b, n := range map[string]int{"2": 2, "3": 7, "4": 6} {
			h := org.Building{EstateID: w.Estate.ID, Name: b, CreatedAt: tx.Now}
			if err := tx.Create(&h).Error; err != nil {
				return err
			}
			for i := range n {
				u := org.Unit{EstateID: w.Estate.ID, BuildingID: h.ID, Number: fmt.Sprint(i + 1), AreaMilli: 100_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
				if err := tx.Create(&u).Error; err != nil {
					return err
				}
			}
		}
		return nil
	})
	in := w.billing(w.rule("垃圾费", fee.PerArea, terms("1.00")), "2026-01-01", 1)
	w.publish(in)
	v, err = w.FindArrearsTotals(t.Context(), chair, w.Estate.ID)
	if err != nil || len(v.Buildings) != 3 || v.Hidden {
		t.Fatalf("%+v, %v", v, err)
	}
	sum := money.Fen(0)
	for _, b := range v.Buildings {
		sum += b.Due.Sum()
		if b.BuildingID == 0 && b.Due.Sum() != 9*yuan("88.50")+3*yuan("88.50")+2*yuan("100") {
			t.Errorf("%+v", b)
		}
	}
	if sum != v.Due.Sum() {
		t.Errorf("buildings %s, estate %s", sum, v.Due.Sum())
	}
	_, err = w.FindArrearsTotals(t.Context(), w.owner, w.Estate.ID)
	w.wants(err, org.ErrForbidden)
}
