package complaint

import (
	"slices"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// MayRead reports whether a post may read a case; other packages ask it before they show what belongs to the case.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) MayRead(tx *store.Tx, actor org.Actor, id int64) error {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return err
	}
	var c Case
	return store.NotFound(tx.Select("cases.id").Scopes(visible(actor)).Where("cases.id = ?", id).Take(&c).Error, ErrNotFound)
}

// Readable says which of some cases the actor may read: those that a post sees, and those in which a person has a receipt. Other packages ask
// it before they name a case.
func Readable(tx *store.Tx, actor org.Actor, ids []int64) (map[int64]bool, error) {
	may := map[int64]bool{}
	for part := range slices.Chunk(ids, 900) {
		var found []int64
		if actor.Post != nil {
			if actor.Must(org.ReadComplaints) != nil {
				return may, nil
			}
			if err := tx.Model(&Case{}).Scopes(visible(actor)).Where("cases.id IN ?", part).Pluck("cases.id", &found).Error; err != nil {
				return nil, err
			}
		} else {
			var mine []Complainant
			if err := tx.Select("case_id", "filed_id").Where("person_id = ? AND (case_id IN ? OR filed_id IN ?)", actor.PersonID, part, part).Find(&mine).Error; err != nil {
				return nil, err
			}
			for _, m := range mine {
				found = append(found, m.CaseID, m.FiledID)
			}
		}
		for _, id := range found {
			may[id] = true
		}
	}
	return may, nil
}

// Watcher hears of each step that an office takes in a case, in the transaction of the step.
type Watcher func(tx *store.Tx, caseID, organisation int64) error

// OnStep adds who hears of offices' steps. It is called while the services are wired.
func (s *Service) OnStep(w ...Watcher) { s.watchers = append(s.watchers, w...) }

// watched tells of a step that the office took for itself. What it wrote down for a complainant is not its work.
func (t *turn) watched() error {
	if t.step.OrganisationID == 0 || t.step.ComplainantID != 0 {
		return nil
	}
	for _, w := range t.watchers {
		if err := w(t.tx, t.c.ID, t.step.OrganisationID); err != nil {
			return err
		}
	}
	return nil
}

// Stepped tells whether one of some offices has taken a step of its own in a case after a time.
func (s *Service) Stepped(tx *store.Tx, caseID int64, offices []int64, after time.Time) (bool, error) {
	var ids []int64
	err := tx.Model(&Step{}).Where("case_id = ? AND organisation_id IN ? AND complainant_id = 0 AND at > ?", caseID, offices, after).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}
