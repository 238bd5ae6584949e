package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type projectPage struct {
	IDPath
	State string `query:"state" maxLength:"16" doc:"状态；不填为全部"`
	web.Page
}

func listProjects(d Deps) func(context.Context, org.Actor, *projectPage) (*web.List[hall.ProjectLine], error) {
	return func(ctx context.Context, a org.Actor, in *projectPage) (*web.List[hall.ProjectLine], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListProjects(ctx, a, in.ID, fund.ProjectState(in.State), before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(p fund.Project) int64 { return p.ID }, hall.ProjectLineOf(d.DB.Now())), nil
	}
}

type projectFormOutput struct {
	Body struct {
		Exclusions []hall.ProjectExclusion `json:"exclusions" doc:"不能使用维修资金的情形，逐项声明"`
		Cases      []string                `json:"emergency_cases" doc:"本地规定的紧急情形"`
		Missing    string                  `json:"missing,omitempty" doc:"本地没有规定紧急情形时的说明"`
	}
}

func projectForm(d Deps) func(context.Context, org.Actor, *comNothing) (*projectFormOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *comNothing) (*projectFormOutput, error) {
		cases, missing, err := d.Fund.EmergencyCases(ctx, a)
		if err != nil {
			return nil, err
		}
		out := &projectFormOutput{}
		out.Body.Exclusions, out.Body.Cases, out.Body.Missing = hall.ProjectExclusions(), append([]string{}, cases...), missing
		return out, nil
	}
}

func listOverdueReviews(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hall.ProjectLine], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hall.ProjectLine], error) {
		at, id, err := in.FromPair()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListOverdueReviews(ctx, a, fund.ReviewPage{Open: time.Unix(at, 0).UTC(), ID: id}, in.Want())
		if err != nil {
			return nil, err
		}
		return web.PagedPair(*in, rows, func(p fund.Project) (int64, int64) { return p.ReviewOpen.Unix(), p.ID }, hall.ProjectLineOf(d.DB.Now())), nil
	}
}

type projectOutput struct{ Body hall.Project }

func showProject(d Deps) func(context.Context, org.Actor, *IDPath) (*projectOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*projectOutput, error) {
		v, err := d.Fund.FindProject(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &projectOutput{Body: hall.ProjectOf(v, d.DB.Now())}, nil
	}
}

func listGates(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[hall.ProjectGate], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[hall.ProjectGate], error) {
		rows, err := d.Fund.Gates(ctx, a, in.ID)
		return web.Whole(rows, hall.ProjectGateOf), err
	}
}

func listProjectShares(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[hall.ProjectShare], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[hall.ProjectShare], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListShares(ctx, a, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fund.ProjectShare) int64 { return x.ID }, hall.ProjectShareOf), nil
	}
}
