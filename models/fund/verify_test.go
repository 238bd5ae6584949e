package fund_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// TestProjectsAreRecounted: what was paid, laid on units, owed by them and given back is what the books have, and a row that somebody changed past
// the product is found, of each kind.
func TestProjectsAreRecounted(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(100_000, 100_000, 100_000)
	w.deposit(1_000_00, 100_00, 2_000_00)
	id := w.paidOut()
	w.slip("S1", 1, 10_00, false)
	gone := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, gone)
	w.ahead(gone)
	w.must(w.CancelProject(ctx, w.chair, gone, "承包单位停工"))
	w.must(w.DecideCancel(ctx, w.bureau, gone, true, "情况属实"))
	w.must(w.RecordReturn(ctx, w.chair, gone, "600", "R1"))
	w.must(w.CancelProject(ctx, w.chair, gone, "钱已退回"))
	r, err := fund.VerifyProjects(ctx, w.DB)
	if err != nil || r.Projects != 2 || r.Payments != 3 || r.Shares != 3 {
		t.Fatalf("%v %+v", err, r)
	}
	unit := w.Units[1].ID
	for _, c := range []struct{ what, change, back, says string }{
		{"a share", "UPDATE fund_shares SET amount = amount + 1, charged = charged + 1 WHERE unit_id = ?", "UPDATE fund_shares SET amount = amount - 1, charged = charged - 1 WHERE unit_id = ?", "the shares come to"},
		{"what a sub-account paid", "UPDATE fund_shares SET charged = charged + 1, short = short - 1 WHERE unit_id = ?", "UPDATE fund_shares SET charged = charged - 1, short = short + 1 WHERE unit_id = ?", "should have moved"},
		{"what a unit has to make up", "UPDATE fund_shares SET short = 0 WHERE unit_id = ?", "UPDATE fund_shares SET short = amount - charged WHERE unit_id = ?", "to make up"},
	} {
		w.tampered(c.what, c.change, c.back, c.says, unit)
	}
	final := w.view(id).Payments[1].ID
	w.tampered("a payment's amount", "UPDATE fund_payments SET amount = amount + 1 WHERE id = ?", "UPDATE fund_payments SET amount = amount - 1 WHERE id = ?", "should have moved", final)
	w.tampered("a payment's state", "UPDATE fund_payments SET state = 'refused' WHERE id = ?", "UPDATE fund_payments SET state = 'paid' WHERE id = ?", "was posted and is refused", final)
	w.tampered("a project's state", "UPDATE fund_projects SET state = 'final' WHERE id = ?", "UPDATE fund_projects SET state = 'paid' WHERE id = ?", "was charged", id)
	w.tampered("final accounts", "UPDATE fund_projects SET total = total + 1 WHERE id = ?", "UPDATE fund_projects SET total = total - 1 WHERE id = ?", "the shares come to", id)
	w.tampered("what came back", "UPDATE fund_advance_returns SET amount = amount - 1 WHERE project_id = ?", "UPDATE fund_advance_returns SET amount = amount + 1 WHERE project_id = ?", "is not posted", gone)
	w.tampered("an entry", "UPDATE ledger_entries SET amount = amount + 1 WHERE account_id = (SELECT a.id FROM ledger_accounts a WHERE a.code = 'fund.receivable' AND a.unit_id = ?) AND amount > 0",
		"UPDATE ledger_entries SET amount = amount - 1 WHERE account_id = (SELECT a.id FROM ledger_accounts a WHERE a.code = 'fund.receivable' AND a.unit_id = ?) AND amount > 0", "should have moved", unit)
	w.tampered("a debt made up twice", "UPDATE ledger_entries SET amount = amount - 99999900 WHERE account_id = (SELECT a.id FROM ledger_accounts a WHERE a.code = 'fund.receivable' AND a.unit_id = ?) AND amount < 0",
		"UPDATE ledger_entries SET amount = amount + 99999900 WHERE account_id = (SELECT a.id FROM ledger_accounts a WHERE a.code = 'fund.receivable' AND a.unit_id = ?) AND amount < 0", "more than it had to", unit)
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&fund.ProjectPayment{ProjectID: gone, EstateID: w.Estate.ID, Kind: fund.FinalPayment, Amount: 1, State: "paid", AskedAt: tx.Now}).Error
	})
	w.found("a payment that was not posted", "is not posted")
	w.tx(func(tx *store.Tx) error {
		return tx.Where("project_id = ? AND amount = 1", gone).Delete(&fund.ProjectPayment{}).Error
	})
	w.tx(func(tx *store.Tx) error {
		_, err := ledger.Post(tx, w.bureau, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: "x", Effective: calendar.DateOf(tx.Now), Source: ledger.Source{Kind: "project", ID: id, Text: "项目"}, Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundBank}, Amount: -1}, {Key: ledger.Key{Code: ledger.FundUnit, UnitID: unit}, Amount: 1}}})
		return err
	})
	w.found("a journal for no payment", "x is posted for no payment")
}

// tampered changes something past the product, sees that it is found, and puts it back.
func (w *street) tampered(what, change, back, says string, id int64) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error { return tx.Exec(change, id).Error })
	w.found(what, says)
	w.tx(func(tx *store.Tx) error { return tx.Exec(back, id).Error })
	if _, err := fund.VerifyProjects(w.t.Context(), w.DB); err != nil {
		w.t.Fatalf("%s, put back: %v", what, err)
	}
}

func (w *street) found(what, says string) {
	w.t.Helper()
	if _, err := fund.VerifyProjects(w.t.Context(), w.DB); err == nil || !strings.Contains(err.Error(), says) {
		w.t.Errorf("%s: %v, want %q", what, err, says)
	}
}
