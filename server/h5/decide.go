package h5

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var decideRate = limit.Rule{Name: "h5-decide", Rate: 300, Per: time.Minute, Burst: 100, Near: 10}

// asked is a thing that the calculator asks for.
type asked struct{ Code, Name, Note string }

// numbers are asked for in heads and in area; the last ones stand folded.
var (
	numbers = []asked{{"scope", "全体业主", "表决的范围：全小区、一幢或一个单元"}, {"returned", "已投票", "有效票，弃权也算，废票不算"}, {"yes", "同意", ""}}
	others  = []asked{{"no", "反对", ""}, {"abstain", "弃权", ""}, {"void", "废票", "不计入"}, {"silent", "已送达而没有投票", "有签收、上门记录等证据的；按条款才计入"}}
	facts   = []asked{{"cited", "议事规则或管理规约写明了", ""}, {"warned", "会议通知提示了不投票的后果", ""}, {"delivered", "送达都有证据", ""}, {"first_assembly", "这是首次业主大会", ""}}
	covers  = []asked{{"both", "参与和多数都计入", ""}, {"participation", "只计入参与", ""}, {"majority", "只计入多数", ""}}
)

// decide is the calculator. It is a form without scripts whose fields stand in the address, so that a result can be sent on.
func (d Deps) decide(c *gin.Context) {
	if err := d.site.Hold(c, "", decideRate); err != nil {
		busy(c)
		return
	}
	typed := map[string]string{}
	for name := range c.Request.URL.Query() {
		typed[name] = folded(c.Query(name))
	}
	data := map[string]any{"Title": "表决计算器", "City": d.City, "Typed": typed, "Numbers": numbers, "Others": others, "Facts": facts, "Covers": covers, "Matters": matterNames()}
	status := http.StatusOK
	if typed["matter"] != "" {
		raw, _ := json.Marshal(caseOf(typed)) // plain data
		if decision, rules, err := tally.Explain(raw); err != nil {
			data["Wrong"], status = inChinese(err), http.StatusBadRequest
		} else {
			data["Decision"], data["Rules"], data["Stated"] = decision, rules, stated(typed)
			data["Strict"], data["With"] = hall.Lines(decision.Strict, rules), hall.Lines(decision.WithClause.Reading, rules)
			data["More"], data["Beyond"], data["Other"] = further(decision.Strict, rules), beyond(decision, typed), otherReading(typed)
		}
	}
	show(c, status, "decide.html", data)
}

// doubtful are matters that practice does not always keep apart: replacing an elevator is use of the fund to some, rebuilding to
// others. The page shows both.
var doubtful = map[string]string{"use_fund": "rebuild", "rebuild": "use_fund"}

// otherMatter is what the same numbers come to under the matter that some would take it for.
type otherMatter struct {
	Title, Clause string
	Outcome       tally.Outcome
}

func otherReading(typed map[string]string) *otherMatter {
	other := doubtful[typed["matter"]]
	if other == "" {
		return nil
	}
	c := caseOf(typed)
	c["matter"] = other
	raw, _ := json.Marshal(c) // plain data
	d, rules, err := tally.Explain(raw)
	if err != nil {
		return nil
	}
	return &otherMatter{Title: rules.Title, Clause: d.Clause, Outcome: d.Strict.Outcome}
}

// matterNames are the matters as the law in force words them.
func matterNames() []asked {
	p := lawInForce()
	list := make([]asked, len(tally.Matters))
	for i, code := range tally.Matters {
		list[i] = asked{Code: code, Name: p.Values["decision.matter."+code].Title}
	}
	return list
}

// lawInForce is the national pack that has no end.
func lawInForce() *rulepack.Pack {
	packs := rulepack.Packs()
	i := slices.IndexFunc(packs, func(p *rulepack.Pack) bool { return p.National && p.Until.IsZero() })
	return packs[i]
}

// caseOf writes what was typed as a case; what is empty is unknown, and no day means the law in force.
func caseOf(typed map[string]string) map[string]any {
	c := map[string]any{"matter": typed["matter"]}
	if typed["date"] != "" {
		c["date"] = typed["date"]
	} else {
		c["pack"] = lawInForce().Code
	}
	for _, n := range slices.Concat(numbers, others) {
		amount := map[string]any{}
		if s := typed[n.Code+".heads"]; s != "" {
			amount["heads"] = wholeNumber(s)
		}
		if s := typed[n.Code+".area"]; s != "" {
			amount["area"] = s
		}
		c[n.Code] = amount
	}
	if stated(typed) {
		clause := map[string]any{}
		for _, f := range facts {
			if answer, ok := map[string]bool{"yes": true, "no": false}[typed[f.Code]]; ok {
				clause[f.Code] = answer
			}
		}
		if typed["covers"] != "" {
			clause["covers"] = typed["covers"]
		}
		c["silence_clause"] = clause
	}
	return c
}

// wholeNumber leaves to the rules' reader what is none, so that it names it like everything else.
func wholeNumber(s string) any {
	if strings.Trim(s, "0123456789") != "" {
		return s
	}
	return json.Number(cmp.Or(strings.TrimLeft(s, "0"), "0"))
}

// folded turns the figures and the point of a Chinese keyboard into those of a number.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．' || r == '。':
			return '.'
		}
		return r
	}, strings.TrimSpace(web.Typed(s)))
}

// stated reports whether anything was said about a clause of silence.
func stated(typed map[string]string) bool {
	return slices.ContainsFunc(facts, func(f asked) bool { return typed[f.Code] != "" })
}

// inChinese words the faults for the page.
func inChinese(err error) []string {
	var says []string
	for _, f := range fault.Of(err).Fields {
		zh, _, _ := strings.Cut(f.Reason, " / ")
		says = append(says, nameOf(f.Path)+"："+zh)
	}
	return says
}

// nameOf is a number or a fact as the page calls it.
func nameOf(path string) string {
	field, measure, _ := strings.Cut(path, ".")
	for _, n := range slices.Concat(numbers, others) {
		if n.Code == field {
			return n.Name + map[string]string{"heads": "的人数", "area": "的面积"}[measure]
		}
	}
	for _, f := range facts {
		if f.Code == measure {
			return "“" + f.Name + "”"
		}
	}
	if name := map[string]string{"date": "日期", "matter": "表决事项", "covers": "条款计入什么"}[field]; name != "" {
		return name
	}
	return "填写的内容"
}
