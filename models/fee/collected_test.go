package fee_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// receivable is what the books say is owed at the end of a day.
func (w *world) receivable(on time.Time) (sum money.Fen) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		rows, err := ledger.Balances(tx, w.Estate.ID, ledger.FeesOf(w.Company.ID), []ledger.Code{ledger.FeeReceivable}, []int64{w.Units[0].ID, w.Units[1].ID, w.Units[2].ID}, calendar.Date{Year: on.Year(), Month: on.Month(), Day: on.Day()})
		for _, f := range rows {
			sum += f
		}
		return err
	})
	return sum
}

func (w *world) rates(actor org.Actor, from, to, on string) *fee.Rates {
	w.t.Helper()
	r, err := w.FindRates(w.t.Context(), actor, w.Estate.ID, day(from), day(to), day(on))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestWhatWasReceivedOfWhatWasBilled agrees with the books at the end of each day: payments, discounts, money paid ahead and taken back.
func TestWhatWasReceivedOfWhatWasBilled(t *testing.T) {
	w := billed(t) // 2026-03-02
	later := func() { w.clock.Advance(24 * time.Hour) }
	later() // 03
	w.pay(w.paying(0, "100"))
	later() // 04
	if err := w.change(fee.Proposal{Kind: fee.Discount, BillID: w.bills(1)[0].ID, Amount: yuan("8.50"), Reason: "电梯停用两天"}); err != nil {
		t.Fatal(err)
	}
	p := w.paying(1, "300")
	p.Prepay = true
	id := w.pay(p)
	later() // 05
	if err := w.change(fee.Proposal{Kind: fee.Undo, PaymentID: id, Reason: "刷错了卡，退回"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ on, billed, received string }{{"2026-03-02", "796.50", "0"}, {"2026-03-03", "796.50", "100"}, {"2026-03-04", "788", "357"}, {"2026-03-05", "788", "100"}} {
		r := w.rates(w.head, "2026-01-01", "2026-03-01", c.on)
		if r.Total.Billed != yuan(c.billed) || r.Total.Received != yuan(c.received) {
			t.Errorf("%s: %s of %s, want %s of %s", c.on, r.Total.Received, r.Total.Billed, c.received, c.billed)
		}
		if owed := r.Total.Billed - r.Total.Received; owed != w.receivable(day(c.on)) {
			t.Errorf("%s: %s is not received, the books say %s", c.on, owed, w.receivable(day(c.on)))
		}
	}
	r := w.rates(w.head, "2026-01-01", "2026-02-01", "2026-03-03")
	if len(r.ByMonth) != 2 || r.ByMonth[0].Received != yuan("88.50") || r.ByMonth[1].Received != yuan("11.50") || r.ByMonth[0].Name != "2026年1月" || r.Total.Billed != 6*yuan("88.50") {
		t.Errorf("%+v", r)
	}
	if points, ok := r.ByMonth[0].Points(); !ok || points != 3333 {
		t.Errorf("%d, %v", points, ok)
	}
	if r := w.rates(w.Officer(w.Committee, org.Chair), "2026-01-01", "2026-03-01", "2026-03-05"); !r.Hidden || r.Total.Billed != 0 || len(r.ByMonth)+len(r.ByRule)+len(r.ByBuilding) != 0 {
		t.Errorf("three homes: %+v", r)
	}
	_, err := w.FindRates(t.Context(), w.owner, w.Estate.ID, day("2026-01-01"), day("2026-01-01"), day("2026-03-05"))
	w.wants(err, org.ErrForbidden)
}

// TestNoRateOfAHousehold: a building, a month or a rule of fewer than five homes goes with the next smallest, for all but the company.
func TestNoRateOfAHousehold(t *testing.T) {
	w := newWorld(t)
	w.tx(func(tx *store.Tx) error {
		h := org.Building{EstateID: w.Estate.ID, Name: "2", CreatedAt: tx.Now}
		if err := tx.Create(&h).Error; err != nil {
			return err
		}
		for i := range 9 {
			u := org.Unit{EstateID: w.Estate.ID, BuildingID: h.ID, Number: fmt.Sprint(i + 1), AreaMilli: 100_000, AreaSource: org.FromRegister, UseKind: map[bool]string{true: "parking", false: "residential"}[i == 8], Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
		}
		return nil
	})
	w.publish(w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 1))
	in := terms("5.00")
	in.UseKinds = []string{"parking"}
	w.publish(w.billing(w.rule("车位费", fee.PerArea, in), "2026-02-01", 1))
	mine, others := w.rates(w.head, "2026-01-01", "2026-02-01", "2026-03-02"), w.rates(w.Officer(w.Community, org.Head), "2026-01-01", "2026-02-01", "2026-03-02")
	if len(mine.ByBuilding) != 2 || len(mine.ByRule) != 2 || len(mine.ByMonth) != 2 {
		t.Errorf("%+v", mine)
	}
	for _, list := range [][]fee.Rate{others.ByBuilding, others.ByRule, others.ByMonth} {
		if len(list) != 1 || list[0].Key != 0 || list[0].Billed != others.Total.Billed {
			t.Errorf("%+v", list)
		}
	}
}
