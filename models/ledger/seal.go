package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// Seal is one link of a book's chain.
type Seal struct {
	BookID int64 `gorm:"primaryKey;autoIncrement:false"`
	No     int64 `gorm:"primaryKey;autoIncrement:false"`
	Hash   string
}

// TableName names the table.
func (Seal) TableName() string { return "ledger_seals" }

// sealBatch is how many journals one transaction seals.
const sealBatch = 200

// SealPending adds waiting journals to the chains of their books, behind the writes, and returns how many it added.
func SealPending(ctx context.Context, db *store.DB) (int, error) {
	n := 0
	err := db.InTx(ctx, func(tx *store.Tx) error {
		n = 0
		if err := store.Gate(tx, "ledger.chain"); err != nil {
			return err
		}
		var books []Book
		if err := tx.Where("unsealed = ?", true).Order("id").Limit(1).Find(&books).Error; err != nil || len(books) == 0 {
			return err
		}
		b := &books[0]
		list, err := ListJournals(tx, b.EstateID, b.Kind, Range{}, b.SealedNo, sealBatch)
		if err != nil {
			return err
		}
		prev, err := sealOf(tx, b.ID, b.SealedNo)
		if err != nil {
			return err
		}
		seals := make([]Seal, len(list))
		for i := range list {
			if prev, err = list[i].link(prev, b); err != nil {
				return err
			}
			seals[i] = Seal{BookID: b.ID, No: list[i].No, Hash: prev}
		}
		if n = len(seals); n > 0 {
			if err := tx.Create(&seals).Error; err != nil {
				return err
			}
		}
		// Who posts takes the row, so the flag falls only where nothing came meanwhile.
		return tx.Exec("UPDATE ledger_books SET unsealed = (last_no > ?), sealed_no = ? WHERE id = ?", b.SealedNo+int64(n), b.SealedNo+int64(n), b.ID).Error
	})
	if err != nil {
		return 0, fmt.Errorf("seal journals: %w", err)
	}
	return n, nil
}

func sealOf(tx *store.Tx, book, no int64) (string, error) {
	var hash []string
	err := tx.Model(&Seal{}).Where("book_id = ? AND no = ?", book, no).Pluck("hash", &hash).Error
	if err != nil || no == 0 {
		return "", err
	}
	if len(hash) == 0 {
		return "", fmt.Errorf("ledger: link %d of book %d is gone", no, book)
	}
	return hash[0], nil
}

// link is the hash of a journal with its lines on top of the link before it. It refuses to seal what does not balance.
func (v *View) link(prev string, b *Book) (string, error) {
	h := sha256.New()
	reverses := int64(0)
	if v.ReversesID != nil {
		reverses = *v.ReversesID
	}
	_, _ = fmt.Fprintf(h, "%s\n%d\n%s\n%d\n%d\n%q\n%s\n%s\n%d\n%d\n%d\n%q\n%d\n%q\n%q\n%d\n", prev, b.EstateID, b.Kind, v.No, v.ID, v.Ref, v.InputHash, v.EffectiveOn.Format("2006-01-02"),
		v.BookedAt.Unix(), v.PersonID, v.PostID, v.SourceKind, v.SourceID, v.SourceText, v.Memo, reverses)
	var sum money.Fen
	for _, l := range v.Lines {
		_, _ = fmt.Fprintf(h, "%s\n%d\n%d\n%d\n%q\n", l.Code, l.BuildingID, l.UnitID, l.Amount, l.Memo)
		sum += l.Amount
	}
	if sum != 0 || len(v.Lines) != v.Entries || len(v.Lines) == 0 {
		return "", fmt.Errorf("%s of estate %d: journal %d has %d of %d entries, which sum to %s", KindNames[b.Kind], b.EstateID, v.No, len(v.Lines), v.Entries, sum)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
