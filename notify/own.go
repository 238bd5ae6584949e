package notify

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// mostOwn bounds what somebody is told of what was sent to them.
const mostOwn = 1000

// ListOwn lists what went to a person outside the app, the newest 1000, for themselves. Fault: org.ErrForbidden.
func (d *Dispatcher) ListOwn(ctx context.Context, actor org.Actor) ([]Undelivered, error) {
	if err := actor.Must(org.ManageSelf); err != nil {
		return nil, err
	}
	var rows []Undelivered
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Table("deliveries").Select("deliveries.*, t.title, t.template").Joins("LEFT JOIN message_texts t ON t.id = deliveries.text_id").
			Where("deliveries.person_id = ? AND deliveries.recipient_kind = 'person'", actor.PersonID).Order("deliveries.id DESC").Limit(mostOwn).Find(&rows).Error
	})
	return rows, err
}
