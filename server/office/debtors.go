package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func debtorRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeEnterDebtor", Method: http.MethodPost, Path: "/meetings/{id}/debtors", Summary: "把欠费的一户列入名单（锁定名册以前，附凭据）；要议事规则有这一条款，欠费业主照常投票，结果两种算法并列", Action: org.ConveneMeeting, Rate: workRate, Status: http.StatusCreated}, enterDebtor(d))
	web.Handle(g, web.Op{ID: "officeListDebtors", Method: http.MethodGet, Path: "/meetings/{id}/debtors", Summary: "欠费名单、业主的异议和答复：召集人看到全部，答复异议的看到有异议的", Action: org.AnswerOwners}, listDebtors(d))
	web.Handle(g, web.Op{ID: "officeConfirmDebtor", Method: http.MethodPost, Path: "/meetings/{id}/debtors/{debtor}/confirmation", Summary: "由另一个人对照凭据核对，核对后告诉业主", Action: org.ConveneMeeting, Rate: workRate}, confirmDebtor(d))
	web.Handle(g, web.Op{ID: "officeDropDebtor", Method: http.MethodPost, Path: "/meetings/{id}/debtors/{debtor}/removal", Summary: "从名单上划去，写明原因，例如已经交清", Action: org.ConveneMeeting, Rate: workRate}, dropDebtor(d))
	web.Handle(g, web.Op{ID: "officeAnswerDebtor", Method: http.MethodPost, Path: "/meetings/{id}/debtors/{debtor}/answer", Summary: "答复业主对欠费名单的异议，不能是登记的人；成立的划去", Action: org.AnswerOwners, Rate: workRate}, answerDebtor(d))
}

type debtorOutput struct{ Body hall.Debtor }

func debtorOut(row *assembly.Debtor, err error) (*debtorOutput, error) {
	if err != nil {
		return nil, err
	}
	return &debtorOutput{hall.OfDebtor(row, nil)}, nil
}

type enterDebtorInput struct {
	IDPath
	Body struct {
		UnitID    int64   `json:"unit_id" minimum:"1"`
		Owed      string  `json:"owed" maxLength:"200" doc:"欠什么费、从什么时候起、欠多少"`
		FileIDs   []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"凭据"`
		ClientRef string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

func enterDebtor(d Deps) func(context.Context, org.Actor, *enterDebtorInput) (*debtorOutput, error) {
	return func(ctx context.Context, a org.Actor, in *enterDebtorInput) (*debtorOutput, error) {
		b := in.Body
		return debtorOut(d.Assemblies.EnterDebtor(ctx, a, in.ID, assembly.Debt{UnitID: b.UnitID, Owed: b.Owed, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash(in.ID, b)}))
	}
}

type idPageInput struct {
	IDPath
	web.Page
}

func listDebtors(d Deps) func(context.Context, org.Actor, *idPageInput) (*web.List[hall.Debtor], error) {
	return func(ctx context.Context, a org.Actor, in *idPageInput) (*web.List[hall.Debtor], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, files, err := d.Assemblies.ListDebtors(ctx, a, in.ID, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x assembly.Debtor) int64 { return x.ID }, func(x assembly.Debtor) hall.Debtor { return hall.OfDebtor(&x, files[x.ID]) }), nil
	}
}

// DebtorPath is the input of operations on one entry of a list of debtors.
type DebtorPath struct {
	IDPath
	Debtor int64 `path:"debtor" minimum:"1"`
}

func confirmDebtor(d Deps) func(context.Context, org.Actor, *DebtorPath) (*debtorOutput, error) {
	return func(ctx context.Context, a org.Actor, in *DebtorPath) (*debtorOutput, error) {
		return debtorOut(d.Assemblies.ConfirmDebtor(ctx, a, in.ID, in.Debtor))
	}
}

type dropDebtorInput struct {
	DebtorPath
	Body struct {
		Text string `json:"text" maxLength:"500"`
	}
}

func dropDebtor(d Deps) func(context.Context, org.Actor, *dropDebtorInput) (*debtorOutput, error) {
	return func(ctx context.Context, a org.Actor, in *dropDebtorInput) (*debtorOutput, error) {
		return debtorOut(d.Assemblies.DropDebtor(ctx, a, in.ID, in.Debtor, in.Body.Text))
	}
}

type answerDebtorInput struct {
	DebtorPath
	Body struct {
		Uphold bool   `json:"uphold" doc:"异议成立，从名单上划去"`
		Text   string `json:"text" maxLength:"500"`
	}
}

func answerDebtor(d Deps) func(context.Context, org.Actor, *answerDebtorInput) (*debtorOutput, error) {
	return func(ctx context.Context, a org.Actor, in *answerDebtorInput) (*debtorOutput, error) {
		return debtorOut(d.Assemblies.AnswerDebt(ctx, a, in.ID, in.Debtor, in.Body.Uphold, in.Body.Text))
	}
}
