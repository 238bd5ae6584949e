package notify

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
)

// reacts tells whether an event has consequences in another domain.
func (d *Dispatcher) reacts(e event.Event) bool {
	return slices.ContainsFunc(d.o.Consequences, func(c Consequence) bool { return c.Kind == e.Kind() })
}

// react runs the consequences of an event that have not run yet.
func (d *Dispatcher) react(ctx context.Context, e event.Event, id int64) error {
	for _, c := range d.o.Consequences {
		if c.Kind != e.Kind() {
			continue
		}
		var n int64
		err := d.o.DB.View(ctx, func(tx *store.Tx) error {
			return tx.Model(&Reaction{}).Where("message_id = ? AND name = ?", id, c.Name).Count(&n).Error
		})
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if err := c.Do(ctx, e, id); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		err = d.o.DB.InTx(ctx, func(tx *store.Tx) error {
			return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Reaction{MessageID: id, Name: c.Name, At: tx.Now}).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}
