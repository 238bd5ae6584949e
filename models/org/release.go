package org

import (
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// ReleaseFrom takes a person out of every post of an organisation, in the transaction of whoever knows that they left it.
func (s *Service) ReleaseFrom(tx *store.Tx, actor audit.Actor, organisation, person int64) error {
	if person == 0 {
		return nil
	}
	var posts []int64
	err := tx.Model(&PostHolder{}).Where("person_id = ? AND holding IS NOT NULL AND post_id IN (?)", person, tx.Model(&Post{}).Select("id").Where("organisation_id = ?", organisation)).Pluck("post_id", &posts).Error
	if err != nil {
		return err
	}
	for _, post := range posts {
		if err := releaseHolders(tx, "post_id = ? AND person_id = ?", post, person); err != nil {
			return err
		}
		if err := s.ended(tx, post, person); err != nil {
			return err
		}
		if err := revokeInvitations(tx, "purpose = 'post' AND created_by = ?", person); err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "post.release", audit.Subject{Kind: "post", ID: post}, map[string]any{"person": person}); err != nil {
			return err
		}
	}
	return nil
}

// HolderAt is who holds a post of an organisation, 0 for nobody. Fault: ErrPostNotFound.
func HolderAt(tx *store.Tx, organisation, post int64) (int64, error) {
	var n int64
	if err := tx.Model(&Post{}).Where("id = ? AND organisation_id = ? AND closed_at IS NULL", post, organisation).Count(&n).Error; err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, ErrPostNotFound
	}
	var people []int64
	err := tx.Model(&PostHolder{}).Where("post_id = ? AND role = ? AND holding IS NOT NULL", post, Holder).Limit(1).Pluck("person_id", &people).Error
	if err != nil || len(people) == 0 {
		return 0, err
	}
	return people[0], nil
}

// Day drops the clock of a day that somebody entered, as DATE columns hold days.
func Day(t time.Time) time.Time { return *dateOf(&t) }
