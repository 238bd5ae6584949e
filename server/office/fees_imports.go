package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func feeImportRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeImportFees", Method: http.MethodPost, Path: "/estates/{id}/fee-imports", Summary: "导入银行或收费员的收款清单，或期初欠费",
		Detail: "先用 POST /files（purpose=fees）上传 XLSX 或 CSV。收款清单要有金额、日期，银行转账和刷卡还要有流水号；账单号、房号、付款人、附言能认就认，只凭付款人姓名不入账。期初欠费要有房号、费用名称、起始月份、金额，月数可选。有一格有误就不导入，并逐格列出；同一个文件只导入一次。认不出是谁交的，进入待认领。期初欠费要另一人审批（见 fee-changes）才登记。",
		Action: org.RunFees, Rate: importRate, Timeout: 2 * time.Minute, Status: http.StatusCreated}, feeDo(d, importFees))
	web.Handle(g, web.Op{ID: "officeListFeeImports", Method: http.MethodGet, Path: "/estates/{id}/fee-imports", Summary: "历次导入，新的在前", Action: org.RunFees}, listFeeImports(d))
	web.Handle(g, web.Op{ID: "officeShowFeeImport", Method: http.MethodGet, Path: "/fee-imports/{id}", Summary: "一次导入和进度：入账、待认领、重复的行数", Action: org.RunFees}, showFeeImport(d))
	web.Handle(g, web.Op{ID: "officeListFeeImportLines", Method: http.MethodGet, Path: "/fee-imports/{id}/lines", Summary: "一次导入的每一行和结果", Action: org.RunFees}, listFeeLines(d))
	web.Handle(g, web.Op{ID: "officeSettleFeeLine", Method: http.MethodPost, Path: "/fee-imports/{id}/settlement", Summary: "按银行清单的一行登记微信支付结算款：金额、手续费、日期照这一行的 proposal，由公司负责人中的另一人审批（见 fee-changes）后入账", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, settleFeeLine))
}

// ImportFeesBody is an uploaded list.
type ImportFeesBody struct {
	Tapped
	Kind   fee.ImportKind `json:"kind" enum:"payments,arrears"`
	FileID int64          `json:"file_id" minimum:"1"`
}

func importFees(ctx context.Context, s *fee.Service, a org.Actor, id int64, b ImportFeesBody) (int64, error) {
	return s.Import(ctx, a, id, b.Kind, b.FileID)
}

// FeeLineSettlementBody is a line that waits for its settlement.
type FeeLineSettlementBody struct {
	Tapped
	Row    int    `json:"row" minimum:"1" doc:"清单的第几行"`
	Reason string `json:"reason,omitempty" maxLength:"300" doc:"不填就写 proposal 的说明"`
}

func settleFeeLine(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeLineSettlementBody) (int64, error) {
	return s.SettleLine(ctx, a, id, b.Row, b.Reason)
}

type feeImportView struct {
	ID        int64          `json:"id"`
	Kind      fee.ImportKind `json:"kind"`
	State     string         `json:"state" enum:"proposed,running,done,refused" doc:"proposed 等另一人审批；refused 没有通过，核对后可以再提交同一个文件"`
	Rows      int            `json:"rows"`
	Total     string         `json:"total" doc:"元"`
	Counts    map[string]int `json:"counts,omitempty" doc:"每种结果的行数"`
	CreatedAt time.Time      `json:"created_at"`
	DoneAt    *time.Time     `json:"done_at,omitempty"`
}

func viewFeeImport(x fee.Import) feeImportView {
	return feeImportView{ID: x.ID, Kind: x.Kind, State: x.State, Rows: x.RowsRead, Total: x.Total.String(), CreatedAt: web.Time(x.CreatedAt), DoneAt: web.TimeOr(x.DoneAt)}
}

func listFeeImports(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[feeImportView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[feeImportView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListImports(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fee.Import) int64 { return x.ID }, viewFeeImport), nil
	}
}

type feeImportOutput struct{ Body feeImportView }

func showFeeImport(d Deps) func(context.Context, org.Actor, *IDPath) (*feeImportOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeImportOutput, error) {
		v, err := d.Fees.FindImport(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &feeImportOutput{Body: viewFeeImport(v.Import)}
		out.Body.Counts = map[string]int{}
		for state, n := range v.Counts {
			out.Body.Counts[fee.LineStates[state]] = n
		}
		return out, nil
	}
}

type feeLineView struct {
	Line      int    `json:"row"`
	State     string `json:"state" enum:"new,paid,suspense,known,maybe,payout,unsettled,conflict,billed"`
	StateName string `json:"state_name"`
	Amount    string `json:"amount" doc:"元"`
	On        string `json:"on" format:"date"`
	Unit      string `json:"unit,omitempty"`
	Serial    string `json:"serial,omitempty"`
	Result    string `json:"result,omitempty" doc:"收据或账单编号，或为什么待认领"`
	PaymentID int64  `json:"payment_id,omitempty"`
	BillID    int64  `json:"bill_id,omitempty"`
	ChangeID  int64  `json:"change_id,omitempty" doc:"是哪一笔结算到银行，或登记了等审批的（见 fee-changes）"`

	Proposal *feePayout `json:"proposal,omitempty" doc:"像是哪几天的微信结算款；只是猜测，登记用 POST /fee-imports/{id}/settlement"`
}

// feePayout is what a line looks like.
type feePayout struct {
	From   string `json:"from,omitempty" format:"date"`
	To     string `json:"to,omitempty" format:"date"`
	Amount string `json:"amount" doc:"元，含手续费"`
	Cost   string `json:"cost" doc:"元，微信扣的手续费"`
	Text   string `json:"text"`
}

func viewFeePayout(p *fee.Payout) *feePayout {
	if p == nil {
		return nil
	}
	v := &feePayout{Amount: p.Amount.String(), Cost: p.Cost.String(), Text: p.Text()}
	if !p.FromOn.IsZero() {
		v.From, v.To = p.FromOn.Format(time.DateOnly), p.ToOn.Format(time.DateOnly)
	}
	return v
}

func listFeeLines(d Deps) func(context.Context, org.Actor, *feeStatePage) (*web.List[feeLineView], error) {
	return func(ctx context.Context, a org.Actor, in *feeStatePage) (*web.List[feeLineView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListLines(ctx, a, in.ID, in.State, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fee.LineView) int64 { return int64(x.Line.Line) }, func(x fee.LineView) feeLineView {
			return feeLineView{Line: x.Line.Line, ChangeID: max(x.ChangeID, x.Asked), Proposal: viewFeePayout(x.Payout), State: x.State, StateName: fee.LineStates[x.State], Amount: x.Amount.String(), On: x.PaidOn.Format(time.DateOnly), Unit: x.Unit, Serial: x.Serial, Result: x.Result, PaymentID: x.PaymentID, BillID: x.BillID}
		}), nil
	}
}
