package fee

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/sheet"
)

// ImportKind says what a list holds.
type ImportKind string

// The kinds of lists.
const (
	OfPayments ImportKind = "payments"
	OfArrears  ImportKind = "arrears"
)

// column is a heading that is read; what a bank calls it differs from bank to bank.
type column int

const (
	colAmount column = iota
	colDay
	colWay
	colSerial
	colBill
	colUnit
	colPayer
	colAccount
	colText
	colTitle
	colMonths
	columns
)

// headings of each column; the first is what the README names.
var headings = [columns][]string{
	colAmount:  {"金额", "收款金额", "贷方发生额", "贷方金额", "收入金额", "交易金额", "缴费金额", "实收金额", "欠费金额"},
	colDay:     {"日期", "到账日期", "交易日期", "收款日期", "缴费日期", "记账日期", "交易时间", "起始月份", "所属月份", "月份"},
	colWay:     {"方式", "收款方式", "缴费方式", "支付方式"},
	colSerial:  {"流水号", "交易流水号", "银行流水号", "凭证号", "交易参考号"},
	colBill:    {"账单号", "账单编号"},
	colUnit:    {"房号", "门牌", "房屋", "房间号", "户号"},
	colPayer:   {"付款人", "对方户名", "付款人名称", "对方名称", "缴费人", "业主", "姓名"},
	colAccount: {"付款账号", "对方账号", "付款人账号", "对方账户", "对方卡号"},
	colText:    {"附言", "摘要", "备注", "用途"},
	colTitle:   {"费用名称", "收费项目", "项目"},
	colMonths:  {"月数"},
}

// needed are the columns that a list must have.
var needed = map[ImportKind][]column{OfPayments: {colAmount, colDay}, OfArrears: {colAmount, colDay, colUnit, colTitle}}

const (
	maxImported = 20_000
	headWithin  = 10
	maxFaults   = 100
)

var billNumber = regexp.MustCompile(`[FQ]\d{1,12}-\d{1,7}`)

// list reads a spreadsheet into lines.
type list struct {
	kind     ImportKind
	today    time.Time
	s        sheet.Sheet
	at       []int // column → index, nil until the heading is found
	looked   int
	lines    []Line
	payers   []string
	accounts []string // of the payers
	faults   fault.Checks
}

func readList(ctx context.Context, kind ImportKind, today time.Time, src io.ReaderAt, size int64) (*list, error) {
	l := &list{kind: kind, today: today}
	if err := sheet.Read(ctx, src, size, l); err != nil {
		return nil, err
	}
	if len(l.faults) == 0 && len(l.lines) == 0 {
		names := make([]string, 0, columns)
		for _, c := range needed[kind] {
			names = append(names, "“"+headings[c][0]+"”")
		}
		l.faults.Check(false, "file", "没有读到内容：表头要有"+strings.Join(names, "、")+"这几列")
	}
	return l, l.faults.Err()
}

// Begin takes each visible worksheet until one held lines.
func (l *list) Begin(s sheet.Sheet) bool {
	l.s, l.at, l.looked = s, nil, 0
	return !s.Hidden && len(l.lines) == 0
}

// Merged cells are read as they stand.
func (l *list) Merged(string) {}

// End of a worksheet.
func (l *list) End() error { return nil }

// Line takes a line.
func (l *list) Line(line sheet.Line) error {
	if sheet.Blank(line.Cells) {
		return nil
	}
	if l.at == nil {
		if l.looked++; l.looked > headWithin {
			return sheet.ErrSkip
		}
		l.head(line.Cells)
		return nil
	}
	if len(l.lines) >= maxImported {
		return fault.ErrInvalid.With(fault.Field{Path: "file", Reason: fmt.Sprintf("一次最多%d行，请分成几个文件", maxImported)})
	}
	if len(l.faults) < maxFaults {
		l.take(line)
	}
	return nil
}

func (l *list) head(cells []sheet.Cell) {
	at := slices.Repeat([]int{-1}, int(columns))
	for i, c := range cells {
		text := strings.Trim(strings.ReplaceAll(sheet.Clean(c.Text), " ", ""), "*:")
		for col, names := range headings {
			if at[col] < 0 && slices.Contains(names, text) {
				at[col] = i
			}
		}
	}
	for _, c := range needed[l.kind] {
		if at[c] < 0 {
			return
		}
	}
	l.at = at
}

func (l *list) take(line sheet.Line) {
	cell := func(c column) sheet.Cell {
		if i := l.at[c]; i >= 0 && i < len(line.Cells) {
			return line.Cells[i]
		}
		return sheet.Cell{}
	}
	text := func(c column) string { return sheet.Clean(cell(c).Plain()) }
	bad := func(c column, reason string) {
		l.faults.Check(false, fmt.Sprintf("第%d行“%s”", line.Number, headings[c][0]), reason)
	}
	if strings.HasPrefix(text(colAmount)+text(colDay), "合计") || strings.HasPrefix(sheet.Clean(line.Cells[0].Text), "合计") {
		return
	}
	x := Line{Line: line.Number, State: "new", Unit: clip(strings.ReplaceAll(text(colUnit), " ", ""), 150), Serial: strings.ReplaceAll(text(colSerial), " ", ""), Title: clip(text(colTitle), 30), Months: 1}
	var err error
	if x.Amount, err = money.Parse(amountText(cell(colAmount))); err != nil || x.Amount <= 0 {
		bad(colAmount, "应是大于零的金额，单位是元")
	}
	if x.PaidOn, err = l.day(cell(colDay)); err != nil {
		bad(colDay, err.Error())
	}
	if x.Way = ways[text(colWay)]; x.Way == "" {
		bad(colWay, "只能填：现金、银行转账、刷卡；不填按银行转账")
	}
	if len(x.Serial) > 64 || cell(colSerial).Number && len(x.Serial) > 15 {
		bad(colSerial, "流水号太长，或被存成了数字而丢了末几位；请把这一列设为“文本”后重新导出")
	}
	if l.kind == OfPayments && x.Serial == "" && x.Way != Cash && x.Way != "" {
		bad(colSerial, "银行转账和刷卡要有流水号，免得两份清单重叠时同一笔钱入账两次；不填方式按银行转账")
	}
	if x.BillNumber = billNumber.FindString(strings.ToUpper(text(colBill) + " " + text(colText))); len(x.BillNumber) > 32 {
		x.BillNumber = ""
	}
	if n := text(colMonths); n != "" {
		if x.Months, err = strconv.ParseInt(n, 10, 64); err != nil || x.Months < 1 || x.Months > 120 {
			bad(colMonths, "应是1至120")
		}
	}
	if l.kind == OfArrears && !length(x.Title, 2, 30) {
		bad(colTitle, "请写费用名称（2至30个字）")
	}
	l.lines, l.payers = append(l.lines, x), append(l.payers, clip(text(colPayer), 60))
	l.accounts = append(l.accounts, text(colAccount))
}

var ways = map[string]string{"": Bank, "银行": Bank, "银行转账": Bank, "转账": Bank, "现金": Cash, "刷卡": POS, "POS": POS, "pos": POS}

// amountText is an amount as its cell shows it: Excel keeps 358.43 as 358.43000000000001 or 358.42999999999995.
func amountText(c sheet.Cell) string {
	s := strings.TrimSuffix(strings.TrimLeft(sheet.Clean(c.Plain()), "¥￥+"), "元")
	whole, frac, _ := strings.Cut(s, ".")
	if !c.Number || len(frac) < 9 || len(whole) > 12 {
		return s
	}
	n, err := strconv.ParseInt(whole+frac[:2], 10, 64)
	switch rest := frac[2:8]; {
	case err != nil:
		return s
	case rest == "000000":
		return money.Fen(n).String()
	case rest == "999999":
		return money.Fen(n + 1).String()
	}
	return s
}

// day reads the day of a payment, or the first day of the month that arrears are from.
func (l *list) day(c sheet.Cell) (time.Time, error) {
	var d time.Time
	if at, ok := c.Time(l.s, calendar.Shanghai); ok {
		d = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	} else {
		s := strings.Trim(strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(strings.Split(sheet.Clean(c.Text)+" ", " ")[0]), "-")
		var err error
		for _, layout := range []string{"2006-1-2", "20060102", "2006-1", "200601"} {
			if d, err = time.Parse(layout, s); err == nil {
				break
			}
		}
		if err != nil {
			return d, fmt.Errorf("看不懂这个日期，请写成 2026-03-02；欠费的月份写成 2026-03")
		}
	}
	if l.kind == OfArrears {
		d = d.AddDate(0, 0, 1-d.Day())
	}
	if d.After(l.today) || l.kind == OfPayments && d.Before(l.today.AddDate(-1, 0, 0)) || d.Year() < 1995 {
		return d, fmt.Errorf("日期不能晚于今天；收款不能早于一年前")
	}
	return d, nil
}
