package org

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// NewPost describes a post to create.
type NewPost struct {
	OrganisationID int64
	Kind           PostKind
	Title          string
	StartsOn       *time.Time
	EndsOn         *time.Time
	DeputyPostID   int64
}

// ErrPostTaken says that the post has a living holder already.
var ErrPostTaken = fault.New(fault.Conflict, "post.taken", "这个岗位已经有人担任，请先办理离任，或邀请副职")

// CreatePost adds a post to an organisation that the actor may staff.
// Faults: ErrForbidden, ErrPostInvite, ErrOrganisationNotFound, fault.ErrInvalid.
func (s *Service) CreatePost(ctx context.Context, actor Actor, in NewPost) (*Post, error) {
	if err := actor.Must(InvitePost); err != nil {
		return nil, err
	}
	in.Title = strings.TrimSpace(in.Title)
	var c fault.Checks
	c.Check(in.Title != "" && len([]rune(in.Title)) <= 30, "title", "请填写岗位名称，不超过30个字")
	c.Check(in.StartsOn == nil || in.EndsOn == nil || !in.EndsOn.Before(*in.StartsOn), "ends_on", "任期结束不能早于开始")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var p *Post
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		o, err := staffable(tx, actor, in.OrganisationID)
		if err != nil {
			return err
		}
		if !slices.Contains(kindsOf(o.Kind), in.Kind) {
			return fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: "这类单位没有这种岗位"})
		}
		if o.Kind == Committee && in.EndsOn != nil && in.StartsOn != nil && in.EndsOn.After(in.StartsOn.AddDate(5, 0, 0)) {
			return fault.ErrInvalid.With(fault.Field{Path: "ends_on", Reason: "业委会每届任期不超过五年（《业主大会和业主委员会指导规则》第三十二条）"})
		}
		if in.DeputyPostID != 0 {
			var n int64
			if err := tx.Model(&Post{}).Where("id = ? AND organisation_id = ? AND closed_at IS NULL", in.DeputyPostID, o.ID).Count(&n).Error; err != nil {
				return err
			}
			if n == 0 {
				return ErrPostNotFound
			}
		}
		p, err = insertPost(tx, actor, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create post: %w", err)
	}
	return p, nil
}

func kindsOf(k Kind) []PostKind {
	if k == Committee {
		return []PostKind{Chair, Member}
	}
	return []PostKind{Head, Clerk, Liaison}
}

func insertPost(tx *store.Tx, actor audit.Actor, in NewPost) (*Post, error) {
	p := &Post{OrganisationID: in.OrganisationID, Kind: in.Kind, Title: in.Title, StartsOn: dateOf(in.StartsOn), EndsOn: dateOf(in.EndsOn),
		DeputyPostID: in.DeputyPostID, CreatedAt: tx.Now}
	if err := tx.Create(p).Error; err != nil {
		return nil, err
	}
	return p, audit.Append(tx, actor, "post.create", audit.Subject{Kind: "post", ID: p.ID}, map[string]any{"organisation": in.OrganisationID, "kind": in.Kind})
}

// ErrStaffing is the refusal to fill a post that only somebody above may fill.
var ErrStaffing = fault.New(fault.Forbidden, "post.staffing", "这个岗位要由上级单位安排，请联系上级单位")

// staffable finds the organisation if the actor may create and fill its posts: any for the heads of the leading group,
// the bureau and the office, those below it for a township's, its own for a head. The leading group judges the bureau,
// so nobody but itself staffs it.
func staffable(tx *store.Tx, actor Actor, id int64) (*Organisation, error) {
	o, err := findOrganisation(tx, id)
	if err != nil {
		return nil, err
	}
	if o.Kind == LeadingGroup && o.ID != actor.OrganisationID() {
		return nil, ErrStaffing
	}
	if actor.Has(InvitePost, ScopeCity) || o.ID == actor.OrganisationID() {
		return o, nil
	}
	if actor.Has(InvitePost, ScopeJurisdiction) {
		below, err := isBelow(tx, o.ID, actor.OrganisationID())
		if err != nil {
			return nil, err
		}
		if below || (o.Kind == Company && servesIn(tx, o.ID, actor.OrganisationID())) {
			return o, nil
		}
	}
	return nil, ErrOrganisationNotFound
}

// mayFill refuses the succession of an organisation's head by itself; only the leading group has nobody above.
func mayFill(actor Actor, p *Post, role HolderRole) error {
	top := p.Kind == Head || p.Kind == Chair
	if top && role == Holder && p.OrganisationID == actor.OrganisationID() && actor.Post.OrgKind != LeadingGroup {
		return ErrStaffing
	}
	return nil
}

// servesIn reports whether the company manages an estate of the township.
func servesIn(tx *store.Tx, company, township int64) bool {
	var n int64
	err := tx.Model(&Estate{}).Where("company_id = ? AND township_id = ?", company, township).Limit(1).Count(&n).Error
	return err == nil && n > 0
}

// ClosePost ends a post, for example at the end of a term; its holders lose it at once.
func (s *Service) ClosePost(ctx context.Context, actor Actor, id int64) error {
	if err := actor.Must(InvitePost); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		p, err := findStaffablePost(tx, actor, id)
		if err != nil {
			return err
		}
		if err := tx.Model(&Post{}).Where("id = ?", p.ID).Update("closed_at", tx.Now).Error; err != nil {
			return err
		}
		var gone []int64
		if err := tx.Model(&PostHolder{}).Where("post_id = ? AND holding IS NOT NULL", p.ID).Pluck("person_id", &gone).Error; err != nil {
			return err
		}
		if err := releaseHolders(tx, "post_id = ?", p.ID); err != nil {
			return err
		}
		if err := s.ended(tx, p.ID, gone...); err != nil {
			return err
		}
		if err := revokeInvitations(tx, "post_id = ? OR (purpose = 'post' AND created_by IN ?)", p.ID, append(gone, 0)); err != nil {
			return err
		}
		return audit.Append(tx, actor, "post.close", audit.Subject{Kind: "post", ID: p.ID}, nil)
	})
	if err != nil {
		return fmt.Errorf("close post: %w", err)
	}
	return nil
}

// ReleaseHolder takes a person out of a post: they have left or resigned.
func (s *Service) ReleaseHolder(ctx context.Context, actor Actor, postID, personID int64) error {
	if err := actor.Must(InvitePost); err != nil && personID != actor.PersonID {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if personID != actor.PersonID {
			if _, err := findStaffablePost(tx, actor, postID); err != nil {
				return err
			}
		}
		if err := releaseHolders(tx, "post_id = ? AND person_id = ?", postID, personID); err != nil {
			return err
		}
		if err := s.ended(tx, postID, personID); err != nil {
			return err
		}
		// What they gave out before they left must not bring them back.
		if err := revokeInvitations(tx, "purpose = 'post' AND created_by = ?", personID); err != nil {
			return err
		}
		return audit.Append(tx, actor, "post.release", audit.Subject{Kind: "post", ID: postID}, map[string]any{"person": personID})
	})
	if err != nil {
		return fmt.Errorf("release holder: %w", err)
	}
	return nil
}

func releaseHolders(tx *store.Tx, where string, args ...any) error {
	return tx.Model(&PostHolder{}).Where("holding IS NOT NULL").Where(where, args...).
		Updates(map[string]any{"ends_at": tx.Now, "holding": nil}).Error
}

func findStaffablePost(tx *store.Tx, actor Actor, id int64) (*Post, error) {
	var p Post
	if err := tx.Where("id = ? AND closed_at IS NULL", id).Take(&p).Error; err != nil {
		return nil, store.NotFound(err, ErrPostNotFound)
	}
	if _, err := staffable(tx, actor, p.OrganisationID); err != nil {
		if errors.Is(err, ErrOrganisationNotFound) {
			return nil, ErrPostNotFound
		}
		return nil, err
	}
	return &p, nil
}

// fill puts a person into a post. A post has one holder and any number of deputies.
func fill(tx *store.Tx, post *Post, person int64, role HolderRole) error {
	if role == Holder {
		var n int64
		err := tx.Model(&PostHolder{}).Where("post_id = ? AND role = ? AND holding IS NOT NULL AND person_id <> ?", post.ID, Holder, person).Count(&n).Error
		if err != nil {
			return err
		}
		if n > 0 {
			return ErrPostTaken
		}
	}
	holding := fmt.Sprintf("%d/%d", post.ID, person)
	if role == Holder {
		holding = fmt.Sprintf("%d/holder", post.ID)
	}
	var same []PostHolder
	if err := tx.Where("holding = ?", holding).Find(&same).Error; err != nil {
		return err
	}
	if len(same) > 0 && same[0].PersonID == person {
		return nil
	}
	h := PostHolder{PostID: post.ID, PersonID: person, Role: role, Since: tx.Now, Holding: &holding}
	return store.Duplicate(tx.Create(&h).Error, ErrPostTaken)
}

// PostView is a post with its organisation and whether somebody living holds it.
type PostView struct {
	Post
	OrgKind Kind
	OrgName string
	Holders int64
}

// ListPosts shows the posts of one organisation.
func (s *Service) ListPosts(ctx context.Context, actor Actor, organisationID int64) ([]PostView, error) {
	if err := actor.Must(ReadOrganisations); err != nil {
		return nil, err
	}
	var rows []PostView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		o, err := findOrganisation(tx, organisationID)
		if err != nil {
			return err
		}
		err = tx.Model(&Post{}).Select("posts.*, (SELECT COUNT(*) FROM post_holders h WHERE h.post_id = posts.id AND h.holding IS NOT NULL) AS holders").
			Where("organisation_id = ? AND closed_at IS NULL", o.ID).Order("id").Limit(200).Scan(&rows).Error
		for i := range rows {
			rows[i].OrgKind, rows[i].OrgName = o.Kind, o.Name
		}
		return err
	})
	return rows, err
}

// MyPosts lists the posts that a person may act in today.
func (s *Service) MyPosts(ctx context.Context, personID int64) ([]PostView, error) {
	var rows []PostView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Post{}).Select("posts.*, organisations.kind AS org_kind, organisations.name AS org_name, 1 AS holders").
			Joins("JOIN post_holders h ON h.post_id = posts.id AND h.holding IS NOT NULL").
			Joins("JOIN organisations ON organisations.id = posts.organisation_id AND organisations.closed_at IS NULL").
			Where("h.person_id = ?", personID)
		return living(q, tx.Now).Order("posts.id").Limit(50).Scan(&rows).Error
	})
	return rows, err
}

// ActingIn gives the post a person acts in: the one asked for, or with 0 the first they hold. A post that nobody holds
// may be acted in by the holder of its deputy post. Faults: ErrNotYourPost.
func ActingIn(tx *store.Tx, person, post int64) (*Acting, error) {
	q := tx.Model(&Post{}).Select("posts.id AS post_id, posts.kind, posts.title, organisations.id AS organisation_id, organisations.kind AS org_kind, organisations.name AS org_name").
		Joins("JOIN organisations ON organisations.id = posts.organisation_id AND organisations.closed_at IS NULL").
		Where(`EXISTS (SELECT 1 FROM post_holders h WHERE h.holding IS NOT NULL AND h.person_id = ? AND (h.post_id = posts.id
			OR (h.post_id = posts.deputy_post_id AND NOT EXISTS (SELECT 1 FROM post_holders o WHERE o.post_id = posts.id AND o.holding IS NOT NULL))))`, person)
	if post != 0 {
		q = q.Where("posts.id = ?", post)
	}
	var a Acting
	if err := living(q, tx.Now).Order("posts.id").Take(&a).Error; err != nil {
		return nil, store.NotFound(err, ErrNotYourPost)
	}
	return &a, nil
}

// WorksIn reports whether a person holds or deputises in a post of an organisation now.
func WorksIn(tx *store.Tx, person, organisation int64) (bool, error) {
	var n int64
	posts := tx.Model(&Post{}).Select("id").Where("organisation_id = ? AND closed_at IS NULL", organisation)
	err := tx.Model(&PostHolder{}).Where("person_id = ? AND holding IS NOT NULL AND post_id IN (?)", person, posts).Count(&n).Error
	return n > 0, err
}
