package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func proxyRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "委托投票", web.Residents)
	web.Handle(g, web.Op{ID: "giveProxy", Method: http.MethodPost, Path: "/meetings/{id}/proxies", Summary: "委托别人代我投票：上传签名的委托书，经核对后生效", Action: org.JoinMeeting, Status: http.StatusCreated, Rate: fileRate}, giveProxy(d))
	web.Handle(g, web.Op{ID: "listMyProxies", Method: http.MethodGet, Path: "/meetings/{id}/proxies", Summary: "我给出的委托", Action: org.JoinMeeting}, listMyProxies(d))
	web.Handle(g, web.Op{ID: "revokeProxy", Method: http.MethodPost, Path: "/proxies/{id}/revocation", Summary: "撤销委托；代理人投票之前随时可以", Action: org.JoinMeeting, Rate: fileRate}, revokeProxy(d))
	web.Handle(g, web.Op{ID: "listEntrusted", Method: http.MethodGet, Path: "/entrusted", Summary: "别人委托我投的票（按我的手机号）", Action: org.VoteAsAgent}, listEntrusted(d))
	web.Handle(g, web.Op{ID: "showEntrusted", Method: http.MethodGet, Path: "/proxies/{id}", Summary: "一份委托和要表决的议题", Action: org.VoteAsAgent}, showEntrusted(d))
	web.Handle(g, web.Op{ID: "castAsAgent", Method: http.MethodPost, Path: "/proxies/{id}/ballots", Summary: "代理人投票：一次提交委托范围内的全部议题，答复就是回执", Action: org.VoteAsAgent, Status: http.StatusCreated, Rate: voteRate}, castAsAgent(d))
}

type giveProxyInput struct {
	IDPath
	Body hall.Authority
}

type proxyOutput struct{ Body hall.Proxy }

func giveProxy(d Deps) func(context.Context, org.Actor, *giveProxyInput) (*proxyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *giveProxyInput) (*proxyOutput, error) {
		p, err := d.Assemblies.GiveProxy(ctx, a, in.ID, in.Body.Of(in.ID))
		if err != nil {
			return nil, err
		}
		return &proxyOutput{Body: hall.OfProxy(*p)}, nil
	}
}

func listMyProxies(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.Proxy], error) {
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

type revokeProxyInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"200" doc:"可以不填"`
	}
}

func revokeProxy(d Deps) func(context.Context, org.Actor, *revokeProxyInput) (*proxyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *revokeProxyInput) (*proxyOutput, error) {
		p, err := d.Assemblies.RevokeProxy(ctx, a, in.ID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return &proxyOutput{Body: hall.OfProxy(*p)}, nil
	}
}

func listEntrusted(d Deps) func(context.Context, org.Actor, *struct{}) (*web.List[hall.Entrusted], error) {
	return func(ctx context.Context, a org.Actor, _ *struct{}) (*web.List[hall.Entrusted], error) {
		rows, err := d.Assemblies.ListEntrusted(ctx, a)
		if err != nil {
			return nil, err
		}
		out := &web.List[hall.Entrusted]{}
		out.Body.Items = []hall.Entrusted{}
		for _, e := range rows {
			out.Body.Items = append(out.Body.Items, hall.OfEntrusted(e))
		}
		return out, nil
	}
}

type entrustedOutput struct{ Body hall.Entrusted }

func showEntrusted(d Deps) func(context.Context, org.Actor, *IDPath) (*entrustedOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*entrustedOutput, error) {
		e, err := d.Assemblies.ShowEntrusted(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &entrustedOutput{Body: hall.OfEntrusted(*e)}, nil
	}
}

type agentCastInput struct {
	IDPath
	Body hall.Choices
}

func castAsAgent(d Deps) func(context.Context, org.Actor, *agentCastInput) (*receiptOutput, error) {
	return func(ctx context.Context, a org.Actor, in *agentCastInput) (*receiptOutput, error) {
		r, err := d.Assemblies.CastAsAgent(ctx, a, in.ID, in.Body.Cast())
		if err != nil {
			return nil, err
		}
		return &receiptOutput{Body: hall.OfReceipt(r, d.PublicURL)}, nil
	}
}
