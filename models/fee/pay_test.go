package fee_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
)

// billed is a world with three monthly bills of 88.50 for each unit.
func billed(t *testing.T) *world {
	w := newWorld(t)
	rule := w.rule("物业费", fee.PerArea, terms("1.00"))
	for _, m := range []string{"2026-01-01", "2026-02-01", "2026-03-01"} {
		w.publish(w.billing(rule, m, 1))
	}
	return w
}

// dues are what a unit's bills still want, the oldest first.
func (w *world) dues(unit int) (list [3]string) {
	for i, b := range w.bills(unit) {
		list[i] = b.Due().String()
	}
	return list
}

// TestMoneyGoesToTheOldestBill, or to the chosen ones; part payments stand; what is too much is paid ahead only when that was wanted, and
// pays the next bill when it is published.
func TestMoneyGoesToTheOldestBill(t *testing.T) {
	w := billed(t)
	w.pay(w.paying(0, "100"))
	if got := w.dues(0); got != [3]string{"0.00", "77.00", "88.50"} {
		t.Errorf("after 100: %v", got)
	}
	p := w.paying(0, "88.50")
	p.BillIDs = []int64{w.bills(0)[2].ID}
	w.pay(p)
	if got := w.dues(0); got != [3]string{"0.00", "77.00", "0.00"} {
		t.Errorf("after the chosen: %v", got)
	}
	_, err := w.Pay(t.Context(), w.cashier, p)
	w.wants(err, fee.ErrSettled)
	_, err = w.Pay(t.Context(), w.cashier, w.paying(0, "100"))
	w.wants(err, fee.ErrTooMuch)
	more := w.paying(0, "100")
	more.Prepay = true
	receipt := w.pay(more)
	if h := w.held(0); h.Owed != 0 || h.Prepaid != yuan("23") {
		t.Errorf("%+v", h)
	}
	rule := w.bills(0)[0].RuleID
	w.publish(w.billing(rule, "2026-04-01", 1))
	if b := w.bills(0)[3]; b.Due() != yuan("65.50") {
		t.Errorf("the next bill wants %s", b.Due())
	}
	if h := w.held(0); h.Owed != yuan("65.50") || h.Prepaid != 0 {
		t.Errorf("%+v", h)
	}
	r, err := w.FindReceipt(t.Context(), w.cashier, receipt)
	if err != nil || len(r.Parts) != 1 || r.Parts[0].Amount != yuan("77") || r.Prepaid != yuan("23") || r.Number == "" {
		t.Errorf("%+v, %v", r, err)
	}
	mine, err := w.ListMyReceipts(t.Context(), w.owner, w.Units[0].ID, 0, 10)
	if err != nil || len(mine) != 3 || mine[0].ID != receipt || mine[0].Payer != "" {
		t.Errorf("%+v, %v", mine, err)
	}
	w.sound()
}

// TestTwentyCashiersAtOneBill: exactly one takes what it still wants.
func TestTwentyCashiersAtOneBill(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "38.50")
	p.BillIDs = []int64{w.bills(0)[0].ID}
	part := p
	part.Amount = yuan("50")
	w.pay(part)
	var ok atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, err := w.Pay(t.Context(), w.cashier, p)
			if err == nil {
				ok.Add(1)
			} else if !errors.Is(err, fee.ErrSettled) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if ok.Load() != 1 || w.bills(0)[0].Paid != yuan("88.50") {
		t.Errorf("%d payments, %s paid", ok.Load(), w.bills(0)[0].Paid)
	}
	w.sound()
}

// TestAPaymentSentTwiceIsOne, also at the same moment; with another amount it is refused; the bank's number comes once.
func TestAPaymentSentTwiceIsOne(t *testing.T) {
	w := billed(t)
	ids := make([]int64, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			var err error
			if ids[i], err = w.Once("tap", "a").Pay(t.Context(), w.cashier, w.paying(0, "10")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("%v", ids)
		}
	}
	_, err := w.Once("tap", "b").Pay(t.Context(), w.cashier, w.paying(0, "11"))
	w.wants(err, fee.ErrRefReused)
	deposit := w.paying(0, "10")
	deposit.Note = "装修押金"
	_, err = w.Once("tap", "a").Deposit(t.Context(), w.cashier, deposit)
	w.wants(err, fee.ErrRefReused)
	p := w.paying(1, "10")
	p.Way, p.Serial = fee.Bank, "BK-1"
	w.pay(p)
	_, err = w.Pay(t.Context(), w.head, p)
	w.wants(err, fee.ErrSerial)
	if h := w.held(0); h.Owed != 3*yuan("88.50")-yuan("10") {
		t.Errorf("%+v", h)
	}
	w.sound()
}

// TestNobodyDecidesAlone: what lowers a bill or gives money back takes another person, and never more than there is.
func TestNobodyDecidesAlone(t *testing.T) {
	w := billed(t)
	bill, other := w.bills(0)[0].ID, w.Officer(w.Company, org.Head)
	for _, k := range []fee.ChangeKind{fee.Discount, fee.WriteOff, fee.Adjust, fee.Unserved} {
		id, err := w.Propose(t.Context(), w.head, fee.Proposal{EstateID: w.Estate.ID, Kind: k, BillID: bill, Amount: yuan("1"), Months: 1, Reason: "经核对应当减少"})
		if err != nil {
			t.Fatal(k, err)
		}
		_, err = w.Decide(t.Context(), w.head, id, true, "")
		w.wants(err, fee.ErrSamePerson)
		_, err = w.Decide(t.Context(), w.cashier, id, true, "")
		w.wants(err, org.ErrForbidden)
		if _, err = w.Decide(t.Context(), other, id, false, "不同意"); err != nil {
			t.Error(err)
		}
		_, err = w.Decide(t.Context(), other, id, true, "")
		w.wants(err, fee.ErrState)
	}
	if w.bills(0)[0].Due() != yuan("88.50") {
		t.Error("what was refused changed the bill")
	}
	w.wants(w.change(fee.Proposal{Kind: fee.Discount, BillID: bill, Amount: yuan("88.51"), Reason: "减免全部还多"}), fee.ErrAmount)
	for _, p := range []fee.Proposal{{Kind: fee.Discount, BillID: bill, Amount: yuan("8.50")}, {Kind: fee.Adjust, BillID: bill, Amount: -yuan("5")}, {Kind: fee.WriteOff, BillID: bill, Amount: yuan("85")}} {
		p.Reason = "经核对应当这样"
		if err := w.change(p); err != nil {
			t.Fatal(p.Kind, err)
		}
	}
	b, err := w.FindMyBill(t.Context(), w.owner, bill)
	if err != nil || b.Due() != 0 || b.State != fee.Settled || len(b.Lines) != 3 || b.Amount != yuan("88.50") {
		t.Errorf("%+v, %v", b, err)
	}
	w.sound()
}

// TestTwoApprovalsOfOneChange: it is carried out once.
func TestTwoApprovalsOfOneChange(t *testing.T) {
	w := billed(t)
	id, err := w.Propose(t.Context(), w.cashier, fee.Proposal{EstateID: w.Estate.ID, Kind: fee.Discount, BillID: w.bills(0)[0].ID, Amount: yuan("10"), Reason: "电梯停用十天"})
	if err != nil {
		t.Fatal(err)
	}
	var ok atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := w.Decide(t.Context(), w.head, id, true, ""); err == nil {
				ok.Add(1)
			} else if !errors.Is(err, fee.ErrState) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if ok.Load() != 1 || w.bills(0)[0].Due() != yuan("78.50") {
		t.Errorf("%d approvals, %s due", ok.Load(), w.bills(0)[0].Due())
	}
	w.sound()
}
