package audit

import (
	"context"

	"github.com/linli-city/linli/models/store"
)

// List pages through the entries, newest first; a subject narrows them. Who may look is the caller's question.
func List(ctx context.Context, db *store.DB, s Subject, before int64, limit int) ([]Entry, error) {
	var rows []Entry
	err := db.View(ctx, func(tx *store.Tx) error {
		q := tx.DB
		if s.Kind != "" {
			q = q.Where("subject_kind = ?", s.Kind)
		}
		if s.ID != 0 {
			q = q.Where("subject_id = ?", s.ID)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}
