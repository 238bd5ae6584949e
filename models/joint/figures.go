package joint

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// CheckIns is how an office answered the whistles that closed in a period.
type CheckIns struct {
	OrganisationID int64
	Name           string
	Counts         map[string]int64
}

// checkIns are what is counted of each summons; every figure is a number and the condition of the whistles behind it.
var checkIns = map[string]string{
	"called":    "s.state NOT IN ('listed', 'excused', 'released')", // had to come: the denominator
	"arrived":   "s.state = 'arrived'",
	"late":      "s.state = 'arrived' AND s.arrived_at > COALESCE(s.due_at, whistles.due_at)",
	"away":      "s.state = 'arrived' AND s.away = 1",
	"absent":    "s.state = 'absent'",
	"excused":   "s.state = 'excused'",
	"refused":   "s.refused_clause <> ''",
	"rated":     "s.rated_at IS NOT NULL",
	"response":  "s.response = 'yes'",
	"solved":    "s.solved = 'yes'",
	"satisfied": "s.satisfied = 'yes'",
}

// CheckInNames are the figures as people read them.
var CheckInNames = map[string]string{"called": "应报到", "arrived": "已报到", "late": "逾期报到", "away": "不在现场报到", "absent": "未报到", "excused": "裁定不用到场", "refused": "拒绝过",
	"rated": "被评价", "response": "响应满意", "solved": "解决满意", "satisfied": "总体满意"}

// countedBy narrows to the summonses that an office sees in figures: all, of whistles of its area, its own.
func countedBy(actor org.Actor, p complaint.Period) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = actor.NotAbout("whistles.about_id")(q).Where("whistles.state = ? AND whistles.closed_at >= ? AND whistles.closed_at < ? AND whistles.blown_at IS NOT NULL", Closed, p.From, p.To)
		switch {
		case actor.Has(org.ReadFigures, org.ScopeCity):
			return q
		case actor.Has(org.ReadFigures, org.ScopeJurisdiction):
			return actor.Within(org.ReadFigures, "whistles.estate_id")(q)
		}
		return q.Where("s.organisation_id = ?", actor.OrganisationID())
	}
}

// ListCheckIns counts by office how it answered the whistles that closed in a period, by name.
// Faults: ErrForbidden, complaint.ErrPeriod.
func (s *Service) ListCheckIns(ctx context.Context, actor org.Actor, p complaint.Period) ([]CheckIns, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	var list []CheckIns
	err := s.db.View(ctx, func(tx *store.Tx) error {
		columns := "s.organisation_id AS organisation_id"
		for name, where := range checkIns {
			columns += ", SUM(CASE WHEN " + where + " THEN 1 ELSE 0 END) AS f_" + name
		}
		var rows []map[string]any
		err := tx.Table("whistle_summons s").Select(columns).Joins("JOIN whistles ON whistles.id = s.whistle_id").Scopes(countedBy(actor, p)).Group("s.organisation_id").Limit(2000).Find(&rows).Error
		if err != nil {
			return err
		}
		ids := []int64{0}
		for _, r := range rows {
			c := CheckIns{OrganisationID: complaint.Number(r["organisation_id"]), Counts: map[string]int64{}}
			for name := range checkIns {
				c.Counts[name] = complaint.Number(r["f_"+name])
			}
			ids = append(ids, c.OrganisationID)
			list = append(list, c)
		}
		names, err := org.Organisations(tx, ids)
		for i := range list {
			list[i].Name = names[list[i].OrganisationID].Name
		}
		return err
	})
	slices.SortFunc(list, func(a, b CheckIns) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// ListCheckInWhistles pages through the whistles behind a number of ListCheckIns, newest first.
// Faults: ErrForbidden, complaint.ErrPeriod, fault.ErrInvalid.
func (s *Service) ListCheckInWhistles(ctx context.Context, actor org.Actor, p complaint.Period, organisation int64, figure string, before int64, limit int) ([]View, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	where, ok := checkIns[figure]
	if !ok {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "figure", Reason: "没有这个指标"})
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Whistle{}).Select("whistles.*").Joins("JOIN whistle_summons s ON s.whistle_id = whistles.id").Scopes(countedBy(actor, p)).Where("s.organisation_id = ?", organisation).Where(where)
		if before > 0 {
			q = q.Where("whistles.id < ?", before)
		}
		var rows []Whistle
		if err := q.Order("whistles.id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = s.view(tx, rows)
		return err
	})
	return views, err
}
