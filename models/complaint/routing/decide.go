package routing

import (
	"slices"
	"strings"

	"github.com/linli-city/linli/models/rulepack"
)

// Decide finds the route. It always finds one: what no clause names is received by the community, which leads until
// somebody else signs (首接负责). A body never leads, joins or follows in a case about itself; its place is taken
// one level up. A body that the estate lacks is replaced by its stand-in.
func Decide(mandates *rulepack.Pack, f Facts) Route {
	m, matched := mandates.Matter(f.Matter)
	if !matched {
		m = outside(mandates)
	}
	d := decision{pack: mandates, about: aboutRef(mandates, f.About, m), has: f.Has}
	r := Route{Matter: m.Code, MatterName: m.Name, Class: m.Class, Does: m.Does, MandateVersion: mandates.Stamp()}
	r.Clause, r.ClauseText = d.clause(m)
	lead := d.settle(m.Lead)
	r.Lead, r.Level = d.unit(lead), level(lead)
	if lead != m.Lead {
		r.Does = ""
	}
	taken := []string{lead}
	for _, leg := range m.Then {
		unit, does := d.settle(leg.Unit), leg.Does
		if unit != leg.Unit {
			does = "督办"
		}
		r.Next = append(r.Next, Leg{Unit: d.unit(unit), Does: does, Clause: leg.Clause})
		taken = append(taken, unit)
	}
	for _, ref := range m.Joint {
		if d.lacks(ref) || d.concerned(ref) || slices.Contains(taken, ref) {
			continue
		}
		taken = append(taken, ref)
		r.Joint = append(r.Joint, d.unit(ref))
	}
	r.Reason = d.reason(m, r)
	return r
}

type decision struct {
	pack  *rulepack.Pack
	about string
	has   Bodies
	why   []string
}

// settle replaces a body that is missing, or that the case is about, until one stands that may act. Each turn goes
// up the chain or leaves it, and the chain has six levels, so the loop ends.
func (d *decision) settle(ref string) string {
	for range 8 {
		switch {
		case d.lacks(ref):
			up := standIn(ref)
			d.say("本小区没有" + d.name(ref) + "，由" + d.name(up) + "代为牵头")
			ref = up
		case d.concerned(ref):
			up := above(d.about)
			say := "，不交给被反映的单位办，由上一级" + d.name(up) + "负责"
			if up == petitions {
				say = "，清单上没有更高一级，由" + d.name(up) + "登记转办"
			}
			d.say("反映的是" + d.name(d.about) + say)
			ref = up
		default:
			return ref
		}
	}
	return group
}

func (d *decision) concerned(ref string) bool { return Concerned(ref, d.about) }

// Concerned reports whether ref is the body complained about, or stands below it and so cannot judge it. The office
// of the leading group is the bureau's own (policy 六(一)1), so the two count as one body. Both are references as in
// Unit; about may be empty.
func Concerned(ref, about string) bool {
	if about == "" {
		return false
	}
	twins := func(a string) bool { return a == bureau || a == office }
	return ref == about || (twins(ref) && twins(about)) || rank(ref) < rank(about)
}

func (d *decision) lacks(ref string) bool {
	return (ref == CompanyRef && !d.has.Company) || (ref == CommitteeRef && !d.has.Committee) || (ref == CommunityRef && !d.has.Community)
}

func (d *decision) clause(m rulepack.Matter) (clause, text string) {
	duty, _ := d.pack.Clause(m.Clauses[0])
	for _, c := range m.Clauses {
		if own, ok := d.pack.Clause(c); ok && slices.Contains(own.Units, m.Lead) {
			duty = own
			break
		}
	}
	return duty.Clause, duty.Text
}

func (d *decision) reason(m rulepack.Matter, r Route) string {
	if m.Outside {
		d.say("职责清单没有写明由谁办，先收到的" + r.Lead.Name + "负责到底（首接负责）")
	} else {
		say := "按职责清单“" + r.Clause + "”，应由" + d.name(m.Lead) + "主办"
		if m.Does != "" {
			say = "按职责清单“" + r.Clause + "”，应先由" + d.name(m.Lead) + m.Does
		}
		for _, leg := range m.Then {
			say += "，再由" + d.name(leg.Unit) + leg.Does
		}
		d.why = append([]string{say}, d.why...)
	}
	return strings.Join(d.why, "；")
}

func (d *decision) say(sentence string) {
	if !slices.Contains(d.why, sentence) {
		d.why = append(d.why, sentence)
	}
}

func (d *decision) name(ref string) string { return d.pack.UnitName(ref) }

func (d *decision) unit(ref string) Unit { return Unit{Ref: ref, Name: d.name(ref)} }

func outside(p *rulepack.Pack) rulepack.Matter {
	for _, m := range p.Matters {
		if m.Outside {
			return m
		}
	}
	// A pack without such a matter still loses nothing.
	return rulepack.Matter{Code: "outside", Name: "清单外事项", Class: rulepack.Complex, Lead: CommunityRef, Clauses: []string{""}, Outside: true}
}
