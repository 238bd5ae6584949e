package org

import "github.com/linli-city/linli/models/store"

// Colleagues reports whether anybody else holds a post in an organisation today.
func Colleagues(tx *store.Tx, organisation, person int64) (bool, error) {
	var ids []int64
	err := tx.Table("post_holders h").Joins("JOIN posts p ON p.id = h.post_id").Where("p.organisation_id = ? AND p.closed_at IS NULL AND h.holding IS NOT NULL AND h.person_id <> ?", organisation, person).Limit(1).Pluck("h.id", &ids).Error
	return len(ids) > 0, err
}
