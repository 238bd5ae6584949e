package committee

import "github.com/linli-city/linli/models/store"

// Erase takes out what identifies a person: an owner's proposals lose whose they were and their words, a former member's
// phone and account go. The names of those who decided for the estate stay, sealed, with the decisions that the law makes
// others keep.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	if err := tx.Model(&Proposal{}).Where("person_id = ?", person).Updates(map[string]any{"person_id": 0, "unit_id": 0, "title": "（已删除）", "text": "（已删除）"}).Error; err != nil {
		return err
	}
	if err := tx.Model(&Member{}).Where("person_id = ?", person).Updates(map[string]any{"person_id": 0, "phone_sealed": "", "phone_index": ""}).Error; err != nil {
		return err
	}
	return tx.Where("person_id = ?", person).Delete(&Tap{}).Error
}
