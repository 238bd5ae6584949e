package notify

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

type stats struct {
	sends   *prometheus.CounterVec
	waiting *prometheus.GaugeVec
	oldest  prometheus.Gauge
}

func newStats(reg prometheus.Registerer) *stats {
	s := &stats{
		sends:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_deliveries_total", Help: "Finished tries by channel and outcome."}, []string{"channel", "state"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linli_notify_waiting", Help: "Messages and deliveries not finished."}, []string{"what"}),
		oldest:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "linli_notify_oldest_seconds", Help: "Age of the oldest message not carried."}),
	}
	if reg != nil {
		reg.MustRegister(s.sends, s.waiting, s.oldest)
	}
	return s
}

func (s *stats) sent(channel plan.Channel, state State) {
	s.sends.WithLabelValues(string(channel), string(state)).Inc()
}

// due counts what is due now or on its way.
func (d *Dispatcher) due(ctx context.Context) (int64, error) {
	var messages, deliveries int64
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		err := tx.Model(&outbox.Message{}).Where("state = ? OR (state = ? AND due_at <= ?)", outbox.Published, outbox.Pending, tx.Now).Count(&messages).Error
		if err != nil {
			return err
		}
		return tx.Model(&Delivery{}).Where("state IN ? AND due_at <= ?", []State{Waiting, Unknown}, tx.Now).Count(&deliveries).Error
	})
	return messages + deliveries, err
}

// measure sets the gauges.
func (d *Dispatcher) measure(ctx context.Context) (bool, error) {
	return false, d.o.DB.View(ctx, func(tx *store.Tx) error {
		var n int64
		open := []outbox.State{outbox.Pending, outbox.Published}
		if err := tx.Model(&outbox.Message{}).Where("state IN ?", open).Count(&n).Error; err != nil {
			return err
		}
		d.stats.waiting.WithLabelValues("messages").Set(float64(n))
		if err := tx.Model(&Delivery{}).Where("state IN ?", []State{Waiting, Unknown}).Count(&n).Error; err != nil {
			return err
		}
		d.stats.waiting.WithLabelValues("deliveries").Set(float64(n))
		var oldest []outbox.Message
		if err := tx.Select("created_at").Where("state IN ?", open).Order("due_at").Limit(1).Find(&oldest).Error; err != nil {
			return err
		}
		d.stats.oldest.Set(0)
		if len(oldest) > 0 {
			d.stats.oldest.Set(tx.Now.Sub(oldest[0].CreatedAt).Seconds())
		}
		return nil
	})
}
