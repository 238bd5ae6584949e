package fee_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
)

// record gives every statement that reads.
func (w *world) record() *[]string {
	w.t.Helper()
	var seen []string
	note := func(g *gorm.DB) {
		if text := g.Dialector.Explain(g.Statement.SQL.String(), g.Statement.Vars...); strings.HasPrefix(text, "SELECT") {
			seen = append(seen, text)
		}
	}
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		if err := tx.Callback().Query().After("gorm:query").Register("test:seen", note); err != nil {
			return err
		}
		return tx.Callback().Row().After("gorm:row").Register("test:seen", note)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return &seen
}

// whole says which table a statement reads from end to end; "" for none. What a sub-query gives is walked as it is.
func (w *world) whole(statement string) (found string) {
	w.t.Helper()
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		var rows []map[string]any
		if tx.Dialect == store.SQLite {
			err := tx.Raw("EXPLAIN QUERY PLAN " + statement).Scan(&rows).Error
			for _, r := range rows {
				table, scans := strings.CutPrefix(fmt.Sprint(r["detail"]), "SCAN ")
				if name, _, _ := strings.Cut(table, " "); scans && !derived[name] {
					found = fmt.Sprint(r["detail"])
				}
			}
			return err
		}
		err := tx.Raw("EXPLAIN " + statement).Scan(&rows).Error
		for _, r := range rows {
			// A table of a few rows is read whole in any case.
			n, _ := strconv.Atoi(fmt.Sprint(r["rows"]))
			if how, table := fmt.Sprint(r["type"]), fmt.Sprint(r["table"]); (how == "ALL" || how == "index") && !strings.HasPrefix(table, "<") && n > 1_000 {
				found = fmt.Sprint(r)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// derived are the names of sub-queries, and of what has a few rows however large a city is.
var derived = map[string]bool{"mine": true, "paid": true, "l": true, "CONSTANT": true}

// TestTheFeeListsUseTheirKeys: over many estates' bills and payments, a page of each list costs what the page holds.
func TestTheFeeListsUseTheirKeys(t *testing.T) {
	w := billed(t)
	w.pay(w.paying(0, "100"))
	w.load(1, fee.OfPayments, "日期,金额,流水号\n2026-03-01,100,S1\n")
	w.years()
	day1 := day("2026-03-02")
	if _, err := w.CloseDay(t.Context(), w.cashier, w.Estate.ID, day1, yuan("100"), ""); err != nil {
		t.Fatal(err)
	}
	bill, estate := w.bills(0)[0], w.Estate.ID
	w.clock.Advance(24 * 3600e9)
	w.sold(0)
	ahead := w.paying(0, "300")
	ahead.Prepay = true
	w.pay(ahead)
	if err := w.settle(fee.Settlement{Way: fee.Cash, Amount: 1, Serial: "B0"}); err != nil {
		t.Fatal(err)
	}
	settled := w.changed("approved").ID
	w.OnPayouts(&provider{days: []fee.BilledDay{billedDay("2026-02-26", "88.50", "0.53")}})
	w.online("4200001", "88.50", w.bills(0)[1].ID)
	list7 := w.load(9, fee.OfPayments, payoutHead+"2026-03-02,87.97,B9,财付通支付科技有限公司,\n")
	list := func(f fee.BillFilter) func() error {
		return func() error { _, err := w.ListBills(t.Context(), w.cashier, estate, f, 0, 21); return err }
	}
	seen := w.record()
	for what, do := range map[string]func() error{
		"bills": list(fee.BillFilter{}), "a unit's bills": list(fee.BillFilter{UnitID: bill.UnitID}), "a run's bills": list(fee.BillFilter{RunID: bill.RunID}), "open bills": list(fee.BillFilter{State: fee.Open}), "a bill by number": list(fee.BillFilter{Number: bill.Number}),
		"payments":         func() error { _, err := w.ListPayments(t.Context(), w.cashier, estate, "", 0, 21); return err },
		"unclaimed":        func() error { _, err := w.ListPayments(t.Context(), w.cashier, estate, "suspense", 0, 21); return err },
		"proposals":        func() error { _, err := w.ListChanges(t.Context(), w.cashier, estate, "proposed", 0, 21); return err },
		"a cashier's day":  func() error { _, err := w.FindDay(t.Context(), w.head, estate, day1); return err },
		"closed days":      func() error { _, err := w.ListDays(t.Context(), w.cashier, estate, 0, 21); return err },
		"runs":             func() error { _, err := w.ListRuns(t.Context(), w.cashier, estate, 0, 21); return err },
		"a run":            func() error { _, err := w.FindRun(t.Context(), w.cashier, bill.RunID); return err },
		"imports":          func() error { _, err := w.ListImports(t.Context(), w.cashier, estate, 0, 21); return err },
		"a unit's account": func() error { _, err := w.FindHeld(t.Context(), w.cashier, bill.UnitID); return err },
		"my bills":         func() error { _, err := w.ListMyBills(t.Context(), w.owner, bill.UnitID, 0, 21); return err },
		"my receipts":      func() error { _, err := w.ListMyReceipts(t.Context(), w.owner, bill.UnitID, 0, 21); return err },
		"my account":       func() error { _, err := w.MyAccount(t.Context(), w.owner, bill.UnitID); return err },
		"to be returned":   func() error { _, err := w.ListToReturn(t.Context(), w.cashier, estate, 0, 21); return err },
		"a refund": func() error {
			_, err := w.Propose(t.Context(), w.cashier, fee.Proposal{Kind: fee.RefundAhead, EstateID: estate, UnitID: bill.UnitID, Amount: 1, Way: fee.Cash, Reason: "退预交的钱"})
			return err
		},
		"a settlement": func() error {
			_, err := w.ProposeSettlement(t.Context(), w.cashier, fee.Settlement{EstateID: estate, Way: fee.Cash, Amount: 1, Serial: "B1", SettledOn: day("2026-03-02"), Reason: "存现金到银行"})
			return err
		},
		"a settlement taken back": func() error {
			return w.agreed(w.ProposeUnsettling(t.Context(), w.cashier, settled, "登记错了金额"))
		},
		"a bank's lines": func() error {
			_, err := w.ListLines(t.Context(), w.cashier, list7, "", 0, 21)
			return err
		},
		"a list": func() error {
			w.drawer.lists[7] = "日期,金额,方式,流水号,房号\n2026-03-01,5,现金,,1-1-101\n2026-03-01,6,,B7,1-1-101\n"
			_, err := w.Import(t.Context(), w.cashier, estate, fee.OfPayments, 7)
			w.tick()
			return err
		},
		"arrears":         func() error { _, _, err := w.ListArrears(t.Context(), w.cashier, estate, 0, 21); return err },
		"sums of arrears": func() error { _, err := w.FindArrearsTotals(t.Context(), w.cashier, estate); return err },
		"rates": func() error {
			_, err := w.FindRates(t.Context(), w.cashier, estate, day("2026-01-01"), day("2026-03-01"), day1)
			return err
		},
		"letters": func() error {
			_, err := w.ListLetters(t.Context(), w.cashier, estate, fee.LetterFilter{}, 0, 21)
			return err
		},
		"my letters":        func() error { _, err := w.ListMyLetters(t.Context(), w.owner, bill.UnitID, 0, 21); return err },
		"reminders":         func() error { _, err := w.ListReminderRuns(t.Context(), w.cashier, estate, 0, 21); return err },
		"pauses":            func() error { _, err := w.ListPauses(t.Context(), w.cashier, estate, "", 0, 21); return err },
		"my pauses":         func() error { _, err := w.ListMyPauses(t.Context(), w.owner, bill.UnitID); return err },
		"what waits to run": func() error { _, err := w.Tick(t.Context()); return err },
	} {
		*seen = nil
		if err := do(); err != nil {
			t.Fatal(what, err)
		}
		for _, statement := range append([]string(nil), *seen...) {
			if table := w.whole(statement); table != "" {
				t.Errorf("%s reads the whole of %s:\n%s", what, table, statement)
			}
		}
	}
}

// years are the bills, payments and proposals of other estates and of many units of this one.
func (w *world) years() {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		var bills []fee.Bill
		var payments []fee.Payment
		var parts []fee.Allocation
		var changes []fee.Change
		for i := range int64(20_000) {
			estate := w.Estate.ID
			if i%4 != 0 {
				estate += 1 + i%50
			}
			state, paid := fee.Settled, "posted"
			if i%100 == 0 {
				state, paid = fee.Open, "suspense"
			}
			number, on := fmt.Sprint("X", i), day("2026-01-01")
			bills = append(bills, fee.Bill{Number: number, EstateID: estate, CompanyID: w.Company.ID, UnitID: 10_000 + i%2000, OwnerSetID: 9_000 + i, RunID: 1_000 + i/500, PeriodOn: on, DueOn: on, How: "{}", State: state, CreatedAt: tx.Now})
			payments = append(payments, fee.Payment{Number: number, EstateID: estate, CompanyID: w.Company.ID, Kind: "payment", State: paid, Way: fee.Cash, Amount: 1, UnitID: 10_000 + i%2000, CashierID: 5_000 + i%30, DayOn: on.AddDate(0, 0, int(i%50)), PaidOn: on, At: tx.Now})
			parts = append(parts, fee.Allocation{EstateID: estate, BillID: 100_000 + i, UnitID: 10_000 + i%2000, PaymentID: 100_000 + i, Source: "payment", Amount: 1, At: tx.Now})
			changes = append(changes, fee.Change{EstateID: estate, CompanyID: w.Company.ID, Kind: fee.Discount, State: "approved", BillID: 100_000 + i, ProposedAt: tx.Now})
		}
		for _, rows := range []any{&bills, &payments, &parts, &changes} {
			if err := tx.CreateInBatches(rows, 400).Error; err != nil {
				return err
			}
		}
		for _, table := range []string{"fee_bills", "fee_payments", "fee_allocations", "fee_changes"} {
			if tx.Dialect != store.SQLite {
				if err := tx.Exec("ANALYZE TABLE " + table).Error; err != nil {
					return err
				}
			}
		}
		return nil
	})
}
