package org

import (
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// oneBody are the kinds that judge as one: the office of the leading group is set up in the bureau, and the bureau's
// head is the office's (policy 六(一)1).
var oneBody = []Kind{Office, Bureau}

// NotAbout narrows rows to those that are not about the actor's own body; column holds the organisation that a row is
// about, 0 for none.
func (a Actor) NotAbout(column string) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		if a.Post != nil && slices.Contains(oneBody, a.Post.OrgKind) {
			fresh := q.Session(&gorm.Session{NewDB: true})
			return q.Where(column+" NOT IN (?)", fresh.Model(&Organisation{}).Select("id").Where("kind IN ?", oneBody))
		}
		return q.Where(column+" <> ?", a.OrganisationID())
	}
}

// OneBody gives the organisations that count as one with an organisation, itself included; none for 0.
func OneBody(tx *store.Tx, id int64) ([]int64, error) {
	if id == 0 {
		return nil, nil
	}
	o, err := findOrganisation(tx, id)
	if err != nil || !slices.Contains(oneBody, o.Kind) {
		return []int64{id}, err
	}
	var ids []int64
	err = tx.Model(&Organisation{}).Where("kind IN ?", oneBody).Pluck("id", &ids).Error
	return ids, err
}
