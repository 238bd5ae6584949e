package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type holdingView struct {
	Holder     string    `json:"holder"`
	Bank       string    `json:"bank"`
	LastFour   string    `json:"last_four"`
	Resolution string    `json:"resolution,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	At         time.Time `json:"at"`
}

type fundOutput struct {
	Body struct {
		hall.FundTotals
		Holdings []holdingView `json:"holdings" doc:"由谁管理的经过，新的在前"`
	}
}

func showFund(d Deps) func(context.Context, org.Actor, *IDPath) (*fundOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*fundOutput, error) {
		v, err := d.Fund.FindAccount(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		t, err := d.Fund.FindTotals(ctx, a, org.ReadFund, in.ID)
		if err != nil {
			return nil, err
		}
		out := &fundOutput{}
		out.Body.FundTotals = hall.FundTotalsOf(t)
		out.Body.Holdings = []holdingView{}
		for _, h := range v.Holdings {
			out.Body.Holdings = append(out.Body.Holdings, holdingView{Holder: fund.HolderNames[h.Holder], Bank: h.Bank, LastFour: h.LastFour, Resolution: h.Resolution, Reason: h.Reason, At: web.Time(h.At)})
		}
		return out, nil
	}
}

type subAccountInput struct {
	IDPath
	Seller bool `query:"seller" doc:"看售房单位分户账的明细"`
	web.Page
}

type subAccountOutput struct{ Body hall.FundStatement }

func showSubAccount(d Deps) func(context.Context, org.Actor, *subAccountInput) (*subAccountOutput, error) {
	return func(ctx context.Context, a org.Actor, in *subAccountInput) (*subAccountOutput, error) {
		page, err := hall.FundPage(in.Page)
		if err != nil {
			return nil, err
		}
		v, err := d.Fund.FindUnitStatement(ctx, a, in.ID, in.Seller, page, in.Want())
		if err != nil {
			return nil, err
		}
		out := &subAccountOutput{Body: hall.FundStatementOf(in.Page, v)}
		query := ""
		if in.Seller {
			query = "?seller=true"
		}
		out.Body.Explained(prefix, query)
		return out, nil
	}
}

type incomeWhyInput struct {
	IDPath
	Income int64 `path:"income" minimum:"1"`
	Seller bool  `query:"seller" doc:"售房单位分户账的那一份"`
}

type incomeWhyOutput struct{ Body hall.FundIncomeWhy }

func explainIncome(d Deps) func(context.Context, org.Actor, *incomeWhyInput) (*incomeWhyOutput, error) {
	return func(ctx context.Context, a org.Actor, in *incomeWhyInput) (*incomeWhyOutput, error) {
		w, err := d.Fund.ExplainIncome(ctx, a, in.ID, in.Income, in.Seller)
		if err != nil {
			return nil, err
		}
		return &incomeWhyOutput{Body: hall.FundIncomeWhyOf(w)}, nil
	}
}
