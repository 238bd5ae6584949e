package rulepack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
)

// Revision is a change to a mandate list: matters to add or to replace by their code, codes of matters to drop, and
// duties to add or to reword by their clause. A duty is never dropped: old cases cite it.
type Revision struct {
	Matters []Matter `json:"matters,omitempty"`
	Remove  []string `json:"remove,omitempty"`
	Duties  []Duty   `json:"duties,omitempty"`
}

// Bounds of a mandate list.
const (
	maxMatters  = 300
	maxRevision = 100
)

var matterCode = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Revise gives the next version of a mandate list. The pack itself stays as it is.
// Fault: fault.ErrInvalid with a field for each mistake.
func (p *Pack) Revise(r Revision) (*Pack, error) {
	var c fault.Checks
	c.Check(len(r.Matters)+len(r.Remove)+len(r.Duties) > 0, "matters", "请写明要增加、修改或删除哪些事项")
	c.Check(len(r.Matters)+len(r.Remove)+len(r.Duties) <= maxRevision, "matters", fmt.Sprintf("一次最多修改%d处", maxRevision))
	if err := c.Err(); err != nil {
		return nil, err
	}
	next := *p
	next.Version++
	next.Duties, next.Matters = slices.Clone(p.Duties), slices.Clone(p.Matters)
	for i, d := range r.Duties {
		next.checkDuty(&c, fmt.Sprintf("duties[%d]", i), d)
		next.Duties = put(next.Duties, d, func(a Duty) bool { return a.Clause == d.Clause })
	}
	for i, code := range r.Remove {
		m, ok := next.Matter(code)
		c.Check(ok, fmt.Sprintf("remove[%d]", i), "清单里没有这个事项")
		c.Check(!m.Outside, fmt.Sprintf("remove[%d]", i), "“"+m.Name+"”是清单没有写明时的去处，不能删除")
		next.Matters = slices.DeleteFunc(next.Matters, func(m Matter) bool { return m.Code == code })
	}
	for i, m := range r.Matters {
		next.checkMatter(&c, fmt.Sprintf("matters[%d]", i), m)
		old, _ := p.Matter(m.Code)
		c.Check(old.Outside == m.Outside, fmt.Sprintf("matters[%d].outside", i), "清单外事项只有一个，不能增加或改变")
		next.Matters = put(next.Matters, m, func(a Matter) bool { return a.Code == m.Code })
	}
	names := map[string]bool{}
	for _, m := range next.Matters {
		c.Check(!names[m.Name], "matters", "有两个事项都叫“"+m.Name+"”，请改名")
		names[m.Name] = true
	}
	c.Check(len(next.Matters) <= maxMatters, "matters", fmt.Sprintf("清单最多%d个事项", maxMatters))
	if err := c.Err(); err != nil {
		return nil, err
	}
	next.markComplaints()
	return &next, nil
}

// WithMandates gives the pack with another version of its mandate list.
func (p *Pack) WithMandates(version int, matters []Matter, duties []Duty) *Pack {
	next := *p
	next.Version, next.Matters, next.Duties = version, matters, duties
	next.markComplaints()
	return &next
}

// put replaces what matches, in its place, or adds at the end.
func put[T any](list []T, x T, same func(T) bool) []T {
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = x
		return list
	}
	return append(list, x)
}

func (p *Pack) knows(ref string) bool {
	_, ok := p.Organisation(ref)
	return ok || kindRefs[ref] != ""
}

func between(s string, low, high int) bool {
	n := len([]rune(strings.TrimSpace(s)))
	return n >= low && n <= high
}

func (p *Pack) checkDuty(c *fault.Checks, at string, d Duty) {
	c.Check(between(d.Clause, 1, 20), at+".clause", "请写条款号，例如“五(四)3”，不超过20个字")
	c.Check(between(d.Text, 2, 1000), at+".text", "请写明条款的原文，2至1000个字")
	c.Check(len(d.Units) > 0 && len(d.Units) <= 20, at+".units", "请写明由哪些单位负责")
	for i, u := range d.Units {
		c.Check(p.knows(u), fmt.Sprintf("%s.units[%d]", at, i), "清单里没有这个单位")
	}
}

func (p *Pack) checkMatter(c *fault.Checks, at string, m Matter) {
	c.Check(matterCode.MatchString(m.Code) && len(m.Code) <= 40, at+".code", "代码只用小写字母、数字和短横线，不超过40个字符")
	c.Check(between(m.Name, 2, 30), at+".name", "请写事项名称，2至30个字")
	c.Check(between(m.Group, 2, 20), at+".group", "请写事项归在哪一类，2至20个字")
	c.Check(ClassNames[m.Class] != "", at+".class", "请选择紧急危险（danger）、紧急维修（repair）、民生保障（utilities）、一般（ordinary）或疑难复杂（complex）")
	c.Check(p.knows(m.Lead), at+".lead", "清单里没有这个主办单位")
	c.Check(between(m.Note, 0, 200) && between(m.Does, 0, 20), at+".note", "说明不超过200个字，办理内容不超过20个字")
	c.Check(m.About == "" || slices.Contains([]string{"company", "committee", "community", "township"}, m.About), at+".about", "只能是物业（company）、业委会（committee）、社区（community）或乡镇（township）")
	c.Check(len(m.Joint) <= 10 && len(m.Then) <= 5 && len(m.Words) <= 50, at, "协办单位最多10个，后续环节最多5个，常用说法最多50个")
	for i, u := range m.Joint {
		c.Check(p.knows(u) && u != m.Lead, fmt.Sprintf("%s.joint[%d]", at, i), "清单里没有这个单位，或者它已经是主办单位")
	}
	for i, w := range m.Words {
		c.Check(between(w, 2, 20) && !strings.ContainsAny(w, " +/!"), fmt.Sprintf("%s.words[%d]", at, i), "请写2至20个字的词，不含空格和符号")
	}
	c.Check(len(m.Clauses) > 0 && len(m.Clauses) <= 10, at+".clauses", "请引用至少一条职责条款")
	for i, cl := range m.Clauses {
		_, ok := p.Clause(cl)
		c.Check(ok, fmt.Sprintf("%s.clauses[%d]", at, i), "没有这一条，请先在 duties 里写明条款原文")
	}
	for i, leg := range m.Then {
		_, ok := p.Clause(leg.Clause)
		c.Check(ok && p.knows(leg.Unit) && between(leg.Does, 1, 20), fmt.Sprintf("%s.then[%d]", at, i), "请写明后续单位、它做什么（20个字以内）和条款")
	}
}
