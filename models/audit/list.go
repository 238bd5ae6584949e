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

// Head gives the hash of the chain's last link, "" for an empty chain. Noted elsewhere, it proves later that nothing
// was cut off.
func Head(ctx context.Context, db *store.DB) (string, error) {
	var last Seal
	err := db.View(ctx, func(tx *store.Tx) (err error) {
		last, err = head(tx)
		return err
	})
	return last.Hash, err
}
