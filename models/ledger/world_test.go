package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// world is a town and the company's cashier.
type world struct {
	*modelstest.Town
	t       *testing.T
	cashier org.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Town: modelstest.NewTown(t, modelstest.Open(t), modelstest.Vault(t)), t: t}
	w.cashier = w.Officer(w.Company, org.Clerk)
	return w
}

// the clock of the tests stands at 2 March 2026.
func on(month time.Month, day int) calendar.Date {
	return calendar.Date{Year: 2026, Month: month, Day: day}
}

func (w *world) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) try(f func(*store.Tx) error) error { return w.DB.InTx(w.t.Context(), f) }

// bill is a posting that makes a unit owe.
func (w *world) bill(ref string, unit int, fen money.Fen, d calendar.Date) ledger.Posting {
	return ledger.Posting{Ref: ref, Effective: d, Source: ledger.Source{Kind: "bill", ID: 7, Text: "2026年2月物业费"}, Memo: "物业费", Lines: []ledger.Line{
		{Key: ledger.Key{Code: ledger.FeeReceivable, UnitID: w.Units[unit].ID}, Amount: fen},
		{Key: ledger.Key{Code: ledger.FeeIncome}, Amount: -fen},
	}}
}

func (w *world) post(p ledger.Posting) *ledger.Journal {
	w.t.Helper()
	var j *ledger.Journal
	w.tx(func(tx *store.Tx) (err error) {
		j, err = ledger.Post(tx, w.cashier, w.Estate.ID, ledger.FeesOf(w.Company.ID), p)
		return err
	})
	return j
}

func (w *world) balances(d calendar.Date, codes []ledger.Code, units ...int64) map[ledger.Key]money.Fen {
	w.t.Helper()
	var all map[ledger.Key]money.Fen
	w.tx(func(tx *store.Tx) (err error) {
		all, err = ledger.Balances(tx, w.Estate.ID, ledger.FeesOf(w.Company.ID), codes, units, d)
		return err
	})
	return all
}

func ref(n int) string { return fmt.Sprintf("r%d", n) }
