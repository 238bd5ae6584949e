package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// TestPackedActsKeepWhatTheyHeld: who has done what messages ask for stands in the tables that hold many in a row.
func TestPackedActsKeepWhatTheyHeld(t *testing.T) {
	t.Parallel()
	db := openAt(t, modelstest.DSN(t))
	exec := migrateTo(t, db, 97)
	at := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	act := "INSERT INTO acts (person_id, subject_kind, subject_id, owner_set_id, at) VALUES (?, 'meeting', 1, ?, ?)"
	exec(act, 7, 0, at)
	exec(act, 0, 12, at)
	exec(act, 0, 13, at)
	migrate(t, db)
	rows := func(query string) (list []map[string]any) {
		t.Helper()
		if err := db.View(t.Context(), func(tx *store.Tx) error { return tx.Raw(query).Scan(&list).Error }); err != nil {
			t.Fatal(err)
		}
		return list
	}
	var sets []string
	for _, r := range rows("SELECT subject_kind, subject_id, owner_sets, at FROM seat_acts ORDER BY owner_sets") {
		sets = append(sets, r["owner_sets"].(string))
		if r["subject_kind"] != "meeting" || r["subject_id"] != int64(1) {
			t.Errorf("an act of a seat: %v", r)
		}
	}
	if !slices.Equal(sets, []string{"[12]", "[13]"}) {
		t.Errorf("acts of seats: %v", sets)
	}
	if people := rows("SELECT person_id, subject_kind, subject_id FROM acts"); len(people) != 1 || people[0]["person_id"] != int64(7) {
		t.Errorf("acts of people: %v", people)
	}
}
