package orders

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/linli-city/linli/models/sheet"
)

var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// read takes the columns that are understood from a line; each bad cell becomes a fault.
func (r *reader) read(o *Order, l sheet.Line) {
	at := func(c column) sheet.Cell {
		if i := r.at[c]; i >= 0 && i < len(l.Cells) {
			return l.Cells[i]
		}
		return sheet.Cell{}
	}
	bad := func(c column, value, reason string) { r.cell(l.Number, r.at[c], value, reason) }
	plain := func(c column) string { return text(at(c), r.s) }

	o.Number = strings.ReplaceAll(at(colNumber).Plain(), " ", "")
	switch n := len([]rune(o.Number)); {
	case n == 0:
		bad(colNumber, "", "没有工单编号，请补上或删去这一行")
	case rounded.MatchString(o.Number), at(colNumber).Number && !whole.MatchString(o.Number):
		bad(colNumber, o.Number, "工单编号被存成了数字，末几位已丢失；请把这一列设为“文本”格式后重新导出")
	case at(colNumber).Date:
		bad(colNumber, "", "工单编号被表格软件变成了日期，请把这一列设为“文本”格式后重新填写")
	case n > maxNumber:
		bad(colNumber, "", fmt.Sprintf("工单编号太长，最多%d个字", maxNumber))
	}
	o.Title, o.Text = first(strings.ReplaceAll(plain(colTitle), "\n", " "), maxTitle), plain(colText)
	switch n := len([]rune(o.Text)) + len([]rune(o.Title)); {
	case n < 5:
		bad(colText, "", "诉求内容太短，至少5个字")
	case n > maxText:
		bad(colText, "", fmt.Sprintf("标题和诉求内容太长，一共最多%d个字", maxText))
	}
	o.Name = readName(plain(colName))
	if len([]rune(o.Name)) > longestName {
		bad(colName, "", fmt.Sprintf("姓名太长，最多%d个字", longestName))
	}
	var ok bool
	if o.Phone, ok = readPhone(at(colPhone).Plain()); !ok {
		bad(colPhone, "", "看不懂这个电话：请填11位手机号，或带区号的座机；没有的留空")
	}
	o.Estate, o.Address = strings.ReplaceAll(plain(colEstate), " ", ""), first(strings.ReplaceAll(plain(colAddress), "\n", " "), 300)
	o.Matter, o.Category = plain(colMatter), first(plain(colCategory), 100)
	if o.Received, ok = r.moments(at(colReceived)); !ok {
		bad(colReceived, dated(plain(colReceived)), "看不懂这个时间，请写成 2026-03-02 09:30")
	}
	if o.Due, ok = r.deadline(at(colDue)); !ok {
		bad(colDue, dated(plain(colDue)), "看不懂这个时间，请写成 2026-03-02 09:30；只写天数的请改成日期或留空")
	}
	switch s := plain(colSecret); s {
	case "", "是", "保密", "隐藏", "√":
	case "否", "不保密", "公开", "×":
		o.Open = true
	default:
		bad(colSecret, "", "只能填：是、否；不填按“是”")
	}
}

// rounded is a long number that a spreadsheet program has cut, as CSV writes it; whole is one that it has kept.
var (
	rounded = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?\d+$`)
	whole   = regexp.MustCompile(`^\d{1,15}$`)
)

// dated is a bad moment as it may be shown: a shifted column holds somebody's name or phone.
func dated(s string) string {
	if !moment.MatchString(s) || mobile.MatchString(s) {
		return ""
	}
	return s
}

var moment = regexp.MustCompile(`^[\d年月日时分秒:：/. \-]{1,30}$`)

// nobody is how hotlines write that somebody did not say who they are. A word of these as a name would be taken out of the
// complaint itself.
var nobody = []string{"匿名", "匿名市民", "未知", "不详", "无", "保密", "-", "/", "业主", "市民", "居民", "群众", "住户", "网友", "先生", "女士", "本人", "业主本人", "热心市民"}

func readName(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	for _, n := range nobody {
		if s == n {
			return ""
		}
	}
	return s
}

var (
	mobile   = regexp.MustCompile(`(^|[^\d])(?:\+?86)?(1[3-9]\d{9})($|[^\d])`)
	landline = regexp.MustCompile(`(^|[^\d])((?:0\d{2,3}-?)?[2-9]\d{6,7})($|[^\d])`)
)

// readPhone takes the first number that somebody can be called under. A number with stars in it is none.
func readPhone(s string) (string, bool) {
	if readName(s) == "" || strings.Contains(s, "*") {
		return "", true
	}
	s = strings.ReplaceAll(s, "－", "-")
	for _, try := range []string{s, strings.NewReplacer(" ", "", "-", "").Replace(s)} {
		if m := mobile.FindStringSubmatch(try); m != nil {
			return m[2], true
		}
	}
	if m := landline.FindStringSubmatch(strings.ReplaceAll(s, " ", "")); m != nil {
		return m[2], true
	}
	return "", false
}

// written are the ways in which hotlines write a moment.
var written = []string{"2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2T15:4:5", "2006-1-2T15:4:5Z07:00"}

const dayOnly = "2006-1-2"

// termOnly is a term instead of a day: when it ends is the hotline's to know.
var termOnly = regexp.MustCompile(`^\d{1,3} ?(个)?(工作日|自然日|天|小时)$`)

// fraction is the part of a second that databases add.
var fraction = regexp.MustCompile(`(:\d{1,2})\.\d+$`)

// moments reads a time of the wall clock in Shanghai; nothing is nil.
func (r *reader) moments(c sheet.Cell) (*time.Time, bool) {
	at, _, ok := r.when(c)
	return at, ok
}

// deadline reads a time by which something must be done: a day alone means its end.
func (r *reader) deadline(c sheet.Cell) (*time.Time, bool) {
	at, day, ok := r.when(c)
	if at != nil && day {
		end := at.Add(24*time.Hour - time.Second)
		at = &end
	}
	return at, ok
}

func (r *reader) when(c sheet.Cell) (at *time.Time, day, ok bool) {
	s := sheet.Clean(c.Text)
	if readName(s) == "" || termOnly.MatchString(s) {
		return nil, false, true
	}
	if c.Number {
		t, known := c.Time(r.s, zone)
		if !known {
			return nil, false, false
		}
		t = t.UTC()
		return &t, t.In(zone).Format(time.TimeOnly) == "00:00:00", true
	}
	s = fraction.ReplaceAllString(s, "$1")
	s = strings.TrimSpace(strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", ".", "-", "时", ":", "分", ":", "秒", "").Replace(s))
	s = strings.Join(strings.Fields(strings.TrimSuffix(s, ":")), " ")
	for _, layout := range append(written, dayOnly) {
		t, err := time.ParseInLocation(layout, s, zone)
		if err == nil && t.Year() >= 1990 && t.Year() < 2100 {
			t = t.UTC().Truncate(time.Second)
			return &t, layout == dayOnly, true
		}
	}
	return nil, false, false
}

func first(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
