package checkout

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/store"
)

// Heard is something that WeChat told us, written once, together with what was booked for it. It holds no personal data.
type Heard struct {
	ID        int64 `gorm:"primaryKey"`
	AccountID int64
	EventID   string
	Kind      string
	Number    string
	Digest    string
	Outcome   string
	At        time.Time
}

// TableName names the table.
func (Heard) TableName() string { return "pay_notices" }

// Take checks what came at a merchant's address, books it, and returns nil when WeChat need not say it again. A repeat changes nothing.
// Faults: ErrNotFound for an address that is nobody's, ErrForged.
func (s *Service) Take(ctx context.Context, hook string, header http.Header, body []byte) error {
	if len(hook) != 26 {
		return ErrNotFound
	}
	var a Account
	err := s.DB.View(ctx, func(tx *store.Tx) error { return tx.Where("hook = ?", hook).Take(&a).Error })
	if err != nil {
		return store.NotFound(err, ErrNotFound)
	}
	p, err := s.provider(&a)
	if err != nil {
		return err
	}
	n, err := p.Notice(ctx, header, body)
	if err != nil {
		return err
	}
	outcome := ""
	err = s.DB.InTx(ctx, func(tx *store.Tx) (err error) {
		outcome, err = s.hear(tx, &a, n)
		return err
	})
	if err != nil {
		return fmt.Errorf("take notice: %w", err)
	}
	s.Log.InfoContext(ctx, "WeChat Pay told us", "account", a.ID, "kind", n.Kind, "outcome", outcome)
	return nil
}

// hear writes a notice down and acts on it.
func (s *Service) hear(tx *store.Tx, a *Account, n *Notice) (outcome string, err error) {
	// The gate first, as everybody who books: what was heard is looked up behind it.
	if err := store.Gate(tx, gateName(a.EstateID)); err != nil {
		return "", err
	}
	var before int64
	if err := tx.Model(&Heard{}).Where("account_id = ? AND event_id = ?", a.ID, n.EventID).Count(&before).Error; err != nil || before > 0 {
		return repeated, err
	}
	h := &Heard{AccountID: a.ID, EventID: n.EventID, Kind: clip(n.Kind, 32), Digest: n.Digest, At: tx.Now}
	switch {
	case n.Transaction != nil:
		h.Number = clip(n.Transaction.Number, 64)
		h.Outcome, err = s.hearPayment(tx, a, n.Transaction)
	case n.Refund != nil:
		h.Number = clip(n.Refund.Number, 64)
		h.Outcome, err = s.hearRefund(tx, a, n.Refund)
	default:
		h.Outcome = noted
	}
	if err != nil {
		return "", err
	}
	return h.Outcome, store.Raced(tx.Create(h).Error)
}

func (s *Service) hearPayment(tx *store.Tx, a *Account, t *Transaction) (string, error) {
	if t.State != TradePaid {
		return noted, nil
	}
	var list []Order
	if err := tx.Where("number = ? AND account_id = ?", t.Number, a.ID).Limit(1).Find(&list).Error; err != nil {
		return "", err
	}
	if len(list) == 0 {
		return unassigned, stranger(tx, a, t.Number, t.TransactionID, t.Amount, t.PaidAt)
	}
	return s.settle(tx, a, &list[0], t)
}

func (s *Service) hearRefund(tx *store.Tx, a *Account, r *Refunded) (string, error) {
	var list []Refund
	if err := tx.Where("number = ? AND account_id = ?", r.Number, a.ID).Limit(1).Find(&list).Error; err != nil {
		return "", err
	}
	if len(list) == 0 {
		return unassigned, refundDiffers(tx, a, nil, r, "stray", "微信有这笔退款，我们没有")
	}
	if r.MchID != a.MchID {
		return differs, refundDiffers(tx, a, &list[0], r, "payee", "商户号不一致")
	}
	return s.conclude(tx, a, &list[0], r)
}
