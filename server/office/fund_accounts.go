package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// fundAccountRoutes are the accounts of the maintenance fund: who keeps them, what comes in, what is owed and what goes back.
func fundAccountRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "维修资金", web.Staff)
	web.Handle(g, web.Op{ID: "officeShowFund", Method: http.MethodGet, Path: "/estates/{id}/fund", Summary: "维修资金专户：由谁管理、开户银行、各幢合计", Action: org.ReadFund}, showFund(d))
	web.Handle(g, web.Op{ID: "officeSetFund", Method: http.MethodPost, Path: "/estates/{id}/fund", Summary: "提出登记或变更专户，另一个人确认后才生效；由谁管理，凭业主大会决定或住建局写明的原因变更", Action: org.KeepFund, Rate: workRate, Status: http.StatusCreated}, fundDo(d, setFund))
	web.Handle(g, web.Op{ID: "officeSetLift", Method: http.MethodPost, Path: "/buildings/{id}/lift", Summary: "登记这幢楼有没有电梯：首期交存标准不同", Action: org.KeepFund, Rate: workRate}, fundDo(d, setLift))
	web.Handle(g, web.Op{ID: "officeShowSubAccount", Method: http.MethodGet, Path: "/units/{id}/fund", Summary: "一户的分户账：余额、首期、续交、过户和每一笔", Action: org.ReadFund}, showSubAccount(d))
	web.Handle(g, web.Op{ID: "officeRecordSlip", Method: http.MethodPost, Path: "/estates/{id}/fund-slips", Summary: "登记一张银行回单的交存，每张最多400户；未售房屋由建设单位交存", Action: org.KeepFund, Rate: workRate, Status: http.StatusCreated}, fundDo(d, recordSlip))
	web.Handle(g, web.Op{ID: "officeReverseSlip", Method: http.MethodPost, Path: "/fund-slips/{id}/reversal", Summary: "另一个人冲销登记错的回单", Action: org.KeepFund, Rate: workRate}, fundDo(d, reverseSlip))
	web.Handle(g, web.Op{ID: "officeListUnpaid", Method: http.MethodGet, Path: "/estates/{id}/fund-unpaid", Summary: "首期没有交或没有交齐的户；只给管理单位和业委会看", Action: org.ReadFundDebts}, listUnpaid(d))
	web.Handle(g, web.Op{ID: "officeListToClean", Method: http.MethodGet, Path: "/estates/{id}/fund-cleanup", Summary: "老旧小区清理：没有账户、没有面积、负数余额、找不到房屋的，和怎么办", Action: org.ReadFund}, listToClean(d))
	web.Handle(g, web.Op{ID: "officePlaceStray", Method: http.MethodPost, Path: "/fund-strays/{id}/unit", Summary: "提出把待查的一笔转入补录好的房屋，另一个人确认后才入账", Action: org.KeepFund, Rate: workRate, Status: http.StatusCreated}, fundDo(d, placeStray))
	fundProposalRoutes(g, d)
	fundImportRoutes(g, d)
	fundIncomeRoutes(g, d)
	fundRenewalRoutes(g, d)
	fundReconcileRoutes(g, d)
	fundForecastRoutes(g, d)
}

// fundDo handles one verb on the fund, once for each reference.
func fundDo[B comBody](d Deps, do func(context.Context, *fund.Service, org.Actor, int64, B) (int64, error)) func(context.Context, org.Actor, *comInput[B]) (*madeOutput, error) {
	return func(ctx context.Context, a org.Actor, in *comInput[B]) (*madeOutput, error) {
		return made(do(fund.Once(ctx, in.Body.Sent(), web.InputHash(in.ID, in.Body)), d.Fund, a, in.ID, in.Body))
	}
}

// SetFundBody is what the special account is to be.
type SetFundBody struct {
	Tapped
	Holder    string `json:"holder" enum:"bureau,assembly" doc:"bureau 住建局代管；assembly 业主大会管理"`
	Bank      string `json:"bank" minLength:"2" maxLength:"60" doc:"开户银行"`
	Number    string `json:"number" minLength:"8" maxLength:"40" doc:"账号；系统只保存末四位"`
	MeetingID int64  `json:"meeting_id,omitempty" minimum:"0" doc:"业委会办理变更时，作出决定的会议"`
	Position  int    `json:"position,omitempty" minimum:"0" doc:"会议的第几个议题"`
	Reason    string `json:"reason,omitempty" maxLength:"500" doc:"住建局办理时写明原因"`
}

func setFund(ctx context.Context, s *fund.Service, a org.Actor, id int64, b SetFundBody) (int64, error) {
	return s.ProposeAccount(ctx, a, fund.AccountSetting{EstateID: id, Holder: fund.Holder(b.Holder), Bank: b.Bank, Number: b.Number, MeetingID: b.MeetingID, Position: b.Position, Reason: b.Reason})
}

// LiftBody says whether there is a lift.
type LiftBody struct {
	Tapped
	Lift bool `json:"lift"`
}

func setLift(ctx context.Context, s *fund.Service, a org.Actor, id int64, b LiftBody) (int64, error) {
	return s.SetLift(ctx, a, id, b.Lift)
}

// SlipBody is a bank slip of deposits.
type SlipBody struct {
	Tapped
	Slip     string `json:"slip" minLength:"1" maxLength:"64" doc:"银行回单号：同一张只登记一次"`
	PaidOn   string `json:"paid_on" format:"date"`
	PlanID   int64  `json:"plan_id,omitempty" minimum:"0" doc:"续交时的方案"`
	Deposits []struct {
		UnitID     int64  `json:"unit_id" minimum:"1"`
		Kind       string `json:"kind" enum:"first,later,renewal" doc:"first 首期；later 补交；renewal 续交"`
		Amount     string `json:"amount" maxLength:"20" doc:"元"`
		Seller     bool   `json:"seller,omitempty" doc:"公有住房售房单位交存的，记它自己的分户账"`
		SellerName string `json:"seller_name,omitempty" maxLength:"100"`
	} `json:"deposits" minItems:"1" maxItems:"400"`
	FileIDs []int64 `json:"file_ids,omitempty" maxItems:"10" doc:"回单（purpose=document）"`
}

func recordSlip(ctx context.Context, s *fund.Service, a org.Actor, id int64, b SlipBody) (int64, error) {
	on, err := dateIn(b.PaidOn, "body.paid_on")
	if err != nil {
		return 0, err
	}
	in := fund.NewSlip{EstateID: id, Slip: b.Slip, PaidOn: on, PlanID: b.PlanID, FileIDs: b.FileIDs}
	for _, x := range b.Deposits {
		fen, err := yuanIn(x.Amount, "deposits.amount")
		if err != nil {
			return 0, err
		}
		in.Deposits = append(in.Deposits, fund.NewDeposit{UnitID: x.UnitID, Kind: fund.DepositKind(x.Kind), Amount: fen, Seller: x.Seller, SellerName: x.SellerName})
	}
	return s.RecordSlip(ctx, a, in)
}

// ReverseSlipBody says why a slip is taken back, and when that counts.
type ReverseSlipBody struct {
	Tapped
	On     string `json:"on" format:"date" doc:"冲销记在哪一天"`
	Reason string `json:"reason" minLength:"2" maxLength:"300"`
}

func reverseSlip(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ReverseSlipBody) (int64, error) {
	on, err := dateIn(b.On, "body.on")
	if err != nil {
		return 0, err
	}
	return s.ReverseSlip(ctx, a, id, on, b.Reason)
}

// StrayBody names a unit.
type StrayBody struct {
	Tapped
	UnitID int64 `json:"unit_id" minimum:"1"`
}

func placeStray(ctx context.Context, s *fund.Service, a org.Actor, id int64, b StrayBody) (int64, error) {
	return s.ProposeStray(ctx, a, id, b.UnitID)
}

type unpaidView struct {
	UnitID  int64  `json:"unit_id"`
	Unit    string `json:"unit"`
	Area    string `json:"area" doc:"平方米"`
	Payer   string `json:"payer" doc:"由谁交"`
	Due     string `json:"due,omitempty" doc:"按标准应交，元"`
	Unknown string `json:"unknown,omitempty" doc:"算不出应交数的原因"`
	Paid    string `json:"paid"`
}

func viewUnpaid(x fund.Unpaid) unpaidView {
	v := unpaidView{UnitID: x.UnitID, Unit: x.Unit, Area: x.Area.String(), Payer: fund.PayerNames[x.Payer], Unknown: x.Unknown, Paid: x.Paid.String()}
	if x.Unknown == "" {
		v.Due = x.Due.String()
	}
	return v
}

func listUnpaid(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[unpaidView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[unpaidView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, next, err := d.Fund.ListUnpaid(ctx, a, in.ID, after, in.Limit)
		if err != nil {
			return nil, err
		}
		return web.PagedAt(rows, next, viewUnpaid), nil
	}
}

type cleanInput struct {
	IDPath
	Kind string `query:"kind" enum:"no_account,no_area,negative,stray,removed" default:"no_account" doc:"清理哪一类问题"`
	web.Page
}

type cleanView struct {
	ID      int64  `json:"id" doc:"房屋；待查款项为清单的行"`
	UnitID  int64  `json:"unit_id,omitempty"`
	Unit    string `json:"unit"`
	Problem string `json:"problem"`
	Balance string `json:"balance"`
	Do      string `json:"do" doc:"怎么办"`
}

func listToClean(d Deps) func(context.Context, org.Actor, *cleanInput) (*web.List[cleanView], error) {
	return func(ctx context.Context, a org.Actor, in *cleanInput) (*web.List[cleanView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		kind := fund.CleanKind(in.Kind)
		rows, next, err := d.Fund.ListToClean(ctx, a, in.ID, kind, after, in.Limit)
		if err != nil {
			return nil, err
		}
		return web.PagedAt(rows, next, func(x fund.CleanItem) cleanView {
			return cleanView{ID: x.ID, UnitID: x.UnitID, Unit: x.Unit, Problem: fund.CleanNames[kind], Balance: x.Balance.String(), Do: fund.CleanDeeds[kind]}
		}), nil
	}
}

// zeroless is an amount as people read it, nothing for nothing.
func zeroless(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}
