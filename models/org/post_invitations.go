package org

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// InvitePostHolder makes a one-time invitation to hold a post, or to stand in for its holder.
// Faults: ErrForbidden, ErrStaffing, ErrPostNotFound, ErrPostTaken, fault.ErrInvalid.
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
		if err := mayFill(actor, p, role); err != nil {
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

// FirstInvitation makes an invitation with which a new installation begins: the post of the bureau's head, who staffs
// the city, or of the leading group's, whom nobody else may name. It is refused once somebody holds that post.
func (s *Service) FirstInvitation(ctx context.Context, kind Kind) (*Invited, error) {
	var made *Invited
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var p Post
		err := tx.Model(&Post{}).Joins("JOIN organisations ON organisations.id = posts.organisation_id").
			Where("organisations.kind = ? AND posts.kind = ? AND posts.closed_at IS NULL", kind, Head).Order("posts.id").Take(&p).Error
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
		if err := revokeInvitations(tx, "post_id = ?", p.ID); err != nil {
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

// OpenInvitation is an invitation that may still be used.
type OpenInvitation struct {
	ID        int64
	Role      HolderRole
	CreatedBy int64
	CreatedAt time.Time
	ExpiresAt time.Time
}

// ListInvitations shows the invitations to a post that may still be used, newest first, at most 100.
// Faults: ErrForbidden, ErrStaffing, ErrPostNotFound.
func (s *Service) ListInvitations(ctx context.Context, actor Actor, postID int64) ([]OpenInvitation, error) {
	if err := actor.Must(InvitePost); err != nil {
		return nil, err
	}
	var list []OpenInvitation
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := findStaffablePost(tx, actor, postID)
		if err != nil {
			return err
		}
		return tx.Model(&Invitation{}).Where("post_id = ? AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?", p.ID, tx.Now).
			Order("id DESC").Limit(100).Scan(&list).Error
	})
	return list, err
}

// RevokeInvitation makes an unused invitation to a post void.
// Faults: ErrForbidden, ErrStaffing, ErrPostNotFound, ErrInvitationInvalid.
func (s *Service) RevokeInvitation(ctx context.Context, actor Actor, postID, id int64) error {
	if err := actor.Must(InvitePost); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		p, err := findStaffablePost(tx, actor, postID)
		if err != nil {
			return err
		}
		res := tx.Model(&Invitation{}).Where("id = ? AND post_id = ? AND used_at IS NULL AND revoked_at IS NULL", id, p.ID).Update("revoked_at", tx.Now)
		if err := store.MustAffect(res, ErrInvitationInvalid); err != nil {
			return err
		}
		return audit.Append(tx, actor, "invitation.revoke", audit.Subject{Kind: "invitation", ID: id}, map[string]any{"post": p.ID})
	})
	if err != nil {
		return fmt.Errorf("revoke invitation: %w", err)
	}
	return nil
}

func revokeInvitations(tx *store.Tx, where string, args ...any) error {
	return tx.Model(&Invitation{}).Where("used_at IS NULL AND revoked_at IS NULL").Where(where, args...).Update("revoked_at", tx.Now).Error
}

// takePost puts the invited into the post, if whoever invited may still fill it today.
func takePost(tx *store.Tx, actor Actor, inv *Invitation) (int64, error) {
	var p Post
	if err := tx.Where("id = ? AND closed_at IS NULL", inv.PostID).Take(&p).Error; err != nil {
		return 0, store.NotFound(err, ErrInvitationInvalid)
	}
	if inv.CreatedBy != 0 {
		if err := mayStillInvite(tx, inv.CreatedBy, &p, HolderRole(inv.Role)); err != nil {
			return 0, err
		}
	}
	if err := fill(tx, &p, actor.PersonID, HolderRole(inv.Role)); err != nil {
		return 0, err
	}
	return p.ID, audit.Append(tx, actor, "post.take", audit.Subject{Kind: "post", ID: p.ID}, map[string]any{"invitation": inv.ID, "role": inv.Role})
}

func mayStillInvite(tx *store.Tx, person int64, p *Post, role HolderRole) error {
	var held []int64
	if err := tx.Model(&PostHolder{}).Where("person_id = ? AND holding IS NOT NULL", person).Order("post_id").Limit(50).Pluck("post_id", &held).Error; err != nil {
		return err
	}
	for _, id := range held {
		acting, err := ActingIn(tx, person, id)
		if errors.Is(err, ErrNotYourPost) {
			continue // the term is over
		}
		if err != nil {
			return err
		}
		inviter := Actor{PersonID: person, Post: acting}
		if inviter.Must(InvitePost) != nil || mayFill(inviter, p, role) != nil {
			continue
		}
		if _, err := findStaffablePost(tx, inviter, p.ID); err == nil {
			return nil
		}
	}
	return ErrInvitationInvalid
}
