package store_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// TestWhoReferredAnItemBefore: for whom and when an item was sent to the assembly comes from the audit trail, of the last look.
func TestWhoReferredAnItemBefore(t *testing.T) {
	t.Parallel()
	db := openAt(t, modelstest.DSN(t))
	exec := migrateTo(t, db, 99)
	at := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	item := "INSERT INTO committee_items (id, meeting_id, estate_id, place, matter, clause, title, text, authority, words, drafted_by, checked_by, check_text, state, notice_id) VALUES (?, 1, 1, ?, 'supervise', '', '议题', '内容', '', '', 1, ?, '', ?, 0)"
	exec(item, 1, 1, 9, "referred")
	exec(item, 2, 2, 0, "listed")
	look := "INSERT INTO audit_entries (at, person_id, post_id, organisation_id, surface, verb, subject_kind, subject_id, estate_id, detail, salt, digest) VALUES (?, 9, 0, ?, 'office', ?, 'committee_item', 1, 1, '', '', '')"
	exec(look, at, 3, "committee.check_item")
	exec(look, at.Add(time.Hour), 4, "committee.check_item")
	exec(look, at.Add(2*time.Hour), 5, "committee.publish")
	migrate(t, db)
	var rows []struct {
		CheckedFor int64
		CheckedAt  *time.Time
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Raw("SELECT checked_for, checked_at FROM committee_items ORDER BY id").Scan(&rows).Error
	}); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].CheckedFor != 4 || rows[0].CheckedAt == nil || !rows[0].CheckedAt.Equal(at.Add(time.Hour)) || rows[1].CheckedFor != 0 || rows[1].CheckedAt != nil {
		t.Errorf("%+v", rows)
	}
}
