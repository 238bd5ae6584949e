package ledger

import (
	"encoding/json"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// anchor is what the audit trail keeps of a book: how far it was sealed, and the link there. Whoever re-makes a book's chain, or cuts off its
// end, would have to re-make the trail too, whose head is noted elsewhere.
type anchor struct {
	No   int64  `json:"no"`
	Hash string `json:"hash"`
}

const anchored, anchoredBook = "ledger.seal", "ledger_book"

// anchor notes where the chain stands in the trail of the platform: it tells no office anything.
func (b *Book) anchor(tx *store.Tx, no int64, hash string) error {
	return audit.Append(tx, audit.System{}, anchored, audit.Subject{Kind: anchoredBook, ID: b.ID}, anchor{No: no, Hash: hash})
}

// anchorsHold compares what the trail noted of a book with its chain.
func (b *Book) anchorsHold(tx *store.Tx) error {
	for after := int64(0); ; {
		var notes []audit.Entry
		err := tx.Select("id", "detail").Where("subject_kind = ? AND subject_id = ? AND verb = ? AND id > ?", anchoredBook, b.ID, anchored, after).Order("id").Limit(900).Find(&notes).Error
		if err != nil || len(notes) == 0 {
			return err
		}
		list, nos := make([]anchor, len(notes)), make([]int64, len(notes))
		for i, n := range notes {
			if err := json.Unmarshal([]byte(n.Detail), &list[i]); err != nil {
				return fmt.Errorf("note %d of the audit trail about this book cannot be read: %w", n.ID, err)
			}
			nos[i], after = list[i].No, n.ID
		}
		var seals []Seal
		if err := tx.Where("book_id = ? AND no IN ?", b.ID, nos).Find(&seals).Error; err != nil {
			return err
		}
		chain := make(map[int64]string, len(seals))
		for _, s := range seals {
			chain[s.No] = s.Hash
		}
		for _, a := range list {
			switch chain[a.No] {
			case a.Hash:
			case "":
				return fmt.Errorf("the audit trail has journal %d sealed, the book has it no more", a.No)
			default:
				return fmt.Errorf("the journals up to %d are not those that the audit trail has sealed", a.No)
			}
		}
	}
}

// unknownBooks finds a book that the trail noted and that is gone.
func unknownBooks(tx *store.Tx) error {
	var ids []int64
	err := tx.Model(&audit.Entry{}).Where("subject_kind = ? AND NOT EXISTS (SELECT 1 FROM ledger_books b WHERE b.id = audit_entries.subject_id)", anchoredBook).Limit(1).Pluck("subject_id", &ids).Error
	if err == nil && len(ids) == 1 {
		err = fmt.Errorf("ledger: the audit trail has sealed book %d, which is gone", ids[0])
	}
	return err
}
