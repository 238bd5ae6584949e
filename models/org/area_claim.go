package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// NewAreaClaim is an owner's statement that the recorded area is wrong.
type NewAreaClaim struct {
	UnitID    int64
	Area      area.Milli
	Source    AreaSource
	Note      string
	FileIDs   []int64
	ClientRef string
	InputHash string
}

var areaSources = map[AreaSource]bool{FromRegister: true, FromSurvey: true, FromContract: true}

// ContestArea files an owner's dispute of the recorded area with its proof.
// Faults: ErrForbidden, ErrUnitNotFound, ErrRefReused, fault.ErrInvalid.
func (s *Service) ContestArea(ctx context.Context, actor Actor, in NewAreaClaim) (*AreaClaim, error) {
	if err := actor.Must(ContestArea); err != nil {
		return nil, err
	}
	in.Note = strings.TrimSpace(in.Note)
	var c fault.Checks
	c.Check(in.Area > 0 && in.Area <= area.Max, "area", "请填写您认为正确的面积（平方米，最多三位小数）")
	c.Check(areaSources[in.Source], "source", "请选择面积依据：不动产登记、测绘或合同")
	c.Check(len([]rune(in.Note)) <= 500, "note", "说明不超过500个字")
	c.Check(len(in.FileIDs) >= 1 && len(in.FileIDs) <= 9, "file_ids", "请上传1至9份证明材料")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	if _, ok := actor.HomeIn(ContestArea, in.UnitID); !ok {
		return nil, ErrUnitNotFound
	}
	var claim *AreaClaim
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var before AreaClaim
		err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Take(&before).Error
		if err == nil {
			if before.InputHash != in.InputHash {
				return ErrRefReused
			}
			claim = &before
			return nil
		}
		if err := store.NotFound(err, nil); err != nil {
			return err
		}
		var u Unit
		if err := tx.Where("id = ? AND removed_at IS NULL", in.UnitID).Take(&u).Error; err != nil {
			return store.NotFound(err, ErrUnitNotFound)
		}
		claim = &AreaClaim{EstateID: u.EstateID, UnitID: u.ID, PersonID: actor.PersonID, AreaMilli: int64(in.Area), AreaSource: in.Source,
			RecordedMilli: int64(u.AreaMilli), Note: in.Note, State: "open", ClientRef: in.ClientRef, InputHash: in.InputHash, CreatedAt: tx.Now}
		if err := tx.Create(claim).Error; err != nil {
			return store.Raced(err)
		}
		if err := s.files.Attach(tx, actor, in.FileIDs, "document", "area_claim", claim.ID, u.EstateID); err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "area.contest", audit.Subject{Kind: "area_claim", ID: claim.ID, Estate: u.EstateID},
			map[string]any{"unit": u.ID, "claimed": claim.AreaMilli, "recorded": claim.RecordedMilli}); err != nil {
			return err
		}
		about, err := residency(tx, u.EstateID, u.ID, actor.PersonID)
		if err != nil {
			return err
		}
		return outbox.Append(tx, event.AreaContested{Residency: about, ClaimID: claim.ID})
	})
	if err != nil {
		return nil, fmt.Errorf("contest area: %w", err)
	}
	return claim, nil
}

// AreaClaimView is a claim with the unit's name.
type AreaClaimView struct {
	AreaClaim
	UnitName string
}

// ListAreaClaims pages through claims, newest first: those of the actor's area for an office, one's own otherwise.
func (s *Service) ListAreaClaims(ctx context.Context, actor Actor, state string, before int64, limit int) ([]AreaClaimView, error) {
	var views []AreaClaimView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("person_id = ?", actor.PersonID)
		if actor.Post != nil {
			if err := actor.Must(DecideArea); err != nil {
				return err
			}
			q = tx.Scopes(actor.Within(DecideArea, "area_claims.estate_id"))
		}
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []AreaClaim
		if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = viewAreaClaims(tx, rows)
		return err
	})
	return views, err
}

func viewAreaClaims(tx *store.Tx, rows []AreaClaim) ([]AreaClaimView, error) {
	units := make([]int64, len(rows))
	for i, r := range rows {
		units[i] = r.UnitID
	}
	names, err := UnitNames(tx, units)
	views := make([]AreaClaimView, len(rows))
	for i, r := range rows {
		views[i] = AreaClaimView{AreaClaim: r, UnitName: names[r.UnitID]}
	}
	return views, err
}

// FindAreaClaim returns a claim of the actor's area to the office that decides it. Fault: ErrClaimNotFound.
func (s *Service) FindAreaClaim(ctx context.Context, actor Actor, id int64) (*AreaClaimView, error) {
	if err := actor.Must(DecideArea); err != nil {
		return nil, err
	}
	var view *AreaClaimView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var rows []AreaClaim
		err := tx.Scopes(actor.Within(DecideArea, "area_claims.estate_id")).Where("id = ?", id).Limit(1).Find(&rows).Error
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrClaimNotFound
		}
		views, err := viewAreaClaims(tx, rows)
		if err == nil {
			view = &views[0]
		}
		return err
	})
	return view, err
}

// DecideArea accepts a claim, which changes the recorded area and its source, or refuses it with a reason.
// Faults: ErrForbidden, ErrClaimNotFound, ErrDecided, fault.ErrInvalid.
func (s *Service) DecideArea(ctx context.Context, actor Actor, id int64, accept bool, reason string) error {
	if err := actor.Must(DecideArea); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); (!accept && n < 2) || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不予采纳时请写明原因（2至200个字），业主会看到"})
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var claim AreaClaim
		err := tx.Scopes(actor.Within(DecideArea, "area_claims.estate_id")).Where("id = ?", id).Take(&claim).Error
		if err != nil {
			return store.NotFound(err, ErrClaimNotFound)
		}
		if claim.PersonID == actor.PersonID {
			return ErrForbidden.Saying("不能办理自己的申请，请由同事办理")
		}
		state := "refused"
		if accept {
			state = "accepted"
		}
		res := tx.Model(&AreaClaim{}).Where("id = ? AND state = 'open'", id).Updates(map[string]any{
			"state": state, "reason": reason, "decided_by": actor.PersonID, "decided_at": tx.Now})
		if err := store.MustAffect(res, ErrDecided); err != nil {
			return err
		}
		if accept {
			err := tx.Model(&Unit{}).Where("id = ?", claim.UnitID).Updates(map[string]any{
				"area_milli": claim.AreaMilli, "area_source": claim.AreaSource, "updated_at": tx.Now}).Error
			if err != nil {
				return err
			}
			if err := bumpRegister(tx, claim.EstateID); err != nil {
				return err
			}
		}
		err = audit.Append(tx, actor, "area.decide", audit.Subject{Kind: "area_claim", ID: id, Estate: claim.EstateID},
			map[string]any{"state": state, "unit": claim.UnitID, "from": claim.RecordedMilli, "to": claim.AreaMilli})
		if err != nil {
			return err
		}
		about, err := residency(tx, claim.EstateID, claim.UnitID, claim.PersonID)
		if err != nil {
			return err
		}
		return outbox.Append(tx, event.AreaDecided{Residency: about, ClaimID: id, Accepted: accept, Reason: reason})
	})
	if err != nil {
		return fmt.Errorf("decide area: %w", err)
	}
	return nil
}
