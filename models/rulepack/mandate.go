package rulepack

import "fmt"

// Class is how a matter's clock runs.
type Class string

// The classes of matters.
const (
	Danger    Class = "danger"    // danger to life or property
	Repair    Class = "repair"    // 紧急维修: what cannot wait; whoever is on duty is called
	Utilities Class = "utilities" // water, power, gas, telecommunications, lifts
	Ordinary  Class = "ordinary"
	Complex   Class = "complex" // several offices, evidence or negotiation
)

// ClassNames are the classes as people read them.
var ClassNames = map[Class]string{Danger: "紧急危险", Repair: "紧急维修", Utilities: "水电气等民生保障", Ordinary: "一般事项", Complex: "疑难复杂"}

// Matter is something residents complain about, with who must handle it by the policy.
type Matter struct {
	Code    string   `yaml:"code" json:"code"`
	Name    string   `yaml:"name" json:"name"`
	Group   string   `yaml:"group" json:"group"` // heading under which a resident finds it
	Class   Class    `yaml:"class" json:"class"`
	Lead    string   `yaml:"lead" json:"lead"`             // organisation code or kind reference
	Joint   []string `yaml:"joint" json:"joint,omitempty"` // who helps
	Then    []Leg    `yaml:"then" json:"then,omitempty"`   // later legs, where the policy orders them
	Clauses []string `yaml:"clauses" json:"clauses"`
	Does    string   `yaml:"does" json:"does,omitempty"`   // what the lead does first in an ordered route: 认定
	About   string   `yaml:"about" json:"about,omitempty"` // the kind of body that the matter itself complains about: company, committee
	Note    string   `yaml:"note" json:"note,omitempty"`
	Words   []string `yaml:"words" json:"words,omitempty"`     // by which people's texts are recognised, beside the lexicon
	Named   bool     `yaml:"named" json:"named,omitempty"`     // needs the complainant's own case to be looked at, so nobody can file it anonymously
	Outside bool     `yaml:"outside" json:"outside,omitempty"` // on no list: the first receiver leads it
}

// Leg is a later station of an ordered route.
type Leg struct {
	Unit   string `yaml:"unit" json:"unit"`
	Does   string `yaml:"does" json:"does"`
	Clause string `yaml:"clause" json:"clause"`
}

// Duty is one numbered item of sections 五 and 六 of the policy, in its own words.
type Duty struct {
	Clause    string   `yaml:"clause" json:"clause"` // "五(四)3"
	Units     []string `yaml:"units" json:"units"`
	Text      string   `yaml:"text" json:"text"`
	Complaint bool     `yaml:"-" json:"-"` // some matter rests on it
}

// Matter gives a matter by code; false if the pack has none.
func (p *Pack) Matter(code string) (Matter, bool) {
	for _, m := range p.Matters {
		if m.Code == code {
			return m, true
		}
	}
	return Matter{}, false
}

// Clause gives a duty by its clause; false if the pack has none.
func (p *Pack) Clause(clause string) (Duty, bool) {
	for _, d := range p.Duties {
		if d.Clause == clause {
			return d, true
		}
	}
	return Duty{}, false
}

func (p *Pack) checkMandates() []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(p.Code+": "+format, args...)) }
	known := func(ref string) bool {
		_, ok := p.Organisation(ref)
		return ok || kindRefs[ref] != ""
	}
	for _, d := range p.Duties {
		if d.Clause == "" || d.Text == "" || len(d.Units) == 0 {
			bad("duty %q: clause, units and text are required", d.Clause)
		}
		for _, u := range d.Units {
			if !known(u) {
				bad("duty %s: unit %q is unknown", d.Clause, u)
			}
		}
	}
	seen := map[string]bool{}
	for _, m := range p.Matters {
		if seen[m.Code] || m.Code == "" || m.Name == "" || m.Group == "" || len(m.Clauses) == 0 || ClassNames[m.Class] == "" {
			bad("matter %q: code (unique), name, group, class and clauses are required", m.Code)
		}
		seen[m.Code] = true
		units, clauses := append([]string{m.Lead}, m.Joint...), m.Clauses
		for _, leg := range m.Then {
			units, clauses = append(units, leg.Unit), append(clauses, leg.Clause)
		}
		for _, u := range units {
			if !known(u) {
				bad("matter %s: unit %q is unknown", m.Code, u)
			}
		}
		for _, c := range clauses {
			if _, ok := p.Clause(c); !ok {
				bad("matter %s: clause %q is not in the policy", m.Code, c)
			}
		}
	}
	return errs
}
