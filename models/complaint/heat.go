package complaint

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Heat is how much is complained of in an estate: complaints that came in within a period, those of them that are urgent,
// what is open at its end, and how many units the estate has.
type Heat struct {
	EstateID            int64
	Estate              string
	Filed, Urgent, Open int64
	Units               int64
	Matters             []MatterCount `gorm:"-"` // the most frequent, at most five
}

// PerThousand is how many complaints came in for each thousand units, times a hundred, half up; false without units.
func (h Heat) PerThousand() (int64, bool) {
	if h.Units == 0 {
		return 0, false
	}
	return (2*h.Filed*100_000 + h.Units) / (2 * h.Units), true
}

// MatterCount is a matter with its complaints.
type MatterCount struct {
	Code, Name string
	N          int64
}

const maxHeat = 2000

// heated narrows to the complaints that count.
func heated(actor org.Actor) func(*gorm.DB) *gorm.DB { return Backlog{}.counts(actor) }

// ListHeat gives the heat of every estate with a complaint, the hottest for its size first.
// Faults: ErrForbidden, ErrPeriod.
func (s *Service) ListHeat(ctx context.Context, actor org.Actor, p Period) ([]Heat, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	var list []Heat
	err := s.db.View(ctx, func(tx *store.Tx) error {
		in := "cases.created_at >= ? AND cases.created_at < ?"
		err := tx.Table("cases").Scopes(heated(actor)).Select("cases.estate_id, SUM(CASE WHEN "+in+" THEN 1 ELSE 0 END) AS filed, SUM(CASE WHEN "+in+" AND cases.urgent = ? THEN 1 ELSE 0 END) AS urgent, "+
			"SUM(CASE WHEN "+wasOpen+" THEN 1 ELSE 0 END) AS open", p.From, p.To, p.From, p.To, true, p.To, p.To, p.To, p.To).
			Where("((cases.created_at >= ? AND cases.created_at < ?) OR (cases.created_at < ? AND (cases.closed_at IS NULL OR cases.closed_at >= ?)))", p.From, p.To, p.To, p.To).
			Group("cases.estate_id").Order("filed DESC, cases.estate_id").Limit(maxHeat).Find(&list).Error
		if err != nil {
			return err
		}
		ids := []int64{0}
		for _, h := range list {
			ids = append(ids, h.EstateID)
		}
		names, err := org.EstateNames(tx, ids)
		if err != nil {
			return err
		}
		var units []struct{ EstateID, N int64 }
		if err := tx.Model(&org.Unit{}).Select("estate_id, COUNT(*) AS n").Where("estate_id IN ? AND removed_at IS NULL", ids).Group("estate_id").Find(&units).Error; err != nil {
			return err
		}
		var matters []struct {
			EstateID           int64
			Matter, MatterName string
			N                  int64
		}
		err = tx.Table("cases").Scopes(heated(actor)).Select("cases.estate_id, cases.matter, MAX(cases.matter_name) AS matter_name, COUNT(*) AS n").Where(in, p.From, p.To).
			Group("cases.estate_id, cases.matter").Order("n DESC, cases.matter").Limit(20 * maxHeat).Find(&matters).Error
		if err != nil {
			return err
		}
		for i := range list {
			h := &list[i]
			h.Estate = names[h.EstateID]
			for _, u := range units {
				if u.EstateID == h.EstateID {
					h.Units = u.N
				}
			}
			for _, m := range matters {
				if m.EstateID == h.EstateID && len(h.Matters) < 5 {
					h.Matters = append(h.Matters, MatterCount{m.Matter, m.MatterName, m.N})
				}
			}
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b Heat) int {
		x, _ := a.PerThousand()
		y, _ := b.PerThousand()
		return cmp.Compare(y, x)
	})
	return list, err
}

// HeatFigure names a number of Heat.
type HeatFigure string

// The numbers behind which cases stand.
const (
	HeatFiled  HeatFigure = "filed"
	HeatUrgent HeatFigure = "urgent"
	HeatOpen   HeatFigure = "open"
)

// HeatCases pages through the complaints behind a number of an estate, of one matter where it is named, newest first.
// Faults: ErrForbidden, ErrPeriod.
func (s *Service) HeatCases(ctx context.Context, actor org.Actor, p Period, estate int64, what HeatFigure, matter string, before int64, limit int) ([]View, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Case{}).Scopes(heated(actor)).Where("cases.estate_id = ?", estate)
		if what == HeatOpen {
			q = q.Scopes(openAt(p.To))
		} else {
			q = q.Where("cases.created_at >= ? AND cases.created_at < ?", p.From, p.To)
		}
		if what == HeatUrgent {
			q = q.Where("cases.urgent = ?", true)
		}
		if matter != "" {
			q = q.Where("cases.matter = ?", matter)
		}
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
