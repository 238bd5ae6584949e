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

// InvitePostHolder makes a one-time invitation to hold a post, or to stand in for its holder.
// Faults: ErrForbidden, ErrPostNotFound, ErrPostTaken, fault.ErrInvalid.
func (s *Service) InvitePostHolder(ctx context.Context, actor Actor, postID int64, role HolderRole) (*Invited, error) {
	if err := actor.Must(InvitePost); err != nil {
		return nil, err
	}
	if role != Holder && role != Deputy {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "role", Reason: "请选择担任（holder）或代理（deputy）"})
	}
	var made *Invited
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		p, err := findStaffablePost(tx, actor, postID)
		if err != nil {
			return err
		}
		made, err = insertInvitation(tx, actor, Invitation{Purpose: "post", PostID: p.ID, Role: string(role), CreatedBy: actor.PersonID, ExpiresAt: tx.Now.Add(postInvitation)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("invite post holder: %w", err)
	}
	return made, nil
}

// FirstInvitation makes the invitation with which a new installation begins: the post of the bureau's head. It is
// refused once somebody holds that post.
func (s *Service) FirstInvitation(ctx context.Context) (*Invited, error) {
	var made *Invited
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var p Post
		err := tx.Model(&Post{}).Joins("JOIN organisations ON organisations.id = posts.organisation_id").
			Where("organisations.kind = ? AND posts.kind = ? AND posts.closed_at IS NULL", Bureau, Head).Order("posts.id").Take(&p).Error
		if err != nil {
			return store.NotFound(err, ErrPostNotFound)
		}
		var n int64
		if err := tx.Model(&PostHolder{}).Where("post_id = ? AND holding IS NOT NULL", p.ID).Count(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			return ErrPostTaken
		}
		// A lost first invitation must not stay usable beside its replacement.
		if err := tx.Model(&Invitation{}).Where("post_id = ? AND used_at IS NULL AND revoked_at IS NULL", p.ID).Update("revoked_at", tx.Now).Error; err != nil {
			return err
		}
		made, err = insertInvitation(tx, audit.System{}, Invitation{Purpose: "post", PostID: p.ID, Role: string(Holder), ExpiresAt: tx.Now.Add(postInvitation)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("first invitation: %w", err)
	}
	return made, nil
}

// InviteHousehold lets an owner invite a family member or a tenant into their unit. A tenant's right ends with the
// lease.
// Faults: ErrForbidden, ErrUnitNotFound, fault.ErrInvalid.
func (s *Service) InviteHousehold(ctx context.Context, actor Actor, unitID int64, role Role) (*Invited, error) {
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
		var err error
		made, err = insertInvitation(tx, actor, Invitation{Purpose: "home", UnitID: unitID, Role: string(role), CreatedBy: actor.PersonID, ExpiresAt: tx.Now.Add(homeInvitation)})
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
		v = &InvitationView{Purpose: inv.Purpose, Role: inv.Role, ExpiresAt: inv.ExpiresAt}
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

// Accept takes up an invitation once: the post, or the home until leaseEnds for a tenant. It returns the post's id,
// 0 for a home.
// Faults: ErrInvitationInvalid, ErrPostTaken, fault.ErrInvalid.
func (s *Service) Accept(ctx context.Context, actor Actor, token string, leaseEnds *time.Time) (int64, error) {
	if err := actor.Must(ManageSelf); err != nil {
		return 0, err
	}
	var post int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		inv, err := usable(tx, token)
		if err != nil {
			return err
		}
		res := tx.Model(&Invitation{}).Where("id = ? AND used_at IS NULL", inv.ID).
			Updates(map[string]any{"used_at": tx.Now, "used_by": actor.PersonID})
		if err := store.MustAffect(res, ErrInvitationInvalid); err != nil {
			return err
		}
		if inv.Purpose == "home" {
			return acceptHome(tx, actor, inv, leaseEnds)
		}
		var p Post
		if err := tx.Where("id = ? AND closed_at IS NULL", inv.PostID).Take(&p).Error; err != nil {
			return store.NotFound(err, ErrInvitationInvalid)
		}
		if err := fill(tx, &p, actor.PersonID, HolderRole(inv.Role)); err != nil {
			return err
		}
		post = p.ID
		return audit.Append(tx, actor, "post.take", audit.Subject{Kind: "post", ID: p.ID}, map[string]any{"invitation": inv.ID, "role": inv.Role})
	})
	if err != nil {
		return 0, fmt.Errorf("accept invitation: %w", err)
	}
	return post, nil
}

func acceptHome(tx *store.Tx, actor Actor, inv *Invitation, leaseEnds *time.Time) error {
	var owner Residence
	err := tx.ForUpdate().Where("unit_id = ? AND person_id = ? AND role = ? AND living IS NOT NULL", inv.UnitID, inv.CreatedBy, RoleOwner).Take(&owner).Error
	if err != nil {
		return store.NotFound(err, ErrInvitationInvalid) // the owner has left since
	}
	r := Residence{EstateID: owner.EstateID, UnitID: inv.UnitID, PersonID: actor.PersonID, OwnerID: owner.OwnerID, Role: Role(inv.Role), Basis: "invitation"}
	if r.Role == RoleTenant {
		if leaseEnds == nil || leaseEnds.Before(tx.Now) {
			return fault.ErrInvalid.With(fault.Field{Path: "lease_ends", Reason: "请填写租约到期日，须晚于今天"})
		}
		r.LeaseEnds = dateOf(leaseEnds)
	}
	_, err = openResidence(tx, actor, r)
	return err
}
