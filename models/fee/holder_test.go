package fee_test

import (
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestTwoCompaniesOneAfterTheOther: the next company's till, receivables and prepaid money are its own; the one before collects and gives
// back what was between it and the residents, and begins nothing new.
func TestTwoCompaniesOneAfterTheOther(t *testing.T) {
	w := billed(t)
	before, rule := *w, w.rule("停车费", fee.Fixed, terms("100"))
	p := w.paying(1, "100")
	p.BillIDs, p.Prepay = []int64{w.bills(1)[0].ID}, true
	w.pay(p)
	deposit := w.paying(1, "500")
	deposit.Note = "装修押金"
	held, err := w.Deposit(t.Context(), w.cashier, deposit)
	if err != nil {
		t.Fatal(err)
	}
	old := w.bills(0)[0]
	next := w.NextCompany()
	w.cashier, w.head = w.Officer(next, org.Clerk), w.Officer(next, org.Head)
	if h := w.held(1); h != (fee.Held{}) {
		t.Errorf("the next company finds %+v", h)
	}
	w.publish(w.billing(w.rule("新物业费", fee.PerArea, terms("1.00")), "2026-04-01", 1))
	if b := w.bills(1); len(b) != 1 || b[0].Paid != 0 {
		t.Errorf("what the one before holds pays %+v", b)
	}
	mine := w.paying(0, "88.50")
	mine.BillIDs = []int64{old.ID}
	_, err = w.Pay(t.Context(), w.cashier, mine)
	w.wants(err, fee.ErrNotFound)
	w.wants(w.change(fee.Proposal{Kind: fee.RefundAhead, UnitID: w.Units[1].ID, Amount: 1, Way: fee.Cash, Reason: "退预交的钱"}), fee.ErrAmount)
	w.wants(w.change(fee.Proposal{Kind: fee.DepositOut, PaymentID: held, Amount: 1, Way: fee.Cash, Reason: "退装修押金"}), fee.ErrNotFound)
	w.pay(w.paying(0, "88.50"))

	if rules, err := w.ListRules(t.Context(), w.owner, w.Estate.ID); err != nil || len(rules) != 1 || rules[0].Name != "新物业费" {
		t.Errorf("residents are shown %+v, %v", rules, err)
	}

	before.pay(mine)
	for _, c := range []fee.Proposal{{Kind: fee.RefundAhead, UnitID: w.Units[1].ID, Amount: yuan("11.50"), Way: fee.Cash}, {Kind: fee.DepositOut, PaymentID: held, Amount: yuan("500"), Way: fee.Cash}, {Kind: fee.WriteOff, BillID: before.bills(2)[0].ID, Amount: yuan("1")}} {
		c.Reason = "物业公司已经更换"
		if err := before.change(c); err != nil {
			t.Error(c.Kind, err)
		}
	}
	ahead := before.paying(0, "1000")
	ahead.Prepay = true
	for what, f := range map[string]func() error{
		"bills": func() error {
			_, err := before.Preview(t.Context(), before.cashier, before.billing(rule, "2026-05-01", 1))
			return err
		},
		"a price": func() error { _, err := before.Revise(t.Context(), before.head, rule, terms("2")); return err },
		"a rule": func() error {
			_, err := before.AddRule(t.Context(), before.head, w.Estate.ID, "电梯费", fee.Fixed, terms("2"))
			return err
		},
		"prepaid":  func() error { _, err := before.Pay(t.Context(), before.cashier, ahead); return err },
		"deposits": func() error { _, err := before.Deposit(t.Context(), before.cashier, deposit); return err },
		"arrears": func() error {
			before.drawer.lists[1] = "房号,费用名称,起始月份,金额\n1-1-101,物业费,2025-01,5\n"
			_, err := before.Import(t.Context(), before.cashier, w.Estate.ID, fee.OfArrears, 1)
			return err
		},
	} {
		t.Log(what)
		w.wants(f(), fee.ErrLeft)
	}
	w.tx(func(tx *store.Tx) error {
		for company, want := range map[int64]money.Fen{w.Company.ID: yuan("177.00"), next.ID: yuan("88.50")} {
			sums, err := ledger.Balances(tx, w.Estate.ID, ledger.FeesOf(company), []ledger.Code{ledger.FeeCash}, nil, calendar.DateOf(tx.Now))
			if got := sums[ledger.Key{Code: ledger.FeeCash}]; got != want || err != nil {
				t.Errorf("company %d has %s in the till, want %s, %v", company, got, want, err)
			}
		}
		return nil
	})
	w.sound()
}
