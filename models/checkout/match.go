package checkout

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/store"
)

// sides are a bill and what we have of it.
type sides struct {
	orders  map[string]Order  // by their number
	refunds map[string]Refund // by their number
}

// ours finds what we have of a bill's numbers.
func ours(tx *store.Tx, a *Account, bill *TradeBill) (*sides, error) {
	s := &sides{orders: map[string]Order{}, refunds: map[string]Refund{}}
	var paid, back []string
	for _, r := range bill.Rows {
		if r.Paid {
			paid = append(paid, r.Number)
		} else {
			back = append(back, r.RefundNumber)
		}
	}
	for chunk := range slices.Chunk(paid, 900) {
		var list []Order
		if err := tx.Where("number IN ? AND account_id = ?", chunk, a.ID).Find(&list).Error; err != nil {
			return nil, err
		}
		for _, o := range list {
			s.orders[o.Number] = o
		}
	}
	for chunk := range slices.Chunk(back, 900) {
		var list []Refund
		if err := tx.Where("number IN ? AND account_id = ?", chunk, a.ID).Find(&list).Error; err != nil {
			return nil, err
		}
		for _, r := range list {
			s.refunds[r.Number] = r
		}
	}
	return s, nil
}

// recover asks for what the bill says is paid or given back and the books do not know. A bill alone books nothing.
func (s *Service) recover(ctx context.Context, p Provider, a *Account, bill *TradeBill) error {
	var have *sides
	err := s.DB.View(ctx, func(tx *store.Tx) (err error) {
		have, err = ours(tx, a, bill)
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range bill.Rows {
		if o, ok := have.orders[row.Number]; row.Paid && ok && o.State != Paid && o.State != Doubt {
			if err := s.look(ctx, p, a, o); err != nil {
				return err
			}
		}
		if r, ok := have.refunds[row.RefundNumber]; !row.Paid && ok && r.NextAt != nil && r.State != Given {
			got, err := p.QueryRefund(ctx, r.Number)
			if err != nil {
				continue // the chore goes on asking
			}
			if err := s.take(ctx, a, r.ID, got); err != nil {
				return err
			}
		}
	}
	return nil
}

// look asks for one order, in whatever state it is, and books it if it is paid.
func (s *Service) look(ctx context.Context, p Provider, a *Account, o Order) error {
	t, err := p.Query(ctx, o.Number)
	if errors.Is(err, ErrNoSuch) || err == nil && t.State != TradePaid {
		return nil // a difference, see compare
	}
	if err != nil {
		return fmt.Errorf("recover order %d: %w", o.ID, err)
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		o, err := held(tx, o.ID)
		if err != nil {
			return err
		}
		_, err = s.settle(tx, a, o, t)
		return err
	})
}

// compare holds a bill against the books, names what differs, and sums both sides up.
func compare(tx *store.Tx, a *Account, d *Day, bill *TradeBill) error {
	have, err := ours(tx, a, bill)
	if err != nil {
		return err
	}
	sums := map[string]any{"state": "open", "hash": bill.Hash, "rows_read": len(bill.Rows), "next_at": nil, "failure": "", "fetched_at": tx.Now}
	onBill, backOnBill := map[string]bool{}, map[string]bool{}
	d.Paid, d.Refunded, d.OursPaid, d.OursBack = 0, 0, 0, 0
	for _, row := range bill.Rows {
		if row.Paid {
			d.Paid += row.Amount
			onBill[row.Number] = true
			err = comparePayment(tx, a, d, row, have)
		} else {
			backOnBill[row.RefundNumber] = true
			if row.RefundState == RefundDone || row.RefundState == RefundWaits {
				d.Refunded += row.Amount
			}
			err = compareRefund(tx, a, d, row, have)
		}
		if err != nil {
			return err
		}
	}
	if err := missing(tx, a, d, onBill, backOnBill); err != nil {
		return err
	}
	sums["paid"], sums["refunded"], sums["ours_paid"], sums["ours_back"] = d.Paid, d.Refunded, d.OursPaid, d.OursBack
	return tx.Model(&Day{}).Where("id = ? AND state <> 'closed'", d.ID).Updates(sums).Error
}

func comparePayment(tx *store.Tx, a *Account, d *Day, row BillRow, have *sides) error {
	o, ok := have.orders[row.Number]
	x := Difference{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: d.DayOn, Number: row.Number, TransactionID: row.TransactionID, OrderID: o.ID, Ours: o.Amount, Theirs: row.Amount}
	switch {
	case !ok:
		return stranger(tx, a, row.Number, row.TransactionID, row.Amount, from(d.DayOn))
	case row.MchID != a.MchID || row.AppID != a.AppID || row.Amount != o.Amount || o.TransactionID != nil && *o.TransactionID != row.TransactionID:
		x.Kind, x.Note = AmountDiffers, fmt.Sprintf("账单上是%s元，订单是%s元，或收款方、支付单号不一致", row.Amount, o.Amount)
	case o.State != Paid:
		x.Kind, x.Note = StateDiffers, "账单上已付款，我们是“"+OrderNames[o.State]+"”"
	default:
		return nil
	}
	return differ(tx, x)
}

func compareRefund(tx *store.Tx, a *Account, d *Day, row BillRow, have *sides) error {
	got := &Refunded{Number: row.RefundNumber, TransactionID: row.TransactionID, Amount: row.Amount, AcceptedAt: from(d.DayOn)}
	r, ok := have.refunds[row.RefundNumber]
	switch {
	case !ok:
		return refundDiffers(tx, a, nil, got, "微信有这笔退款，我们没有")
	case r.Amount != row.Amount:
		return refundDiffers(tx, a, &r, got, fmt.Sprintf("账单上退了%s元，应退%s元", row.Amount, r.Amount))
	case row.RefundState == RefundDone && r.State != Given:
		return refundDiffers(tx, a, &r, got, "账单上已退款，我们是“"+RefundNames[r.State]+"”")
	case row.RefundState == RefundClosed && r.State == Given:
		return refundDiffers(tx, a, &r, got, "账单上退款已关闭，我们记着已退款")
	}
	return nil
}

// missing names what the books have of a day and the bill has not, and sums it up.
func missing(tx *store.Tx, a *Account, d *Day, onBill, backOnBill map[string]bool) error {
	var orders []Order
	if err := tx.Where("account_id = ? AND paid_at >= ? AND paid_at < ?", a.ID, from(d.DayOn), until(d.DayOn)).Order("paid_at").Find(&orders).Error; err != nil {
		return err
	}
	for _, o := range orders {
		d.OursPaid += o.Amount
		if !onBill[o.Number] {
			err := differ(tx, Difference{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: d.DayOn, Kind: OnlyOurs, Number: o.Number, TransactionID: *o.TransactionID, OrderID: o.ID, Ours: o.Amount, Note: "我们入了账，微信的账单上没有"})
			if err != nil {
				return err
			}
		}
	}
	var refunds []Refund
	err := tx.Where("account_id = ? AND accepted_at >= ? AND accepted_at < ?", a.ID, from(d.DayOn), until(d.DayOn)).Order("accepted_at").Find(&refunds).Error
	if err != nil {
		return err
	}
	for _, r := range refunds {
		if r.State == NotGiven {
			continue
		}
		d.OursBack += r.Amount
		if !backOnBill[r.Number] {
			got := &Refunded{Number: r.Number, AcceptedAt: from(d.DayOn)}
			if err := refundDiffers(tx, a, &r, got, "我们退了款，微信的账单上没有"); err != nil {
				return err
			}
		}
	}
	return nil
}

// take concludes a refund behind its gate.
func (s *Service) take(ctx context.Context, a *Account, id int64, got *Refunded) error {
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := store.Gate(tx, gateName(a.EstateID)); err != nil {
			return err
		}
		var r Refund
		if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
			return err
		}
		_, err := s.conclude(tx, a, &r, got)
		return err
	})
}
