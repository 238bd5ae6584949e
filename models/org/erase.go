package org

import (
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// Eraser takes out of one domain what identifies a person, in the transaction of the erasure.
type Eraser func(tx *store.Tx, person int64) error

// OnErase adds what else is to be erased with a person. It is called while the services are wired, before they serve.
func (s *Service) OnErase(erasers ...Eraser) { s.erasers = append(s.erasers, erasers...) }

// erase removes what identifies a person (PIPL art. 47): accounts, names, phones, papers and what they wrote go, rights
// in homes end; what law makes others keep (the history of ownership, decisions, complaints as an office answered them)
// stays without them.
func (s *Service) erase(tx *store.Tx, actor Actor, person int64) error {
	var n int64
	if err := tx.Model(&PostHolder{}).Where("person_id = ? AND holding IS NOT NULL", person).Count(&n).Error; err != nil {
		return err
	}
	if n > 0 {
		return ErrStillHolding
	}
	phone, err := s.phoneOf(tx, person)
	if err != nil {
		return err
	}
	if _, err := endResidences(tx, actor, "erased", "person_id = ?", person); err != nil {
		return err
	}
	for _, e := range s.erasers { // while the person can still be found by their phone
		if err := e(tx, person); err != nil {
			return err
		}
	}
	steps := []struct {
		model  any
		where  string
		change map[string]any
	}{
		{&Person{}, "id = ?", map[string]any{"name_sealed": "", "phone_sealed": "", "phone_index": "", "erased_at": tx.Now}},
		{&Application{}, "person_id = ?", map[string]any{"name_sealed": "", "note": ""}},
		{&AreaClaim{}, "person_id = ?", map[string]any{"note": ""}},
		{&PrivacyRequest{}, "person_id = ?", map[string]any{"body_sealed": ""}},
		{&Owner{}, "person_id = ?", map[string]any{"person_id": 0}},
	}
	for _, st := range steps {
		if err := tx.Model(st.model).Where(st.where, person).Updates(st.change).Error; err != nil {
			return err
		}
	}
	if err := s.forgetSold(tx, phone); err != nil {
		return err
	}
	for _, gone := range []any{&Identity{}, &Absence{}, &AccountCode{}} {
		if err := tx.Where("person_id = ?", person).Delete(gone).Error; err != nil {
			return err
		}
	}
	return audit.Append(tx, actor, "person.erase", audit.Subject{Kind: "person", ID: person}, nil)
}

// forgetSold takes a phone out of what the roster keeps of homes that were sold: who owned them stays, how to reach them need not.
func (s *Service) forgetSold(tx *store.Tx, phone string) error {
	if phone == "" {
		return nil
	}
	return tx.Model(&Owner{}).Where("phone_index IN ?", s.vault.Indexes("phone", phone)).
		Where("NOT EXISTS (SELECT 1 FROM ownerships o WHERE o.owner_set_id = owners.owner_set_id AND o.current_unit IS NOT NULL)").
		Updates(map[string]any{"phone_sealed": "", "phone_index": ""}).Error
}
