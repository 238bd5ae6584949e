package checkout

import (
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Outcomes of what WeChat said.
const (
	booked     = "booked"
	repeated   = "repeat"
	differs    = "difference"
	unassigned = "unknown"
	noted      = "noted"
)

// held finds an order behind its estate's gate, so that what is read of it stands until the transaction ends.
func held(tx *store.Tx, id int64) (*Order, error) {
	var o Order
	if err := tx.Where("id = ?", id).Take(&o).Error; err != nil {
		return nil, err
	}
	if err := store.Gate(tx, gateName(o.EstateID)); err != nil {
		return nil, err
	}
	return &o, tx.Where("id = ?", id).Take(&o).Error
}

// settle books an order that WeChat says is paid, once. What does not fit is kept for a person and never booked blindly: another amount,
// another merchant, another mini-program, a second payment of the same order, a number that the cashier has entered by hand.
// The caller holds the gate.
func (s *Service) settle(tx *store.Tx, a *Account, o *Order, t *Transaction) (outcome string, err error) {
	cause, why := "", ""
	switch {
	case t.MchID != a.MchID || t.AppID != a.AppID:
		cause, why = "payee", "商户号或小程序和订单不一致"
	case t.Number != o.Number:
		cause, why = "number", "订单号不一致"
	case t.Amount != o.Amount || t.Currency != "CNY":
		cause, why = "amount", fmt.Sprintf("微信收了%s元（%s），订单是%s元", t.Amount, clip(t.Currency, 8), o.Amount)
	case t.TransactionID == "" || len(t.TransactionID) > 64:
		cause, why = "serial", "微信没有给支付单号"
	case o.State == Paid && *o.TransactionID != t.TransactionID:
		cause, why = "twice", "同一张订单有两笔付款"
	case o.State == Paid:
		return repeated, nil
	}
	if why != "" {
		return differs, s.doubt(tx, a, o, t, cause, why)
	}
	if err := s.collect(tx, o, t, t.Amount); err != nil {
		if errors.Is(err, fee.ErrSerial) {
			return differs, s.doubt(tx, a, o, t, "serial", "收费员已经手工登记过这个支付单号")
		}
		return "", err
	}
	return booked, nil
}

// collect books what WeChat received for an order, and ends it.
func (s *Service) collect(tx *store.Tx, o *Order, t *Transaction, sum money.Fen) error {
	var bills []int64
	if err := tx.Model(&OrderBill{}).Where("order_id = ?", o.ID).Pluck("bill_id", &bills).Error; err != nil {
		return err
	}
	paidAt := t.PaidAt
	if paidAt.IsZero() || paidAt.After(tx.Now) {
		paidAt = tx.Now
	}
	x, err := s.Fees.Collect(tx, fee.Online{EstateID: o.EstateID, CompanyID: o.CompanyID, UnitID: o.UnitID, BillIDs: bills, Amount: sum, PaidAt: paidAt, Serial: t.TransactionID, PersonID: o.PersonID, Note: "微信支付 " + o.Number})
	if err != nil {
		return err
	}
	o.State, o.TransactionID, o.PaidAt, o.PaymentID, o.NextAt, o.Failure, o.EndedAt = Paid, &t.TransactionID, &paidAt, x.ID, nil, "", &tx.Now
	if err := tx.Model(&Order{}).Where("id = ?", o.ID).Select("state", "transaction_id", "paid_at", "payment_id", "next_at", "failure", "ended_at").Updates(o).Error; err != nil {
		return err
	}
	return release(tx, o.ID)
}

// release lets the bills of an order into another.
func release(tx *store.Tx, order int64) error {
	return tx.Model(&OrderBill{}).Where("order_id = ?", order).Update("live", nil).Error
}

// end closes an order that was not paid.
func end(tx *store.Tx, o *Order, state OrderState, why string) error {
	err := tx.Model(&Order{}).Where("id = ?", o.ID).Updates(map[string]any{"state": state, "next_at": nil, "failure": clip(why, 200), "ended_at": tx.Now}).Error
	if err != nil {
		return err
	}
	return release(tx, o.ID)
}

// doubt keeps what does not fit for a person, and lets the company know. A paid order stays paid, and what two people have explained stays
// explained.
func (s *Service) doubt(tx *store.Tx, a *Account, o *Order, t *Transaction, cause, why string) error {
	d := Difference{AccountID: a.ID, EstateID: a.EstateID, CompanyID: a.CompanyID, Kind: AmountDiffers, Cause: cause, Number: o.Number, TransactionID: clip(t.TransactionID, 64), OrderID: o.ID, Ours: o.Amount, Theirs: t.Amount, Note: why}
	if !t.PaidAt.IsZero() {
		d.DayOn = org.DayOf(t.PaidAt)
	}
	pending, err := differ(tx, d)
	if err != nil || !pending || o.State == Paid || o.State == Doubt {
		return err
	}
	if err := tx.Model(&Order{}).Where("id = ?", o.ID).Updates(map[string]any{"state": Doubt, "next_at": nil, "failure": clip(why, 200)}).Error; err != nil {
		return err
	}
	names, err := org.EstateNames(tx, []int64{o.EstateID})
	if err != nil {
		return err
	}
	return outbox.Append(tx, event.Fee{SubjectKind: "pay_order", SubjectID: o.ID, EstateID: o.EstateID, EstateName: names[o.EstateID], What: "pay_doubt", CompanyID: o.CompanyID, At: tx.Now})
}
