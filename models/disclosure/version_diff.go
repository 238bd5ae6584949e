package disclosure

import (
	"fmt"
	"strings"
)

// Change is one field in which a version differs from the one before it. From is empty for what was added, To for what was removed.
type Change struct {
	Field string
	Kind  string // added, changed, removed
	From  string
	To    string
}

// ChangeNames are the kinds of change as people read them.
var ChangeNames = map[string]string{"added": "增加", "changed": "改动", "removed": "删去"}

// Edition is a version with what it shows.
type Edition struct {
	Version
	Figures []Figure
	Changes []Change // against the version before; none for the first
}

// differences says in which fields b differs from a.
func differences(a, b *Edition) []Change {
	var list []Change
	note := func(field, from, to string) {
		switch {
		case from == to:
		case from == "":
			list = append(list, Change{field, "added", "", to})
		case to == "":
			list = append(list, Change{field, "removed", from, ""})
		default:
			list = append(list, Change{field, "changed", from, to})
		}
	}
	note("标题", a.Title, b.Title)
	from, to := parted(a.Body, b.Body)
	if from == to { // an empty line more or less
		from, to = a.Body, b.Body
	}
	note("正文", from, to)
	before, after := figureTexts(a.Figures), figureTexts(b.Figures)
	for _, label := range labels(a.Figures, b.Figures) {
		note("金额："+label, before[label], after[label])
	}
	if x, y := order(a.Figures), order(b.Figures); len(list) == 0 && x != y {
		note("金额的顺序", x, y)
	}
	had, has := fileTexts(a.Attachments()), fileTexts(b.Attachments())
	for _, f := range append(a.Attachments(), b.Attachments()...) { // one in both has not changed
		note(fmt.Sprintf("附件 %d", f.ID), had[f.ID], has[f.ID])
	}
	if a.PostingDays != b.PostingDays {
		note("公示天数", days(a.PostingDays), days(b.PostingDays))
	}
	return list
}

func days(n int) string {
	if n == 0 {
		return "本地规则未配置"
	}
	return fmt.Sprintf("%d天", n)
}

// parted cuts off the lines with which two texts begin and end alike.
func parted(a, b string) (from, to string) {
	if a == b {
		return a, b
	}
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return strings.Join(x, "\n"), strings.Join(y, "\n")
}

// figureTexts are the figures by label, with the question, so that another question with the same answer shows as well.
func figureTexts(list []Figure) map[string]string {
	texts := map[string]string{}
	for _, f := range list {
		texts[f.Label] = fmt.Sprintf("%s元（%s，%s）", f.Fen, f.Period(), f.Asks())
	}
	return texts
}

// order is how figures stand one below the other.
func order(list []Figure) string {
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.Label
	}
	return strings.Join(names, "、")
}

func fileTexts(list []Attached) map[int64]string {
	texts := map[int64]string{}
	for _, a := range list {
		texts[a.ID] = "校验值 " + a.SHA256
	}
	return texts
}

// labels are those of both lists, each once, in the order of the later.
func labels(a, b []Figure) []string {
	seen, list := map[string]bool{}, []string{}
	for _, f := range append(append([]Figure{}, b...), a...) {
		if !seen[f.Label] {
			seen[f.Label] = true
			list = append(list, f.Label)
		}
	}
	return list
}
