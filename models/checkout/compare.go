package checkout

import (
	"fmt"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// odd is the cause of a row of a bill that is neither a payment nor a refund as we know them.
const odd = "odd"

// compare holds a bill against the books, names what differs, and sums both sides up.
func compare(tx *store.Tx, a *Account, d *Day, bill *TradeBill) error {
	have, err := sideOf(tx, a, d, bill)
	if err != nil {
		return err
	}
	onBill, backOnBill, fees := map[string]bool{}, map[string]bool{}, int64(0)
	d.Paid, d.Refunded, d.OursPaid, d.OursBack = 0, 0, 0, 0
	for _, row := range have.rows {
		fees += row.Fee
		switch {
		case row.Odd != "":
			err = compareOdd(tx, a, d, row, have)
		case row.Paid:
			d.Paid += row.Amount
			onBill[row.Number] = true
			err = comparePayment(tx, a, d, row, have)
		default:
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
	if err := openAbsent(tx, d, have); err != nil {
		return err
	}
	sums := map[string]any{"state": "open", "hash": bill.Hash, "rows_read": len(have.rows), "next_at": nil, "failure": "", "fetched_at": tx.Now,
		"paid": d.Paid, "refunded": d.Refunded, "ours_paid": d.OursPaid, "ours_back": d.OursBack, "fee": wholeFen(fees)}
	return tx.Model(&Day{}).Where("id = ? AND state <> 'closed'", d.ID).Updates(sums).Error
}

// wholeFen rounds thousandths of a fen half up.
func wholeFen(n int64) money.Fen {
	if n < 0 {
		return -wholeFen(-n)
	}
	return money.Fen((n + 500) / 1000)
}

func compareOdd(tx *store.Tx, a *Account, d *Day, row BillRow, have *side) error {
	o := have.orders[row.Number]
	_, err := differ(tx, Difference{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: d.DayOn, Kind: StateDiffers, Cause: odd, Number: clip(row.Number, 64), TransactionID: clip(row.TransactionID, 64), OrderID: o.ID, Ours: o.Amount,
		Note: "账单上这一笔的状态是“" + row.Odd + "”，系统不认识，没有计入合计：请到微信商户平台查"})
	return err
}

func comparePayment(tx *store.Tx, a *Account, d *Day, row BillRow, have *side) error {
	o, ok := have.orders[row.Number]
	x := Difference{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: d.DayOn, Kind: AmountDiffers, Number: row.Number, TransactionID: row.TransactionID, OrderID: o.ID, Ours: o.Amount, Theirs: row.Amount}
	switch {
	case !ok || o.AccountID != a.ID:
		return stranger(tx, a, row.Number, row.TransactionID, row.Amount, from(d.DayOn))
	case row.MchID != a.MchID || row.AppID != a.AppID:
		x.Cause, x.Note = "payee", "账单上的商户号或小程序和订单不一致"
	case row.Amount != o.Amount:
		x.Cause, x.Note = "amount", fmt.Sprintf("账单上是%s元，订单是%s元", row.Amount, o.Amount)
	case o.TransactionID != nil && *o.TransactionID != row.TransactionID:
		x.Cause, x.Note = "twice", "账单上的支付单号和我们入账的不一致：可能付了两笔"
	case o.State == Doubt || o.State == Explained: // there is a difference already
		return nil
	case o.State != Paid:
		x.Kind, x.Cause, x.Note = StateDiffers, "state", "账单上已付款，我们是“"+OrderNames[o.State]+"”"
	default:
		return nil
	}
	_, err := differ(tx, x)
	return err
}

func compareRefund(tx *store.Tx, a *Account, d *Day, row BillRow, have *side) error {
	got := &Refunded{Number: row.RefundNumber, TransactionID: row.TransactionID, Amount: row.Amount, AcceptedAt: from(d.DayOn)}
	r, ok := have.refunds[row.RefundNumber]
	switch {
	case !ok || r.AccountID != a.ID:
		return refundDiffers(tx, a, nil, got, "stray", "微信有这笔退款，我们没有")
	case r.Amount != row.Amount:
		return refundDiffers(tx, a, &r, got, "amount", fmt.Sprintf("账单上退了%s元，应退%s元", row.Amount, r.Amount))
	case row.RefundState == RefundDone && r.State == Unbooked: // there is a difference already
	case row.RefundState == RefundDone && r.State != Given:
		return refundDiffers(tx, a, &r, got, "state", "账单上已退款，我们是“"+RefundNames[r.State]+"”")
	case row.RefundState == RefundClosed && r.State == Given:
		return refundDiffers(tx, a, &r, got, "closed", "账单上退款已关闭，我们记着已退款")
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
		if !onBill[o.Number] {
			_, err := differ(tx, Difference{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, DayOn: d.DayOn, Kind: OnlyOurs, Cause: "missing", Number: o.Number, TransactionID: *o.TransactionID, OrderID: o.ID, Ours: o.Amount, Note: "我们入了账，微信的账单上没有"})
			if err != nil {
				return err
			}
		}
	}
	var err error
	if d.OursPaid, err = bookedOn(tx, a, d); err != nil {
		return err
	}
	var refunds []Refund
	err = tx.Where("account_id = ? AND accepted_at >= ? AND accepted_at < ?", a.ID, from(d.DayOn), until(d.DayOn)).Order("accepted_at").Find(&refunds).Error
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
			if err := refundDiffers(tx, a, &r, got, "missing", "我们退了款，微信的账单上没有"); err != nil {
				return err
			}
		}
	}
	var booked money.Fen // refunds that are not ours and that two people had go out
	err = tx.Model(&fee.Payment{}).Select("COALESCE(SUM(-fee_payments.amount), 0)").Joins("JOIN pay_differences x ON x.payment_id = fee_payments.id").
		Where("x.account_id = ? AND x.day_on = ? AND x.state = 'resolved' AND x.kind = ? AND x.refund_id = 0", a.ID, d.DayOn, RefundDiffers).Scan(&booked).Error
	d.OursBack += booked
	return err
}

// bookedOn is what the books have of a day: the receipts of its orders, and those of what two people had come in.
func bookedOn(tx *store.Tx, a *Account, d *Day) (money.Fen, error) {
	var orders, found money.Fen
	err := tx.Model(&fee.Payment{}).Select("COALESCE(SUM(fee_payments.amount), 0)").Joins("JOIN pay_orders o ON o.payment_id = fee_payments.id").
		Where("o.account_id = ? AND o.paid_at >= ? AND o.paid_at < ?", a.ID, from(d.DayOn), until(d.DayOn)).Scan(&orders).Error
	if err != nil {
		return 0, err
	}
	err = tx.Model(&fee.Payment{}).Select("COALESCE(SUM(fee_payments.amount), 0)").Joins("JOIN pay_differences x ON x.payment_id = fee_payments.id").
		Where("x.account_id = ? AND x.day_on = ? AND x.state = 'resolved' AND x.kind IN ?", a.ID, d.DayOn, []DifferenceKind{OnlyTheirs, AmountDiffers}).
		Where("NOT EXISTS (SELECT 1 FROM pay_orders o WHERE o.payment_id = fee_payments.id)").Scan(&found).Error
	return orders + found, err
}
