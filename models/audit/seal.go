package audit

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

const (
	sealBatch = 500
	chainName = "audit.chain"
)

// SealPending adds up to 500 waiting entries to the chain and returns how many it added. Any number of processes may
// call it: the chain's lease row is locked, so links are made one after the other.
func SealPending(ctx context.Context, db *store.DB) (int, error) {
	n := 0
	err := db.InTx(ctx, func(tx *store.Tx) error {
		n = 0
		if err := store.Gate(tx, chainName); err != nil {
			return err
		}
		// An entry that vanished while it waited stays among the waiting, for Verify to find.
		var entries []Entry
		err := tx.Joins("JOIN audit_pending ON audit_pending.entry_id = audit_entries.id").
			Order("audit_pending.entry_id").Limit(sealBatch).Find(&entries).Error
		if err != nil || len(entries) == 0 {
			return err
		}
		last, err := head(tx)
		if err != nil {
			return err
		}
		seals, sealed := make([]Seal, len(entries)), make([]int64, len(entries))
		for i := range entries {
			last = Seal{Seq: last.Seq + 1, EntryID: entries[i].ID, Hash: entries[i].link(last.Hash, last.Seq+1)}
			seals[i], sealed[i] = last, last.EntryID
		}
		if err := tx.Create(&seals).Error; err != nil {
			return err
		}
		n = len(seals)
		return tx.Where("entry_id IN ?", sealed).Delete(&Pending{}).Error
	})
	if err != nil {
		return 0, fmt.Errorf("seal audit entries: %w", err)
	}
	return n, nil
}

func head(tx *store.Tx) (Seal, error) {
	var s Seal
	err := tx.Order("seq DESC").Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Seal{}, nil
	}
	return s, err
}
