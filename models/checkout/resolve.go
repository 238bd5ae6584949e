package checkout

import (
	"context"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// What a person does about a difference. All need another person, unless the books meanwhile say what WeChat says.
const (
	Explain = "explain"
	Book    = "book"
	Link    = "link" // a refund and the payment that it gave back, neither of which is ours
)

// Resolve says what is done about a difference and why. Booked is what WeChat confirms when another person agrees: a payment that we do
// not have comes in, to its order's bills or else to what waits to be assigned; a payment that WeChat does not have, or a refund that we
// do not have, goes out of the books. Explained is what stays as it is: that takes another person too, because money may disappear in it.
// Linked is a refund of a payment that we do not have, with that payment, see link.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fee.ErrSerial, fault.ErrInvalid.
func (s *Service) Resolve(ctx context.Context, actor org.Actor, id int64, action, reason string) error {
	reason = strings.TrimSpace(reason)
	var c fault.Checks
	c.Check(action == Explain || action == Book || action == Link, "action", "请选择只作说明、入账，还是和没有入账的付款相抵")
	c.Check(length(reason, 4), "reason", "请写明查到的原因（4至300个字）")
	if err := c.Err(); err != nil {
		return err
	}
	return s.withDifference(ctx, actor, id, func(tx *store.Tx, d *Difference) error {
		if d.State != "open" {
			return ErrState
		}
		if action == Link {
			return s.link(tx, actor, d, reason)
		}
		m, err := matterOf(tx, d)
		if err != nil {
			return err
		}
		d.State, d.Action, d.Reason, d.ProposedBy, d.ProposedAt = "proposed", action, reason, actor.PersonID, &tx.Now
		switch {
		case action == Book:
			if err := m.bookable(d); err != nil {
				return err
			}
		case m.agrees(d):
			d.State, d.DecidedBy, d.DecidedAt = "resolved", actor.PersonID, &tx.Now
		}
		return s.keep(tx, actor, d, "resolve")
	})
}

// Reopen takes an explanation back: the difference waits for a person again.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) Reopen(ctx context.Context, actor org.Actor, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if !length(reason, 4) {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明为什么要重新核对（4至300个字）"})
	}
	return s.withDifference(ctx, actor, id, func(tx *store.Tx, d *Difference) error {
		if d.State != "resolved" || d.Action != Explain && d.Action != Link {
			return ErrState.Saying("只有已经作了说明或相抵、没有入账的才能重新核对")
		}
		return s.each(tx, d, func(d *Difference) error {
			d.State, d.Reason, d.LinkedID = "open", reason, 0
			err := tx.Model(&Order{}).Where("id = ? AND state = ?", d.OrderID, Explained).Updates(map[string]any{"state": Doubt, "failure": clip("重新核对："+reason, 200), "ended_at": nil}).Error
			if err != nil {
				return err
			}
			return s.keep(tx, actor, d, "reopen")
		})
	})
}

// Confirm agrees to what was proposed, as a head of the company who did not propose it, or sends it back.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, ErrBusy, and those of what is booked.
func (s *Service) Confirm(ctx context.Context, actor org.Actor, id int64, approve bool) error {
	if err := actor.Must(org.ApproveFees); err != nil {
		return err
	}
	var d *Difference
	var together []Difference
	err := s.withDifference(ctx, actor, id, func(tx *store.Tx, x *Difference) error {
		switch d = x; {
		case x.State != "proposed":
			return ErrState
		case x.ProposedBy == actor.PersonID:
			return ErrSamePerson
		case approve:
			var err error
			together, err = linked(tx, x)
			return err
		}
		return s.each(tx, x, func(x *Difference) error {
			x.State, x.DecidedBy, x.DecidedAt, x.LinkedID = "open", actor.PersonID, &tx.Now, 0
			return s.keep(tx, actor, x, "send_back")
		})
	})
	if err != nil || !approve {
		return err
	}
	var t *Transaction
	for i := range together {
		if d.Action == Explain {
			break
		}
		if t, err = s.verify(ctx, &together[i]); err != nil { // never in a transaction, and never by what the bill alone says
			return err
		}
	}
	was := *d.ProposedAt
	return s.withDifference(ctx, actor, id, func(tx *store.Tx, d *Difference) error {
		if d.State != "proposed" || !d.ProposedAt.Equal(was) || d.ProposedBy == actor.PersonID {
			return ErrState
		}
		var x int64
		var err error
		switch d.Action {
		case Book:
			x, err = s.enter(tx, actor, d, t)
		case Link:
			return s.cancelOut(tx, actor, d, together)
		default:
			err = explained(tx, d)
		}
		if err != nil {
			return err
		}
		d.State, d.DecidedBy, d.DecidedAt, d.PaymentID = "resolved", actor.PersonID, &tx.Now, x
		return s.keep(tx, actor, d, "confirm")
	})
}

// explained ends an order whose money WeChat holds and that is not booked, so that its bills may be paid by another.
func explained(tx *store.Tx, d *Difference) error {
	if d.OrderID == 0 || d.Theirs == 0 || d.Kind == RefundDiffers {
		return nil
	}
	var o Order
	if err := tx.Where("id = ?", d.OrderID).Take(&o).Error; err != nil || o.State == Paid {
		return err
	}
	return end(tx, &o, Explained, "经核对："+d.Reason)
}

func (s *Service) keep(tx *store.Tx, actor org.Actor, d *Difference, verb string) error {
	err := tx.Model(&Difference{}).Where("id = ?", d.ID).Select("state", "action", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at", "payment_id", "linked_id").Updates(d).Error
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
