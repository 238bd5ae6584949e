package fund_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// TestSharesByTheirKeys keeps the plans over the largest table: what a home bore and a page of a project walk the key that has their order.
func TestSharesByTheirKeys(t *testing.T) {
	t.Parallel()
	w := newStreet(t, fund.HeldByAssembly)
	w.tx(func(tx *store.Tx) error {
		var rows []fund.ProjectShare
		for i := range 20_000 {
			rows = append(rows, fund.ProjectShare{ProjectID: int64(i%200 + 1), EstateID: 1, UnitID: int64(i/200 + 1), Payer: apportion.Owner, Code: "1幢", Steps: "[]"})
		}
		return tx.CreateInBatches(&rows, 1000).Error
	})
	w.walked(map[string]string{
		"SELECT * FROM fund_shares WHERE unit_id = 7 AND id < 9000 ORDER BY id DESC LIMIT 21": "fund_shares_of", "SELECT * FROM fund_shares WHERE project_id = 7 AND id > 90 ORDER BY id LIMIT 21": "fund_shares_project",
		"SELECT * FROM fund_shares WHERE project_id = 7 AND unit_id IN (0, 7) ORDER BY unit_id, payer LIMIT 200": "fund_shares_unit",
	}, "fund_shares")
}

// walked holds queries to the keys that they have to walk.
func (w *street) walked(queries map[string]string, tables ...string) {
	w.t.Helper()
	explain := "EXPLAIN QUERY PLAN "
	if w.DB.Dialect != store.SQLite {
		explain = "EXPLAIN FORMAT=JSON "
		for _, table := range tables {
			w.tx(func(tx *store.Tx) error { return tx.Exec("ANALYZE TABLE " + table).Error })
		}
	}
	for query, key := range queries {
		var plan []map[string]any
		err := w.DB.View(w.t.Context(), func(tx *store.Tx) error { return tx.Raw(explain + query).Scan(&plan).Error })
		if text := fmt.Sprintf("%s", plan); err != nil || !strings.Contains(text, key) {
			w.t.Errorf("%s: %s %v", query, text, err)
		}
	}
}

// TestProjectListsByTheirKeys keeps the plans of the lists of projects and of what hangs on them.
func TestProjectListsByTheirKeys(t *testing.T) {
	t.Parallel()
	w := newStreet(t, fund.HeldByAssembly)
	const n = 4000
	w.tx(func(tx *store.Tx) error {
		projects, quotes, payments := make([]fund.Project, n), make([]fund.Quote, n), make([]fund.ProjectPayment, n)
		returns, gone, asked, old := make([]fund.AdvanceReturn, n), make([]fund.Revocation, n), make([]fund.Cancellation, n), make([]fund.Division, n)
		shares := make([]fund.OldShare, n)
		for i := range n {
			estate, of, live, key := int64(i%100+1), int64(i/2+1), int64(i), fmt.Sprint(i)
			projects[i] = fund.Project{EstateID: estate, Number: key, Decision: &key, State: fund.ProjectPaid, CreatedAt: tx.Now}
			quotes[i] = fund.Quote{ProjectID: of, EstateID: estate, Supplier: key, CreatedAt: tx.Now}
			payments[i] = fund.ProjectPayment{ProjectID: of, EstateID: estate, Live: &key, State: "paid", MeetingID: of, AskedAt: tx.Now}
			returns[i] = fund.AdvanceReturn{ProjectID: of, EstateID: estate, Receipt: key, CreatedAt: tx.Now}
			gone[i] = fund.Revocation{ProjectID: of, EstateID: estate, MeetingID: live, State: []string{"stays", "reversed", "open"}[min(i%50, 2)], OpenedAt: tx.Now}
			asked[i] = fund.Cancellation{ProjectID: of, EstateID: estate, Live: &live, AskedAt: tx.Now}
			old[i], shares[i] = fund.Division{ProjectID: of, EstateID: estate, ReplacedAt: tx.Now}, fund.OldShare{DivisionID: int64(i%50 + 1), Steps: "[]"}
		}
		for _, list := range []any{&projects, &quotes, &payments, &returns, &gone, &asked, &old, &shares} {
			if err := tx.CreateInBatches(list, 400).Error; err != nil {
				return err
			}
		}
		return nil
	})
	w.walked(map[string]string{
		"SELECT * FROM fund_projects WHERE estate_id = 7 AND id < 3000 ORDER BY id DESC LIMIT 21":                     "fund_projects_estate",
		"SELECT * FROM fund_projects WHERE estate_id = 7 AND state = 'final' AND id < 3000 ORDER BY id DESC LIMIT 21": "fund_projects_estate",
		"SELECT * FROM fund_projects WHERE estate_id = 7 AND kind = 'ordinary' AND (state = 'posted' OR state IN ('resolved','final') AND meeting_id IN (SELECT id FROM meetings WHERE estate_id = 7 AND revoked_at IS NOT NULL)) AND id < 3000 ORDER BY id DESC LIMIT 21": "fund_projects_estate",
		"SELECT count(*) FROM fund_projects WHERE decision = '7' AND id <> 9":                                                                                                        "fund_projects_decision",
		"SELECT * FROM fund_projects WHERE review_open < '2026-01-01' AND review_open >= '2025-01-01' AND (review_open > '2025-01-01' OR id > 90) ORDER BY review_open, id LIMIT 21": "fund_projects_review",
		"SELECT * FROM fund_quotes WHERE project_id = 7 ORDER BY amount, id LIMIT 20":                                                                                                "fund_quotes_supplier",
		"SELECT * FROM fund_payments WHERE project_id = 7 ORDER BY id LIMIT 600":                                                                                                     "fund_payments_project",
		"SELECT count(*) FROM fund_payments WHERE project_id = 7 AND state = 'asked'":                                                                                                "fund_payments_project",
		"SELECT * FROM fund_payments WHERE live = '7' LIMIT 1":                                                                                                                       "fund_payments_live",
		"SELECT project_id, MAX(resolution), SUM(amount) FROM fund_payments WHERE meeting_id = 7 AND state = 'paid' GROUP BY project_id":                                             "fund_payments_meeting",
		"SELECT COALESCE(SUM(amount), 0) FROM fund_advance_returns WHERE project_id = 7":                                                                                             "fund_advance_returns_project",
		"SELECT * FROM fund_revocations WHERE state = 'open' AND id > 90 ORDER BY id LIMIT 21":                                                                                       "fund_revocations_state",
		"SELECT reason FROM fund_cancellations WHERE live = 7 LIMIT 1":                                                                                                               "fund_cancellations_live",
		"SELECT * FROM fund_divisions WHERE project_id = 7 ORDER BY id DESC LIMIT 50":                                                                                                "fund_divisions_project",
		"SELECT * FROM fund_old_shares WHERE division_id = 7 AND id > 90 ORDER BY id LIMIT 21":                                                                                       "fund_old_shares_division",
	}, "fund_projects", "fund_quotes", "fund_payments", "fund_advance_returns", "fund_revocations", "fund_cancellations", "fund_divisions", "fund_old_shares")
}

// TestReceivablesByTheirKey: the units that have something to make up are found by their accounts, whatever else the books hold.
func TestReceivablesByTheirKey(t *testing.T) {
	t.Parallel()
	w := newStreet(t, fund.HeldByAssembly)
	w.tx(func(tx *store.Tx) error {
		b := ledger.Book{EstateID: w.Estate.ID, Kind: ledger.Fund, CreatedAt: tx.Now}
		if err := tx.Create(&b).Error; err != nil {
			return err
		}
		var rows []ledger.Account
		for i := range 10_000 {
			code := ledger.FundUnit
			if i%100 == 0 {
				code = ledger.FundReceivable
			}
			rows = append(rows, ledger.Account{BookID: b.ID, Code: code, UnitID: int64(i + 1)})
		}
		return tx.CreateInBatches(&rows, 1000).Error
	})
	w.walked(map[string]string{
		"SELECT DISTINCT a.unit_id FROM ledger_accounts a JOIN ledger_books b ON b.id = a.book_id AND b.estate_id = 1 AND b.kind = 'fund' WHERE a.code IN ('fund.receivable', 'fund.seller_receivable') AND a.unit_id > 7 ORDER BY a.unit_id LIMIT 2000": "ledger_accounts_place",
	}, "ledger_accounts", "ledger_books")
}
