package complaint

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

const (
	// maxBehind bounds the cases of a period that a page looks through, and behindPage how many it reads at a time.
	maxBehind  = 100_000
	behindPage = 500
)

// Behind pages through the cases that a figure of an organisation counts, newest first: whoever sees the number sees
// what it is made of. A figure of people gives the cases of those people.
// Faults: ErrForbidden, ErrPeriod, fault.ErrInvalid.
func (s *Service) Behind(ctx context.Context, actor org.Actor, p Period, organisation int64, f Figure, before int64, limit int) ([]View, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := casesOf(tx, actor, p, organisation, f, before, limit)
		if err != nil {
			return err
		}
		if views, err = viewCases(tx, rows); err != nil {
			return err
		}
		return cover(tx, actor, views)
	})
	return views, err
}

func casesOf(tx *store.Tx, actor org.Actor, p Period, organisation int64, f Figure, before int64, limit int) ([]Case, error) {
	seen := func() *gorm.DB { return tx.Model(&Case{}).Scopes(countable(actor), actor.NotAbout("cases.about_id")) }
	some := func() *gorm.DB { return seen().Table(tx.ByPrimary("cases")).Where(handled, p.From, p.To) }
	switch {
	case f == FigureRefused:
		refused := tx.Table("case_steps s").Select("s.case_id").Joins("JOIN cases ON cases.id = s.case_id").Scopes(sightOf(actor).refusals(p)).Where("s.organisation_id = ?", organisation)
		return newest(tx.Model(&Case{}).Where("cases.id IN (?)", refused), before, limit)
	case f == FigureOpen:
		below, err := createdBelow(tx, p.To)
		if err != nil {
			return nil, err
		}
		return newest(seen().Where("cases.lead_id = ?", organisation).Scopes(openAt(p.To), below), before, limit)
	case conditions[f] != "":
		return closedBehind(tx, organisation, p, before, limit, func() *gorm.DB { return some().Where(conditions[f]) })
	case people[f] != "":
		return closedBehind(tx, organisation, p, before, limit, func() *gorm.DB {
			return some().Where("EXISTS (SELECT 1 FROM case_complainants m WHERE " + asked + " AND " + people[f] + ")")
		})
	}
	return nil, fault.ErrInvalid.With(fault.Field{Path: "figure", Reason: "没有这个指标"})
}

func newest(q *gorm.DB, before int64, limit int) ([]Case, error) {
	if before > 0 {
		q = q.Where("cases.id < ?", before)
	}
	var rows []Case
	return rows, q.Order("cases.id DESC").Limit(limit).Find(&rows).Error
}

// closedBehind looks through what an organisation closed in a period, the newest first: the key of its closings gives the
// ids, and narrow is asked of some at a time.
func closedBehind(tx *store.Tx, organisation int64, p Period, before int64, limit int, narrow func() *gorm.DB) ([]Case, error) {
	q := tx.Model(&Case{}).Where("lead_id = ? AND closed_at >= ? AND closed_at < ?", organisation, p.From, p.To)
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	var ids []int64
	if err := q.Order("id DESC").Limit(maxBehind).Pluck("id", &ids).Error; err != nil {
		return nil, err
	}
	var all []Case
	for len(ids) > 0 && len(all) < limit {
		some := ids[:min(len(ids), behindPage)]
		ids = ids[len(some):]
		var rows []Case
		if err := narrow().Where("cases.id IN ?", some).Order("cases.id DESC").Limit(limit - len(all)).Find(&rows).Error; err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// createdBelow bounds a query to ids that can have come in before a time: what is open then is not looked for among all
// that came since.
func createdBelow(tx *store.Tx, end time.Time) (func(*gorm.DB) *gorm.DB, error) {
	id, err := firstSince(tx, end.Add(spread))
	return func(q *gorm.DB) *gorm.DB {
		if id > 0 {
			q = q.Where("cases.id < ?", id)
		}
		return q
	}, err
}
