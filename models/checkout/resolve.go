package checkout

import (
	"context"
	"errors"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// What a person does about a difference. Explaining moves no money and needs one person; booking needs another.
const (
	Explain = "explain"
	Book    = "book"
)

// Resolve says what is done about a difference and why. Booked is what WeChat confirms when another person agrees: a payment that we do
// not have comes in, to its order's bills or else to what waits to be assigned; a payment that WeChat does not have, or a refund that we
// do not have, goes out of the books.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) Resolve(ctx context.Context, actor org.Actor, id int64, action, reason string) error {
	reason = strings.TrimSpace(reason)
	var c fault.Checks
	c.Check(action == Explain || action == Book, "action", "请选择只作说明，还是入账")
	c.Check(length(reason, 4, 300), "reason", "请写明查到的原因（4至300个字）")
	if err := c.Err(); err != nil {
		return err
	}
	return s.withDifference(ctx, actor, id, func(tx *store.Tx, d *Difference) error {
		if d.State != "open" {
			return ErrState
		}
		d.State, d.Action, d.Reason, d.ProposedBy, d.ProposedAt = "proposed", action, reason, actor.PersonID, &tx.Now
		if action == Explain {
			d.State, d.DecidedBy, d.DecidedAt = "resolved", actor.PersonID, &tx.Now
			if err := settled(tx, d); err != nil {
				return err
			}
		}
		return s.keep(tx, actor, d, "resolve")
	})
}

// settled lets the bills of an order in doubt into another order.
func settled(tx *store.Tx, d *Difference) error {
	if d.OrderID == 0 {
		return nil
	}
	var o Order
	if err := tx.Where("id = ?", d.OrderID).Take(&o).Error; err != nil || o.State != Doubt {
		return err
	}
	return end(tx, &o, Closed, "经核对："+d.Reason)
}

// Confirm agrees to a booking, as a head of the company who did not propose it, or sends it back.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, ErrBusy, and those of what is booked.
func (s *Service) Confirm(ctx context.Context, actor org.Actor, id int64, approve bool) error {
	if err := actor.Must(org.ApproveFees); err != nil {
		return err
	}
	var d *Difference
	err := s.withDifference(ctx, actor, id, func(tx *store.Tx, x *Difference) error {
		switch d = x; {
		case x.State != "proposed":
			return ErrState
		case x.ProposedBy == actor.PersonID:
			return ErrSamePerson
		case approve:
			return nil
		}
		x.State, x.DecidedBy, x.DecidedAt = "open", actor.PersonID, &tx.Now
		return s.keep(tx, actor, x, "send_back")
	})
	if err != nil || !approve {
		return err
	}
	t, err := s.verify(ctx, d) // never in a transaction, and never by what the bill alone says
	if err != nil {
		return err
	}
	return s.withDifference(ctx, actor, id, func(tx *store.Tx, d *Difference) error {
		if d.State != "proposed" {
			return ErrState
		}
		x, err := s.enter(tx, actor, d, t)
		if err != nil {
			return err
		}
		d.State, d.DecidedBy, d.DecidedAt, d.PaymentID = "resolved", actor.PersonID, &tx.Now, x
		return s.keep(tx, actor, d, "confirm")
	})
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
		if err != nil || r.State != RefundDone || r.Amount != d.Theirs {
			return nil, ErrBusy.Saying("微信没有确认这笔退款，不能入账，请过一会儿再试或改为说明")
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
		return nil, ErrState.Saying("微信没有确认这笔款收到了本小区的商户号，不能入账")
	}
	return t, nil
}

// enter books a difference that WeChat has confirmed.
func (s *Service) enter(tx *store.Tx, actor org.Actor, d *Difference, t *Transaction) (payment int64, err error) {
	var o Order
	if d.OrderID != 0 {
		if err := tx.Where("id = ?", d.OrderID).Take(&o).Error; err != nil {
			return 0, err
		}
	}
	if d.Kind == OnlyOurs || d.Kind == RefundDiffers {
		if o.PaymentID == 0 || d.Kind == RefundDiffers && d.RefundID != 0 {
			return 0, ErrState.Saying("这一项没有可以冲的账，请核对后只作说明")
		}
		amount := d.Theirs
		if d.Kind == OnlyOurs {
			amount = o.Amount
		}
		x, err := s.Fees.TakeOut(tx, actor, o.PaymentID, amount, d.ProposedBy, d.Reason)
		if err != nil {
			return 0, err
		}
		return x.ID, nil
	}
	if o.ID != 0 && o.State != Paid {
		if err := s.collect(tx, &o, t, t.Amount); err != nil {
			return 0, err
		}
		return o.PaymentID, nil
	}
	if o.ID != 0 && *o.TransactionID == t.TransactionID {
		return o.PaymentID, nil // it was booked meanwhile
	}
	x, err := s.Fees.Collect(tx, fee.Online{EstateID: d.EstateID, CompanyID: d.CompanyID, Amount: t.Amount, PaidAt: t.PaidAt, Serial: t.TransactionID, PersonID: actor.PersonID, Note: "微信支付 " + d.Number})
	if err != nil {
		return 0, err
	}
	return x.ID, nil
}

func (s *Service) keep(tx *store.Tx, actor org.Actor, d *Difference, verb string) error {
	err := tx.Model(&Difference{}).Where("id = ?", d.ID).Select("state", "action", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at", "payment_id").Updates(d).Error
	if err != nil {
		return err
	}
	return note(tx, actor, verb, "pay_difference", d.ID, d.EstateID, map[string]any{"kind": d.Kind, "action": d.Action})
}

func (s *Service) withDifference(ctx context.Context, actor org.Actor, id int64, f func(*store.Tx, *Difference) error) error {
	if err := actor.Must(org.RunFees); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		d, err := own[Difference](tx, actor, id)
		if err != nil {
			return err
		}
		if err := store.Gate(tx, gateName(d.EstateID)); err != nil {
			return err
		}
		if d, err = own[Difference](tx, actor, id); err != nil {
			return err
		}
		return f(tx, d)
	})
}
