package assembly

import (
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// withoutAccount finds which owners of some seats nobody has signed in as: neither the roster nor an office ties them to a person.
func withoutAccount(tx *store.Tx, seats []holding) (map[int64]bool, error) {
	var ids []int64
	without := map[int64]bool{}
	for _, h := range seats {
		for _, o := range h.owners {
			if o.PersonID == 0 {
				ids, without[o.ID] = append(ids, o.ID), true
			}
		}
	}
	for part := range slices.Chunk(ids, 900) {
		var known []int64
		if err := tx.Model(&org.Residence{}).Where("owner_id IN ? AND role = ? AND living IS NOT NULL", part, org.RoleOwner).Pluck("owner_id", &known).Error; err != nil {
			return nil, err
		}
		for _, id := range known {
			delete(without, id)
		}
	}
	return without, nil
}
