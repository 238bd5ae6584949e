package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// fundCancelRoutes are what happens to a project off its way: cancelled under a contract, or its decision revoked by a court.
func fundCancelRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeDecideCancel", Method: http.MethodPost, Path: "/fund-projects/{id}/cancellation-decision", Summary: "签合同之后的取消：由备案的住建局或确认的单位决定", Action: org.WatchProject, Rate: workRate}, projectDo(d, decideCancel))
	web.Handle(g, web.Op{ID: "officeWithdrawCancel", Method: http.MethodPost, Path: "/fund-projects/{id}/cancellation-withdrawal", Summary: "还没有决定时，申请的单位撤回取消的申请", Action: org.RunProject, Rate: workRate}, projectDo(d, withdrawCancel))
	web.Handle(g, web.Op{ID: "officeRecordReturn", Method: http.MethodPost, Path: "/fund-projects/{id}/advance-returns", Summary: "登记承包单位退回的预付款到账", Action: org.RunProject, Rate: workRate}, projectDo(d, recordReturn))
	web.Handle(g, web.Op{ID: "officeListDivisions", Method: http.MethodGet, Path: "/fund-projects/{id}/divisions", Summary: "被取代的分摊和原因，新的在前", Action: org.RunProject}, listDivisions(d))
	web.Handle(g, web.Op{ID: "officeListOldShares", Method: http.MethodGet, Path: "/fund-divisions/{id}/shares", Summary: "被取代的分摊里每户的数，按房号", Action: org.RunProject}, listOldShares(d))
	web.Handle(g, web.Op{ID: "officeListRevocations", Method: http.MethodGet, Path: "/fund-revocations", Summary: "业主的决定被法院撤销、此前已经付款的项目", Action: org.RunProject}, listRevocations(d))
	web.Handle(g, web.Op{ID: "officeDisposeRevocation", Method: http.MethodPost, Path: "/fund-revocations/{id}/disposal", Summary: "乡镇（办事处）决定已付的款怎么处理；冲回要写明判决或业主大会决定", Action: org.WatchProject, Rate: workRate}, projectDo(d, disposeRevocation))
	web.Handle(g, web.Op{ID: "officeReverseRevoked", Method: http.MethodPost, Path: "/fund-revocations/{id}/reversal", Summary: "款项退回专户后冲回原来的账，由管理专户的单位办理", Action: org.RunProject, Rate: workRate}, projectDo(d, reverseRevoked))
}

func decideCancel(ctx context.Context, s *fund.Service, a org.Actor, id int64, b JudgeBody) (int64, error) {
	return s.DecideCancel(ctx, a, id, b.Agree, b.Text)
}

// WithdrawCancelBody is a tap.
type WithdrawCancelBody struct {
	Tapped
}

func withdrawCancel(ctx context.Context, s *fund.Service, a org.Actor, id int64, _ WithdrawCancelBody) (int64, error) {
	return s.WithdrawCancel(ctx, a, id)
}

// ReturnBody is money that came back.
type ReturnBody struct {
	Tapped
	Amount  string `json:"amount" minLength:"1" maxLength:"20" doc:"到账金额，元"`
	Receipt string `json:"receipt" minLength:"1" maxLength:"64" doc:"银行回单号；同一张只登记一次"`
}

func recordReturn(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ReturnBody) (int64, error) {
	return s.RecordReturn(ctx, a, id, b.Amount, b.Receipt)
}

type divisionView struct {
	ID         int64     `json:"id"`
	Resolution string    `json:"resolution,omitempty"`
	Notice     string    `json:"notice,omitempty" doc:"当时的公示编号"`
	Total      string    `json:"total" doc:"元"`
	Reason     string    `json:"reason" doc:"为什么被取代"`
	ReplacedAt time.Time `json:"replaced_at"`
}

func viewDivision(x fund.Division) divisionView {
	return divisionView{ID: x.ID, Resolution: x.Resolution, Notice: x.Notice, Total: x.Total.String(), Reason: x.Reason, ReplacedAt: web.Time(x.ReplacedAt)}
}

func listDivisions(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[divisionView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[divisionView], error) {
		rows, err := d.Fund.ListDivisions(ctx, a, in.ID)
		return web.Whole(rows, viewDivision), err
	}
}

type oldShareView struct {
	Unit   string `json:"unit"`
	Payer  string `json:"payer_name"`
	Amount string `json:"amount" doc:"元"`
}

func viewOldShare(x fund.OldShare) oldShareView {
	return oldShareView{Unit: x.Code, Payer: apportion.PayerNames[x.Payer], Amount: x.Amount.String()}
}

func listOldShares(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[oldShareView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[oldShareView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListOldShares(ctx, a, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fund.OldShare) int64 { return x.ID }, viewOldShare), nil
	}
}

type revocationPage struct {
	State string `query:"state" enum:"open,stays,reverse,returning,reversed" default:"open" doc:"open 待处理；stays 不冲回；reverse 待冲回；returning 部分退回；reversed 已冲回"`
	web.Page
}

type revocationView struct {
	ID         int64      `json:"id"`
	ProjectID  int64      `json:"project_id"`
	Number     string     `json:"number"`
	Title      string     `json:"title"`
	Resolution string     `json:"resolution" doc:"被撤销的决定"`
	Paid       string     `json:"paid" doc:"按它支付的，元"`
	Owed       string     `json:"owed" doc:"冲回后应由承包单位退回的，元"`
	State      string     `json:"state"`
	StateName  string     `json:"state_name"`
	Decision   string     `json:"decision,omitempty" doc:"冲回的依据"`
	Text       string     `json:"text,omitempty"`
	OpenedAt   time.Time  `json:"opened_at"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	BookedAt   *time.Time `json:"booked_at,omitempty"`
}

func viewRevocation(x fund.RevocationView) revocationView {
	return revocationView{ID: x.ID, ProjectID: x.ProjectID, Number: x.Project.Number, Title: x.Project.Title, Resolution: x.Resolution, Paid: x.Paid.String(), Owed: x.Owed.String(), State: x.State, StateName: fund.RevocationStates[x.State], Decision: x.Decision, Text: x.Text,
		OpenedAt: web.Time(x.OpenedAt), AnsweredAt: web.TimeOr(x.AnsweredAt), BookedAt: web.TimeOr(x.BookedAt)}
}

func listRevocations(d Deps) func(context.Context, org.Actor, *revocationPage) (*web.List[revocationView], error) {
	return func(ctx context.Context, a org.Actor, in *revocationPage) (*web.List[revocationView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListRevocations(ctx, a, in.State, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fund.RevocationView) int64 { return x.ID }, viewRevocation), nil
	}
}

// DisposeBody says what becomes of what was paid.
type DisposeBody struct {
	Tapped
	Back     bool   `json:"back" doc:"是否冲回"`
	Decision string `json:"decision,omitempty" maxLength:"200" doc:"冲回的依据：判决书文号或业主大会决定"`
	Text     string `json:"text" minLength:"4" maxLength:"1000" doc:"怎么处理，业主会看到"`
}

func disposeRevocation(ctx context.Context, s *fund.Service, a org.Actor, id int64, b DisposeBody) (int64, error) {
	return s.DisposeRevocation(ctx, a, id, b.Back, b.Decision, b.Text)
}

// ReversalBody is the bank's slip of what came back.
type ReversalBody struct {
	Tapped
	Amount  string `json:"amount" minLength:"1" maxLength:"20" doc:"到账金额，元；可以分几次到账"`
	Receipt string `json:"receipt" minLength:"1" maxLength:"64" doc:"款项退回专户的银行回单号；同一张只登记一次"`
}

func reverseRevoked(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ReversalBody) (int64, error) {
	return s.ReverseRevoked(ctx, a, id, b.Amount, b.Receipt)
}
