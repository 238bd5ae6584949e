package checkout

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Withdraw takes back a refund that WeChat has not taken, such as one that the merchant's account is too low for: it is not requested any
// more, and ends, with what was kept for it free again, once WeChat has said twice that it knows of none. One that WeChat has after all
// goes on. Faults: org.ErrForbidden, ErrNotFound, ErrState.
func (s *Service) Withdraw(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.RunFees); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		r, err := own[Refund](tx, actor, id)
		if err != nil {
			return err
		}
		if err := store.Gate(tx, gateName(r.EstateID)); err != nil {
			return err
		}
		err = store.MustAffect(tx.Model(&Refund{}).Where("id = ? AND state IN ?", id, []RefundStep{Requested, Uncertain}).Updates(map[string]any{"state": Withdrawn, "denied_at": nil, "next_at": tx.Now, "tries": 0}),
			ErrState.Saying("微信已经收下这笔退款，或它已经办完，不能撤回；请刷新后再看"))
		if err != nil {
			return err
		}
		return note(tx, actor, "withdraw_refund", "pay_refund", id, r.EstateID, nil)
	})
}

// ListRefunds pages through an estate's refunds, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListRefunds(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Refund, error) {
	return listed[Refund](ctx, s, actor, estate, before, limit, "")
}

// ListOrders pages through an estate's orders, newest first; those of one state if it is not empty.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListOrders(ctx context.Context, actor org.Actor, estate int64, state string, before int64, limit int) ([]Order, error) {
	return listed[Order](ctx, s, actor, estate, before, limit, state)
}
