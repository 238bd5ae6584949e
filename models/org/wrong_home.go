package org

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// ListResidences shows an office who has rights in a unit, people masked.
// Faults: ErrForbidden, ErrUnitNotFound.
func (s *Service) ListResidences(ctx context.Context, actor Actor, unitID int64) ([]Household, error) {
	var list []Household
	err := s.db.View(ctx, func(tx *store.Tx) error {
		u, err := unitFor(tx, actor, RecordOwnership, unitID)
		if err != nil {
			return err
		}
		list, err = s.household(tx, u.ID)
		return err
	})
	return list, err
}

// EndWrongResidence ends a home that somebody should not have had, with a reason. A wrongly recognised owner loses
// every home that came of that owner of the roster, those whom they invited do too, and the owner is free for the
// right account; if the roster has the wrong account's phone it is forgotten, or the next sign-in would open the
// homes again.
// Faults: ErrForbidden, ErrResidenceNotFound, fault.ErrInvalid.
func (s *Service) EndWrongResidence(ctx context.Context, actor Actor, residenceID int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明核对了什么（2至200个字）"})
	}
	if err := actor.Must(RecordOwnership); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var r Residence
		err := tx.Scopes(actor.Within(RecordOwnership, "residences.estate_id")).Where("id = ? AND living IS NOT NULL", residenceID).Take(&r).Error
		if err != nil {
			return store.NotFound(err, ErrResidenceNotFound)
		}
		if r.PersonID == actor.PersonID {
			return ErrForbidden.Saying("不能办理自己的房屋，请由同事办理")
		}
		err = audit.Append(tx, actor, "residence.correct", audit.Subject{Kind: "unit", ID: r.UnitID, Estate: r.EstateID}, map[string]any{"residence": r.ID, "reason": reason})
		if err != nil {
			return err
		}
		if r.Role != RoleOwner || r.OwnerID == 0 {
			if _, err := endResidences(tx, actor, "corrected", "id = ?", r.ID); err != nil {
				return err
			}
			return s.part(tx, actor, 0, r.PersonID, r.UnitID)
		}
		if err := bumpRegister(tx, r.EstateID); err != nil {
			return err
		}
		var o Owner
		if err := tx.Where("id = ?", r.OwnerID).Take(&o).Error; err != nil {
			return store.NotFound(err, ErrResidenceNotFound)
		}
		return s.unbind(tx, actor, o, r.PersonID)
	})
	if err != nil {
		return fmt.Errorf("end wrong residence: %w", err)
	}
	return nil
}

// unbind parts an owner of the roster from an account that is not theirs.
func (s *Service) unbind(tx *store.Tx, actor audit.Actor, o Owner, person int64) error {
	const theirs = "owner_id = ? AND (person_id = ? OR basis = 'invitation')"
	var guests []int64
	if err := tx.Model(&Residence{}).Where("living IS NOT NULL AND person_id <> ?", person).Where(theirs, o.ID, person).Distinct().Pluck("person_id", &guests).Error; err != nil {
		return err
	}
	if _, err := endResidences(tx, actor, "corrected", theirs, o.ID, person); err != nil {
		return err
	}
	change := map[string]any{"person_id": 0}
	same, err := s.hasPhone(tx, person, o)
	if err != nil {
		return err
	}
	if same {
		change["phone_sealed"], change["phone_index"] = "", ""
	}
	if err := tx.Model(&Owner{}).Where("id = ? AND person_id IN (0, ?)", o.ID, person).Updates(change).Error; err != nil {
		return err
	}
	for _, who := range append([]int64{person}, guests...) {
		if err := s.part(tx, actor, o.ID, who, 0); err != nil {
			return err
		}
	}
	return nil
}

// hasPhone reports whether a person's own phone is the one that the roster names for an owner.
func (s *Service) hasPhone(tx *store.Tx, person int64, o Owner) (bool, error) {
	if person == 0 || o.PhoneIndex == "" {
		return false, nil
	}
	phone, err := s.phoneOf(tx, person)
	if err != nil || phone == "" {
		return false, err
	}
	return slices.Contains(s.vault.Indexes("phone", phone), o.PhoneIndex), nil
}
