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

	once      sync.Once
	turn      chan struct{} // whoever is in it may change what follows
	next, end int64
}

// Take gives the first of n ids that follow each other. It runs a transaction of its own where the block is used up.
func (i *IDs) Take(ctx context.Context, db *DB, n int) (int64, error) {
	i.once.Do(func() { i.turn = make(chan struct{}, 1) })
	select { // a round that waits for another's block ends with its own time
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
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

// In gives the first of n ids that follow each other, behind the rows that are there, within a transaction.
func (i *IDs) In(tx *Tx, n int) (int64, error) {
	var row Numbering
	series := "ids " + i.Table
	take := func() error { return tx.ForUpdate().Where("series = ?", series).Take(&row).Error }
	err := take()
	if errors.Is(err, gorm.ErrRecordNotFound) {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Numbering{Series: series}).Error; err != nil {
			return 0, err
		}
		err = take()
	}
	if err != nil {
		return 0, err
	}
	var last int64 // a version that let the database count may have been at work since
	if err := tx.Table(i.Table).Select("COALESCE(MAX(id), 0)").Scan(&last).Error; err != nil {
		return 0, err
	}
	last = max(last, row.Last)
	return last + 1, tx.Model(&Numbering{}).Where("series = ?", series).Update("last", last+int64(n)).Error
}
