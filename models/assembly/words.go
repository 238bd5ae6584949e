package assembly

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
)

// outcomeNames are outcomes as people read them.
var outcomeNames = map[tally.Outcome]string{"pass": "通过", "fail": "未通过", "undecidable": "数字不全，无法判断"}

// words puts an outcome into the sentences that the board shows: both tallies with every fraction, and the clause. Candidates are called by
// their names.
func (o *Outcome) words(m *Meeting, names map[string]string) (string, error) {
	var st Statement
	if err := json.Unmarshal([]byte(o.Body), &st); err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s（%s）\n召集：%s。表决：%s至%s。\n", m.Title, m.Number, ConvenerNames[m.Convener], m.OpensAt.In(shanghai).Format("2006年1月2日"), m.ClosesAt.In(shanghai).Format("2006年1月2日15:04"))
	if st.Tally == nil {
		return b.String() + st.Imported.words(m), nil
	}
	fmt.Fprintf(&b, "应参加：%d人（票权），%s㎡。\n", st.Tally.Scope.Heads, st.Tally.Scope.Area)
	for _, c := range st.Tally.Motions {
		fmt.Fprintf(&b, "\n议题%d：%s\n", c.Position, c.Title)
		if c.Result.Elected == nil {
			resultWords(&b, &c.Result, c.Names)
		} else {
			resultWords(&b, &c.Result, names)
		}
		c.Lot.words(&b, names)
		if c.Beside != nil {
			fmt.Fprintf(&b, "如按另一类事项（%s）计算：%s。\n", c.Beside.Clause, outcomeNames[c.Beside.Outcome])
		}
		if c.Debtors != nil {
			c.Debtors.words(&b, c.Result.Outcome, names)
		}
		fmt.Fprintf(&b, "无效票%d张，被后一张代替的%d张。\n", c.Invalid, c.Superseded)
	}
	fmt.Fprintf(&b, "\n名册指纹：%s\n表决记录：%d条，指纹%s\n结果文件指纹（SHA-256）：%s\n", st.RollRoot, st.LogSize, st.LogRoot, o.SHA256)
	return b.String(), nil
}

func resultWords(b *strings.Builder, r *tally.Result, names map[string]string) {
	fmt.Fprintf(b, "依据：%s\n结果：%s。\n", r.Clause, outcomeNames[r.Outcome])
	for i := range r.Items {
		item := &r.Items[i]
		if item.Key != "" {
			fmt.Fprintf(b, "%s：%s。\n", called(names, item.Key), outcomeNames[item.Binding()])
		}
		if i == 0 {
			doubleWords(b, "参与表决", item.Strict.Participation)
		}
		doubleWords(b, "同意", item.Strict.Consent)
		if a := item.WithClause.Applies; a != nil && *a {
			fmt.Fprintf(b, "按“未投票从多数”条款计算：%s（不按条款：%s）。\n", outcomeNames[item.WithClause.Outcome], outcomeNames[item.Strict.Outcome])
			doubleWords(b, "其中参与表决", item.WithClause.Participation)
			doubleWords(b, "其中同意", item.WithClause.Consent)
		}
	}
	if e := r.Elected; e != nil {
		fmt.Fprintf(b, "当选：%s。候补：%s。\n", called(names, e.Members...), called(names, e.Alternates...))
		for _, say := range e.Says {
			b.WriteString(say + "\n")
		}
	}
}

// called gives candidates by their number on the ballot and their name, options by key and name, and by the key where there is no name.
func called(names map[string]string, keys ...string) string {
	list := make([]string, len(keys))
	for i, key := range keys {
		number, numbered := strings.CutPrefix(key, "c")
		switch {
		case names[key] == "":
			list[i] = key
		case numbered && number != "":
			list[i] = number + "号" + names[key]
		default:
			list[i] = key + "（" + names[key] + "）"
		}
	}
	return strings.Join(list, "、")
}

// doubleWords prints a fraction in heads and in area, exactly, with the percentage beside it for reading.
func doubleWords(b *strings.Builder, what string, d tally.Double) {
	h, a := d.Heads, d.Area
	if h.Num == nil || h.Den == nil || h.Need == nil || a.Num == nil || a.Den == nil || a.Need == nil {
		return
	}
	fmt.Fprintf(b, "%s：%d/%d人（%s，需%d人，%s）；%s/%s㎡（%s，需%s㎡，%s）。\n", what, *h.Num, *h.Den, percent(*h.Num, *h.Den), *h.Need, met(h.Met),
		*a.Num, *a.Den, percent(int64(*a.Num), int64(*a.Den)), *a.Need, met(a.Met))
}

func met(m *bool) string {
	if m != nil && *m {
		return "达到"
	}
	return "未达到"
}

// percent is for reading only: two decimals, half up.
func percent(num, den int64) string {
	if den == 0 {
		return "—"
	}
	p := (num*20_000 + den) / (2 * den)
	return fmt.Sprintf("%d.%02d%%", p/100, p%100)
}
