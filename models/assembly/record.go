package assembly

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// ImportCount is a result from elsewhere, of the government's platform or of a paper vote, judged by the meeting's frozen roll and law.
type ImportCount struct {
	Platform string           `json:"platform"` // or by whom and where paper was counted
	SHA256   string           `json:"sha256"`   // of the numbers as they were entered and confirmed
	Scope    tally.Amount     `json:"scope"`
	Motions  []ImportedMotion `json:"motions"`
}

// ImportedMotion is one motion of it.
type ImportedMotion struct {
	Position int             `json:"position"`
	Title    string          `json:"title"`
	Matter   string          `json:"matter"`
	Numbers  OfficialMotion  `json:"numbers"`
	Items    []ImportedItem  `json:"items"`
	Beside   *tally.Decision `json:"beside,omitempty"` // under the other matter that practice knows; of plain motions
}

// ImportedItem is what one option or candidate comes to, strictly and with the clause of silence.
type ImportedItem struct {
	Key  string `json:"key,omitempty"`
	Name string `json:"name,omitempty"` // of a candidate, public by their consent
	tally.Decision
}

// decideOfficial judges the numbers of every motion by the frozen roll and the law of the day.
func decideOfficial(tx *store.Tx, m *Meeting, list []OfficialMotion) ([]ImportedMotion, error) {
	a, err := readAgenda(tx, m)
	if err != nil {
		return nil, err
	}
	var c fault.Checks
	out := make([]ImportedMotion, 0, len(a.motions))
	for i := range a.motions {
		row := &a.motions[i]
		at := slices.IndexFunc(list, func(x OfficialMotion) bool { return x.Position == row.Position })
		if at < 0 {
			c.Check(false, "motions", fmt.Sprintf("第%d个议题还没有登记；没有公布的数字可以不填，议题不能漏", row.Position))
			continue
		}
		path := fmt.Sprintf("motions[%d]", at)
		checkItems(&c, path, a.questions[row.ID], list[at])
		if len(c) > 0 {
			continue
		}
		d, err := decideMotion(m, a.terms, row, list[at], path)
		if err != nil {
			return nil, err
		}
		out = append(out, *d)
	}
	c.Check(len(list) == len(a.motions), "motions", "登记的议题和会议的议题对不上")
	return out, c.Err()
}

// checkItems holds the items against what the motion asks.
func checkItems(c *fault.Checks, path string, q tally.Question, x OfficialMotion) {
	want := q.Options
	if q.Kind == tally.Motion {
		want = []string{""}
	}
	keys := make([]string, len(x.Items))
	for i, item := range x.Items {
		keys[i] = item.Key
	}
	slices.Sort(keys)
	c.Check(slices.Equal(keys, slices.Sorted(slices.Values(want))), path+".items", "每个选项或候选人登记一次，不多不少")
	c.Check(q.Kind == tally.Election || len(x.Elected) == 0, path+".elected", "只有选举才有当选人")
	c.Check(len(x.Elected) <= q.Fill, path+".elected", "当选的人多于应选人数")
	for i, key := range x.Elected {
		c.Check(slices.Contains(q.Options, key) && !slices.Contains(x.Elected[:i], key), path+".elected", "当选的人不在候选人里，或者写了两次")
	}
}

func decideMotion(m *Meeting, t Terms, row *Motion, x OfficialMotion, path string) (*ImportedMotion, error) {
	d := &ImportedMotion{Position: row.Position, Title: row.Title, Matter: row.Matter, Numbers: x}
	for i, item := range x.Items {
		at := fmt.Sprintf("%s.items[%d].", path, i)
		got, err := decideNumbers(m, t, row.Matter, x, item, at)
		if err != nil {
			return nil, err
		}
		outcome := got.WithClause.Outcome
		if slices.Contains(x.Elected, item.Key) && outcome == tally.Fail {
			return nil, fault.ErrInvalid.With(fault.Field{Path: at + "key", Reason: "登记为当选的" + item.Key + "按登记的数字没有达到法定比例，请核对"})
		}
		d.Items = append(d.Items, ImportedItem{Key: item.Key, Decision: *got})
		if row.Beside != "" && item.Key == "" {
			if d.Beside, err = decideNumbers(m, t, row.Beside, x, item, at); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// decideNumbers asks the same engine as `server decide`. The scope is the frozen roll's.
func decideNumbers(m *Meeting, t Terms, matter string, x OfficialMotion, item OfficialItem, path string) (*tally.Decision, error) {
	scope := m.AreaMilli.String()
	in := map[string]any{"date": m.OpensAt.In(shanghai).Format("2006-01-02"), "pack": m.Pack, "matter": matter, "scope": Figures{Heads: &m.Seats, Area: &scope},
		"returned": x.Returned, "void": x.Void, "silent": x.Silent, "yes": item.Yes, "no": item.No, "abstain": item.Abstain}
	if t.Warning() != "" {
		clause := map[string]any{"cited": true, "warned": m.Warned(t), "first_assembly": m.Session == First, "covers": t.Covers}
		if x.Silent != nil {
			clause["delivered"] = true // silent seats are those to which delivery is proven
		}
		in["silence_clause"] = clause
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	d, err := tally.Decide(raw)
	if err == nil {
		return d, nil
	}
	f := *fault.Of(err)
	f.Fields = slices.Clone(f.Fields)
	for i := range f.Fields {
		f.Fields[i].Path = path + f.Fields[i].Path
	}
	return nil, &f
}

// words puts the result into the sentences that the board shows.
func (c *ImportCount) words(m *Meeting) string {
	if c == nil {
		return ""
	}
	var b strings.Builder
	from := "本次表决以" + c.Platform + "为准，下列数字由该平台公布"
	if m.Channel == OnPaper {
		from = "本次表决用纸质票，不在本系统计票（" + c.Platform + "），下列数字出自计票记录"
	}
	fmt.Fprintf(&b, "%s，经两人登记和核对；是否通过由本系统按法定比例计算。\n应参加：%d人（票权），%s㎡。\n", from, c.Scope.Heads, c.Scope.Area)
	for _, motion := range c.Motions {
		fmt.Fprintf(&b, "\n议题%d：%s\n", motion.Position, motion.Title)
		for i := range motion.Items {
			motion.Items[i].words(&b, i == 0)
		}
		if motion.Beside != nil {
			fmt.Fprintf(&b, "如按另一类事项（%s）计算：%s。\n", motion.Beside.Clause, outcomeNames[motion.Beside.WithClause.Outcome])
		}
		if len(motion.Numbers.Elected) > 0 {
			elected := []string{}
			for _, item := range motion.Items {
				if slices.Contains(motion.Numbers.Elected, item.Key) {
					elected = append(elected, cmp.Or(item.Name, item.Key))
				}
			}
			fmt.Fprintf(&b, "公布当选：%s。\n", strings.Join(elected, "、"))
		}
	}
	fmt.Fprintf(&b, "\n登记的数字指纹（SHA-256）：%s\n", c.SHA256)
	return b.String()
}

func (item *ImportedItem) words(b *strings.Builder, head bool) {
	if head {
		fmt.Fprintf(b, "依据：%s\n", item.Clause)
		doubleWords(b, "参与表决", item.Strict.Participation)
	}
	fmt.Fprintf(b, "%s结果：%s。\n", cmp.Or(item.Name, item.Key), outcomeNames[item.WithClause.Outcome])
	doubleWords(b, "同意", item.Strict.Consent)
	if missing := item.WithClause.Missing; len(missing) > 0 {
		fmt.Fprintf(b, "没有公布、影响结果的数字：%s。\n", strings.Join(missing, "、"))
	}
	if a := item.WithClause.Applies; a != nil && *a {
		fmt.Fprintf(b, "按“未投票从多数”条款计算：%s（不按条款：%s）。\n", outcomeNames[item.WithClause.Outcome], outcomeNames[item.Strict.Outcome])
	}
}
