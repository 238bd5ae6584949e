package fee

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// PauseView is a pause as somebody may see it: Why is empty where it is not theirs to read.
type PauseView struct {
	Pause
	Unit  string
	Why   string
	Files []int64
}

// ListPauses pages through an estate's pauses, newest first: the company's own policies, or the hardship that the community decides,
// with its reason. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListPauses(ctx context.Context, actor org.Actor, estate int64, state string, before int64, limit int) ([]PauseView, error) {
	action, kind := org.RunFees, ByPolicy
	if actor.Must(action) != nil {
		action, kind = org.DecideHardship, ByHardship
	}
	var list []PauseView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, action, estate)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ? AND kind = ?", e.ID, kind)
		if kind == ByPolicy {
			q = q.Where("company_id = ?", actor.OrganisationID())
		}
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []Pause
		if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		list, err = s.viewPauses(tx, e.ID, rows)
		return err
	})
	return list, err
}

// ListMyPauses lists the pauses for hardship of the actor's home, newest first. Faults: org.ErrForbidden, ErrUnit.
func (s *Service) ListMyPauses(ctx context.Context, actor org.Actor, unit int64) ([]PauseView, error) {
	var list []PauseView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		h, err := homeOf(tx, actor, unit)
		if err != nil {
			return err
		}
		// What earlier owners told of themselves is not theirs to read.
		var rows []Pause
		err = tx.Where("estate_id = ? AND unit_id = ? AND kind = ? AND asked_at >= ?", h.unit.EstateID, unit, ByHardship, h.since).Order("id DESC").Limit(50).Find(&rows).Error
		if err != nil {
			return err
		}
		if list, err = s.viewPauses(tx, h.unit.EstateID, rows); err != nil {
			return err
		}
		for i := range list {
			if list[i].AskedBy != actor.PersonID { // not even the family's
				list[i].Why = ""
			}
		}
		return nil
	})
	return list, err
}

func (s *Service) viewPauses(tx *store.Tx, estate int64, rows []Pause) ([]PauseView, error) {
	list, units, ids := make([]PauseView, len(rows)), make([]int64, len(rows)), make([]int64, len(rows))
	for i, p := range rows {
		list[i].Pause, units[i], ids[i] = p, p.UnitID, p.ID
	}
	names, err := unitNames(tx, estate, units)
	if err != nil {
		return nil, err
	}
	files, err := s.files.IDsIn(tx, PauseFiles, ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		p := &list[i]
		p.Unit, p.Why, p.Files = names[p.UnitID], p.Reason, files[p.ID]
		if p.UnitID == 0 {
			p.Unit = "全小区"
		}
		if p.ReasonSealed != "" {
			if p.Why, err = s.vault.Open(p.ReasonSealed, sealedReason); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}
