package checkout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// strayBack has somebody pay what no order was for, and somebody give amounts of it back at WeChat's own pages.
func (w *world) strayBack(total int64, back ...int64) {
	w.t.Helper()
	w.box.Stray("SHOP-0001", appID, total)
	for i, amount := range back {
		w.must(w.box.GiveBack("SHOP-0001", fmt.Sprint("SHOP-R", i+1), amount))
	}
	w.morning()
}

// states are the states and actions of all differences, payments before refunds.
func (w *world) states() string {
	w.t.Helper()
	list, err := w.ListDifferences(w.t.Context(), w.cashier, w.Estate.ID, "", 0, 50)
	w.must(err)
	slices.SortFunc(list, func(a, b checkout.Difference) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	text := ""
	for _, d := range list {
		text += fmt.Sprintf("%s:%s:%s:%v ", d.Kind, d.State, d.Action, d.LinkedID != 0)
	}
	return text
}

func (w *world) unlinked() int {
	w.t.Helper()
	var bad []int64
	w.tx(func(tx *store.Tx) error { return checkout.Unlinked(tx).Scan(&bad).Error })
	return len(bad)
}

// TestWhatCameAndWentAtWeChat: an unknown payment and the refunds of the whole of it end together by two people, without a booking; they
// are sent back together, and taken up again together.
func TestWhatCameAndWentAtWeChat(t *testing.T) {
	w := newWorld(t).on()
	w.strayBack(1200, 700, 500)
	const open = "only_theirs:open::false refund:open::false refund:open::false "
	if got := w.states(); got != open {
		t.Fatal(got)
	}
	x := w.differences()[checkout.RefundDiffers]
	stray := w.differences()[checkout.OnlyTheirs]
	w.wants(w.Resolve(t.Context(), w.cashier, stray.ID, checkout.Link, "商户平台上已退回"), checkout.ErrState)
	w.wants(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Book, "商户平台上已退回"), checkout.ErrState)
	w.must(w.Resolve(t.Context(), w.head, x.ID, checkout.Link, "小店误用了商户号，已全部退回"))
	const asked = "only_theirs:proposed:link:true refund:proposed:link:true refund:proposed:link:true "
	if got := w.states(); got != asked || w.unlinked() != 0 {
		t.Fatal(got)
	}
	w.wants(w.Resolve(t.Context(), w.cashier, stray.ID, checkout.Book, "入账再说"), checkout.ErrState)
	w.wants(w.Confirm(t.Context(), w.head, stray.ID, true), checkout.ErrSamePerson)
	w.must(w.Confirm(t.Context(), w.head2(), stray.ID, false))
	if got := w.states(); strings.Contains(got, "proposed") || strings.Contains(got, "true") {
		t.Error(got)
	}
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "小店误用了商户号，已全部退回"))
	w.must(w.box.Settle("SHOP-R1", "ABNORMAL")) // not gone back, whatever the bill said
	w.wants(w.Confirm(t.Context(), w.head, x.ID, true), checkout.ErrBusy)
	w.must(w.box.Settle("SHOP-R1", "SUCCESS"))
	w.wants(w.CloseDay(t.Context(), w.cashier, w.day().ID), checkout.ErrOpenDifferences)
	var done atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			switch err := w.Confirm(t.Context(), w.head, []int64{x.ID, stray.ID}[i%2], true); {
			case err == nil:
				done.Add(1)
			case !errors.Is(err, checkout.ErrState):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	const ended = "only_theirs:resolved:link:true refund:resolved:link:true refund:resolved:link:true "
	if got := w.states(); done.Load() != 1 || got != ended || w.unlinked() != 0 {
		t.Errorf("%d times: %s", done.Load(), got)
	}
	w.count("fee_payments", 0)
	if got := w.balance(ledger.FeeWeChat); got != 0 {
		t.Errorf("the WeChat account holds %s", got)
	}
	w.must(w.Reopen(t.Context(), w.cashier, x.ID, "退款另有原因"))
	if got := w.states(); strings.Contains(got, "resolved") || strings.Contains(got, "true") {
		t.Error(got)
	}
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "小店误用了商户号，已全部退回"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	w.must(w.CloseDay(t.Context(), w.cashier, w.day().ID))
	w.sound()
}

// TestARefundOfWhatWasEnteredMeanwhile goes out of the books against that payment, by two; what stayed of it stays, and the day's two sides
// agree.
func TestARefundOfWhatWasEnteredMeanwhile(t *testing.T) {
	for name, back := range map[string]int64{"whole": 1200, "part": 200} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).on()
			w.strayBack(1200, back)
			got := w.differences()
			x := got[checkout.RefundDiffers]
			book := func(id int64) error {
				err := w.Resolve(t.Context(), w.cashier, id, checkout.Book, "两人核对过商户平台")
				if err == nil {
					err = w.Confirm(t.Context(), w.head, id, true)
				}
				return err
			}
			if back < 1200 {
				err := w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "商户平台上已退回")
				w.wants(err, checkout.ErrState)
				if text := fault.Of(err).Message; !strings.Contains(text, "只退了2.00元") {
					t.Error(text)
				}
			}
			w.must(book(got[checkout.OnlyTheirs].ID))
			w.wants(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "商户平台上已退回"), checkout.ErrState)
			if back < 1200 { // it is nobody's yet
				w.wants(book(x.ID), checkout.ErrState)
				payment := w.differences()[checkout.OnlyTheirs].PaymentID
				id, err := w.fees.Assign(t.Context(), w.cashier, payment, fee.Paying{UnitID: w.Units[2].ID, Prepay: true}, "业主来认领了")
				w.must(err)
				_, err = w.fees.Decide(t.Context(), w.head, id, true, "")
				w.must(err)
				w.must(w.refund(fee.Proposal{Kind: fee.CarryOver, BillID: w.billOf(2)}))
			}
			w.must(book(x.ID))
			w.wants(book(x.ID), checkout.ErrState)
			if got := int64(w.balance(ledger.FeeWeChat)); got != 1200-back {
				t.Errorf("the WeChat account holds %d", got)
			}
			_, err := w.Reconcile(t.Context(), w.cashier, w.account.ID, w.day().DayOn)
			w.must(err)
			w.tick()
			if d := w.day(); d.Paid != d.OursPaid || d.Refunded != d.OursBack || int64(d.Refunded) != back {
				t.Errorf("%+v", d)
			}
			w.must(w.CloseDay(t.Context(), w.cashier, w.day().ID))
			w.sound()
		})
	}
}

// billOf is a unit's oldest bill.
func (w *world) billOf(unit int) int64 {
	w.t.Helper()
	list, err := w.fees.ListBills(w.t.Context(), w.cashier, w.Estate.ID, fee.BillFilter{UnitID: w.Units[unit].ID}, 0, 100)
	w.must(err)
	return list[len(list)-1].ID
}

// TestADoubtThatWasGivenBack: a payment of another amount, which waited for a person, was given back at WeChat's own pages; it ends with its
// refund, and its bill may be paid again.
func TestADoubtThatWasGivenBack(t *testing.T) {
	w := newWorld(t).on()
	o := w.doubted("r1", 0)
	w.must(w.box.GiveBack(o.Number, "BACK-1", int64(o.Amount)+100))
	w.morning()
	x := w.differences()[checkout.RefundDiffers]
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "付错了金额，已全部退回"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	if got := w.find(o.ID); got.State != checkout.Explained || len(w.open()) != 0 || w.unlinked() != 0 {
		t.Errorf("%+v %s", got.Order, w.states())
	}
	w.count("fee_payments", 0)
	w.place("r2", 0)
	w.must(w.Reopen(t.Context(), w.cashier, x.ID, "业主说没有收到退款"))
	if got := w.find(o.ID); got.State != checkout.Doubt {
		t.Errorf("%+v", got.Order)
	}
}

// TestARefundThatWeChatClosed gave nothing back: once two have said so, the other one is the whole.
func TestARefundThatWeChatClosed(t *testing.T) {
	w := newWorld(t).on()
	w.strayBack(1200, 700)
	w.must(w.box.GiveBack("SHOP-0001", "SHOP-R2", 1200))
	_, err := w.Reconcile(t.Context(), w.cashier, w.account.ID, w.day().DayOn)
	w.must(err)
	w.morning()
	w.must(w.box.Settle("SHOP-R1", "CLOSED"))
	for _, x := range w.open() {
		if x.Number == "SHOP-R1" {
			w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Explain, "微信没有退成，后来重新退了"))
			w.must(w.Confirm(t.Context(), w.head, x.ID, true))
		}
	}
	for _, x := range w.open() {
		if x.Number == "SHOP-R2" {
			w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "小店误用了商户号，已全部退回"))
			w.must(w.Confirm(t.Context(), w.head, x.ID, true))
		}
	}
	if len(w.open()) != 0 || w.unlinked() != 0 {
		t.Error(w.states())
	}
}

// TestNoPairWithoutItsPayment: a refund of a payment of which nothing is known is not set against another.
func TestNoPairWithoutItsPayment(t *testing.T) {
	w := newWorld(t).on()
	w.strayBack(1200, 1200)
	w.tx(func(tx *store.Tx) error {
		return tx.Exec("DELETE FROM pay_differences WHERE kind = ?", checkout.OnlyTheirs).Error
	})
	x := w.differences()[checkout.RefundDiffers]
	err := w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "商户平台上已退回")
	w.wants(err, checkout.ErrState)
	if text := fault.Of(err).Message; !strings.Contains(text, "付款那一天") {
		t.Error(text)
	}
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Explain, "开通前收的款，已退回"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	w.later(time.Hour)
	w.wants(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "商户平台上已退回"), checkout.ErrState)
}

// TestATamperedPairIsFound: a payment that ended with its refunds comes to them, and is in no books.
func TestATamperedPairIsFound(t *testing.T) {
	w := newWorld(t).on()
	w.strayBack(1200, 700, 500)
	x := w.differences()[checkout.RefundDiffers]
	w.must(w.Resolve(t.Context(), w.cashier, x.ID, checkout.Link, "小店误用了商户号，已全部退回"))
	w.must(w.Confirm(t.Context(), w.head, x.ID, true))
	undone := errors.New("undone")
	for _, sql := range []string{
		"UPDATE pay_differences SET theirs = theirs + 1 WHERE kind = 'only_theirs'", "UPDATE pay_differences SET theirs = theirs - 1 WHERE kind = 'refund' AND theirs = 500", "DELETE FROM pay_differences WHERE kind = 'only_theirs'",
		"DELETE FROM pay_differences WHERE kind = 'refund' AND theirs = 500", "UPDATE pay_differences SET linked_id = 0 WHERE kind = 'only_theirs'", "UPDATE pay_differences SET action = 'explain' WHERE kind = 'only_theirs'", "UPDATE pay_differences SET state = 'open' WHERE theirs = 700",
	} {
		var bad []int64
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			if done := tx.Exec(sql); done.Error != nil || done.RowsAffected == 0 {
				t.Errorf("%s: %d rows, %v", sql, done.RowsAffected, done.Error)
			}
			if err := checkout.Unlinked(tx).Scan(&bad).Error; err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) || len(bad) == 0 {
			t.Errorf("nobody sees %s: %v", sql, err)
		}
	}
	if w.unlinked() != 0 {
		t.Error("something is found that nobody changed")
	}
}
