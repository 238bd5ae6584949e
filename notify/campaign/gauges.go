package campaign

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// underWay are the states of campaigns that somebody or the clock still has something to do with.
var underWay = []State{Draft, Submitted, Approved, Running, Paused}

// Standing counts the campaigns in a state, and the seats that they are for.
type Standing struct {
	State        State
	Count, Seats int64
}

// Standings counts the campaigns that are under way, for whoever sees to the notifier. Fault: org.ErrForbidden.
func (s *Service) Standings(ctx context.Context, actor org.Actor) ([]Standing, error) {
	if err := actor.Must(org.ReadOutbox); err != nil {
		return nil, err
	}
	return s.standings(ctx)
}

func (s *Service) standings(ctx context.Context) (rows []Standing, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Campaign{}).Select("state, COUNT(*) AS count, COALESCE(SUM(seats), 0) AS seats").Where("state IN ?", underWay).Group("state").Order("state").Find(&rows).Error
	})
	return rows, err
}

// gaugePatience bounds what one look at the metrics may take.
const gaugePatience = 2 * time.Second

var (
	countDesc = prometheus.NewDesc("linli_campaigns", "Campaigns that are under way, by state.", []string{"state"}, nil)
	seatsDesc = prometheus.NewDesc("linli_campaign_seats", "Seats that the campaigns under way are for, by state.", []string{"state"}, nil)
)

// Describe tells of the gauges.
func (s *Service) Describe(c chan<- *prometheus.Desc) { c <- countDesc; c <- seatsDesc }

// Collect counts when somebody looks.
func (s *Service) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), gaugePatience)
	defer cancel()
	rows, err := s.standings(ctx)
	if err != nil {
		s.o.Log.WarnContext(ctx, "campaigns are missing in the metrics", "error", err.Error())
		return
	}
	by := map[State]Standing{}
	for _, r := range rows {
		by[r.State] = r
	}
	for _, state := range underWay {
		c <- prometheus.MustNewConstMetric(countDesc, prometheus.GaugeValue, float64(by[state].Count), string(state))
		c <- prometheus.MustNewConstMetric(seatsDesc, prometheus.GaugeValue, float64(by[state].Seats), string(state))
	}
}
