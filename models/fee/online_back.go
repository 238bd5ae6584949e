package fee

import (
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Sending is the state of an approved refund until WeChat has given the money back.
const Sending = "sending"

// Sender asks WeChat to give money back, once the transaction is committed.
type Sender func(tx *store.Tx, actor audit.Actor, c *Change) error

// OnSend wires what carries refunds to WeChat. It is called while the house is wired.
func (s *Service) OnSend(f Sender) { s.send = f }

// hand gives an approved refund to WeChat: it is booked when the money has gone back, see Returned. Until then what it gives back is
// spent on nothing else.
func (s *Service) hand(tx *store.Tx, actor org.Actor, c *Change) error {
	if _, err := c.weigh(tx); err != nil {
		return err
	}
	if c.Kind == Undo {
		if err := stays(tx, c.PaymentID); err != nil {
			return err
		}
	}
	if s.send == nil {
		return ErrState.Saying("没有开通微信支付，不能从微信退款")
	}
	c.State = Sending
	return s.send(tx, actor, c)
}

// Returned books a refund that WeChat has carried out, or ends one that it has not. A second call does nothing.
// Faults: those of what the refund takes from: the books have to be put right first, and then it is called again.
func (s *Service) Returned(tx *store.Tx, change int64, done bool, text string) (*Payment, error) {
	var c Change
	if err := tx.Where("id = ?", change).Take(&c).Error; err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	if err := gate(tx, c.EstateID); err != nil {
		return nil, err
	}
	if err := tx.Where("id = ?", change).Take(&c).Error; err != nil {
		return nil, err
	}
	if c.State != Sending && (c.State != "failed" || !done) { // WeChat may have denied what it did
		return nil, nil
	}
	if c.State = "failed"; done {
		c.State = "approved"
	} else {
		c.Decision = clip(text, 300)
	}
	// First, so that what is kept for this refund is no longer kept from it.
	if err := tx.Model(&Change{}).Where("id = ?", c.ID).Select("state", "decision").Updates(&c).Error; err != nil {
		return nil, err
	}
	by := org.Actor{PersonID: c.DecidedBy, Surface: "office", Post: &org.Acting{OrganisationID: c.CompanyID}}
	if done {
		if err := s.gone(tx, by, &c); err != nil {
			return nil, err
		}
		if err := tx.Model(&Change{}).Where("id = ?", c.ID).Select("effect", "amount", "journal_id").Updates(&c).Error; err != nil {
			return nil, err
		}
	}
	if err := note(tx, by, "returned", "fee_change", c.ID, c.EstateID, map[string]any{"done": done}); err != nil || !done {
		return nil, err
	}
	var x Payment
	return &x, tx.Where("change_id = ?", c.ID).Take(&x).Error
}

// weighReturn holds a refund through WeChat against the payment that it gives back: the whole of it, of which nothing has gone back, or
// a part of it from what the unit has paid ahead.
func (c *Change) weighReturn(tx *store.Tx, x *Payment) error {
	var back money.Fen
	err := tx.Model(&Change{}).Select("COALESCE(SUM(amount), 0)").Where("payment_id = ? AND id <> ? AND kind IN ? AND state IN ?", x.ID, c.ID, []ChangeKind{Undo, RefundAhead}, []string{Sending, "approved"}).Scan(&back).Error
	if err != nil {
		return err
	}
	if c.Kind == Undo && back > 0 {
		return ErrAmount.Saying(fmt.Sprintf("这笔微信支付已经退了（或正在退）%s元，不能再整笔退；其余的请用“退预交款”", back))
	}
	if rest := x.Amount - back; c.Amount > rest {
		return ErrAmount.Saying(fmt.Sprintf("这笔微信支付还可以退%s元", rest))
	}
	return nil
}

// reserved is what refunds on their way to WeChat take from what units have paid ahead.
func reserved(tx *store.Tx, company, estate int64, units []int64) (map[int64]money.Fen, error) {
	var rows []struct {
		UnitID int64
		Amount money.Fen
	}
	err := tx.Table("fee_changes c").Select("c.unit_id, SUM(CASE WHEN c.kind = ? THEN c.amount ELSE p.prepaid END) AS amount", RefundAhead).
		Joins("JOIN fee_payments p ON p.id = c.payment_id").Where("c.estate_id = ? AND c.state = ? AND c.company_id = ? AND c.unit_id IN ?", estate, Sending, company, units).
		Group("c.unit_id").Scan(&rows).Error
	sums := map[int64]money.Fen{}
	for _, r := range rows {
		sums[r.UnitID] = r.Amount
	}
	return sums, err
}

// returning refuses to carry money from bills while a payment that it came by is on its way back. bills are ids or a query of them.
func returning(tx *store.Tx, bills any, whose string) error {
	var n int64
	err := tx.Table("fee_allocations a").Joins("JOIN fee_changes c ON c.payment_id = a.payment_id AND c.state = ? AND c.kind = ?", Sending, Undo).Where("a.bill_id IN (?) AND a.payment_id <> 0", bills).Count(&n).Error
	if err == nil && n > 0 {
		err = ErrState.Saying(whose + "一笔微信支付正在退款，请等退完再办")
	}
	return err
}

// stays refuses to send a payment back as a whole whose bills have been carried over, or are about to be: the books would not take it
// once the money is gone.
func stays(tx *store.Tx, payment int64) error {
	if err := uncarried(tx, payment); err != nil {
		return err
	}
	var n int64
	err := tx.Table("fee_allocations a").Joins("JOIN fee_bills b ON b.id = a.bill_id").Joins("JOIN fee_runs r ON r.id = b.run_id AND r.state = ?", Cancelling).Where("a.payment_id = ?", payment).Count(&n).Error
	if err == nil && n > 0 {
		err = ErrState.Saying("这笔款交的账单正在撤销，请等撤销完再退")
	}
	return err
}

// afterCarry books a payment that has already left us and whose bills were carried over before: it comes from what its unit has paid ahead.
func (s *Service) afterCarry(tx *store.Tx, actor org.Actor, c *Change) (done bool, err error) {
	if c.Kind != Undo {
		return false, nil
	}
	if err := uncarried(tx, c.PaymentID); !errors.Is(err, errCarried) {
		return false, err
	}
	sub, err := c.weigh(tx)
	if err != nil {
		return false, err
	}
	have, err := prepaid(tx, c.CompanyID, c.EstateID, c.UnitID)
	if err != nil || have < c.Amount {
		return false, err
	}
	return true, s.payOut(tx, actor, c, sub.payment, ledger.FeePrepaid)
}

// gone does what was approved for money that has left us.
func (s *Service) gone(tx *store.Tx, actor org.Actor, c *Change) error {
	done, err := s.afterCarry(tx, actor, c)
	if err != nil || done {
		return err
	}
	return s.carryOut(tx, actor, c)
}

// TakeOut books money that has left a WeChat payment without us, or that never came: the whole payment, or a part from what its unit has
// paid ahead. Two people have decided so; the caller holds both. Faults: ErrNotFound, and those of a refund.
func (s *Service) TakeOut(tx *store.Tx, actor org.Actor, payment int64, amount money.Fen, proposedBy int64, reason string) (*Payment, error) {
	x, err := own[Payment](tx, actor, payment)
	if err != nil {
		return nil, err
	}
	if err := gate(tx, x.EstateID); err != nil {
		return nil, err
	}
	c := &Change{EstateID: x.EstateID, CompanyID: x.CompanyID, Kind: Undo, State: "approved", PaymentID: x.ID, UnitID: x.UnitID, Amount: amount, Way: x.Way, Reason: clip(reason, 300),
		ProposedBy: proposedBy, ProposedAt: tx.Now, DecidedBy: actor.PersonID, DecidedAt: &tx.Now}
	if amount != x.Amount {
		c.Kind = RefundAhead
	}
	if err := tx.Create(c).Error; err != nil {
		return nil, err
	}
	if err := s.gone(tx, actor, c); err != nil {
		return nil, err
	}
	if err := tx.Model(&Change{}).Where("id = ?", c.ID).Select("effect", "amount", "journal_id").Updates(c).Error; err != nil {
		return nil, err
	}
	var back Payment
	return &back, tx.Where("change_id = ?", c.ID).Take(&back).Error
}
