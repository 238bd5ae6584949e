package complaint

import (
	"context"
	"errors"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// AboutView is a body that a complaint can be about.
type AboutView struct {
	Code string // what Draft.About takes
	Name string
}

// ListAbout lists the bodies that a complaint from an estate can be about: its own, then the city's.
func (s *Service) ListAbout(ctx context.Context, actor org.Actor, estateID int64) ([]AboutView, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	var views []AboutView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.FileComplaint, estateID)
		if err != nil {
			return err
		}
		views, err = s.aboutOf(tx, e)
		return err
	})
	return views, err
}

// Choices are what a form without sign-in offers: the estate's buildings, and the bodies that a complaint can be about.
type Choices struct {
	Estate    string
	Buildings []org.Building
	About     []AboutView
}

// ListChoices lists them. Anybody may read it. Fault: org.ErrEstateNotFound.
func (s *Service) ListChoices(ctx context.Context, estateID int64) (*Choices, error) {
	var ch Choices
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.OpenEstate(tx, estateID)
		if err != nil {
			return err
		}
		ch.Estate = e.Name
		if err := tx.Where("estate_id = ?", e.ID).Order("id").Limit(300).Find(&ch.Buildings).Error; err != nil {
			return err
		}
		ch.About, err = s.aboutOf(tx, e)
		return err
	})
	return &ch, err
}

func (s *Service) aboutOf(tx *store.Tx, e *org.Estate) ([]AboutView, error) {
	var views []AboutView
	own := []struct {
		code string
		id   int64
	}{{"company", e.CompanyID}, {"committee", e.CommitteeID}, {"community", e.CommunityID}, {"township", e.TownshipID}}
	names, err := org.Organisations(tx, []int64{e.CompanyID, e.CommitteeID, e.CommunityID, e.TownshipID})
	if err != nil {
		return nil, err
	}
	for _, o := range own {
		if o.id != 0 {
			views = append(views, AboutView{Code: o.code, Name: names[o.id].Name})
		}
	}
	var city []org.Organisation
	if err := tx.Where("city_wide = ? AND closed_at IS NULL", true).Order("id").Limit(200).Find(&city).Error; err != nil {
		return nil, err
	}
	for _, o := range city {
		if _, ok := s.pack.Organisation(o.Code); ok {
			views = append(views, AboutView{Code: o.Code, Name: o.Name})
		}
	}
	return views, nil
}

// aboutBody finds the organisation complained about; 0 for none, or for a body that the estate does not have.
func aboutBody(tx *store.Tx, pack *rulepack.Pack, e *org.Estate, about string) (int64, error) {
	switch about {
	case "":
		return 0, nil
	case "company":
		return e.CompanyID, nil
	case "committee":
		return e.CommitteeID, nil
	case "community":
		return e.CommunityID, nil
	case "township":
		return e.TownshipID, nil
	case "bureau":
		about = "housing-bureau"
	}
	if _, known := pack.Organisation(about); !known {
		return 0, ErrAbout
	}
	o, err := org.OrganisationByCode(tx, about)
	if errors.Is(err, org.ErrOrganisationNotFound) {
		return 0, ErrAbout
	}
	if err != nil {
		return 0, err
	}
	return o.ID, nil
}
