package fund

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ListProjects pages through the projects of an estate, newest first; residents see those that were published. An empty state is all.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListProjects(ctx context.Context, actor org.Actor, estate int64, state ProjectState, before int64, limit int) ([]Project, error) {
	if err := actor.Must(org.ReadProjects); err != nil {
		return nil, err
	}
	var rows []Project
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadProjects, estate)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ?", e.ID)
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if actor.Post == nil {
			q = q.Where("state <> ? OR person_id = ?", ProjectDraft, actor.PersonID)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// ReviewPage is where a page of overdue reviews begins: after this one. The zero value is the beginning.
type ReviewPage struct {
	Open time.Time
	ID   int64
}

// ListOverdueReviews pages through the emergencies and repairs by order whose later review is overdue, the longest first.
// Faults: org.ErrForbidden.
func (s *Service) ListOverdueReviews(ctx context.Context, actor org.Actor, after ReviewPage, limit int) ([]Project, error) {
	if err := actor.Must(org.WatchProject); err != nil {
		return nil, err
	}
	var rows []Project
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Scopes(actor.Within(org.WatchProject, "fund_projects.estate_id")).Where("review_open < ?", dayOf(calendar.DateOf(tx.Now)))
		if after.ID != 0 {
			q = q.Where("review_open >= ? AND (review_open > ? OR id > ?)", after.Open, after.Open, after.ID)
		}
		return q.Order("review_open, id").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// Now is the moment by which lateness is shown.
func (s *Service) Now() time.Time { return s.db.Now() }

// OverdueDays is how many days a review is late; 0 where it is not.
func (p *Project) OverdueDays(now time.Time) int64 {
	if p.ReviewOpen == nil {
		return 0
	}
	return max(int64(dayOf(calendar.DateOf(now)).Sub(*p.ReviewOpen)/(24*time.Hour)), 0)
}

// ProjectView is a project with everything that belongs to it.
type ProjectView struct {
	Project
	Estate      string
	InCharge    string
	Where       string // the scope in words
	Items       []ProjectItem
	Quotes      []Quote
	Opinions    []Opinion
	Notes       []ProjectNote
	Acceptances []Acceptance
	Objections  []ProjectObjection
	Payments    []ProjectPayment
	Gates       []Gate
	Cancelling  string                       // why somebody asks to cancel it, until that is decided
	Outstanding money.Fen                    // paid ahead, neither come back nor used up
	Files       map[string]map[int64][]int64 // of each kind, by the row that they are attached to
	Codes       map[int64]string             // doors of the units that are named
}

// maxListed bounds the lists inside one project.
const maxListed = 300

// FindProject shows a project: offices everything, owners what was published and what is their own.
// Faults: org.ErrForbidden, ErrNoProject.
func (s *Service) FindProject(ctx context.Context, actor org.Actor, id int64) (*ProjectView, error) {
	if err := actor.Must(org.ReadProjects); err != nil {
		return nil, err
	}
	var v *ProjectView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := projectFor(tx, actor, org.ReadProjects, id, false)
		if err != nil {
			return err
		}
		v = &ProjectView{Project: *p, Files: map[string]map[int64][]int64{}, Codes: map[int64]string{}}
		for _, list := range []any{&v.Items, &v.Notes, &v.Acceptances, &v.Objections, &v.Payments} {
			if err := tx.Where("project_id = ?", p.ID).Order("id").Limit(2 * maxListed).Find(list).Error; err != nil {
				return err
			}
		}
		if err := tx.Where("project_id = ?", p.ID).Order("stage").Limit(3).Find(&v.Opinions).Error; err != nil {
			return err
		}
		if err := tx.Model(&Cancellation{}).Where("live = ?", p.ID).Limit(1).Pluck("reason", &v.Cancelling).Error; err != nil {
			return err
		}
		if p.State != ProjectPaid {
			if v.Outstanding, err = outstanding(tx, p.ID); err != nil {
				return err
			}
		}
		if v.Quotes, err = quotesOf(tx, p.ID); err != nil {
			return err
		}
		if actor.Post == nil {
			v.Objections = slices.DeleteFunc(v.Objections, func(o ProjectObjection) bool { return o.PersonID != actor.PersonID })
		}
		return s.fillProject(tx, v)
	})
	return v, err
}

// fillProject adds names, gates and files.
func (s *Service) fillProject(tx *store.Tx, v *ProjectView) error {
	names, err := org.EstateNames(tx, []int64{v.EstateID})
	if err != nil {
		return err
	}
	offices, err := org.Organisations(tx, []int64{v.OrganisationID})
	if err != nil {
		return err
	}
	v.Estate, v.InCharge = names[v.EstateID], offices[v.OrganisationID].Name
	if v.Where, err = scopeWords(tx, &v.Project); err != nil {
		return err
	}
	for _, kind := range []PaymentKind{AdvancePayment, FinalPayment} {
		list, err := s.gates(tx, &v.Project, kind)
		if err != nil {
			return err
		}
		v.Gates = append(v.Gates, list...)
	}
	units := []int64{0}
	for _, o := range v.Objections {
		units = append(units, o.UnitID)
	}
	for _, a := range v.Acceptances {
		units = append(units, a.UnitID)
	}
	var doors []door
	if err := registered(tx, v.EstateID).Where("u.id IN ?", units[:min(len(units), 900)]).Scan(&doors).Error; err != nil {
		return err
	}
	doors, err = ordered(doors)
	for _, d := range doors {
		v.Codes[d.ID] = d.Code
	}
	return errors.Join(err, s.fillFiles(tx, v))
}

func (s *Service) fillFiles(tx *store.Tx, v *ProjectView) error {
	own := []int64{v.ID}
	kinds := map[string][]int64{"fund_project": own, "fund_contract": own, "fund_final": own}
	for _, q := range v.Quotes {
		kinds["fund_quote"] = append(kinds["fund_quote"], q.ID)
	}
	for _, n := range v.Notes {
		if n.What == "worked" {
			kinds["fund_work"] = append(kinds["fund_work"], n.ID)
		}
	}
	for _, a := range v.Acceptances {
		kinds["fund_acceptance"] = append(kinds["fund_acceptance"], a.ID)
	}
	for kind, ids := range kinds {
		var err error
		if v.Files[kind], err = s.o.Files.IDsIn(tx, kind, ids[:min(len(ids), 900)]); err != nil {
			return err
		}
	}
	return nil
}

// ProjectFiles are the kinds of what files of a project are attached to.
var ProjectFiles = []string{"fund_project", "fund_contract", "fund_final", "fund_quote", "fund_work", "fund_acceptance"}

// MayOpenProjectFiles reports with ErrNoProject whether somebody may open what is attached to a project or to something of it.
func (s *Service) MayOpenProjectFiles(ctx context.Context, actor org.Actor, kind string, id int64) error {
	if err := actor.Must(org.ReadProjects); err != nil {
		return err
	}
	return s.db.View(ctx, func(tx *store.Tx) error {
		table := map[string]string{"fund_quote": "fund_quotes", "fund_work": "fund_project_notes", "fund_acceptance": "fund_acceptances"}[kind]
		if table != "" {
			var ids []int64
			if err := tx.Table(table).Where("id = ?", id).Limit(1).Pluck("project_id", &ids).Error; err != nil {
				return err
			}
			if len(ids) == 0 {
				return ErrNoProject
			}
			id = ids[0]
		}
		_, err := projectFor(tx, actor, org.ReadProjects, id, false)
		return err
	})
}
