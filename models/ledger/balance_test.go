package ledger_test

import (
	"testing"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// A statement read page by page shows every entry once, newest first, each with the balance that stood after it.
func TestAStatementAddsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	days := []int{5, 1, 9, 5, 28, 1, 14}
	for i, d := range days {
		w.post(w.bill(ref(i), 0, money.Fen(100*(i+1)), on(2, d)))
		w.post(w.bill("other"+ref(i), 1, 1, on(2, d)))
	}
	var all []ledger.StatementLine
	w.tx(func(tx *store.Tx) error {
		var after ledger.StatementPage
		for {
			page, err := ledger.Statement(tx, w.Estate.ID, ledger.FeesOf(w.Company.ID), ledger.Key{Code: ledger.FeeReceivable, UnitID: w.Units[0].ID}, after, 3)
			if err != nil || len(page) == 0 {
				return err
			}
			all = append(all, page...)
			after = ledger.StatementPage{EffectiveOn: page[len(page)-1].EffectiveOn, ID: page[len(page)-1].ID}
		}
	})
	if len(all) != len(days) || all[0].Balance != 2800 || all[0].EffectiveOn.Day() != 28 {
		t.Fatalf("%d lines, the newest %+v", len(all), all[0])
	}
	for i, l := range all {
		before := money.Fen(0)
		if i+1 < len(all) {
			before = all[i+1].Balance
			if l.EffectiveOn.Before(all[i+1].EffectiveOn) {
				t.Errorf("line %d is older than the next", i)
			}
		}
		if l.Balance-l.Amount != before || l.Memo != "物业费" || l.SourceText == "" {
			t.Errorf("line %d: %+v after %d", i, l, before)
		}
	}
	w.tx(func(tx *store.Tx) error {
		sums, err := ledger.ByBuilding(tx, w.Estate.ID, ledger.FeesOf(w.Company.ID), ledger.FeeReceivable, on(2, 28))
		if sums[w.Building.ID] != 2807 || len(sums) != 1 {
			t.Errorf("the building owes %v", sums)
		}
		return err
	})
}
