package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var codeRate = &limit.Rule{Name: "account-code", Rate: 10, Per: time.Hour, Burst: 5}

func serviceAccountRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "消息", web.Staff)
	web.Handle(g, web.Op{ID: "officeAskAccountCode", Method: http.MethodPost, Path: "/service-account/codes", Summary: "取绑定服务号的一次性数字，把它发给服务号，或扫二维码", Action: org.UseInbox, Rate: codeRate, Status: http.StatusCreated}, askAccountCode(d))
	web.Handle(g, web.Op{ID: "officeShowServiceAccount", Method: http.MethodGet, Path: "/service-account", Summary: "我有没有绑定服务号", Action: org.UseInbox}, showServiceAccount(d))
}

type accountCodeOutput struct {
	Body struct {
		Code    string    `json:"code" doc:"用自己的微信关注服务号，把这8位数字发给它；只能用一次"`
		QR      string    `json:"qr,omitempty" doc:"或者用微信扫内容是这个网址的二维码；没有就只能发数字"`
		Expires time.Time `json:"expires_at"`
	}
}

func askAccountCode(d Deps) func(context.Context, org.Actor, *web.Empty) (*accountCodeOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*accountCodeOutput, error) {
		code, until, err := d.Org.AskAccountCode(ctx, a)
		if err != nil {
			return nil, err
		}
		out := &accountCodeOutput{}
		out.Body.Code, out.Body.Expires = code, web.Time(until)
		if qr, err := d.Scene(ctx, code, org.AccountCodeFor); err == nil { // the code can be sent all the same
			out.Body.QR = qr
		}
		return out, nil
	}
}

type serviceAccountOutput struct {
	Body struct {
		Bound bool       `json:"bound" doc:"消息会发到服务号；取消关注就解除"`
		Since *time.Time `json:"since,omitempty"`
	}
}

func showServiceAccount(d Deps) func(context.Context, org.Actor, *web.Empty) (*serviceAccountOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*serviceAccountOutput, error) {
		since, err := d.Org.FollowsSince(ctx, a)
		if err != nil {
			return nil, err
		}
		out := &serviceAccountOutput{}
		out.Body.Bound, out.Body.Since = since != nil, web.TimeOr(since)
		return out, nil
	}
}
