package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func fundRenewalRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListToRenew", Method: http.MethodGet, Path: "/estates/{id}/fund-renewals", Summary: "余额不足首期交存额规定比例、需要续交的户；只给管理单位和业委会看", Action: org.ReadFundDebts}, listToRenew(d))
	web.Handle(g, web.Op{ID: "officeListFundPlans", Method: http.MethodGet, Path: "/estates/{id}/fund-plans", Summary: "续交方案，新的在前", Action: org.ReadFund}, listFundPlans(d))
	web.Handle(g, web.Op{ID: "officeMakeFundPlan", Method: http.MethodPost, Path: "/estates/{id}/fund-plans", Summary: "按业主大会“筹集维修资金”的决定登记续交方案，算出每户应交", Action: org.KeepFund, Rate: workRate, Status: http.StatusCreated}, fundDo(d, makeFundPlan))
	web.Handle(g, web.Op{ID: "officeShowFundPlan", Method: http.MethodGet, Path: "/fund-plans/{id}", Summary: "一个续交方案：每户每期应交和已交；只给管理单位和业委会看", Action: org.ReadFundDebts}, showFundPlan(d))
	web.Handle(g, web.Op{ID: "officeShowUnpaidTotals", Method: http.MethodGet, Path: "/estates/{id}/fund-unpaid/totals", Summary: "各幢首期没有交齐的户数和合计；不足5户的合并", Action: org.ReadFund}, showUnpaidTotals(d))
	web.Handle(g, web.Op{ID: "officeShowRenewalTotals", Method: http.MethodGet, Path: "/estates/{id}/fund-renewals/totals", Summary: "各幢需要续交的户数和合计；不足5户的合并", Action: org.ReadFund}, showRenewalTotals(d))
	web.Handle(g, web.Op{ID: "officeShowFundPlanTotals", Method: http.MethodGet, Path: "/fund-plans/{id}/totals", Summary: "一个续交方案：各幢没有交清的户数和合计；不足5户的合并", Action: org.ReadFund}, showFundPlanTotals(d))
	web.Handle(g, web.Op{ID: "officeConfirmFundPlan", Method: http.MethodPost, Path: "/fund-plans/{id}/confirmation", Summary: "另一个人复核续交方案", Action: org.KeepFund, Rate: workRate}, fundDo(d, confirmFundPlan))
}

type lowView struct {
	UnitID  int64  `json:"unit_id"`
	Unit    string `json:"unit"`
	First   string `json:"first" doc:"首期交存额，元"`
	Balance string `json:"balance" doc:"余额，元"`
	Rate    int64  `json:"rate" doc:"规定比例，万分之几"`
}

func listToRenew(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[lowView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[lowView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, rate, next, err := d.Fund.ListToRenew(ctx, a, in.ID, after, in.Limit)
		if err != nil {
			return nil, err
		}
		return web.PagedAt(rows, next, func(x fund.Low) lowView {
			return lowView{UnitID: x.UnitID, Unit: x.Unit, First: x.First.String(), Balance: x.Balance.String(), Rate: rate}
		}), nil
	}
}

// FundPlanBody is a plan as the owners decided it.
type FundPlanBody struct {
	Tapped
	Title     string   `json:"title" minLength:"2" maxLength:"60"`
	MeetingID int64    `json:"meeting_id" minimum:"1" doc:"作出决定的会议：结果已确认"`
	Position  int      `json:"position" minimum:"1" doc:"会议的第几个议题"`
	Basis     string   `json:"basis" enum:"area,first" doc:"area 按面积；first 余额不足的户补到首期交存额的一定比例"`
	Rate      int64    `json:"rate" minimum:"1" maximum:"1000000" doc:"area：每平方米多少分；first：万分之几"`
	Dates     []string `json:"dates" minItems:"1" maxItems:"24" doc:"每期的交存日期，依次靠后"`
}

func makeFundPlan(ctx context.Context, s *fund.Service, a org.Actor, id int64, b FundPlanBody) (int64, error) {
	in := fund.NewPlan{EstateID: id, Title: b.Title, MeetingID: b.MeetingID, Position: b.Position, Basis: fund.PlanBasis(b.Basis), Rate: b.Rate}
	for _, text := range b.Dates {
		day, err := dateIn(text, "body.dates")
		if err != nil {
			return 0, err
		}
		in.Dates = append(in.Dates, day)
	}
	return s.MakePlan(ctx, a, in)
}

func confirmFundPlan(ctx context.Context, s *fund.Service, a org.Actor, id int64, b FundAgreeBody) (int64, error) {
	return s.ConfirmPlan(ctx, a, id, b.Agree, b.Reason)
}

// FundPlanView is a plan as lists show it.
type FundPlanView struct {
	ID         int64  `json:"id"`
	Title      string `json:"title"`
	Resolution string `json:"resolution" doc:"业主大会的决定"`
	Basis      string `json:"basis"`
	Rate       int64  `json:"rate"`
	State      string `json:"state"`
	StateName  string `json:"state_name"`
	Units      int    `json:"units"`
	Amount     string `json:"amount" doc:"应交合计，元"`
	Reason     string `json:"reason,omitempty"`
}

func viewFundPlan(p fund.Plan) FundPlanView {
	return FundPlanView{ID: p.ID, Title: p.Title, Resolution: p.Resolution, Basis: fund.PlanBases[p.Basis], Rate: p.Rate, State: p.State, StateName: fund.PlanStates[p.State], Units: p.Units, Amount: p.Amount.String(), Reason: p.Reason}
}

func listFundPlans(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[FundPlanView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[FundPlanView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListPlans(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(p fund.Plan) int64 { return p.ID }, viewFundPlan), nil
	}
}

type fundPlanOutput struct {
	Body struct {
		FundPlanView
		Paid  string          `json:"paid" doc:"已交合计，元"`
		Items []hall.FundOwed `json:"items"`
		Next  string          `json:"next,omitempty"`
	}
}

func showFundPlan(d Deps) func(context.Context, org.Actor, *IDPage) (*fundPlanOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*fundPlanOutput, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		v, err := d.Fund.FindPlan(ctx, a, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		out := &fundPlanOutput{}
		out.Body.FundPlanView, out.Body.Paid = viewFundPlan(v.Plan), v.Paid.String()
		page := web.Paged(in.Page, v.List, func(o fund.Owed) int64 { return o.ID }, func(o fund.Owed) hall.FundOwed { return hall.FundOwedOf("", o) })
		out.Body.Items, out.Body.Next = page.Body.Items, page.Body.Next
		return out, nil
	}
}

type buildingDebtView struct {
	BuildingID int64  `json:"building_id,omitempty"`
	Building   string `json:"building"`
	Units      int    `json:"units,omitempty" doc:"户数；全小区不足5户时不显示"`
	Amount     string `json:"amount,omitempty" doc:"合计，元；全小区不足5户时不显示"`
	Merged     bool   `json:"merged,omitempty" doc:"几幢合并的"`
}

type buildingDebts struct {
	Body struct {
		Rate  int64              `json:"rate,omitempty" doc:"规定比例，万分之几"`
		Plan  *FundPlanView      `json:"plan,omitempty"`
		Items []buildingDebtView `json:"items"`
	}
}

func buildingDebtsOf(list []fund.BuildingDebt) *buildingDebts {
	out := &buildingDebts{}
	out.Body.Items = []buildingDebtView{}
	for _, b := range list {
		out.Body.Items = append(out.Body.Items, buildingDebtView{BuildingID: b.BuildingID, Building: b.Name, Units: b.Units, Amount: zeroless(b.Amount), Merged: b.Merged})
	}
	return out
}

func showRenewalTotals(d Deps) func(context.Context, org.Actor, *IDPath) (*buildingDebts, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*buildingDebts, error) {
		list, rate, err := d.Fund.RenewalTotals(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := buildingDebtsOf(list)
		out.Body.Rate = rate
		return out, nil
	}
}

func showUnpaidTotals(d Deps) func(context.Context, org.Actor, *IDPath) (*buildingDebts, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*buildingDebts, error) {
		list, err := d.Fund.UnpaidTotals(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return buildingDebtsOf(list), nil
	}
}

func showFundPlanTotals(d Deps) func(context.Context, org.Actor, *IDPath) (*buildingDebts, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*buildingDebts, error) {
		p, list, err := d.Fund.PlanTotals(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out, view := buildingDebtsOf(list), viewFundPlan(*p)
		out.Body.Plan = &view
		return out, nil
	}
}
