package office

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func bookRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "账册", web.Staff)
	web.Handle(g, web.Op{ID: "officeListBooks", Method: http.MethodGet, Path: "/estates/{id}/books", Summary: "小区的账：物业费（各物业公司各一本）、公共收益、维修资金，记到第几笔，结到哪一天", Action: org.ReadBooks}, listBooks(d))
	for kind, path := range map[ledger.Kind]string{ledger.Fee: "Fee", ledger.Income: "Income", ledger.Fund: "Fund"} {
		name, action := ledger.KindNames[kind], ledger.Vouchers[kind]
		base := "/estates/{id}/books/" + string(kind)
		web.Handle(g, web.Op{ID: "office" + path + "Trial", Method: http.MethodGet, Path: base + "/trial", Summary: name + "的试算平衡表：各科目的期初、借方、贷方、期末；只有合计，没有各户", Action: org.ReadBooks}, trialBalance(d, kind))
		web.Handle(g, web.Op{ID: "office" + path + "Journals", Method: http.MethodGet, Path: base + "/journals", Summary: name + "的凭证，按编号", Action: action}, listJournals(d, kind))
		web.Handle(g, web.Op{ID: "office" + path + "JournalSheet", Method: http.MethodGet, Path: base + "/journals.xlsx", Summary: name + "的凭证 XLSX，每行一条分录", Action: action, Rate: importRate, Timeout: 2 * time.Minute}, exportJournals(d, kind))
		web.Handle(g, web.Op{ID: "office" + path + "Beancount", Method: http.MethodGet, Path: base + "/books.beancount", Summary: name + "导出为 Beancount 文本，可以用别的软件核对", Action: action, Rate: importRate, Timeout: 2 * time.Minute}, exportBeancount(d, kind))
	}
	web.Handle(g, web.Op{ID: "officeCloseFeeBooks", Method: http.MethodPost, Path: "/estates/{id}/books/fee/closing", Summary: "物业费账结账：这一天及以前不能再记账，写错的只能在以后冲销", Action: org.CloseFeeBooks, Rate: workRate}, closeBooks(d, ledger.Fee))
	web.Handle(g, web.Op{ID: "officeCloseIncomeBooks", Method: http.MethodPost, Path: "/estates/{id}/books/income/closing", Summary: "公共收益账结账：这一天及以前不能再记账，写错的只能在以后冲销", Action: org.CloseIncomeBooks, Rate: workRate}, closeBooks(d, ledger.Income))
}

type bookView struct {
	Kind   string `json:"kind" doc:"fee 物业费；income 公共收益；fund 维修资金"`
	Name   string `json:"name"`
	Holder int64  `json:"holder_id,omitempty" doc:"物业费账是哪家物业公司的；其他两本账没有"`
	Keeper string `json:"holder,omitempty" doc:"这家公司的名称"`
	Last   int64  `json:"last" doc:"记到第几笔"`
	Closed string `json:"closed_through,omitempty" doc:"结账到哪一天（含）；没有结过账时没有"`
}

func listBooks(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[bookView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[bookView], error) {
		list, err := d.Ledger.Books(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(list, func(b ledger.Standing) bookView {
			v := bookView{Kind: string(b.Kind), Name: ledger.KindNames[b.Kind], Holder: b.Holder, Keeper: b.Name, Last: b.Last}
			if !b.Closed.IsZero() {
				v.Closed = b.Closed.String()
			}
			return v
		}), nil
	}
}

// BookDays are days of the books.
type BookDays struct {
	From string `query:"from" format:"date" doc:"从哪一天记的账"`
	To   string `query:"to" format:"date" doc:"到哪一天（含）"`
}

func (in *BookDays) days() (r ledger.Range, err error) {
	if r.From, err = dateIn(in.From, "from"); err != nil {
		return r, err
	}
	r.To, err = dateIn(in.To, "to")
	return r, err
}

// dateIn reads a day of a request; none is the zero date.
func dateIn(text, field string) (calendar.Date, error) {
	day, err := web.Day(text, field)
	if err != nil || day == nil {
		return calendar.Date{}, err
	}
	return calendar.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()}, nil
}

// BooksInput is the input of what is asked of some days of an estate's books.
type BooksInput struct {
	IDPath
	BookDays
}

type trialView struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Opening string `json:"opening" doc:"期初，元；借方为正"`
	Debit   string `json:"debit"`
	Credit  string `json:"credit"`
	Ending  string `json:"ending" doc:"期末，元；借方为正"`
}

type trialInput struct {
	BooksInput
	Holder int64 `query:"holder_id" doc:"物业费账看哪家物业公司的；不填是现在这一家，物业公司只能看自己的。其他两本账不用填"`
}

func trialBalance(d Deps, kind ledger.Kind) func(context.Context, org.Actor, *trialInput) (*web.All[trialView], error) {
	return func(ctx context.Context, a org.Actor, in *trialInput) (*web.All[trialView], error) {
		days, err := in.days()
		if err != nil {
			return nil, err
		}
		rows, err := d.Ledger.Trial(ctx, a, in.ID, kind, in.Holder, days)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(r ledger.Row) trialView {
			return trialView{Code: string(r.Code), Name: ledger.Chart[r.Code].Name, Opening: r.Opening.String(), Debit: r.Debit.String(), Credit: r.Credit.String(), Ending: r.Ending.String()}
		}), nil
	}
}

type journalsInput struct {
	IDPath
	BookDays
	web.Page
}

type entryView struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	UnitID int64  `json:"unit_id,omitempty" doc:"哪一户；维修资金里涉及各户补交的凭证，不能看欠费的单位只看到各科目合计"`
	Door   string `json:"door,omitempty"`
	Amount string `json:"amount" doc:"元；借方为正，贷方为负"`
	Memo   string `json:"memo,omitempty"`
}

type journalView struct {
	No        int64       `json:"no" doc:"凭证号，从1起，没有缺号"`
	Effective string      `json:"effective_on" doc:"记在哪一天"`
	Booked    time.Time   `json:"booked_at" doc:"什么时候记的"`
	Source    string      `json:"source" doc:"依据；维修资金里各户补上差额的凭证，不能看欠费的单位看不到"`
	Memo      string      `json:"memo,omitempty"`
	Reverses  bool        `json:"reverses,omitempty" doc:"冲销另一笔"`
	Entries   []entryView `json:"entries"`
}

func viewJournal(v ledger.View, doors map[int64]string) journalView {
	j := journalView{No: v.No, Effective: v.EffectiveOn.Format(time.DateOnly), Booked: web.Time(v.BookedAt), Source: v.SourceText, Memo: v.Memo, Reverses: v.ReversesID != nil}
	for _, l := range v.Lines {
		j.Entries = append(j.Entries, entryView{Code: string(l.Code), Name: ledger.Chart[l.Code].Name, UnitID: l.UnitID, Door: doors[l.UnitID], Amount: l.Amount.String(), Memo: l.Memo})
	}
	return j
}

func listJournals(d Deps, kind ledger.Kind) func(context.Context, org.Actor, *journalsInput) (*web.List[journalView], error) {
	return func(ctx context.Context, a org.Actor, in *journalsInput) (*web.List[journalView], error) {
		after, err := in.Page.From()
		if err != nil {
			return nil, err
		}
		days, err := in.days()
		if err != nil {
			return nil, err
		}
		list, doors, err := d.Ledger.Page(ctx, a, in.ID, kind, days, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, list, func(v ledger.View) int64 { return v.No }, func(v ledger.View) journalView { return viewJournal(v, doors) }), nil
	}
}

func exportJournals(d Deps, kind ledger.Kind) func(context.Context, org.Actor, *BooksInput) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *BooksInput) (*web.SheetOutput, error) {
		days, err := in.days()
		if err != nil {
			return nil, err
		}
		sheet, err := web.NewSheet("凭证", []string{"凭证号", "日期", "记账时间", "依据", "摘要", "科目", "科目名称", "房屋", "借方", "贷方"}, []float64{8, 12, 18, 30, 30, 18, 16, 20, 14, 14})
		if err != nil {
			return nil, err
		}
		err = d.Ledger.Walk(ctx, a, in.ID, kind, days, func(v *ledger.View, doors map[int64]string) error {
			for _, l := range v.Lines {
				debit, credit := l.Amount.String(), ""
				if l.Amount < 0 {
					debit, credit = "", (-l.Amount).String()
				}
				if err := sheet.Add(v.No, v.EffectiveOn.Format(time.DateOnly), v.BookedAt, v.SourceText, v.Memo, string(l.Code), ledger.Chart[l.Code].Name, doors[l.UnitID], debit, credit); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		return sheet.Output(fmt.Sprintf("journals-%s-%d-%s-%s", kind, in.ID, in.From, in.To))
	}
}

func exportBeancount(d Deps, kind ledger.Kind) func(context.Context, org.Actor, *BooksInput) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *BooksInput) (*web.SheetOutput, error) {
		days, err := in.days()
		if err != nil {
			return nil, err
		}
		text, err := d.Ledger.Beancount(ctx, a, in.ID, kind, days)
		if err != nil {
			return nil, err
		}
		return &web.SheetOutput{ContentType: "text/plain; charset=utf-8", Disposition: fmt.Sprintf(`attachment; filename="books-%s-%d.beancount"`, kind, in.ID), Body: text}, nil
	}
}

type closeBooksInput struct {
	IDPath
	Body struct {
		Through string `json:"through" format:"date" doc:"结到哪一天（含），最晚昨天"`
	}
}

func closeBooks(d Deps, kind ledger.Kind) func(context.Context, org.Actor, *closeBooksInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *closeBooksInput) (*web.Empty, error) {
		through, err := dateIn(in.Body.Through, "body.through")
		if err != nil {
			return nil, err
		}
		return &web.Empty{}, d.Ledger.Close(ctx, a, in.ID, kind, through)
	}
}
