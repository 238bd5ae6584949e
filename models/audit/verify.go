package audit

import (
	"context"
	"fmt"
	"math"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

const (
	verifyBatch = 2000
	// verifyWindow is how many entries one look for strays covers. Each look is one statement, which sees one moment
	// of a database that goes on sealing.
	verifyWindow = 50_000
)

// Report says what Verify walked.
type Report struct {
	Sealed  int64  // links checked
	Waiting int64  // entries not yet in the chain
	Head    string // hash of the last link; keep it elsewhere to prove later that nothing was cut off
}

// sealed is a link with its entry, whose ID is 0 when it is gone.
type sealed struct {
	Seq    int64
	SealOf int64
	Hash   string
	Entry  Entry `gorm:"embedded"`
}

// Verify recomputes every link of a chain that may grow meanwhile. The error names the first link that does not hold.
// A head that was noted earlier and given as wantHead must still be in the chain ("" skips that).
func Verify(ctx context.Context, db *store.DB, wantHead string) (Report, error) {
	var r Report
	err := db.View(ctx, func(tx *store.Tx) error {
		seen := wantHead == ""
		for {
			links, err := linksAfter(tx, r.Sealed)
			if err != nil {
				return err
			}
			if len(links) == 0 {
				break
			}
			for i := range links {
				if err := links[i].holds(&r); err != nil {
					return err
				}
				seen = seen || r.Head == wantHead
			}
		}
		if !seen {
			return fmt.Errorf("audit chain: the noted head %s is not in it: links were cut off", wantHead)
		}
		return checkWaiting(tx, &r)
	})
	return r, err
}

func linksAfter(tx *store.Tx, seq int64) ([]sealed, error) {
	var links []sealed
	err := tx.Model(&Seal{}).
		Select("audit_seals.seq, audit_seals.entry_id AS seal_of, audit_seals.hash, audit_entries.*").
		Joins("LEFT JOIN audit_entries ON audit_entries.id = audit_seals.entry_id").
		Where("audit_seals.seq > ?", seq).Order("audit_seals.seq").Limit(verifyBatch).Scan(&links).Error
	return links, err
}

// holds checks one link against the report's head and moves the head onto it.
func (s *sealed) holds(r *Report) error {
	switch e := &s.Entry; {
	case s.Seq != r.Sealed+1:
		return fmt.Errorf("audit chain: link %d is missing", r.Sealed+1)
	case e.ID == 0:
		return fmt.Errorf("audit chain: entry %d of link %d is gone", s.SealOf, s.Seq)
	case e.Detail != "" && digest(e.Salt, e.Detail) != e.Digest:
		return fmt.Errorf("audit chain: the detail of entry %d was changed", e.ID)
	case e.link(r.Head, s.Seq) != s.Hash:
		return fmt.Errorf("audit chain: entry %d (link %d) was changed", e.ID, s.Seq)
	}
	r.Sealed, r.Head = s.Seq, s.Hash
	return nil
}

// checkWaiting makes sure that every entry is either sealed or waiting: one that is neither was slipped in, and one
// that waits and is gone was taken out.
func checkWaiting(tx *store.Tx, r *Report) error {
	if err := r.waiting(tx); err != nil {
		return err
	}
	for from, more := int64(math.MinInt64), true; more; {
		var window []int64
		err := tx.Model(&Entry{}).Where("id > ?", from).Order("id").Offset(verifyWindow-1).Limit(1).Pluck("id", &window).Error
		if err != nil {
			return err
		}
		to := int64(math.MaxInt64)
		if more = len(window) == 1; more {
			to = window[0]
		}
		stray, err := first(tx.Model(&Entry{}).Select("id").Where("id > ? AND id <= ?", from, to).
			Where("NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.entry_id = audit_entries.id)").
			Where("NOT EXISTS (SELECT 1 FROM audit_pending p WHERE audit_entries.id = p.entry_id OR audit_entries.id BETWEEN p.entry_id AND p.last_id)"))
		if err != nil {
			return err
		}
		if stray != 0 {
			return fmt.Errorf("audit chain: entry %d is neither sealed nor waiting", stray)
		}
		from = to
	}
	return nil
}

// waiting counts the entries of the runs that wait, and names the first that is not there. Entries are never deleted, so those of a run are
// there also where it is sealed meanwhile.
func (r *Report) waiting(tx *store.Tx) error {
	for after := int64(0); ; {
		var list []Pending
		if err := tx.Where("entry_id > ?", after).Order("entry_id").Limit(sealBatch).Find(&list).Error; err != nil || len(list) == 0 {
			return err
		}
		list = upTo(list, sealMost)
		after = list[len(list)-1].EntryID
		entries, err := entriesOf(tx, list)
		if err != nil {
			return err
		}
		there := make(map[int64]bool, len(entries))
		for i := range entries {
			there[entries[i].ID] = true
		}
		for _, p := range list {
			for id := p.EntryID; id <= p.last(); id++ {
				if !there[id] {
					return fmt.Errorf("audit chain: entry %d is gone before it was sealed", id)
				}
				r.Waiting++
			}
		}
	}
}

// first runs a query for one id and gives it, or 0.
func first(q *gorm.DB) (int64, error) {
	var ids []int64
	if err := q.Limit(1).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}
