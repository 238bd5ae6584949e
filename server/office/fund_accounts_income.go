package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func fundIncomeRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListFundIncomes", Method: http.MethodGet, Path: "/estates/{id}/fund-incomes", Summary: "维修资金的利息和其他收益，新的在前", Action: org.ReadFund}, listFundIncomes(d))
	web.Handle(g, web.Op{ID: "officeRecordFundIncome", Method: http.MethodPost, Path: "/estates/{id}/fund-incomes", Summary: "登记到账的利息或其他收益；公共收益转入的取自它自己的账，不重复记", Action: org.KeepFund, Rate: workRate, Status: http.StatusCreated}, fundDo(d, recordFundIncome))
	web.Handle(g, web.Op{ID: "officeShowFundIncome", Method: http.MethodGet, Path: "/fund-incomes/{id}", Summary: "一笔收益怎么分到各户", Action: org.ReadFund}, showFundIncome(d))
	web.Handle(g, web.Op{ID: "officeWeighFundIncome", Method: http.MethodPost, Path: "/fund-incomes/{id}/preview", Summary: "按每户每天的余额试算，尾差用最大余数法，合计分毫不差", Action: org.KeepFund, Rate: importRate, Timeout: 2 * time.Minute}, fundDo(d, weighFundIncome))
	web.Handle(g, web.Op{ID: "officePostFundIncome", Method: http.MethodPost, Path: "/fund-incomes/{id}/posting", Summary: "由另一个人复核并计入分户账；中断了再调用一次，不会重复", Action: org.KeepFund, Rate: importRate, Timeout: 5 * time.Minute}, postFundIncome(d))
	web.Handle(g, web.Op{ID: "officeAskRefund", Method: http.MethodPost, Path: "/estates/{id}/fund-refunds", Summary: "房屋灭失：申请退还一幢楼或几户的余额，附证明", Action: org.KeepFund, Rate: workRate, Status: http.StatusCreated}, fundDo(d, askRefund))
	web.Handle(g, web.Op{ID: "officeShowRefund", Method: http.MethodGet, Path: "/fund-refunds/{id}", Summary: "一次退还：每户多少、退给谁", Action: org.ReadFund}, showRefund(d))
	web.Handle(g, web.Op{ID: "officeDecideRefund", Method: http.MethodPost, Path: "/fund-refunds/{id}/decision", Summary: "另一个人复核退还；同意的当天退给当时的业主和售房单位，并销户", Action: org.KeepFund, Rate: workRate}, fundDo(d, decideRefund))
}

// FundIncomeBody is an income that has come.
type FundIncomeBody struct {
	Tapped
	Kind       string  `json:"kind" enum:"interest,bond,public,scrap" doc:"interest 利息；bond 国债；public 公共收益转入；scrap 残值"`
	Amount     string  `json:"amount" maxLength:"20" doc:"元"`
	From       string  `json:"from" format:"date" doc:"计息期第一天"`
	To         string  `json:"to" format:"date" doc:"计息期最后一天"`
	ReceivedOn string  `json:"received_on" format:"date"`
	Slip       string  `json:"slip" minLength:"1" maxLength:"64" doc:"银行回单号或流水号"`
	FileIDs    []int64 `json:"file_ids,omitempty" maxItems:"10" doc:"回单（purpose=document）"`
}

func recordFundIncome(ctx context.Context, s *fund.Service, a org.Actor, id int64, b FundIncomeBody) (int64, error) {
	in := fund.NewIncome{EstateID: id, Kind: fund.IncomeKind(b.Kind), Slip: b.Slip, FileIDs: b.FileIDs}
	var err error
	if in.Amount, err = yuanIn(b.Amount, "amount"); err != nil {
		return 0, err
	}
	if in.From, err = dateIn(b.From, "body.from"); err != nil {
		return 0, err
	}
	if in.To, err = dateIn(b.To, "body.to"); err != nil {
		return 0, err
	}
	if in.ReceivedOn, err = dateIn(b.ReceivedOn, "body.received_on"); err != nil {
		return 0, err
	}
	return s.RecordIncome(ctx, a, in)
}

func weighFundIncome(ctx context.Context, s *fund.Service, a org.Actor, id int64, _ Tapped) (int64, error) {
	return s.WeighIncome(ctx, a, id)
}

func postFundIncome(d Deps) func(context.Context, org.Actor, *IDPath) (*madeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*madeOutput, error) {
		return made(d.Fund.PostIncome(ctx, a, in.ID))
	}
}

// FundIncomeView is an income as lists show it.
type FundIncomeView struct {
	ID         int64  `json:"id"`
	Kind       string `json:"kind"`
	Amount     string `json:"amount"`
	From       string `json:"from"`
	To         string `json:"to"`
	ReceivedOn string `json:"received_on"`
	Slip       string `json:"slip"`
	State      string `json:"state"`
	StateName  string `json:"state_name"`
	Method     string `json:"method,omitempty" doc:"计入分户账的日期，按本地规则"`
	EntersOn   string `json:"enters_on,omitempty"`
	Shares     int    `json:"shares" doc:"分到几个分户账"`
	Parts      int    `json:"parts"`
	Done       int    `json:"done"`
}

func viewFundIncome(x fund.Income) FundIncomeView {
	return FundIncomeView{ID: x.ID, Kind: fund.IncomeNames[x.Kind], Amount: x.Amount.String(), From: x.FromOn.Format(time.DateOnly), To: x.ToOn.Format(time.DateOnly), ReceivedOn: x.ReceivedOn.Format(time.DateOnly), Slip: x.Slip,
		State: x.State, StateName: fund.IncomeStates[x.State], Method: x.Method, EntersOn: web.DayOr(x.EntersOn), Shares: x.Shares, Parts: x.Parts, Done: x.Done}
}

func listFundIncomes(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[FundIncomeView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[FundIncomeView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListIncomes(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fund.Income) int64 { return x.ID }, viewFundIncome), nil
	}
}

type fundShareView struct {
	ID     int64  `json:"id"`
	UnitID int64  `json:"unit_id"`
	Unit   string `json:"unit"`
	Seller bool   `json:"seller,omitempty" doc:"售房单位分户账"`
	Weight int64  `json:"weight" doc:"计息期内每天余额（分）之和"`
	Amount string `json:"amount"`
}

type fundIncomeOutput struct {
	Body struct {
		FundIncomeView
		Items []fundShareView `json:"items"`
		Next  string          `json:"next,omitempty"`
	}
}

func showFundIncome(d Deps) func(context.Context, org.Actor, *IDPage) (*fundIncomeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*fundIncomeOutput, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		v, err := d.Fund.FindIncome(ctx, a, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		out := &fundIncomeOutput{}
		out.Body.FundIncomeView = viewFundIncome(v.Income)
		page := web.Paged(in.Page, v.List, func(x fund.ShareView) int64 { return x.ID }, func(x fund.ShareView) fundShareView {
			return fundShareView{ID: x.ID, UnitID: x.UnitID, Unit: x.Unit, Seller: x.Code == ledger.FundSeller, Weight: x.Weight, Amount: x.Amount.String()}
		})
		out.Body.Items, out.Body.Next = page.Body.Items, page.Body.Next
		return out, nil
	}
}

// RefundBody asks to give back.
type RefundBody struct {
	Tapped
	BuildingID int64   `json:"building_id,omitempty" minimum:"0" doc:"整幢灭失的选楼幢"`
	Units      []int64 `json:"unit_ids,omitempty" maxItems:"240" doc:"只有几户的选房屋"`
	Reason     string  `json:"reason" minLength:"4" maxLength:"500"`
	FileIDs    []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"房屋灭失的证明（purpose=document）"`
}

func askRefund(ctx context.Context, s *fund.Service, a org.Actor, id int64, b RefundBody) (int64, error) {
	return s.AskRefund(ctx, a, fund.NewRefund{EstateID: id, BuildingID: b.BuildingID, Units: b.Units, Reason: b.Reason, FileIDs: b.FileIDs})
}

// FundAgreeBody is a second person's word.
type FundAgreeBody struct {
	Tapped
	Agree  bool   `json:"agree"`
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"不同意时必填"`
}

func decideRefund(ctx context.Context, s *fund.Service, a org.Actor, id int64, b FundAgreeBody) (int64, error) {
	return s.DecideRefund(ctx, a, id, b.Agree, b.Reason)
}

type refundLineView struct {
	UnitID     int64  `json:"unit_id"`
	Unit       string `json:"unit"`
	OwnerSetID int64  `json:"owner_set_id,omitempty" doc:"退给当时的业主（编号）"`
	Owners     string `json:"owners"`
	Owed       string `json:"owed,omitempty" doc:"退还前从余额里补上的、维修时差的，元；只给能看欠费的单位"`
	SellerName string `json:"seller_name,omitempty"`
	Seller     string `json:"seller,omitempty"`
}

type refundOutput struct {
	Body struct {
		ID        int64            `json:"id"`
		State     string           `json:"state"`
		StateName string           `json:"state_name"`
		Reason    string           `json:"reason"`
		Answer    string           `json:"answer,omitempty"`
		PaidOn    string           `json:"paid_on,omitempty"`
		Owners    string           `json:"owners" doc:"退给业主合计，元"`
		Seller    string           `json:"seller" doc:"退给售房单位合计，元"`
		Units     []refundLineView `json:"units"`
	}
}

func showRefund(d Deps) func(context.Context, org.Actor, *IDPath) (*refundOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*refundOutput, error) {
		v, err := d.Fund.FindRefund(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &refundOutput{}
		b := &out.Body
		b.ID, b.State, b.StateName, b.Reason, b.Answer, b.Owners, b.Seller, b.Units = v.ID, v.State, fund.RefundStates[v.State], v.Reason, v.Answer, v.OwnersFen.String(), v.SellerFen.String(), []refundLineView{}
		if v.State == "paid" {
			b.PaidOn = v.PaidOn.Format(time.DateOnly)
		}
		for _, l := range v.List {
			b.Units = append(b.Units, refundLineView{UnitID: l.UnitID, Unit: l.Unit, OwnerSetID: l.OwnerSetID, Owners: l.OwnersFen.String(), Owed: zeroless(l.OwedFen + l.SellerOwed), SellerName: l.Seller, Seller: zeroless(l.SellerFen)})
		}
		return out, nil
	}
}
