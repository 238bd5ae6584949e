package rulepack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/rulepack"
)

// numbered are the items of sections 五 and 六 of the policy: section and number of its last item; 0 means one
// paragraph without numbers. The policy has no 五(十三).
var numbered = []struct {
	section string
	last    int
}{
	{"五(一)", 11}, {"五(二)", 13}, {"五(三)", 4}, {"五(四)", 6}, {"五(五)", 4}, {"五(六)", 3}, {"五(七)", 0}, {"五(八)", 7},
	{"五(九)", 3}, {"五(十)", 0}, {"五(十一)", 0}, {"五(十二)", 5}, {"五(十四)", 7}, {"五(十五)", 6}, {"五(十六)", 0},
	{"六(一)", 2}, {"六(二)", 7},
}

func clauses() []string {
	var all []string
	for _, s := range numbered {
		if s.last == 0 {
			all = append(all, s.section)
		}
		for i := 1; i <= s.last; i++ {
			all = append(all, fmt.Sprintf("%s%d", s.section, i))
		}
	}
	all = append(all, "六(一)2（吹哨报到）")
	for i := 1; i <= 8; i++ {
		all = append(all, fmt.Sprintf("六(二)1(%d)", i))
	}
	return all
}

func duyun(t *testing.T) *rulepack.Pack {
	t.Helper()
	p, err := rulepack.Find("duyun-2020")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryClauseIsThere(t *testing.T) {
	t.Parallel()
	p := duyun(t)
	want := clauses()
	for _, c := range want {
		d, ok := p.Clause(c)
		if !ok || len([]rune(d.Text)) < 8 || len(d.Units) == 0 {
			t.Errorf("%s is missing or without text or unit", c)
		}
	}
	for _, d := range p.Duties {
		if !slices.Contains(want, d.Clause) {
			t.Errorf("%s is not in the policy", d.Clause)
		}
	}
	if len(p.Duties) != len(want) {
		t.Errorf("%d duties for %d clauses", len(p.Duties), len(want))
	}
}

// A lead must owe the duty: its clause names it, unless the clause is one that it only supervises.
func TestLeadsOweTheirClause(t *testing.T) {
	t.Parallel()
	p := duyun(t)
	for _, m := range p.Matters {
		if m.Outside {
			continue
		}
		owes := false
		for _, c := range m.Clauses {
			d, _ := p.Clause(c)
			owes = owes || slices.Contains(d.Units, m.Lead)
		}
		if !owes && m.Code != "association" {
			t.Errorf("%s: %s owes none of %v", m.Code, m.Lead, m.Clauses)
		}
		for _, leg := range m.Then {
			if d, _ := p.Clause(leg.Clause); !slices.Contains(d.Units, leg.Unit) || leg.Does == "" {
				t.Errorf("%s: leg %+v is not in the clause", m.Code, leg)
			}
		}
	}
}

func TestIllegalBuildingHasTwoLegs(t *testing.T) {
	t.Parallel()
	m, _ := duyun(t).Matter("illegal-building")
	if m.Lead != "natural-resources" || m.Does == "" || len(m.Then) != 1 || m.Then[0].Unit != "urban-enforcement" {
		t.Errorf("违章搭建: %+v", m)
	}
}

func TestMatterNamesAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range duyun(t).Matters {
		if seen[m.Name] {
			t.Errorf("%s appears twice: a resident could not choose", m.Name)
		}
		seen[m.Name] = true
	}
}

// Every unit that the policy makes responsible towards residents answers for at least one matter, under its print name.
func TestPrintNames(t *testing.T) {
	t.Parallel()
	p := duyun(t)
	got := map[string]bool{}
	for _, m := range p.Matters {
		name := p.UnitPrint(m.Lead)
		if name == "" || p.UnitName(m.Lead) == "" {
			t.Errorf("%s: no name for %s", m.Code, m.Lead)
		}
		got[name] = true
	}
	want := strings.Fields("住建局 乡镇办事处/社区 自然资源局 综合行政执法局 市场监督管理局 消防部门 生态环境局分局 公安局 司法局 发改局 供水供电供气通信 物业服务企业")
	for _, w := range want {
		if !got[w] {
			t.Errorf("no matter is led by %s", w)
		}
	}
}

// Section 六(一)1 names the members of the leading group; each is an organisation below it.
func TestLeadingGroup(t *testing.T) {
	t.Parallel()
	p := duyun(t)
	d, _ := p.Clause("六(一)1")
	for _, o := range p.Organisations {
		if o.Member == "member" && o.Parent != "leading-group" {
			t.Errorf("%s is a member and not below the leading group", o.Code)
		}
	}
	for short, code := range map[string]string{
		"自然资源局": "natural-resources", "综合执法局": "urban-enforcement", "市场监管局": "market-regulation", "公安局": "public-security",
		"民政局": "civil-affairs", "司法局": "justice", "财政局": "finance", "工信局": "industry-it", "大数据发展服务中心": "big-data",
		"发改局": "development-reform", "消防部门": "fire", "生态环境分局": "ecology", "市纪委市监委": "discipline", "组织部": "party-organisation",
		"督查考评局": "supervision", "信访局": "petitions", "供电局": "power-supply", "水务局": "water-affairs",
	} {
		o, ok := p.Organisation(code)
		if !ok || o.Member != "member" || !strings.Contains(d.Text, short) {
			t.Errorf("%s (%s) is not a member", short, code)
		}
	}
}
