package rulepack

import "fmt"

// Organisation is a body that the policy names. Townships, communities, companies and committees are kinds only: the
// policy names none of them, so the offices create them.
type Organisation struct {
	Code    string `yaml:"code"` // stable slug
	Kind    string `yaml:"kind"` // a kind of the register: leading_group, office, bureau, department, utility, association
	Name    string `yaml:"name"`
	Short   string `yaml:"short"`  // as the policy shortens it
	Group   string `yaml:"group"`  // print name of the group it answers for, if it is one of several
	Parent  string `yaml:"parent"` // code of the organisation above
	Member  string `yaml:"member"` // its role in the leading group: chair, deputy, member, or empty
	Clauses string `yaml:"clauses"`
	Note    string `yaml:"note"`
}

// Print is the name under which suggestions show the organisation: its group's, else the short one.
func (o Organisation) Print() string {
	if o.Group != "" {
		return o.Group
	}
	return o.Short
}

// kindRefs are the bodies that every estate has its own of; mandates name them by kind.
var kindRefs = map[string]string{
	"@township": "乡镇办事处", "@community": "社区居委会", "@company": "物业服务企业", "@committee": "业主委员会",
}

// prints are the names under which suggestions show the bodies of an estate.
var prints = map[string]string{"@township": "乡镇办事处/社区", "@community": "乡镇办事处/社区", "@company": "物业服务企业", "@committee": "业主委员会"}

// Organisation gives an organisation by code; false if the pack has none.
func (p *Pack) Organisation(code string) (Organisation, bool) {
	for _, o := range p.Organisations {
		if o.Code == code {
			return o, true
		}
	}
	return Organisation{}, false
}

// UnitName is the name of a unit of the mandate list: an organisation's code or a kind such as "@community".
func (p *Pack) UnitName(ref string) string {
	if name, ok := kindRefs[ref]; ok {
		return name
	}
	o, _ := p.Organisation(ref)
	return o.Name
}

// UnitPrint is the name under which suggestions show a unit: "乡镇办事处/社区", "供水供电供气通信", "住建局" …
func (p *Pack) UnitPrint(ref string) string {
	if name, ok := prints[ref]; ok {
		return name
	}
	o, _ := p.Organisation(ref)
	return o.Print()
}

func (p *Pack) checkOrganisations() []error {
	var errs []error
	seen := map[string]bool{}
	for _, o := range p.Organisations {
		if o.Code == "" || o.Kind == "" || o.Name == "" || o.Short == "" || o.Clauses == "" || seen[o.Code] {
			errs = append(errs, fmt.Errorf("%s: organisation %q: code (unique), kind, name, short and clauses are required", p.Code, o.Code))
		}
		if o.Parent != "" && !seen[o.Parent] {
			errs = append(errs, fmt.Errorf("%s: organisation %s: parent %q must stand above it in the list", p.Code, o.Code, o.Parent))
		}
		seen[o.Code] = true
	}
	return errs
}

// Refs are the units that a mandate may name: the kinds of body that an estate has of its own, then the organisations.
func (p *Pack) Refs() []string {
	refs := sortedKeys(kindRefs)
	for _, o := range p.Organisations {
		refs = append(refs, o.Code)
	}
	return refs
}
