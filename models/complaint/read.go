package complaint

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// StepView is a step with the name of who took it: an office, or a complainant, never a person's name.
type StepView struct {
	Step
	By     string
	To     string
	Office string // whose post took it, or wrote it down for a complainant
	Files  []int64
}

// Find shows a case with its timeline to a post that may see it.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) Find(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return nil, err
	}
	var found *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var c Case
		if err := tx.Scopes(visible(actor)).Where("cases.id = ?", id).Take(&c).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		v, err := whole(tx, &c)
		if err != nil {
			return err
		}
		one := []View{*v}
		if err := cover(tx, actor, one); err != nil {
			return err
		}
		v = &one[0]
		if v.Steps, err = timeline(tx, c.ID); err != nil {
			return err
		}
		if v.Allowed, err = c.allowedTo(tx, actor); err != nil {
			return err
		}
		err = tx.Model(&Party{}).Where("case_id = ? AND organisation_id = ?", c.ID, actor.OrganisationID()).Limit(1).Pluck("post_id", &v.Post).Error
		found = v
		return err
	})
	if err != nil {
		return nil, err
	}
	// A part of a split case was filed with the whole.
	if found.FileIDs, err = s.files.IDsFor(ctx, "case", found.root()); err != nil {
		return nil, err
	}
	return found, s.addFiles(ctx, found.Steps)
}

// stepFiles is the kind of subject that a step's pictures are tied to.
const stepFiles = "case_step"

// addFiles adds to steps what is attached to them.
func (s *Service) addFiles(ctx context.Context, steps []StepView) error {
	ids := make([]int64, len(steps))
	for i, st := range steps {
		ids[i] = st.ID
	}
	files, err := s.files.IDsForAll(ctx, stepFiles, ids)
	for i := range steps {
		steps[i].Files = files[steps[i].ID]
	}
	return err
}

// MayOpenStepFiles reports whether the actor may open the pictures of a step: a post that sees the case, or a complainant whose
// timeline shows them.
func (s *Service) MayOpenStepFiles(ctx context.Context, actor org.Actor, stepID int64) error {
	var st Step
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Where("id = ?", stepID).Take(&st).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		if actor.Post != nil {
			return nil
		}
		return seesStep(tx, actor.PersonID, &st)
	})
	if err == nil && actor.Post != nil {
		_, err = s.Find(ctx, actor, st.CaseID)
	}
	if errors.Is(err, org.ErrForbidden) {
		return ErrNotFound
	}
	return err
}

// whole adds to a case what a list leaves out: who takes part, its parts and what it became.
func whole(tx *store.Tx, c *Case) (*View, error) {
	views, err := viewCases(tx, []Case{*c})
	if err != nil {
		return nil, err
	}
	v := &views[0]
	var parties []Party
	if err := tx.Where("case_id = ? AND role IN ?", c.ID, []string{"joint", "next"}).Order("role DESC, leg, organisation_id").Find(&parties).Error; err != nil {
		return nil, err
	}
	if err := tx.Where("parent_id = ?", c.ID).Order("id").Limit(100).Find(&v.Parts).Error; err != nil {
		return nil, err
	}
	ids := []int64{0}
	for _, p := range parties {
		ids = append(ids, p.OrganisationID)
	}
	for _, p := range v.Parts {
		ids = append(ids, p.LeadID)
	}
	names, err := org.Organisations(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range parties {
		v.Joint = append(v.Joint, names[p.OrganisationID].Name)
		if p.Role == "next" {
			v.Next, v.NextNames = append(v.Next, p), append(v.NextNames, names[p.OrganisationID].Name)
		}
	}
	for _, p := range v.Parts {
		v.PartLeads = append(v.PartLeads, names[p.LeadID].Name)
	}
	if c.MergedID != 0 {
		err = tx.Model(&Case{}).Where("id = ?", c.MergedID).Pluck("number", &v.Into).Error
	}
	return v, err
}

// timeline loads the steps in order, the newest thousand: what was done last must never be out of sight.
func timeline(tx *store.Tx, caseID int64) ([]StepView, error) {
	var steps []Step
	if err := tx.Where("case_id = ?", caseID).Order("seq DESC").Limit(1000).Find(&steps).Error; err != nil {
		return nil, err
	}
	slices.Reverse(steps)
	ids := []int64{0}
	receipts := []int64{0}
	for _, st := range steps {
		ids, receipts = append(ids, st.OrganisationID, st.ToID), append(receipts, st.ComplainantID)
	}
	orgs, err := org.Organisations(tx, ids)
	if err != nil {
		return nil, err
	}
	var people []Complainant
	if err := tx.Select("id", "receipt").Where("id IN ?", receipts).Find(&people).Error; err != nil {
		return nil, err
	}
	receipt := map[int64]string{}
	for _, p := range people {
		receipt[p.ID] = p.Receipt
	}
	views := make([]StepView, len(steps))
	for i, st := range steps {
		office := orgs[st.OrganisationID].Name
		views[i] = StepView{Step: st, By: office, To: orgs[st.ToID].Name, Office: office}
		switch {
		case st.ComplainantID != 0:
			views[i].By = "投诉人（" + receipt[st.ComplainantID] + written(office) + "）"
		case st.OrganisationID == 0 && (st.Kind == Resume || st.Kind == Escalate || st.Kind == Lapse || st.Kind == Gather):
			views[i].By = "系统"
		case st.OrganisationID == 0:
			views[i].By = "投诉人"
		}
	}
	return views, nil
}

// written names the office that wrote down what a complainant said.
func written(office string) string {
	if office == "" {
		return ""
	}
	return "，由" + office + "记录"
}

// Reached is how to reach a complainant: an account, or the details that an office wrote down.
type Reached struct {
	PersonID int64
	Name     string
	Phone    string
}

// RevealComplainant gives the lead a way to reach a complainant, the first one unless a receipt is named; the look
// becomes a step of which the complainants are told. The organisation complained about never gets here, and an estate's
// company or committee not where the complainant asked to be covered.
// Faults: ErrForbidden, ErrNotFound, ErrNotLead, ErrMove, ErrSealed, ErrAnonymous, ErrNobody, fault.ErrInvalid.
func (s *Service) RevealComplainant(ctx context.Context, actor org.Actor, id int64, receipt, reason string) (Reached, error) {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return Reached{}, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "请写明查看的原因（4至200个字），投诉人会看到"})
	}
	var found Reached
	_, err := s.act(ctx, actor, id, Reveal, Input{Text: reason}, func(t *turn) error {
		if err := s.office(t, actor, id); err != nil {
			return err
		}
		var m Complainant
		q := t.tx.Where("case_id = ? AND state <> ?", t.c.root(), Gone).Order("id")
		if receipt != "" {
			q = q.Where("receipt = ?", receipt)
		}
		if err := q.Limit(1).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrNobody)
		}
		covered := m.Hidden == Sealed && (actor.Post.OrgKind == org.Company || actor.Post.OrgKind == org.Committee)
		switch {
		case covered:
			return ErrSealed
		case m.Hidden == Anonymous:
			return ErrAnonymous
		case m.PersonID == 0 && m.PhoneSealed == "":
			return ErrNobody
		}
		t.mine = &m // whose details they are, for the step
		found = Reached{PersonID: m.PersonID}
		if m.PersonID != 0 {
			return nil
		}
		var err error
		if found.Name, err = s.vault.Open(m.NameSealed, "complainants.name"); err != nil {
			return err
		}
		found.Phone, err = s.vault.Open(m.PhoneSealed, "complainants.phone")
		return err
	})
	if err != nil {
		return Reached{}, err
	}
	return found, nil
}
