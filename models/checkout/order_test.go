package checkout_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/wechatpay/sandbox"
)

// TestPayingOnThePhone: whole bills of one's own home, the sum from the server, one payment, one receipt, the money in the WeChat account
// of the books; a notice that comes again changes nothing.
func TestPayingOnThePhone(t *testing.T) {
	w := newWorld(t).on()
	before := w.bills()
	o := w.place("r1", 0, 1)
	if o.State != checkout.Ready || o.Amount != before[0].Amount+before[1].Amount || o.Pay == nil || o.Pay.PaySign == "" || !strings.HasPrefix(o.Pay.Package, "prepay_id=") {
		t.Fatalf("%+v", o)
	}
	w.must(w.box.Pay(o.Number))
	w.must(w.box.Tell(t.Context(), o.Number, 3))
	w.must(w.box.Tell(t.Context(), o.Number, 1)) // the same payment under another notice
	if got := w.find(o.ID); got.State != checkout.Paid || got.PaymentID == 0 || got.Pay != nil {
		t.Errorf("%+v", got)
	}
	for _, b := range w.bills() {
		if b.State != fee.Settled {
			t.Errorf("bill %s is %s", b.Number, b.State)
		}
	}
	w.count("fee_payments", 1)
	w.count("pay_notices", 2)
	w.count("pay_differences", 0)
	if got := w.balance(ledger.FeeWeChat); got != o.Amount {
		t.Errorf("the WeChat account holds %s of %s", got, o.Amount)
	}
	list, err := w.fees.ListMyReceipts(t.Context(), w.owner, w.Units[0].ID, 0, 10)
	if err != nil || len(list) != 1 || list[0].Way != fee.WeChat || len(list[0].Parts) != 2 {
		t.Errorf("%+v %v", list, err)
	}
	w.sound()
	if log := w.logged.String(); strings.Contains(log, w.owner.OpenID) || strings.Contains(log, "PRIVATE") {
		t.Errorf("the log tells too much: %s", log)
	}
}

// TestOffUntilTwoPeopleSaySo: nothing is ordered before; whoever proposed does not decide; off again, nothing is ordered, and what was
// ordered is booked nevertheless.
func TestOffUntilTwoPeopleSaySo(t *testing.T) {
	w := newWorld(t)
	_, err := w.Place(t.Context(), w.owner, w.placing("r1", 0))
	w.wants(err, checkout.ErrOff)
	a, err := w.ProposeAccount(t.Context(), w.cashier, w.Estate.ID, checkout.Merchant{Provider: "sandbox"})
	w.must(err)
	_, err = w.Place(t.Context(), w.owner, w.placing("r1", 0))
	w.wants(err, checkout.ErrOff)
	w.wants(w.DecideAccount(t.Context(), w.cashier, a.ID, true, ""), org.ErrForbidden)
	w.must(w.DecideAccount(t.Context(), w.head, a.ID, true, ""))
	o := w.place("r1", 0)
	w.must(w.EndAccount(t.Context(), w.cashier, a.ID))
	_, err = w.Place(t.Context(), w.owner, w.placing("r2", 1))
	w.wants(err, checkout.ErrOff)
	w.must(w.box.Pay(o.Number))
	w.must(w.box.Tell(t.Context(), o.Number, 1))
	if got := w.find(o.ID); got.State != checkout.Paid {
		t.Errorf("%+v", got.Order)
	}
	_, err = w.ProposeAccount(t.Context(), w.owner, w.Estate.ID, checkout.Merchant{Provider: "sandbox"})
	w.wants(err, org.ErrForbidden)
}

// TestAnotherCompanyCollectsNothing: when the contract has ended, the old company's merchant account takes nothing more.
func TestAnotherCompanyCollectsNothing(t *testing.T) {
	w := newWorld(t).on()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("company_id", w.Company.ID+1000).Error
	})
	list := checkout.Placing{UnitID: w.Units[0].ID, ClientRef: "r"}
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&fee.Bill{}).Where("unit_id = ?", w.Units[0].ID).Order("id").Limit(1).Pluck("id", &list.BillIDs).Error
	})
	_, err := w.Place(t.Context(), w.owner, list)
	w.wants(err, checkout.ErrOff)
}

// TestTheSameOrderAgain: the same reference answers the same order with fresh signatures, other bills under it are refused; the same
// bills under a new reference go on with the order that lives, and a bill is in one such order at most.
func TestTheSameOrderAgain(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	w.clock.Advance(time.Minute)
	again := w.place("r1", 0)
	if again.ID != o.ID || again.Pay.TimeStamp == o.Pay.TimeStamp || again.Pay.Package != o.Pay.Package {
		t.Errorf("%+v, then %+v", o.Pay, again.Pay)
	}
	_, err := w.Place(t.Context(), w.owner, w.placing("r1", 1))
	w.wants(err, checkout.ErrRefReused)
	if other := w.place("r2", 0); other.ID != o.ID {
		t.Error("a second order for the same bill")
	}
	_, err = w.Place(t.Context(), w.owner, w.placing("r3", 0, 1))
	w.wants(err, checkout.ErrLive)
	wife := w.Resident(0, org.RoleFamily)
	wife.OpenID = "oWX-wife"
	_, err = w.Place(t.Context(), wife, w.placing("r1", 0))
	w.wants(err, checkout.ErrLive)
	if got, err := w.FindMine(t.Context(), wife, o.ID); err != nil || got.ID != o.ID {
		t.Error("an open order of the home is not shown", err)
	}
	if got, err := w.Cancel(t.Context(), wife, o.ID); err != nil || got.State != checkout.Closed {
		t.Errorf("%+v %v", got, err)
	}
	_, err = w.FindMine(t.Context(), wife, o.ID)
	w.wants(err, checkout.ErrNotFound)
	if _, err := w.Place(t.Context(), wife, w.placing("r1", 0, 1)); err != nil {
		t.Error(err)
	}
	w.wants(w.box.Pay(o.Number), sandbox.ErrNoOrder)
}

// TestSomebodyElsesBills: nobody orders, sees or cancels what is another home's, and a tenant nothing at all.
func TestSomebodyElsesBills(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	other := w.Resident(1, org.RoleOwner)
	other.OpenID = "oWX-other"
	_, err := w.Place(t.Context(), other, w.placing("r1", 0))
	w.wants(err, fee.ErrUnit)
	p := w.placing("r2", 0)
	p.UnitID = w.Units[1].ID
	_, err = w.Place(t.Context(), other, p)
	w.wants(err, fee.ErrNotFound)
	_, err = w.FindMine(t.Context(), other, o.ID)
	w.wants(err, checkout.ErrNotFound)
	_, err = w.Cancel(t.Context(), other, o.ID)
	w.wants(err, checkout.ErrNotFound)
	tenant := w.Resident(0, org.RoleTenant)
	tenant.OpenID = "oWX-tenant"
	_, err = w.Place(t.Context(), tenant, w.placing("r3", 1))
	w.wants(err, org.ErrForbidden)
}

// TestPaidAtTheDeskMeanwhile: an order locks nobody out. What its bill no longer wants when the money comes is paid ahead by the unit.
func TestPaidAtTheDeskMeanwhile(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	w.desk(0, "40")
	w.must(w.box.Pay(o.Number))
	w.must(w.box.Tell(t.Context(), o.Number, 1))
	if h := w.held(); h.Prepaid != yuan("40") || h.Owed != w.bills()[1].Amount {
		t.Errorf("%+v", h)
	}
	w.sound()
}

// TestAnAnswerThatIsLost: WeChat opened the order and the answer did not come. The same tap asks again and pays; without it the question
// finds the payment.
func TestAnAnswerThatIsLost(t *testing.T) {
	w := newWorld(t).on()
	for i := range 3 {
		w.publish(w.rule, day("2026-03-01").AddDate(0, i, 0).Format(time.DateOnly))
	}
	for i, f := range []sandbox.Fault{{Path: "/jsapi"}, {Path: "/jsapi", Before: true}, {Path: "/jsapi", Status: 500, Code: "SYSTEM_ERROR"}, {Path: "/jsapi", Forge: true}, {Path: "/jsapi", Late: time.Second}} {
		ref := fmt.Sprint("r", i)
		w.box.Spoil(f)
		o := w.place(ref, i)
		if o.State != checkout.Unknown || o.Pay != nil {
			t.Fatalf("%+v: %+v", f, o.Order)
		}
		if o = w.place(ref, i); o.State != checkout.Ready || o.Pay == nil {
			t.Fatalf("%+v: %+v", f, o.Order)
		}
		w.must(w.box.Pay(o.Number)) // and nobody tells us
		w.clock.Advance(time.Minute)
		w.tick()
		if got := w.find(o.ID); got.State != checkout.Paid {
			t.Errorf("%+v: %+v", f, got.Order)
		}
		w.count("fee_payments", int64(i+1))
	}
	w.sound()
}

// TestToldBeforeTheOrderAnswered: the notice comes while the call that opens the order is still on its way.
func TestToldBeforeTheOrderAnswered(t *testing.T) {
	w := newWorld(t).on()
	w.mid.prepaid = func(number string) {
		w.must(w.box.Pay(number))
		w.must(w.box.Tell(t.Context(), number, 1))
	}
	if got := w.place("r1", 0); got.State != checkout.Paid || got.Pay != nil {
		t.Errorf("%+v", got.Order)
	}
	w.box.Spoil(sandbox.Fault{Path: "/jsapi"}) // nor does an answer that is lost undo it
	if got := w.place("r2", 1); got.State != checkout.Paid {
		t.Errorf("%+v", got.Order)
	}
	w.count("fee_payments", 2)
	w.sound()
}

// TestPaidBetweenTheQuestionAndTheClose: WeChat says that it is not paid, the payer taps, and the close comes too late.
func TestPaidBetweenTheQuestionAndTheClose(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	w.mid.closing = func(number string) { w.must(w.box.Pay(number)) }
	if got, err := w.Cancel(t.Context(), w.owner, o.ID); err != nil || got.State != checkout.Closing {
		t.Errorf("%+v %v", got, err)
	}
	w.tick()
	if got := w.find(o.ID); got.State != checkout.Paid {
		t.Errorf("%+v", got.Order)
	}
	w.count("fee_payments", 1)
}

// TestClosedWhenItsTimeIsOver: an order that was not paid is closed at WeChat and here, its bill is free; one whose answer to that is lost
// is asked for again, and one that was paid at the last moment is booked.
func TestClosedWhenItsTimeIsOver(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	last := w.place("r2", 1)
	w.clock.Advance(14*time.Minute + 50*time.Second)
	w.must(w.box.Pay(last.Number))
	w.clock.Advance(time.Minute)
	w.box.Spoil(sandbox.Fault{Path: "/close"})
	w.tick()
	if got := w.find(o.ID); got.State != checkout.Ready {
		t.Errorf("it was guessed: %+v", got.Order)
	}
	if got := w.find(last.ID); got.State != checkout.Paid {
		t.Errorf("%+v", got.Order)
	}
	w.clock.Advance(time.Hour)
	w.tick()
	if got := w.find(o.ID); got.State != checkout.Closed || got.NextAt != nil {
		t.Errorf("%+v", got.Order)
	}
	w.place("r3", 0)
	w.count("fee_payments", 1)
}

// TestWeChatRefuses: a clear no, and WeChat knows of no order: it has failed, and the bill is free.
func TestWeChatRefuses(t *testing.T) {
	w := newWorld(t).on()
	w.box.Spoil(sandbox.Fault{Path: "/jsapi", Before: true, Status: 400, Code: "PARAM_ERROR"})
	if o := w.place("r1", 0); o.State != checkout.Failed || o.Failure != "PARAM_ERROR" {
		t.Errorf("%+v", o.Order)
	}
	w.place("r2", 0)
}

// TestWhatDoesNotFitIsNeverBooked: another amount or another merchant is kept for a person, once, whoever says so.
func TestWhatDoesNotFitIsNeverBooked(t *testing.T) {
	w := newWorld(t).on()
	for i, x := range []struct {
		total int64
		mch   string
	}{{1, sandbox.MchID}, {int64(yuan("88.50")), "1999999999"}} {
		o := w.place(fmt.Sprint("r", i), i)
		w.must(w.box.Pay(o.Number))
		w.box.Change(o.Number, x.total, x.mch)
		w.must(w.box.Tell(t.Context(), o.Number, 2))
		w.must(w.box.Tell(t.Context(), o.Number, 1))
		w.count("fee_payments", 0)
		list, err := w.ListDifferences(t.Context(), w.cashier, w.Estate.ID, "open", 0, 10)
		if err != nil || len(list) != i+1 || list[0].Kind != checkout.AmountDiffers {
			t.Errorf("%+v %v", list, err)
		}
		if got := w.find(o.ID); got.State != checkout.Doubt {
			t.Errorf("%+v", got.Order)
		}
	}
}

// TestForgedNotices: a changed body, an old signature, another merchant's seal, an address that is nobody's. None leaves a trace.
func TestForgedNotices(t *testing.T) {
	w := newWorld(t).on()
	o := w.place("r1", 0)
	w.must(w.box.Pay(o.Number))
	m, err := w.box.Notice(o.Number, time.Now())
	w.must(err)
	body := append([]byte(nil), m.Body...)
	body[len(body)-10] ^= 1
	w.wants(w.Take(t.Context(), m.Hook, m.Header, body), checkout.ErrForged)
	w.wants(w.Take(t.Context(), m.Hook, nil, m.Body), checkout.ErrForged)
	w.wants(w.Take(t.Context(), strings.Repeat("A", 26), m.Header, m.Body), checkout.ErrNotFound)
	old, err := w.box.Notice(o.Number, time.Now().Add(-6*time.Minute))
	w.must(err)
	w.wants(w.Take(t.Context(), old.Hook, old.Header, old.Body), checkout.ErrForged)
	stranger, err := sandbox.New(w.clock.Now)
	w.must(err)
	stranger.Stray(o.Number, appID, int64(o.Amount))
	s, err := stranger.Notice(o.Number, time.Now())
	w.must(err)
	w.wants(w.Take(t.Context(), m.Hook, s.Header, s.Body), checkout.ErrForged)
	w.count("pay_notices", 0)
	w.count("fee_payments", 0)
	w.must(w.Take(t.Context(), m.Hook, m.Header, m.Body))
	w.count("fee_payments", 1)
	if errors.Is(w.Take(t.Context(), m.Hook, m.Header, m.Body), checkout.ErrForged) {
		t.Error("a repeat is refused")
	}
}
