package assembly

import (
	"context"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// CandidateView is a candidate as those who may read it see it: by name once they agreed to it.
type CandidateView struct {
	Candidate
	Name    string
	Mine    bool
	Checked []Checked
	Backers int64
	FileIDs []int64 // for the offices and the candidate
}

// Candidates lists who stands in a meeting, in the order of the ballot, then of the nominations, and how that order came about. Who has
// not agreed yet is shown to conveners, to themself and to their nominator, and not by name.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) Candidates(ctx context.Context, actor org.Actor, meeting int64) (list []CandidateView, order *CandidateList, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, meeting)
		if err != nil {
			return err
		}
		var rows []Candidate
		if err := tx.Where("meeting_id = ?", m.ID).Order("at, id").Limit(500).Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			v, err := s.candidateView(tx, actor, &rows[i])
			if err != nil {
				return err
			}
			if v != nil {
				list = append(list, *v)
			}
		}
		shown := make([]*CandidateView, len(list))
		for i := range list {
			shown[i] = &list[i]
		}
		if err := s.handedIn(tx, actor, shown); err != nil {
			return err
		}
		slices.SortStableFunc(list, func(a, b CandidateView) int { return a.place() - b.place() })
		var l []CandidateList
		err = tx.Where("meeting_id = ?", m.ID).Limit(1).Find(&l).Error
		order = first(l)
		return err
	})
	return list, order, err
}

// place is the number on the ballot; who is not on it comes after.
func (x *Candidate) place() (n int) {
	if x.Slot == nil {
		return 1000
	}
	if _, err := fmt.Sscanf(*x.Slot, "c%d", &n); err != nil {
		return 1000
	}
	return n
}

// FindCandidate shows one candidate. Faults: ErrForbidden, ErrNoCandidate.
func (s *Service) FindCandidate(ctx context.Context, actor org.Actor, id int64) (v *CandidateView, err error) {
	if err := actor.Must(org.ReadMeetings); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		x, _, err := candidateFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		if v, err = s.candidateView(tx, actor, x); err != nil {
			return err
		}
		if v == nil {
			return ErrNoCandidate
		}
		return s.handedIn(tx, actor, []*CandidateView{v})
	})
	return v, err
}

// handedIn adds what was handed in for some candidates, for the offices and for each themself.
func (s *Service) handedIn(tx *store.Tx, actor org.Actor, list []*CandidateView) error {
	err := attached(s, tx, "candidate", list, func(v **CandidateView) (int64, *[]int64) { return (*v).ID, &(*v).FileIDs })
	for _, v := range list {
		if actor.Post == nil && !v.Mine {
			v.FileIDs = nil
		}
	}
	return err
}

func (s *Service) candidateView(tx *store.Tx, actor org.Actor, x *Candidate) (*CandidateView, error) {
	v := &CandidateView{Candidate: *x, Mine: x.is(actor)}
	if actor.Post == nil && x.ConsentAt == nil && !v.Mine && x.NominatorID != actor.PersonID {
		return nil, nil //nolint:nilnil // not to be seen, which is no fault
	}
	instead, err := held(tx, actor, "candidate", x.ID)
	if err != nil {
		return nil, err
	}
	if words := instead[x.ID]; words != "" && !v.Mine && x.NominatorID != actor.PersonID {
		v.Profile = words
	}
	if v.Name, err = s.o.Vault.Open(x.NameSealed, "candidates.name"); err != nil {
		return nil, err
	}
	if x.ConsentAt == nil && !v.Mine {
		v.Name = vault.MaskName(v.Name)
	}
	if v.Checked, err = x.checked(); err != nil {
		return nil, err
	}
	if actor.Post == nil && !v.Mine && x.State == Refused { // why is between the candidate and who judged
		v.Reason, v.Checked = "", nil
	}
	if actor.Post == nil {
		v.PersonID, v.NominatorID, v.CheckedBy = 0, 0, 0
	}
	return v, tx.Model(&Backer{}).Where("candidate_id = ?", x.ID).Count(&v.Backers).Error
}
