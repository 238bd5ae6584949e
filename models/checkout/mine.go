package checkout

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// FindMine shows an order of the actor's home as it stands; WeChat is asked while it is open.
// Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindMine(ctx context.Context, actor org.Actor, id int64) (*Placed, error) {
	if _, err := s.mine(ctx, actor, id); err != nil {
		return nil, err
	}
	return s.seen(ctx, id)
}

// seen asks WeChat for an order while it is open, and shows it.
func (s *Service) seen(ctx context.Context, id int64) (*Placed, error) {
	if err := s.ask(ctx, id); err != nil {
		s.Log.WarnContext(ctx, "WeChat does not say what became of an order", "order", id, "error", err.Error())
	}
	var o Order
	if err := s.DB.View(ctx, func(tx *store.Tx) error { return tx.Where("id = ?", id).Take(&o).Error }); err != nil {
		return nil, err
	}
	return s.placed(ctx, &o)
}

// Cancel closes an order of the actor's home that was not paid. One that WeChat does not answer for is closed later, or booked.
// Faults: org.ErrForbidden, ErrNotFound, ErrState.
func (s *Service) Cancel(ctx context.Context, actor org.Actor, id int64) (*Placed, error) {
	o, err := s.mine(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if o.Live() && o.State != Closing {
		err := s.DB.InTx(ctx, func(tx *store.Tx) error {
			err := store.MustAffect(tx.Model(&Order{}).Where("id = ? AND state IN ?", id, open).Updates(map[string]any{"state": Closing, "next_at": tx.Now, "asked_at": nil, "tries": 0}), ErrState)
			if err != nil {
				return err
			}
			return note(tx, actor, "cancel_order", "pay_order", id, o.EstateID, nil)
		})
		if err != nil {
			return nil, err
		}
	}
	return s.seen(ctx, id)
}

// mine finds the actor's own order, or one that is open on a home of theirs, which they may cancel: who paid for a home before they came
// is not theirs to see.
func (s *Service) mine(ctx context.Context, actor org.Actor, id int64) (*Order, error) {
	if err := actor.Must(org.SeeBills); err != nil {
		return nil, err
	}
	var o Order
	err := s.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Scopes(actor.Within(org.SeeBills, "estate_id")).Where("id = ?", id).Take(&o).Error
	})
	if err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	if _, ok := actor.HomeIn(org.SeeBills, o.UnitID); o.PersonID != actor.PersonID && (!ok || !o.Live()) {
		return nil, ErrNotFound
	}
	return &o, nil
}
