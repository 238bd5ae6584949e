package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

// fundReconcileRoutes hold the books against the bank, publish the year, and answer owners.
func fundReconcileRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListBankMonths", Method: http.MethodGet, Path: "/estates/{id}/fund-months", Summary: "和专户银行对账的月份，新的在前", Action: org.ReadFund}, listBankMonths(d))
	web.Handle(g, web.Op{ID: "officeUploadBankMonth", Method: http.MethodPost, Path: "/estates/{id}/fund-months", Summary: "上传一个月的银行对账单（XLSX 或 CSV），逐笔和账核对", Action: org.KeepFund, Status: http.StatusCreated, Timeout: 2 * time.Minute, Rate: importRate,
		Detail: "先用 POST /files（purpose=bank）上传。列名认：交易日期、收入、支出、流水号。银行写的户名和附言不保存。"}, fundDo(d, uploadBankMonth))
	web.Handle(g, web.Op{ID: "officeBankMonthTemplate", Method: http.MethodGet, Path: "/fund-statement-template", Summary: "下载银行对账单模板（XLSX）", Action: org.KeepFund}, bankMonthTemplate())
	web.Handle(g, web.Op{ID: "officeShowBankMonth", Method: http.MethodGet, Path: "/fund-months/{id}", Summary: "一个月的对账：每处差异是什么、怎么办", Action: org.ReadFund}, showBankMonth(d))
	web.Handle(g, web.Op{ID: "officeCompareBankMonth", Method: http.MethodPost, Path: "/fund-months/{id}/comparison", Summary: "补登或冲销之后重新核对", Action: org.KeepFund, Rate: workRate}, fundDo(d, compareBankMonth))
	web.Handle(g, web.Op{ID: "officeExplainDifferences", Method: http.MethodPost, Path: "/fund-months/{id}/explanations", Summary: "写明差异的原因", Action: org.KeepFund, Rate: workRate}, fundDo(d, explainDifferences))
	web.Handle(g, web.Op{ID: "officeCloseBankMonth", Method: http.MethodPost, Path: "/fund-months/{id}/closing", Summary: "另一个人结账：差异都写明了才能结，结账后不能再记这个月的账", Action: org.KeepFund, Rate: workRate}, fundDo(d, closeBankMonth))
	web.Handle(g, web.Op{ID: "officeWithdrawBankMonth", Method: http.MethodPost, Path: "/fund-months/{id}/withdrawal", Summary: "撤回传错的对账单", Action: org.KeepFund, Rate: workRate}, fundDo(d, withdrawBankMonth))
	web.Handle(g, web.Op{ID: "officeShowFundYear", Method: http.MethodGet, Path: "/estates/{id}/fund-years/{year}", Summary: "一年的公布数字：交存、使用、收益、结存，每个项目的费用（165号令第30条）", Action: org.ReadFund}, showFundYear(d))
	web.Handle(g, web.Op{ID: "officeListFundYearUnits", Method: http.MethodGet, Path: "/estates/{id}/fund-years/{year}/units", Summary: "一年里每个分户账的交存、使用、收益和结存；只写房号", Action: org.ReadFund}, listFundYearUnits(d))
	web.Handle(g, web.Op{ID: "officeListRechecks", Method: http.MethodGet, Path: "/estates/{id}/fund-rechecks", Summary: "业主的复核请求，早的在前", Action: org.ReadFund}, listRechecks(d))
	web.Handle(g, web.Op{ID: "officeListLateRechecks", Method: http.MethodGet, Path: "/fund-rechecks/overdue", Summary: "辖区里超过期限没有答复的复核请求，早的在前", Action: org.ReadFund}, listLateRechecks(d))
	web.Handle(g, web.Op{ID: "officeAnswerRecheck", Method: http.MethodPost, Path: "/fund-rechecks/{id}/answer", Summary: "答复复核请求", Action: org.KeepFund, Rate: workRate}, fundDo(d, answerRecheck))
}

func bankMonthTemplate() func(context.Context, org.Actor, *web.Empty) (*web.SheetOutput, error) {
	return func(context.Context, org.Actor, *web.Empty) (*web.SheetOutput, error) {
		sheet, err := web.NewSheet("银行对账单", fund.StatementTitles(), []float64{14, 16, 16, 24})
		if err != nil {
			return nil, err
		}
		return sheet.Output("fund-bank-statement")
	}
}

// BankMonthBody is a month of the bank's statement.
type BankMonthBody struct {
	Tapped
	Month   string `json:"month" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"写成 2026-03 的月份"`
	FileID  int64  `json:"file_id" minimum:"1"`
	Opening string `json:"opening" maxLength:"20" doc:"对账单的期初余额，元"`
	Closing string `json:"closing" maxLength:"20" doc:"对账单的期末余额，元"`
}

func uploadBankMonth(ctx context.Context, s *fund.Service, a org.Actor, id int64, b BankMonthBody) (int64, error) {
	first, err := calendar.ParseDate(b.Month + "-01")
	if err != nil {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "body.month", Reason: "请写成 2026-03 这样"})
	}
	in := fund.NewMonth{EstateID: id, Month: first, FileID: b.FileID}
	if in.Opening, err = yuanIn(b.Opening, "opening"); err != nil {
		return 0, err
	}
	if in.Closing, err = yuanIn(b.Closing, "closing"); err != nil {
		return 0, err
	}
	return s.UploadMonth(ctx, a, in)
}

func compareBankMonth(ctx context.Context, s *fund.Service, a org.Actor, id int64, _ Tapped) (int64, error) {
	return s.CompareMonth(ctx, a, id)
}

func closeBankMonth(ctx context.Context, s *fund.Service, a org.Actor, id int64, _ Tapped) (int64, error) {
	return s.CloseMonth(ctx, a, id)
}

func withdrawBankMonth(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.WithdrawMonth(ctx, a, id, b.Text)
}

// ExplainBody says why differences are there.
type ExplainBody struct {
	Tapped
	Differences []int64 `json:"differences" minItems:"1" maxItems:"500"`
	Text        string  `json:"text" minLength:"4" maxLength:"500"`
}

func explainDifferences(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ExplainBody) (int64, error) {
	return s.ExplainDifferences(ctx, a, id, b.Differences, b.Text)
}

func answerRecheck(ctx context.Context, s *fund.Service, a org.Actor, id int64, b ComText) (int64, error) {
	return s.AnswerRecheck(ctx, a, id, b.Text)
}

// BankMonthView is a month as lists show it.
type BankMonthView struct {
	ID       int64      `json:"id"`
	Month    string     `json:"month"`
	Opening  string     `json:"opening" doc:"银行期初，元"`
	Closing  string     `json:"closing" doc:"银行期末，元"`
	Books    string     `json:"books" doc:"账上期末，元"`
	State    string     `json:"state" doc:"open 对账中；closed 已结账；withdrawn 已撤回"`
	ClosedAt *time.Time `json:"closed_at,omitempty"`
	Reason   string     `json:"reason,omitempty" doc:"撤回的原因"`
}

func viewBankMonth(m fund.BankMonth) BankMonthView {
	return BankMonthView{ID: m.ID, Month: m.FirstDay.Format("2006-01"), Opening: m.Opening.String(), Closing: m.Closing.String(), Books: m.Books.String(), State: m.State, ClosedAt: web.TimeOr(m.ClosedAt), Reason: m.Reason}
}

func listBankMonths(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[BankMonthView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[BankMonthView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListMonths(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(m fund.BankMonth) int64 { return m.ID }, viewBankMonth), nil
	}
}

type differenceView struct {
	ID          int64  `json:"id"`
	Kind        string `json:"kind"`
	Name        string `json:"name"`
	Bank        string `json:"bank,omitempty" doc:"银行的金额，元"`
	BankOn      string `json:"bank_on,omitempty"`
	Serial      string `json:"serial,omitempty" doc:"银行流水号"`
	Books       string `json:"books,omitempty" doc:"账上的金额，元"`
	BooksOn     string `json:"books_on,omitempty"`
	Source      string `json:"source,omitempty" doc:"账上的依据"`
	Do          string `json:"do" doc:"怎么办"`
	Explanation string `json:"explanation,omitempty"`
}

func viewDifference(x fund.Difference) differenceView {
	return differenceView{ID: x.ID, Kind: string(x.Kind), Name: fund.DifferenceNames[x.Kind], Bank: zeroless(x.BankFen), BankOn: web.DayOr(x.BankOn), Serial: x.Serial, Books: zeroless(x.BooksFen), BooksOn: web.DayOr(x.BooksOn), Source: x.Source,
		Do: fund.DifferenceDeeds[x.Kind], Explanation: x.Explanation}
}

type bankMonthOutput struct {
	Body struct {
		BankMonthView
		Gap         string           `json:"gap" doc:"银行期末减账上期末，元"`
		Lines       int64            `json:"lines"`
		Unexplained int64            `json:"unexplained" doc:"还没有写明原因的差异"`
		Items       []differenceView `json:"items"`
		Next        string           `json:"next,omitempty"`
	}
}

func showBankMonth(d Deps) func(context.Context, org.Actor, *IDPage) (*bankMonthOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*bankMonthOutput, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		v, err := d.Fund.FindMonth(ctx, a, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		out := &bankMonthOutput{}
		out.Body.BankMonthView, out.Body.Gap, out.Body.Lines, out.Body.Unexplained = viewBankMonth(v.BankMonth), v.Gap.String(), v.Lines, v.Unexplained
		page := web.Paged(in.Page, v.Differences, func(x fund.Difference) int64 { return x.ID }, viewDifference)
		out.Body.Items, out.Body.Next = page.Body.Items, page.Body.Next
		return out, nil
	}
}

// FundYearPath names a year of an estate.
type FundYearPath struct {
	IDPath
	Year int `path:"year" minimum:"1998" maximum:"2100"`
}

type fundYearOutput struct{ Body hall.FundYear }

func showFundYear(d Deps) func(context.Context, org.Actor, *FundYearPath) (*fundYearOutput, error) {
	return func(ctx context.Context, a org.Actor, in *FundYearPath) (*fundYearOutput, error) {
		y, err := d.Fund.FindYear(ctx, a, org.ReadFund, in.ID, in.Year)
		if err != nil {
			return nil, err
		}
		return &fundYearOutput{Body: hall.FundYearOf(y)}, nil
	}
}

type unitYearView struct {
	UnitID int64            `json:"unit_id"`
	Unit   string           `json:"unit"`
	Owners hall.FundFigures `json:"owners"`
	Seller hall.FundFigures `json:"seller"`
}

// FundYearPage is a page of a year's units.
type FundYearPage struct {
	FundYearPath
	web.Page
}

func listFundYearUnits(d Deps) func(context.Context, org.Actor, *FundYearPage) (*web.List[unitYearView], error) {
	return func(ctx context.Context, a org.Actor, in *FundYearPage) (*web.List[unitYearView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListYearUnits(ctx, a, in.ID, in.Year, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fund.UnitYear) int64 { return x.UnitID }, func(x fund.UnitYear) unitYearView {
			return unitYearView{UnitID: x.UnitID, Unit: x.Unit, Owners: hall.FundFiguresOf(x.Owners), Seller: hall.FundFiguresOf(x.Seller)}
		}), nil
	}
}

type recheckPage struct {
	IDPath
	State string `query:"state" enum:"open,answered" default:"open"`
	web.Page
}

func listRechecks(d Deps) func(context.Context, org.Actor, *recheckPage) (*web.List[hall.FundRecheck], error) {
	return func(ctx context.Context, a org.Actor, in *recheckPage) (*web.List[hall.FundRecheck], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListRechecks(ctx, a, in.ID, in.State, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r fund.RecheckView) int64 { return r.ID }, hall.FundRecheckOf), nil
	}
}

func listLateRechecks(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hall.FundRecheck], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hall.FundRecheck], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fund.ListLateRechecks(ctx, a, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(r fund.RecheckView) int64 { return r.ID }, hall.FundRecheckOf), nil
	}
}
