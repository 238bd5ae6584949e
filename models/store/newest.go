package store

import (
	"cmp"
	"slices"

	"gorm.io/gorm"
)

// Way is one way in which rows may be seen: a query, and its column of the id.
type Way struct {
	Rows *gorm.DB
	ID   string
}

// Newest gives the newest ids below before (0 for no bound) that any of the ways finds, each once, at most limit. Each way
// is a walk along a key of its own; one query with OR between them would walk the whole table.
func Newest(before int64, limit int, ways ...Way) ([]int64, error) {
	var ids []int64
	for _, w := range ways {
		q := w.Rows
		if before > 0 {
			q = q.Where(w.ID+" < ?", before)
		}
		var some []int64
		if err := q.Order(w.ID+" DESC").Limit(limit).Pluck(w.ID, &some).Error; err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })
	ids = slices.Compact(ids)
	return ids[:min(len(ids), limit)], nil
}

// ByPrimary is a table of which rows are fetched by their ids: whatever else is asked of them, the server is told to use no
// other key. A guess at how rare a value is made it walk tens of thousands of rows instead of looking at five hundred.
func (tx *Tx) ByPrimary(table string) string {
	if tx.Dialect == SQLite {
		return table
	}
	return table + " FORCE INDEX (PRIMARY)"
}
