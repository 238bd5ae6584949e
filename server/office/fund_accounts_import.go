package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func fundImportRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeFundListTemplate", Method: http.MethodGet, Path: "/estates/{id}/fund-imports/template", Summary: "下载期初余额清单模板（XLSX），已填好还没有分户账的房屋", Action: org.KeepFund, Rate: importRate}, fundListTemplate(d))
	web.Handle(g, web.Op{ID: "officeCheckFundList", Method: http.MethodPost, Path: "/estates/{id}/fund-imports", Summary: "核对银行的分户余额清单（XLSX 或 CSV）", Action: org.KeepFund, Status: http.StatusCreated, Timeout: 3 * time.Minute, Rate: importRate,
		Detail: "先用 POST /files（purpose=bank）上传。列名认：幢号、单元、房号、建筑面积、余额、售房单位余额、首期交存额、售房单位；小计、合计行会核对到分。有误或和专户余额差一分都不能导入。"}, fundDo(d, checkFundList))
	web.Handle(g, web.Op{ID: "officeShowFundImport", Method: http.MethodGet, Path: "/fund-imports/{id}", Summary: "一次导入的核对报告和进度", Action: org.ReadFund}, showFundImport(d))
	web.Handle(g, web.Op{ID: "officeApplyFundImport", Method: http.MethodPost, Path: "/fund-imports/{id}/application", Summary: "由另一个人导入核对过的清单；中断了会自动从断的地方接着办，再调用一次也可以，不会重复", Action: org.KeepFund, Timeout: 5 * time.Minute, Rate: importRate}, applyFundImport(d))
	web.Handle(g, web.Op{ID: "officeBreakOffFundImport", Method: http.MethodPost, Path: "/fund-imports/{id}/break-off", Summary: "提出中止办不下去的导入；另一个人确认后，已记的账逐批冲回", Action: org.KeepFund, Rate: workRate, Status: http.StatusCreated}, fundDo(d, breakOffFundImport))
}

func fundListTemplate(d Deps) func(context.Context, org.Actor, *IDPath) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.SheetOutput, error) {
		units, err := d.Fund.ListBlanks(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		sheet, err := web.NewSheet("期初余额", fund.ListTitles(), []float64{12, 10, 14, 12, 16, 18, 16, 24})
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			if err := sheet.Add(u.Building, u.Entrance, u.Number, u.Area.String()); err != nil {
				return nil, err
			}
		}
		return sheet.Output("fund-opening-balances")
	}
}

// FundListBody is a bank's list.
type FundListBody struct {
	Tapped
	FileID int64  `json:"file_id" minimum:"1"`
	AsOf   string `json:"as_of" format:"date" doc:"余额是哪一天的"`
	Bank   string `json:"bank_balance" maxLength:"20" doc:"银行出具的专户余额，元"`
}

func checkFundList(ctx context.Context, s *fund.Service, a org.Actor, id int64, b FundListBody) (int64, error) {
	on, err := dateIn(b.AsOf, "body.as_of")
	if err != nil {
		return 0, err
	}
	fen, err := yuanIn(b.Bank, "bank_balance")
	if err != nil {
		return 0, err
	}
	return s.CheckList(ctx, a, fund.ImportCheck{EstateID: id, FileID: b.FileID, AsOf: on, Bank: fen})
}

type fundImportOutput struct {
	Body struct {
		ID        int64             `json:"id"`
		EstateID  int64             `json:"estate_id"`
		State     string            `json:"state" doc:"faulty 有误，不能导入；checked 已核对，等待另一个人导入；applying 正在导入；applied 已导入；breaking 正在冲回；broken 已中止"`
		AsOf      string            `json:"as_of"`
		Parts     int               `json:"parts" doc:"分几批"`
		Done      int               `json:"done" doc:"已完成几批"`
		Report    fund.ImportReport `json:"report"`
		CreatedAt time.Time         `json:"created_at"`
	}
}

func fundImportOf(v *fund.ImportView, err error) (*fundImportOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &fundImportOutput{}
	out.Body.ID, out.Body.EstateID, out.Body.State, out.Body.AsOf = v.ID, v.EstateID, v.State, v.AsOf.Format(time.DateOnly)
	out.Body.Parts, out.Body.Done, out.Body.Report, out.Body.CreatedAt = v.Parts, v.Done, v.Found, web.Time(v.CreatedAt)
	return out, nil
}

func showFundImport(d Deps) func(context.Context, org.Actor, *IDPath) (*fundImportOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*fundImportOutput, error) {
		return fundImportOf(d.Fund.FindImport(ctx, a, in.ID))
	}
}

func applyFundImport(d Deps) func(context.Context, org.Actor, *IDPath) (*fundImportOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*fundImportOutput, error) {
		return fundImportOf(d.Fund.ApplyImport(ctx, a, in.ID))
	}
}

// BreakOffBody says why an import is broken off.
type BreakOffBody struct {
	Tapped
	Reason string `json:"reason" minLength:"4" maxLength:"200"`
}

func breakOffFundImport(ctx context.Context, s *fund.Service, a org.Actor, id int64, b BreakOffBody) (int64, error) {
	return s.ProposeBreakOff(ctx, a, id, b.Reason)
}
