package notify

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// Usage counts what went through a channel in a minute or on a day, for all processes together.
type Usage struct {
	Channel string `gorm:"primaryKey"`
	Period  string `gorm:"primaryKey"`
	Used    int64
	Until   time.Time `gorm:"column:ends_at"`
}

// TableName names the table.
func (Usage) TableName() string { return "send_usages" }

// grant takes up to n sends out of what the channel may still carry. With none left it tells how long. A tenth of each minute and
// day is the alarms' alone, and bulk leaves another tenth of the day.
func (w *Way) grant(tx *store.Tx, lane laneName, n int) (granted int, rest time.Duration, err error) {
	day := calendar.DateOf(tx.Now)
	minute := tx.Now.Truncate(time.Minute)
	granted = n
	for _, p := range []struct {
		name string
		ends time.Time
		most int64
	}{{minute.Format("m0102-1504"), minute.Add(time.Minute), w.PerMinute}, {"d" + day.String(), day.Add(1).Start().UTC(), w.PerDay}} {
		if p.most <= 0 || granted == 0 {
			continue
		}
		tenth := p.most / 10
		if lane.Priority > event.Alarm {
			p.most -= tenth
		}
		if p.name[0] == 'd' && lane.Priority == event.Bulk {
			p.most -= tenth
		}
		u := Usage{Channel: string(lane.Channel), Period: p.name, Until: p.ends}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&u).Error; err != nil {
			return 0, 0, err
		}
		if err := tx.ForUpdate().Where("channel = ? AND period = ?", u.Channel, u.Period).Take(&u).Error; err != nil {
			return 0, 0, err
		}
		granted = int(max(0, min(int64(granted), p.most-u.Used)))
		if granted == 0 {
			return 0, p.ends.Sub(tx.Now), nil
		}
		if err := tx.Model(&Usage{}).Where("channel = ? AND period = ?", u.Channel, u.Period).Update("used", gorm.Expr("used + ?", granted)).Error; err != nil {
			return 0, 0, err
		}
	}
	return granted, 0, nil
}

// The names of what a lane sent, and failed to send, in a minute begin so.
const sentIn, failedIn = "s", "f"

// count adds what became of a batch to what its lane did in this minute. Each lane has rows of its own: none waits for another.
func (n laneName) count(tx *store.Tx, done []outcome) error {
	counts := map[string]int64{}
	for i := range done {
		if done[i].err == nil {
			counts[sentIn]++
			continue
		}
		counts[failedIn]++
	}
	minute := tx.Now.Truncate(time.Minute)
	for _, what := range []string{sentIn, failedIn} { // in one order for everybody
		if counts[what] == 0 {
			continue
		}
		u := Usage{Channel: string(n.Channel), Period: fmt.Sprintf("%s%s.%d.%d", what, minute.Format("0102-1504"), n.Priority, n.Lane), Used: counts[what], Until: minute.Add(time.Minute)}
		err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "channel"}, {Name: "period"}}, DoUpdates: clause.Assignments(map[string]any{"used": gorm.Expr("used + ?", counts[what])})}).Create(&u).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// Rate is how much a channel sent and failed to send in the last hour.
type Rate struct {
	Channel      plan.Channel
	Sent, Failed int64
}

// PerMinute is a number of the last hour by the minute.
func PerMinute(n int64) float64 { return math.Round(float64(n)/6) / 10 }

func listRates(tx *store.Tx) ([]Rate, error) {
	var rows []struct {
		Channel plan.Channel
		What    string
		N       int64
	}
	err := tx.Model(&Usage{}).Select("channel, SUBSTR(period, 1, 1) AS what, SUM(used) AS n").Where("ends_at > ? AND ends_at <= ?", tx.Now.Add(-time.Hour), tx.Now.Add(time.Minute)).
		Group("channel, SUBSTR(period, 1, 1)").Order("channel").Limit(100).Find(&rows).Error
	var rates []Rate
	for _, r := range rows {
		if r.What != sentIn && r.What != failedIn {
			continue // what a bound has granted
		}
		if len(rates) == 0 || rates[len(rates)-1].Channel != r.Channel {
			rates = append(rates, Rate{Channel: r.Channel})
		}
		if last := &rates[len(rates)-1]; r.What == sentIn {
			last.Sent = r.N
		} else {
			last.Failed = r.N
		}
	}
	return rates, err
}

// PurgeUsages forgets periods that are long over.
func PurgeUsages(ctx context.Context, db *store.DB) error {
	return db.InTx(ctx, func(tx *store.Tx) error {
		return tx.Where("ends_at < ?", tx.Now.Add(-2*time.Hour)).Delete(&Usage{}).Error
	})
}
