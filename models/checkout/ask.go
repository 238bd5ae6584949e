package checkout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

const (
	// calm is how long a phone that looks again and again waits until WeChat is asked again.
	calm = 3 * time.Second
	// sure is how long after its end an order that WeChat does not know is given up: a call that was still on its way is refused by then.
	sure = time.Minute
)

// ask has WeChat say what became of an order, and acts on that alone. An answer that does not come changes nothing: it is asked again,
// the longer it takes the more rarely.
func (s *Service) ask(ctx context.Context, id int64) error {
	o, err := s.claim(ctx, id)
	if err != nil || o == nil {
		return err
	}
	a, err := s.account(ctx, o.AccountID)
	if err != nil {
		return err
	}
	p, err := s.provider(&a)
	if err != nil {
		return err
	}
	t, err := p.Query(ctx, o.Number)
	switch {
	case errors.Is(err, ErrNoSuch):
		return s.giveUp(ctx, o)
	case err != nil:
		return fmt.Errorf("ask for order %d: %w", id, err)
	case t.State == TradePaid:
		return s.DB.InTx(ctx, func(tx *store.Tx) error {
			o, err := held(tx, id)
			if err != nil {
				return err
			}
			_, err = s.settle(tx, &a, o, t)
			return err
		})
	case t.State == TradeClosed:
		return s.close(ctx, id, Closed, "")
	}
	if o.State != Closing && o.ExpiresAt.After(s.DB.Now()) {
		return nil // it may still be paid
	}
	switch err := p.Close(ctx, o.Number); {
	case errors.Is(err, ErrNoSuch):
		return s.giveUp(ctx, o)
	case errors.Is(err, ErrPaid): // a moment ago
		return s.DB.InTx(ctx, func(tx *store.Tx) error {
			return tx.Model(&Order{}).Where("id = ? AND state IN ?", id, open).Updates(map[string]any{"next_at": tx.Now, "asked_at": nil}).Error
		})
	case err != nil:
		return fmt.Errorf("close order %d: %w", id, err)
	}
	return s.close(ctx, id, Closed, "")
}

// claim takes the turn to ask for an order, so that many phones ask once.
func (s *Service) claim(ctx context.Context, id int64) (*Order, error) {
	var o *Order
	err := s.DB.InTx(ctx, func(tx *store.Tx) error {
		var x Order
		if err := tx.ForUpdate().Where("id = ?", id).Take(&x).Error; err != nil {
			return err
		}
		if o = nil; !x.Live() || x.AskedAt != nil && x.AskedAt.After(tx.Now.Add(-calm)) {
			return nil
		}
		next := tx.Now.Add(wait(x.Tries))
		if last := x.ExpiresAt.Add(calm); last.After(tx.Now) && next.After(last) {
			next = last // as soon as it can be closed
		}
		o = &x
		return tx.Model(&Order{}).Where("id = ?", id).Updates(map[string]any{"asked_at": tx.Now, "next_at": next, "tries": x.Tries + 1}).Error
	})
	return o, err
}

// giveUp ends an order that WeChat does not know, once that is sure to stay so.
func (s *Service) giveUp(ctx context.Context, o *Order) error {
	switch {
	case o.Failure != "":
		return s.close(ctx, o.ID, Failed, o.Failure)
	case !s.DB.Now().Before(o.ExpiresAt.Add(sure)):
		return s.close(ctx, o.ID, Closed, "")
	}
	return nil
}

// close ends an order unless its money came meanwhile.
func (s *Service) close(ctx context.Context, id int64, state OrderState, why string) error {
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		o, err := held(tx, id)
		if err != nil || !slices.Contains(open, o.State) {
			return err
		}
		return end(tx, o, state, why)
	})
}

// most is how many of a kind one round asks for.
const most = 20

// Tick asks for what is due: orders, refunds, then the bills of days.
func (s *Service) Tick(ctx context.Context) (more bool, err error) {
	var failed []error
	for _, kind := range []struct {
		model any
		do    func(context.Context, int64) error
	}{{&Order{}, s.ask}, {&Refund{}, s.carry}, {&Day{}, s.fetch}} {
		ids, err := s.due(ctx, kind.model)
		if err != nil {
			return false, err
		}
		for _, id := range ids {
			if err := kind.do(ctx, id); err != nil {
				failed = append(failed, err)
			}
		}
		more = more || len(ids) == most && len(failed) == 0
	}
	return more, errors.Join(failed...)
}

func (s *Service) due(ctx context.Context, model any) (ids []int64, err error) {
	err = s.DB.View(ctx, func(tx *store.Tx) error { return waiting(tx, model).Pluck("id", &ids).Error })
	return ids, err
}

// waiting are the rows whose time has come, the longest first.
func waiting(tx *store.Tx, model any) *gorm.DB {
	return tx.Model(model).Where("next_at <= ?", tx.Now).Order("next_at, id").Limit(most)
}
