package org

import (
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
)

// scoped narrows a query to rows whose unit is in a scope; unit is the column.
func scoped(tx *store.Tx, s event.Scope, unit string) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		if s.Whole() {
			return q
		}
		in := tx.Session(&gorm.Session{NewDB: true}).Model(&Unit{}).Select("id").Where("removed_at IS NULL AND (building_id IN ? OR id IN ?)", s.Buildings, s.Units)
		return q.Where(unit+" IN (?)", in)
	}
}

// HasParts tells whether all that a scope names is an estate's.
func HasParts(tx *store.Tx, estate int64, s event.Scope) (bool, error) {
	for _, part := range []struct {
		model any
		ids   []int64
	}{{&Building{}, s.Buildings}, {&Unit{}, s.Units}} {
		ids := slices.Compact(slices.Sorted(slices.Values(part.ids)))
		var n int64
		if err := tx.Model(part.model).Where("estate_id = ? AND id IN ?", estate, ids).Count(&n).Error; err != nil || n != int64(len(ids)) {
			return false, err
		}
	}
	return true, nil
}

// ResidentsIn gives the next people with a living home in a part of an estate, each once, by their id.
func ResidentsIn(tx *store.Tx, estate int64, s event.Scope, after int64, limit int) ([]int64, error) {
	var people []int64
	err := tx.Model(&Residence{}).Distinct("person_id").Scopes(scoped(tx, s, "unit_id")).
		Where("estate_id = ? AND living IS NOT NULL AND (lease_ends IS NULL OR lease_ends >= ?) AND person_id > ?", estate, DayOf(tx.Now), after).
		Order("person_id").Limit(limit).Pluck("person_id", &people).Error
	return people, err
}

// OwnersIn gives the next people who own in a part of an estate, each once, by their id: those the roster names with their account,
// whether they live there or not, and those an office has recognised.
func OwnersIn(tx *store.Tx, estate int64, s event.Scope, after int64, limit int) ([]int64, error) {
	var named, recognised []int64
	err := tx.Model(&Owner{}).Distinct("person_id").Where("owners.estate_id = ? AND owners.person_id > ?", estate, after).Where("(?) IS NOT NULL", holds(tx, s)).
		Order("person_id").Limit(limit).Pluck("person_id", &named).Error
	if err != nil {
		return nil, err
	}
	err = tx.Model(&Residence{}).Distinct("person_id").Scopes(scoped(tx, s, "unit_id")).Where("estate_id = ? AND living IS NOT NULL AND role = ? AND person_id > ?", estate, RoleOwner, after).
		Order("person_id").Limit(limit).Pluck("person_id", &recognised).Error
	if err != nil {
		return nil, err
	}
	all := append(named, recognised...)
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(limit, len(all))], nil
}

// StrangersIn gives the next owners in a part of an estate of whom nobody has an account, by the roster's id: paper alone reaches
// them. What the developer has not sold is no home to write to.
func StrangersIn(tx *store.Tx, estate int64, s event.Scope, after int64, limit int) ([]int64, error) {
	var owners []int64
	err := tx.Model(&Owner{}).Joins("JOIN owner_sets os ON os.id = owners.owner_set_id AND os.kind <> 'developer'").
		Where("owners.estate_id = ? AND owners.person_id = 0 AND owners.id > ?", estate, after).Where("(?) IS NOT NULL", holds(tx, s)).
		Where("NOT EXISTS (SELECT 1 FROM owners x WHERE x.owner_set_id = owners.owner_set_id AND x.person_id <> 0)").
		Where("NOT EXISTS (SELECT 1 FROM ownerships w JOIN residences r ON r.unit_id = w.current_unit AND r.living IS NOT NULL AND r.role = ? WHERE w.owner_set_id = owners.owner_set_id)", RoleOwner).
		Order("owners.id").Limit(limit).Pluck("owners.id", &owners).Error
	return owners, err
}

// holds gives 1 where the set of an owner holds a unit in use of a scope. It is one value and not EXISTS, which MariaDB would answer by
// walking all that the estate owns for each page.
func holds(tx *store.Tx, s event.Scope) *gorm.DB {
	return tx.Session(&gorm.Session{NewDB: true}).Table("ownerships w").Select("1").Joins("JOIN units u ON u.id = w.current_unit AND u.removed_at IS NULL").
		Where("w.owner_set_id = owners.owner_set_id").Scopes(scoped(tx, s, "w.current_unit")).Limit(1)
}

// Door is where a letter goes.
type Door struct {
	UnitID     int64
	BuildingID int64
	UseKind    string
}

// Doors gives a door in an estate to each of some people, and to each of some owners of the roster: the first home that they own.
func Doors(tx *store.Tx, estate int64, people, owners []int64) (byPerson, byOwner map[int64]Door, err error) {
	find := func(q *gorm.DB) (map[int64]Door, error) {
		var rows []struct {
			Whose int64
			Door
		}
		err := q.Where("u.estate_id = ? AND u.removed_at IS NULL", estate).Order("u.id").Scan(&rows).Error
		doors := map[int64]Door{}
		for _, r := range rows {
			if had, ok := doors[r.Whose]; !ok || parked(had) && !parked(r.Door) {
				doors[r.Whose] = r.Door
			}
		}
		return doors, err
	}
	held := "JOIN ownerships w ON w.owner_set_id = o.owner_set_id JOIN units u ON u.id = w.current_unit"
	if byOwner, err = find(tx.Table("owners o").Select("o.id AS whose, u.id AS unit_id, u.building_id, u.use_kind").Joins(held).Where("o.id IN ?", owners)); err != nil {
		return nil, nil, err
	}
	if byPerson, err = find(tx.Table("owners o").Select("o.person_id AS whose, u.id AS unit_id, u.building_id, u.use_kind").Joins(held).Where("o.person_id IN ? AND o.person_id <> 0", people)); err != nil {
		return nil, nil, err
	}
	recognised, err := find(tx.Table("residences r").Select("r.person_id AS whose, u.id AS unit_id, u.building_id, u.use_kind").Joins("JOIN units u ON u.id = r.unit_id").
		Where("r.person_id IN ? AND r.living IS NOT NULL AND r.role = ?", people, RoleOwner))
	for person, d := range recognised {
		if had, ok := byPerson[person]; !ok || parked(had) && !parked(d) {
			byPerson[person] = d
		}
	}
	return byPerson, byOwner, err
}

// parked reports whether a unit has no letter-box.
func parked(d Door) bool { return d.UseKind == "parking" || d.UseKind == "storage" }
