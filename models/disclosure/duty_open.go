package disclosure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// mostOpenDuties bounds one file.
const mostOpenDuties = 200_000

// OpenDuties gives everything whose day was in a year, in every estate of the city, by its day: kept, late or missing, at most 200,000. stamp
// is as that of OpenFigures. Faults: fault.ErrInvalid.
func (s *Service) OpenDuties(ctx context.Context, year int, known string, each func(*DutyView) error) (stamp string, err error) {
	if year < 2020 || year > 2100 {
		return "", fault.ErrInvalid.With(fault.Field{Path: "year", Reason: "年份写四位数，2020年以后"})
	}
	from, to := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC)
	err = s.db.View(ctx, func(tx *store.Tx) error {
		owed := func() *gorm.DB {
			return tx.Model(&Duty{}).Where("due_on BETWEEN ? AND ? AND (organisation_id <> 0 OR late_organisation_id <> 0)", from, to)
		}
		if stamp, err = dutyStamp(tx, owed(), year); err != nil || stamp == known {
			return err
		}
		var days []time.Time
		if err := owed().Distinct("due_on").Order("due_on").Pluck("due_on", &days).Error; err != nil {
			return err
		}
		n := 0
		for _, day := range days { // a day at a time: a whole city's year never stands in memory
			var rows []Duty
			if err := owed().Where("due_on = ?", day).Order("id").Limit(mostOpenDuties - n).Find(&rows).Error; err != nil {
				return err
			}
			for part := range slices.Chunk(rows, 900) {
				views, err := viewDuties(tx, part)
				if err != nil {
					return err
				}
				for i := range views {
					if err := each(&views[i]); err != nil {
						return err
					}
				}
			}
			if n += len(rows); n >= mostOpenDuties {
				return nil
			}
		}
		return nil
	})
	return stamp, err
}

// dutyStamp changes with every day, and whenever something became due, was published or is owed again.
func dutyStamp(tx *store.Tx, owed *gorm.DB, year int) (string, error) {
	var c struct {
		Owed, Done, Notices int64
	}
	err := owed.Select("COUNT(*) AS owed, COUNT(done_at) AS done, COALESCE(SUM(notice_id), 0) AS notices").Scan(&c).Error
	return fmt.Sprintf("d%d-%s-%d-%d-%d", year, calendar.DateOf(tx.Now), c.Owed, c.Done, c.Notices), err
}
