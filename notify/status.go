package notify

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
)

// recent is how many of the last deliveries a status looks at.
const recent = 10_000

// Status is how the notifier does.
type Status struct {
	Lag   []Lag
	Rates []Rate
	Since time.Time // when the first of the deliveries below was written
	Tries []Tries
	Stock map[string]consent.Level // of WeChat's consents, by template
}

// Tries counts the last deliveries of a channel by how far they came and by the provider's code.
type Tries struct {
	Channel   plan.Channel
	State     State
	ErrorCode int
	N         int64
	Repeats   int64
}

// Watch tells the bureau when notifications are later than they may be, and reports whether they are. The caller sees to it that
// it is not told again and again.
func (d *Dispatcher) Watch(ctx context.Context, tell bool) (behind bool, err error) {
	var e event.NotifierBehind
	err = d.o.DB.InTx(ctx, func(tx *store.Tx) error {
		list, err := listLag(tx)
		if err != nil {
			return err
		}
		e, behind = event.NotifierBehind{At: tx.Now}, false
		for _, l := range list {
			if l.Behind() {
				behind = true
				e.Waiting, e.Minutes = e.Waiting+l.Waiting, max(e.Minutes, int64(l.Oldest.Minutes()))
			}
		}
		if !behind || !tell {
			return nil
		}
		return outbox.Append(tx, e)
	})
	return behind, err
}

// FindStatus tells what is due and what became of the last 10,000 deliveries. Fault: org.ErrForbidden.
func (d *Dispatcher) FindStatus(ctx context.Context, actor org.Actor) (*Status, error) {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return nil, err
	}
	var s Status
	err := d.o.DB.View(ctx, func(tx *store.Tx) (err error) {
		if s.Stock, err = d.stock(tx); err != nil {
			return err
		}
		if s.Lag, err = listLag(tx); err != nil {
			return err
		}
		if s.Rates, err = listRates(tx); err != nil {
			return err
		}
		var last int64
		if err := tx.Model(&Delivery{}).Select("COALESCE(MAX(id), 0)").Scan(&last).Error; err != nil {
			return err
		}
		var first Delivery
		if err := tx.Select("created_at").Where("id > ?", last-recent).Order("id").Limit(1).Find(&first).Error; err != nil {
			return err
		}
		s.Since = first.CreatedAt
		return tx.Model(&Delivery{}).Select("channel, state, error_code, COUNT(*) AS n, SUM(repeats) AS repeats").Where("id > ?", last-recent).
			Group("channel, state, error_code").Order("channel, state, error_code").Limit(500).Find(&s.Tries).Error
	})
	return &s, err
}

// stock gives the consents that are left, nothing where no channel needs any.
func (d *Dispatcher) stock(tx *store.Tx) (map[string]consent.Level, error) {
	for _, way := range d.o.Ways {
		if way.Consents != nil {
			return way.Consents.Stock(tx)
		}
	}
	return map[string]consent.Level{}, nil
}
