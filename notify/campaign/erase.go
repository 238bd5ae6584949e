package campaign

import (
	"github.com/linli-city/linli/models/store"
)

// Erase takes a person out of what was sent and confirmed. That a seat was served, when and how stays: it is the other owners'
// evidence as well, and says nothing of who.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	if err := tx.Where("person_id = ?", person).Delete(&Addressee{}).Error; err != nil {
		return err
	}
	if err := tx.Model(&Reach{}).Where("confirmed_by = ?", person).Update("confirmed_by", 0).Error; err != nil {
		return err
	}
	return tx.Where("person_id = ?", person).Delete(&Deed{}).Error
}
