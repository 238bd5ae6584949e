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
	Duty string // the policy's own words
}

// OpenMatters lists the matters of the mandate list in force.
func (s *Service) OpenMatters(ctx context.Context) ([]OpenMatter, error) {
	p, err := s.MandatesNow(ctx)
	if err != nil {
		return nil, err
	}
	views := mattersOf(p)
	list := make([]OpenMatter, len(views))
	for i, v := range views {
		duty, _ := p.Clause(v.Clause)
		list[i] = OpenMatter{MatterView: v, Duty: duty.Text}
	}
	return list, nil
}

// Now is the clock by which ranges without an end are read.
func (s *Service) Now() time.Time { return s.db.Now() }

// Division is the code of the city for which the mandate list speaks.
func (s *Service) Division() string { return s.pack.Division }

// OpenChangedAt is when what may be reported changed last: the mandate list, or the estates to choose from.
func (s *Service) OpenChangedAt(ctx context.Context) (time.Time, error) {
	at := s.pack.From.Start().UTC()
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var revised []MandateVersion
		if err := tx.Select("id", "confirmed_at").Where("pack = ? AND number IS NOT NULL", s.pack.Code).Order("number DESC").Limit(1).Find(&revised).Error; err != nil {
			return err
		}
		if len(revised) == 1 && revised[0].ConfirmedAt.After(at) {
			at = *revised[0].ConfirmedAt
		}
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
