package fee_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// paidOut has WeChat take 88.50 and pay it out as B1, less 0.53.
func (w *world) paidOut() int64 {
	w.t.Helper()
	w.online("4200001", "88.50", w.bills(0)[0].ID)
	if err := w.settle(fee.Settlement{Way: fee.WeChat, Amount: yuan("88.50"), Cost: yuan("0.53"), Serial: "B1"}); err != nil {
		w.t.Fatal(err)
	}
	return w.changed("approved").ID
}

// stands says what the money's accounts have.
func (w *world) stands() string {
	return strings.Join([]string{w.sums(ledger.FeeBank), w.sums(ledger.FeeCost), w.sums(ledger.FeeWeChat), w.sums(ledger.FeeCash)}, " ")
}

// TestAWrongSettlementIsTakenBack by two people: the money stands where it was, who did so and why stays to be read, the bank's line waits
// again, and its number may be settled anew.
func TestAWrongSettlementIsTakenBack(t *testing.T) {
	w := billed(t)
	id := w.paidOut()
	w.pay(w.paying(1, "100"))
	if err := w.settle(fee.Settlement{Way: fee.Cash, Amount: yuan("60"), Serial: "B2"}); err != nil {
		t.Fatal(err)
	}
	cash := w.changed("approved").ID
	list := w.load(1, fee.OfPayments, "日期,金额,流水号,付款人\n2026-03-02,87.97,B1,财付通支付科技有限公司\n2026-03-02,60,B2,\n2026-03-02,1,B1,\n")
	if x := w.lines(list); x[0].ChangeID != id || x[1].ChangeID != cash || x[0].State+x[2].State != "knownconflict" {
		t.Fatalf("%+v", x)
	}
	back, err := w.ProposeUnsettling(t.Context(), w.head, id, "登记成了别的小区的款")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Decide(t.Context(), w.head, back, true, "")
	w.wants(err, fee.ErrSamePerson)
	_, err = w.Decide(t.Context(), w.cashier, back, true, "")
	w.wants(err, org.ErrForbidden)
	if _, err := w.Decide(t.Context(), w.Officer(w.Company, org.Head), back, false, "再核对一次"); err != nil {
		t.Fatal(err)
	}
	if got := w.stands(); got != "147.97 0.53 0.00 40.00" {
		t.Errorf("one person moved it: %s", got)
	}
	w.sound()
	for _, x := range []int64{id, cash} {
		if err := w.agreed(w.ProposeUnsettling(t.Context(), w.cashier, x, "登记成了别的小区的款")); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.stands(); got != "0.00 0.00 88.50 100.00" {
		t.Errorf("%s", got)
	}
	w.sound()
	for _, id := range []int64{id, cash} {
		_, err = w.ProposeUnsettling(t.Context(), w.cashier, id, "登记成了别的小区的款")
		w.wants(err, fee.ErrState)
	}
	seen := w.changed(fee.Reversed)
	if seen.ID != cash || seen.Back == nil || seen.Back.Reason != "登记成了别的小区的款" || seen.Back.ProposedBy != w.cashier.PersonID || seen.Back.DecidedBy != w.head.PersonID || seen.Back.DecidedAt == nil || seen.Back.JournalNo <= seen.JournalNo || seen.JournalNo == 0 {
		t.Errorf("%+v %+v", seen, seen.Back)
	}
	for _, x := range w.lines(list) {
		if x.State != "unsettled" || x.ChangeID != 0 || !strings.Contains(x.Result, "冲销") {
			t.Errorf("%+v", x)
		}
	}
	// Also a list that comes later, and the number is free for what it really was.
	again := w.load(2, fee.OfPayments, "日期,金额,流水号\n2026-03-02,60,B2\n")
	if x := w.lines(again)[0]; x.State != "unsettled" {
		t.Errorf("%+v", x)
	}
	if err := w.settle(fee.Settlement{Way: fee.WeChat, Amount: yuan("88.00"), Cost: yuan("0.03"), Serial: "B1"}); err != nil {
		t.Fatal(err)
	}
	if x := w.lines(list); x[0].State != "known" || x[0].ChangeID == id || x[1].State != "unsettled" {
		t.Errorf("%+v", x)
	}
	p := w.paying(0, "60")
	p.Way, p.Serial = fee.Bank, "B2"
	w.pay(p)
	w.sound()
}

// TestOnlyASettlementThatStandsIsTakenBack, of the same company.
func TestOnlyASettlementThatStandsIsTakenBack(t *testing.T) {
	w := billed(t)
	w.online("4200001", "88.50", w.bills(0)[0].ID)
	ask := func(a org.Actor, id int64) error {
		_, err := w.ProposeUnsettling(t.Context(), a, id, "登记错了金额")
		return err
	}
	open, err := w.ProposeSettlement(t.Context(), w.cashier, fee.Settlement{EstateID: w.Estate.ID, Way: fee.WeChat, Amount: 100, Serial: "B1", SettledOn: day("2026-03-02"), Reason: "三月一日的结算款"})
	if err != nil {
		t.Fatal(err)
	}
	w.wants(ask(w.cashier, open), fee.ErrState)
	if err := w.change(fee.Proposal{Kind: fee.Discount, BillID: w.bills(1)[0].ID, Amount: 100, Reason: "停水三天"}); err != nil {
		t.Fatal(err)
	}
	w.wants(ask(w.cashier, w.changed("approved").ID), fee.ErrState)
	if err := w.agreed(open, nil); err != nil {
		t.Fatal(err)
	}
	w.wants(ask(w.cashier, open+900), fee.ErrNotFound)
	w.wants(ask(w.Officer(w.NextCompany(), org.Clerk), open), fee.ErrNotFound)
	if len(w.faults(func() error { _, err := w.ProposeUnsettling(t.Context(), w.cashier, open, " 错 "); return err }())) != 1 {
		t.Error("without a reason")
	}
}

// TestASettlementIsTakenBackOnce, by twenty heads at once, and proposed once by twenty clerks.
func TestASettlementIsTakenBackOnce(t *testing.T) {
	w := billed(t)
	id := w.paidOut()
	var asked, done atomic.Int32
	var back atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			switch got, err := w.ProposeUnsettling(t.Context(), w.cashier, id, "登记错了金额"); {
			case err == nil:
				asked.Add(1)
				back.Store(got)
			case !errors.Is(err, fee.ErrPending):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for range 20 {
		wg.Go(func() {
			switch _, err := w.Decide(t.Context(), w.head, back.Load(), true, ""); {
			case err == nil:
				done.Add(1)
			case !errors.Is(err, fee.ErrState):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := w.stands(); asked.Load() != 1 || done.Load() != 1 || got != "0.00 0.00 88.50 0.00" {
		t.Errorf("proposed %d times, done %d times: %s", asked.Load(), done.Load(), got)
	}
	w.sound()
}

// TestClosedBooksKeepASettlement: it is taken back on the day of the decision, and what was closed before stands as it was; books that are
// closed on that day too take nothing.
func TestClosedBooksKeepASettlement(t *testing.T) {
	w := billed(t)
	id := w.paidOut()
	w.clock.Advance(24 * 3600e9)
	shut := func(on string) {
		t.Helper()
		w.tx(func(tx *store.Tx) error {
			return tx.Exec("UPDATE ledger_books SET closed_through = ? WHERE kind = ?", day(on), ledger.Fee).Error
		})
	}
	shut("2026-03-03")
	back, err := w.ProposeUnsettling(t.Context(), w.cashier, id, "登记错了金额")
	if err != nil {
		t.Fatal(err)
	}
	w.wants(w.agreed(back, nil), ledger.ErrPeriodClosed)
	if got := w.stands(); got != "87.97 0.53 0.00 0.00" || w.changed("approved").ID != id {
		t.Errorf("into closed books: %s", got)
	}
	shut("2026-03-02")
	if err := w.agreed(back, nil); err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *store.Tx) error {
		var on []string
		err := tx.Table("ledger_journals").Where("reverses_id IS NOT NULL").Pluck("effective_on", &on).Error
		if len(on) != 1 || !strings.HasPrefix(on[0], "2026-03-03") {
			t.Errorf("%v", on)
		}
		return err
	})
	w.sound()
}

// TestATamperedReversalIsFound: whoever changes what took a payment or a settlement back, or what it says of them, is named.
func TestATamperedReversalIsFound(t *testing.T) {
	w := billed(t)
	id := w.paidOut()
	if err := w.agreed(w.ProposeUnsettling(t.Context(), w.cashier, id, "登记错了金额")); err != nil {
		t.Fatal(err)
	}
	if err := w.settle(fee.Settlement{Way: fee.WeChat, Amount: yuan("80"), Serial: "B9"}); err != nil {
		t.Fatal(err)
	}
	w.pay(w.paying(2, "10")) // it stands
	cash := w.pay(w.paying(1, "10"))
	if err := w.change(fee.Proposal{Kind: fee.Undo, PaymentID: cash, Reason: "收错了房号"}); err != nil {
		t.Fatal(err)
	}
	// One that waited to be assigned has two journals, and both are taken back.
	bank := w.lines(w.load(1, fee.OfPayments, "日期,金额,流水号\n2026-03-01,7,S1\n"))[0].PaymentID
	if err := w.assign(bank, fee.Paying{UnitID: w.Units[1].ID}); err != nil {
		t.Fatal(err)
	}
	if err := w.change(fee.Proposal{Kind: fee.Undo, PaymentID: bank, Reason: "打错了账户"}); err != nil {
		t.Fatal(err)
	}
	w.sound()
	undone := errors.New("undone")
	const refund, back = " WHERE kind = 'refund' AND way = 'cash'", " WHERE kind = 'unsettle'"
	for sql, check := range map[string]func(*store.Tx) *gorm.DB{
		"UPDATE fee_payments SET amount = amount + 1" + refund:                                        fee.Misrefunded,
		"UPDATE fee_payments SET refunds_id = 0" + refund:                                             fee.Misrefunded,
		"UPDATE fee_payments SET refunds_id = refunds_id - 1" + refund:                                fee.Misrefunded,
		"UPDATE fee_payments SET way = 'bank'" + refund:                                               fee.Misrefunded,
		"UPDATE fee_payments SET kind = 'payment'" + refund:                                           fee.Misrefunded,
		"UPDATE fee_payments SET change_id = change_id - 1" + refund:                                  fee.Misrefunded,
		"UPDATE fee_payments SET journal_id = 1" + refund:                                             fee.Misrefunded,
		"UPDATE fee_payments SET company_id = company_id + 1" + refund:                                fee.Misrefunded,
		"DELETE FROM fee_payments" + refund:                                                           fee.Misrefunded,
		"UPDATE fee_payments SET state = 'posted' WHERE state = 'reversed' AND way = 'cash'":          fee.Misrefunded,
		"UPDATE fee_payments SET state = 'posted' WHERE state = 'reversed' AND way = 'bank'":          fee.Misrefunded,
		"UPDATE fee_payments SET state = 'reversed' WHERE state = 'posted' AND kind = 'payment'":      fee.Misrefunded,
		"UPDATE fee_changes SET state = 'refused' WHERE kind = 'reverse'":                             fee.Misrefunded,
		"UPDATE fee_changes SET decided_by = proposed_by WHERE kind = 'reverse'":                      fee.Misrefunded,
		"UPDATE fee_changes SET amount = amount - 1" + back:                                           fee.Misreversed,
		"UPDATE fee_changes SET cost = cost + 1" + back:                                               fee.MiscountedMoney,
		"UPDATE fee_changes SET amount = amount - 1 WHERE kind = 'settle' AND state = 'reversed'":     fee.MiscountedMoney,
		"UPDATE fee_changes SET way = 'cash'" + back:                                                  fee.Misreversed,
		"UPDATE fee_changes SET state = 'refused'" + back:                                             fee.Misreversed,
		"UPDATE fee_changes SET decided_by = proposed_by" + back:                                      fee.Misreversed,
		"UPDATE fee_changes SET reverses_id = reverses_id + 2" + back:                                 fee.Misreversed,
		"UPDATE fee_changes SET journal_id = journal_id - 1" + back:                                   fee.Misreversed,
		"DELETE FROM fee_changes" + back:                                                              fee.Misreversed,
		"UPDATE fee_changes SET state = 'approved' WHERE kind = 'settle'":                             fee.Misreversed,
		"UPDATE fee_changes SET state = 'reversed', live = NULL WHERE kind = 'settle'":                fee.Misreversed,
		"UPDATE fee_changes SET live = 'again' WHERE kind = 'settle' AND state = 'reversed'":          fee.Misreversed,
		"UPDATE fee_changes SET live = NULL WHERE kind = 'settle' AND state = 'approved'":             fee.Misreversed,
		"UPDATE ledger_journals SET reverses_id = NULL WHERE ref LIKE 'change-%' AND memo LIKE '冲销%'": fee.Misreversed,
	} {
		var bad []int64
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			if done := tx.Exec(sql); done.Error != nil || done.RowsAffected == 0 {
				t.Errorf("%s: %d rows, %v", sql, done.RowsAffected, done.Error)
			}
			if err := check(tx).Scan(&bad).Error; err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) || len(bad) == 0 {
			t.Errorf("nobody sees %s: %v", sql, err)
		}
	}
	w.sound()
}
