package vault

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/store"
)

// Column is one sealed column, with the index that is made from the same value where there is one.
type Column struct {
	Table     string
	Sealed    string // column of the sealed text
	Bound     string
	Index     string // column of the blind index; "" when there is none
	IndexKind string
}

// rekeyBatch is how many rows one transaction rewrites.
const rekeyBatch = 200

type sealedRow struct {
	ID     int64
	Sealed string
	Idx    string
}

// Rekey seals every row of the columns again with the primary key, and makes its index anew, in small transactions
// while linli serves; an index of papers also where it was made of what was typed. A row that changes meanwhile keeps its change. It may be stopped and run again. It returns how
// many rows it rewrote.
func (v *Vault) Rekey(ctx context.Context, db *store.DB, columns []Column) (int, error) {
	total := 0
	for _, c := range columns {
		n, err := v.rekeyColumn(ctx, db, c)
		total += n
		if err != nil {
			return total, fmt.Errorf("rekey %s.%s: %w", c.Table, c.Sealed, err)
		}
	}
	return total, nil
}

func (v *Vault) rekeyColumn(ctx context.Context, db *store.DB, c Column) (int, error) {
	index := "''"
	if c.Index != "" {
		index = c.Index
	}
	total, after := 0, int64(0)
	for {
		var rows []sealedRow
		err := db.View(ctx, func(tx *store.Tx) error {
			return tx.Table(c.Table).Select("id, "+c.Sealed+" AS sealed, "+index+" AS idx").
				Where("id > ? AND "+c.Sealed+" <> ''", after).Order("id").Limit(rekeyBatch).Scan(&rows).Error
		})
		if err != nil || len(rows) == 0 {
			return total, err
		}
		after = rows[len(rows)-1].ID
		err = db.InTx(ctx, func(tx *store.Tx) error {
			done := 0
			for _, r := range rows {
				if c.IndexKind != Paper && !v.NeedsRekey(r.Sealed) && !v.NeedsRekey(r.Idx) {
					continue
				}
				plain, err := v.Open(r.Sealed, c.Bound)
				if err != nil {
					return fmt.Errorf("row %d: %w", r.ID, err)
				}
				if c.IndexKind == Paper && !v.NeedsRekey(r.Sealed) && r.Idx == v.Index(Paper, plain) {
					continue
				}
				change := map[string]any{c.Sealed: v.Seal(plain, c.Bound)}
				if c.Index != "" {
					change[c.Index] = v.Index(c.IndexKind, plain)
				}
				res := tx.Table(c.Table).Where("id = ? AND "+c.Sealed+" = ?", r.ID, r.Sealed).Updates(change)
				if res.Error != nil {
					return res.Error
				}
				done += int(res.RowsAffected)
			}
			tx.Committed(func() { total += done })
			return nil
		})
		if err != nil {
			return total, err
		}
	}
}
