package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func feeRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "缴费", web.Residents)
	web.Handle(g, web.Op{ID: "listFeeRules", Method: http.MethodGet, Path: "/estates/{id}/fee-rules", Summary: "小区收哪些费：价格、依据、服务标准、投诉电话", Action: org.ReadFeeRules}, listFeeRules(d))
	web.Handle(g, web.Op{ID: "showFeeRule", Method: http.MethodGet, Path: "/fee-rules/{id}", Summary: "一项收费和历次价格", Action: org.ReadFeeRules}, showFeeRule(d))
	web.Handle(g, web.Op{ID: "listMyBills", Method: http.MethodGet, Path: "/units/{id}/fee-bills", Summary: "我家的账单，新的在前；业主和家人能看，租客不能", Action: org.SeeBills}, listMyBills(d))
	web.Handle(g, web.Op{ID: "showMyBill", Method: http.MethodGet, Path: "/fee-bills/{id}", Summary: "一张账单：怎么算的、减了什么、还要交多少", Action: org.SeeBills}, showMyBill(d))
	web.Handle(g, web.Op{ID: "listMyReceipts", Method: http.MethodGet, Path: "/units/{id}/fee-receipts", Summary: "我家的缴费记录和收据", Action: org.SeeBills}, listMyReceipts(d))
	web.Handle(g, web.Op{ID: "showMyFees", Method: http.MethodGet, Path: "/units/{id}/fee-account", Summary: "我家一共要交多少、预交了多少、押金多少", Action: org.SeeBills}, showMyFees(d))
	feeDunningRoutes(g, d)
}

type feeRuleOutput struct{ Body hall.FeeRule }

func listFeeRules(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[hall.FeeRule], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[hall.FeeRule], error) {
		rows, err := d.Fees.ListRules(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, hall.ViewFeeRule), nil
	}
}

func showFeeRule(d Deps) func(context.Context, org.Actor, *IDPath) (*feeRuleOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeRuleOutput, error) {
		v, err := d.Fees.FindRule(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &feeRuleOutput{Body: hall.ViewFeeRule(*v)}, nil
	}
}

type feePage struct {
	IDPath
	web.Page
}

func listMyBills(d Deps) func(context.Context, org.Actor, *feePage) (*web.List[hall.FeeBill], error) {
	return func(ctx context.Context, a org.Actor, in *feePage) (*web.List[hall.FeeBill], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListMyBills(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(b fee.MyBill) int64 { return b.ID }, hall.ViewFeeBill), nil
	}
}

type feeBillOutput struct{ Body hall.FeeBill }

func showMyBill(d Deps) func(context.Context, org.Actor, *IDPath) (*feeBillOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeBillOutput, error) {
		v, err := d.Fees.FindMyBill(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &feeBillOutput{Body: hall.ViewFeeBill(*v)}, nil
	}
}

func listMyReceipts(d Deps) func(context.Context, org.Actor, *feePage) (*web.List[hall.FeeReceipt], error) {
	return func(ctx context.Context, a org.Actor, in *feePage) (*web.List[hall.FeeReceipt], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListMyReceipts(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r fee.Receipt) int64 { return r.ID }, hall.ViewFeeReceipt), nil
	}
}

func showMyFees(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.FeeAccount, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.FeeAccount, error) {
		return hall.ViewFeeAccount(d.Fees.MyAccount(ctx, a, in.ID))
	}
}
