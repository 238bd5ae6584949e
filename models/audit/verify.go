package audit

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/linli-city/linli/models/store"
)

// verifyWindow is how many entries one look for strays covers.
const verifyWindow = 50_000

// Report says what Verify walked.
type Report struct {
	Sealed  int64  // links checked
	Waiting int64  // entries not yet in the chain
	Head    string // hash of the last link; keep it elsewhere to prove later that nothing was cut off
}

// Verify recomputes every link of a chain that may grow meanwhile. The error names the first link that does not hold.
// A head that was noted earlier and given as wantHead must still be in the chain ("" skips that).
func Verify(ctx context.Context, db *store.DB, wantHead string) (Report, error) {
	var r Report
	err := db.View(ctx, func(tx *store.Tx) error {
		seen := wantHead == ""
		for {
			seals, entries, err := sealsAfter(tx, r.Sealed)
			if err != nil {
				return err
			}
			if len(seals) == 0 {
				break
			}
			for i := range seals {
				for n := range seals[i].run().count() {
					id := seals[i].EntryID + n
					if err := seals[i].holds(id, entries[id], &r); err != nil {
						return err
					}
					seen = seen || r.Head == wantHead
				}
			}
		}
		if !seen {
			return fmt.Errorf("audit chain: the noted head %s is not in it: links were cut off", wantHead)
		}
		return checkWaiting(tx, &r)
	})
	return r, err
}

// sealsAfter reads the next rows of links with those of their entries that are there.
func sealsAfter(tx *store.Tx, seq int64) ([]Seal, map[int64]*Entry, error) {
	var seals []Seal
	if err := tx.Where("seq > ?", seq).Order("seq").Limit(sealBatch).Find(&seals).Error; err != nil || len(seals) == 0 {
		return nil, nil, err
	}
	list := make([]Pending, len(seals))
	for i := range seals {
		list[i] = seals[i].run()
		if n := list[i].count(); n > maxLinks || len(seals[i].Links) != int(n-1)*sha256.Size*2 {
			return nil, nil, fmt.Errorf("audit chain: the row that ends with link %d is not whole", seals[i].Seq)
		}
	}
	list = upTo(list, sealMost)
	entries, err := entriesOf(tx, list)
	return seals[:len(list)], entries, err
}

// holds checks the link over one entry, nil where it is gone, against the report's head and moves the head onto it.
func (s *Seal) holds(id int64, e *Entry, r *Report) error {
	behind := s.run().last() - id // links of the row that follow
	seq, hash := s.Seq-behind, s.Hash
	if behind > 0 {
		const width = sha256.Size * 2
		at := int(id-s.EntryID) * width
		hash = s.Links[at : at+width]
	}
	switch {
	case seq != r.Sealed+1:
		return fmt.Errorf("audit chain: link %d is missing", r.Sealed+1)
	case e == nil:
		return fmt.Errorf("audit chain: entry %d of link %d is gone", id, seq)
	case e.Detail != "" && digest(e.Salt, e.Detail) != e.Digest:
		return fmt.Errorf("audit chain: the detail of entry %d was changed", e.ID)
	case e.link(r.Head, seq) != hash:
		return fmt.Errorf("audit chain: entry %d (link %d) was changed", e.ID, seq)
	}
	r.Sealed, r.Head = seq, hash
	return nil
}

// checkWaiting makes sure that every entry is either sealed or waiting: one that is neither was slipped in, and one
// that waits and is gone was taken out.
func checkWaiting(tx *store.Tx, r *Report) error {
	if err := beforeTheFirst(tx); err != nil {
		return err
	}
	if err := r.waiting(tx); err != nil {
		return err
	}
	for from := int64(0); ; {
		var ids []int64
		if err := tx.Model(&Entry{}).Where("id > ?", from).Order("id").Limit(verifyWindow).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
			return err
		}
		from = ids[len(ids)-1]
		// The entries first and the links last: what is sealed meanwhile is found among them.
		var waiting, sealed []Pending
		if err := tx.Where("entry_id <= ? AND (entry_id >= ? OR last_id >= ?)", from, ids[0], ids[0]).Order("entry_id").Limit(2 * verifyWindow).Find(&waiting).Error; err != nil {
			return err
		}
		if err := tx.Model(&Seal{}).Where("entry_id > ? AND entry_id <= ?", ids[0]-maxLinks, from).Order("entry_id").Limit(2 * verifyWindow).Find(&sealed).Error; err != nil {
			return err
		}
		for i := 1; i < len(sealed); i++ {
			if sealed[i].EntryID <= sealed[i-1].last() {
				return fmt.Errorf("audit chain: entry %d is sealed twice", sealed[i].EntryID)
			}
		}
		if stray := without(without(ids, waiting), sealed); len(stray) > 0 {
			return fmt.Errorf("audit chain: entry %d is neither sealed nor waiting", stray[0])
		}
	}
}

// beforeTheFirst makes sure that nothing has a number below 1, where no walk over the chain would come by.
func beforeTheFirst(tx *store.Tx) error {
	for _, x := range []struct {
		of           any
		number, what string
	}{{&Entry{}, "id", "entry"}, {&Pending{}, "entry_id", "the run that waits from entry"}, {&Seal{}, "seq", "link"}} {
		var found []int64
		if err := tx.Model(x.of).Where(x.number+" < 1").Limit(1).Pluck(x.number, &found).Error; err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("audit chain: %s %d was slipped in before the first", x.what, found[0])
		}
	}
	return nil
}

// without leaves out the ids, in ascending order, that are in one of the runs, in theirs.
func without(ids []int64, list []Pending) []int64 {
	var left []int64
	i := 0
	for _, id := range ids {
		for i < len(list) && list[i].last() < id {
			i++
		}
		if i == len(list) || list[i].EntryID > id {
			left = append(left, id)
		}
	}
	return left
}

// waiting counts the entries of the runs that wait, and names the first that is not there. Entries are never deleted, so those of a run are
// there also where it is sealed meanwhile.
func (r *Report) waiting(tx *store.Tx) error {
	for after := int64(0); ; {
		var list []Pending
		if err := tx.Where("entry_id > ?", after).Order("entry_id").Limit(sealBatch).Find(&list).Error; err != nil || len(list) == 0 {
			return err
		}
		for _, p := range list {
			if err := p.sound(); err != nil {
				return err
			}
		}
		list = upTo(list, sealMost)
		after = list[len(list)-1].EntryID
		entries, err := entriesOf(tx, list)
		if err != nil {
			return err
		}
		for _, p := range list {
			for i := range p.count() {
				id := p.EntryID + i
				if entries[id] == nil {
					return fmt.Errorf("audit chain: entry %d is gone before it was sealed", id)
				}
				r.Waiting++
			}
		}
	}
}
