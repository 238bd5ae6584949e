package audit

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

const (
	sealBatch = 500  // runs; each is what one statement wrote
	sealMost  = 2000 // entries in memory, but for a last run that is longer
	maxLinks  = 64   // in a row
	maxRun    = 1000 // entries of a run that waits; a statement writes 900 at most
	chainName = "audit.chain"
)

// SealPending adds the waiting entries of up to 500 statements, about 2000 at most, to the chain and returns how many it added. Any
// number of processes may call it: the chain's lease row is locked, so links are made one after the other.
func SealPending(ctx context.Context, db *store.DB) (int, error) {
	n := 0
	err := db.InTx(ctx, func(tx *store.Tx) error {
		n = 0
		if err := store.Gate(tx, chainName); err != nil {
			return err
		}
		for after := int64(0); n == 0; {
			var waiting []Pending
			if err := tx.Where("entry_id > ?", after).Order("entry_id").Limit(sealBatch).Find(&waiting).Error; err != nil || len(waiting) == 0 {
				return err
			}
			waiting = upTo(waiting, sealMost)
			after = waiting[len(waiting)-1].EntryID
			var err error
			if n, err = seal(tx, waiting); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("seal audit entries: %w", err)
	}
	return n, nil
}

// sound refuses a run that nobody here writes.
func (p Pending) sound() error {
	if p.EntryID < 1 || p.count() > maxRun {
		return fmt.Errorf("audit chain: the run that waits from entry %d is none that was written", p.EntryID)
	}
	return nil
}

// upTo gives the first runs, until they hold that many entries.
func upTo(waiting []Pending, most int64) []Pending {
	n := int64(0)
	for i, p := range waiting {
		if n += p.count(); n >= most {
			return waiting[:i+1]
		}
	}
	return waiting
}

// seal links the entries of some runs. One that vanished while it waited stays among the waiting, for Verify to find.
func seal(tx *store.Tx, waiting []Pending) (int, error) {
	for _, p := range waiting {
		if err := p.sound(); err != nil {
			return 0, err
		}
	}
	entries, err := entriesOf(tx, waiting, "detail", "salt", "about_id") // of which the digest is linked, or nothing
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	last, err := head(tx)
	if err != nil {
		return 0, err
	}
	var seals []Seal
	var done, gone []int64
	for _, p := range waiting {
		done = append(done, p.EntryID)
		begun := false // its row
		for i := range p.count() {
			id := p.EntryID + i
			e := entries[id]
			if e == nil {
				gone, begun = append(gone, id), false
				continue
			}
			next := Seal{Seq: last.Seq + 1, EntryID: id, LastID: id, Hash: e.link(last.Hash, last.Seq+1)}
			if begun = begun && last.run().count() < maxLinks; begun {
				next.EntryID, next.Links = last.EntryID, last.Links+last.Hash
				seals = seals[:len(seals)-1]
			}
			seals, last, begun = append(seals, next), next, true
		}
	}
	if err := tx.CreateInBatches(&seals, 900).Error; err != nil {
		return 0, err
	}
	if err := tx.Where("entry_id IN ?", done).Delete(&Pending{}).Error; err != nil || len(gone) == 0 {
		return len(entries), err
	}
	left := runs(gone)
	return len(entries), tx.CreateInBatches(&left, 900).Error
}

// entriesOf reads the entries of runs by their ids, without some of their columns. Runs that follow each other are read as one range.
func entriesOf(tx *store.Tx, waiting []Pending, omit ...string) (map[int64]*Entry, error) {
	q := tx.Session(&gorm.Session{NewDB: true})
	for i := 0; i < len(waiting); {
		from, to := waiting[i].EntryID, waiting[i].last()
		for i++; i < len(waiting) && waiting[i].EntryID == to+1; i++ {
			to = waiting[i].last()
		}
		q = q.Or("id BETWEEN ? AND ?", from, to)
	}
	var entries []Entry
	err := tx.Omit(omit...).Where(q).Find(&entries).Error
	found := make(map[int64]*Entry, len(entries))
	for i := range entries {
		found[entries[i].ID] = &entries[i]
	}
	return found, err
}

// runs puts ids in ascending order together that follow each other.
func runs(ids []int64) []Pending {
	var list []Pending
	for _, id := range ids {
		if n := len(list); n > 0 && list[n-1].LastID+1 == id && list[n-1].count() < maxRun {
			list[n-1].LastID = id
			continue
		}
		list = append(list, Pending{id, id})
	}
	return list
}

func head(tx *store.Tx) (Seal, error) {
	var s Seal
	err := tx.Order("seq DESC").Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Seal{}, nil
	}
	return s, err
}
