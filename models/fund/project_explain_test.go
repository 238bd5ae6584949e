package fund_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/fund/apportion"
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
	explain := "EXPLAIN QUERY PLAN "
	if w.DB.Dialect != store.SQLite {
		explain = "EXPLAIN FORMAT=JSON "
		w.tx(func(tx *store.Tx) error { return tx.Exec("ANALYZE TABLE fund_shares").Error })
	}
	for query, key := range map[string]string{
		"SELECT * FROM fund_shares WHERE unit_id = 7 AND id < 9000 ORDER BY id DESC LIMIT 21": "fund_shares_of", "SELECT * FROM fund_shares WHERE project_id = 7 AND id > 90 ORDER BY id LIMIT 21": "fund_shares_project",
		"SELECT * FROM fund_shares WHERE project_id = 7 AND unit_id IN (0, 7) ORDER BY unit_id, payer LIMIT 200": "fund_shares_unit",
	} {
		var plan []map[string]any
		err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Raw(explain + query).Scan(&plan).Error })
		if text := fmt.Sprintf("%s", plan); err != nil || !strings.Contains(text, key) {
			t.Errorf("%s: %s %v", query, text, err)
		}
	}
}
