package fund

import (
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/sheet"
)

// bankTitles are the columns of a bank's statement.
var bankTitles = [][]string{
	{"交易日期", "记账日期", "入账日期", "日期"},
	{"收入", "贷方发生额", "收入金额", "贷方金额", "贷方", "存入"},
	{"支出", "借方发生额", "支出金额", "借方金额", "借方", "支取"},
	{"流水号", "交易流水号", "凭证号", "回单号", "回单编号", "业务编号"},
}

// bankReader takes the lines of a statement.
type bankReader struct {
	table
	month *BankMonth
	zone  sheet.Sheet
	lines []BankLine
	sum   money.Fen
}

func newBankReader(m *BankMonth) *bankReader {
	r := &bankReader{month: m}
	r.table = table{titles: bankTitles, required: []int{0, 1, 2}, sums: []int{1, 2}, line: r.take}
	return r
}

// Begin remembers how the worksheet counts days.
func (r *bankReader) Begin(s sheet.Sheet) bool {
	r.zone = s
	return r.table.Begin(s)
}

func (r *bankReader) take(row tableRow) error {
	on, ok := r.day(row)
	text := row.text(0)
	if !ok && (text == "" || strings.Contains(text, "计") || strings.Contains(text, "余额")) {
		return nil // a sum, or where the balance stood before
	}
	l := BankLine{Line: row.n, OnDay: dayOf(on), Amount: row.fen(1) - row.fen(2), Serial: row.text(3)}
	if !ok || on.Year != r.month.FirstDay.Year() || on.Month != r.month.FirstDay.Month() {
		row.bad(0, text, "请填写这个月里的日期，例如 "+r.month.FirstDay.Format("2006-01-02"))
	}
	if len(l.Serial) > 64 {
		row.bad(3, "", "流水号不超过64个字节")
	}
	if l.Amount == 0 {
		return nil
	}
	r.sum += l.Amount
	r.lines = append(r.lines, l)
	return nil
}

// day reads a day as banks write it.
func (r *bankReader) day(row tableRow) (calendar.Date, bool) {
	if t, ok := row.cell(0).Time(r.zone, calendar.Shanghai); ok && row.cell(0).Date {
		return calendar.DateOf(t), true
	}
	text := row.text(0)
	if len(text) > 10 && strings.Count(text[:10], "-")+strings.Count(text[:10], "/") == 2 {
		text = text[:10]
	}
	for _, layout := range []string{"2006-1-2", "2006/1/2", "20060102", "2006年1月2日", "2006.1.2"} {
		if t, err := time.ParseInLocation(layout, text, calendar.Shanghai); err == nil {
			return calendar.DateOf(t), true
		}
	}
	return calendar.Date{}, false
}

// whole refuses a statement with bad cells, or one that does not add up.
func (r *bankReader) whole() error {
	if gap := r.month.Opening + r.sum - r.month.Closing; r.count == 0 && gap != 0 {
		return ErrBadStatement.Saying(fmt.Sprintf("对账单加不平：期初%s元，本月收支合计%s元，期末应为%s元，填写的是%s元，相差%s元", r.month.Opening, r.sum, r.month.Opening+r.sum, r.month.Closing, gap))
	}
	if r.count == 0 {
		return nil
	}
	bad := ErrBadStatement
	for _, f := range r.faults[:min(len(r.faults), 50)] {
		bad = bad.With(fault.Field{Path: strings.TrimSpace(fmt.Sprintf("%s 第%d行 %s", f.Sheet, f.Row, f.Column)), Reason: f.Reason})
	}
	return bad
}
