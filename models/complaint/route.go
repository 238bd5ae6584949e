package complaint

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
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
	next  []int64
	due   *time.Time
	guess bool // due is 参考时限
	stamp string
}

// route decides who handles a complaint about a matter and resolves the bodies in the register.
func (s *Service) route(tx *store.Tx, e *org.Estate, matter, about string) (*route, error) {
	m, known := s.pack.Matter(matter)
	if matter != "" && !known {
		return nil, ErrMatter
	}
	if about == "" {
		about = m.About
	}
	has := routing.Bodies{Company: e.CompanyID != 0, Committee: e.CommitteeID != 0, Community: e.CommunityID != 0}
	r := &route{Route: routing.Decide(s.pack, routing.Facts{Matter: matter, About: about, Has: has})}
	var err error
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
	for _, leg := range r.Next {
		if r.next, err = appendBody(tx, e, r.next, leg.Unit.Ref); err != nil {
			return nil, err
		}
	}
	return r, s.setClock(tx, r, string(r.Class))
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

// setClock computes the due date from dispatch, which is now. Without a confirmed local value it is 参考时限; without
// any value there is none.
func (s *Service) setClock(tx *store.Tx, r *route, class string) error {
	set, err := org.Rules(tx, tx.Now, s.pack.Code)
	if err != nil {
		return err
	}
	r.stamp = set.Stamp()
	due, reference, err := dueFrom(set, class, tx.Now)
	if errors.Is(err, rulepack.ErrUnset) {
		return nil
	}
	r.due, r.guess = due, reference
	return err
}

// dueFrom is when a case of a class is due if it is dispatched at now: natural hours, or the end of the last of so
// many working days.
func dueFrom(set *rulepack.Set, class string, now time.Time) (*time.Time, bool, error) {
	key := "complaint.clock." + class
	term, err := set.Clock(key)
	if err != nil {
		return nil, false, err
	}
	v, err := set.Find(key)
	if err != nil {
		return nil, false, err
	}
	due, reference := now.Add(time.Duration(term.Hours)*time.Hour), v.Reference
	if term.WorkingDays > 0 {
		days, err := workingDays(set)
		if err != nil {
			return nil, false, err
		}
		var known bool
		if due, known = days.Due(now, term.WorkingDays); !known {
			reference = true // a year whose holidays nobody has entered: the date may move
		}
	}
	due = due.UTC().Truncate(time.Second)
	return &due, reference, nil
}

// workingDays is the national calendar with the days that the bureau has entered over it.
func workingDays(set *rulepack.Set) (calendar.Calendar, error) {
	days := calendar.National()
	lines, err := set.List("calendar.days")
	if errors.Is(err, rulepack.ErrUnset) {
		return days, nil
	}
	if err != nil {
		return days, err
	}
	o, err := calendar.ParseOverrides(lines)
	if err != nil {
		return days, err
	}
	return days.With(o), nil
}

// restartClock gives a returned case a new due date.
func (s *Service) restartClock(tx *store.Tx, c *Case) error {
	r := &route{}
	if err := s.setClock(tx, r, c.Class); err != nil {
		return err
	}
	c.DueAt, c.DueReference, c.MandateVersion = r.due, r.guess, r.stamp
	return nil
}

func (r *route) apply(c *Case) {
	c.Matter, c.MatterName, c.Clause, c.ClauseText, c.Class = r.Matter, r.MatterName, r.Clause, r.ClauseText, string(r.Class)
	c.Level, c.LeadID, c.AboutID, c.RouteReason = string(r.Level), r.lead, r.about, r.Reason
	c.DueAt, c.DueReference, c.MandateVersion = r.due, r.guess, r.stamp
}

// MatterView is a matter as people choose it.
type MatterView struct {
	Code, Name, Group, Unit, Clause, Class string
}

// Matters lists the mandate list's matters that people may choose.
func (s *Service) Matters() []MatterView {
	views := make([]MatterView, 0, len(s.pack.Matters))
	for _, m := range s.pack.Matters {
		views = append(views, MatterView{Code: m.Code, Name: m.Name, Group: m.Group, Unit: s.pack.UnitName(m.Lead), Clause: m.Clauses[0], Class: rulepack.ClassNames[m.Class]})
	}
	return views
}
