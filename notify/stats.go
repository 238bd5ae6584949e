package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

type stats struct {
	sends    *prometheus.CounterVec
	failures *prometheus.CounterVec
	waiting  *prometheus.GaugeVec
	oldest   *prometheus.GaugeVec
	behind   prometheus.Gauge
	consents *prometheus.GaugeVec
	clock    prometheus.Gauge
}

func newStats(reg prometheus.Registerer) *stats {
	s := &stats{
		sends:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_deliveries_total", Help: "Finished tries by channel and outcome."}, []string{"channel", "state"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_delivery_failures_total", Help: "Failed tries by channel and the provider's code, 0 for none."}, []string{"channel", "code"}),
		waiting:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linli_notify_waiting", Help: "Messages and deliveries that are due and not finished, by priority."}, []string{"what", "priority"}),
		oldest:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linli_notify_oldest_seconds", Help: "For how long the oldest of them has been due."}, []string{"what", "priority"}),
		behind:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "linli_notify_behind", Help: "1 while notifications are later than they may be."}),
		clock:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "linli_clock_offset_seconds", Help: "How far this machine's clock runs before the database's; from 5 seconds on it sends nothing."}),
		consents: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linli_wechat_consents", Help: "Consents that residents have given and that are neither spent nor reserved, and accounts without and closed, by template."}, []string{"template", "what"}),
	}
	if reg != nil {
		reg.MustRegister(s.sends, s.failures, s.waiting, s.oldest, s.behind, s.consents, s.clock)
	}
	return s
}

func (s *stats) sent(channel plan.Channel, state State) {
	s.sends.WithLabelValues(string(channel), string(state)).Inc()
}

func (s *stats) failed(channel plan.Channel, code int) {
	s.failures.WithLabelValues(string(channel), strconv.Itoa(code)).Inc()
}

// Lag is what of a priority is due and not finished: messages whose deliveries are not written, or deliveries of a channel.
type Lag struct {
	Channel  plan.Channel // "" for messages
	Priority event.Priority
	Waiting  int64
	Oldest   time.Duration // for how long the oldest has been due
}

// late is how long something may be due before the notifier counts as behind. What waits after a failure has a later due time.
var late = map[event.Priority]time.Duration{event.Alarm: 15 * time.Second, event.Urgent: time.Minute, event.Normal: 5 * time.Minute, event.Bulk: time.Hour}

// Behind reports that it is later than it may be.
func (l Lag) Behind() bool { return l.Oldest > late[l.Priority] }

// listLag tells what is due. Messages that keep failing are the bureau's list of their own, and one that is put off is not late.
func listLag(tx *store.Tx) ([]Lag, error) {
	var list []Lag
	for _, q := range []struct {
		rows *gorm.DB
		by   string
		at   string
	}{
		{tx.Model(&outbox.Message{}).Where("state IN ? AND attempts < ? AND last_error <> ?", []outbox.State{outbox.Pending, outbox.Published}, failing, ErrNotNow.Error()), "'' AS channel, priority", "created_at"},
		{tx.Model(&Delivery{}).Where("state IN ? AND due_at <= ?", []State{Waiting, Unknown}, tx.Now), "channel, priority", "due_at"},
	} {
		var rows []struct {
			Channel  plan.Channel
			Priority event.Priority
			N        int64
			Oldest   string
		}
		if err := q.rows.Select(q.by + ", COUNT(*) AS n, MIN(" + q.at + ") AS oldest").Group("channel, priority").Limit(100).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			since, err := minimum(r.Oldest)
			if err != nil {
				return nil, err
			}
			list = append(list, Lag{Channel: r.Channel, Priority: r.Priority, Waiting: r.N, Oldest: tx.Now.Sub(since)})
		}
	}
	slices.SortFunc(list, func(a, b Lag) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Channel, b.Channel))
	})
	return list, nil
}

// minimum reads the minimum of times, which SQLite gives as text and the others as a time in other words.
func minimum(s string) (time.Time, error) {
	return time.Parse(time.DateTime, strings.Replace(s, "T", " ", 1)[:len(time.DateTime)])
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

// measure sets the gauges, and says loudly when notifications are late.
func (d *Dispatcher) measure(ctx context.Context) (bool, error) {
	var list []Lag
	err := d.o.DB.View(ctx, func(tx *store.Tx) (err error) { list, err = listLag(tx); return err })
	if err != nil {
		return false, err
	}
	d.stats.waiting.Reset()
	d.stats.oldest.Reset()
	behind := 0.0
	for _, l := range list {
		what := string(l.Channel)
		if what == "" {
			what = "messages"
		}
		d.stats.waiting.WithLabelValues(what, l.Priority.String()).Set(float64(l.Waiting))
		d.stats.oldest.WithLabelValues(what, l.Priority.String()).Set(l.Oldest.Seconds())
		if l.Behind() {
			behind = 1
			d.late.report(ctx, fmt.Errorf("%d %s of priority %s wait, the oldest for %s", l.Waiting, what, l.Priority, l.Oldest))
		}
	}
	d.stats.behind.Set(behind)
	return false, nil
}

// measureStock sets the gauges of what WeChat lets us send.
func (d *Dispatcher) measureStock(ctx context.Context) (bool, error) {
	return false, d.o.DB.View(ctx, func(tx *store.Tx) error {
		stock, err := d.stock(tx)
		for template, l := range stock {
			d.stats.consents.WithLabelValues(template, "accounts").Set(float64(l.Accounts))
			d.stats.consents.WithLabelValues(template, "stock").Set(float64(l.Stock))
			d.stats.consents.WithLabelValues(template, "closed").Set(float64(l.Closed))
		}
		return err
	})
}
