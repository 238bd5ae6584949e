package checkout

import (
	"context"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// matter is what a difference is about, as it stands; what there is none of is zero.
type matter struct {
	order   Order
	booked  money.Fen // of the order
	refund  Refund
	another bool        // the number is an order's, and the difference knows of none
	serial  bool        // the payment is in the books, and not by its order
	given   fee.Payment // in the books, of a refund that is not ours
}

// matterOf reads what a difference is about.
func matterOf(tx *store.Tx, d *Difference) (*matter, error) {
	m := &matter{}
	if d.RefundID != 0 {
		if err := tx.Where("id = ?", d.RefundID).Take(&m.refund).Error; err != nil {
			return nil, err
		}
	}
	var orders []Order // by its number even where none was known
	if err := tx.Where("id = ? OR number = ?", d.OrderID, d.Number).Limit(2).Find(&orders).Error; err != nil {
		return nil, err
	}
	for _, o := range orders {
		if o.ID == d.OrderID {
			m.order = o
		} else {
			m.another = true
		}
	}
	if m.order.PaymentID != 0 {
		if err := tx.Model(&fee.Payment{}).Select("COALESCE(SUM(amount), 0)").Where("id = ?", m.order.PaymentID).Scan(&m.booked).Error; err != nil {
			return nil, err
		}
	}
	var n int64
	err := tx.Model(&fee.Payment{}).Where("company_id = ? AND way = ? AND serial = ? AND id <> ?", d.CompanyID, fee.WeChat, d.TransactionID, m.order.PaymentID).Count(&n).Error
	if m.serial = n > 0; err != nil || d.Kind != RefundDiffers || d.RefundID != 0 {
		return m, err
	}
	// What was given back may have been entered since, by its order or by two people.
	q := tx.Where("id = ?", m.order.PaymentID)
	if m.order.PaymentID == 0 {
		q = tx.Where("company_id = ? AND way = ? AND serial = ?", d.CompanyID, fee.WeChat, d.TransactionID)
	}
	var found []fee.Payment
	if err := q.Where("estate_id = ? AND refunds_id = 0", d.EstateID).Limit(1).Find(&found).Error; err != nil {
		return nil, err
	}
	if len(found) > 0 {
		m.given = found[0]
	}
	return m, nil
}

// same reports whether the order is booked by the very payment that the difference is about.
func (m *matter) same(d *Difference) bool {
	return m.order.State == Paid && m.order.TransactionID != nil && *m.order.TransactionID == d.TransactionID
}

// agrees reports whether the books say by now what WeChat says.
func (m *matter) agrees(d *Difference) bool {
	if d.RefundID != 0 {
		return d.Theirs > 0 && m.refund.State == Given && m.refund.Amount == d.Theirs
	}
	return d.Kind != OnlyOurs && d.Kind != RefundDiffers && m.same(d) && m.booked == d.Theirs
}

// bookable refuses what could never be booked. Faults: ErrState, fee.ErrSerial.
func (m *matter) bookable(d *Difference) error {
	bad := false
	switch {
	case d.Cause == odd:
		bad = true
	case d.RefundID != 0:
		bad = m.refund.State != NotGiven && m.refund.State != Unbooked || m.refund.Amount != d.Theirs
	case d.Kind == OnlyOurs:
		bad = m.order.PaymentID == 0
	case d.Kind == RefundDiffers:
		return m.takesBack(d)
	case m.another:
		return ErrState.Saying("这个号是另一张订单的，款会记到那张订单上；请查那张订单，这里只作说明")
	case m.same(d):
		if m.booked != d.Theirs {
			return ErrState.Saying(fmt.Sprintf("这笔款已经按%s元入账，不能再入一次，请查清后只作说明", m.booked))
		}
	case m.serial:
		return fee.ErrSerial
	}
	if bad {
		return ErrState.Saying("这一项没有可以入或可以冲的账，请核对后只作说明")
	}
	return nil
}

// takesBack refuses to book a refund that is not ours against a payment that the books do not have, or cannot give it back.
func (m *matter) takesBack(d *Difference) error {
	switch {
	case m.given.ID == 0:
		return ErrState.Saying("退的那笔付款没有入账，这里没有可以冲的账：整笔都退了的请选“相抵”；只退了一部分的先把那笔付款入账，再来冲这笔退款")
	case m.given.State == "reversed":
		return ErrState.Saying("退的那笔付款已经整笔退款冲销，不能再冲一次，请核对后只作说明")
	case m.given.State == "suspense" && d.Theirs != m.given.Amount:
		return ErrState.Saying("那笔付款还在待认领，只退了一部分：请先认领到一户并选“多出的预交”，再来冲这笔退款")
	}
	return nil
}

// verify asks WeChat for what a difference is about.
func (s *Service) verify(ctx context.Context, d *Difference) (*Transaction, error) {
	a, err := s.account(ctx, d.AccountID)
	if err != nil {
		return nil, err
	}
	p, err := s.provider(&a)
	if err != nil {
		return nil, err
	}
	if d.Kind == RefundDiffers {
		r, err := p.QueryRefund(ctx, d.Number)
		if err != nil || r.State != RefundDone || r.Amount != d.Theirs || r.TransactionID != "" && r.TransactionID != d.TransactionID && d.TransactionID != "" {
			return nil, ErrBusy.Saying("微信没有确认这笔退款，不能入账或相抵，请过一会儿再试或改为说明")
		}
		return nil, nil
	}
	t, err := p.Query(ctx, d.Number)
	paid := err == nil && t.State == TradePaid
	switch {
	case err != nil && !errors.Is(err, ErrNoSuch):
		s.Log.WarnContext(ctx, "WeChat does not say what a difference is", "difference", d.ID, "error", err.Error())
		return nil, ErrBusy
	case d.Kind == OnlyOurs && paid:
		return nil, ErrState.Saying("微信说这笔款已经收到，不能从账上冲掉")
	case d.Kind != OnlyOurs && (!paid || t.MchID != a.MchID || t.TransactionID != d.TransactionID || t.Amount != d.Theirs):
		return nil, ErrState.Saying("微信没有确认这笔款收到了本小区的商户号，不能入账或相抵")
	}
	return t, nil
}

// enter books a difference that WeChat has confirmed.
func (s *Service) enter(tx *store.Tx, actor org.Actor, d *Difference, t *Transaction) (payment int64, err error) {
	m, err := matterOf(tx, d)
	if err != nil {
		return 0, err
	}
	if err := m.bookable(d); err != nil {
		return 0, err
	}
	var x *fee.Payment
	switch {
	case d.RefundID != 0:
		return s.late(tx, &m.refund)
	case d.Kind == OnlyOurs:
		x, err = s.Fees.TakeOut(tx, actor, m.order.PaymentID, m.booked, d.ProposedBy, d.Reason)
	case d.Kind == RefundDiffers:
		x, err = s.Fees.TakeOut(tx, actor, m.given.ID, d.Theirs, d.ProposedBy, d.Reason)
	case m.same(d): // it was booked meanwhile
		return m.order.PaymentID, nil
	case m.order.ID != 0 && m.order.State != Paid:
		err = s.collect(tx, &m.order, t, t.Amount)
		return m.order.PaymentID, err
	default:
		x, err = s.Fees.Collect(tx, fee.Online{EstateID: d.EstateID, CompanyID: d.CompanyID, Amount: t.Amount, PaidAt: t.PaidAt, Serial: t.TransactionID, PersonID: actor.PersonID, Note: "微信支付 " + d.Number})
	}
	if err != nil {
		return 0, err
	}
	return x.ID, nil
}

// late books a refund that has gone back and was not booked.
func (s *Service) late(tx *store.Tx, r *Refund) (payment int64, err error) {
	if payment, err = s.returned(tx, r); err != nil {
		return 0, err
	}
	change := map[string]any{"state": Given, "next_at": nil, "ended_at": tx.Now, "payment_id": payment, "failure": ""}
	if r.AcceptedAt == nil {
		change["accepted_at"] = tx.Now
	}
	return payment, tx.Model(&Refund{}).Where("id = ?", r.ID).Updates(change).Error
}
