package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func fundForecastRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeFundForecast", Method: http.MethodGet, Path: "/estates/{id}/fund-forecast", Summary: "按登记的更换计划，各幢的维修资金还能用到哪一年", Action: org.ReadFund}, fundForecast(d))
	web.Handle(g, web.Op{ID: "officePlanReplacement", Method: http.MethodPost, Path: "/estates/{id}/fund-replacements", Summary: "登记一项要更换或大修的：哪一年、每几年、每次多少钱、凭什么估计", Action: org.KeepFund, Rate: workRate, Status: http.StatusCreated}, fundDo(d, planReplacement))
	web.Handle(g, web.Op{ID: "officeEndReplacement", Method: http.MethodPost, Path: "/fund-replacements/{id}/end", Summary: "从推算里去掉一项，写明原因：已经办了，或估计错了", Action: org.KeepFund, Rate: workRate}, fundDo(d, endReplacement))
}

type fundForecastOutput struct{ Body hall.Forecast }

func fundForecast(d Deps) func(context.Context, org.Actor, *IDPath) (*fundForecastOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*fundForecastOutput, error) {
		v, err := d.Fund.FindForecast(ctx, a, org.ReadFund, in.ID)
		if err != nil {
			return nil, err
		}
		return &fundForecastOutput{Body: hall.OfForecast(v)}, nil
	}
}

// ReplacementBody is something that will have to be replaced.
type ReplacementBody struct {
	Tapped
	BuildingID int64  `json:"building_id,omitempty" minimum:"0" doc:"哪一幢；不填是整个小区，费用各幢按面积分"`
	Part       string `json:"part" doc:"要更换或大修的是什么"`
	Cost       string `json:"cost" doc:"每次的费用，元"`
	FirstYear  int    `json:"first_year" doc:"第一次在哪一年"`
	EveryYears int    `json:"every_years,omitempty" doc:"每几年一次；不填只一次"`
	Basis      string `json:"basis" doc:"凭什么这样估计"`
}

func planReplacement(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ReplacementBody) (int64, error) {
	cost, err := yuanIn(b.Cost, "cost")
	if err != nil {
		return 0, err
	}
	return s.PlanReplacement(ctx, a, fund.NewReplacement{EstateID: id, BuildingID: b.BuildingID, Part: b.Part, Basis: b.Basis, Cost: cost, FirstYear: b.FirstYear, EveryYears: b.EveryYears})
}

// EndReplacementBody says why.
type EndReplacementBody struct {
	Tapped
	Reason string `json:"reason"`
}

func endReplacement(ctx context.Context, s *fund.Service, a org.Actor, id int64, b EndReplacementBody) (int64, error) {
	return s.EndReplacement(ctx, a, id, b.Reason)
}
