package fund_test

import (
	"fmt"
	"testing"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// owing asks for the three units of the town in turn, and one that is elsewhere.
func (w *keeping) owing(by *org.Actor, renewal bool) (owes []int, err error) {
	w.t.Helper()
	ids := []int64{w.Units[0].ID, w.Units[1].ID, w.Units[2].ID, 999_999}
	err = w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		all, err := w.Owing(tx, by, w.Estate.ID, renewal, ids)
		for i, id := range ids {
			if all[id] {
				owes = append(owes, i)
			}
		}
		return err
	})
	return owes, err
}

// TestWhoOwesTheFund: the committee is asked to speak with owners alone, of what they owe today, by whoever keeps the account: of the first
// deposit whoever has less than the rate, where anybody can say the rate; of a renewal whoever stands below the law's part of it.
func TestWhoOwesTheFund(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	owe := func(what string, renewal bool, want ...int) {
		t.Helper()
		for _, by := range []*org.Actor{&w.clerk, nil} {
			if got, err := w.owing(by, renewal); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %v owe, not %v; %v", what, got, want, err)
			}
		}
	}
	owe("before anybody can say how much", false)
	w.rule("fund.first_deposit", "4000")
	owe("before anybody said whether there is a lift", false)
	_, err := w.SetLift(t.Context(), w.clerk, w.Building.ID, false)
	w.ok(err)
	owe("nobody has paid", false, 0, 1, 2)
	const due = 88_500 * 4000 / 1000
	w.pays("1", "2026-03-01", fund.FirstDeposit, due, due-1)
	owe("one paid all, one a fen less", false, 1, 2)
	sold := func(unit int, is bool) {
		w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&org.Unit{}).Where("id = ?", w.Units[unit].ID).Update("sold", is).Error
		}))
	}
	sold(2, false)
	owe("the developer's own", false, 1)

	w.pays("2", "2026-03-02", fund.FirstDeposit, 0, 0, due)
	owe("all have what they paid", true)
	spend := func(unit int, fen int64) {
		w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: fmt.Sprint("p", unit, fen), Effective: day(t, "2026-03-02"), Source: ledger.Source{Kind: "project", ID: 1, Text: "修屋面"},
				Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundUnit, UnitID: w.Units[unit].ID}, Amount: money.Fen(fen)}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -money.Fen(fen)}}})
			return err
		}))
	}
	for unit := range 3 {
		spend(unit, due*7/10) // three tenths are left, of the second one a fen less
	}
	owe("three tenths are left", true, 1)
	spend(0, 1)
	spend(2, 1)
	owe("the developer renews no more than it pays first", true, 0, 1)
	sold(2, true)
	owe("a buyer does", true, 0, 1, 2)
	w.pays("3", "2026-03-02", fund.LaterDeposit, 1)
	owe("who made it up", true, 1, 2)
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&fund.SubAccount{}).Where("unit_id = ?", w.Units[1].ID).Update("closed_at", tx.Now).Error
	}))
	owe("a closed sub-account", true, 2)

	for name, x := range map[string]struct {
		by   org.Actor
		want error
	}{
		"the company":   {w.Officer(w.Company, org.Head), org.ErrForbidden},
		"the community": {w.Officer(w.Community, org.Clerk), org.ErrForbidden},
		"the committee": {w.Officer(w.Committee, org.Chair), fund.ErrNotKeeper},
	} {
		_, err := w.owing(&x.by, true)
		w.refused(name, err, x.want)
	}
}
