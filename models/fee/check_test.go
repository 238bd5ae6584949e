package fee_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/store"
)

var invariants = []func(*store.Tx) *gorm.DB{fee.MiscountedPrepaid, fee.MiscountedDeposits, fee.MiscountedSuspense, fee.MiscountedMoney, fee.MiscountedDays, fee.Misreversed, fee.Misrefunded}

// TestTamperedMoneyIsFound: whatever is changed behind the product on either side, payments or books, is named by the check of it.
func TestTamperedMoneyIsFound(t *testing.T) {
	w := billed(t)
	p := w.paying(0, "300")
	p.Prepay = true
	w.pay(p)
	d := w.paying(1, "500")
	d.Note, d.Way, d.Serial = "装修押金", fee.Bank, "D1"
	deposit, err := w.Deposit(t.Context(), w.cashier, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []fee.Proposal{{Kind: fee.RefundAhead, UnitID: w.Units[0].ID, Amount: yuan("10"), Way: fee.Cash}, {Kind: fee.DepositOut, PaymentID: deposit, Amount: yuan("100"), Way: fee.POS}, {Kind: fee.CarryOver, BillID: w.bills(0)[0].ID}} {
		c.Reason = "业主申请退款"
		if err := w.change(c); err != nil {
			t.Fatal(err)
		}
	}
	w.load(1, fee.OfPayments, "日期,金额,流水号\n2026-03-01,7,S1\n")
	w.online("4200001", "88.50", w.bills(1)[0].ID)
	if err := w.settle(fee.Settlement{Way: fee.WeChat, Amount: yuan("88.50"), Cost: yuan("0.53"), Serial: "B1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.CloseDay(t.Context(), w.cashier, w.Estate.ID, day("2026-03-02"), yuan("290"), ""); err != nil {
		t.Fatal(err)
	}
	w.sound()
	book := "UPDATE ledger_entries SET amount = amount + 1 WHERE account_id IN (SELECT a.id FROM ledger_accounts a WHERE a.code = '"
	undone := errors.New("undone")
	for sql, check := range map[string]func(*store.Tx) *gorm.DB{
		"UPDATE fee_payments SET prepaid = prepaid + 1 WHERE prepaid > 0":                      fee.MiscountedPrepaid,
		"UPDATE fee_payments SET amount = amount - 1 WHERE kind = 'refund' AND refunds_id = 0": fee.MiscountedPrepaid,
		"UPDATE fee_allocations SET amount = amount + 1 WHERE source = 'carried'":              fee.MiscountedPrepaid,
		"UPDATE fee_payments SET unit_id = unit_id + 1 WHERE prepaid > 0":                      fee.MiscountedPrepaid,
		book + "fee.prepaid')": fee.MiscountedPrepaid,
		"UPDATE fee_payments SET amount = amount + 1 WHERE kind = 'deposit'": fee.MiscountedDeposits,
		"UPDATE fee_payments SET refunds_id = 0 WHERE way = 'pos'":           fee.MiscountedDeposits,
		book + "fee.deposit')": fee.MiscountedDeposits,
		"UPDATE fee_payments SET state = 'posted' WHERE state = 'suspense'": fee.MiscountedSuspense,
		book + "fee.suspense')":                                                    fee.MiscountedSuspense,
		"UPDATE fee_payments SET way = 'bank' WHERE way = 'cash'":                  fee.MiscountedMoney,
		"UPDATE fee_payments SET company_id = company_id + 1 WHERE way = 'wechat'": fee.MiscountedMoney,
		"UPDATE fee_changes SET cost = cost + 1 WHERE kind = 'settle'":             fee.MiscountedMoney,
		"UPDATE fee_changes SET state = 'refused' WHERE kind = 'settle'":           fee.MiscountedMoney,
		book + "fee.bank')":                                      fee.MiscountedMoney,
		book + "fee.wechat')":                                    fee.MiscountedMoney,
		"UPDATE fee_days SET cash = cash + 1":                    fee.MiscountedDays,
		"UPDATE fee_payments SET way = 'bank' WHERE way = 'pos'": fee.MiscountedDays,
		"UPDATE fee_payments SET day_on = '2026-03-01' WHERE way = 'cash' AND kind = 'refund'": fee.MiscountedDays,
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
