package fee

import (
	"context"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// DeliveryFiles is the subject kind of the pictures that prove a delivery.
const DeliveryFiles = "fee_delivery"

// RecordDelivery records how a letter on paper came to its people, with a picture that proves it.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) RecordDelivery(ctx context.Context, actor org.Actor, letter int64, d Delivery, fileIDs []int64) (int64, error) {
	d.Note = strings.TrimSpace(d.Note)
	var c fault.Checks
	c.Check(DeliveryNames[d.Way] != "", "way", "请选择当面送交、挂号信或快递、封好放进自家信箱")
	c.Check(!d.At.IsZero() && !d.At.After(s.db.Now()), "at", "请填送达的时间，不能晚于现在")
	c.Check(len(fileIDs) > 0, "file_ids", "请上传送达的照片或回执")
	c.Check(length(d.Note, 0, 200), "text", "说明不超过200个字")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "deliver", of(actor, letter, func(l *Letter) int64 { return l.EstateID }), func(tx *store.Tx) (int64, error) {
		l, err := own[Letter](tx, actor, letter)
		if err != nil {
			return 0, err
		}
		if l.State != Issued && l.State != Sent {
			return 0, ErrState
		}
		if d.At.Before(*l.out()) {
			return 0, fault.ErrInvalid.With(fault.Field{Path: "at", Reason: "送达不能早于发出"})
		}
		d.LetterID, d.EstateID, d.RecordedBy, d.RecordedAt = l.ID, l.EstateID, actor.PersonID, tx.Now
		if err := tx.Create(&d).Error; err != nil {
			return 0, err
		}
		if l.Stage == Demand && l.RespondOn == nil {
			if err := tx.Model(&Letter{}).Where("id = ?", l.ID).Update("respond_on", org.DayOf(d.At).AddDate(0, 0, l.Days)).Error; err != nil {
				return 0, err
			}
		}
		if err := s.files.Attach(tx, actor, fileIDs, "document", DeliveryFiles, d.ID, l.EstateID); err != nil {
			return 0, err
		}
		return d.ID, note(tx, actor, "deliver", "fee_letter", l.ID, l.EstateID, map[string]any{"way": d.Way})
	})
}

// MayOpenMyFiles reports with ErrNotFound whether the actor may open what proves a delivery to their home: whoever may read the letter. To whom
// it was not written, an owner after them or of another unit, it is not theirs, nor theirs any more once they have sold.
func (s *Service) MayOpenMyFiles(ctx context.Context, actor org.Actor, delivery int64) error {
	if actor.Must(org.SeeBills) != nil {
		return ErrNotFound
	}
	return s.db.View(ctx, func(tx *store.Tx) error {
		var d Delivery
		if err := tx.Where("id = ?", delivery).Take(&d).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		_, err := myLetter(tx, actor, d.LetterID)
		return err
	})
}

// MayOpenFiles reports with ErrNotFound whether the actor may open what a pause of a policy rests on, or what proves a delivery: those of
// the company that entered it.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, kind string, id int64) error {
	if actor.Must(org.RunFees) != nil {
		return ErrNotFound
	}
	return s.db.View(ctx, func(tx *store.Tx) error {
		if kind == PauseFiles {
			_, err := own[Pause](tx, actor, id)
			return err
		}
		var d Delivery
		if err := tx.Where("id = ?", id).Take(&d).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		_, err := own[Letter](tx, actor, d.LetterID)
		return err
	})
}

// eraseHardship removes what a person told of their hardship; that there was a pause stays.
func eraseHardship(tx *store.Tx, person int64) error {
	if err := tx.Model(&Pause{}).Where("asked_by = ? AND asked_as = ?", person, AskedByHome).Updates(map[string]any{"asked_by": 0, "reason_sealed": ""}).Error; err != nil {
		return err
	}
	return tx.Model(&Dispute{}).Where("person_id = ?", person).Update("person_id", 0).Error
}
