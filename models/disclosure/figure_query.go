package disclosure

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/wording"
)

// path names a field of a query.
func path(i int, field string) string { return fmt.Sprintf("figures[%d].%s", i, field) }

func (q *Query) check(c *fault.Checks, i int) {
	q.Label = strings.TrimSpace(q.Label)
	n := utf8.RuneCountInString(q.Label)
	c.Check(n > 0 && n <= 30, path(i, "label"), "请写明这个数叫什么，不超过30个字")
	c.Check(typedSum(q.Label) == "", path(i, "label"), "名称里不要写金额")
	c.Check(!wording.HasMobile(q.Label) && !wording.HasIdentity(q.Label), path(i, "label"), "名称里不要写手机号和身份证号")
	if q.checkSum(c, i) {
		return
	}
	c.Check(MeasureNames[q.Measure] != "" && q.Measure != Stated && q.Measure != BillsCharged && q.Measure != BillsCollected, path(i, "measure"), "请选择收入、支出或结余")
	c.Check(q.Source == 0 || q.Source > 0 && len(q.Sources) == 1, path(i, "sources"), "某一件事的数，只选它那一种来源")
	c.Check(!q.To.IsZero(), path(i, "to"), "请填写截止日期")
	c.Check(q.Measure == Balance || !q.From.IsZero() && !q.To.Before(q.From), path(i, "from"), "请填写起止日期，开始不晚于截止")
	c.Check(q.Measure != Balance || q.From.IsZero(), path(i, "from"), "结余只填截止日期")
	c.Check(len(q.Codes) > 0 && len(q.Codes) <= 10, path(i, "codes"), "请选择1至10个科目")
	c.Check(len(q.Sources) <= 10, path(i, "sources"), "来源最多选10种")
	c.Check(q.Measure != Balance || len(q.Sources) == 0, path(i, "sources"), "结余不分来源")
	for _, x := range append(append([]string{}, q.Codes...), q.Sources...) {
		c.Check(len(x) <= 32 && x != "" && !strings.ContainsAny(x, ", "), path(i, "codes"), "科目或来源的写法不对")
	}
}

// figure is a query without its answer.
func (q *Query) figure() Figure {
	f := Figure{Label: q.Label, Book: q.Book, Codes: strings.Join(q.Codes, ","), Sources: strings.Join(q.Sources, ","), SourceID: q.Source, Measure: q.Measure, FromOn: column(q.From)}
	if to := column(q.To); to != nil {
		f.ToOn = *to
	}
	return f
}

// row is a query as a text, to compare.
func (q *Query) row() string { f := q.figure(); return f.row() }

func (f *Figure) row() string {
	sources := f.Sources
	if f.SourceID != 0 {
		sources = fmt.Sprint(sources, " ", f.SourceID)
	}
	return strings.Join([]string{f.Label, f.Book, f.Codes, sources, string(f.Measure), f.Period()}, "\x00")
}
