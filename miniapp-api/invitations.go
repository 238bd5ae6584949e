package miniapp

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type tokenPath struct {
	Token string `path:"token" maxLength:"100"`
}

type invitationOutput struct {
	Body struct {
		Purpose      string    `json:"purpose" doc:"post 岗位，home 房屋"`
		Role         string    `json:"role"`
		Post         string    `json:"post,omitempty"`
		Organisation string    `json:"organisation,omitempty"`
		Unit         string    `json:"unit,omitempty"`
		LeaseEnds    string    `json:"lease_ends,omitempty" doc:"租约到期日"`
		ExpiresAt    time.Time `json:"expires_at"`
	}
}

func showInvitation(d Deps) func(context.Context, org.Actor, *tokenPath) (*invitationOutput, error) {
	return func(ctx context.Context, _ org.Actor, in *tokenPath) (*invitationOutput, error) {
		v, err := d.Org.ShowInvitation(ctx, in.Token)
		if err != nil {
			return nil, err
		}
		out := &invitationOutput{}
		b := &out.Body
		b.Purpose, b.Role, b.Post, b.Organisation, b.Unit, b.ExpiresAt = v.Purpose, v.Role, v.PostTitle, v.Organisation, v.UnitName, web.Time(v.ExpiresAt)
		if v.LeaseEnds != nil {
			b.LeaseEnds = v.LeaseEnds.Format(time.DateOnly)
		}
		return out, nil
	}
}

type acceptInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"100"`
	}
}

type acceptOutput struct {
	Body struct {
		PostID int64 `json:"post_id,omitempty" doc:"岗位编号；接受的是房屋邀请时没有"`
	}
}

func acceptInvitation(d Deps) func(context.Context, org.Actor, *acceptInput) (*acceptOutput, error) {
	return func(ctx context.Context, a org.Actor, in *acceptInput) (*acceptOutput, error) {
		post, err := d.Org.Accept(ctx, a, in.Body.Token)
		if err != nil {
			return nil, err
		}
		out := &acceptOutput{}
		out.Body.PostID = post
		return out, nil
	}
}
