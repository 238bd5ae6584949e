// Package orders reads work orders of the 12345 hotline (工单) from the spreadsheet that its system exports, whatever it
// calls its columns, lists every bad cell, and keeps all cells as they are, so that the results can go back in the same
// columns. It knows no database.
package orders

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/sheet"
)

// Order is one work order.
type Order struct {
	Sheet    int        `json:"sheet"` // index into the layouts
	Line     int        `json:"line"`
	Number   string     `json:"number"`
	Title    string     `json:"title,omitempty"`
	Text     string     `json:"text"`
	Name     string     `json:"name,omitempty"`
	Phone    string     `json:"phone,omitempty"` // a mobile's 11 digits, or a landline with its area code
	Estate   string     `json:"estate,omitempty"`
	Address  string     `json:"address,omitempty"`
	Matter   string     `json:"matter,omitempty"`
	Category string     `json:"category,omitempty"`
	Received *time.Time `json:"received,omitempty"`
	Due      *time.Time `json:"due,omitempty"`
	Open     bool       `json:"open,omitempty"` // the sheet says that the caller asked for no secrecy
	Cells    []string   `json:"cells"`          // the whole line, as text
}

// Layout is a worksheet around its orders.
type Layout struct {
	Name    string     `json:"name"`
	Above   [][]string `json:"above,omitempty"` // lines above the heading
	Heading []string   `json:"heading"`
	Number  int        `json:"number"`  // the column of the orders' numbers
	Results []int      `json:"results"` // where each Result goes; from len(Heading) on for those that are appended
}

// Fault is one bad cell: where it is, and what to do about it. Value is never personal.
type Fault struct {
	Sheet  string `json:"sheet,omitempty"`
	Line   int    `json:"row,omitempty"`
	Column string `json:"column,omitempty" doc:"列：字母和表头"`
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"`
}

const (
	maxOrders   = 5000
	maxLines    = 20_000
	maxFaults   = 1000
	maxCell     = 8000 // characters
	maxText     = 4000
	maxTitle    = 200
	maxNumber   = 64
	maxHead     = 200      // characters of a heading, or of what stands above it
	maxKept     = 48 << 20 // bytes of all orders' cells, which are held at once
	headWithin  = 10       // lines that may stand above the heading
	longestName = 30
)

// Faults of whole files, beside those of package sheet.
var (
	ErrTooLarge = fault.New(fault.Invalid, "hotline.too_large", "工单太多，一次最多5000件，请分几次导入")
	ErrEmpty    = fault.New(fault.Invalid, "hotline.empty", "表格里没有工单，请检查后再上传")
	ErrHeader   = fault.New(fault.Invalid, "hotline.header", "没有找到表头：前10行里要有一行写着“工单编号”和“诉求内容”；可以下载模板对照")
)

// Read gives every order to yield, in the order of the file, and lists the bad cells; an order with one is not given.
// yield's error ends the reading and is returned as it is.
// Faults: ErrTooLarge, ErrEmpty, ErrHeader, and those of sheet.Read.
func Read(ctx context.Context, src io.ReaderAt, size int64, yield func(Order) error) ([]Layout, []Fault, int, error) {
	r := &reader{ctx: ctx, yield: yield, seen: map[string]string{}}
	if err := sheet.Read(ctx, src, size, r); err != nil {
		return nil, nil, 0, err
	}
	switch {
	case r.count == 0 && len(r.layouts) == 0 && r.faultCount == 0:
		return nil, nil, 0, ErrHeader
	case r.count == 0 && r.faultCount == 0:
		return nil, nil, 0, ErrEmpty
	}
	return r.layouts, r.faults, r.faultCount, nil
}

// reader takes a file line by line.
type reader struct {
	ctx        context.Context
	yield      func(Order) error
	s          sheet.Sheet
	layout     Layout
	at         [columns]int
	headLine   int
	used       []bool // columns that hold something below the heading
	layouts    []Layout
	lines      int
	count      int
	kept       int               // bytes
	seen       map[string]string // where a number was first
	broken     bool
	faults     []Fault
	faultCount int
}

func (r *reader) fault(f Fault) {
	r.broken = true
	f.Sheet = r.s.Name
	if r.faultCount++; len(r.faults) < maxFaults {
		r.faults = append(r.faults, f)
	}
}

// short cuts what stands over a list to what titles need.
func short(cells []string) []string {
	for i := range cells {
		cells[i] = first(cells[i], maxHead)
	}
	return cells[:min(len(cells), 50)]
}

// cell names a cell by the letter and the heading of its column.
func (r *reader) cell(line, col int, value, reason string) {
	name := ""
	if col >= 0 {
		name = sheet.Letter(col)
		if col < len(r.layout.Heading) {
			name += " " + first(r.layout.Heading[col], 30)
		}
	}
	r.fault(Fault{Line: line, Column: strings.TrimSpace(name), Value: value, Reason: reason})
}

// Begin reads every worksheet; hidden ones only to see whether orders hide in them.
func (r *reader) Begin(s sheet.Sheet) bool {
	r.s, r.layout, r.headLine, r.used = s, Layout{Name: s.Name}, 0, nil
	return true
}

// Line takes one line of a worksheet.
func (r *reader) Line(l sheet.Line) error {
	if r.headLine == 0 {
		return r.above(l)
	}
	if sheet.Blank(l.Cells) {
		return nil
	}
	if r.lines++; r.lines > maxLines {
		return ErrTooLarge
	}
	if r.lines%500 == 0 {
		if err := r.ctx.Err(); err != nil {
			return err
		}
	}
	if l.Hidden {
		r.fault(Fault{Line: l.Number, Reason: "这一行被隐藏了（可能开着筛选），请取消隐藏或删去"})
		return nil
	}
	return r.order(l)
}

// above looks for the heading and keeps what stands over it.
func (r *reader) above(l sheet.Line) error {
	if r.heading(l) {
		return nil
	}
	if l.Number < headWithin {
		if !r.s.Hidden && len(r.layout.Above) < headWithin {
			r.layout.Above = append(r.layout.Above, short(texts(l.Cells, r.s)))
		}
		return nil
	}
	return r.noHeading()
}

func (r *reader) noHeading() error {
	if !r.s.Hidden && r.s.Of > 1 {
		r.fault(Fault{Reason: "这个工作表里没有“工单编号”和“诉求内容”的表头；不是工单的工作表请删去"})
	}
	return sheet.ErrSkip
}

func (r *reader) heading(l sheet.Line) bool {
	for i := range r.at {
		r.at[i] = -1
	}
	results := make([]int, Results)
	for i := range results {
		results[i] = -1
	}
	head := make([]string, len(l.Cells))
	var twice []int
	rank := [columns]int{}
	for i, x := range l.Cells {
		head[i] = first(sheet.Clean(first(x.Text, 4*maxHead)), maxHead)
		if head[i] == "" {
			continue
		}
		if c, n := find(names[:], head[i]); c >= 0 {
			switch { // a hotline tells when somebody called and when that was typed in: the better name counts
			case r.at[c] < 0 || n < rank[c]:
				r.at[c], rank[c] = i, n
			case n == rank[c] && (column(c) == colNumber || column(c) == colText):
				twice = append(twice, i)
			}
		} else if c, _ := find(resultNames[:], head[i]); c >= 0 && results[c] < 0 {
			results[c] = i
		}
	}
	if r.at[colNumber] < 0 || r.at[colText] < 0 {
		return false
	}
	for len(head) > 0 && head[len(head)-1] == "" {
		head = head[:len(head)-1]
	}
	r.headLine, r.layout.Heading, r.layout.Number, r.layout.Results, r.used = l.Number, head, r.at[colNumber], results, make([]bool, len(head))
	if r.s.Hidden {
		r.fault(Fault{Reason: "这个工作表被隐藏了，里面有工单；请取消隐藏或删去"})
	}
	for _, i := range twice {
		r.cell(l.Number, i, head[i], "同一种内容出现了两列，请删去一列或改名")
	}
	return true
}

// Merged refuses merged cells below the heading: only the first of them holds the content.
func (r *reader) Merged(ref string) {
	if first, last := sheet.Rows(ref); r.headLine > 0 && (first == 0 || last >= r.headLine) {
		r.fault(Fault{Column: ref, Reason: "这里是合并的单元格，请取消合并，并把内容填到每一行"})
	}
}

// End closes a worksheet: a result goes into the hotline's column where that is empty throughout, else behind the rest.
func (r *reader) End() error {
	if r.headLine == 0 {
		if err := r.noHeading(); !errors.Is(err, sheet.ErrSkip) {
			return err
		}
		return nil
	}
	next := len(r.layout.Heading)
	for i, at := range r.layout.Results {
		if at < 0 || r.used[at] {
			r.layout.Results[i] = next
			next++
		}
	}
	r.layouts = append(r.layouts, r.layout)
	return nil
}

func (r *reader) order(l sheet.Line) error {
	r.broken = false
	if !r.clean(l) {
		return nil
	}
	o := Order{Sheet: len(r.layouts), Line: l.Number, Cells: texts(l.Cells, r.s)}
	for i, s := range o.Cells {
		if s != "" && i < len(r.used) {
			r.used[i] = true
		}
	}
	r.read(&o, l)
	if where, again := r.seen[o.Number]; again && o.Number != "" {
		r.cell(l.Number, r.at[colNumber], o.Number, "这个工单编号在"+where+"已经有了，请删去一行")
	} else if o.Number != "" {
		r.seen[o.Number] = fmt.Sprintf("“%s”第%d行", r.s.Name, l.Number)
	}
	if r.broken {
		return nil
	}
	for _, s := range o.Cells {
		r.kept += len(s)
	}
	if r.count++; r.count > maxOrders || r.kept > maxKept {
		return ErrTooLarge
	}
	return r.yield(o)
}

// clean refuses what no cell of a list may be.
func (r *reader) clean(l sheet.Line) bool {
	for i, x := range l.Cells {
		switch {
		case x.Formula:
			r.cell(l.Number, i, "", "这里是公式，请“复制→选择性粘贴→数值”后再上传")
		case x.Bad:
			r.cell(l.Number, i, "", "这里是错误值，请改正")
		case len([]rune(x.Text)) > maxCell:
			r.cell(l.Number, i, "", fmt.Sprintf("内容太长，最多%d个字", maxCell))
		case i >= len(r.layout.Heading) && sheet.Clean(x.Text) != "":
			r.cell(l.Number, i, "", "表头右边还有内容，请删去，或给这一列加上表头")
		}
	}
	return !r.broken
}

// texts are a line's cells as people see them, without the empty ones at its end.
func texts(cells []sheet.Cell, s sheet.Sheet) []string {
	list := make([]string, 0, len(cells))
	for _, c := range cells {
		list = append(list, text(c, s))
	}
	for len(list) > 0 && list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return slices.Clip(list)
}

func text(c sheet.Cell, s sheet.Sheet) string {
	switch {
	case c.Date:
		if at, ok := c.Time(s, zone); ok {
			return at.Format(time.DateTime)
		}
	case c.Number:
		return c.Plain()
	}
	return sheet.Visible(c.Text)
}
