package committee

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// CollectionView is a task as somebody may see it.
type CollectionView struct {
	Collection
	Unit string // empty where the unit need not be spoken with any more
	Mine bool
}

// stillOwing says which of some open tasks stand: the unit still owes and nobody else owns it.
func (s *Service) stillOwing(tx *store.Tx, list []Collection) (map[int64]bool, error) {
	type key struct {
		organisation, estate int64
		kind                 DebtKind
	}
	by, units := map[key][]int64{}, make([]int64, len(list))
	for i, x := range list {
		k := key{x.OrganisationID, x.EstateID, x.Kind}
		by[k], units[i] = append(by[k], x.UnitID), x.UnitID
	}
	sets, err := ownerSets(tx, append(units, 0))
	if err != nil {
		return nil, err
	}
	owing := map[key]map[int64]string{}
	for k, units := range by {
		if owing[k], err = s.debts.Owing(tx, nil, k.organisation, k.estate, k.kind, units); err != nil {
			return nil, err
		}
	}
	still := map[int64]bool{}
	for _, x := range list {
		still[x.ID] = owing[key{x.OrganisationID, x.EstateID, x.Kind}][x.UnitID] != "" && sets[x.UnitID] == x.OwnerSetID
	}
	return still, nil
}

// ListCollections pages through the tasks of the running term, newest first, for its sitting members. Those whose unit has paid, is
// paused or was sold show no unit. Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoTerm, ErrNotMember.
func (s *Service) ListCollections(ctx context.Context, actor org.Actor, estate int64, state string, before int64, limit int) ([]CollectionView, error) {
	var list []CollectionView
	err := s.db.InTx(ctx, func(tx *store.Tx) error { // me may bind the actor's account to the member
		t, err := running(tx, actor, org.ActCommittee, estate)
		if err != nil {
			return err
		}
		me, err := s.me(tx, actor, t.ID)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ? AND term_id = ?", t.EstateID, t.ID)
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []Collection
		if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		if list, err = viewCollections(tx, rows); err != nil {
			return err
		}
		var live []Collection
		for _, x := range rows {
			if x.Live != nil {
				live = append(live, x)
			}
		}
		still, err := s.stillOwing(tx, live)
		if err != nil {
			return err
		}
		for i := range list {
			x := &list[i]
			if x.Mine = x.MemberID == me.ID && me.ID != 0; !still[x.ID] && !x.Mine || x.Live != nil && !still[x.ID] {
				x.Unit, x.UnitID = "", 0
			}
			if !x.Mine {
				x.Text = ""
			}
		}
		return nil
	})
	return list, err
}

// ListGivenCollections pages through what the actor's organisation asked the committee to do at an estate, newest first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListGivenCollections(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]CollectionView, error) {
	var list []CollectionView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.HandCollection, estate)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ? AND organisation_id = ?", e.ID, actor.OrganisationID())
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []Collection
		if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		list, err = viewCollections(tx, rows)
		return err
	})
	return list, err
}

// ListMyCollections lists what the committee was asked about the actor's home, while it is the same owners', newest first.
// Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) ListMyCollections(ctx context.Context, actor org.Actor, unit int64) ([]CollectionView, error) {
	if err := actor.Must(org.FollowHome); err != nil {
		return nil, err
	}
	if _, ok := actor.HomeIn(org.FollowHome, unit); !ok {
		return nil, ErrNotFound
	}
	var list []CollectionView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		sets, err := ownerSets(tx, []int64{unit})
		if err != nil {
			return err
		}
		var rows []Collection
		if err := tx.Where("unit_id = ? AND owner_set_id = ?", unit, sets[unit]).Order("id DESC").Limit(50).Find(&rows).Error; err != nil {
			return err
		}
		list, err = viewCollections(tx, rows)
		return err
	})
	return list, err
}

func viewCollections(tx *store.Tx, rows []Collection) ([]CollectionView, error) {
	list, units := make([]CollectionView, len(rows)), make([]int64, len(rows))
	for i, x := range rows {
		list[i].Collection, units[i] = x, x.UnitID
	}
	names, err := org.UnitNames(tx, units)
	for i := range list {
		list[i].Unit = names[list[i].UnitID]
	}
	return list, err
}
