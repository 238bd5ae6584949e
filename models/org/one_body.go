package org

import (
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// OneBodyKinds are the kinds that judge as one: the office of the leading group is set up in the bureau, and the bureau's
// head is the office's (policy 六(一)1).
var OneBodyKinds = []Kind{Office, Bureau}

// NotAbout narrows rows to those that are not about a body to which the actor belongs, in this post or in another one
// that the same human holds; column holds the organisation that a row is about, 0 for none. The bodies are looked up first: as
// a sub-query a server works them out again for each row.
func (a Actor) NotAbout(column string) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		fresh := q.Session(&gorm.Session{NewDB: true})
		var own []int64
		err := fresh.Table("organisations AS own").Distinct().
			Joins("JOIN organisations mine ON mine.id = own.id OR (mine.kind IN ? AND own.kind IN ?)", OneBodyKinds, OneBodyKinds).
			Joins("LEFT JOIN posts ON posts.organisation_id = mine.id").
			Joins("LEFT JOIN post_holders ON post_holders.post_id = posts.id AND post_holders.holding IS NOT NULL").
			Where("mine.id = ? OR post_holders.person_id = ?", a.OrganisationID(), a.PersonID).Limit(1000).Pluck("own.id", &own).Error
		if err != nil {
			_ = q.AddError(err)
			return q
		}
		if len(own) == 0 { // nobody's post: about nothing of theirs
			return q
		}
		return q.Where(column+" NOT IN ?", own)
	}
}

// OneBody gives the organisations that count as one with an organisation, itself included; none for 0.
func OneBody(tx *store.Tx, id int64) ([]int64, error) {
	if id == 0 {
		return nil, nil
	}
	o, err := findOrganisation(tx, id)
	if err != nil || !slices.Contains(OneBodyKinds, o.Kind) {
		return []int64{id}, err
	}
	var ids []int64
	err = tx.Model(&Organisation{}).Where("kind IN ?", OneBodyKinds).Pluck("id", &ids).Error
	return ids, err
}
