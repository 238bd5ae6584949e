package fee_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
)

// TestTwentyAtOneSum: of twenty proposals that each want more than half of what there is, one is carried out, whoever of twenty heads is
// faster; a second tap of the same proposal is not a second one.
func TestTwentyAtOneSum(t *testing.T) {
	for _, kind := range []fee.ChangeKind{fee.RefundAhead, fee.DepositOut, fee.WriteOff, fee.Discount} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := billed(t)
			bill := w.bills(0)[0].ID
			p := w.paying(1, "354") // of which 88.50 are paid ahead
			p.Prepay = true
			w.pay(p)
			d := w.paying(2, "88.50")
			d.Note = "装修押金"
			deposit, err := w.Deposit(t.Context(), w.cashier, d)
			if err != nil {
				t.Fatal(err)
			}
			var ids []int64
			for i := range 20 {
				id, err := w.Propose(t.Context(), w.cashier, fee.Proposal{EstateID: w.Estate.ID, Kind: kind, BillID: bill, PaymentID: deposit, UnitID: w.Units[1].ID, Amount: yuan("50") + money.Fen(i), Way: fee.Cash, Reason: "经核对应当这样"})
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, id)
			}
			_, err = w.Propose(t.Context(), w.cashier, fee.Proposal{EstateID: w.Estate.ID, Kind: kind, BillID: bill, PaymentID: deposit, UnitID: w.Units[1].ID, Amount: yuan("50"), Way: fee.Cash, Reason: "又点了一次"})
			w.wants(err, fee.ErrPending)
			heads := make([]org.Actor, len(ids))
			for i := range heads {
				heads[i] = w.Officer(w.Company, org.Head)
			}
			var wg sync.WaitGroup
			errs := make([]error, len(ids))
			for i, id := range ids {
				wg.Go(func() { _, errs[i] = w.Decide(t.Context(), heads[i], id, true, "") })
			}
			wg.Wait()
			done := 0
			for _, err := range errs {
				if err == nil {
					done++
				} else if !errors.Is(err, fee.ErrAmount) {
					t.Error(err)
				}
			}
			if done != 1 {
				t.Errorf("%d were carried out", done)
			}
			day, err := w.FindDay(t.Context(), w.cashier, w.Estate.ID, day("2026-03-02"))
			if err != nil || w.held(1).Prepaid < 0 || w.held(2).Deposit < 0 || w.bills(0)[0].Due() < 0 || day.Cash < yuan("354") {
				t.Errorf("%+v, %v", day, err)
			}
			w.sound()
		})
	}
}

// TestAClosedDayGivesNothingBack: money leaves no till whose day is closed; what moves no money is decided all the same. The next day the
// refund goes out, once.
func TestAClosedDayGivesNothingBack(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "300")
	p.Prepay = true
	paid := w.pay(p)
	var out []int64
	for _, c := range []fee.Proposal{{Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: yuan("34.50"), Way: fee.Cash}, {Kind: fee.Undo, PaymentID: paid}} {
		c.EstateID, c.Reason = w.Estate.ID, "经核对应当退"
		id, err := w.Propose(t.Context(), w.cashier, c)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, id)
	}
	if _, err := w.CloseDay(t.Context(), w.cashier, w.Estate.ID, day("2026-03-02"), yuan("300"), ""); err != nil {
		t.Fatal(err)
	}
	for _, id := range out {
		w.wants(w.agreed(id, nil), fee.ErrClosed)
	}
	if h := w.held(0); h.Prepaid != yuan("34.50") {
		t.Errorf("it went out of a closed day: %+v", h)
	}
	for _, c := range []fee.Proposal{{Kind: fee.Discount, Amount: 100}, {Kind: fee.WriteOff, Amount: 100}, {Kind: fee.Unserved, Months: 1}} {
		c.BillID, c.Reason = w.bills(1)[2].ID, "经核对应当减"
		if err := w.change(c); err != nil && c.Kind != fee.Unserved || c.Kind == fee.Unserved && !errors.Is(err, fee.ErrAmount) {
			t.Error(c.Kind, err)
		}
	}
	w.clock.Advance(24 * 3600e9)
	if err := w.agreed(out[0], nil); err != nil {
		t.Fatal(err)
	}
	w.wants(w.agreed(out[1], nil), fee.ErrSpent) // what it paid ahead has gone back
	if d, err := w.FindDay(t.Context(), w.cashier, w.Estate.ID, day("2026-03-03")); err != nil || d.Cash != -yuan("34.50") || d.Movements != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	w.sound()
}

// TestTwentyAtOneTill: of twenty refunds of money that came by transfer, one finds its cash in the till, whoever of twenty heads is faster.
func TestTwentyAtOneTill(t *testing.T) {
	t.Parallel()
	w := billed(t)
	p := w.paying(0, "3000")
	p.Prepay, p.Way, p.Serial = true, fee.Bank, "B-1"
	w.pay(p)
	w.pay(w.paying(1, "80"))
	heads, ids := make([]org.Actor, 20), make([]int64, 20)
	for i := range ids {
		var err error
		if ids[i], err = w.Propose(t.Context(), w.cashier, fee.Proposal{EstateID: w.Estate.ID, Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: yuan("50") + money.Fen(i), Way: fee.Cash, Reason: "业主要求退预交款"}); err != nil {
			t.Fatal(err)
		}
		heads[i] = w.Officer(w.Company, org.Head)
	}
	var wg sync.WaitGroup
	errs := make([]error, len(ids))
	for i, id := range ids {
		wg.Go(func() { _, errs[i] = w.Decide(t.Context(), heads[i], id, true, "") })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, fee.ErrTill) {
			t.Error(err)
		}
	}
	day, err := w.FindDay(t.Context(), w.cashier, w.Estate.ID, day("2026-03-02"))
	if err != nil || done != 1 || day.Cash < 0 || day.Cash > yuan("30") {
		t.Errorf("%d were carried out: %+v, %v", done, day, err)
	}
	w.sound()
}
