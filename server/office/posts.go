package office

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/skip2/go-qrcode"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type postView struct {
	ID             int64        `json:"id"`
	OrganisationID int64        `json:"organisation_id"`
	Organisation   string       `json:"organisation"`
	OrgKind        org.Kind     `json:"organisation_kind"`
	Kind           org.PostKind `json:"kind"`
	Title          string       `json:"title"`
	StartsOn       string       `json:"starts_on,omitempty"`
	EndsOn         string       `json:"ends_on,omitempty"`
	Holders        int64        `json:"holders" doc:"在任人数；0表示空缺"`
}

func viewPost(p org.PostView) postView {
	return postView{ID: p.ID, OrganisationID: p.OrganisationID, Organisation: p.OrgName, OrgKind: p.OrgKind, Kind: p.Kind, Title: p.Title,
		StartsOn: web.DayOr(p.StartsOn), EndsOn: web.DayOr(p.EndsOn), Holders: p.Holders}
}

func listPosts(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[postView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[postView], error) {
		rows, err := d.Org.ListPosts(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewPost), nil
	}
}

func myPosts(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[postView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[postView], error) {
		rows, err := d.Org.MyPosts(ctx, a.PersonID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewPost), nil
	}
}

type newPostInput struct {
	Body struct {
		OrganisationID int64        `json:"organisation_id" minimum:"1"`
		Kind           org.PostKind `json:"kind" enum:"head,clerk,liaison,chair,member"`
		Title          string       `json:"title" minLength:"1" maxLength:"30"`
		StartsOn       string       `json:"starts_on,omitempty" format:"date"`
		EndsOn         string       `json:"ends_on,omitempty" format:"date" doc:"任期最后一天"`
		DeputyPostID   int64        `json:"deputy_post_id,omitempty" minimum:"0" doc:"空缺时由哪个岗位代行"`
	}
}

type postOutput struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

func createPost(d Deps) func(context.Context, org.Actor, *newPostInput) (*postOutput, error) {
	return func(ctx context.Context, a org.Actor, in *newPostInput) (*postOutput, error) {
		b := in.Body
		from, err := web.Day(b.StartsOn, "starts_on")
		if err != nil {
			return nil, err
		}
		until, err := web.Day(b.EndsOn, "ends_on")
		if err != nil {
			return nil, err
		}
		p, err := d.Org.CreatePost(ctx, a, org.NewPost{OrganisationID: b.OrganisationID, Kind: b.Kind, Title: b.Title, StartsOn: from, EndsOn: until, DeputyPostID: b.DeputyPostID})
		if err != nil {
			return nil, err
		}
		out := &postOutput{}
		out.Body.ID = p.ID
		return out, nil
	}
}

func closePost(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Org.ClosePost(ctx, a, in.ID)
	}
}

type inviteInput struct {
	IDPath
	Body struct {
		Role org.HolderRole `json:"role" enum:"holder,deputy" doc:"担任或代理"`
	}
}

type inviteOutput struct {
	Body struct {
		Token     string    `json:"token" doc:"只显示这一次"`
		URL       string    `json:"url" doc:"二维码的内容；用微信扫一扫打开"`
		QR        string    `json:"qr_png" doc:"二维码图片，PNG 的 base64"`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func invitePost(d Deps) func(context.Context, org.Actor, *inviteInput) (*inviteOutput, error) {
	return func(ctx context.Context, a org.Actor, in *inviteInput) (*inviteOutput, error) {
		inv, err := d.Org.InvitePostHolder(ctx, a, in.ID, in.Body.Role)
		if err != nil {
			return nil, err
		}
		out := &inviteOutput{}
		out.Body.Token, out.Body.URL, out.Body.ExpiresAt = inv.Token, d.PublicURL+"/h5/invitations/"+inv.Token, web.Time(inv.ExpiresAt)
		png, err := qrcode.Encode(out.Body.URL, qrcode.Medium, 480)
		if err != nil {
			return nil, err
		}
		out.Body.QR = base64.StdEncoding.EncodeToString(png)
		return out, nil
	}
}

type openInvitationView struct {
	ID        int64          `json:"id"`
	Role      org.HolderRole `json:"role"`
	CreatedBy int64          `json:"created_by" doc:"发出邀请的人"`
	CreatedAt time.Time      `json:"created_at"`
	ExpiresAt time.Time      `json:"expires_at"`
}

func listInvitations(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[openInvitationView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[openInvitationView], error) {
		rows, err := d.Org.ListInvitations(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(i org.OpenInvitation) openInvitationView {
			return openInvitationView{ID: i.ID, Role: i.Role, CreatedBy: i.CreatedBy, CreatedAt: web.Time(i.CreatedAt), ExpiresAt: web.Time(i.ExpiresAt)}
		}), nil
	}
}

type invitationPath struct {
	IDPath
	Invitation int64 `path:"invitation" minimum:"1"`
}

func revokeInvitation(d Deps) func(context.Context, org.Actor, *invitationPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *invitationPath) (*web.Empty, error) {
		return nil, d.Org.RevokeInvitation(ctx, a, in.ID, in.Invitation)
	}
}

type holderPath struct {
	IDPath
	Person int64 `path:"person" minimum:"1"`
}

func releaseHolder(d Deps) func(context.Context, org.Actor, *holderPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *holderPath) (*web.Empty, error) {
		return nil, d.Org.ReleaseHolder(ctx, a, in.ID, in.Person)
	}
}
