package org

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// Leave ends the actor's own right in a home. Those whom an owner invited keep theirs until an owner ends it.
func (s *Service) Leave(ctx context.Context, actor Actor, residenceID int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var r Residence
		if err := tx.Where("id = ? AND person_id = ? AND living IS NOT NULL", residenceID, actor.PersonID).Take(&r).Error; err != nil {
			return store.NotFound(err, ErrResidenceNotFound)
		}
		_, err := endResidences(tx, actor, "left", "id = ?", r.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	return nil
}

// EndHousehold lets an owner end the right of a family member or tenant in their unit.
func (s *Service) EndHousehold(ctx context.Context, actor Actor, residenceID int64) error {
	if err := actor.Must(InviteHousehold); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var r Residence
		err := tx.Where("id = ? AND role <> ? AND living IS NOT NULL", residenceID, RoleOwner).Take(&r).Error
		if err != nil {
			return store.NotFound(err, ErrResidenceNotFound)
		}
		if _, ok := actor.HomeIn(InviteHousehold, r.UnitID); !ok {
			return ErrResidenceNotFound
		}
		_, err = endResidences(tx, actor, "owner_ended", "id = ?", r.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("end household: %w", err)
	}
	return nil
}

// EndLeases closes the homes of tenants whose lease is over, at most 500 a call. Sign-in ignores them from the first
// day already; this records it and tells the tenants.
func (s *Service) EndLeases(ctx context.Context) (int, error) {
	n := 0
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var ids []int64
		today := DayOf(tx.Now)
		err := tx.Model(&Residence{}).Where("living IS NOT NULL AND lease_ends < ?", today).Limit(500).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		n, err = endResidences(tx, audit.System{}, "lease_over", "id IN ?", ids)
		return err
	})
	return n, err
}

// HomeView is one of the actor's homes.
type HomeView struct {
	Residence
	EstateName string
	UnitName   string
	AreaMilli  int64
	AreaSource AreaSource
}

// MyHomes lists the actor's living homes.
func (s *Service) MyHomes(ctx context.Context, actor Actor) ([]HomeView, error) {
	var views []HomeView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var rows []Residence
		if err := tx.Where("person_id = ? AND living IS NOT NULL", actor.PersonID).Order("id").Limit(100).Find(&rows).Error; err != nil {
			return err
		}
		ids, estates := make([]int64, len(rows)), make([]int64, len(rows))
		for i, r := range rows {
			ids[i], estates[i] = r.UnitID, r.EstateID
		}
		var units []Unit
		if err := tx.Select("id", "area_milli", "area_source").Where("id IN ?", ids).Find(&units).Error; err != nil {
			return err
		}
		areas := make(map[int64]Unit, len(units))
		for _, u := range units {
			areas[u.ID] = u
		}
		names, err := UnitNames(tx, ids)
		if err != nil {
			return err
		}
		in, err := EstateNames(tx, estates)
		if err != nil {
			return err
		}
		for _, r := range rows {
			u := areas[r.UnitID]
			views = append(views, HomeView{Residence: r, EstateName: in[r.EstateID], UnitName: names[r.UnitID], AreaMilli: int64(u.AreaMilli), AreaSource: u.AreaSource})
		}
		return nil
	})
	return views, err
}

// Household lists who lives in a unit of which the actor is an owner, people masked.
type Household struct {
	Residence
	Name string
}

// ListHousehold shows an owner who has rights in their unit.
func (s *Service) ListHousehold(ctx context.Context, actor Actor, unitID int64) ([]Household, error) {
	if err := actor.Must(InviteHousehold); err != nil {
		return nil, err
	}
	if _, ok := actor.HomeIn(InviteHousehold, unitID); !ok {
		return nil, ErrUnitNotFound
	}
	var list []Household
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		list, err = s.household(tx, unitID)
		return err
	})
	return list, err
}

func (s *Service) household(tx *store.Tx, unitID int64) ([]Household, error) {
	var rows []Residence
	if err := tx.Where("unit_id = ? AND living IS NOT NULL", unitID).Order("id").Limit(100).Find(&rows).Error; err != nil {
		return nil, err
	}
	list := make([]Household, len(rows))
	for i, r := range rows {
		name, err := s.maskedName(tx, r.PersonID)
		if err != nil {
			return nil, err
		}
		list[i] = Household{Residence: r, Name: name}
	}
	return list, nil
}

// ResidentByPhone finds the account bound to a phone whose holder lives in an estate; 0 for none, or for several.
func ResidentByPhone(tx *store.Tx, estateID int64, phoneIndexes []string) (int64, error) {
	var ids []int64
	err := tx.Model(&Person{}).Where("phone_index IN ? AND id IN (?)", phoneIndexes,
		tx.Model(&Residence{}).Select("person_id").Where("estate_id = ? AND living IS NOT NULL", estateID)).Limit(2).Pluck("id", &ids).Error
	if err != nil || len(ids) != 1 {
		return 0, err
	}
	return ids[0], nil
}
