package assembly

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// PetitionView is a petition as those who may read it see it: how many stand behind it, never who.
type PetitionView struct {
	Petition
	Estate  string
	Wants   []Wanted
	Support *Support // counted now, while it is signed
	Mine    bool     // the actor opened it
	Signed  bool     // the actor's signature stands on it
	Meeting *Meeting // which answers it
	Orders  []Order
}

// FindPetition shows a petition.
// Faults: ErrForbidden, ErrNoPetition.
func (s *Service) FindPetition(ctx context.Context, actor org.Actor, id int64) (*PetitionView, error) {
	if err := actor.Must(org.ReadMeetings); err != nil {
		return nil, err
	}
	var v *PetitionView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var p Petition
		if err := tx.Scopes(reach(tx, actor, org.ReadMeetings, "petitions.estate_id")).Where("id = ?", id).Take(&p).Error; err != nil {
			return store.NotFound(err, ErrNoPetition)
		}
		var err error
		v, err = s.petitionView(tx, actor, &p)
		return err
	})
	return v, err
}

func (s *Service) petitionView(tx *store.Tx, actor org.Actor, p *Petition) (*PetitionView, error) {
	v := &PetitionView{Petition: *p, Mine: p.PersonID == actor.PersonID}
	names, err := org.EstateNames(tx, []int64{p.EstateID})
	if err != nil {
		return nil, err
	}
	v.Estate = names[p.EstateID]
	if v.Wants, err = p.wants(); err != nil {
		return nil, err
	}
	instead, err := held(tx, actor, "petition", p.ID)
	if err != nil {
		return nil, err
	}
	if words := instead[p.ID]; words != "" && !v.Mine {
		v.Title, v.Text, v.Wants = words, words, []Wanted{}
	}
	if p.State == Signing {
		if v.Support, _, err = s.support(tx, p); err != nil {
			return nil, err
		}
	}
	var mine int64
	if err := tx.Model(&Signature{}).Where("petition_id = ? AND person_id = ? AND withdrawn_at IS NULL", p.ID, actor.PersonID).Count(&mine).Error; err != nil {
		return nil, err
	}
	v.Signed = mine > 0
	if v.Meeting, err = answering(tx, p.EstateID, OnPetition, p.ID); err != nil {
		return nil, err
	}
	err = tx.Where("estate_id = ? AND petition_id = ?", p.EstateID, p.ID).Order("id").Limit(20).Find(&v.Orders).Error
	if v.Meeting != nil || err != nil {
		return v, err
	}
	for _, o := range v.Orders { // a meeting that an order brought about answers its petition too
		if v.Meeting, err = answering(tx, p.EstateID, OnOrder, o.ID); v.Meeting != nil || err != nil {
			return v, err
		}
	}
	return v, nil
}

// answering finds the meeting that was called on a basis and not cancelled; nil where there is none.
func answering(tx *store.Tx, estate int64, basis Basis, id int64) (*Meeting, error) {
	var rows []Meeting
	err := tx.Where("estate_id = ? AND basis = ? AND basis_id = ? AND state <> ?", estate, basis, id, Cancelled).Order("id").Limit(1).Find(&rows).Error
	return first(rows), err
}

// noticed reports whether a basis was answered by a meeting of which notice is given: a draft alone calls nobody.
func noticed(tx *store.Tx, estate int64, basis Basis, id int64) (bool, error) {
	m, err := answering(tx, estate, basis, id)
	return m != nil && m.NoticedAt != nil, err
}

// ListPetitions pages through the petitions of an estate, newest first.
// Faults: ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListPetitions(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Petition, error) {
	var rows []Petition
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := estateFor(tx, actor, org.ReadMeetings, estate)
		if err != nil {
			return err
		}
		if err := newest(tx, before).Where("estate_id = ?", e.ID).Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		return withheld(tx, actor, rows)
	})
	return rows, err
}

// withheld takes out of a list what neighbours may not read yet.
func withheld(tx *store.Tx, actor org.Actor, rows []Petition) error {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	instead, err := held(tx, actor, "petition", ids...)
	for i := range rows {
		if words := instead[rows[i].ID]; words != "" && rows[i].PersonID != actor.PersonID {
			rows[i].Title, rows[i].Text, rows[i].Wanted = words, words, "[]"
		}
	}
	return err
}
