package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func fundReceivableRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListFundReceivables", Method: http.MethodGet, Path: "/estates/{id}/fund-receivables", Summary: "维修分摊时分户账不够、还要补交的户；只给负责催收的单位看，不得张贴", Action: org.CollectFund}, listReceivables(d))
	web.Handle(g, web.Op{ID: "officePrintSubAccount", Method: http.MethodGet, Path: "/units/{id}/fund/sheet", Summary: "打印：一户的维修资金，每一笔和每次分摊的算式（A4网页）", Action: org.ReadFund}, printSubAccount(d))
}

func printSubAccount(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		v, err := d.Fund.FindSheet(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return hall.FundSheet(v, prefix, a.Post.OrgName, d.City, d.DB.Now())
	}
}

type receivableView struct {
	UnitID int64  `json:"unit_id"`
	Unit   string `json:"unit"`
	Owners string `json:"owners" doc:"业主还要补交，元"`
	Seller string `json:"seller,omitempty" doc:"售房单位还要补交，元"`
}

func viewReceivable(x fund.Receivable) receivableView {
	return receivableView{UnitID: x.UnitID, Unit: x.Unit, Owners: max(x.Owners, 0).String(), Seller: zeroless(max(x.Seller, 0))}
}

func listReceivables(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[receivableView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[receivableView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, next, err := d.Fund.ListReceivables(ctx, a, in.ID, after, in.Limit)
		if err != nil {
			return nil, err
		}
		return web.PagedAt(rows, next, viewReceivable), nil
	}
}
