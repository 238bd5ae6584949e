package checkout_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// listed imports a bank's list and gives its lines.
func (w *world) listed(id int64, rows string) []fee.LineView {
	w.t.Helper()
	w.lists[id] = "日期,金额,流水号,付款人,对方账号\n" + rows
	made, err := w.fees.Import(w.t.Context(), w.cashier, w.Estate.ID, fee.OfPayments, id)
	w.must(err)
	for more := true; more; {
		more, err = w.fees.Tick(w.t.Context())
		w.must(err)
	}
	lines, err := w.fees.ListLines(w.t.Context(), w.cashier, made, "", 0, 100)
	w.must(err)
	return lines
}

func (w *world) accountNow() (a checkout.Account) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error { return tx.Where("id = ?", w.account.ID).Take(&a).Error })
	return a
}

// TestWhoPaysOutIsStatedByTwo: one alone changes nothing.
func TestWhoPaysOutIsStatedByTwo(t *testing.T) {
	w := newWorld(t)
	a, err := w.ProposeAccount(t.Context(), w.cashier, w.Estate.ID, checkout.Merchant{Provider: "sandbox"})
	w.must(err)
	w.account = a
	payer := checkout.Payer{Name: " 某支付有限公司 ", Account: "6222 0200-0000 01"}
	w.wants(w.ProposePayer(t.Context(), w.cashier, a.ID, payer), checkout.ErrState)
	w.must(w.DecideAccount(t.Context(), w.head, a.ID, true, ""))
	w.wants(w.DecidePayer(t.Context(), w.head, a.ID, true, ""), checkout.ErrState)
	if f := fault.Of(w.ProposePayer(t.Context(), w.cashier, a.ID, checkout.Payer{Name: "某", Account: "1"})); len(f.Fields) != 2 {
		t.Errorf("%+v", f)
	}
	w.must(w.ProposePayer(t.Context(), w.head, a.ID, payer))
	w.wants(w.ProposePayer(t.Context(), w.cashier, a.ID, payer), checkout.ErrState)
	w.wants(w.DecidePayer(t.Context(), w.head, a.ID, true, ""), checkout.ErrSamePerson)
	w.wants(w.DecidePayer(t.Context(), w.cashier, a.ID, true, ""), org.ErrForbidden)
	w.wants(w.ProposePayer(t.Context(), w.Officer(w.NextCompany(), org.Clerk), a.ID, payer), checkout.ErrNotFound)
	if x := w.listed(1, "2026-03-02,900,A1,某支付有限公司,6222020000000 1\n")[0]; x.State != "suspense" {
		t.Errorf("by one alone: %+v", x)
	}
	w.must(w.DecidePayer(t.Context(), w.head2(), a.ID, false, "账号少了一位"))
	if got := w.accountNow(); got.PayerName != "" || got.PayerAt != nil {
		t.Errorf("%+v", got)
	}
	w.must(w.ProposePayer(t.Context(), w.cashier, a.ID, payer))
	w.must(w.DecidePayer(t.Context(), w.head, a.ID, true, ""))
	if got := w.accountNow(); got.PayerName != "某支付有限公司" || got.PayerAccount != "62220200000001" || got.NewPayerName != "" {
		t.Errorf("%+v", got)
	}
	w.wants(w.ProposePayer(t.Context(), w.cashier, a.ID, payer), checkout.ErrState)
	if x := w.listed(2, "2026-03-02,900,A2,别的名称,6222020000000 1\n")[0]; x.State != "payout" || !strings.Contains(x.Result, "本小区的设置") {
		t.Errorf("%+v", x)
	}
}

// TestAPayoutOfADaysBill: what WeChat's bill of a day comes to less what it keeps is shown on the bank's line, with nobody having said who
// pays out; the clerk proposes it as it stands, another agrees, and the books have with WeChat what WeChat holds. A day on which money stands
// that is not in the books is not proposed.
func TestAPayoutOfADaysBill(t *testing.T) {
	w := newWorld(t).on()
	o := w.paid("r1", 0)
	w.morning()
	w.box.Stray("SHOP-0001", appID, 1200)
	second := w.paid("r2", 1)
	w.morning()
	first := w.account.ID
	lines := w.listed(1, "2026-03-03,87.97,A1,某清算中心,\n2026-03-04,99.90,A2,财付通支付科技有限公司,\n")
	x := lines[0]
	if x.State != "payout" || x.Payout == nil || x.Payout.Amount != o.Amount || x.Payout.Cost != 53 || !x.Payout.FromOn.Equal(day("2026-03-02")) || !x.Payout.ToOn.Equal(day("2026-03-02")) {
		t.Fatalf("%+v %+v", x, x.Payout)
	}
	if x := lines[1]; x.State != "payout" || x.Payout != nil { // 88.50 and the shop's 12, less 0.60
		t.Errorf("%+v", x.Payout)
	}
	id, err := w.fees.SettleLine(t.Context(), w.cashier, x.ImportID, x.Line.Line, "")
	w.must(err)
	if got := w.balance(ledger.FeeWeChat); got != o.Amount+second.Amount {
		t.Errorf("it is booked by one: %s", got)
	}
	_, err = w.fees.Decide(t.Context(), w.head, id, true, "")
	w.must(err)
	if got := w.balance(ledger.FeeWeChat); got != second.Amount || w.balance(ledger.FeeBank) != yuan("87.97") || w.balance(ledger.FeeCost) != 53 {
		t.Errorf("%s stays with WeChat", got)
	}
	// The shop's money comes into the books, the day is read again, and is paid out as a whole; off and on again is the same merchant.
	d := w.differences()[checkout.OnlyTheirs]
	w.must(w.Resolve(t.Context(), w.cashier, d.ID, checkout.Book, "小店的收款，入账"))
	w.must(w.Confirm(t.Context(), w.head, d.ID, true))
	w.must(w.EndAccount(t.Context(), w.cashier, first))
	_, err = w.Reconcile(t.Context(), w.cashier, first, day("2026-03-03"))
	w.must(err)
	w.tick()
	lines, err = w.fees.ListLines(t.Context(), w.cashier, x.ImportID, "payout", 0, 100)
	w.must(err)
	if p := lines[0].Payout; len(lines) != 1 || p == nil || p.Amount != yuan("100.50") || p.Cost != 60 {
		t.Errorf("%+v", lines)
	}
	w.sound()
}
