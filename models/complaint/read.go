package complaint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// visible narrows cases to those that a post may see: of its jurisdiction, those its organisation takes part in, or
// all. A case about an organisation is never among that organisation's.
func visible(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		own := actor.OrganisationID()
		q = q.Scopes(actor.NotAbout("cases.about_id"))
		if actor.Has(org.ReadComplaints, org.ScopeCity) {
			return q
		}
		fresh := q.Session(&gorm.Session{NewDB: true})
		party := fresh.Model(&Party{}).Select("case_id").Where("organisation_id = ?", own)
		if !actor.Has(org.ReadComplaints, org.ScopeJurisdiction) {
			return q.Where("cases.id IN (?)", party)
		}
		// A scope runs when the query is built, after an Or that was chained to it; so it gets a group of its own.
		area := fresh.Scopes(actor.Within(org.ReadComplaints, "cases.estate_id"))
		return q.Where(fresh.Where(area).Or("cases.id IN (?)", party))
	}
}

// StepView is a step with the name of who took it: an office, or the resident, never a person's name.
type StepView struct {
	Step
	By string
	To string
}

// View is a case as somebody sees it.
type View struct {
	Case
	Estate   string
	UnitName string
	Lead     string
	Offered  string
	Joint    []string
	Steps    []StepView
	Allowed  []Action
	Overdue  bool
	FileIDs  []int64
}

// Filter narrows a list of cases; zero values do not.
type Filter struct {
	EstateID int64
	State    State
	Mine     bool // only those that wait for the actor's organisation
	Before   int64
	Limit    int
}

// List pages through the cases that a post may see, newest first.
func (s *Service) List(ctx context.Context, actor org.Actor, f Filter) ([]View, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return nil, err
	}
	return s.list(ctx, f, func(q *gorm.DB) *gorm.DB {
		q = q.Scopes(visible(actor))
		if f.Mine {
			own := actor.OrganisationID()
			q = q.Where("(cases.lead_id = ? OR cases.offered_id = ?) AND cases.state IN ?", own, own, []State{Dispatched, Accepted, Offered, Returned})
		}
		return q
	})
}

// ListOwn pages through the resident's own cases, newest first.
func (s *Service) ListOwn(ctx context.Context, actor org.Actor, f Filter) ([]View, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, err
	}
	return s.list(ctx, f, func(q *gorm.DB) *gorm.DB { return q.Where("cases.person_id = ?", actor.PersonID) })
}

// ListNeighbours pages through what the residents of an estate may see of each other's public cases.
func (s *Service) ListNeighbours(ctx context.Context, actor org.Actor, estateID int64, f Filter) ([]View, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		_, err := org.EstateFor(tx, actor, org.FileComplaint, estateID)
		return err
	})
	if err != nil {
		return nil, err
	}
	f.EstateID = estateID
	views, err := s.list(ctx, f, func(q *gorm.DB) *gorm.DB {
		return q.Scopes(actor.Within(org.FileComplaint, "cases.estate_id")).Where("cases.visibility = ? AND cases.display = ?", Public, Cleared)
	})
	for i := range views {
		views[i].PersonID, views[i].UnitID, views[i].UnitName, views[i].OpenID = 0, 0, "", ""
	}
	return views, err
}

func (s *Service) list(ctx context.Context, f Filter, narrow func(*gorm.DB) *gorm.DB) ([]View, error) {
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := narrow(tx.Model(&Case{}))
		if f.EstateID != 0 {
			q = q.Where("cases.estate_id = ?", f.EstateID)
		}
		if f.State != "" {
			q = q.Where("cases.state = ?", f.State)
		}
		if f.Before > 0 {
			q = q.Where("cases.id < ?", f.Before)
		}
		var rows []Case
		if err := q.Order("cases.id DESC").Limit(f.Limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = viewCases(tx, rows)
		return err
	})
	return views, err
}

// Find shows a case with its timeline to a post that may see it.
func (s *Service) Find(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return nil, err
	}
	v, err := s.find(ctx, func(q *gorm.DB) *gorm.DB { return q.Scopes(visible(actor)).Where("cases.id = ?", id) })
	if err != nil {
		return nil, err
	}
	v.Allowed = v.allowedTo(actor.OrganisationID())
	return v, nil
}

// FindOwn shows a resident's own case with its timeline.
func (s *Service) FindOwn(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, err
	}
	v, err := s.find(ctx, func(q *gorm.DB) *gorm.DB { return q.Where("cases.id = ? AND cases.person_id = ?", id, actor.PersonID) })
	if err != nil {
		return nil, err
	}
	v.Allowed = v.allowed(Confirm, Return)
	return v, nil
}

// maxExport bounds the cases of an export.
const maxExport = 1000

// ExportOwn gives the resident's own cases with everything that was written in them, newest first, at most 1000.
func (s *Service) ExportOwn(ctx context.Context, actor org.Actor) ([]View, error) {
	views, err := s.ListOwn(ctx, actor, Filter{Limit: maxExport})
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		for i := range views {
			if views[i].Steps, err = timeline(tx, &views[i].Case); err != nil {
				return err
			}
		}
		return nil
	})
	return views, err
}

func (s *Service) find(ctx context.Context, narrow func(*gorm.DB) *gorm.DB) (*View, error) {
	var found *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var c Case
		if err := narrow(tx.Model(&Case{})).Take(&c).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		views, err := viewCases(tx, []Case{c})
		if err != nil {
			return err
		}
		found = &views[0]
		found.Joint, err = jointNames(tx, c.ID)
		if err != nil {
			return err
		}
		found.Steps, err = timeline(tx, &c)
		return err
	})
	if err != nil {
		return nil, err
	}
	found.FileIDs, err = s.files.IDsFor(ctx, "case", found.ID)
	return found, err
}

func viewCases(tx *store.Tx, rows []Case) ([]View, error) {
	views := make([]View, len(rows))
	var estates, leads []int64
	for _, c := range rows {
		estates, leads = append(estates, c.EstateID), append(leads, c.LeadID, c.OfferedID)
	}
	names, err := org.EstateNames(tx, estates)
	if err != nil {
		return nil, err
	}
	orgs, err := org.Organisations(tx, leads)
	if err != nil {
		return nil, err
	}
	units, err := org.UnitNames(tx, unitsOf(rows))
	if err != nil {
		return nil, err
	}
	for i, c := range rows {
		open := c.State != Closed && c.State != Answered
		views[i] = View{Case: c, Estate: names[c.EstateID], Lead: orgs[c.LeadID].Name, Offered: orgs[c.OfferedID].Name, UnitName: units[c.UnitID],
			Overdue: open && c.DueAt != nil && tx.Now.After(*c.DueAt)}
	}
	return views, nil
}

func unitsOf(rows []Case) []int64 {
	ids := []int64{0}
	for _, c := range rows {
		ids = append(ids, c.UnitID)
	}
	return ids
}

func jointNames(tx *store.Tx, caseID int64) ([]string, error) {
	var names []string
	err := tx.Model(&Party{}).Joins("JOIN organisations ON organisations.id = case_parties.organisation_id").
		Where("case_id = ? AND role IN ?", caseID, []string{"joint", "next"}).Order("organisations.id").Pluck("organisations.name", &names).Error
	return names, err
}

// timeline loads the steps in order, the newest thousand: what was done last must never be out of sight.
func timeline(tx *store.Tx, c *Case) ([]StepView, error) {
	var steps []Step
	if err := tx.Where("case_id = ?", c.ID).Order("seq DESC").Limit(1000).Find(&steps).Error; err != nil {
		return nil, err
	}
	slices.Reverse(steps)
	var ids []int64
	for _, st := range steps {
		ids = append(ids, st.OrganisationID, st.ToID)
	}
	orgs, err := org.Organisations(tx, ids)
	if err != nil {
		return nil, err
	}
	views := make([]StepView, len(steps))
	for i, st := range steps {
		views[i] = StepView{Step: st, By: orgs[st.OrganisationID].Name, To: orgs[st.ToID].Name}
		if st.OrganisationID == 0 {
			views[i].By = "投诉人"
		}
	}
	return views, nil
}

// RevealComplainant gives the lead the person's id so that the surface can show how to reach them; the look becomes a
// step of which the complainant is told. The organisation complained about never gets here.
// Faults: ErrForbidden, ErrNotFound, ErrNotLead, fault.ErrInvalid.
func (s *Service) RevealComplainant(ctx context.Context, actor org.Actor, id int64, reason string) (int64, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明查看的原因（4至200个字），投诉人会看到"})
	}
	var person int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		c, err := lockForLead(tx, actor, id)
		if err != nil {
			return err
		}
		person = c.PersonID
		c.Version++
		step := Step{CaseID: c.ID, Seq: c.Version, Kind: Reveal, State: c.State, Text: reason, Public: true}
		if err := insertStep(tx, actor, &step); err != nil {
			return err
		}
		if err := updateCase(tx, c); err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "person.reveal", subject(c), map[string]any{"reason": reason}); err != nil {
			return err
		}
		e, err := c.event(tx)
		if err != nil {
			return err
		}
		return outbox.Append(tx, event.CaseRevealed{Case: e})
	})
	if err != nil {
		return 0, fmt.Errorf("reveal complainant: %w", err)
	}
	return person, nil
}

// MayOpenFiles reports whether the actor may open the pictures of a case: its complainant, or a post that sees it.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, caseID int64) error {
	var err error
	if actor.Post != nil {
		_, err = s.Find(ctx, actor, caseID)
	} else {
		_, err = s.FindOwn(ctx, actor, caseID)
	}
	if errors.Is(err, org.ErrForbidden) {
		return ErrNotFound
	}
	return err
}
