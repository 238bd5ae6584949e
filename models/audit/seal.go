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
		var waiting []int64
		if err := tx.Model(&Pending{}).Order("entry_id").Limit(sealBatch).Pluck("entry_id", &waiting).Error; err != nil {
			return err
		}
		if len(waiting) == 0 {
			return nil
		}
		var entries []Entry
		if err := tx.Where("id IN ?", waiting).Order("id").Find(&entries).Error; err != nil {
			return err
		}
		last, err := head(tx)
		if err != nil {
			return err
		}
		seals := make([]Seal, len(entries))
		for i := range entries {
			last = Seal{Seq: last.Seq + 1, EntryID: entries[i].ID, Hash: entries[i].link(last.Hash, last.Seq+1)}
			seals[i] = last
		}
		if err := tx.Create(&seals).Error; err != nil {
			return err
		}
		n = len(seals)
		return tx.Where("entry_id IN ?", waiting).Delete(&Pending{}).Error
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

// Report says what Verify walked.
type Report struct {
	Sealed  int64  // links checked
	Waiting int64  // entries not yet in the chain
	Head    string // hash of the last link; keep it elsewhere to prove later that nothing was cut off
}

// Verify recomputes every link. The error names the first link that does not hold. A head that was noted earlier and
// given as wantHead must still be in the chain ("" skips that).
func Verify(ctx context.Context, db *store.DB, wantHead string) (Report, error) {
	var r Report
	err := db.View(ctx, func(tx *store.Tx) error {
		prev, seen := "", wantHead == ""
		for {
			var seals []Seal
			if err := tx.Where("seq > ?", r.Sealed).Order("seq").Limit(sealBatch).Find(&seals).Error; err != nil {
				return err
			}
			if len(seals) == 0 {
				break
			}
			entries, err := entriesOf(tx, seals)
			if err != nil {
				return err
			}
			for _, s := range seals {
				e, ok := entries[s.EntryID]
				switch {
				case s.Seq != r.Sealed+1:
					return fmt.Errorf("audit chain: link %d is missing", r.Sealed+1)
				case !ok:
					return fmt.Errorf("audit chain: entry %d of link %d is gone", s.EntryID, s.Seq)
				case e.Detail != "" && digest(e.Salt, e.Detail) != e.Digest:
					return fmt.Errorf("audit chain: the detail of entry %d was changed", e.ID)
				case e.link(prev, s.Seq) != s.Hash:
					return fmt.Errorf("audit chain: entry %d (link %d) was changed", e.ID, s.Seq)
				}
				prev, r.Sealed, r.Head = s.Hash, s.Seq, s.Hash
				seen = seen || s.Hash == wantHead
			}
		}
		if !seen {
			return fmt.Errorf("audit chain: the noted head %s is not in it: links were cut off", wantHead)
		}
		return checkWaiting(tx, &r)
	})
	return r, err
}

func entriesOf(tx *store.Tx, seals []Seal) (map[int64]Entry, error) {
	ids := make([]int64, len(seals))
	for i, s := range seals {
		ids[i] = s.EntryID
	}
	var rows []Entry
	if err := tx.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	byID := make(map[int64]Entry, len(rows))
	for _, e := range rows {
		byID[e.ID] = e
	}
	return byID, nil
}

// checkWaiting makes sure that every entry is either sealed or waiting: one that is neither was slipped in.
func checkWaiting(tx *store.Tx, r *Report) error {
	if err := tx.Model(&Pending{}).Count(&r.Waiting).Error; err != nil {
		return err
	}
	var stray []int64
	err := tx.Model(&Entry{}).
		Where("NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.entry_id = audit_entries.id)").
		Where("NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.entry_id = audit_entries.id)").
		Limit(1).Pluck("id", &stray).Error
	if err != nil {
		return err
	}
	if len(stray) > 0 {
		return fmt.Errorf("audit chain: entry %d is neither sealed nor waiting", stray[0])
	}
	return nil
}
