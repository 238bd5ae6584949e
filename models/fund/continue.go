package fund

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// agreed answers for what the system goes on with: whoever agreed to it.
type agreed int64

// AuditTrail names the person, and that the system acted.
func (a agreed) AuditTrail() (person, post, organisation int64, surface string) {
	return int64(a), 0, 0, "system"
}

// waitingAtOnce bounds what one look at the half-done things takes up: what cannot go on keeps nobody else waiting.
const waitingAtOnce = 20

// Tick books one more part of an import or of an allocation that broke off, however its process ended. A part, its journal and its count are
// one transaction, so that nobody books it twice, whoever else goes on with the same.
func (s *Service) Tick(ctx context.Context) (more bool, err error) {
	for _, step := range []func(context.Context) (bool, error){s.continueImport("applying"), s.continueImport("breaking"), s.continueIncome} {
		did, failed := step(ctx)
		if more, err = more || did, errors.Join(err, failed); more {
			break
		}
	}
	return more, err
}

func (s *Service) continueImport(state string) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) { return s.oneOf(ctx, &Import{}, state, stepImport(state)) }
}

func stepImport(state string) func(*store.Tx, int64) error {
	return func(tx *store.Tx, id int64) error {
		var imp Import
		if err := tx.Where("id = ?", id).Take(&imp).Error; err != nil {
			return err
		}
		if _, err := lockAccount(tx, imp.EstateID); err != nil {
			return err
		}
		if err := tx.Where("id = ?", id).Take(&imp).Error; err != nil || imp.State != state {
			return err
		}
		return imp.step(tx, agreed(imp.AppliedBy))
	}
}

func (s *Service) continueIncome(ctx context.Context) (bool, error) {
	return s.oneOf(ctx, &Income{}, "posting", func(tx *store.Tx, id int64) error {
		var in Income
		if err := tx.Where("id = ?", id).Take(&in).Error; err != nil {
			return err
		}
		if _, err := lockAccount(tx, in.EstateID); err != nil {
			return err
		}
		if err := tx.Where("id = ?", id).Take(&in).Error; err != nil || in.State != "posting" {
			return err
		}
		return in.next(tx, agreed(in.ApprovedBy))
	})
}

// oneOf does a step of the first thing in a state that can go on.
func (s *Service) oneOf(ctx context.Context, model any, state string, step func(*store.Tx, int64) error) (bool, error) {
	var ids []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return waiting(tx.Model(model), state).Pluck("id", &ids).Error
	})
	var failed []error
	for _, id := range ids {
		err := s.db.InTx(ctx, func(tx *store.Tx) error { return step(tx, id) })
		if err == nil {
			return true, errors.Join(failed...)
		}
		failed = append(failed, fmt.Errorf("continue %T %d: %w", model, id, err))
	}
	return false, errors.Join(append(failed, err)...)
}

func waiting(q *gorm.DB, state string) *gorm.DB {
	return q.Where("state = ?", state).Order("id").Limit(waitingAtOnce)
}
