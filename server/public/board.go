package public

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func boardRoutes(site *web.Site, d Deps) {
	g := site.Group("/public/v1", "公示栏数据", web.Anybody)
	web.HandleOpen(g, web.Op{ID: "publicShowDuties", Method: http.MethodGet, Path: "/estates/{id}/duties", Summary: "小区的应公开事项：谁、依据哪一条、公开了没有、晚了几天", Rate: readRate}, showDuties(d))
	web.HandleOpen(g, web.Op{ID: "publicDutiesCSV", Method: http.MethodGet, Path: "/estates/{id}/duties.csv", Summary: "应公开事项（CSV）", Rate: readRate}, dutiesCSV(d))
	web.HandleOpen(g, web.Op{ID: "publicNoticesCSV", Method: http.MethodGet, Path: "/estates/{id}/notices.csv", Summary: "最近500份公开的公示（CSV）", Rate: readRate}, noticesCSV(d))
	web.HandleOpen(g, web.Op{ID: "publicNoticeQuestions", Method: http.MethodGet, Path: "/notices/{id}/questions", Summary: "一份公示下面的提问和答复，不写姓名", Rate: readRate}, noticeQuestions(d))
	web.HandleOpen(g, web.Op{ID: "publicDutyQuestions", Method: http.MethodGet, Path: "/disclosure-duties/{id}/questions", Summary: "一个应公开事项下面的提问和答复，不写姓名", Rate: readRate}, dutyQuestions(d))
	feedRoutes(g, d)
}

// EstatePath names an estate.
type EstatePath struct {
	ID int64 `path:"id" minimum:"1"`
}

func showDuties(d Deps) func(context.Context, *EstatePath) (*hall.RegisterOutput, error) {
	return func(ctx context.Context, in *EstatePath) (*hall.RegisterOutput, error) {
		r, err := d.Board.RegisterPublic(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return hall.ViewRegister(r), nil
	}
}

// FileOutput is a small file of open data.
type FileOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// table is a CSV that spreadsheets open as Chinese; a cell that a spreadsheet would compute is kept as text.
func table(name string, head []string, rows [][]string) (*FileOutput, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			row[i] = plain(cell, false)
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return &FileOutput{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="` + name + `"`, Body: b.Bytes()}, w.Error()
}

// plain keeps a cell that a spreadsheet would compute as text; a number may begin with its sign.
func plain(cell string, number bool) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if !number && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) { // some read the wide ones as well
		return "'" + cell
	}
	return cell
}

func dutiesCSV(d Deps) func(context.Context, *EstatePath) (*FileOutput, error) {
	return func(ctx context.Context, in *EstatePath) (*FileOutput, error) {
		r, err := d.Board.RegisterPublic(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		var rows [][]string
		for _, item := range hall.ViewRegister(r).Body.Items {
			instances := item.Open
			if item.Last != nil {
				instances = append(instances, *item.Last)
			}
			if len(instances) == 0 {
				instances = []hall.DutyItem{{OwedBy: item.OwedBy, StateName: item.Why}}
			}
			for _, x := range instances {
				rows = append(rows, []string{item.Code, item.Title, item.SphereName, x.OwedBy, item.Clause, item.Often, x.Period, x.Due, x.StateName, strconv.FormatInt(x.DaysLate, 10), x.PublishedOn, idText(x.NoticeID), x.What})
			}
		}
		return table("duties.csv", []string{"代码", "事项", "类别", "由谁公开", "依据", "周期", "哪一期", "最晚公开", "状态", "逾期天数", "公开日期", "公示", "哪一件事"}, rows)
	}
}

func idText(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// mostRows bounds a file of notices.
const mostRows = 500

func noticesCSV(d Deps) func(context.Context, *EstatePath) (*FileOutput, error) {
	return func(ctx context.Context, in *EstatePath) (*FileOutput, error) {
		list, err := d.Board.ListPublic(ctx, in.ID, 0, mostRows)
		if err != nil {
			return nil, err
		}
		var rows [][]string
		for _, n := range list {
			withdrawn := ""
			if n.WithdrawnAt != nil {
				withdrawn = web.Time(*n.WithdrawnAt).Format(time.DateOnly)
			}
			rows = append(rows, []string{n.Number, disclosure.SortNames[n.Kind], n.Title, n.Publisher, web.Time(n.PublishedAt).Format(time.DateOnly), withdrawn, strconv.Itoa(n.CurrentVersion), n.SHA256, web.Time(n.RevisedAt).Format(time.DateOnly), n.WithdrawReason})
		}
		return table("notices.csv", []string{"编号", "种类", "标题", "发布单位", "发布日期", "撤回日期", "版本", "校验值", "这一版的日期", "撤回原因"}, rows)
	}
}

func noticeQuestions(d Deps) func(context.Context, *boardInput) (*web.List[hall.QuestionItem], error) {
	return func(ctx context.Context, in *boardInput) (*web.List[hall.QuestionItem], error) {
		return questions(ctx, d, in.Page, in.ID, 0)
	}
}

func dutyQuestions(d Deps) func(context.Context, *boardInput) (*web.List[hall.QuestionItem], error) {
	return func(ctx context.Context, in *boardInput) (*web.List[hall.QuestionItem], error) {
		return questions(ctx, d, in.Page, 0, in.ID)
	}
}

func questions(ctx context.Context, d Deps, p web.Page, notice, duty int64) (*web.List[hall.QuestionItem], error) {
	before, err := p.From()
	if err != nil {
		return nil, err
	}
	rows, err := d.Board.ListQuestionsPublic(ctx, notice, duty, before, p.Want())
	if err != nil {
		return nil, err
	}
	return web.Paged(p, rows, func(v disclosure.QuestionView) int64 { return v.ID }, hall.ViewQuestion), nil
}
