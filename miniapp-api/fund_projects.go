package miniapp

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func fundProjectRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "维修项目", web.Residents)
	web.Handle(g, web.Op{ID: "listProjects", Method: http.MethodGet, Path: "/estates/{id}/fund-projects", Summary: "小区用维修资金办的项目，新的在前", Action: org.ReadProjects}, listProjects(d))
	web.Handle(g, web.Op{ID: "proposeProject", Method: http.MethodPost, Path: "/estates/{id}/fund-projects", Summary: "受影响的业主提出使用维修资金，由物业服务企业或社区接办", Action: org.ProposeProject, Rate: fileRate, Status: http.StatusCreated}, proposeProject(d))
	web.Handle(g, web.Op{ID: "showProject", Method: http.MethodGet, Path: "/fund-projects/{id}", Summary: "一个维修项目：方案、报价、表决、施工、验收、决算和付款的条件", Action: org.ReadProjects}, showProject(d))
	web.Handle(g, web.Op{ID: "showOwnShares", Method: http.MethodGet, Path: "/fund-projects/{id}/shares", Summary: "我家分摊多少、怎么算的、凭什么", Action: org.FollowProject}, showOwnShares(d))
	web.Handle(g, web.Op{ID: "objectProject", Method: http.MethodPost, Path: "/fund-projects/{id}/objections", Summary: "公示期内对方案或决算提异议", Action: org.FollowProject, Rate: fileRate, Status: http.StatusCreated}, objectProject(d))
	web.Handle(g, web.Op{ID: "lookAtProject", Method: http.MethodPost, Path: "/fund-projects/{id}/looks", Summary: "受影响的业主参加验收：合格，或哪里不合格", Action: org.LookAtProject, Rate: fileRate, Status: http.StatusCreated}, lookAtProject(d))
	web.Handle(g, web.Op{ID: "listCharges", Method: http.MethodGet, Path: "/units/{id}/fund-charges", Summary: "我家历次分摊的维修费用，新的在前", Action: org.FollowProject}, listCharges(d))
}

func listProjects(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.ProjectLine], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.ProjectLine], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListProjects(ctx, a, in.ID, "", before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(p fund.Project) int64 { return p.ID }, hall.ProjectLineOf(d.Fund.Now())), nil
	}
}

type projectOutput struct{ Body hall.Project }

func showProject(d Deps) func(context.Context, org.Actor, *IDPath) (*projectOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*projectOutput, error) {
		v, err := d.Fund.FindProject(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &projectOutput{Body: hall.ProjectOf(v, d.Fund.Now())}, nil
	}
}

type projectMade struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

func made(id int64, err error) (*projectMade, error) {
	if err != nil {
		return nil, err
	}
	out := &projectMade{}
	out.Body.ID = id
	return out, nil
}

type proposeProjectInput struct {
	IDPath
	Body struct {
		Title     string  `json:"title" minLength:"4" maxLength:"40" doc:"要修什么"`
		Reason    string  `json:"reason" minLength:"4" maxLength:"2000" doc:"哪里坏了、影响哪些住户"`
		Buildings []int64 `json:"building_ids,omitempty" maxItems:"200" doc:"涉及哪几幢"`
		Units     []int64 `json:"unit_ids,omitempty" maxItems:"200" doc:"涉及哪几户；都不填为整个小区"`
		FileIDs   []int64 `json:"file_ids,omitempty" maxItems:"20" doc:"照片或材料（purpose=document）"`
		ClientRef string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

func proposeProject(d Deps) func(context.Context, org.Actor, *proposeProjectInput) (*projectMade, error) {
	return func(ctx context.Context, a org.Actor, in *proposeProjectInput) (*projectMade, error) {
		b := in.Body
		ctx = fund.Once(ctx, b.ClientRef, web.InputHash("propose", in.ID, b))
		return made(d.Fund.ProposeProject(ctx, a, fund.Proposing{EstateID: in.ID, Kind: fund.OrdinaryUse, Title: b.Title, Reason: b.Reason, Scope: event.Scope{Buildings: b.Buildings, Units: b.Units}, FileIDs: b.FileIDs}))
	}
}

type objectInput struct {
	IDPath
	Body struct {
		Phase     string `json:"phase" enum:"proposal,final" doc:"对使用方案，还是对决算和分摊"`
		Text      string `json:"text" minLength:"4" maxLength:"1000"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

func objectProject(d Deps) func(context.Context, org.Actor, *objectInput) (*projectMade, error) {
	return func(ctx context.Context, a org.Actor, in *objectInput) (*projectMade, error) {
		ctx = fund.Once(ctx, in.Body.ClientRef, web.InputHash("object", in.ID, in.Body))
		return made(d.Fund.ObjectProject(ctx, a, in.ID, in.Body.Phase, in.Body.Text))
	}
}

type lookAtInput struct {
	IDPath
	Body struct {
		Agree     bool    `json:"agree" doc:"是否合格"`
		Text      string  `json:"text,omitempty" maxLength:"1000" doc:"不合格的写明哪里"`
		FileIDs   []int64 `json:"file_ids,omitempty" maxItems:"9" doc:"照片（purpose=photo）"`
		ClientRef string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

func lookAtProject(d Deps) func(context.Context, org.Actor, *lookAtInput) (*projectMade, error) {
	return func(ctx context.Context, a org.Actor, in *lookAtInput) (*projectMade, error) {
		ctx = fund.Once(ctx, in.Body.ClientRef, web.InputHash("look", in.ID, in.Body))
		return made(d.Fund.LookAt(ctx, a, in.ID, in.Body.Agree, in.Body.Text, in.Body.FileIDs))
	}
}

// chargeView is a line of a resident's statement with all that it hangs on.
type chargeView struct {
	hall.ProjectShare
	ProjectID  int64           `json:"project_id"`
	Number     string          `json:"number"`
	Title      string          `json:"title"`
	State      string          `json:"state_name"`
	Total      string          `json:"total" doc:"整个项目的决算，元"`
	Resolution string          `json:"resolution,omitempty" doc:"谁决定的：业主大会决定"`
	Basis      string          `json:"basis,omitempty" doc:"不经表决的：紧急情形，或代修的原因"`
	Contract   string          `json:"contract"`
	Supplier   string          `json:"supplier"`
	Invoices   string          `json:"invoices"`
	Notice     string          `json:"notice,omitempty" doc:"决算公示编号"`
	PaidAt     *time.Time      `json:"paid_at,omitempty"`
	Links      []hall.FundLink `json:"links" doc:"依据：项目、业主的决定、公示、合同、决算书和发票，都可以打开"`
}

func viewCharge(c fund.Charge) chargeView {
	p := c.Project
	return chargeView{ProjectShare: hall.ProjectShareOf(c.ProjectShare), ProjectID: p.ID, Number: p.Number, Title: p.Title, State: fund.ProjectStates[p.State], Total: p.Total.String(), Resolution: p.Resolution, Basis: p.Basis,
		Contract: p.Contract, Supplier: p.Supplier, Invoices: p.Invoices, Notice: p.FinalNumber, PaidAt: web.TimeOr(p.PaidAt), Links: hall.FundLinksOf(prefix, c)}
}

func showOwnShares(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[chargeView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[chargeView], error) {
		rows, err := d.Fund.OwnShares(ctx, a, in.ID)
		return web.Whole(rows, viewCharge), err
	}
}

func listCharges(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[chargeView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[chargeView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListCharges(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(c fund.Charge) int64 { return c.ID }, viewCharge), nil
	}
}
