package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Lease is a named right to do background work until a time.
type Lease struct {
	Name  string `gorm:"primaryKey"`
	Owner string
	Until time.Time `gorm:"column:ends_at"`
}

// TableName names the table.
func (Lease) TableName() string { return "leases" }

// Gate makes the transactions that pass the same name run one after the other. The row is made when missing.
func Gate(tx *Tx, name string) error {
	var l Lease
	err := tx.ForUpdate().Where("name = ?", name).Take(&l).Error
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return err
	}
	l = Lease{Name: name, Until: tx.Now}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&l).Error; err != nil {
		return err
	}
	return tx.ForUpdate().Where("name = ?", name).Take(&l).Error
}

// Claim takes or extends the lease for owner and reports whether owner now holds it.
func (db *DB) Claim(ctx context.Context, name, owner string, hold time.Duration) (bool, error) {
	held := false
	err := db.InTx(ctx, func(tx *Tx) error {
		held = false
		res := tx.Model(&Lease{}).Where("name = ? AND (owner = ? OR ends_at <= ?)", name, owner, tx.Now).
			Updates(map[string]any{"owner": owner, "ends_at": tx.Now.Add(hold)})
		if res.Error != nil {
			return res.Error
		}
		if held = res.RowsAffected == 1; held {
			return nil
		}
		var n int64
		if err := tx.Model(&Lease{}).Where("name = ?", name).Count(&n).Error; err != nil || n > 0 {
			return err
		}
		err := tx.Create(&Lease{Name: name, Owner: owner, Until: tx.Now.Add(hold)}).Error
		held = err == nil
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return nil
		}
		return err
	})
	return held, err
}

// Release gives the lease back at once, if owner still holds it.
func (db *DB) Release(ctx context.Context, name, owner string) error {
	return db.InTx(ctx, func(tx *Tx) error {
		return tx.Model(&Lease{}).Where("name = ? AND owner = ?", name, owner).Updates(map[string]any{"owner": "", "ends_at": tx.Now}).Error
	})
}
