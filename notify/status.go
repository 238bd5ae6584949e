package notify

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// recent is how many of the last deliveries a status looks at.
const recent = 10_000

// Status is how the notifier does.
type Status struct {
	Lag   []Lag
	Since time.Time // when the first of the deliveries below was written
	Tries []Tries
}

// Tries counts the last deliveries of a channel by how far they came and by the provider's code.
type Tries struct {
	Channel   plan.Channel
	State     State
	ErrorCode int
	N         int64
	Repeats   int64
}

// FindStatus tells what is due and what became of the last 10,000 deliveries. Fault: org.ErrForbidden.
func FindStatus(ctx context.Context, db *store.DB, actor org.Actor) (*Status, error) {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return nil, err
	}
	var s Status
	err := db.View(ctx, func(tx *store.Tx) (err error) {
		if s.Lag, err = listLag(tx); err != nil {
			return err
		}
		var last Delivery
		if err := tx.Select("id").Order("id DESC").Limit(1).Find(&last).Error; err != nil {
			return err
		}
		var first Delivery
		if err := tx.Select("created_at").Where("id > ?", last.ID-recent).Order("id").Limit(1).Find(&first).Error; err != nil {
			return err
		}
		s.Since = first.CreatedAt
		return tx.Model(&Delivery{}).Select("channel, state, error_code, COUNT(*) AS n, SUM(repeats) AS repeats").Where("id > ?", last.ID-recent).
			Group("channel, state, error_code").Order("channel, state, error_code").Limit(500).Find(&s.Tries).Error
	})
	return &s, err
}
