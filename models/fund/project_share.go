package fund

import (
	"context"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ListShares pages through what each property bears of a project, in the order of doors. What a sub-account could not pay is a debt: it is shown to
// whoever keeps the account and to whoever is in charge, to nobody else.
// Faults: org.ErrForbidden, ErrNoProject.
func (s *Service) ListShares(ctx context.Context, actor org.Actor, id, after int64, limit int) ([]ProjectShare, error) {
	if err := actor.Must(org.RunProject); err != nil {
		return nil, err
	}
	var rows []ProjectShare
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := projectFor(tx, actor, org.RunProject, id, false)
		if err != nil {
			return err
		}
		if err := tx.Where("project_id = ? AND id > ?", p.ID, after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var a Account
		if err := tx.Where("estate_id = ?", p.EstateID).Limit(1).Find(&a).Error; err != nil {
			return err
		}
		if p.OrganisationID != actor.OrganisationID() && !keeps(actor, &a) && (actor.Post.OrgKind != org.Bureau || p.Kind != OrderedUse) {
			for i := range rows {
				rows[i].Charged, rows[i].Short = 0, 0
			}
		}
		return nil
	})
	return rows, err
}

// Charge is a share with the project that it is of: all that a line of a resident's statement hangs on.
type Charge struct {
	ProjectShare
	Evidence
	Project Project
}

// ListCharges pages through what projects laid on a home, newest first, for its owner.
// Faults: org.ErrForbidden, org.ErrUnitNotFound.
func (s *Service) ListCharges(ctx context.Context, actor org.Actor, unit, before int64, limit int) ([]Charge, error) {
	if err := actor.Must(org.FollowProject); err != nil {
		return nil, err
	}
	if _, ok := actor.HomeIn(org.FollowProject, unit); !ok {
		return nil, org.ErrUnitNotFound
	}
	var list []Charge
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("unit_id = ?", unit)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		if err := charges(tx, q.Order("id DESC").Limit(limit), &list); err != nil {
			return err
		}
		return s.evidence(tx, list)
	})
	return list, err
}

// OwnShares shows an owner what their homes bear of a project.
// Faults: org.ErrForbidden, ErrNoProject.
func (s *Service) OwnShares(ctx context.Context, actor org.Actor, id int64) ([]Charge, error) {
	if err := actor.Must(org.FollowProject); err != nil {
		return nil, err
	}
	var list []Charge
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := projectFor(tx, actor, org.FollowProject, id, false)
		if err != nil {
			return err
		}
		units := []int64{0}
		for _, h := range actor.Homes {
			if h.Role == org.RoleOwner && h.EstateID == p.EstateID {
				units = append(units, h.UnitID)
			}
		}
		if err := charges(tx, tx.Where("project_id = ? AND unit_id IN ?", p.ID, units).Order("unit_id, payer").Limit(200), &list); err != nil {
			return err
		}
		return s.evidence(tx, list)
	})
	return list, err
}

func charges(tx *store.Tx, q *gorm.DB, list *[]Charge) error {
	var rows []ProjectShare
	if err := q.Find(&rows).Error; err != nil || len(rows) == 0 {
		return err
	}
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ProjectID
	}
	var projects []Project
	if err := tx.Where("id IN ?", ids).Find(&projects).Error; err != nil {
		return err
	}
	byID := make(map[int64]Project, len(projects))
	for _, p := range projects {
		byID[p.ID] = p
	}
	for _, x := range rows {
		*list = append(*list, Charge{ProjectShare: x, Project: byID[x.ProjectID]})
	}
	return nil
}
