package fund_test

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// paysIn deposits something for a unit. Nothing of it stands on the sub-account while the unit has something to make up.
func (x *walker) paysIn(ctx context.Context) {
	x.slips++
	unit, fen := x.Units[x.r.IntN(len(x.Units))].ID, money.Fen(1+x.r.IntN(200_00))
	owed, stood := x.stands(ledger.FundReceivable, unit), -x.stands(ledger.FundUnit, unit)
	_, err := x.RecordSlip(ctx, x.somebody(x.chair), fund.NewSlip{EstateID: x.Estate.ID, Slip: fmt.Sprint("S", x.slips), PaidOn: calendar.DateOf(x.DB.Now()), Deposits: []fund.NewDeposit{{UnitID: unit, Kind: fund.LaterDeposit, Amount: fen}}})
	if err != nil {
		return
	}
	x.did++
	x.off["slip"]++
	if left, stands := x.stands(ledger.FundReceivable, unit), -x.stands(ledger.FundUnit, unit); left != max(owed-fen, 0) || stands != stood+max(fen-owed, 0) {
		x.t.Fatalf("%s came over %s owed: %s is owed, %s stands after %s", fen, owed, left, stands, stood)
	}
}

// undo works off what was paid on decisions that fell. The bank gets back what had left it, by a named decision alone.
func (x *walker) undo(ctx context.Context) {
	state := []string{"open", "reverse", "returning"}[x.r.IntN(3)]
	list, err := x.ListRevocations(ctx, x.township, state, 0, 5)
	if err != nil || len(list) == 0 {
		return
	}
	r := list[x.r.IntN(len(list))]
	if state == "open" {
		decision := []string{"", "（2026）黔27民终1号"}[x.r.IntN(2)]
		if _, err := x.DisposeRevocation(ctx, x.somebody(x.township), r.ID, x.r.IntN(3) > 0, decision, "按判决办理"); err == nil {
			x.off["revoked"]++
		}
		return
	}
	before := x.stands(ledger.FundBank, 0)
	x.slips++
	amount := money.Fen(1+x.r.IntN(8)) * 100_00
	_, err = x.ReverseRevoked(ctx, x.somebody(x.chair), r.ID, amount.String(), fmt.Sprint("R", x.slips))
	if back := x.stands(ledger.FundBank, 0) - before; err != nil && back != 0 || err == nil && (back != amount || r.Decision == "") {
		x.t.Fatalf("%s came back of %+v: %v", back, r, err)
	}
	if err == nil {
		x.off["reversed"]++
	}
}

// balanced holds the books: every journal sums to nothing, no sub-account is overdrawn, and the bank has what is nobody's debt.
func (x *walker) balanced() {
	x.t.Helper()
	err := x.DB.View(x.t.Context(), func(tx *store.Tx) error {
		var off []int64
		if err := tx.Model(&ledger.Entry{}).Select("journal_id").Group("journal_id").Having("SUM(amount) <> 0").Scan(&off).Error; err != nil {
			return err
		}
		var over []money.Fen
		err := tx.Table("ledger_entries e").Select("SUM(e.amount)").Joins("JOIN ledger_accounts a ON a.id = e.account_id").Where("a.code IN ?", []ledger.Code{ledger.FundUnit, ledger.FundSeller}).
			Group("a.id").Having("SUM(e.amount) > 0").Scan(&over).Error
		if len(off)+len(over) > 0 {
			x.t.Fatalf("journals off balance: %v, sub-accounts overdrawn: %v", off, over)
		}
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	if _, err := fund.VerifyProjects(x.t.Context(), x.DB); err != nil {
		x.t.Fatal(err)
	}
}
