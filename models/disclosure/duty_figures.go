package disclosure

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// LateFigure is how often an organisation, or anybody in an estate, was late with what was due in a year.
type LateFigure struct {
	ID       int64 // of the organisation or the estate
	Name     string
	Due      int64 // whose day was in the year and has passed, or that were published
	Late     int64 // published late, or still missing
	Missing  int64
	DaysLate int64 // of those that were published late, together
}

// mostFigures bounds the list: the worst come first, and Total says how many there are.
const mostFigures = 500

// LateFigures counts what was late in a year, by the organisation that owed it or by estate, the most first: at most 500 of total.
// Faults: org.ErrForbidden, fault.ErrInvalid.
func (s *Service) LateFigures(ctx context.Context, actor org.Actor, year int, by string) (figures []LateFigure, total int64, err error) {
	if err := actor.Must(org.WatchDuties); err != nil {
		return nil, 0, err
	}
	// What was late counts for whoever owed it then, the rest for whoever owes it now.
	column := map[string]string{"organisation": "CASE WHEN late_organisation_id <> 0 THEN late_organisation_id ELSE organisation_id END", "estate": "estate_id"}[by]
	if column == "" || year < 2020 || year > 2100 {
		return nil, 0, fault.ErrInvalid.With(fault.Field{Path: "by", Reason: "请选择按单位（organisation）或按小区（estate），年份写四位数"})
	}
	from, to := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC)
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows := func() *gorm.DB {
			return tx.Model(&Duty{}).Scopes(actor.Within(org.WatchDuties, "estate_id")).Where("due_on BETWEEN ? AND ? AND (late_organisation_id <> 0 OR organisation_id <> 0)", from, to)
		}
		if err := rows().Select("COUNT(DISTINCT " + column + ")").Scan(&total).Error; err != nil {
			return err
		}
		err := rows().Select(column+" AS id, SUM(CASE WHEN done_at IS NOT NULL OR due_on < ? THEN 1 ELSE 0 END) AS due, SUM(CASE WHEN late_at IS NOT NULL THEN 1 ELSE 0 END) AS late, SUM(CASE WHEN late_at IS NOT NULL AND done_at IS NULL THEN 1 ELSE 0 END) AS missing, SUM(days_late) AS days_late", org.DayOf(tx.Now)).
			Group(column).Order("late DESC, id").Limit(mostFigures).Scan(&figures).Error
		if err != nil {
			return err
		}
		return nameFigures(tx, figures, by)
	})
	return figures, total, err
}

func nameFigures(tx *store.Tx, figures []LateFigure, by string) error {
	ids := make([]int64, len(figures))
	for i, f := range figures {
		ids[i] = f.ID
	}
	if by == "estate" {
		names, err := org.EstateNames(tx, ids)
		for i := range figures {
			figures[i].Name = names[figures[i].ID]
		}
		return err
	}
	offices, err := org.Organisations(tx, ids)
	for i := range figures {
		figures[i].Name = offices[figures[i].ID].Name
	}
	return err
}
