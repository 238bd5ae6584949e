package complaint

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Backlog narrows the days: to an organisation that leads, to an estate; 0 for all that the actor sees.
type Backlog struct {
	LeadID   int64
	EstateID int64
}

// BacklogDay is one day of Shanghai: how many complaints came in, how many closed, how many were open at its end. A case
// that was opened again counts as open since it was filed; patrols and parts count apart from complaints.
type BacklogDay struct {
	Day                  calendar.Date
	Opened, Closed, Open int64
}

// counts narrows to the complaints that count in a backlog.
func (b Backlog) counts(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = actor.NotAbout("cases.about_id")(countable(actor)(q)).Where("cases.parent_id = 0 AND cases.source <> 'patrol'")
		if b.LeadID != 0 {
			q = q.Where("cases.lead_id = ?", b.LeadID)
		}
		if b.EstateID != 0 {
			q = q.Where("cases.estate_id = ?", b.EstateID)
		}
		return q
	}
}

// ListBacklog gives every day of a period: one query for what was open before it, one each for what came and went by the
// hour.
// Faults: ErrForbidden, ErrPeriod.
func (s *Service) ListBacklog(ctx context.Context, actor org.Actor, p Period, b Backlog) ([]BacklogDay, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	var days []BacklogDay
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var open int64
		err := tx.Table("cases").Scopes(b.counts(actor)).Where("cases.created_at < ? AND (cases.closed_at IS NULL OR cases.closed_at >= ?)", p.From, p.From).Count(&open).Error
		if err != nil {
			return err
		}
		opened, err := byDay(tx, "cases.created_at", p, b.counts(actor))
		if err != nil {
			return err
		}
		closed, err := byDay(tx, "cases.closed_at", p, b.counts(actor))
		if err != nil {
			return err
		}
		for d, last := calendar.DateOf(p.From), calendar.DateOf(p.To.Add(-time.Second)); !last.Before(d); d = d.Add(1) {
			open += opened[d] - closed[d]
			days = append(days, BacklogDay{Day: d, Opened: opened[d], Closed: closed[d], Open: open})
		}
		return nil
	})
	return days, err
}

// byDay counts a column's times by day of Shanghai. The databases group by hours of UTC, which all of them cut alike.
func byDay(tx *store.Tx, column string, p Period, scope func(*gorm.DB) *gorm.DB) (map[calendar.Date]int64, error) {
	var rows []struct {
		Hour string
		N    int64
	}
	err := tx.Table("cases").Select("SUBSTR("+column+", 1, 13) AS hour, COUNT(*) AS n").Scopes(scope).Where(column+" >= ? AND "+column+" < ?", p.From, p.To).
		Group("SUBSTR(" + column + ", 1, 13)").Limit(24 * 401).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	days := map[calendar.Date]int64{}
	for _, r := range rows {
		at, err := time.Parse("2006-01-02 15", r.Hour[:10]+" "+r.Hour[11:])
		if err != nil {
			return nil, err
		}
		days[calendar.DateOf(at)] += r.N
	}
	return days, nil
}

// BacklogCases pages through what was open at the end of a day, newest first; before is a case's id.
// Faults: ErrForbidden.
func (s *Service) BacklogCases(ctx context.Context, actor org.Actor, day calendar.Date, b Backlog, before int64, limit int) ([]View, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	end := day.Add(1).Start().UTC()
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Case{}).Scopes(b.counts(actor)).Where("cases.created_at < ? AND (cases.closed_at IS NULL OR cases.closed_at >= ?)", end, end)
		if before > 0 {
			q = q.Where("cases.id < ?", before)
		}
		var rows []Case
		if err := q.Order("cases.id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		if views, err = viewCases(tx, rows); err != nil {
			return err
		}
		return cover(tx, actor, views)
	})
	return views, err
}
