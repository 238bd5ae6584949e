package checkout_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/wechatpay/sandbox"
)

// open are the differences that wait for somebody.
func (w *world) open() []checkout.Difference {
	w.t.Helper()
	var list []checkout.Difference
	for _, state := range []string{"open", "proposed"} {
		some, err := w.ListDifferences(w.t.Context(), w.cashier, w.Estate.ID, state, 0, 50)
		w.must(err)
		list = append(list, some...)
	}
	return list
}

// doubted has WeChat receive a yuan more than was ordered.
func (w *world) doubted(ref string, bill int) *checkout.Placed {
	w.t.Helper()
	o := w.place(ref, bill)
	w.box.Change(o.Number, int64(o.Amount)+100, sandbox.MchID)
	w.must(w.box.Pay(o.Number))
	w.must(w.box.Tell(w.t.Context(), o.Number, 1))
	return w.find(o.ID)
}

// TestNobodyAloneExplainsMoneyAway: money that WeChat holds and that is not booked takes two people, is never said to be not received, is
// not asked of the company twice, and can be taken up again.
func TestNobodyAloneExplainsMoneyAway(t *testing.T) {
	w := newWorld(t).on()
	o := w.doubted("r1", 0)
	x := w.open()[0]
	w.must(w.Resolve(t.Context(), w.head, x.ID, checkout.Explain, "一个人说了算"))
	if got := w.find(o.ID); got.State != checkout.Doubt || len(w.open()) != 1 {
		t.Fatalf("one person alone: %+v", got.Order)
	}
	w.wants(w.Confirm(t.Context(), w.head, x.ID, true), checkout.ErrSamePerson)
	w.must(w.Confirm(t.Context(), w.head2(), x.ID, true))
	got := w.find(o.ID)
	if text := checkout.OrderNames[got.State]; got.State != checkout.Explained || strings.Contains(text, "没有收款") || !strings.Contains(text, "微信收了款") {
		t.Errorf("%s: %s", got.State, text)
	}
	w.must(w.box.Tell(t.Context(), o.Number, 1))
	if got = w.find(o.ID); got.State != checkout.Explained || len(w.open()) != 0 {
		t.Errorf("the same again: %+v", got.Order)
	}
	w.place("r2", 0) // its bill can be paid
	w.must(w.Reopen(t.Context(), w.cashier, x.ID, "业主拿来了付款记录"))
	w.wants(w.Reopen(t.Context(), w.cashier, x.ID, "业主拿来了付款记录"), checkout.ErrState)
	if got = w.find(o.ID); got.State != checkout.Doubt || len(w.open()) != 1 {
		t.Errorf("%+v", got.Order)
	}
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Book, "按实收入账"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	if got = w.find(o.ID); got.State != checkout.Paid {
		t.Errorf("%+v", got.Order)
	}
	w.wants(w.Reopen(t.Context(), w.cashier, x.ID, "再看一次原因"), checkout.ErrState)
	w.count("fee_payments", 1)
	w.sound()
}

func (w *world) head2() org.Actor { return w.Officer(w.Company, org.Head) }

// TestMoneyThatIsNobodysTakesTwo: so does a payment that no order was for.
func TestMoneyThatIsNobodysTakesTwo(t *testing.T) {
	w := newWorld(t).on()
	w.box.Stray("SHOP-0001", appID, 1200)
	w.morning()
	x := w.differences()[checkout.OnlyTheirs]
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Explain, "门口小店的收款"))
	w.wants(w.CloseDay(t.Context(), w.cashier, w.day().ID), checkout.ErrOpenDifferences)
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	w.must(w.CloseDay(t.Context(), w.cashier, w.day().ID))
}

// TestASecondProblemOfTheSameNumber is another difference, even after the first was explained.
func TestASecondProblemOfTheSameNumber(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.tick()
	r := w.refunds()[0]
	w.must(w.box.Settle(r.Number, "ABNORMAL"))
	w.later(time.Hour)
	w.later(time.Hour)
	if n := len(w.open()); n != 1 {
		t.Fatalf("%d differences", n)
	}
	x := w.open()[0]
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Explain, "银行卡注销，重新退"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	w.tx(func(tx *store.Tx) error { // the books change so that they do not take it
		return tx.Table("fee_payments").Where("id = ?", o.PaymentID).Update("prepaid", 1).Error
	})
	w.must(w.box.Settle(r.Number, "SUCCESS"))
	w.later(2 * time.Hour)
	if w.refunds()[0].State != checkout.Unbooked || len(w.open()) != 1 || w.open()[0].Cause != "unbooked" {
		t.Errorf("%+v %+v", w.refunds()[0], w.open())
	}
}

// TestWhatCanNeverBeBooked is refused at once, when it is proposed.
func TestWhatCanNeverBeBooked(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.tick()
	w.must(w.box.Settle(w.refunds()[0].Number, "ABNORMAL"))
	w.later(time.Hour)
	w.wants(w.Resolve(t.Context(), w.cashier, w.open()[0].ID, checkout.Book, "两人核对过平台"), checkout.ErrState)
	for _, x := range w.open() {
		if x.State != "open" {
			t.Errorf("%+v", x)
		}
	}
}

// TestAnOrderInDoubt: its bills are not promised to be free in fifteen minutes, and the company is told, once.
func TestAnOrderInDoubt(t *testing.T) {
	w := newWorld(t).on()
	o := w.doubted("r1", 0)
	w.must(w.box.Tell(t.Context(), o.Number, 1))
	_, err := w.Place(t.Context(), w.owner, w.placing("r2", 0, 1))
	w.wants(err, checkout.ErrDoubt)
	if text := fault.Of(err).Message; strings.Contains(text, "15分钟") || !strings.Contains(text, "柜台") {
		t.Error(text)
	}
	w.desk(0, "88.50")
	w.tx(func(tx *store.Tx) error {
		var told []string
		err := tx.Table("outbox_messages").Where("kind = ?", "fee.pay_doubt").Pluck("kind", &told).Error
		if len(told) != 1 {
			t.Errorf("told %d times", len(told))
		}
		return err
	})
}

// TestARefusedOrderThatCannotBeAskedFor is answered as one that is not known yet, and not as trouble.
func TestARefusedOrderThatCannotBeAskedFor(t *testing.T) {
	w := newWorld(t).on()
	w.box.Spoil(sandbox.Fault{Path: "/jsapi", Before: true, Status: 400, Code: "PARAM_ERROR"}, sandbox.Fault{Path: "/out-trade-no/", Before: true, Status: 500})
	o, err := w.Place(t.Context(), w.owner, w.placing("r1", 0))
	if err != nil || o.State != checkout.Unknown || o.Pay != nil || !strings.Contains(w.logged.String(), "refused") {
		t.Fatalf("%+v %v", o, err)
	}
	w.later(time.Minute)
	if got := w.find(o.ID); got.State != checkout.Failed {
		t.Errorf("%+v", got.Order)
	}
}
