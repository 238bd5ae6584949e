package fee_test

import (
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
)

// TestABuyerSeesNothingOfTheSellers: neither what the seller paid ahead and deposited, nor the receipts when it goes back; the buyer's own
// is shown.
func TestABuyerSeesNothingOfTheSellers(t *testing.T) {
	w := newWorld(t)
	p := w.paying(0, "300")
	p.Prepay = true
	w.pay(p)
	d := w.paying(0, "500")
	d.Note = "装修押金"
	deposit, err := w.Deposit(t.Context(), w.cashier, d)
	if err != nil {
		t.Fatal(err)
	}
	mine := func() (fee.Held, int) {
		t.Helper()
		h, err := w.MyAccount(t.Context(), w.owner, w.Units[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		list, err := w.ListMyReceipts(t.Context(), w.owner, w.Units[0].ID, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		return *h, len(list)
	}
	if h, n := mine(); h.Prepaid != yuan("300") || h.Deposit != yuan("500") || n != 2 {
		t.Errorf("the first owner sees %+v, %d receipts", h, n)
	}
	w.clock.Advance(24 * 3600e9)
	w.sold(0) // whoever lives there now is the buyer
	w.clock.Advance(24 * 3600e9)
	if h, n := mine(); h != (fee.Held{}) || n != 0 {
		t.Errorf("the buyer sees %+v, %d receipts of the seller", h, n)
	}
	w.publish(w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-03-01", 1)) // nothing of the seller's goes to it
	if h := w.held(0); h.Owed != yuan("88.50") || h.Prepaid != yuan("300") {
		t.Errorf("the seller's money pays the buyer's bill: %+v", h)
	}
	if list, err := w.ListToReturn(t.Context(), w.cashier, w.Estate.ID, 0, 10); err != nil || len(list) != 1 || list[0].Amount != yuan("300") || list[0].UnitID != w.Units[0].ID {
		t.Errorf("to be returned: %+v, %v", list, err)
	}
	w.pay(w.paying(0, "88.50"))
	p.Amount = yuan("50")
	w.pay(p)
	for _, c := range []fee.Proposal{{Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: yuan("300"), Way: fee.Cash}, {Kind: fee.DepositOut, PaymentID: deposit, Amount: yuan("500"), Way: fee.Cash}} {
		c.Reason = "房屋已经过户"
		if err := w.change(c); err != nil {
			t.Fatal(err)
		}
	}
	if h, n := mine(); h.Prepaid != yuan("50") || h.Deposit != 0 || n != 2 {
		t.Errorf("the buyer sees %+v, %d receipts", h, n)
	}
	if list, err := w.ListToReturn(t.Context(), w.cashier, w.Estate.ID, 0, 10); err != nil || len(list) != 0 {
		t.Errorf("still to be returned: %+v, %v", list, err)
	}
	w.publish(w.billing(w.bills(0)[0].RuleID, "2026-04-01", 1)) // the buyer's own pays it
	if b := w.bills(0)[1]; b.Paid != yuan("50") {
		t.Errorf("%+v", b)
	}
	p.Amount = yuan("88.50")
	w.pay(p)
	if err := w.change(fee.Proposal{Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: yuan("20"), Way: fee.Cash, Reason: "退预交的钱"}); err != nil {
		t.Fatal(err)
	}
	if h, n := mine(); h.Prepaid != yuan("30") || n != 4 {
		t.Errorf("after the buyer's own refund %+v, %d receipts", h, n)
	}
	w.sound()
}

// TestAnErasedPayersNameGoes, of the homes that they had; another of the same name elsewhere keeps theirs, and money that nobody has claimed
// keeps the name by which it is.
func TestAnErasedPayersNameGoes(t *testing.T) {
	w := billed(t)
	ids := map[string]int64{}
	for what, unit := range map[string]int{"mine": 0, "another's": 1} {
		p := w.paying(unit, "10")
		p.Payer = "测试人" // as the town names everybody
		ids[what] = w.pay(p)
	}
	ids["unclaimed"] = w.lines(w.load(1, fee.OfPayments, "日期,金额,流水号,付款人\n2026-03-01,7,S1,测试人\n"))[0].PaymentID
	w.tx(func(tx *store.Tx) error { return w.Erase(tx, w.owner.PersonID) })
	for what, want := range map[string]string{"mine": "", "another's": "测试人", "unclaimed": "测试人"} {
		r, err := w.FindReceipt(t.Context(), w.cashier, ids[what])
		if err != nil || r.Payer != want {
			t.Errorf("%s: %q, %v", what, r.Payer, err)
		}
	}
}

// TestARefundLeavesNoInvoice: a payment goes back once its invoices are taken back, by a red one or voided.
func TestARefundLeavesNoInvoice(t *testing.T) {
	for how, back := range map[string]fee.Invoice{"red": {Number: "26522000000009", Kind: "ordinary", Amount: -yuan("88.50")}, "void": {Number: "26522000000001", Kind: "void"}} {
		t.Run(how, func(t *testing.T) {
			w := billed(t)
			id := w.pay(w.paying(0, "88.50"))
			record := func(in fee.Invoice) error {
				in.IssuedOn = day("2026-03-02")
				_, err := w.RecordInvoice(t.Context(), w.cashier, id, in)
				return err
			}
			if err := record(fee.Invoice{Number: "26522000000001", Kind: "ordinary", Amount: yuan("88.50")}); err != nil {
				t.Fatal(err)
			}
			undo := fee.Proposal{Kind: fee.Undo, PaymentID: id, Reason: "重复交了一次"}
			w.wants(w.change(undo), fee.ErrState)
			if err := record(back); err != nil {
				t.Fatal(err)
			}
			if err := record(back); err == nil {
				t.Error("taken back twice")
			}
			if err := w.change(undo); err != nil {
				t.Fatal(err)
			}
			r, err := w.FindReceipt(t.Context(), w.cashier, id)
			sum := r.Invoices[0].Amount + r.Invoices[1].Amount
			if err != nil || sum != 0 {
				t.Errorf("%+v, %v", r.Invoices, err)
			}
		})
	}
}

// TestMonthsAreUnservedOnce: the same months are not taken off a bill twice.
func TestMonthsAreUnservedOnce(t *testing.T) {
	w := newWorld(t)
	w.publish(w.billing(w.rule("物业费", fee.PerArea, terms("1.00")), "2026-01-01", 12))
	off := fee.Proposal{EstateID: w.Estate.ID, Kind: fee.Unserved, BillID: w.bills(0)[0].ID, Months: 5, Reason: "7月31日退出服务"}
	id, err := w.Propose(t.Context(), w.cashier, off)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Propose(t.Context(), w.cashier, off)
	w.wants(err, fee.ErrPending)
	if err := w.agreed(id, nil); err != nil {
		t.Fatal(err)
	}
	w.wants(w.change(off), fee.ErrAmount)
	if due := w.bills(0)[0].Due(); due != yuan("619.50") {
		t.Errorf("%s for seven months", due)
	}
	w.sound()
}
