package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// SealPending adds waiting journals to the chains of their books, behind the writes, notes the ends of the chains in the audit trail, and returns how many it added. A book that cannot be
// sealed, because somebody changed it behind the product, keeps none of the others waiting.
func SealPending(ctx context.Context, db *store.DB) (int, error) {
	var ids []int64
	err := db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Book{}).Where("unsealed = ?", true).Order("id").Limit(100).Pluck("id", &ids).Error
	})
	failed := []error{err}
	for _, id := range ids {
		n := 0
		err := db.InTx(ctx, func(tx *store.Tx) (err error) {
			n, err = seal(tx, id)
			return err
		})
		if err == nil && n > 0 {
			return n, errors.Join(failed...)
		}
		failed = append(failed, err)
	}
	if err := errors.Join(failed...); err != nil {
		return 0, fmt.Errorf("seal journals: %w", err)
	}
	return 0, nil
}

// seal seals some of a book's waiting journals.
func seal(tx *store.Tx, book int64) (int, error) {
	if err := store.Gate(tx, "ledger.chain"); err != nil {
		return 0, err
	}
	var b Book
	if err := tx.Where("id = ?", book).Take(&b).Error; err != nil || !b.Unsealed {
		return 0, err
	}
	list, err := ListJournals(tx, b.EstateID, &b, Range{}, b.SealedNo, sealBatch)
	if err != nil {
		return 0, err
	}
	prev, err := sealOf(tx, b.ID, b.SealedNo)
	if err != nil {
		return 0, err
	}
	seals := make([]Seal, len(list))
	for i := range list {
		if prev, err = list[i].link(prev, &b); err != nil {
			return 0, err
		}
		seals[i] = Seal{BookID: b.ID, No: list[i].No, Hash: prev}
	}
	if len(seals) > 0 {
		if err := tx.Create(&seals).Error; err != nil {
			return 0, err
		}
	}
	to := b.SealedNo + int64(len(seals))
	if to > 0 {
		if err := b.anchor(tx, to, prev); err != nil {
			return 0, err
		}
	}
	// Who posts takes the row, so the flag falls only where nothing came meanwhile.
	return len(seals), tx.Exec("UPDATE ledger_books SET unsealed = (last_no > ?), sealed_no = ? WHERE id = ?", to, to, b.ID).Error
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

// name is whose books these are, in the chain.
func (b *Book) name() string {
	if b.HolderID == 0 {
		return string(b.Kind)
	}
	return fmt.Sprintf("%s/%d", b.Kind, b.HolderID)
}

// link is the hash of a journal with its lines on top of the link before it. It refuses to seal what does not balance.
func (v *View) link(prev string, b *Book) (string, error) {
	h := sha256.New()
	reverses := int64(0)
	if v.ReversesID != nil {
		reverses = *v.ReversesID
	}
	_, _ = fmt.Fprintf(h, "%s\n%d\n%s\n%d\n%d\n%q\n%s\n%s\n%d\n%d\n%d\n%q\n%d\n%q\n%q\n%d\n", prev, b.EstateID, b.name(), v.No, v.ID, v.Ref, v.InputHash, v.EffectiveOn.Format("2006-01-02"),
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
