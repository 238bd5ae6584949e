package fund_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// sum asks a sum of a project; id names what was frozen, 0 what stands today.
func (w *street) sum(project int64, code string, id int64) (fen money.Fen, row int64, err error) {
	w.t.Helper()
	err = w.DB.View(w.t.Context(), func(tx *store.Tx) (err error) {
		fen, row, err = fund.SumOf(tx, w.Estate.ID, project, code, calendar.DateOf(tx.Now), id)
		return err
	})
	return fen, row, err
}

// touch changes something behind the product's back, for as long as f runs.
func (w *street) touch(f func(), do, undo string, args ...any) {
	w.t.Helper()
	for i, sql := range []string{do, undo} {
		w.tx(func(tx *store.Tx) error { return tx.Exec(sql, args...).Error })
		if i == 0 {
			f()
		}
	}
}

// TestSumsOfAProjectAreFrozen: what a posting shows can be asked as long as there is the product: not before it is posted, not of another estate,
// after other final accounts too; and whoever changes a row of the project behind it is found.
func TestSumsOfAProjectAreFrozen(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	id := w.quoted(w.chair, w.proposal())
	_, _, err := w.sum(id, "budget", 0)
	w.refused("a draft", err, fund.ErrNotFrozen)
	w.contracted(w.chair, id)
	is := func(code string, row int64, want money.Fen) int64 {
		t.Helper()
		fen, got, err := w.sum(id, code, row)
		if err != nil || fen != want {
			t.Errorf("%s of %d: %s, %v, want %s", code, row, fen, err, want)
		}
		return got
	}
	budget := is("budget", 0, 1_000_00)
	for code, want := range map[string]money.Fen{"budget.1": 800_00, "budget.1.price": 64_00, "budget.2": 200_00, "quote.1": 900_00, "quote.3": 980_00} {
		is(code, 0, want)
	}
	_, _, err = w.sum(id, "budget.3", 0)
	w.refused("a thing that is not to be done", err, fund.ErrNoSum)
	_, _, err = w.sum(id, "total", 0)
	w.refused("final accounts before there are any", err, fund.ErrNotFrozen)
	w.tx(func(tx *store.Tx) error {
		_, _, err := fund.SumOf(tx, w.Estate.ID+1, id, "budget", calendar.DateOf(tx.Now), 0)
		w.refused("another estate", err, fund.ErrNoProject)
		return nil
	})
	w.ahead(id)
	w.finished(w.chair, id)
	_, _, err = w.sum(id, "total", 0)
	w.refused("final accounts that nobody has posted", err, fund.ErrNotFrozen)
	w.must(w.PostFinal(ctx, w.chair, id))
	total, shares := is("total", 0, 800_00), is("shares", 0, 800_00)
	is("advance", 0, 600_00)
	is("contract", 0, 900_00)
	posted := w.wall.posted[len(w.wall.posted)-1]
	for _, p := range w.wall.posted {
		if strings.Contains(p.Body, "预算：") || strings.Contains(p.Body, "单价6") || strings.Contains(p.Body, "900.00") || len(p.Sums) == 0 {
			t.Errorf("sums in words: %s", p.Body)
		}
	}
	if len(posted.Sums) != 7 || posted.Sums[0].Code != "total" || posted.Sums[4].Label != "1. 防水层 单价" {
		t.Errorf("%+v", posted.Sums)
	}

	found := func(code string, row int64) func() {
		return func() {
			t.Helper()
			if _, _, err := w.sum(id, code, row); err == nil {
				t.Errorf("%s was touched and holds", code)
			}
			if _, _, err := w.sum(id, code, 0); err == nil {
				t.Errorf("%s was touched and is given anew", code)
			}
		}
	}
	w.touch(found("total", total), "UPDATE fund_projects SET total = total + 1 WHERE id = ?", "UPDATE fund_projects SET total = total - 1 WHERE id = ?", id)
	w.touch(found("budget", budget), "UPDATE fund_projects SET budget = budget - 1 WHERE id = ?", "UPDATE fund_projects SET budget = budget + 1 WHERE id = ?", id)
	w.touch(found("budget.2", is("budget.2", 0, 200_00)), "UPDATE fund_project_items SET amount = 1 WHERE project_id = ? AND name = '清运'", "UPDATE fund_project_items SET amount = 20000 WHERE project_id = ? AND name = '清运'", id)
	w.touch(found("advance", is("advance", 0, 600_00)), "UPDATE fund_payments SET amount = amount + 5 WHERE project_id = ? AND kind = 'advance'", "UPDATE fund_payments SET amount = amount - 5 WHERE project_id = ? AND kind = 'advance'", id)
	// From one home to its neighbour: the sum is the same.
	swap := "UPDATE fund_shares SET amount = amount + CASE unit_id WHEN ? THEN 100 ELSE -100 END WHERE project_id = ? AND unit_id IN (?, ?)"
	w.touch(found("shares", shares), swap, strings.NewReplacer("THEN 100", "THEN -100", "ELSE -100", "ELSE 100").Replace(swap), w.Units[0].ID, id, w.Units[0].ID, w.Units[1].ID)
	is("shares", shares, 800_00)

	w.clock.Advance(days)
	again := w.settlement()
	again.Items[0].Price = "60"
	w.must(w.Settle(ctx, w.chair, id, again))
	_, _, err = w.sum(id, "total", 0)
	w.refused("final accounts that were made anew and not posted", err, fund.ErrNotFrozen)
	is("total", total, 800_00)
	w.must(w.PostFinal(ctx, w.chair, id))
	if now := is("total", 0, 750_00); now == total {
		t.Error("the second final accounts are the first")
	}
	is("total", total, 800_00)
	is("shares", shares, 800_00)
	is("budget", budget, 1_000_00)
}
