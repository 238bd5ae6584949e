package org

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// How long an invitation may be used.
const (
	postInvitation = 7 * 24 * time.Hour
	homeInvitation = 24 * time.Hour
)

// Invited is a fresh invitation; the token is shown once and only its hash is kept.
type Invited struct {
	ID        int64
	Token     string
	ExpiresAt time.Time
}

// leaseYears is the longest lease that the law knows (Civil Code art. 705).
const leaseYears = 20

// InviteHousehold lets an owner invite a family member or a tenant into their unit. A tenant's right ends with the
// lease, whose last day the owner states.
// Faults: ErrForbidden, ErrUnitNotFound, fault.ErrInvalid.
func (s *Service) InviteHousehold(ctx context.Context, actor Actor, unitID int64, role Role, leaseEnds *time.Time) (*Invited, error) {
	if err := actor.Must(InviteHousehold); err != nil {
		return nil, err
	}
	if role != RoleFamily && role != RoleTenant {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "role", Reason: "请选择家人（family）或租客（tenant）"})
	}
	if _, ok := actor.HomeIn(InviteHousehold, unitID); !ok {
		return nil, ErrUnitNotFound
	}
	var made *Invited
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if role == RoleTenant && (leaseEnds == nil || leaseEnds.Before(tx.Now) || leaseEnds.After(tx.Now.AddDate(leaseYears, 0, 0))) {
			return fault.ErrInvalid.With(fault.Field{Path: "lease_ends", Reason: "请填写租约到期日，须晚于今天；租期最长二十年（民法典第七百零五条）"})
		}
		if role != RoleTenant {
			leaseEnds = nil
		}
		var err error
		made, err = insertInvitation(tx, actor, Invitation{Purpose: "home", UnitID: unitID, Role: string(role), LeaseEnds: dateOf(leaseEnds), CreatedBy: actor.PersonID, ExpiresAt: tx.Now.Add(homeInvitation)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("invite household: %w", err)
	}
	return made, nil
}

func insertInvitation(tx *store.Tx, actor audit.Actor, inv Invitation) (*Invited, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	inv.TokenHash, inv.CreatedAt = hashToken(token), tx.Now
	if err := tx.Create(&inv).Error; err != nil {
		return nil, err
	}
	err := audit.Append(tx, actor, "invitation.create", audit.Subject{Kind: "invitation", ID: inv.ID},
		map[string]any{"purpose": inv.Purpose, "post": inv.PostID, "unit": inv.UnitID, "role": inv.Role})
	return &Invited{ID: inv.ID, Token: token, ExpiresAt: inv.ExpiresAt}, err
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// InvitationView tells the invited what they are about to join.
type InvitationView struct {
	Purpose      string
	Role         string
	PostTitle    string
	Organisation string
	UnitName     string
	LeaseEnds    *time.Time // of a tenant
	ExpiresAt    time.Time
}

// ShowInvitation describes an invitation that may still be used, or ErrInvitationInvalid.
func (s *Service) ShowInvitation(ctx context.Context, token string) (*InvitationView, error) {
	var v *InvitationView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		inv, err := usable(tx, token)
		if err != nil {
			return err
		}
		v = &InvitationView{Purpose: inv.Purpose, Role: inv.Role, LeaseEnds: inv.LeaseEnds, ExpiresAt: inv.ExpiresAt}
		if inv.Purpose == "home" {
			v.UnitName, err = UnitName(tx, inv.UnitID)
			return err
		}
		var p Post
		if err := tx.Where("id = ?", inv.PostID).Take(&p).Error; err != nil {
			return store.NotFound(err, ErrInvitationInvalid)
		}
		o, err := findOrganisation(tx, p.OrganisationID)
		if err != nil {
			return err
		}
		v.PostTitle, v.Organisation = p.Title, o.Name
		return nil
	})
	return v, err
}

func usable(tx *store.Tx, token string) (*Invitation, error) {
	var inv Invitation
	err := tx.Where("token_hash = ? AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?", hashToken(token), tx.Now).Take(&inv).Error
	if err != nil {
		return nil, store.NotFound(err, ErrInvitationInvalid)
	}
	return &inv, nil
}

// Accept takes up an invitation once: the post, or the home, for a tenant until the lease ends. It returns the post's
// id, 0 for a home. Nobody takes up their own.
// Faults: ErrInvitationInvalid, ErrPostTaken, ErrForbidden.
func (s *Service) Accept(ctx context.Context, actor Actor, token string) (int64, error) {
	if err := actor.Must(ManageSelf); err != nil {
		return 0, err
	}
	var post int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		inv, err := usable(tx, token)
		if err != nil {
			return err
		}
		if inv.CreatedBy == actor.PersonID {
			return ErrForbidden.Saying("不能接受自己发出的邀请，请转给要邀请的人")
		}
		res := tx.Model(&Invitation{}).Where("id = ? AND used_at IS NULL AND revoked_at IS NULL", inv.ID).
			Updates(map[string]any{"used_at": tx.Now, "used_by": actor.PersonID})
		if err := store.MustAffect(res, ErrInvitationInvalid); err != nil {
			return err
		}
		if inv.Purpose == "home" {
			return acceptHome(tx, actor, inv)
		}
		if post, err = takePost(tx, actor, inv); err != nil {
			return err
		}
		return s.began(tx, post, actor.PersonID)
	})
	if err != nil {
		return 0, fmt.Errorf("accept invitation: %w", err)
	}
	return post, nil
}

func acceptHome(tx *store.Tx, actor Actor, inv *Invitation) error {
	var owner Residence
	err := tx.ForUpdate().Where("unit_id = ? AND person_id = ? AND role = ? AND living IS NOT NULL", inv.UnitID, inv.CreatedBy, RoleOwner).Take(&owner).Error
	if err != nil {
		return store.NotFound(err, ErrInvitationInvalid) // the owner has left since
	}
	if inv.LeaseEnds != nil && inv.LeaseEnds.Before(DayOf(tx.Now)) {
		return ErrInvitationInvalid
	}
	_, err = openResidence(tx, actor, Residence{EstateID: owner.EstateID, UnitID: inv.UnitID, PersonID: actor.PersonID, OwnerID: owner.OwnerID,
		Role: Role(inv.Role), Basis: "invitation", LeaseEnds: inv.LeaseEnds})
	return err
}
