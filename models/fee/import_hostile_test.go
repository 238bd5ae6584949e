package fee_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
)

// TestWhatWaitedForAYear can still be assigned: the day on which it came is the bank's and stands.
func TestWhatWaitedForAYear(t *testing.T) {
	w := billed(t)
	id := w.load(1, fee.OfPayments, "日期,金额,流水号\n2026-03-01,88.50,S1\n")
	w.clock.Advance(400 * 24 * time.Hour)
	if err := w.assign(w.lines(id)[0].PaymentID, fee.Paying{BillIDs: []int64{w.bills(0)[0].ID}}); err != nil {
		t.Errorf("%v %+v", err, w.faults(err))
	}
	w.sound()
}

// TestAListGoesOnPastAHomeThatIsGone: its payment waits for a person, and the lines after it are entered.
func TestAListGoesOnPastAHomeThatIsGone(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "10")
	p.Payer = "王一"
	w.pay(p)
	w.tx(func(tx *store.Tx) error {
		return tx.Table("units").Where("id = ?", w.Units[0].ID).Update("removed_at", tx.Now).Error
	})
	id := w.load(1, fee.OfPayments, "日期,金额,流水号,房号,付款人\n2026-03-01,78.50,S1,,王一\n2026-03-01,88.50,S2,1-1-201,李二\n")
	if l := w.lines(id); l[0].State != "suspense" || l[1].State != "paid" || l[0].PayerSealed+l[1].PayerSealed != "" {
		t.Errorf("%+v", l)
	}
	if v, err := w.FindImport(t.Context(), w.cashier, id); err != nil || v.State != "done" {
		t.Errorf("%+v, %v", v, err)
	}
	w.sound()
}

// TestTwoPaymentsUnderOneNumber: a bank's number that comes again with another amount is another payment, and a person is told.
func TestTwoPaymentsUnderOneNumber(t *testing.T) {
	w := billed(t)
	id := w.load(1, fee.OfPayments, "日期,金额,流水号,房号\n2026-03-01,88.50,1001,1-1-101\n2026-03-01,265.50,1001,1-1-201\n2026-03-01,88.50,1001,1-1-101\n")
	if l := w.lines(id); l[0].State != "paid" || l[1].State != "conflict" || l[1].PaymentID != 0 || l[2].State != "known" {
		t.Errorf("%+v", l)
	}
}
