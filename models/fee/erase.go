package fee

import (
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Erase takes the name of somebody out of what was paid for the homes that they had (PIPL art. 47). Who paid money that nobody claimed yet
// stays until it is claimed: it is how it finds its way back.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	if err := eraseHardship(tx, person); err != nil {
		return err
	}
	names, err := s.namesOf(tx, person)
	if err != nil || len(names) == 0 {
		return err
	}
	var indexes []string
	for _, n := range names {
		indexes = append(indexes, s.vault.Indexes("fee_payer", n)...)
	}
	var units, estates []int64
	if err := tx.Model(&org.Residence{}).Distinct("unit_id").Where("person_id = ?", person).Limit(900).Pluck("unit_id", &units).Error; err != nil {
		return err
	}
	if err := tx.Model(&org.Residence{}).Distinct("estate_id").Where("person_id = ?", person).Limit(900).Pluck("estate_id", &estates).Error; err != nil || len(estates) == 0 {
		return err
	}
	// A payment for several homes names no unit: it may be another's of the same name, and loses the name all the same.
	return tx.Model(&Payment{}).Where("estate_id IN ? AND payer_index IN ? AND unit_id IN ? AND state <> 'suspense'", estates, indexes, append([]int64{0}, units...)).
		Updates(map[string]any{"payer_sealed": "", "payer_index": ""}).Error
}

// namesOf are what a person is called: in the account, and on the roster.
func (s *Service) namesOf(tx *store.Tx, person int64) ([]string, error) {
	var names []string
	for bound, model := range map[string]any{"persons.name": &org.Person{}, "owners.name": &org.Owner{}} {
		column := map[string]string{"persons.name": "id", "owners.name": "person_id"}[bound]
		var sealed []string
		if err := tx.Model(model).Where(column+" = ? AND name_sealed <> ''", person).Limit(200).Pluck("name_sealed", &sealed).Error; err != nil {
			return nil, err
		}
		for _, x := range sealed {
			name, err := s.vault.Open(x, bound)
			if err != nil {
				return nil, err
			}
			names = append(names, name)
		}
	}
	return names, nil
}
