package complaint

import (
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
