package checkout

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// FindMine shows an order of the actor's home as it stands; WeChat is asked while it is open.
// Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindMine(ctx context.Context, actor org.Actor, id int64) (*Placed, error) {
	o, err := s.mine(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if o.Live() {
		if err := s.ask(ctx, o.ID); err != nil {
			s.Log.WarnContext(ctx, "WeChat does not say what became of an order", "order", o.ID, "error", err.Error())
		}
		if o, err = s.mine(ctx, actor, id); err != nil {
			return nil, err
		}
	}
	return s.placed(ctx, o)
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
	return s.FindMine(ctx, actor, id)
}

// mine finds an order of one of the actor's homes: whoever may see the unit's bills may see and cancel what is paid on them.
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
	if _, ok := actor.HomeIn(org.SeeBills, o.UnitID); !ok && o.PersonID != actor.PersonID {
		return nil, ErrNotFound
	}
	return &o, nil
}
