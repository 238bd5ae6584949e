package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// TestEverySealedColumnIsRekeyed: what the schema holds sealed is opened by verify and sealed anew when keys change; what is forgotten
// could not be read once the old key is gone.
func TestEverySealedColumnIsRekeyed(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	found := 0
	err := db.View(t.Context(), func(tx *store.Tx) error {
		tables, err := tx.Migrator().GetTables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			columns, err := tx.Migrator().ColumnTypes(table)
			if err != nil {
				return err
			}
			for _, c := range columns {
				if !strings.HasSuffix(c.Name(), "_sealed") {
					continue
				}
				found++
				if !slices.ContainsFunc(sealedColumns, func(s vault.Column) bool { return s.Table == table && s.Sealed == c.Name() }) {
					t.Errorf("%s.%s is sealed and no key change reaches it", table, c.Name())
				}
			}
		}
		return nil
	})
	if err != nil || found < 25 {
		t.Fatalf("%d sealed columns, %v", found, err)
	}
}
