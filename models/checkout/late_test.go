package checkout_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/server/wechatpay/sandbox"
)

// ahead has an order come in that its bill does not want any more, so that its money can go back in cash or through WeChat.
func (w *world) ahead() *checkout.Placed {
	w.t.Helper()
	o := w.place("r1", 0)
	w.desk(0, o.Amount.String())
	w.must(w.box.Pay(o.Number))
	w.must(w.box.Tell(w.t.Context(), o.Number, 1))
	return w.find(o.ID)
}

// denied has WeChat refuse a refund and know nothing of it.
func (w *world) denied(code string) {
	w.box.Spoil(sandbox.Fault{Path: "domestic/refunds", Before: true, Status: 400, Code: code}, sandbox.Fault{Path: "/refunds/", Before: true, Status: 404, Code: "RESOURCE_NOT_EXISTS"})
}

// TestADenialRightAfterALostAnswer ends nothing: WeChat lags, the money is kept, and its success is booked.
func TestADenialRightAfterALostAnswer(t *testing.T) {
	w := newWorld(t).on()
	o := w.ahead()
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.box.Spoil(sandbox.Fault{Path: "domestic/refunds"})
	w.tick()
	w.denied("INVALID_REQUEST")
	w.later(time.Minute)
	if r := w.refunds()[0]; r.State != checkout.Uncertain || r.DeniedAt == nil {
		t.Fatalf("%+v", r)
	}
	if err := w.refund(fee.Proposal{Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: o.Amount, Way: fee.Cash}); err == nil {
		t.Error("the same money goes back in cash")
	}
	w.must(w.box.Settle(w.refunds()[0].Number, "SUCCESS"))
	w.must(w.box.Tell(t.Context(), w.refunds()[0].Number, 1))
	if r := w.refunds()[0]; r.State != checkout.Given || r.PaymentID == 0 {
		t.Errorf("%+v", r)
	}
	w.sound()
}

// TestADenialThatStays ends an uncertain refund, minutes later, and not before.
func TestADenialThatStays(t *testing.T) {
	w := newWorld(t).on()
	o := w.ahead()
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.box.Spoil(sandbox.Fault{Path: "domestic/refunds", Before: true})
	w.tick()
	for _, later := range []time.Duration{time.Minute, 4 * time.Minute} {
		w.denied("PARAM_ERROR")
		w.later(later)
		if r := w.refunds()[0]; r.State != checkout.Uncertain {
			t.Fatalf("%+v", r)
		}
	}
	w.denied("PARAM_ERROR")
	w.later(10 * time.Minute)
	if r := w.refunds()[0]; r.State != checkout.NotGiven || r.Failure != "PARAM_ERROR" {
		t.Errorf("%+v", r)
	}
	w.must(w.refund(fee.Proposal{Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: o.Amount, Way: fee.Cash}))
}

// TestASuccessAfterTheEnd: WeChat gives what it had denied for long. It is booked; where the money has gone back in cash meanwhile, that is
// named, the day does not close, and it is booked by itself once the unit has given it back.
func TestASuccessAfterTheEnd(t *testing.T) {
	for name, cash := range map[string]bool{"kept": false, "spent": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).on()
			o := w.ahead()
			w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
			w.box.Spoil(sandbox.Fault{Path: "domestic/refunds"}) // taken, and the answer lost
			w.tick()
			for _, later := range []time.Duration{time.Minute, 10 * time.Minute} {
				w.denied("INVALID_REQUEST")
				w.later(later)
			}
			r := w.refunds()[0]
			if r.State != checkout.NotGiven {
				t.Fatalf("%+v", r)
			}
			if cash {
				w.must(w.refund(fee.Proposal{Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: o.Amount, Way: fee.Cash}))
			}
			w.must(w.box.Settle(r.Number, "SUCCESS"))
			w.must(w.box.Tell(t.Context(), r.Number, 1))
			if r = w.refunds()[0]; !cash && r.State != checkout.Given || cash && (r.State != checkout.Unbooked || r.NextAt == nil) {
				t.Fatalf("%+v", r)
			}
			if cash {
				x := w.differences()[checkout.RefundDiffers]
				w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Explain, "现金已经退过，找业主要回"))
				w.must(w.Confirm(t.Context(), w.head, x.ID, true))
				w.morning()
				w.wants(w.CloseDay(t.Context(), w.cashier, w.day().ID), checkout.ErrUnbookedRefund)
				_, err := w.fees.Pay(t.Context(), w.cashier, fee.Paying{EstateID: w.Estate.ID, UnitID: w.Units[0].ID, Amount: 2 * o.Amount, Way: fee.Cash, Prepay: true})
				w.must(err)
				for range 5 {
					w.later(2 * time.Hour)
				}
				if r = w.refunds()[0]; r.State != checkout.Given {
					t.Fatalf("%+v", r)
				}
			}
			if h := w.held(); h.Prepaid != 0 || w.balance(ledger.FeeWeChat) != 0 {
				t.Errorf("%+v, the WeChat account holds %s", h, w.balance(ledger.FeeWeChat))
			}
			w.sound()
		})
	}
}

// TestALateRefundIsBookedByTwo: the bill has a refund that nobody told of and that ended here; two people may book it.
func TestALateRefundIsBookedByTwo(t *testing.T) {
	w := newWorld(t).on()
	o := w.ahead()
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.box.Spoil(sandbox.Fault{Path: "domestic/refunds"})
	w.tick()
	for _, later := range []time.Duration{time.Minute, 10 * time.Minute} {
		w.denied("INVALID_REQUEST")
		w.later(later)
	}
	w.must(w.box.Settle(w.refunds()[0].Number, "SUCCESS"))
	w.clock.Advance(24*time.Hour + 30*time.Minute)
	_, err := w.OpenDays(t.Context())
	w.must(err)
	w.box.Spoil(sandbox.Fault{Path: "/refunds/", Before: true, Status: 500}) // it is not answered while the day is compared
	w.tick()
	x := w.differences()[checkout.RefundDiffers]
	if x.RefundID == 0 {
		t.Fatalf("%+v", w.refunds()[0])
	}
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Book, "商户平台查到已经退了"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	if r := w.refunds()[0]; r.State != checkout.Given || w.held().Prepaid != 0 {
		t.Errorf("%+v", r)
	}
}

// TestAWithdrawnRefund: one that WeChat does not take for want of money is withdrawn by a person; what was kept for it is free once WeChat
// has said twice that it knows of none, and one that WeChat has after all goes on.
func TestAWithdrawnRefund(t *testing.T) {
	for _, code := range []string{"NOT_ENOUGH", "RESOURCE_NOT_EXISTS"} {
		w := newWorld(t).on()
		o := w.ahead()
		w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
		w.denied("NOT_ENOUGH")
		w.tick()
		r := w.refunds()[0]
		if r.State != checkout.Requested || r.Failure != "NOT_ENOUGH" {
			t.Fatalf("%+v", r)
		}
		w.must(w.Withdraw(t.Context(), w.cashier, r.ID))
		w.wants(w.Withdraw(t.Context(), w.cashier, r.ID), checkout.ErrState)
		w.tick()
		if err := w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}); err == nil {
			t.Error("it is free at once")
		}
		w.later(10 * time.Minute)
		if r = w.refunds()[0]; r.State != checkout.NotGiven {
			t.Fatalf("%+v", r)
		}
		w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
		w.denied(code)
		w.tick()
		if r = w.refunds()[0]; code == "RESOURCE_NOT_EXISTS" && r.State != checkout.NotGiven {
			t.Errorf("%s: %+v", code, r)
		}
	}
	w := newWorld(t).on()
	o := w.ahead()
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.box.Spoil(sandbox.Fault{Path: "domestic/refunds"}) // it has it
	w.tick()
	w.must(w.Withdraw(t.Context(), w.cashier, w.refunds()[0].ID))
	w.tick()
	if r := w.refunds()[0]; r.State != checkout.Sent {
		t.Errorf("%+v", r)
	}
	w.wants(w.Withdraw(t.Context(), w.cashier, w.refunds()[0].ID), checkout.ErrState)
}
