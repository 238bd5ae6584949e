package org_test

import (
	"errors"
	"testing"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func (w *world) invite(t *testing.T, by org.Actor, post int64, role org.HolderRole) (*org.Invited, error) {
	t.Helper()
	return w.s.InvitePostHolder(t.Context(), by, post, role)
}

// TestNobodyStaffsTheirJudge: the leading group handles complaints about the bureau, so neither the bureau nor its
// office puts anybody into it, a clerk puts nobody anywhere, and no head names their own successor.
func TestNobodyStaffsTheirJudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, bureau, office := w.Officer(w.Code("leading-group"), org.Head), w.Officer(w.Code("housing-bureau"), org.Head), w.Officer(w.Code("leading-group-office"), org.Head)
	clerk, township, chair := w.Officer(w.Code("housing-bureau"), org.Clerk), w.Officer(w.Township, org.Head), w.Officer(w.Committee, org.Chair)
	for name, c := range map[string]struct {
		by   org.Actor
		post int64
		role org.HolderRole
		want error
	}{
		"bureau → leading group":                 {bureau, group.Post.PostID, org.Deputy, org.ErrStaffing},
		"office → leading group":                 {office, group.Post.PostID, org.Holder, org.ErrStaffing},
		"leading group → itself":                 {group, group.Post.PostID, org.Deputy, nil},
		"leading group → bureau":                 {group, bureau.Post.PostID, org.Holder, nil},
		"bureau's head → own successor":          {bureau, bureau.Post.PostID, org.Holder, org.ErrStaffing},
		"bureau's head → own deputy":             {bureau, bureau.Post.PostID, org.Deputy, nil},
		"bureau's head → its clerk":              {bureau, clerk.Post.PostID, org.Holder, nil},
		"bureau's clerk → its head":              {clerk, bureau.Post.PostID, org.Deputy, org.ErrForbidden},
		"committee's chair → own successor":      {chair, chair.Post.PostID, org.Holder, org.ErrStaffing},
		"township's head → committee's chair":    {township, chair.Post.PostID, org.Holder, nil},
		"township's head → another organisation": {township, bureau.Post.PostID, org.Deputy, org.ErrPostNotFound},
	} {
		if _, err := w.invite(t, c.by, c.post, c.role); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestNobodyAcceptsTheirOwnInvitation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	township := w.Officer(w.Township, org.Head)
	inv, err := w.invite(t, township, township.Post.PostID, org.Deputy)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Accept(t.Context(), township, inv.Token); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("own invitation: %v", err)
	}
	owner := w.Resident(0, org.RoleOwner)
	ends := w.clock.Now().AddDate(1, 0, 0)
	home, err := w.s.InviteHousehold(t.Context(), owner, owner.Homes[0].UnitID, org.RoleTenant, &ends)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Accept(t.Context(), owner, home.Token); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a tenant of oneself: %v", err)
	}
	tooLong := w.clock.Now().AddDate(21, 0, 0)
	if _, err := w.s.InviteHousehold(t.Context(), owner, owner.Homes[0].UnitID, org.RoleTenant, &tooLong); err == nil {
		t.Error("a lease of 21 years (Civil Code art. 705)")
	}
}

// TestWhoLeavesTakesTheirInvitationsAlong: a released officer does not come back by an invitation kept aside, nor by one
// whose inviter's own term is over.
func TestWhoLeavesTakesTheirInvitationsAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	head, deputy := w.Officer(w.Township, org.Head), w.Officer(w.Township, org.Head)
	spare, err := w.invite(t, deputy, head.Post.PostID, org.Deputy)
	if err != nil {
		t.Fatal(err)
	}
	open, err := w.s.ListInvitations(ctx, head, head.Post.PostID)
	if err != nil || len(open) != 1 || open[0].CreatedBy != deputy.PersonID {
		t.Fatalf("%+v, %v", open, err)
	}
	if err := w.s.ReleaseHolder(ctx, head, deputy.Post.PostID, deputy.PersonID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Accept(ctx, w.Person(), spare.Token); !errors.Is(err, org.ErrInvitationInvalid) {
		t.Errorf("a released officer's invitation: %v", err)
	}
	late, err := w.invite(t, head, w.Officer(w.Community, org.Clerk).Post.PostID, org.Deputy)
	if err != nil {
		t.Fatal(err)
	}
	err = w.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&org.Post{}).Where("id = ?", head.Post.PostID).Update("ends_on", org.DayOf(tx.Now).AddDate(0, 0, -1)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Accept(ctx, w.Person(), late.Token); !errors.Is(err, org.ErrInvitationInvalid) {
		t.Errorf("the invitation of somebody whose term is over: %v", err)
	}
}

func TestAnInvitationCanBeRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	head, post := w.Officer(w.Township, org.Head), w.Officer(w.Community, org.Clerk).Post.PostID
	inv, err := w.invite(t, head, post, org.Deputy)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.RevokeInvitation(ctx, w.Officer(w.Company, org.Head), post, inv.ID); !errors.Is(err, org.ErrPostNotFound) {
		t.Errorf("a company revokes: %v", err)
	}
	if err := w.s.RevokeInvitation(ctx, head, post, inv.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Accept(ctx, w.Person(), inv.Token); !errors.Is(err, org.ErrInvitationInvalid) {
		t.Errorf("a revoked invitation: %v", err)
	}
}
