package store

import (
	"context"
	"errors"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// idBlock is how many ids a process takes at a time.
const idBlock = 1000

// IDs gives ids of a table before its rows are written, so that rows which name each other go in one message. All rows of the table get
// their ids here. A process takes them by the block: they are unique and say nothing of the order in which rows came.
type IDs struct {
	Table string

	mu        sync.Mutex
	next, end int64
}

// Take gives the first of n ids that follow each other. It runs a transaction of its own where the block is used up.
func (i *IDs) Take(ctx context.Context, db *DB, n int) (int64, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.end-i.next < int64(n) {
		block := max(n, idBlock)
		var first int64
		err := db.InTx(ctx, func(tx *Tx) (err error) {
			first, err = i.In(tx, block)
			return err
		})
		if err != nil {
			return 0, err
		}
		i.next, i.end = first, first+int64(block)
	}
	i.next += int64(n)
	return i.next - int64(n), nil
}

// In gives the first of n ids that follow each other, within a transaction.
func (i *IDs) In(tx *Tx, n int) (int64, error) {
	series := "ids " + i.Table
	var row Numbering
	err := tx.ForUpdate().Where("series = ?", series).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) { // the first time: behind the rows that are there
		var last int64
		if err := tx.Table(i.Table).Select("COALESCE(MAX(id), 0)").Scan(&last).Error; err != nil {
			return 0, err
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Numbering{Series: series, Last: last}).Error; err != nil {
			return 0, err
		}
		err = tx.ForUpdate().Where("series = ?", series).Take(&row).Error
	}
	if err != nil {
		return 0, err
	}
	return row.Last + 1, tx.Model(&Numbering{}).Where("series = ?", series).Update("last", row.Last+int64(n)).Error
}
