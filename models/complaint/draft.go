package complaint

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// KeptDraft is what a resident has begun to write, sealed; one a person, gone when it is filed.
type KeptDraft struct {
	ID         int64 `gorm:"primaryKey"`
	PersonID   int64
	BodySealed string
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
}

// TableName names the table.
func (KeptDraft) TableName() string { return "complaint_drafts" }

// maxDraft bounds a draft in bytes of JSON: twice the longest complaint.
const maxDraft = 16 << 10

// KeepDraft keeps what the mini-program's form holds, as it is; it takes the place of an earlier draft.
// Faults: ErrForbidden, fault.ErrInvalid.
func (s *Service) KeepDraft(ctx context.Context, actor org.Actor, body json.RawMessage) error {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return err
	}
	if len(body) > maxDraft {
		return fault.ErrInvalid.With(fault.Field{Path: "body", Reason: "草稿太长，不能保存；请写短一些"})
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		d := KeptDraft{PersonID: actor.PersonID, BodySealed: s.vault.Seal(string(body), "complaint_drafts.body"), UpdatedAt: tx.Now}
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}}, DoUpdates: clause.AssignmentColumns([]string{"body_sealed", "updated_at"})}).Create(&d).Error
	})
}

// FindDraft gives the kept draft and when it was kept; nil when there is none.
func (s *Service) FindDraft(ctx context.Context, actor org.Actor) (json.RawMessage, time.Time, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, time.Time{}, err
	}
	var rows []KeptDraft
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("person_id = ?", actor.PersonID).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return nil, time.Time{}, err
	}
	body, err := s.vault.Open(rows[0].BodySealed, "complaint_drafts.body")
	return json.RawMessage(body), rows[0].UpdatedAt, err
}

// DropDraft deletes the kept draft.
func (s *Service) DropDraft(ctx context.Context, actor org.Actor) error {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error { return dropDraft(tx, actor.PersonID) })
}

func dropDraft(tx *store.Tx, person int64) error {
	return tx.Where("person_id = ?", person).Delete(&KeptDraft{}).Error
}
