package checkout_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/wechatpay/sandbox"
)

// morning goes on to half past ten of the next day and fetches what is due.
func (w *world) morning() {
	w.t.Helper()
	w.clock.Advance(24*time.Hour + 30*time.Minute)
	_, err := w.OpenDays(w.t.Context())
	w.must(err)
	w.tick()
}

func (w *world) day() checkout.Day {
	w.t.Helper()
	list, err := w.ListDays(w.t.Context(), w.cashier, w.Estate.ID, 0, 10)
	w.must(err)
	if len(list) == 0 {
		w.t.Fatal("there is no day")
	}
	return list[0]
}

func (w *world) differences() map[checkout.DifferenceKind]checkout.Difference {
	w.t.Helper()
	list, err := w.ListDifferences(w.t.Context(), w.cashier, w.Estate.ID, "", 0, 50)
	w.must(err)
	kinds := map[checkout.DifferenceKind]checkout.Difference{}
	for _, d := range list {
		kinds[d.Kind] = d
	}
	return kinds
}

// TestADayThatAgrees: the bill and the books have the same sums, and the day is closed, once.
func TestADayThatAgrees(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.tick()
	w.must(w.box.Settle(w.refunds()[0].Number, "SUCCESS"))
	w.must(w.box.Tell(t.Context(), w.refunds()[0].Number, 1))
	w.morning()
	d := w.day()
	if d.State != "open" || d.Paid != o.Amount || d.OursPaid != o.Amount || d.Refunded != o.Amount || d.OursBack != o.Amount || d.RowsRead != 2 || d.Hash == "" {
		t.Fatalf("%+v", d)
	}
	if len(w.differences()) != 0 {
		t.Errorf("%+v", w.differences())
	}
	w.must(w.CloseDay(t.Context(), w.cashier, d.ID))
	w.wants(w.CloseDay(t.Context(), w.cashier, d.ID), checkout.ErrState)
	_, err := w.Reconcile(t.Context(), w.cashier, w.account.ID, d.DayOn)
	w.wants(err, checkout.ErrState)
	_, err = w.OpenDays(t.Context())
	w.must(err)
	w.count("pay_days", 1)
}

// TestDifferences: a payment that the bill lacks, one that the books lack, another amount, a refund that is not ours.
// Each is named once, however often the bill is read, and the day does not close before a person has dealt with each.
func TestDifferences(t *testing.T) {
	w := newWorld(t).on()
	gone := w.paid("r1", 0)
	wrong := w.paid("r2", 1)
	w.box.Drop(gone.Number)
	w.box.Change(wrong.Number, int64(wrong.Amount)+100, sandbox.MchID)
	w.box.Stray("SHOP-0001", appID, 1200)
	w.must(w.box.GiveBack("SHOP-0001", "SHOP-R1", 200))
	w.morning()
	d := w.day()
	for range 2 {
		_, err := w.Reconcile(t.Context(), w.cashier, w.account.ID, d.DayOn)
		w.must(err)
		w.tick()
	}
	w.count("pay_differences", 4)
	got := w.differences()
	if got[checkout.OnlyOurs].Number != gone.Number || got[checkout.OnlyTheirs].Number != "SHOP-0001" || got[checkout.AmountDiffers].Theirs != wrong.Amount+100 || got[checkout.RefundDiffers].Number != "SHOP-R1" {
		t.Errorf("%+v", got)
	}
	w.wants(w.CloseDay(t.Context(), w.cashier, d.ID), checkout.ErrOpenDifferences)
	for _, x := range got {
		w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Explain, "查过商户平台，另有说明"))
		w.wants(w.CloseDay(t.Context(), w.cashier, d.ID), checkout.ErrOpenDifferences)
		w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	}
	w.must(w.CloseDay(t.Context(), w.cashier, d.ID))
	w.count("fee_payments", 2)
}

// TestAStateThatDiffers: the bill has a payment of an order that is closed here and that WeChat does not answer for.
func TestAStateThatDiffers(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	if _, err := w.Cancel(t.Context(), w.owner, o.ID); err != nil {
		t.Fatal(err)
	}
	w.box.Stray(o.Number, appID, int64(o.Amount))
	w.clock.Advance(24*time.Hour + 30*time.Minute)
	_, err := w.OpenDays(t.Context())
	w.must(err)
	w.box.Spoil(sandbox.Fault{Path: "/out-trade-no/", Before: true, Status: 404, Code: "ORDER_NOT_EXIST"})
	w.tick()
	x := w.differences()[checkout.StateDiffers]
	if x.OrderID != o.ID || !strings.Contains(x.Note, "已取消") {
		t.Fatalf("%+v", x)
	}
	w.must(w.Resolve(t.Context(), w.head, x.ID, checkout.Book, "商户平台查到已付款"))
	w.wants(w.Confirm(t.Context(), w.head, x.ID, true), checkout.ErrSamePerson)
	w.must(w.Confirm(t.Context(), w.Officer(w.Company, org.Head), x.ID, false))
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Book, "商户平台查到已付款"))
	w.wants(w.Confirm(t.Context(), w.cashier, x.ID, true), org.ErrForbidden)
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	if got := w.find(o.ID); got.State != checkout.Paid {
		t.Errorf("%+v", got.Order)
	}
	w.wants(w.Confirm(t.Context(), w.head, x.ID, true), checkout.ErrState)
	w.count("fee_payments", 1)
	w.sound()
}

// TestALostPaymentIsFoundByTheBill: nobody told us and nobody asked; the bill has it, WeChat confirms it, and it is booked without a
// difference.
func TestALostPaymentIsFoundByTheBill(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	if _, err := w.Cancel(t.Context(), w.owner, o.ID); err != nil {
		t.Fatal(err)
	}
	w.box.Stray(o.Number, appID, int64(o.Amount))
	w.morning()
	if got := w.find(o.ID); got.State != checkout.Paid {
		t.Errorf("%+v", got.Order)
	}
	if d := w.day(); len(w.differences()) != 0 || d.OursPaid != d.Paid {
		t.Errorf("%+v %+v", w.differences(), d)
	}
}

// TestMoneyMovesByTwoPeople: what only WeChat has comes in to what waits to be assigned, what only we have goes out; WeChat is asked each
// time, and says no where it is not so.
func TestMoneyMovesByTwoPeople(t *testing.T) {
	w := newWorld(t).on()
	gone := w.paid("r1", 0)
	w.box.Stray("SHOP-0001", appID, 1200)
	kept := *gone
	w.box.Drop(gone.Number)
	w.morning()
	got := w.differences()
	book := func(k checkout.DifferenceKind) error {
		w.must(w.Resolve(t.Context(), w.cashier, got[k].ID, checkout.Book, "两人核对过商户平台"))
		return w.Confirm(t.Context(), w.head, got[k].ID, true)
	}
	w.must(book(checkout.OnlyTheirs))
	if sum := w.balance(ledger.FeeSuspense); sum != -yuan("12") {
		t.Errorf("%s waits to be assigned", sum)
	}
	w.box.Stray(kept.Number, appID, int64(kept.Amount)) // it is there after all
	w.wants(book(checkout.OnlyOurs), checkout.ErrState)
	w.must(w.Confirm(t.Context(), w.head, got[checkout.OnlyOurs].ID, false))
	w.box.Drop(kept.Number)
	w.must(book(checkout.OnlyOurs))
	if b := w.bills()[0]; b.State != fee.Open {
		t.Errorf("%+v", b)
	}
	if sum := w.balance(ledger.FeeWeChat); sum != yuan("12") {
		t.Errorf("the WeChat account holds %s", sum)
	}
	w.sound()
}

// TestABillThatCannotBeBelieved: another hash, an answer that breaks, a bill that is not made yet. Nothing is compared, and it is fetched
// again.
func TestABillThatCannotBeBelieved(t *testing.T) {
	w := newWorld(t).on()
	w.paid("r1", 0)
	w.clock.Advance(24*time.Hour + 30*time.Minute)
	_, err := w.OpenDays(t.Context())
	w.must(err)
	for _, f := range []sandbox.Fault{{Path: "/billdownload", Spoil: true}, {Path: "/billdownload"}, {Path: "/tradebill", Before: true, Status: 400, Code: "STATEMENT_CREATING"}, {Path: "/tradebill", Forge: true}} {
		w.box.Spoil(f)
		w.tick()
		if d := w.day(); d.State != "waiting" || d.NextAt == nil {
			t.Fatalf("%+v: %+v", f, d)
		}
		w.clock.Advance(time.Hour)
	}
	w.tick()
	if d := w.day(); d.State != "open" || d.RowsRead != 1 || d.Failure != "" {
		t.Errorf("%+v", d)
	}
	w.count("pay_differences", 0)
}

// TestNotBeforeTen: WeChat has no bill of yesterday before ten in the morning.
func TestNotBeforeTen(t *testing.T) {
	w := newWorld(t).on()
	w.clock.Advance(23*time.Hour + 59*time.Minute)
	_, err := w.OpenDays(t.Context())
	w.must(err)
	w.count("pay_days", 0)
	_, err = w.Reconcile(t.Context(), w.cashier, w.account.ID, day("2026-03-02"))
	w.wants(err, checkout.ErrTooEarly)
	w.clock.Advance(time.Minute)
	_, err = w.OpenDays(t.Context())
	w.must(err)
	w.count("pay_days", 1)
}
