package rulepack

import (
	"fmt"
	"slices"
)

// Disclosure is a duty to publish something for the people of an estate. Its period, its term and the days of posting are the keys
// of values: what no law fixes is unset there, and then nobody is late.
type Disclosure struct {
	Code     string   `yaml:"code"`
	Title    string   `yaml:"title"`
	Sphere   string   `yaml:"sphere"`   // affairs or finance: 事务、财务双公开
	By       string   `yaml:"by"`       // who owes it, one of DisclosureBy
	Charging string   `yaml:"charging"` // lump (包干制) or commission (酬金制): where it is owed only under one; else empty
	Contents []string `yaml:"contents"` // what has to be in it
	Kind     string   `yaml:"kind"`     // posting, announcement or meeting
	Event    string   `yaml:"event"`    // after what it is owed; empty for one that comes again and again
	Every    string   `yaml:"every"`    // key of its period in months or years; empty for an event's
	Within   string   `yaml:"within"`   // key of the days after the event or the end of the period; empty: by the period's last day
	Posted   string   `yaml:"posted"`   // key of the days that it has to hang at least
	Places   []string `yaml:"places"`   // app, board, entrance
	Clause   string   `yaml:"clause"`
	Source   string   `yaml:"source"`
	Checked  string   `yaml:"checked"` // how far the wording was checked, as of a value
	Note     string   `yaml:"note"`
}

// DisclosureBy are those who may owe a disclosure, as people read them.
var DisclosureBy = map[string]string{"company": "物业服务企业", "committee": "业主委员会", "community": "社区居委会", "township": "乡镇（办事处）", "bureau": "住建局", "fund_holder": "维修资金管理单位"}

// PlaceNames are where something is published, as people read them.
var PlaceNames = map[string]string{"app": "小程序和网页公示栏", "board": "小区公示栏", "entrance": "每个楼栋入口"}

// Disclosures are the duties to publish of the day, the national pack's first.
func (s *Set) Disclosures() []Disclosure {
	var all []Disclosure
	for _, p := range s.packs {
		all = append(all, p.Disclosures...)
	}
	return all
}

// Disclosure gives a duty by its code; false if the law of the day has none.
func (s *Set) Disclosure(code string) (Disclosure, bool) {
	all := s.Disclosures()
	i := slices.IndexFunc(all, func(d Disclosure) bool { return d.Code == code })
	if i < 0 {
		return Disclosure{}, false
	}
	return all[i], true
}

func (p *Pack) checkDisclosures() []error {
	var errs []error
	seen := map[string]bool{}
	for _, d := range p.Disclosures {
		bad := func(why string) { errs = append(errs, fmt.Errorf("%s: disclosure %q: %s", p.Code, d.Code, why)) }
		if seen[d.Code] || !matterCode.MatchString(d.Code) || len(d.Code) > 40 {
			bad("the code must be unique and plain")
		}
		seen[d.Code] = true
		if d.Title == "" || len(d.Contents) == 0 || d.Clause == "" || d.Source == "" || d.Posted == "" || DisclosureBy[d.By] == "" {
			bad("title, contents, clause, source, posted and by are required")
		}
		if !slices.Contains([]string{"affairs", "finance"}, d.Sphere) || !slices.Contains([]string{"", "lump", "commission"}, d.Charging) ||
			!slices.Contains([]string{"posting", "announcement", "meeting"}, d.Kind) || !slices.Contains([]string{"text", "secondary", "memory"}, d.Checked) {
			bad("sphere, charging, kind or checked is unknown")
		}
		if (d.Event == "") == (d.Every == "") || (d.Event != "" && d.Within == "") {
			bad("it is owed either after an event, within a term, or in each period")
		}
		if len(d.Places) == 0 || slices.ContainsFunc(d.Places, func(at string) bool { return PlaceNames[at] == "" }) {
			bad("places are app, board and entrance")
		}
	}
	return errs
}
