package assembly

import (
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// holding is who may cast for a seat.
type holding struct {
	owners  []org.Owner // of the set, without names
	persons []int64     // accounts of owners: named by the roster, or recognised by an office
}

// shared reports whether one vote stands for several owners.
func (h holding) shared() bool { return len(h.owners) > 1 }

// may reports whether a signed-in person, or an owner who proved the roster's phone, is one of the owners.
func (h holding) may(person, owner int64) bool {
	if owner != 0 {
		return slices.ContainsFunc(h.owners, func(o org.Owner) bool { return o.ID == owner })
	}
	return person != 0 && slices.Contains(h.persons, person)
}

// holdings finds who may cast for the holders of some seats, by owner set.
func holdings(tx *store.Tx, sets []int64) (map[int64]holding, error) {
	var rows []org.Owner
	if err := tx.Select("id", "owner_set_id", "person_id").Where("owner_set_id IN ?", sets).Order("owner_set_id, position").Find(&rows).Error; err != nil {
		return nil, err
	}
	owners := make(map[int64][]org.Owner, len(sets))
	for _, o := range rows {
		owners[o.OwnerSetID] = append(owners[o.OwnerSetID], o)
	}
	return recognised(tx, owners)
}

// recognised adds the accounts to some owner sets' owners: those that the roster names, and where it names none, those that an office
// has recognised.
func recognised(tx *store.Tx, owners map[int64][]org.Owner) (map[int64]holding, error) {
	all := make(map[int64]holding, len(owners))
	var ids []int64
	bySet := map[int64]int64{}
	for set, list := range owners {
		h := holding{owners: list}
		for _, o := range list {
			if o.PersonID != 0 {
				h.persons = append(h.persons, o.PersonID)
				continue
			}
			ids = append(ids, o.ID)
			bySet[o.ID] = set
		}
		all[set] = h
	}
	if len(ids) == 0 {
		return all, nil
	}
	var homes []org.Residence
	err := tx.Select("person_id", "owner_id").Where("owner_id IN ? AND role = ? AND living IS NOT NULL", ids, org.RoleOwner).Find(&homes).Error
	for _, r := range homes {
		h := all[bySet[r.OwnerID]]
		h.persons = append(h.persons, r.PersonID)
		all[bySet[r.OwnerID]] = h
	}
	return all, err
}

// others are the accounts of a shared seat but one.
func (h holding) others(person int64) []int64 {
	return slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(h.persons))), func(p int64) bool { return p == person })
}
