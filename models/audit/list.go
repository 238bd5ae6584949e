package audit

import (
	"context"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// List pages through the entries, newest first; a subject narrows them, and so does what the reader may see. What
// residents did is listed without who they are: a trail shows what offices do, and must not tell one who complained of it.
func List(ctx context.Context, db *store.DB, s Subject, before int64, limit int, readable func(*gorm.DB) *gorm.DB) ([]Entry, error) {
	var rows []Entry
	err := db.View(ctx, func(tx *store.Tx) error {
		// A resident's entry about the own person names them by its subject, and an office has nothing to look at there.
		q := tx.Scopes(readable).Where("NOT (subject_kind = 'person' AND organisation_id = 0)")
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
	for i := range rows {
		if rows[i].OrganisationID == 0 {
			rows[i].PersonID = 0
		}
	}
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
