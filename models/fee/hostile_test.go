package fee_test

import (
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// TestAPaymentGoesBackOnce: what was carried from its bill and refunded is not refunded again out of what somebody else paid on that bill.
func TestAPaymentGoesBackOnce(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "88.50")
	p.BillIDs = []int64{w.bills(0)[0].ID}
	first := w.pay(p)
	for _, c := range []fee.Proposal{{Kind: fee.CarryOver, BillID: p.BillIDs[0]}, {Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: yuan("88.50"), Way: fee.Cash}} {
		c.Reason = "重复交了一次"
		if err := w.change(c); err != nil {
			t.Fatal(c.Kind, err)
		}
	}
	w.pay(p)
	w.wants(w.change(fee.Proposal{Kind: fee.Undo, PaymentID: first, Reason: "重复交了一次"}), fee.ErrState)
	if got := w.dues(0); got[0] != "0.00" {
		t.Errorf("%v", got)
	}
	w.sound()
}

// TestTheBooksDoNotTellWhy: a reason may name a person, and the books stay for ever.
func TestTheBooksDoNotTellWhy(t *testing.T) {
	w := billed(t)
	id := w.pay(w.paying(0, "10"))
	for _, c := range []fee.Proposal{{Kind: fee.Discount, BillID: w.bills(1)[0].ID, Amount: 100}, {Kind: fee.Undo, PaymentID: id}} {
		c.Reason = "王小明重病住院"
		if err := w.change(c); err != nil {
			t.Fatal(err)
		}
	}
	run, err := w.Cancel(t.Context(), w.cashier, w.bills(2)[0].RunID, "王小明家里出事", true)
	if err := w.agreed(run, err); err != nil {
		t.Fatal(err)
	}
	w.tick()
	w.tx(func(tx *store.Tx) error {
		var n int64
		err := tx.Model(&ledger.Journal{}).Where("source_text LIKE '%王小明%' OR memo LIKE '%王小明%'").Count(&n).Error
		if n != 0 {
			t.Errorf("%d journals tell the reason", n)
		}
		return err
	})
}
