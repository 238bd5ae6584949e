package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func openKeyRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "开放接口密钥", web.Staff)
	web.Handle(g, web.Op{ID: "officeListOpenKeys", Method: http.MethodGet, Path: "/open311-keys", Summary: "可以通过开放接口（Open311）提交的单位", Action: org.ManageOpenKeys}, listOpenKeys(d))
	web.Handle(g, web.Op{ID: "officeMakeOpenKey", Method: http.MethodPost, Path: "/open311-keys", Summary: "给一个单位发密钥", Detail: "密钥只在这次答复里显示，系统不保存原文；丢失时请停用旧的、另发新的。",
		Action: org.ManageOpenKeys, Rate: workRate, Status: http.StatusCreated}, makeOpenKey(d))
	web.Handle(g, web.Op{ID: "officeRevokeOpenKey", Method: http.MethodDelete, Path: "/open311-keys/{id}", Summary: "停用密钥，立即生效，不能恢复", Action: org.ManageOpenKeys}, revokeOpenKey(d))
}

type openKeyView struct {
	ID        int64      `json:"id"`
	Label     string     `json:"label"`
	MadeAt    time.Time  `json:"made_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	Key       string     `json:"api_key,omitempty" doc:"只在发放时显示一次"`
}

func viewOpenKey(k complaint.OpenKey) openKeyView {
	return openKeyView{ID: k.ID, Label: k.Label, MadeAt: web.Time(k.MadeAt), RevokedAt: web.TimeOr(k.RevokedAt)}
}

func listOpenKeys(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[openKeyView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[openKeyView], error) {
		rows, err := d.Complaints.ListOpenKeys(ctx, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewOpenKey), nil
	}
}

type makeOpenKeyInput struct {
	Body struct {
		Label string `json:"label" minLength:"2" maxLength:"60" doc:"给哪个单位、哪个程序用"`
	}
}

type openKeyOutput struct{ Body openKeyView }

func makeOpenKey(d Deps) func(context.Context, org.Actor, *makeOpenKeyInput) (*openKeyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *makeOpenKeyInput) (*openKeyOutput, error) {
		k, key, err := d.Complaints.MakeOpenKey(ctx, a, in.Body.Label)
		if err != nil {
			return nil, err
		}
		out := &openKeyOutput{Body: viewOpenKey(*k)}
		out.Body.Key = key
		return out, nil
	}
}

func revokeOpenKey(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Complaints.RevokeOpenKey(ctx, a, in.ID)
	}
}
