package checkout_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/server/wechatpay/sandbox"
)

// refund proposes as the cashier and approves as the head.
func (w *world) refund(p fee.Proposal) error {
	w.t.Helper()
	p.EstateID, p.Reason = w.Estate.ID, "业主申请退款"
	id, err := w.fees.Propose(w.t.Context(), w.cashier, p)
	if err == nil {
		_, err = w.fees.Decide(w.t.Context(), w.head, id, true, "")
	}
	return err
}

func (w *world) refunds() []checkout.Refund {
	w.t.Helper()
	list, err := w.ListRefunds(w.t.Context(), w.cashier, w.Estate.ID, 0, 20)
	w.must(err)
	return list
}

func (w *world) later(d time.Duration) {
	w.t.Helper()
	w.clock.Advance(d)
	w.tick()
}

// TestAWholeRefund: proposed by one, approved by another, sent to WeChat, and booked only when the money has gone back: the bills want
// their money again. A second notice, and the question, change nothing.
func TestAWholeRefund(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	undo := fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}
	w.must(w.refund(undo))
	w.count("fee_payments", 1)
	w.tick()
	r := w.refunds()[0]
	if r.State != checkout.Sent || r.Amount != o.Amount {
		t.Fatalf("%+v", r)
	}
	if w.bills()[0].State != fee.Settled {
		t.Error("it is booked before the money has gone back")
	}
	if err := w.refund(undo); err == nil {
		t.Error("it goes back twice")
	}
	w.must(w.box.Settle(r.Number, "SUCCESS"))
	w.must(w.box.Tell(t.Context(), r.Number, 2))
	w.must(w.box.Tell(t.Context(), r.Number, 1))
	w.later(time.Hour)
	if r = w.refunds()[0]; r.State != checkout.Given || r.PaymentID == 0 || r.NextAt != nil {
		t.Errorf("%+v", r)
	}
	w.count("fee_payments", 2)
	if b := w.bills()[0]; b.State != fee.Open || b.Due() != b.Amount {
		t.Errorf("%+v", b)
	}
	if got := w.balance(ledger.FeeWeChat); got != 0 {
		t.Errorf("the WeChat account holds %s", got)
	}
	w.sound()
	w.place("r2", 0)
}

// TestPartsOfAPayment: parts go back from what is paid ahead, together at most what was paid; while one is on its way its money pays no
// new bill.
func TestPartsOfAPayment(t *testing.T) {
	w := newWorld(t).on()
	w.desk(0, "88.50")
	o := w.place("r1", 1)
	w.desk(1, "60")
	w.must(w.box.Pay(o.Number))
	w.must(w.box.Tell(t.Context(), o.Number, 1))
	id := w.find(o.ID).PaymentID
	part := func(amount string) error {
		return w.refund(fee.Proposal{Kind: fee.RefundAhead, PaymentID: id, Way: fee.WeChat, Amount: yuan(amount)})
	}
	if h := w.held(); h.Prepaid != yuan("60") {
		t.Fatalf("%+v", h)
	}
	w.wants(part("60.01"), fee.ErrAmount)
	w.must(part("40"))
	w.wants(part("20.01"), fee.ErrAmount)
	w.publish(w.rule, "2026-03-01")
	if b := w.bills()[2]; b.Paid != yuan("20") {
		t.Errorf("what is on its way pays a bill: %+v", b)
	}
	w.wants(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: id}), fee.ErrAmount)
	w.tick()
	r := w.refunds()[0]
	w.must(w.box.Settle(r.Number, "SUCCESS"))
	w.later(time.Hour) // and nobody told us
	if h := w.held(); h.Prepaid != 0 || w.refunds()[0].State != checkout.Given {
		t.Errorf("%+v", h)
	}
	w.must(w.refund(fee.Proposal{Kind: fee.CarryOver, BillID: w.bills()[1].ID}))
	w.wants(part("48.51"), fee.ErrAmount)
	w.must(part("48.50"))
	w.wants(part("0.01"), fee.ErrAmount)
	w.sound()
	if got := w.balance(ledger.FeeWeChat); got != o.Amount-yuan("40") {
		t.Errorf("the WeChat account holds %s", got)
	}
}

// TestARefundWhoseAnswerIsLost: it is requested again under the same number and goes back once.
func TestARefundWhoseAnswerIsLost(t *testing.T) {
	w := newWorld(t).on()
	w.publish(w.rule, "2026-03-01")
	for i, f := range []sandbox.Fault{{Path: "/refunds"}, {Path: "/refunds", Before: true}, {Path: "/refunds", Status: 500, Code: "SYSTEM_ERROR"}} {
		o := w.paid(fmt.Sprint("r", i), i)
		w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
		w.box.Spoil(f)
		w.tick()
		if r := w.refunds()[0]; r.State != checkout.Uncertain {
			t.Errorf("%+v: %+v", f, r)
		}
		w.later(time.Minute)
		r := w.refunds()[0]
		w.must(w.box.Settle(r.Number, "SUCCESS"))
		w.later(time.Hour)
		if r = w.refunds()[0]; r.State != checkout.Given {
			t.Errorf("%+v: %+v", f, r)
		}
		if n := len(w.box.List()); n != 2*(i+1) {
			t.Errorf("WeChat has %d orders and refunds", n)
		}
		w.count("fee_payments", int64(2*(i+1)))
	}
}

// TestARefundThatWeChatCloses: nothing is booked, the reason is shown, and it may be proposed again; one without money on the merchant's
// account waits for it.
func TestARefundThatWeChatCloses(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	undo := fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}
	w.must(w.refund(undo))
	w.box.Spoil(sandbox.Fault{Path: "/refunds", Before: true, Status: 403, Code: "NOT_ENOUGH"})
	w.tick()
	if r := w.refunds()[0]; r.State != checkout.Requested {
		t.Errorf("%+v", r)
	}
	w.later(time.Hour)
	w.must(w.box.Settle(w.refunds()[0].Number, "CLOSED"))
	w.later(time.Hour)
	if r := w.refunds()[0]; r.State != checkout.NotGiven {
		t.Errorf("%+v", r)
	}
	w.count("fee_payments", 1)
	w.must(w.refund(undo))
	w.box.Spoil(sandbox.Fault{Path: "/refunds", Before: true, Status: 400, Code: "PARAM_ERROR"})
	w.tick()
	if r := w.refunds()[0]; r.State != checkout.NotGiven || r.Failure != "PARAM_ERROR" {
		t.Errorf("%+v", r)
	}
	w.sound()
}

// TestARefundThatTheBooksDoNotTake: the money has gone back, and meanwhile an invoice of it was recorded. A person is told, and once the
// invoice is taken back, it is booked by itself. While it is on its way its bill is neither carried over nor withdrawn.
func TestARefundThatTheBooksDoNotTake(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.tick()
	w.wants(w.refund(fee.Proposal{Kind: fee.CarryOver, BillID: w.bills()[0].ID}), fee.ErrState)
	w.wants(w.refund(fee.Proposal{Kind: fee.CancelRun, RunID: w.bills()[0].RunID, Ahead: true}), fee.ErrState)
	record := func(number string, amount money.Fen) {
		t.Helper()
		_, err := w.fees.RecordInvoice(t.Context(), w.cashier, o.PaymentID, fee.Invoice{Number: number, Kind: "ordinary", Amount: amount, IssuedOn: day("2026-03-02")})
		w.must(err)
	}
	record("26522000000001", o.Amount)
	r := w.refunds()[0]
	w.must(w.box.Settle(r.Number, "SUCCESS"))
	w.must(w.box.Tell(t.Context(), r.Number, 1))
	if r = w.refunds()[0]; r.State != checkout.Unbooked || r.NextAt == nil {
		t.Errorf("%+v", r)
	}
	w.count("fee_payments", 1)
	list, err := w.ListDifferences(t.Context(), w.cashier, w.Estate.ID, "open", 0, 10)
	if err != nil || len(list) != 1 || list[0].Kind != checkout.RefundDiffers {
		t.Errorf("%+v %v", list, err)
	}
	record("26522000000002", -o.Amount)
	w.later(24 * time.Hour)
	if r = w.refunds()[0]; r.State != checkout.Given || r.PaymentID == 0 {
		t.Errorf("%+v", r)
	}
	if got := w.balance(ledger.FeeWeChat); got != 0 {
		t.Errorf("the WeChat account holds %s", got)
	}
	w.sound()
}
