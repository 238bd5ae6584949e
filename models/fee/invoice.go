package fee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Invoice is an invoice that the tax system issued for a payment; a red one takes back and is negative.
type Invoice struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	PaymentID  int64
	Number     string
	Kind       string
	IssuedOn   time.Time `gorm:"type:date"`
	Amount     money.Fen
	RecordedBy int64
	RecordedAt time.Time
}

// TableName names the table.
func (Invoice) TableName() string { return "fee_invoices" }

// InvoiceNames in Chinese.
// A void one takes back an invoice of the same number that was cancelled in the month in which it was issued.
var InvoiceNames = map[string]string{"void": "作废", "ordinary": "增值税普通发票", "special": "增值税专用发票", "receipt": "财政或税务收据"}

// ErrInvoiced says that an invoice is known.
var ErrInvoiced = fault.New(fault.Conflict, "fee.invoice_known", "这个发票号码已经登记过")

// invoiced is what the invoices of a payment come to.
func invoiced(tx *store.Tx, payment int64) (sum money.Fen, err error) {
	return sum, tx.Model(&Invoice{}).Select("COALESCE(SUM(amount), 0)").Where("payment_id = ?", payment).Scan(&sum).Error
}

// RecordInvoice notes an invoice of a payment. Invoices together are never more than what of the payment has not gone back, nor less
// than nothing.
// Faults: org.ErrForbidden, ErrNotFound, ErrInvoiced, ErrAmount, fault.ErrInvalid.
func (s *Service) RecordInvoice(ctx context.Context, actor org.Actor, payment int64, in Invoice) (int64, error) {
	in.Number = strings.TrimSpace(in.Number)
	var c fault.Checks
	c.Check(length(in.Number, 4, 30), "number", "请填发票号码")
	c.Check(InvoiceNames[in.Kind] != "", "kind", "请选择发票种类")
	c.Check((in.Amount != 0 || in.Kind == "void") && in.Amount <= money.Max && in.Amount >= -money.Max, "amount", "请填发票金额；红字发票填负数")
	c.Check(!in.IssuedOn.IsZero() && !in.IssuedOn.After(org.DayOf(s.db.Now())), "issued_on", "开票日期不能晚于今天")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "record invoice", of(actor, payment, func(x *Payment) int64 { return x.EstateID }), func(tx *store.Tx) (int64, error) {
		x, err := own[Payment](tx, actor, payment)
		if err != nil {
			return 0, err
		}
		if x.Kind != "payment" {
			return 0, ErrState.Saying("押金和退款不开发票；退款请登记红字发票到原来的收款")
		}
		rest, err := left(tx, x)
		if err != nil {
			return 0, err
		}
		had, err := invoiced(tx, x.ID)
		if err != nil {
			return 0, err
		}
		if in.Kind == "void" {
			if err := in.voids(tx, x.ID); err != nil {
				return 0, err
			}
		}
		if had+in.Amount < 0 || in.Amount > 0 && had+in.Amount > rest {
			return 0, ErrAmount.Saying(fmt.Sprintf("这笔收款%s元，已开票%s元，再开%s元就对不上了", rest, had, in.Amount))
		}
		row := &Invoice{EstateID: x.EstateID, PaymentID: x.ID, Number: in.Number, Kind: in.Kind, IssuedOn: in.IssuedOn, Amount: in.Amount, RecordedBy: actor.PersonID, RecordedAt: tx.Now}
		if err := tx.Create(row).Error; err != nil {
			return 0, store.Duplicate(err, ErrInvoiced)
		}
		return row.ID, note(tx, actor, "invoice", "fee_payment", x.ID, x.EstateID, map[string]any{"number": in.Number, "amount": int64(in.Amount)})
	})
}

// voids turns an invoice into the taking back of the one that has its number.
func (in *Invoice) voids(tx *store.Tx, payment int64) error {
	var of Invoice
	if err := store.NotFound(tx.Where("payment_id = ? AND number = ? AND amount > 0", payment, in.Number).Take(&of).Error, ErrNotFound); err != nil {
		return err
	}
	in.Number, in.Amount = in.Number+"/作废", -of.Amount
	return nil
}
