package notify

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// ListUndelivered pages through deliveries that were given up or refused, newest first, for the bureau.
func ListUndelivered(ctx context.Context, db *store.DB, actor org.Actor, before int64, limit int) ([]Delivery, error) {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return nil, err
	}
	var rows []Delivery
	err := db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("state IN ?", []State{Dead, Refused, Unreachable})
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// ListStuck lists messages that could not be carried at all, at most 100.
func ListStuck(ctx context.Context, db *store.DB, actor org.Actor) ([]outbox.Message, error) {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return nil, err
	}
	var rows []outbox.Message
	err := db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("state = ?", outbox.Dead).Order("id DESC").Limit(100).Find(&rows).Error
	})
	return rows, err
}

// Replay sends a dead delivery once more. Faults: ErrDeliveryNotFound, org.ErrForbidden.
func Replay(ctx context.Context, db *store.DB, actor org.Actor, id int64) error {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return err
	}
	err := db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Delivery{}).Where("id = ? AND state = ?", id, Dead).Updates(map[string]any{"state": Waiting, "attempts": 0, "due_at": tx.Now})
		if err := store.MustAffect(res, ErrDeliveryNotFound); err != nil {
			return err
		}
		tx.Committed(tx.Wake)
		return audit.Append(tx, actor, "delivery.replay", audit.Subject{Kind: "delivery", ID: id}, nil)
	})
	if err != nil {
		return fmt.Errorf("replay delivery: %w", err)
	}
	return nil
}
