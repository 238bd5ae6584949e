package org

import "github.com/linli-city/linli/models/store"

// HomePeople gives the people of each of some units: today's owners with an account, whether they live there or not, and the family that
// lives there. Tenants are none of them.
func HomePeople(tx *store.Tx, units []int64) (map[int64][]int64, error) {
	type one struct{ UnitID, PersonID int64 }
	var living, named []one
	err := tx.Model(&Residence{}).Select("unit_id, person_id").Where("unit_id IN ? AND living IS NOT NULL AND role IN ?", units, []Role{RoleOwner, RoleFamily}).Order("person_id").Scan(&living).Error
	if err != nil {
		return nil, err
	}
	err = tx.Table("ownerships w").Select("w.current_unit AS unit_id, o.person_id").Joins("JOIN owners o ON o.owner_set_id = w.owner_set_id AND o.person_id <> 0").Where("w.current_unit IN ?", units).Order("o.person_id").Scan(&named).Error
	if err != nil {
		return nil, err
	}
	all, seen := map[int64][]int64{}, map[one]bool{}
	for _, x := range append(living, named...) {
		if !seen[x] {
			seen[x] = true
			all[x.UnitID] = append(all[x.UnitID], x.PersonID)
		}
	}
	return all, nil
}
