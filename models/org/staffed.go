package org

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// Staffed selects the organisations in which somebody may act today: at a post whose term runs, held or deputised; with
// kinds, at a post of one of those. The people are h.person_id, for callers who leave some of them out.
func Staffed(tx *store.Tx, kinds ...PostKind) *gorm.DB {
	q := tx.Model(&Post{}).Select("posts.organisation_id").
		Joins(`JOIN post_holders h ON h.holding IS NOT NULL AND (h.post_id = posts.id
			OR (h.post_id = posts.deputy_post_id AND NOT EXISTS (SELECT 1 FROM post_holders o WHERE o.post_id = posts.id AND o.holding IS NOT NULL)))`)
	if len(kinds) > 0 {
		q = q.Where("posts.kind IN ?", kinds)
	}
	return living(q, tx.Now)
}

// Above lists the organisations above one, the nearest first.
func Above(tx *store.Tx, id int64) ([]int64, error) {
	var list []int64
	for range 8 { // the policy's chain has fewer levels
		var up []int64
		if err := tx.Model(&Organisation{}).Where("id = ? AND parent_id <> 0", id).Pluck("parent_id", &up).Error; err != nil || len(up) == 0 {
			return list, err
		}
		id = up[0]
		list = append(list, id)
	}
	return list, nil
}
