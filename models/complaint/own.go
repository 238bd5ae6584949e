package complaint

import (
	"context"
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
			return m.State == Content
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
		if at := v.Steps[i].ComplainantID; at != 0 && at != v.Mine.ID {
			v.Steps[i].Files = nil
		}
	}
	return nil
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
	v.Steps, err = ownTimeline(tx, m)
	return v, err
}

// maxMerges bounds how many mergers a receipt's story follows; each case on the way is closed by its merger.
const maxMerges = 20

// ownTimeline is the story of a receipt: of the case that was filed, and from a merger on that of the other one. What
// other complainants wrote is theirs. Whoever filed the case reads what offices wrote in it as they wrote it: an office cannot
// take back a promise by a redaction. Whoever joined it, or came by a merger, reads what a reviewer put in its place, and
// otherwise the words without what leads to somebody's phone or door.
func ownTimeline(tx *store.Tx, m Complainant) ([]StepView, error) {
	var steps []StepView
	at, since := m.FiledID, time.Time{}
	for range maxMerges {
		part, err := timeline(tx, at)
		if err != nil {
			return nil, err
		}
		steps = append(steps, slices.DeleteFunc(part, func(s StepView) bool { return s.At.Before(since) })...)
		if at == m.CaseID || len(part) == 0 {
			break
		}
		var next int64
		if err := tx.Model(&Case{}).Where("id = ?", at).Pluck("merged_id", &next).Error; err != nil {
			return nil, err
		}
		at, since = next, mergedAt(part)
	}
	steps = slices.DeleteFunc(steps, func(s StepView) bool { return !s.Public })
	filed, err := m.filedIt(tx)
	if err != nil {
		return nil, err
	}
	for i := range steps {
		switch steps[i].ComplainantID {
		case 0:
			if !filed || steps[i].CaseID != m.FiledID {
				steps[i].forOthers()
			}
		case m.ID:
			steps[i].By = "您"
			if steps[i].Office != "" {
				steps[i].By = "您（由" + steps[i].Office + "记录）"
			}
		default:
			steps[i].By, steps[i].Text, steps[i].Detail = "另一位投诉人", "", ""
		}
	}
	return steps, nil
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
			if views[i].Steps, err = ownTimeline(tx, *views[i].Mine); err != nil {
				return err
			}
		}
		return nil
	})
	return views, err
}
