package roster

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// collector turns lines into units and remembers what was wrong.
type collector struct {
	ctx    context.Context
	yield  func(Row) error
	sheet  string
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
		name = letter(c.head[col]) + " " + name
	}
	c.add(CellFault{Sheet: c.sheet, Line: line, Column: name, Value: value, Reason: reason})
}

func (c *collector) add(f CellFault) {
	c.sum.Faults++
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, f)
	}
}

func (c *collector) begin(sheet string) { c.sheet, c.head, c.open, c.broken = sheet, nil, nil, false }

// headerWithin is how many lines may stand above the heading.
const headerWithin = 10

// line takes one line of a sheet.
func (c *collector) line(n int, row []cell) error {
	if c.all++; c.all > maxRows {
		return ErrTooLarge
	}
	if c.all%1000 == 0 {
		if err := c.ctx.Err(); err != nil {
			return err
		}
	}
	if blank(row) {
		return nil
	}
	if c.head == nil {
		if c.heading(n, row) || n < headerWithin {
			return nil
		}
		return ErrHeader
	}
	c.lines++
	return c.unit(n, row)
}

func blank(row []cell) bool {
	return !slices.ContainsFunc(row, func(x cell) bool { return x.formula || x.bad || clean(x.text) != "" })
}

// heading takes a line as the heading when it names all required columns.
func (c *collector) heading(n int, row []cell) bool {
	head := make([]int, columns)
	for i := range head {
		head[i] = -1
	}
	var unknown []int
	for i, x := range row {
		if clean(x.text) == "" {
			continue
		}
		col, ok := heading(x.text)
		if !ok {
			unknown = append(unknown, i)
			continue
		}
		if head[col] >= 0 {
			c.add(CellFault{Sheet: c.sheet, Line: n, Column: letter(i), Value: clean(x.text), Reason: "这一列出现了两次，请删去一列"})
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
		c.add(CellFault{Sheet: c.sheet, Line: n, Column: letter(i), Value: clip(clean(row[i].text)), Reason: "没有这一列，请删去或改成模板里的名称"})
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

func (c *collector) at(row []cell, col column) cell {
	if i := c.head[col]; i >= 0 && i < len(row) {
		return row[i]
	}
	return cell{}
}

// unit reads a line: another owner of the open unit, or the next unit.
func (c *collector) unit(n int, row []cell) error {
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

// end closes a sheet.
func (c *collector) end() error { return c.close() }

// read turns a line into a unit and its owner; each bad cell becomes a fault.
func (c *collector) read(n int, row []cell) (u Row, o Owner, hasOwner bool) {
	for i, x := range row {
		switch {
		case x.formula:
			c.cellFault(n, i, "", "这里是公式，请“复制→选择性粘贴→数值”后再上传")
		case x.bad:
			c.cellFault(n, i, clip(x.text), "这里是错误值，请改正")
		case len([]rune(x.text)) > maxCell:
			c.cellFault(n, i, "", "内容太长")
		case i >= c.width && clean(x.text) != "":
			c.cellFault(n, i, "", "表头右边还有内容，请删去")
		}
	}
	if c.broken {
		return c.place(row, n), o, false
	}
	u = c.place(row, n)
	for _, col := range []column{colBuilding, colEntrance, colNumber, colName} {
		if s := clean(c.at(row, col).text); strings.IndexAny(s, "=+@") == 0 {
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
		c.fault(n, colArea, clip(clean(c.at(row, colArea).text)), err.Error())
	}
	u.AreaSource, u.Use = c.choice(n, row, colSource), c.choice(n, row, colUse)
	u.Sold, u.Delivered = c.choice(n, row, colSold) == "yes", c.choice(n, row, colDelivered) == "yes"
	o, hasOwner = c.owner(n, row)
	return u, o, hasOwner
}

func (c *collector) place(row []cell, n int) Row {
	text := func(col column) string { return strings.ReplaceAll(plainNumber(c.at(row, col)), " ", "") }
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
	name := letter(i)
	for col, at := range c.head {
		if at == i {
			name += " " + titles[col]
		}
	}
	c.add(CellFault{Sheet: c.sheet, Line: n, Column: name, Value: value, Reason: reason})
}

func (c *collector) choice(n int, row []cell, col column) string {
	text := strings.ReplaceAll(clean(c.at(row, col).text), " ", "")
	v, ok := choices[col][text]
	if !ok {
		c.fault(n, col, clip(text), choiceHelp[col])
	}
	return v
}

func (c *collector) owner(n int, row []cell) (Owner, bool) {
	o := Owner{Name: clean(c.at(row, colName).text), Line: n}
	var err error
	if o.IDNumber, err = readPaper(c.at(row, colPaper)); err != nil {
		c.fault(n, colPaper, mask(clean(c.at(row, colPaper).text)), err.Error())
	}
	if o.Phone, err = readPhone(c.at(row, colPhone)); err != nil {
		c.fault(n, colPhone, mask(clean(c.at(row, colPhone).text)), err.Error())
	}
	if o.ShareNum, o.ShareDen, err = readShare(c.at(row, colShare)); err != nil {
		c.fault(n, colShare, clip(clean(c.at(row, colShare).text)), err.Error())
	}
	switch text := clean(c.at(row, colRepresentative).text); text {
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
