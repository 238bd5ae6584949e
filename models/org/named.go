package org

import (
	"slices"
	"strings"

	"github.com/linli-city/linli/models/store"
)

// NamedIn gives the full names of people who own or live in an estate and are in a text, each once. Names of organisations are not people's.
func (s *Service) NamedIn(tx *store.Tx, estate int64, text string) ([]string, error) {
	var owners, people []string
	err := tx.Model(&Owner{}).Joins("JOIN owner_sets os ON os.id = owners.owner_set_id AND os.kind = 'natural'").Where("owners.estate_id = ? AND owners.name_sealed <> ''", estate).Pluck("owners.name_sealed", &owners).Error
	if err != nil {
		return nil, err
	}
	living := tx.Model(&Residence{}).Select("person_id").Where("estate_id = ? AND living IS NOT NULL", estate)
	if err := tx.Model(&Person{}).Where("id IN (?) AND name_sealed <> ''", living).Pluck("name_sealed", &people).Error; err != nil {
		return nil, err
	}
	var found []string
	for _, list := range []struct {
		sealed []string
		field  string
	}{{owners, "owners.name"}, {people, "persons.name"}} {
		for _, sealed := range list.sealed {
			name, err := s.vault.Open(sealed, list.field)
			if err != nil {
				return nil, err
			}
			if len([]rune(name)) > 1 && strings.Contains(text, name) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found, nil
}
