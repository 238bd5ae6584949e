package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

// fundRoutes are what owners see of the maintenance fund: their own unit's sub-account, and totals.
func fundRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "维修资金", web.Residents)
	web.Handle(g, web.Op{ID: "showMyFund", Method: http.MethodGet, Path: "/units/{id}/fund", Summary: "我家的维修资金：余额、首期、续交、过户和每一笔", Action: org.FollowFund}, showMyFund(d))
	web.Handle(g, web.Op{ID: "printMyFund", Method: http.MethodGet, Path: "/units/{id}/fund/sheet", Summary: "打印：我家的维修资金，每一笔和每次分摊的算式（A4网页）", Action: org.FollowFund}, printMyFund(d))
	web.Handle(g, web.Op{ID: "explainMyIncome", Method: http.MethodGet, Path: "/units/{id}/fund-incomes/{income}", Summary: "这笔利息或其他收益为什么分到我家这么多：总数、我的权重、全部权重、余数怎么分", Action: org.FollowFund}, explainMyIncome(d))
	web.Handle(g, web.Op{ID: "showFundTotals", Method: http.MethodGet, Path: "/estates/{id}/fund", Summary: "小区的维修资金：由谁管理、各幢合计", Action: org.FollowFund}, showFundTotals(d))
	web.Handle(g, web.Op{ID: "showFundForecast", Method: http.MethodGet, Path: "/estates/{id}/fund-forecast", Summary: "按登记的更换计划，各幢的维修资金还能用到哪一年", Action: org.FollowFund}, showFundForecast(d))
	web.Handle(g, web.Op{ID: "showFundYear", Method: http.MethodGet, Path: "/estates/{id}/fund-years/{year}", Summary: "一年公布的维修资金数字和每个项目的费用", Action: org.FollowFund}, showFundYear(d))
	web.Handle(g, web.Op{ID: "askRecheck", Method: http.MethodPost, Path: "/units/{id}/fund-rechecks", Summary: "对我家的维修资金账目有异议，请求复核", Action: org.FollowFund, Rate: fileRate, Status: http.StatusCreated}, askRecheck(d))
	web.Handle(g, web.Op{ID: "listMyRechecks", Method: http.MethodGet, Path: "/fund-rechecks", Summary: "我的复核请求和答复", Action: org.FollowFund}, listMyRechecks(d))
}

type myFundOutput struct{ Body hall.FundStatement }

func showMyFund(d Deps) func(context.Context, org.Actor, *IDPage) (*myFundOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*myFundOutput, error) {
		page, err := hall.FundPage(in.Page)
		if err != nil {
			return nil, err
		}
		v, err := d.Fund.FindMyStatement(ctx, a, in.ID, page, in.Want())
		if err != nil {
			return nil, err
		}
		out := &myFundOutput{Body: hall.FundStatementOf(in.Page, v)}
		out.Body.Explained(prefix, "")
		return out, nil
	}
}

type incomeWhyInput struct {
	IDPath
	Income int64 `path:"income" minimum:"1"`
}

type incomeWhyOutput struct{ Body hall.FundIncomeWhy }

func explainMyIncome(d Deps) func(context.Context, org.Actor, *incomeWhyInput) (*incomeWhyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *incomeWhyInput) (*incomeWhyOutput, error) {
		w, err := d.Fund.ExplainMyIncome(ctx, a, in.ID, in.Income)
		if err != nil {
			return nil, err
		}
		return &incomeWhyOutput{Body: hall.FundIncomeWhyOf(w)}, nil
	}
}

func printMyFund(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		v, err := d.Fund.FindSheet(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return hall.FundSheet(v, prefix, "业主", d.City, d.Fund.Now())
	}
}

type fundTotalsOutput struct{ Body hall.FundTotals }

func showFundTotals(d Deps) func(context.Context, org.Actor, *IDPath) (*fundTotalsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*fundTotalsOutput, error) {
		t, err := d.Fund.FindTotals(ctx, a, org.FollowFund, in.ID)
		if err != nil {
			return nil, err
		}
		return &fundTotalsOutput{Body: hall.FundTotalsOf(t)}, nil
	}
}

type fundForecastOutput struct{ Body hall.Forecast }

func showFundForecast(d Deps) func(context.Context, org.Actor, *IDPath) (*fundForecastOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*fundForecastOutput, error) {
		v, err := d.Fund.FindForecast(ctx, a, org.FollowFund, in.ID)
		if err != nil {
			return nil, err
		}
		return &fundForecastOutput{Body: hall.OfForecast(v)}, nil
	}
}

type fundYearInput struct {
	IDPath
	Year int `path:"year" minimum:"1998" maximum:"2100"`
}

type fundYearOutput struct{ Body hall.FundYear }

func showFundYear(d Deps) func(context.Context, org.Actor, *fundYearInput) (*fundYearOutput, error) {
	return func(ctx context.Context, a org.Actor, in *fundYearInput) (*fundYearOutput, error) {
		y, err := d.Fund.FindYear(ctx, a, org.FollowFund, in.ID, in.Year)
		if err != nil {
			return nil, err
		}
		return &fundYearOutput{Body: hall.FundYearOf(y)}, nil
	}
}

type recheckInput struct {
	IDPath
	Body struct {
		Year      int    `json:"year,omitempty" minimum:"0" maximum:"2100" doc:"对哪一年的数字有异议；不清楚的不填"`
		Text      string `json:"text" minLength:"4" maxLength:"1000"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func askRecheck(d Deps) func(context.Context, org.Actor, *recheckInput) (*comDone, error) {
	return func(ctx context.Context, a org.Actor, in *recheckInput) (*comDone, error) {
		return comDid(d.Fund.AskRecheck(fund.Once(ctx, in.Body.ClientRef, web.InputHash("recheck", in.ID, in.Body)), a, in.ID, in.Body.Year, in.Body.Text))
	}
}

func listMyRechecks(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hall.FundRecheck], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hall.FundRecheck], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListMyRechecks(ctx, a, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(r fund.RecheckView) int64 { return r.ID }, hall.FundRecheckOf), nil
	}
}
