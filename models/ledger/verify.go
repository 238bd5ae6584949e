package ledger

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/store"
)

// Report says what Verify walked.
type Report struct {
	Books, Journals, Entries, Waiting int64
}

// Verify recomputes every book: numbers without gaps, journals that balance and have all their entries, effective days that agree,
// reversals that are their opposites, the chain, and what
// the audit trail noted of it. The error names the first that does not hold. It may run beside postings.
func Verify(ctx context.Context, db *store.DB) (Report, error) {
	var r Report
	err := db.View(ctx, func(tx *store.Tx) error {
		for after := int64(0); ; {
			var books []Book
			if err := tx.Where("id > ?", after).Order("id").Limit(100).Find(&books).Error; err != nil {
				return err
			}
			if len(books) == 0 {
				if err := unknownBooks(tx); err != nil {
					return err
				}
				return strays(tx)
			}
			for i := range books {
				if err := books[i].verify(tx, &r); err != nil {
					return fmt.Errorf("%s of estate %d: %w", KindNames[books[i].Kind], books[i].EstateID, err)
				}
				after = books[i].ID
			}
			r.Books += int64(len(books))
		}
	})
	return r, err
}

func (b *Book) verify(tx *store.Tx, r *Report) error {
	if err := whole(b.Kind, b.HolderID); err != nil {
		return err
	}
	if err := b.anchorsHold(tx); err != nil {
		return err
	}
	prev := ""
	for no := int64(0); no < b.LastNo; {
		list, err := ListJournals(tx, b.EstateID, b, Range{}, no, 200)
		if err != nil {
			return err
		}
		seals, err := b.seals(tx, no)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fmt.Errorf("journal %d is gone", no+1)
		}
		for i := range list {
			v := &list[i]
			if v.No != no+1 {
				return fmt.Errorf("journal %d is gone", no+1)
			}
			if v.No > b.LastNo { // posted since the book was read
				return b.nothingAfter(tx)
			}
			no++
			if prev, err = v.link(prev, b); err != nil {
				return err
			}
			switch hash, sealed := seals[no]; {
			case sealed && hash != prev:
				return fmt.Errorf("journal %d was changed after it was sealed", no)
			case !sealed && no <= b.SealedNo:
				return fmt.Errorf("link %d is gone", no)
			case !sealed:
				r.Waiting++
			}
			if err := v.opposite(tx); err != nil {
				return err
			}
			r.Journals++
			r.Entries += int64(len(v.Lines))
		}
	}
	return b.nothingAfter(tx)
}

// nothingAfter finds a journal that stands beyond the book's last number, as the book has it now.
func (b *Book) nothingAfter(tx *store.Tx) error {
	var nos []int64
	err := tx.Table("ledger_journals j").Joins("JOIN ledger_books b ON b.id = j.book_id AND j.no > b.last_no").Where("j.book_id = ?", b.ID).Limit(1).Pluck("j.no", &nos).Error
	if err == nil && len(nos) == 1 {
		err = fmt.Errorf("journal %d is posted after the last", nos[0])
	}
	return err
}

func (b *Book) seals(tx *store.Tx, after int64) (map[int64]string, error) {
	var list []Seal
	err := tx.Where("book_id = ? AND no > ? AND no <= ?", b.ID, after, after+200).Find(&list).Error
	all := make(map[int64]string, len(list))
	for _, s := range list {
		all[s.No] = s.Hash
	}
	return all, err
}

// opposite holds a reversal against what it reverses.
func (v *View) opposite(tx *store.Tx) error {
	if v.ReversesID == nil {
		return nil
	}
	lines, err := linesOf(tx, *v.ReversesID)
	if err != nil {
		return err
	}
	same := len(lines) == len(v.Lines)
	for i := 0; same && i < len(lines); i++ {
		same = lines[i].Key == v.Lines[i].Key.own() && lines[i].Amount == -v.Lines[i].Amount
	}
	if !same {
		return fmt.Errorf("journal %d is not the opposite of what it reverses", v.No)
	}
	return nil
}

// strayWindow is how many entries one look for strays covers.
const strayWindow = 100_000

// strays looks for entries that belong to no journal or account of one book, or stand on another day than their journal.
func strays(tx *store.Tx) error {
	var last int64
	if err := tx.Model(&Entry{}).Select("COALESCE(MAX(id), 0)").Scan(&last).Error; err != nil {
		return err
	}
	for from := int64(0); from < last; from += strayWindow {
		var ids []int64
		err := tx.Table("ledger_entries e").Joins("LEFT JOIN ledger_journals j ON j.id = e.journal_id").Joins("LEFT JOIN ledger_accounts a ON a.id = e.account_id").
			Where("e.id > ? AND e.id <= ?", from, from+strayWindow).
			Where("j.id IS NULL OR a.id IS NULL OR j.book_id <> a.book_id OR j.effective_on <> e.effective_on").Limit(1).Pluck("e.id", &ids).Error
		if err != nil {
			return err
		}
		if len(ids) == 1 {
			return fmt.Errorf("ledger: entry %d is not of its journal's book or day", ids[0])
		}
	}
	return nil
}
