package checkout

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// DifferenceKind says how WeChat and the books do not agree.
type DifferenceKind string

// The five kinds: two sides that may lack a payment, its amount, its state, and everything about refunds.
const (
	OnlyOurs      DifferenceKind = "only_ours"
	OnlyTheirs    DifferenceKind = "only_theirs"
	AmountDiffers DifferenceKind = "amount"
	StateDiffers  DifferenceKind = "state"
	RefundDiffers DifferenceKind = "refund"
)

// DifferenceNames in Chinese.
var DifferenceNames = map[DifferenceKind]string{OnlyOurs: "我们有，微信没有", OnlyTheirs: "微信有，我们没有", AmountDiffers: "金额或收款方不一致", StateDiffers: "状态不一致", RefundDiffers: "退款不一致"}

// DifferenceStates in Chinese.
var DifferenceStates = map[string]string{"open": "待处理", "proposed": "等另一人确认", "resolved": "已处理"}

// Difference is something on which WeChat and the books do not agree. Number is the order's, or the refund's; Cause is what does not agree,
// so that a second problem of the same number is another difference.
type Difference struct {
	ID            int64 `gorm:"primaryKey"`
	AccountID     int64
	EstateID      int64
	CompanyID     int64
	DayOn         time.Time `gorm:"type:date"`
	Kind          DifferenceKind
	Cause         string
	Number        string
	TransactionID string
	OrderID       int64
	RefundID      int64
	Ours          money.Fen
	Theirs        money.Fen
	Note          string
	State         string // open, proposed, resolved
	Action        string // explain, book, link
	Reason        string
	ProposedBy    int64
	ProposedAt    *time.Time
	DecidedBy     int64
	DecidedAt     *time.Time
	PaymentID     int64
	LinkedID      int64 // of a payment and the refunds of it that end together: the payment's
	CreatedAt     time.Time
}

// TableName names the table.
func (Difference) TableName() string { return "pay_differences" }

// differ keeps a difference, once, and says whether it waits for a person. The caller holds the gate.
func differ(tx *store.Tx, d Difference) (pending bool, err error) {
	var had []Difference
	err = tx.Where("account_id = ? AND kind = ? AND number = ? AND cause = ? AND transaction_id = ? AND theirs = ?", d.AccountID, d.Kind, d.Number, d.Cause, d.TransactionID, d.Theirs).Limit(1).Find(&had).Error
	if err != nil || len(had) > 0 {
		return err == nil && had[0].State != "resolved", err
	}
	if d.DayOn.IsZero() {
		d.DayOn = org.DayOf(tx.Now)
	}
	d.State, d.Note, d.CreatedAt = "open", clip(d.Note, 300), tx.Now
	return true, tx.Create(&d).Error
}

// nobodys keeps what is of no order and no refund of ours, once for the merchant, whichever estate is told of it first.
func nobodys(tx *store.Tx, a *Account, d Difference) error {
	var n int64
	err := tx.Model(&Difference{}).Joins("JOIN pay_accounts a ON a.id = pay_differences.account_id AND a.mch_id = ? AND a.id <> ?", a.MchID, a.ID).
		Where("pay_differences.number = ? AND pay_differences.kind = ? AND pay_differences.transaction_id = ? AND pay_differences.cause = ?", d.Number, d.Kind, d.TransactionID, d.Cause).Count(&n).Error
	if err != nil || n > 0 {
		return err
	}
	_, err = differ(tx, d)
	return err
}

// stranger keeps a payment that none of our orders is for.
func stranger(tx *store.Tx, a *Account, number, transaction string, amount money.Fen, at time.Time) error {
	d := Difference{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, Kind: OnlyTheirs, Cause: "stray", Number: clip(number, 64), TransactionID: clip(transaction, 64), Theirs: amount, Note: "微信收了这笔款，我们没有这张订单"}
	if !at.IsZero() {
		d.DayOn = org.DayOf(at)
	}
	return nobodys(tx, a, d)
}

// refundDiffers keeps what does not fit about a refund; r is nil when it is not ours.
func refundDiffers(tx *store.Tx, a *Account, r *Refund, got *Refunded, cause, why string) error {
	d := Difference{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, Kind: RefundDiffers, Cause: cause, Number: clip(got.Number, 64), TransactionID: clip(got.TransactionID, 64), Theirs: got.Amount, Note: why}
	if r != nil {
		d.RefundID, d.OrderID, d.Ours, d.TransactionID = r.ID, r.OrderID, r.Amount, r.TransactionID
	} else if got.TransactionID != "" {
		var o []Order
		if err := tx.Where("account_id = ? AND transaction_id = ?", a.ID, got.TransactionID).Limit(1).Find(&o).Error; err != nil {
			return err
		}
		if len(o) > 0 {
			d.OrderID = o[0].ID
		}
	}
	if !got.AcceptedAt.IsZero() {
		d.DayOn = org.DayOf(got.AcceptedAt)
	}
	if r == nil {
		return nobodys(tx, a, d)
	}
	_, err := differ(tx, d)
	return err
}

// ListDifferences pages through an estate's differences, newest first; those of one state if it is not empty.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListDifferences(ctx context.Context, actor org.Actor, estate int64, state string, before int64, limit int) ([]Difference, error) {
	return listed[Difference](ctx, s, actor, estate, before, limit, state)
}
