package notify

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
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

// PurgeUsages forgets periods that are long over.
func PurgeUsages(tx *store.Tx) error {
	return tx.Where("ends_at < ?", tx.Now.Add(-48*time.Hour)).Delete(&Usage{}).Error
}
