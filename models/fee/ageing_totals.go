package fee

import (
	"cmp"
	"context"
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// BuildingArrears is what a building's open bills want together; BuildingID is 0 for buildings that were put together.
type BuildingArrears struct {
	BuildingID int64
	Name       string
	Bills      int64
	Due        Ageing
}

// ArrearsTotals are an estate's arrears by building.
type ArrearsTotals struct {
	Arrears
	Buildings []BuildingArrears
	Hidden    bool // the estate has too few homes for any sum
}

// FindArrearsTotals sums an estate's open bills by building, never whose they are: a building of fewer than fewest homes is put
// together with the next smallest. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) FindArrearsTotals(ctx context.Context, actor org.Actor, estate int64) (*ArrearsTotals, error) {
	t := &ArrearsTotals{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFeeTotals, estate)
		if err != nil {
			return err
		}
		g, err := groupsOf(tx, e.ID)
		if err != nil {
			return err
		}
		company := int64(0)
		if actor.Must(org.RunFees) == nil {
			company = actor.OrganisationID()
		}
		t.On = org.DayOf(tx.Now)
		if g.hidden {
			t.Hidden = true
			return nil
		}
		all, err := arrearsOf(tx, e.ID, company)
		if err != nil {
			return err
		}
		t.Arrears = *all
		var rows []aged
		if err := age(tx, openDue(tx, e.ID, company), t.On, "d.building_id").Group("d.building_id").Order("d.building_id").Scan(&rows).Error; err != nil {
			return err
		}
		t.Buildings = g.together(rows)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// groups are an estate's buildings as they may be shown.
type groups struct {
	of     map[int64]int64 // building → itself, or 0
	names  map[int64]string
	hidden bool
}

// groupsOf reads them.
func groupsOf(tx *store.Tx, estate int64) (*groups, error) {
	var houses []org.Building
	if err := tx.Where("estate_id = ?", estate).Order("id").Limit(2000).Find(&houses).Error; err != nil {
		return nil, err
	}
	var n []struct{ BuildingID, Homes int64 }
	if err := tx.Model(&org.Unit{}).Select("building_id, COUNT(*) AS homes").Where("estate_id = ? AND removed_at IS NULL", estate).Group("building_id").Scan(&n).Error; err != nil {
		return nil, err
	}
	homes, names := map[int64]int64{}, map[int64]string{}
	for _, b := range houses {
		homes[b.ID], names[b.ID] = 0, b.Name
	}
	for _, x := range n {
		homes[x.BuildingID] = x.Homes
	}
	g := group(homes)
	g.names = names
	g.names[0] = "户数少的幢（合并）"
	return g, nil
}

// group puts the smallest buildings together until no group is of fewer than fewest homes.
func group(homes map[int64]int64) *groups {
	g := &groups{of: map[int64]int64{}}
	ids := make([]int64, 0, len(homes))
	for id := range homes {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(homes[a], homes[b]), cmp.Compare(a, b)) })
	together, some := int64(0), false
	for _, id := range ids {
		if homes[id] < fewest || some && together < fewest {
			g.of[id], some = 0, true
			together += homes[id]
			continue
		}
		g.of[id] = id
	}
	g.hidden = some && together < fewest
	return g
}

// together adds up rows of buildings that may not be shown alone. One that the register no longer has goes with them.
func (g *groups) together(rows []aged) []BuildingArrears {
	var list []BuildingArrears
	place := map[int64]int{}
	for _, r := range rows {
		id := g.of[r.BuildingID]
		at, ok := place[id]
		if !ok {
			at = len(list)
			place[id] = at
			list = append(list, BuildingArrears{BuildingID: id, Name: g.names[id]})
		}
		b := &list[at]
		b.Bills += r.Bills
		for i, f := range r.ageing() {
			b.Due[i] += f
		}
	}
	return list
}
