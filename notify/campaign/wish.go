package campaign

import (
	"context"
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrOwners is the fault of an owner set that is not there for the actor.
var ErrOwners = fault.New(fault.NotFound, "campaign.owners_not_found", "没有找到这一组业主，请从房屋里重新选择")

// RecordWish keeps how the owners of a seat ask to be told: on paper, by a visit, or, with none, like everybody.
// Faults: org.ErrForbidden, ErrOwners, ErrWay.
func (s *Service) RecordWish(ctx context.Context, actor org.Actor, ownerSet int64, way Channel) error {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return err
	}
	if way != Letter && way != Visit && way != "none" {
		return ErrWay
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var set org.OwnerSet
		if err := tx.Scopes(actor.Within(org.RunCampaigns, "estate_id")).Where("id = ?", ownerSet).Take(&set).Error; err != nil {
			return store.NotFound(err, ErrOwners)
		}
		if err := tx.Where("owner_set_id = ?", set.ID).Delete(&Wish{}).Error; err != nil {
			return err
		}
		if way != "none" {
			w := Wish{OwnerSetID: set.ID, EstateID: set.EstateID, Way: way, RecordedBy: actor.PersonID, RecordedPost: actor.Post.PostID, At: tx.Now}
			if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&w).Error; err != nil {
				return err
			}
		}
		return audit.Append(tx, actor, "seat.wish", audit.Subject{Kind: "owner_set", ID: set.ID, Estate: set.EstateID}, map[string]any{"way": way})
	})
	if err != nil {
		return fmt.Errorf("record wish: %w", err)
	}
	return nil
}
