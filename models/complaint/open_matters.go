package complaint

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// OpenMatter is a matter as a service of Open311.
type OpenMatter struct {
	MatterView
	Duty  string // the policy's own words
	Named bool   // needs a phone
}

// OpenMatters lists the matters of the mandate list in force.
func (s *Service) OpenMatters() []OpenMatter {
	views := s.Matters()
	list := make([]OpenMatter, len(views))
	for i, v := range views {
		duty, _ := s.pack.Clause(v.Clause)
		m, _ := s.pack.Matter(v.Code)
		list[i] = OpenMatter{MatterView: v, Duty: duty.Text, Named: m.Named}
	}
	return list
}

// Now is the clock by which ranges without an end are read.
func (s *Service) Now() time.Time { return s.db.Now() }

// Division is the code of the city for which the mandate list speaks.
func (s *Service) Division() string { return s.pack.Division }

// OpenChangedAt is when what may be reported changed last: the mandate list, or the estates to choose from.
func (s *Service) OpenChangedAt(ctx context.Context) (time.Time, error) {
	at := s.pack.From.Start().UTC()
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var newest []org.Estate
		err := tx.Select("id", "created_at").Order("id DESC").Limit(1).Find(&newest).Error
		if len(newest) == 1 && newest[0].CreatedAt.After(at) {
			at = newest[0].CreatedAt
		}
		return err
	})
	return at, err
}

// OpenEstates lists the codes and names of at most limit estates.
func (s *Service) OpenEstates(ctx context.Context, limit int) ([]org.Estate, error) {
	var rows []org.Estate
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = org.ListEstateNames(tx, limit)
		return err
	})
	return rows, err
}
