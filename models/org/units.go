package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// OwnerView is an owner as lists show them: masked.
type OwnerView struct {
	ID         int64
	Name       string // 王*
	Phone      string // 138****1234
	Recognised bool   // somebody signed in is this owner
	Speaks     bool   // represents the co-owners
}

// UnitView is a unit with its building's name and its current owners, masked.
type UnitView struct {
	Unit
	Building string
	OwnerSet *OwnerSet
	Shares   string
	Owners   []OwnerView
}

// ListUnits pages through an estate's units by id, owners masked.
func (s *Service) ListUnits(ctx context.Context, actor Actor, estateID, buildingID, after int64, limit int) ([]UnitView, error) {
	var rows []UnitView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := EstateFor(tx, actor, ReadRegister, estateID)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ? AND id > ? AND removed_at IS NULL", e.ID, after)
		if buildingID != 0 {
			q = q.Where("building_id = ?", buildingID)
		}
		var units []Unit
		if err := q.Order("id").Limit(limit).Find(&units).Error; err != nil {
			return err
		}
		rows, err = s.viewUnits(tx, units)
		return err
	})
	return rows, err
}

// FindUnit shows one unit, owners masked.
func (s *Service) FindUnit(ctx context.Context, actor Actor, unitID int64) (*UnitView, error) {
	var view *UnitView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		u, err := unitFor(tx, actor, ReadRegister, unitID)
		if err != nil {
			return err
		}
		rows, err := s.viewUnits(tx, []Unit{*u})
		if err != nil {
			return err
		}
		view = &rows[0]
		return nil
	})
	return view, err
}

// unitFor finds a unit in an estate on which the actor may do the action.
func unitFor(tx *store.Tx, actor Actor, action Action, unitID int64) (*Unit, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var u Unit
	err := tx.Scopes(actor.Within(action, "units.estate_id")).Where("id = ? AND removed_at IS NULL", unitID).Take(&u).Error
	if err != nil {
		return nil, store.NotFound(err, ErrUnitNotFound)
	}
	return &u, nil
}

func (s *Service) viewUnits(tx *store.Tx, units []Unit) ([]UnitView, error) {
	views := make([]UnitView, len(units))
	var buildings, ids []int64
	for i, u := range units {
		views[i].Unit = u
		buildings, ids = append(buildings, u.BuildingID), append(ids, u.ID)
	}
	if len(units) == 0 {
		return views, nil
	}
	var named []Building
	if err := tx.Where("id IN ?", buildings).Find(&named).Error; err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, b := range named {
		names[b.ID] = b.Name
	}
	held, sets, owners, err := currentOwners(tx, ids)
	if err != nil {
		return nil, err
	}
	for i := range views {
		views[i].Building = names[views[i].BuildingID]
		h, ok := held[views[i].ID]
		if !ok {
			continue
		}
		set := sets[h.OwnerSetID]
		views[i].OwnerSet, views[i].Shares = &set, h.Shares
		for _, o := range owners[h.OwnerSetID] {
			v, err := s.maskOwner(o)
			if err != nil {
				return nil, err
			}
			v.Speaks = o.ID == set.RepresentativeID
			views[i].Owners = append(views[i].Owners, v)
		}
	}
	return views, nil
}

// currentOwners loads the current ownerships of units with their sets and owners.
func currentOwners(tx *store.Tx, unitIDs []int64) (map[int64]Ownership, map[int64]OwnerSet, map[int64][]Owner, error) {
	var held []Ownership
	if err := tx.Where("current_unit IN ?", unitIDs).Find(&held).Error; err != nil {
		return nil, nil, nil, err
	}
	byUnit, setIDs := make(map[int64]Ownership, len(held)), []int64{0}
	for _, h := range held {
		byUnit[h.UnitID] = h
		setIDs = append(setIDs, h.OwnerSetID)
	}
	var sets []OwnerSet
	if err := tx.Where("id IN ?", setIDs).Find(&sets).Error; err != nil {
		return nil, nil, nil, err
	}
	bySet := make(map[int64]OwnerSet, len(sets))
	for _, x := range sets {
		bySet[x.ID] = x
	}
	var owners []Owner
	if err := tx.Where("owner_set_id IN ?", setIDs).Order("owner_set_id, position").Find(&owners).Error; err != nil {
		return nil, nil, nil, err
	}
	members := make(map[int64][]Owner, len(sets))
	for _, o := range owners {
		members[o.OwnerSetID] = append(members[o.OwnerSetID], o)
	}
	return byUnit, bySet, members, nil
}

func (s *Service) maskOwner(o Owner) (OwnerView, error) {
	name, err := s.vault.Open(o.NameSealed, "owners.name")
	if err != nil {
		return OwnerView{}, err
	}
	phone, err := s.vault.Open(o.PhoneSealed, "owners.phone")
	if err != nil {
		return OwnerView{}, err
	}
	return OwnerView{ID: o.ID, Name: vault.MaskName(name), Phone: vault.MaskPhone(phone), Recognised: o.PersonID != 0}, nil
}

// Revealed is an owner in clear text.
type Revealed struct {
	Name  string
	Phone string
	Paper string
}

// RevealOwners shows the owners of a unit in clear text. The look itself is recorded with its reason before anything
// is shown.
// Faults: ErrForbidden, ErrUnitNotFound, fault.ErrInvalid.
func (s *Service) RevealOwners(ctx context.Context, actor Actor, unitID int64, reason string) ([]Revealed, error) {
	if err := actor.Must(RevealPerson); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明查看的原因（4至200个字），系统会记录"})
	}
	var shown []Revealed
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		shown = nil
		u, err := unitFor(tx, actor, RevealPerson, unitID)
		if err != nil {
			return err
		}
		err = audit.Append(tx, actor, "person.reveal", audit.Subject{Kind: "unit", ID: u.ID, Estate: u.EstateID}, map[string]any{"reason": reason})
		if err != nil {
			return err
		}
		held, _, owners, err := currentOwners(tx, []int64{u.ID})
		if err != nil {
			return err
		}
		for _, o := range owners[held[u.ID].OwnerSetID] {
			r, err := s.reveal(o)
			if err != nil {
				return err
			}
			shown = append(shown, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reveal owners: %w", err)
	}
	return shown, nil
}

func (s *Service) reveal(o Owner) (r Revealed, err error) {
	if r.Name, err = s.vault.Open(o.NameSealed, "owners.name"); err != nil {
		return r, err
	}
	if r.Phone, err = s.vault.Open(o.PhoneSealed, "owners.phone"); err != nil {
		return r, err
	}
	r.Paper, err = s.vault.Open(o.PaperSealed, "owners.paper")
	return r, err
}

// ListBuildings lists an estate's buildings, at most 1000; residents need them to say where something is.
func (s *Service) ListBuildings(ctx context.Context, actor Actor, action Action, estateID int64) ([]Building, error) {
	var rows []Building
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := EstateFor(tx, actor, action, estateID)
		if err != nil {
			return err
		}
		return tx.Where("estate_id = ?", e.ID).Order("id").Limit(1000).Find(&rows).Error
	})
	return rows, err
}
