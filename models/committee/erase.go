package committee

import (
	"encoding/json"
	"slices"

	"github.com/linli-city/linli/models/store"
)

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
	if err := s.eraseElected(tx, person); err != nil {
		return err
	}
	return tx.Where("person_id = ?", person).Delete(&Tap{}).Error
}

// eraseElected takes a person's account out of elections that wait to be seated; the name stays, as with those who were.
func (s *Service) eraseElected(tx *store.Tx, person int64) error {
	var rows []Elected
	if err := tx.Where("people_sealed <> ''").Order("id").Limit(10_000).Find(&rows).Error; err != nil {
		return err
	}
	for _, e := range rows {
		people, err := s.people(&e)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(m NewMember) bool { return m.PersonID == person })
		if i < 0 {
			continue
		}
		people[i].PersonID, people[i].Phone = 0, ""
		text, err := json.Marshal(people)
		if err != nil {
			return err
		}
		if err := tx.Model(&Elected{}).Where("id = ?", e.ID).Update("people_sealed", s.vault.Seal(string(text), "committee_seatings.people")).Error; err != nil {
			return err
		}
	}
	return nil
}
