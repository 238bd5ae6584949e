package roster

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/sheet"
)

// collector turns lines into units and remembers what was wrong.
type collector struct {
	ctx    context.Context
	yield  func(Row) error
	sheet  string
	of     int   // worksheets in the file
	head   []int // column of the sheet by column of the roster; -1 when it is not there
	width  int
	lines  int
	all    int
	open   *Row // the unit whose lines are still coming
	broken bool // the open unit has a bad cell
	seen   map[[12]byte]int32
	faults []CellFault
	sum    Summary
}

func newCollector(ctx context.Context, yield func(Row) error) *collector {
	return &collector{ctx: ctx, yield: yield, seen: map[[12]byte]int32{}}
}

func (c *collector) fault(line int, col column, value, reason string) {
	c.broken = true
	name := titles[col]
	if c.head != nil && c.head[col] >= 0 {
		name = sheet.Letter(c.head[col]) + " " + name
	}
	c.add(CellFault{Sheet: c.sheet, Line: line, Column: name, Value: value, Reason: reason})
}

func (c *collector) add(f CellFault) {
	c.sum.Faults++
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, f)
	}
}

// Begin takes every worksheet that people can see, but for the template's own explanations.
func (c *collector) Begin(s sheet.Sheet) bool {
	c.sheet, c.of, c.head, c.open, c.broken = s.Name, s.Of, nil, nil, false
	if s.Hidden {
		c.add(CellFault{Sheet: s.Name, Reason: "工作表被隐藏了，请取消隐藏或删去"})
	}
	return !s.Hidden && s.Name != notesSheet
}

// Merged refuses merged cells: only the first of them holds the content.
func (c *collector) Merged(ref string) {
	c.add(CellFault{Sheet: c.sheet, Column: ref, Reason: "这里是合并的单元格，请取消合并，并把内容填到每一行"})
}

// headerWithin is how many lines may stand above the heading.
const headerWithin = 10

// Line takes one line of a worksheet.
func (c *collector) Line(l sheet.Line) error {
	n, row := l.Number, l.Cells
	if c.all++; c.all > maxRows {
		return ErrTooLarge
	}
	if c.all%1000 == 0 {
		if err := c.ctx.Err(); err != nil {
			return err
		}
	}
	if sheet.Blank(row) {
		return nil
	}
	if l.Hidden {
		c.add(CellFault{Sheet: c.sheet, Line: n, Reason: "这一行被隐藏了，请取消隐藏或删去"})
		return nil
	}
	if c.head == nil {
		if c.heading(n, row) || n < headerWithin {
			return nil
		}
		if c.of == 1 {
			return ErrHeader
		}
		c.add(CellFault{Sheet: c.sheet, Reason: ErrHeader.Message + "；不是名册的工作表请删去"})
		return sheet.ErrSkip
	}
	c.lines++
	return c.unit(n, row)
}

// heading takes a line as the heading when it names all required columns.
func (c *collector) heading(n int, row []sheet.Cell) bool {
	head := make([]int, columns)
	for i := range head {
		head[i] = -1
	}
	var unknown []int
	for i, x := range row {
		if sheet.Clean(x.Text) == "" {
			continue
		}
		col, ok := heading(x.Text)
		if !ok {
			unknown = append(unknown, i)
			continue
		}
		if head[col] >= 0 {
			c.add(CellFault{Sheet: c.sheet, Line: n, Column: sheet.Letter(i), Value: sheet.Clean(x.Text), Reason: "这一列出现了两次，请删去一列"})
			continue
		}
		head[col] = i
	}
	for _, r := range required {
		if head[r] < 0 {
			return false
		}
	}
	for _, i := range unknown {
		c.add(CellFault{Sheet: c.sheet, Line: n, Column: sheet.Letter(i), Value: clip(sheet.Clean(row[i].Text)), Reason: "没有这一列，请删去或改成模板里的名称"})
	}
	c.head, c.width = head, len(row)
	c.sum.Sheets++
	return true
}

func clip(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

func (c *collector) at(row []sheet.Cell, col column) sheet.Cell {
	if i := c.head[col]; i >= 0 && i < len(row) {
		return row[i]
	}
	return sheet.Cell{}
}

// unit reads a line: another owner of the open unit, or the next unit.
func (c *collector) unit(n int, row []sheet.Cell) error {
	before := c.broken
	c.broken = false
	u, owner, hasOwner := c.read(n, row)
	bad := c.broken
	if c.open != nil && sameUnit(c.open, &u) {
		c.broken = before || bad
		c.agree(n, &u)
		if !hasOwner {
			return nil
		}
		if len(c.open.Owners) == maxOwners {
			c.fault(n, colName, "", fmt.Sprintf("一套房屋的业主超过%d个，请核对幢号和房号", maxOwners))
			return nil
		}
		c.open.Owners = append(c.open.Owners, owner)
		return nil
	}
	c.broken = before
	if err := c.close(); err != nil {
		return err
	}
	if hasOwner {
		u.Owners = []Owner{owner}
	}
	c.open, c.broken = &u, bad
	c.once(n, &u)
	return nil
}

func sameUnit(a, b *Row) bool {
	return a.Building == b.Building && a.Entrance == b.Entrance && a.Number == b.Number
}

// agree holds a further line of a unit against its first.
func (c *collector) agree(n int, u *Row) {
	o := c.open
	for _, x := range []struct {
		differs bool
		col     column
	}{{u.Area != o.Area, colArea}, {u.AreaSource != o.AreaSource, colSource}, {u.Use != o.Use, colUse}, {u.Sold != o.Sold, colSold}, {u.Delivered != o.Delivered, colDelivered}} {
		if x.differs {
			c.fault(n, x.col, "", fmt.Sprintf("同一套房屋在第%d行填的不一样，请统一", o.Line))
		}
	}
}

// once reports a unit that stood earlier in the file.
func (c *collector) once(n int, u *Row) {
	sum := sha256.Sum256([]byte(u.Building + "\x00" + u.Entrance + "\x00" + u.Number))
	key := [12]byte(sum[:12])
	if line, ok := c.seen[key]; ok {
		c.fault(n, colNumber, u.Number, fmt.Sprintf("这套房屋在第%d行已经有了；共有的几个业主请写在相邻的行", line))
		return
	}
	c.seen[key] = int32(n) //nolint:gosec // lines are bounded by maxRows
}

// close hands the open unit over unless it has a bad cell.
func (c *collector) close() error {
	u := c.open
	c.open = nil
	if u == nil {
		return nil
	}
	if u.Sold && len(u.Owners) == 0 {
		c.fault(u.Line, colName, "", "已售的房屋要填业主姓名")
	}
	c.shares(u)
	c.representative(u)
	c.different(u)
	if c.broken {
		c.broken = false
		return nil
	}
	c.sum.Units++
	c.sum.Owners += len(u.Owners)
	return c.yield(*u)
}

// shares checks that the shares of a unit are all there and make a whole.
func (c *collector) shares(u *Row) {
	given := 0
	num, den := int64(0), int64(1)
	for _, o := range u.Owners {
		if o.ShareDen == 0 {
			continue
		}
		given++
		if den < 1<<30 {
			num, den = num*o.ShareDen+o.ShareNum*den, den*o.ShareDen
		}
	}
	if given > 0 && (given != len(u.Owners) || num != den) {
		c.fault(u.Line, colShare, "", "这套房屋各业主的份额要都填，相加等于1；共同共有的都留空")
	}
}

// representative checks that one owner at most speaks for the others.
func (c *collector) representative(u *Row) {
	named := 0
	for _, o := range u.Owners {
		if !o.Representative {
			continue
		}
		if named++; named > 1 {
			c.fault(o.Line, colRepresentative, "是", "一套房屋只能有一位业主代表，请只留一个“是”")
		}
	}
}

// different checks that no owner stands twice: a line that was pasted again would make somebody co-own with themselves.
func (c *collector) different(u *Row) {
	type person struct{ name, paper, phone string }
	papers, all := map[string]bool{}, map[person]bool{}
	for _, o := range u.Owners {
		p := person{o.Name, o.IDNumber, o.Phone}
		if all[p] || o.IDNumber != "" && papers[o.IDNumber] {
			c.fault(o.Line, colName, mask(o.Name), "同一位业主在这套房屋里写了两次，请删去一行")
		}
		all[p], papers[o.IDNumber] = true, true
	}
}

// End closes a worksheet.
func (c *collector) End() error { return c.close() }

// read turns a line into a unit and its owner; each bad cell becomes a fault.
func (c *collector) read(n int, row []sheet.Cell) (u Row, o Owner, hasOwner bool) {
	for i, x := range row {
		switch {
		case x.Formula:
			c.cellFault(n, i, "", "这里是公式，请“复制→选择性粘贴→数值”后再上传")
		case x.Date:
			c.cellFault(n, i, "", "这里被表格软件变成了日期，请把这一列设为“文本”格式后重新填写")
		case x.Bad:
			c.cellFault(n, i, clip(x.Text), "这里是错误值，请改正")
		case len([]rune(x.Text)) > maxCell:
			c.cellFault(n, i, "", "内容太长")
		case i >= c.width && sheet.Clean(x.Text) != "":
			c.cellFault(n, i, "", "表头右边还有内容，请删去")
		}
	}
	if c.broken {
		return c.place(row, n), o, false
	}
	u = c.place(row, n)
	for _, col := range []column{colBuilding, colEntrance, colNumber, colName} {
		if s := sheet.Clean(c.at(row, col).Text); strings.IndexAny(s, "=+@") == 0 {
			c.fault(n, col, "", "不能以 = + @ 开头：表格软件会当成公式，请改正")
		}
	}
	if u.Building == "" {
		c.fault(n, colBuilding, "", "请填幢号")
	}
	if u.Number == "" {
		c.fault(n, colNumber, "", "请填房号")
	}
	if len([]rune(u.Building)) > 40 || len([]rune(u.Entrance)) > 20 || len([]rune(u.Number)) > 40 {
		c.fault(n, colNumber, clip(u.Number), "幢号、房号不超过40个字，单元不超过20个字")
	}
	var err error
	if u.Area, err = readArea(c.at(row, colArea)); err != nil {
		c.fault(n, colArea, clip(sheet.Clean(c.at(row, colArea).Text)), err.Error())
	}
	u.AreaSource, u.Use = c.choice(n, row, colSource), c.choice(n, row, colUse)
	u.Sold, u.Delivered = c.choice(n, row, colSold) == "yes", c.choice(n, row, colDelivered) == "yes"
	o, hasOwner = c.owner(n, row)
	return u, o, hasOwner
}

func (c *collector) place(row []sheet.Cell, n int) Row {
	text := func(col column) string { return strings.ReplaceAll(c.at(row, col).Plain(), " ", "") }
	trim := func(s string, suffixes ...string) string {
		for _, x := range suffixes {
			if t := strings.TrimSuffix(s, x); t != "" {
				s = t
			}
		}
		return s
	}
	return Row{Sheet: c.sheet, Line: n, Building: trim(text(colBuilding), "幢", "栋", "号楼"), Entrance: trim(text(colEntrance), "单元"), Number: trim(text(colNumber), "室", "号")}
}

func (c *collector) cellFault(n, i int, value, reason string) {
	c.broken = true
	name := sheet.Letter(i)
	for col, at := range c.head {
		if at == i {
			name += " " + titles[col]
		}
	}
	c.add(CellFault{Sheet: c.sheet, Line: n, Column: name, Value: value, Reason: reason})
}

func (c *collector) choice(n int, row []sheet.Cell, col column) string {
	text := strings.ReplaceAll(sheet.Clean(c.at(row, col).Text), " ", "")
	v, ok := choices[col][text]
	if !ok {
		c.fault(n, col, clip(text), choiceHelp[col])
	}
	return v
}

func (c *collector) owner(n int, row []sheet.Cell) (Owner, bool) {
	o := Owner{Name: sheet.Clean(c.at(row, colName).Text), Line: n}
	var err error
	if o.IDNumber, err = readPaper(c.at(row, colPaper)); err != nil {
		c.fault(n, colPaper, mask(sheet.Clean(c.at(row, colPaper).Text)), err.Error())
	}
	if o.Phone, err = readPhone(c.at(row, colPhone)); err != nil {
		c.fault(n, colPhone, mask(sheet.Clean(c.at(row, colPhone).Text)), err.Error())
	}
	if o.ShareNum, o.ShareDen, err = readShare(c.at(row, colShare)); err != nil {
		c.fault(n, colShare, clip(sheet.Clean(c.at(row, colShare).Text)), err.Error())
	}
	switch text := sheet.Clean(c.at(row, colRepresentative).Text); text {
	case "是", "√":
		o.Representative = true
	case "", "否":
	default:
		c.fault(n, colRepresentative, clip(text), "代表全体共有人的那一位填“是”，其他人留空")
	}
	switch {
	case o.Name == "":
		if o.IDNumber != "" || o.Phone != "" || o.ShareDen != 0 {
			c.fault(n, colName, "", "填了证件、手机号或份额，就要填业主姓名")
		}
		return o, false
	case strings.ContainsAny(o.Name, "、，,;；/"):
		c.fault(n, colName, mask(o.Name), "一行只写一个业主；共有的请另起一行，幢号、房号照抄")
	case len([]rune(o.Name)) > 60:
		c.fault(n, colName, mask(o.Name), "姓名太长")
	}
	return o, true
}
