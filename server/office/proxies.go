package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func proxyRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "委托投票", web.Staff)
	web.Handle(g, web.Op{ID: "officeEnterProxy", Method: http.MethodPost, Path: "/meetings/{id}/proxies", Summary: "登记业主交来的委托书", Action: org.ConveneMeeting, Rate: workRate, Status: http.StatusCreated}, enterProxy(d))
	web.Handle(g, web.Op{ID: "officeListProxies", Method: http.MethodGet, Path: "/meetings/{id}/proxies", Summary: "本次会议的委托；代理人只显示姓", Action: org.ConveneMeeting}, listProxies(d))
	web.Handle(g, web.Op{ID: "officeShowProxy", Method: http.MethodGet, Path: "/meetings/{id}/proxies/{proxy}", Summary: "一份委托的全部内容，用来和委托书核对；查看有记录", Action: org.ConveneMeeting, Rate: revealRate}, showProxy(d))
	web.Handle(g, web.Op{ID: "officeReviewProxy", Method: http.MethodPost, Path: "/meetings/{id}/proxies/{proxy}/review", Summary: "由另一个人核对委托：认可或不认可；一名代理人代理的户数不超过规则的上限", Action: org.ConveneMeeting, Rate: workRate}, reviewProxy(d))
	web.Handle(g, web.Op{ID: "officeRevokeProxy", Method: http.MethodPost, Path: "/meetings/{id}/proxies/{proxy}/revocation", Summary: "按业主的书面要求撤销委托；代理人投票之前", Action: org.ConveneMeeting, Rate: workRate}, endProxy(d))
	web.Handle(g, web.Op{ID: "officeInvalidateProxy", Method: http.MethodPost, Path: "/meetings/{id}/proxies/{proxy}/invalidation", Summary: "异议成立后认定委托无效：代理人投的票不计，保留并注明", Action: org.AnswerOwners, Rate: workRate}, invalidateProxy(d))
}

type enterProxyInput struct {
	IDPath
	Body hall.Authority
}

type proxyOutput struct{ Body hall.Proxy }

func proxyOut(p *assembly.Proxy, err error) (*proxyOutput, error) {
	if err != nil {
		return nil, err
	}
	return &proxyOutput{Body: hall.OfProxy(*p)}, nil
}

func enterProxy(d Deps) func(context.Context, org.Actor, *enterProxyInput) (*proxyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *enterProxyInput) (*proxyOutput, error) {
		return proxyOut(d.Assemblies.GiveProxy(ctx, a, in.ID, in.Body.Of(in.ID)))
	}
}

func listProxies(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Proxy], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.Proxy], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListProxies(ctx, a, in.ID, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r assembly.ProxyRow) int64 { return r.ID }, hall.OfProxyRow), nil
	}
}

// ProxyPath is the input of operations on an authorisation of a meeting.
type ProxyPath struct {
	IDPath
	Proxy int64 `path:"proxy" minimum:"1"`
}

func showProxy(d Deps) func(context.Context, org.Actor, *ProxyPath) (*proxyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *ProxyPath) (*proxyOutput, error) {
		r, err := d.Assemblies.FindProxy(ctx, a, in.ID, in.Proxy)
		if err != nil {
			return nil, err
		}
		return &proxyOutput{Body: hall.OfProxyRow(*r)}, nil
	}
}

type reviewProxyInput struct {
	ProxyPath
	Body decision
}

func reviewProxy(d Deps) func(context.Context, org.Actor, *reviewProxyInput) (*proxyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *reviewProxyInput) (*proxyOutput, error) {
		return proxyOut(d.Assemblies.ReviewProxy(ctx, a, in.ID, in.Proxy, in.Body.Accept, in.Body.Reason))
	}
}

type endProxyInput struct {
	ProxyPath
	Body struct {
		Reason string `json:"reason" maxLength:"200" doc:"业主怎样要求撤销"`
	}
}

func endProxy(d Deps) func(context.Context, org.Actor, *endProxyInput) (*proxyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *endProxyInput) (*proxyOutput, error) {
		return proxyOut(d.Assemblies.RevokeProxy(ctx, a, in.Proxy, in.Body.Reason))
	}
}

type invalidateProxyInput struct {
	ProxyPath
	Body struct {
		ObjectionID int64  `json:"objection_id" minimum:"1" doc:"成立的异议"`
		Reason      string `json:"reason" maxLength:"200"`
	}
}

func invalidateProxy(d Deps) func(context.Context, org.Actor, *invalidateProxyInput) (*proxyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *invalidateProxyInput) (*proxyOutput, error) {
		return proxyOut(d.Assemblies.InvalidateProxy(ctx, a, in.ID, in.Proxy, in.Body.ObjectionID, in.Body.Reason))
	}
}
