package miniapp

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func debtorRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "listMyDebts", Method: http.MethodGet, Path: "/meetings/{id}/debts", Summary: "我家是不是在欠费名单上；在名单上也照常投票", Action: org.ReadMeetings}, listMyDebts(d))
	web.Handle(g, web.Op{ID: "objectDebt", Method: http.MethodPost, Path: "/meetings/{id}/debts/{debtor}/objection", Summary: "对被列入欠费名单提出异议，表决截止前可以提一次", Action: org.JoinMeeting, Rate: fileRate}, objectDebt(d))
}

func listMyDebts(d Deps) func(context.Context, org.Actor, *idPage) (*web.List[hall.Debtor], error) {
	return func(ctx context.Context, a org.Actor, in *idPage) (*web.List[hall.Debtor], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, _, err := d.Assemblies.ListDebtors(ctx, a, in.ID, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x assembly.Debtor) int64 { return x.ID }, func(x assembly.Debtor) hall.Debtor { return hall.OfDebtor(&x, nil) }), nil
	}
}

type objectDebtInput struct {
	MeetingPath
	Debtor int64 `path:"debtor" minimum:"1"`
	Body   struct {
		Text string `json:"text" maxLength:"500"`
	}
}

type debtorOutput struct{ Body hall.Debtor }

func objectDebt(d Deps) func(context.Context, org.Actor, *objectDebtInput) (*debtorOutput, error) {
	return func(ctx context.Context, a org.Actor, in *objectDebtInput) (*debtorOutput, error) {
		row, err := d.Assemblies.ObjectDebt(ctx, a, in.ID, in.Debtor, in.Body.Text)
		if err != nil {
			return nil, err
		}
		return &debtorOutput{hall.OfDebtor(row, nil)}, nil
	}
}
