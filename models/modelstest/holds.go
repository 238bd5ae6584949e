package modelstest

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// Holds makes sure, when the test is over, that rules which name the rows that break them name none.
func Holds(t testing.TB, db *store.DB, rules map[string]func(*store.Tx) *gorm.DB) {
	t.Helper()
	t.Cleanup(func() {
		for says, find := range rules {
			var bad []int64
			err := db.View(context.Background(), func(tx *store.Tx) error { return find(tx).Limit(1).Scan(&bad).Error })
			if err != nil || len(bad) > 0 {
				t.Errorf("%s: broken for %v, %v", says, bad, err)
			}
		}
	})
}
