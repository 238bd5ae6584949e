package disclosure

import (
	"context"
	"slices"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// mostBuildings bounds the sheet of an estate's codes; mostNotices what is looked through for one building's board.
const (
	mostBuildings = 300
	mostNotices   = 200
)

// BuildingsPublic lists the buildings of an estate with its name, for anybody. Fault: org.ErrEstateNotFound.
func (s *Service) BuildingsPublic(ctx context.Context, estate int64) (name string, rows []org.Building, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.OpenEstate(tx, estate)
		if err != nil {
			return err
		}
		name = e.Name
		return tx.Where("estate_id = ?", estate).Order("id").Limit(mostBuildings).Find(&rows).Error
	})
	return name, rows, err
}

// ListPublicOf gives the newest public notices of an estate, at most limit; with a building those that are about the whole estate or about
// it. Faults: org.ErrEstateNotFound.
func (s *Service) ListPublicOf(ctx context.Context, estate, building int64, limit int) ([]View, error) {
	if building == 0 {
		return s.ListPublic(ctx, estate, 0, limit)
	}
	views, err := s.ListPublic(ctx, estate, 0, mostNotices)
	views = slices.DeleteFunc(views, func(v View) bool { return !touches(v.Concerns, building) })
	return views[:min(len(views), limit)], err
}

func touches(s event.Scope, building int64) bool {
	return s.Whole() || slices.Contains(s.Buildings, building)
}

// BuildingPublic finds a building for anybody. Fault: org.ErrEstateNotFound.
func (s *Service) BuildingPublic(ctx context.Context, id int64) (*org.Building, error) {
	var b org.Building
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return store.NotFound(tx.Where("id = ?", id).Take(&b).Error, org.ErrEstateNotFound)
	})
	return &b, err
}
