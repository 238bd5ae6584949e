package fund

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/sheet"
)

// Bounds of a bank's list.
const (
	maxListRows    = 200_000
	maxFindings    = 1000
	headingWithin  = 15 // lines may stand above the heading
	longestInAList = 100
)

// ErrNoHeading says that a list has not the columns that are needed.
var ErrNoHeading = fault.New(fault.Invalid, "fund.list_heading", "没有找到表头，请用模板里的列名")

// table takes a spreadsheet with a heading, whatever stands above it, and gives its lines by column.
type table struct {
	titles   [][]string // by column: its name, then what others call it
	required []int
	loose    []int // columns that may be merged over lines: what follows has the same
	sums     []int // columns of amounts
	line     func(row tableRow) error

	sheet  string
	of     int
	at     []int
	head   int // the line of the heading
	n      int
	faults []ImportFinding
	count  int
}

// tableRow is a line under the heading.
type tableRow struct {
	t     *table
	n     int
	cells []sheet.Cell
}

func (r tableRow) cell(column int) sheet.Cell {
	if i := r.t.at[column]; i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return sheet.Cell{}
}

// text is a cell without blanks.
func (r tableRow) text(column int) string {
	return strings.ReplaceAll(r.cell(column).Plain(), " ", "")
}

// empty reports whether none of some columns holds anything.
func (r tableRow) empty(columns ...int) bool {
	return !slices.ContainsFunc(columns, func(c int) bool { return r.text(c) != "" })
}

// fen reads an amount in yuan; an empty cell is zero. A number that a spreadsheet stores as a float is taken as it shows it, with 15 digits.
func (r tableRow) fen(column int) money.Fen {
	c := r.cell(column)
	text := strings.TrimSuffix(strings.NewReplacer(" ", "", "¥", "", "￥", "").Replace(sheet.Clean(c.Text)), "元")
	if text == "" || text == "-" || text == "--" {
		return 0
	}
	if c.Number {
		f, err := strconv.ParseFloat(text, 64)
		if err == nil {
			f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
		}
		if err != nil {
			r.bad(column, text, money.ErrFormat.Error()+amountsAre)
			return 0
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	v, err := money.Parse(text)
	if err != nil {
		r.bad(column, text, err.Error()+amountsAre)
	}
	return v
}

// amountsAre says what to do about an amount that is none.
const amountsAre = "；请改成以元为单位的数字，例如 1088.00"

// bad notes a bad cell; column -1 is the whole line.
func (r tableRow) bad(column int, value, reason string) {
	name := ""
	if column >= 0 {
		if name = r.t.titles[column][0]; r.t.at[column] >= 0 {
			name = sheet.Letter(r.t.at[column]) + " " + name
		}
	}
	if v := []rune(value); len(v) > 20 {
		value = string(v[:20]) + "…"
	}
	r.t.fault(ImportFinding{Sheet: r.t.sheet, Row: r.n, Column: name, Value: value, Reason: reason})
}

func (t *table) fault(f ImportFinding) {
	t.count++
	if len(t.faults) < maxFindings {
		t.faults = append(t.faults, f)
	}
}

// Begin takes every worksheet that people can see.
func (t *table) Begin(s sheet.Sheet) bool {
	t.sheet, t.of, t.at = s.Name, s.Of, nil
	return !s.Hidden && s.Name != "说明"
}

// Merged names cells under the heading that are merged where each line needs a value of its own: only the first of them has one, and an
// amount that is read as nothing would be found by nobody.
func (t *table) Merged(ref string) {
	first, last := sheet.Rows(ref)
	left, right := sheet.Columns(ref)
	if t.at == nil || first <= t.head || left < 0 {
		return
	}
	sum := slices.ContainsFunc(t.sums, func(col int) bool { return t.at[col] == left })
	for col, i := range t.at {
		across := sum && i > left && i <= right
		down := last > first && i >= left && i <= right && !slices.Contains(t.loose, col)
		if i >= 0 && (across || down) {
			tableRow{t: t, n: first}.bad(col, ref, fmt.Sprintf("第%d至%d行的单元格合并了，只有第一格有数；请取消合并，每一户分别填写", first, last))
			return
		}
	}
}

// Line takes one line of a worksheet.
func (t *table) Line(l sheet.Line) error {
	if t.n++; t.n > maxListRows {
		return sheet.ErrTooLarge
	}
	if sheet.Blank(l.Cells) {
		return nil
	}
	row := tableRow{t: t, n: l.Number, cells: l.Cells}
	if t.at == nil {
		if t.heading(l.Cells) {
			t.head = l.Number
			return nil
		}
		if l.Number < headingWithin {
			return nil
		}
		if t.of == 1 {
			return ErrNoHeading
		}
		return sheet.ErrSkip // a cover sheet
	}
	before := t.count
	for i, c := range l.Cells {
		switch {
		case c.Formula:
			t.fault(ImportFinding{Sheet: t.sheet, Row: l.Number, Column: sheet.Letter(i), Reason: "这里是公式，请“复制→选择性粘贴→数值”后再上传"})
		case c.Bad:
			t.fault(ImportFinding{Sheet: t.sheet, Row: l.Number, Column: sheet.Letter(i), Reason: "这里是错误值，请改正"})
		}
	}
	if l.Hidden {
		row.bad(-1, "", "这一行被隐藏了，请取消隐藏或删去")
	}
	if t.count > before {
		return nil
	}
	return t.line(row)
}

// End closes a worksheet.
func (t *table) End() error {
	if t.at == nil && t.of == 1 {
		return ErrNoHeading
	}
	return nil
}

// heading takes a line as the heading when it names all required columns; columns that nobody knows are left alone.
func (t *table) heading(cells []sheet.Cell) bool {
	at := make([]int, len(t.titles))
	for i := range at {
		at[i] = -1
	}
	for i, c := range cells {
		text := strings.NewReplacer(" ", "", "(元)", "", "（元）", "", "(㎡)", "", "(平方米)", "").Replace(sheet.Clean(c.Text))
		for col, names := range t.titles {
			for _, name := range names {
				if text == name && at[col] < 0 {
					at[col] = i
				}
			}
		}
	}
	for _, col := range t.required {
		if at[col] < 0 {
			return false
		}
	}
	t.at = at
	return true
}

// readSheet gives an uploaded spreadsheet to a taker and tells its digest.
func (s *Service) readSheet(ctx context.Context, actor org.Actor, file int64, t sheet.Taker) (string, error) {
	src, size, sum, done, err := s.o.Files.OpenSheet(ctx, actor, file)
	if err != nil {
		return "", err
	}
	defer done()
	if err := sheet.Read(ctx, src, size, t); err != nil {
		return "", fmt.Errorf("read the bank's list: %w", err)
	}
	return sum, nil
}
