package complaint

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ListOwn pages through the cases in which the resident has a receipt, newest receipt first; After is a receipt's id.
func (s *Service) ListOwn(ctx context.Context, actor org.Actor, f Filter) ([]View, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, err
	}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("person_id = ?", actor.PersonID)
		if f.After > 0 {
			q = q.Where("id < ?", f.After)
		}
		var mine []Complainant
		if err := q.Order("id DESC").Limit(f.Limit).Find(&mine).Error; err != nil {
			return err
		}
		var err error
		views, err = viewOwn(tx, mine)
		return err
	})
	return views, err
}

// viewOwn shows the cases behind some receipts, in their order. Somebody whose case was merged into another reads their
// own words and place, and the progress of the other.
func viewOwn(tx *store.Tx, mine []Complainant) ([]View, error) {
	ids := []int64{0}
	for _, m := range mine {
		ids = append(ids, m.CaseID, m.FiledID)
	}
	var rows []Case
	if err := tx.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	all, err := viewCases(tx, rows)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]View, len(all))
	for _, v := range all {
		byID[v.ID] = v
	}
	views := make([]View, len(mine))
	for i, m := range mine {
		v, filed := byID[m.CaseID], byID[m.FiledID]
		if m.CaseID != m.FiledID {
			v.Into = v.Number
			v.Text, v.Place, v.Part, v.UnitID, v.UnitName, v.BuildingID = filed.Text, filed.Place, filed.Part, filed.UnitID, filed.UnitName, filed.BuildingID
			v.Redacted, v.RedactedPlace = filed.Redacted, filed.RedactedPlace
			v.Visibility, v.Display, v.Lat, v.Lng = filed.Visibility, filed.Display, filed.Lat, filed.Lng
		}
		if m.Receipt != filed.Number { // joined: the household that filed it is not theirs to know
			v.hideHome()
			if m.PersonID == 0 { // nobody has seen that they live here
				v.forStranger()
			}
		}
		v.Mine, v.filer = &mine[i], m.Receipt == filed.Number
		v.Allowed = m.allowed(&v.Case, tx.Now)
		views[i] = v
	}
	return views, nil
}

// allowed lists what a complainant may do now.
func (m *Complainant) allowed(c *Case, now time.Time) []Action {
	if m.State == Gone {
		return nil
	}
	return slices.DeleteFunc(allowed(c.State, []Who{ByComplainant}), func(a Action) bool {
		switch a {
		case Confirm:
			return m.State == Content || m.State == Next
		case Return:
			return m.State == Next
		case Urge:
			return m.UrgedAt != nil && org.DayOf(*m.UrgedAt).Equal(org.DayOf(now))
		case Reopen:
			return m.State != Silent && c.Ending != EndForced
		}
		return false
	})
}

// FindOwn shows a resident's own case with its timeline, by the id under which they filed or joined it.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) FindOwn(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	if err := actor.Must(org.FollowComplaint); err != nil {
		return nil, err
	}
	var found *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var m Complainant
		if err := tx.Scopes(ownOf(actor.PersonID, id)).Limit(1).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		v, err := ownWhole(tx, m)
		found = v
		return err
	})
	if err != nil {
		return nil, err
	}
	if found.filer {
		if found.FileIDs, err = s.files.IDsFor(ctx, "case", found.Mine.FiledID); err != nil {
			return nil, err
		}
	}
	return found, s.addOwnFiles(ctx, found)
}

// addOwnFiles adds to the steps what their pictures are, without those of other complainants.
func (s *Service) addOwnFiles(ctx context.Context, v *View) error {
	if err := s.addFiles(ctx, v.Steps); err != nil {
		return err
	}
	for i := range v.Steps {
		if !v.Mine.sees(&v.Steps[i].Step, v.filer) {
			v.Steps[i].Files = nil
		}
	}
	return nil
}

// sees reports whether this complainant may look at the pictures of a step that they read: those of the case that they filed,
// and of one that they joined the answers and what was done since. What came before may show somebody else's home.
func (m *Complainant) sees(s *Step, filer bool) bool {
	switch {
	case s.ComplainantID != 0:
		return s.ComplainantID == m.ID
	case filer && s.CaseID == m.FiledID, s.Kind == Answer:
		return true
	}
	return !s.At.Before(m.CreatedAt)
}

// maxOwn bounds the receipts of one person in one case: of several that were merged they have several.
const maxOwn = 10

// seesStep refuses a step whose pictures no receipt of the person shows.
// Fault: ErrNotFound.
func seesStep(tx *store.Tx, person int64, st *Step) error {
	var mine []Complainant
	if err := tx.Scopes(ownOf(person, st.CaseID)).Limit(maxOwn).Find(&mine).Error; err != nil {
		return err
	}
	for _, m := range mine {
		var number string
		if err := tx.Model(&Case{}).Where("id = ?", m.FiledID).Pluck("number", &number).Error; err != nil {
			return err
		}
		filer := m.Receipt == number
		steps, err := ownTimeline(tx, m, filer)
		if err != nil {
			return err
		}
		for _, s := range steps {
			if s.ID == st.ID && m.sees(&s.Step, filer) {
				return nil
			}
		}
	}
	return ErrNotFound
}

// MayOpenFiles reports whether the actor may open the pictures of a case: whoever filed it, or a post that sees it. A
// neighbour who joined reads the text, not the pictures of somebody else's home.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, caseID int64) error {
	var err error
	if actor.Post != nil {
		_, err = s.Find(ctx, actor, caseID)
	} else {
		err = s.db.View(ctx, func(tx *store.Tx) error {
			var c Case
			own := tx.Model(&Complainant{}).Select("receipt").Where("person_id = ? AND filed_id = ?", actor.PersonID, caseID)
			return store.NotFound(tx.Where("id = ? AND number IN (?)", caseID, own).Take(&c).Error, ErrNotFound)
		})
	}
	if errors.Is(err, org.ErrForbidden) {
		return ErrNotFound
	}
	return err
}

// ownWhole is a case as one of its complainants reads it, with the timeline.
func ownWhole(tx *store.Tx, m Complainant) (*View, error) {
	views, err := viewOwn(tx, []Complainant{m})
	if err != nil {
		return nil, err
	}
	v := &views[0]
	more, err := whole(tx, &v.Case)
	if err != nil {
		return nil, err
	}
	v.Joint, v.NextNames = more.Joint, more.NextNames
	v.Steps, err = ownTimeline(tx, m, v.filer)
	return v, err
}

// maxMerges bounds how many mergers a receipt's story follows; each case on the way is closed by its merger.
const maxMerges = 20

// ownTimeline is the story of a receipt: of the case that was filed, and from a merger on that of the other one. What
// other complainants wrote is theirs, and so is what an office wrote to them.
func ownTimeline(tx *store.Tx, m Complainant, filer bool) ([]StepView, error) {
	var steps []StepView
	at, since := m.FiledID, time.Time{}
	for range maxMerges {
		part, err := timeline(tx, at)
		if err != nil {
			return nil, err
		}
		for _, st := range part {
			if !st.At.Before(since) && m.reads(&st, filer && at == m.FiledID) {
				steps = append(steps, st)
			}
		}
		if at == m.CaseID || len(part) == 0 {
			break
		}
		var next int64
		if err := tx.Model(&Case{}).Where("id = ?", at).Pluck("merged_id", &next).Error; err != nil {
			return nil, err
		}
		at, since = next, mergedAt(part)
	}
	return steps, nil
}

// ownMove words a refusal for a complainant: who took their receipt back is not told that some office must act.
func (t *turn) ownMove(err error) error {
	if t.mine != nil && t.mine.State == Gone && errors.Is(err, ErrNotLead) {
		return ErrGone
	}
	return err
}

// looked is what the step of a look at a complainant keeps: why, and whose details they were.
type looked struct {
	Why     string `json:"why"`
	Receipt string `json:"receipt,omitempty"`
}

func (t *turn) looked() looked {
	l := looked{Why: t.in.Text}
	if t.mine != nil {
		l.Receipt = t.mine.Receipt
	}
	return l
}

// reads leaves of a step what this complainant may read, and reports whether they may know of it at all. In a case that
// somebody else filed an office speaks to that person, too: of its words a joiner reads what was done and comes next, and
// what was written since they joined, without what leads to a home. A look at somebody's details is told to them alone.
func (m *Complainant) reads(s *StepView, filed bool) bool {
	switch {
	case !s.Public:
		return false
	case s.ComplainantID == m.ID:
		s.By = "您"
		if s.Office != "" {
			s.By = "您（由" + s.Office + "记录）"
		}
		return true
	case s.ComplainantID != 0:
		s.By, s.Text, s.Detail = "另一位投诉人", "", ""
		return true
	}
	if s.Kind == Reveal {
		var l looked
		if err := json.Unmarshal([]byte(s.Detail), &l); err != nil || l.Receipt == "" {
			return filed
		}
		return l.Receipt == m.Receipt
	}
	if filed { // an office cannot take back a promise by a redaction
		return true
	}
	if s.Redacted != "" {
		s.Text, s.Detail = s.Redacted, ""
	}
	switch {
	case s.Kind == File: // why it went where it did
	case s.Kind == Screen, s.At.Before(m.CreatedAt) && s.Kind != Answer:
		s.Text = ""
	case s.Kind == Answer && s.Redacted == "":
		s.Text = withoutContact(s.Step)
	default:
		s.Text = forAnybody(s.Text)
	}
	s.Detail = ""
	return true
}

// withoutContact is an answer without whom the office spoke to.
func withoutContact(st Step) string {
	var r Report
	if err := json.Unmarshal([]byte(st.Detail), &r); err != nil || r.Did == "" {
		return ""
	}
	return forAnybody("受理：" + r.AcceptedOn + "\n办理：" + r.Did + "\n下一步：" + r.Next)
}

// mergedAt is when the case of a timeline was merged into another; what is written in it later changes nothing.
func mergedAt(steps []StepView) time.Time {
	for _, s := range steps {
		if s.Kind == Merge && s.State == Merged {
			return s.At
		}
	}
	return steps[len(steps)-1].At
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
			if views[i].Steps, err = ownTimeline(tx, *views[i].Mine, views[i].filer); err != nil {
				return err
			}
		}
		return nil
	})
	return views, err
}
