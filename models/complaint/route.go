package complaint

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/complaint/routing"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// route is a decided route with the register's organisations put in.
type route struct {
	routing.Route
	lead  int64
	about int64
	joint []int64
	next  []Party // later legs, in order
	named bool    // nobody files it anonymously
}

// route decides who handles a complaint about a matter and resolves the bodies in the register.
func (s *Service) route(tx *store.Tx, e *org.Estate, matter, about string) (*route, error) {
	mandates, err := s.Mandates(tx)
	if err != nil {
		return nil, err
	}
	m, known := mandates.Matter(matter)
	if matter != "" && !known {
		return nil, ErrMatter
	}
	if about == "" {
		about = m.About
	}
	has := routing.Bodies{Company: e.CompanyID != 0, Committee: e.CommitteeID != 0, Community: e.CommunityID != 0}
	r := &route{named: m.Named, Route: routing.Decide(mandates, routing.Facts{Matter: matter, About: about, Has: has})}
	if r.about, err = aboutBody(tx, s.pack, e, about); err != nil {
		return nil, err
	}
	if r.lead, err = body(tx, e, r.Lead.Ref); err != nil {
		return nil, fmt.Errorf("lead %s: %w", r.Lead.Ref, err)
	}
	for _, u := range r.Joint {
		if r.joint, err = appendBody(tx, e, r.joint, u.Ref); err != nil {
			return nil, err
		}
	}
	for i, leg := range r.Next {
		ids, err := appendBody(tx, e, nil, leg.Unit.Ref)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			r.next = append(r.next, Party{OrganisationID: id, Role: "next", Leg: i + 1, Does: leg.Does, Clause: leg.Clause})
		}
	}
	return r, nil
}

func appendBody(tx *store.Tx, e *org.Estate, ids []int64, ref string) ([]int64, error) {
	id, err := body(tx, e, ref)
	if errors.Is(err, org.ErrOrganisationNotFound) {
		return ids, nil // a joint office that the city has closed does not hold up a complaint
	}
	return append(ids, id), err
}

// body finds the organisation that a reference of the mandate list means for an estate.
func body(tx *store.Tx, e *org.Estate, ref string) (int64, error) {
	switch ref {
	case routing.CompanyRef:
		return e.CompanyID, nil
	case routing.CommitteeRef:
		return e.CommitteeID, nil
	case routing.CommunityRef:
		return e.CommunityID, nil
	case routing.TownshipRef:
		return e.TownshipID, nil
	}
	o, err := org.OrganisationByCode(tx, strings.TrimPrefix(ref, "@"))
	if err != nil {
		return 0, err
	}
	return o.ID, nil
}

// reference is how the mandate list writes an organisation.
func reference(o *org.Organisation) string {
	switch o.Kind {
	case org.Company:
		return routing.CompanyRef
	case org.Committee:
		return routing.CommitteeRef
	case org.Community:
		return routing.CommunityRef
	case org.Township:
		return routing.TownshipRef
	}
	return o.Code
}

func (r *route) apply(c *Case) {
	c.Matter, c.MatterName, c.Clause, c.ClauseText, c.Class = r.Matter, r.MatterName, r.Clause, r.ClauseText, string(r.Class)
	c.Level, c.LeadID, c.AboutID, c.RouteReason, c.MandateVersion = string(r.Level), r.lead, r.about, r.Reason, r.MandateVersion
}

// parties are who takes part from the start: each office once, the body complained about never.
func (r *route) parties() []Party {
	list := []Party{{OrganisationID: r.lead, Role: "lead"}}
	seen := map[int64]bool{r.lead: true, r.about: true, 0: true}
	for _, p := range r.next {
		if !seen[p.OrganisationID] {
			seen[p.OrganisationID] = true
			list = append(list, p)
		}
	}
	for _, id := range r.joint {
		if !seen[id] {
			seen[id] = true
			list = append(list, Party{OrganisationID: id, Role: "joint"})
		}
	}
	return list
}

func levelOf(o *org.Organisation) string { return string(routing.LevelOf(reference(o))) }

// MatterView is a matter as people choose it.
type MatterView struct {
	Code, Name, Group, Unit, Clause, Class string
	Named                                  bool // cannot be filed anonymously
}

// Matters lists the matters of the mandate list in force that people may choose.
func (s *Service) Matters(ctx context.Context) ([]MatterView, error) {
	p, err := s.MandatesNow(ctx)
	if err != nil {
		return nil, err
	}
	return mattersOf(p), nil
}

func mattersOf(p *rulepack.Pack) []MatterView {
	views := make([]MatterView, 0, len(p.Matters))
	for _, m := range p.Matters {
		views = append(views, MatterView{Code: m.Code, Name: m.Name, Group: m.Group, Unit: p.UnitName(m.Lead), Clause: m.Clauses[0], Class: rulepack.ClassNames[m.Class], Named: m.Named})
	}
	return views
}
