package checkout_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/wechatpay"
)

// neighbour is an account of another estate with the same merchant, and an order that was paid there.
func (w *world) neighbour(number string, amount int64) checkout.Account {
	w.t.Helper()
	var a checkout.Account
	w.tx(func(tx *store.Tx) error {
		if err := tx.Where("id = ?", w.account.ID).Take(&a).Error; err != nil {
			return err
		}
		a.ID, a.EstateID, a.Hook = 0, a.EstateID+900, "N"+a.Hook[1:]
		a.Live = &a.EstateID
		if err := tx.Create(&a).Error; err != nil {
			return err
		}
		w.box.Stray(number, appID, amount)
		got, err := w.providerOf().Query(w.t.Context(), number)
		if err != nil {
			return err
		}
		return tx.Create(&checkout.Order{Number: number, AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, UnitID: 1, PersonID: 1, ClientRef: number, Amount: got.Amount, State: checkout.Paid, TransactionID: &got.TransactionID, PaidAt: &got.PaidAt, PaymentID: 0,
			ExpiresAt: tx.Now, CreatedAt: tx.Now}).Error
	})
	return a
}

func (w *world) providerOf() checkout.Provider {
	m, err := w.box.Merchant(appID)
	w.must(err)
	c, err := wechatpay.Options{Timeout: time.Second, Transport: w.box}.Open(m)
	w.must(err)
	return c
}

// TestOneMerchantOfManyEstates: a merchant's bill is fetched once a day; what is another estate's is no difference here, and what is
// nobody's is named once.
func TestOneMerchantOfManyEstates(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	other := w.neighbour("F20260302NEIGHBOUR", 4200)
	w.box.Stray("SHOP-0001", appID, 1200)
	w.must(w.box.GiveBack("SHOP-0001", "SHOP-R1", 200))
	w.morning()
	w.count("pay_days", 2)
	w.count("pay_differences", 2) // the shop's, once
	if w.mid.bills != 1 {
		t.Errorf("the bill was fetched %d times", w.mid.bills)
	}
	if d := w.day(); d.Paid != o.Amount+1200 || d.OursPaid != o.Amount || d.RowsRead != 3 || d.State != "open" {
		t.Errorf("%+v", d)
	}
	w.tx(func(tx *store.Tx) error {
		var d checkout.Day
		err := tx.Where("account_id = ?", other.ID).Take(&d).Error
		if d.Paid != 4200 || d.RowsRead != 1 || d.State != "open" {
			t.Errorf("the neighbour's: %+v", d)
		}
		return err
	})
	var x checkout.Difference
	w.tx(func(tx *store.Tx) error {
		x = checkout.Difference{AccountID: w.account.ID, EstateID: w.Estate.ID, CompanyID: w.Company.ID, DayOn: day("2026-03-02"), Kind: checkout.OnlyTheirs, Number: "F20260302NEIGHBOUR", TransactionID: "T", Theirs: 4200, State: "open", CreatedAt: tx.Now}
		return tx.Create(&x).Error
	})
	w.wants(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Book, "两人核对过平台"), checkout.ErrState)
}

// TestOffAndOnAgain: the same day's orders of both settings agree, and a refund of the first, days later, has its day.
func TestOffAndOnAgain(t *testing.T) {
	w := newWorld(t).on()
	o, first := w.paid("r1", 0), w.account.ID
	w.must(w.EndAccount(t.Context(), w.cashier, first))
	w.on()
	w.paid("r2", 1)
	w.morning()
	w.count("pay_differences", 0)
	w.count("pay_days", 2)
	for range 3 {
		w.morning()
	}
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.tick()
	w.must(w.box.Settle(w.refunds()[0].Number, "SUCCESS"))
	w.later(time.Hour)
	w.morning()
	w.tick()
	w.count("pay_differences", 0)
	w.tx(func(tx *store.Tx) error {
		var last checkout.Day
		err := tx.Where("account_id = ?", first).Order("day_on DESC").Limit(1).Take(&last).Error
		if last.Refunded != o.Amount || last.OursBack != o.Amount || last.State != "open" {
			t.Errorf("%+v", last)
		}
		return err
	})
}

// TestAfterAStandstill: every day since the last is opened, some at a time; a day before the estate was switched on is said to be that.
func TestAfterAStandstill(t *testing.T) {
	w := newWorld(t).on()
	w.morning()
	w.clock.Advance(20 * 24 * time.Hour)
	runs := 0
	for more := true; more; runs++ {
		var err error
		more, err = w.OpenDays(t.Context())
		w.must(err)
	}
	w.count("pay_days", 21)
	if runs != 3 {
		t.Errorf("%d runs", runs)
	}
	_, err := w.Reconcile(t.Context(), w.cashier, w.account.ID, day("2026-03-01"))
	w.wants(err, checkout.ErrBeforeOn)
}

// TestARowOfAnUnknownState is named, and the day is read nevertheless; what WeChat keeps is shown.
func TestARowOfAnUnknownState(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	w.box.Stray("SHOP-0001", appID, 1200)
	w.box.Revoke("SHOP-0001")
	w.morning()
	if d := w.day(); d.State != "open" || d.Paid != o.Amount || d.Fee != 53+7 {
		t.Errorf("%+v", d)
	}
	if x := w.differences()[checkout.StateDiffers]; x.Number != "SHOP-0001" || x.Cause != "odd" {
		t.Errorf("%+v", x)
	}
}

// TestADaySumsWhatWasBooked, not what was ordered.
func TestADaySumsWhatWasBooked(t *testing.T) {
	w := newWorld(t).on()
	o := w.doubted("r1", 0)
	x := w.open()[0]
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Book, "按实收入账"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	w.box.Stray("SHOP-0001", appID, 1200)
	w.morning()
	x = w.differences()[checkout.OnlyTheirs]
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Book, "业主用旧码付的"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	_, err := w.Reconcile(t.Context(), w.cashier, w.account.ID, w.day().DayOn)
	w.must(err)
	w.tick()
	if d := w.day(); d.OursPaid != o.Amount+100+1200 || d.Paid != d.OursPaid {
		t.Errorf("%+v", d)
	}
}

// TestNewKeys: a merchant's keys are renewed by two people, its orders and refunds go on under the same account, also after it is switched
// off; another merchant is none of it.
func TestNewKeys(t *testing.T) {
	w := newWorld(t)
	var opened checkout.Merchant
	s := checkout.New(checkout.Options{DB: w.DB, Vault: w.vault, Fees: w.fees, AppID: appID, HookURL: "https://linli.example/callback/wechatpay/", Log: slog.New(slog.DiscardHandler),
		Open: func(m checkout.Merchant) (checkout.Provider, error) {
			opened = m
			return wechatpay.Options{Timeout: time.Second, Transport: w.box}.Open(m)
		}})
	w.Service = s
	w.box.PushTo(s.Take)
	good, err := w.box.Merchant(appID)
	w.must(err)
	a, err := s.ProposeAccount(t.Context(), w.cashier, w.Estate.ID, good)
	w.must(err)
	w.wants(s.ProposeKeys(t.Context(), w.cashier, a.ID, good), checkout.ErrState)
	w.must(s.DecideAccount(t.Context(), w.head, a.ID, true, ""))
	o := w.paid("r1", 0)
	fresh := good
	fresh.Serial = "77777777777777777777777777777777"
	stranger := fresh
	stranger.MchID = "1911111111"
	if f := fault.Of(s.ProposeKeys(t.Context(), w.cashier, a.ID, stranger)); len(f.Fields) != 1 || f.Fields[0].Path != "mch_id" {
		t.Errorf("%+v", f)
	}
	w.wants(s.DecideKeys(t.Context(), w.head, a.ID, true, ""), checkout.ErrState)
	w.must(s.ProposeKeys(t.Context(), w.head, a.ID, fresh))
	w.wants(s.ProposeKeys(t.Context(), w.cashier, a.ID, fresh), checkout.ErrState)
	w.wants(s.DecideKeys(t.Context(), w.head, a.ID, true, ""), checkout.ErrSamePerson)
	w.must(s.DecideKeys(t.Context(), w.head2(), a.ID, false, "不是我们的证书"))
	w.must(s.EndAccount(t.Context(), w.cashier, a.ID))
	w.must(s.ProposeKeys(t.Context(), w.cashier, a.ID, fresh))
	w.must(s.DecideKeys(t.Context(), w.head, a.ID, true, ""))
	w.must(w.refund(fee.Proposal{Kind: fee.Undo, PaymentID: o.PaymentID}))
	w.tick()
	if r := w.refunds()[0]; r.State != checkout.Sent || r.AccountID != a.ID || opened.Serial != fresh.Serial || opened.APIv3Key != good.APIv3Key {
		t.Errorf("%+v by %s", r, opened.Serial)
	}
	w.tx(func(tx *store.Tx) error {
		var x checkout.Account
		err := tx.Where("id = ?", a.ID).Take(&x).Error
		if x.Renewal != "" || x.Serial != fresh.Serial || x.State != "off" {
			t.Error(fmt.Sprint(x.Renewal == "", x.Serial, x.State))
		}
		return err
	})
}
