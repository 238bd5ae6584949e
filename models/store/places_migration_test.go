package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// TestOldBallotsGetTheirPlaces: what waited for a place in a log gets the next free ones, ballots before marks, and nothing else moves.
func TestOldBallotsGetTheirPlaces(t *testing.T) {
	t.Parallel()
	db := openAt(t, modelstest.DSN(t))
	exec := migrateTo(t, db, 92)
	for id, leaf := range []any{0, 0, 2, nil, nil, nil} { // of meetings 1, 2, 1, 2, 1 and 3
		meeting := []int{1, 2, 1, 2, 1, 3}[id]
		exec("INSERT INTO ballots (id, meeting_id, motion_id, seat_id, version, envelope_id, choice, commitment, leaf, mark) VALUES (?, ?, 1, ?, 1, 1, 'yes', '', ?, '')", id+1, meeting, id+1, leaf)
	}
	for id, leaf := range []any{1, nil, nil} { // of meetings 1, 1 and 2
		exec("INSERT INTO log_marks (id, meeting_id, leaf, ballot_id, state, reason) VALUES (?, ?, ?, 1, '', '')", id+1, []int{1, 1, 2}[id], leaf)
	}
	exec("INSERT INTO ballot_logs (meeting_id, size, root, closed) VALUES (1, 3, '', FALSE), (2, 1, '', FALSE)")
	migrate(t, db)
	var got []string
	err := db.View(t.Context(), func(tx *store.Tx) error {
		for _, table := range []string{"ballots", "log_marks"} {
			var rows []struct{ ID, MeetingID, Leaf int64 }
			if err := tx.Table(table).Order("id").Find(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				got = append(got, fmt.Sprintf("%d:%d", r.MeetingID, r.Leaf))
			}
		}
		return nil
	})
	if want := []string{"1:0", "2:0", "1:2", "2:1", "1:3", "3:0", "1:1", "1:4", "2:2"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	exec("INSERT INTO ballots (meeting_id, motion_id, seat_id, version, envelope_id, choice, commitment, leaf, mark) VALUES (3, 1, 9, 1, 1, 'yes', '', 1, '')")
	var last int64
	if err := db.View(t.Context(), func(tx *store.Tx) error { return tx.Raw("SELECT MAX(id) FROM ballots").Scan(&last).Error }); err != nil || last != 7 {
		t.Errorf("the next ballot is %d, %v", last, err)
	}
}
