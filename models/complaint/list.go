package complaint

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// visible narrows cases to those that a post may see: of its jurisdiction, those its organisation takes part in, or
// all. A case about an organisation is never among that organisation's.
func visible(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = actor.NotAbout("cases.about_id")(q) // called: a scope within a scope would not run
		if actor.Has(org.ReadComplaints, org.ScopeCity) {
			return q
		}
		fresh := q.Session(&gorm.Session{NewDB: true})
		party := fresh.Model(&Party{}).Select("case_id").Where("organisation_id = ?", actor.OrganisationID())
		if !actor.Has(org.ReadComplaints, org.ScopeJurisdiction) {
			return q.Where("cases.id IN (?)", party)
		}
		// A scope runs when the query is built, after an Or that was chained to it; so it gets a group of its own.
		area := fresh.Scopes(inArea(actor))
		return q.Where(fresh.Where(area).Or("cases.id IN (?)", party))
	}
}

// inArea narrows cases to those of the estates that an office answers for.
func inArea(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		switch {
		case actor.Has(org.ReadComplaints, org.ScopeCity):
			return q
		case actor.Has(org.ReadComplaints, org.ScopeJurisdiction) && actor.Post.OrgKind == org.Township:
			return q.Where("cases.township_id = ?", actor.OrganisationID())
		case actor.Has(org.ReadComplaints, org.ScopeJurisdiction) && actor.Post.OrgKind == org.Community:
			return q.Where("cases.community_id = ?", actor.OrganisationID())
		}
		return actor.Within(org.ReadComplaints, "cases.estate_id")(q)
	}
}

// View is a case as somebody sees it.
type View struct {
	Case
	Estate     string
	UnitName   string
	Lead       string
	Offered    string
	Supervisor string
	Joint      []string
	Next       []Party // later legs, in order
	NextNames  []string
	Parts      []Case // of a split case
	PartLeads  []string
	Into       string // number of the case that it was merged into
	Steps      []StepView
	Allowed    []Action
	Overdue    bool
	// StepOverdue says that an office has let the time of the present step pass; for offices alone.
	StepOverdue bool
	Mine        *Complainant // of a complainant who looks
	Post        int64        // the post of the office that works on it
	FileIDs     []int64
	filer       bool // who looks is who filed it
}

// WorkList says which cases a post wants to see.
type WorkList string

// The work lists. Those of open work are in the order of urgency: danger, then what is due first.
const (
	AllCases     WorkList = "all"     // open and closed, newest first
	WaitingCases WorkList = "waiting" // it is my office's turn
	PostCases    WorkList = "mine"    // my post works on it
	UnitCases    WorkList = "unit"    // my office takes part
	AreaCases    WorkList = "area"    // open in my jurisdiction
)

// Filter narrows a list of cases; zero values do not.
type Filter struct {
	List     WorkList
	EstateID int64
	State    State
	Matter   string
	Source   Source
	LeadID   int64
	Overdue  bool
	Urgent   bool
	From     time.Time
	To       time.Time
	// Place after which the page begins: the order in a list of open work, else the id alone.
	AfterQueue int64
	After      int64
	Limit      int
}

// List pages through the cases of a work list.
func (s *Service) List(ctx context.Context, actor org.Actor, f Filter) ([]View, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return nil, err
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := listed(tx, actor, f)
		if err != nil {
			return err
		}
		if views, err = viewCases(tx, rows); err != nil {
			return err
		}
		return cover(tx, actor, views)
	})
	return views, err
}

// cover keeps the household from the estate's company and committee where a complainant asked to be sealed from them: a
// unit's number is as good as a name.
func cover(tx *store.Tx, actor org.Actor, views []View) error {
	if actor.Post == nil || (actor.Post.OrgKind != org.Company && actor.Post.OrgKind != org.Committee) {
		return nil
	}
	ids := []int64{0}
	for _, v := range views {
		ids = append(ids, v.root())
	}
	// A merger takes the receipts to another case; the one that was filed stays covered.
	var covered []Complainant
	err := tx.Select("case_id", "filed_id").Where("(case_id IN ? OR filed_id IN ?) AND hidden = ?", ids, ids, Sealed).Limit(len(ids) * 2 * maxPeople).Find(&covered).Error
	if err != nil {
		return err
	}
	sealed := map[int64]bool{}
	for _, m := range covered {
		sealed[m.CaseID], sealed[m.FiledID] = true, true
	}
	for i := range views {
		if sealed[views[i].root()] {
			views[i].withoutHome()
		}
	}
	return nil
}

// listed runs the query of a work list.
func listed(tx *store.Tx, actor org.Actor, f Filter) ([]Case, error) {
	if f.List == AllCases || f.List == "" {
		return allCases(tx, actor, &f)
	}
	q := tx.Model(&Case{}).Scopes(f.narrow(tx.Now))
	own := actor.OrganisationID()
	_, post, _, _ := actor.AuditTrail()
	party := func(where string, args ...any) {
		q = q.Scopes(actor.NotAbout("cases.about_id")).Joins("JOIN case_parties p ON p.case_id = cases.id").Where(where, args...)
		if f.After > 0 {
			q = q.Where("(p.queue > ? OR (p.queue = ? AND p.case_id > ?))", f.AfterQueue, f.AfterQueue, f.After)
		}
		q = q.Order("p.queue, p.case_id")
	}
	switch f.List {
	case WaitingCases:
		party("p.organisation_id = ? AND p.waiting = ?", own, true)
	case UnitCases:
		party("p.organisation_id = ? AND p.open = ?", own, true)
	case PostCases:
		party("p.post_id = ? AND p.open = ?", post, true)
	default: // AreaCases
		q = q.Scopes(actor.NotAbout("cases.about_id")).Where("cases.open = ?", true)
		if estates, err := ownEstates(tx, actor); err != nil {
			return nil, err
		} else if estates != nil {
			q = q.Where("cases.estate_id IN ?", estates)
		} else {
			q = q.Scopes(inArea(actor))
		}
		if f.After > 0 {
			q = q.Where("(cases.queue > ? OR (cases.queue = ? AND cases.id > ?))", f.AfterQueue, f.AfterQueue, f.After)
		}
		var ids []int64 // the key of the whole city's open cases holds what a filter asks for
		if err := q.Order("cases.queue, cases.id").Limit(f.Limit).Pluck("cases.id", &ids).Error; err != nil {
			return nil, err
		}
		return page(tx, ids)
	}
	var rows []Case
	return rows, q.Limit(f.Limit).Find(&rows).Error
}

// narrow applies what all lists share.
func (f *Filter) narrow(now time.Time) func(*gorm.DB) *gorm.DB { return f.narrowed("cases", now) }

// narrowed applies it to a table that holds the columns of a case by which lists narrow.
func (f *Filter) narrowed(table string, now time.Time) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		for _, w := range []struct {
			on    bool
			where string
			value any
		}{
			{f.EstateID != 0, ".estate_id = ?", f.EstateID}, {f.State != "", ".state = ?", f.State}, {f.Matter != "", ".matter = ?", f.Matter},
			{f.Source != "", ".source = ?", f.Source}, {f.LeadID != 0, ".lead_id = ?", f.LeadID}, {f.Urgent, ".urgent = ?", true},
			{!f.From.IsZero(), ".created_at >= ?", f.From}, {!f.To.IsZero(), ".created_at < ?", f.To},
		} {
			if w.on {
				q = q.Where(table+w.where, w.value)
			}
		}
		if f.Overdue {
			q = q.Where(table+".open = ? AND ("+table+".due_at < ? OR "+table+".step_due_at < ?) AND "+table+".state IN ?", true, now, now, ticking)
		}
		return q
	}
}

// ticking are the states in which an office's clock runs.
var ticking = []State{Dispatched, Offered, Arbitration, Accepted, Planned, Parted, Returned}

// overdue reports whether an office has let the time pass.
func (c *Case) overdue(now time.Time) bool {
	return slices.Contains(ticking, c.State) && c.DueAt != nil && now.After(*c.DueAt)
}

// ListNeighbours pages through what the residents of an estate may see of each other's public cases, newest first.
func (s *Service) ListNeighbours(ctx context.Context, actor org.Actor, estateID int64, f Filter) ([]View, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.FileComplaint, estateID); err != nil {
			return err
		}
		q := tx.Scopes(actor.Within(org.FileComplaint, "cases.estate_id"), shown).Where("cases.estate_id = ?", estateID)
		if f.After > 0 {
			q = q.Where("cases.id < ?", f.After)
		}
		var rows []Case
		if err := q.Order("cases.id DESC").Limit(f.Limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = viewCases(tx, rows)
		return err
	})
	for i := range views {
		views[i].hideHome()
	}
	return views, err
}

// withoutHome takes out what leads to the household that filed the case.
func (v *View) withoutHome() { v.UnitID, v.UnitName, v.Lat, v.Lng = 0, "", 0, 0 }

// hideHome takes out of a view what leads a neighbour to the household, in the words of the place as well: people write the
// number on their door or their phone there. Who reports through an open interface was told that only offices read their words
// of the place.
func (v *View) hideHome() {
	v.withoutHome()
	if v.Redacted != "" {
		v.Text = v.Redacted
	}
	v.Place = forAnybody(cmp.Or(v.RedactedPlace, v.Place))
	if v.Source == FromOpen311 {
		v.Place = ""
	}
}

func viewCases(tx *store.Tx, rows []Case) ([]View, error) {
	views := make([]View, len(rows))
	var estates, orgIDs []int64
	units := []int64{0}
	for _, c := range rows {
		estates, orgIDs, units = append(estates, c.EstateID), append(orgIDs, c.LeadID, c.OfferedID, c.SupervisorID), append(units, c.UnitID)
	}
	names, err := org.EstateNames(tx, estates)
	if err != nil {
		return nil, err
	}
	orgs, err := org.Organisations(tx, orgIDs)
	if err != nil {
		return nil, err
	}
	unitNames, err := org.UnitNames(tx, units)
	if err != nil {
		return nil, err
	}
	for i, c := range rows {
		views[i] = View{Case: c, Estate: names[c.EstateID], Lead: orgs[c.LeadID].Name, Offered: orgs[c.OfferedID].Name, Supervisor: orgs[c.SupervisorID].Name,
			UnitName: unitNames[c.UnitID], Overdue: c.overdue(tx.Now), StepOverdue: slices.Contains(ticking, c.State) && c.StepDueAt != nil && tx.Now.After(*c.StepDueAt)}
	}
	return views, nil
}

// Relocate keeps the work lists right when an estate comes to another community or township.
func (s *Service) Relocate(tx *store.Tx, estate, community, township int64) error {
	return tx.Model(&Case{}).Where("estate_id = ?", estate).Updates(map[string]any{"community_id": community, "township_id": township}).Error
}
