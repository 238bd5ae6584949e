package assembly

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Sign puts the actor's owner sets behind a petition, one signature for each set: a second owner of a set, or the same one again, adds
// nothing. With drop their signatures are taken back, while the petition does not oblige yet.
// Faults: ErrForbidden, ErrNoPetition, ErrPetition, ErrNoVote.
func (s *Service) Sign(ctx context.Context, actor org.Actor, id int64, drop bool) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		p, err := petitionFor(tx, actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		if p.State != Signing {
			return ErrPetition.Saying("这件提议" + PetitionNames[p.State] + "，不能再签名或撤签")
		}
		if drop {
			return s.unsign(tx, actor, p)
		}
		return s.sign(tx, actor, p)
	})
	if err != nil {
		return fmt.Errorf("sign petition: %w", err)
	}
	return nil
}

func (s *Service) sign(tx *store.Tx, actor org.Actor, p *Petition) error {
	sets, err := votesIn(tx, actor, p.EstateID)
	if err != nil {
		return err
	}
	if len(sets) == 0 {
		return ErrNoVote
	}
	for _, set := range sets {
		row := Signature{PetitionID: p.ID, EstateID: p.EstateID, OwnerSetID: set, PersonID: actor.PersonID, SignedAt: tx.Now}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		err := tx.Model(&Signature{}).Where("petition_id = ? AND owner_set_id = ? AND withdrawn_at IS NOT NULL", p.ID, set).
			Updates(map[string]any{"person_id": actor.PersonID, "signed_at": tx.Now, "withdrawn_at": nil}).Error
		if err != nil {
			return err
		}
	}
	if err := record(tx, actor, "petition", p.ID, p.EstateID, "sign", map[string]any{"sets": sets}); err != nil {
		return err
	}
	if err := s.oblige(tx, p); err != nil && !errors.Is(err, rulepack.ErrUnset) && !errors.Is(err, ErrPetition) {
		return err
	}
	return nil
}

// unsign takes back what the actor signed, not what another owner of the same set did.
func (s *Service) unsign(tx *store.Tx, actor org.Actor, p *Petition) error {
	res := tx.Model(&Signature{}).Where("petition_id = ? AND person_id = ? AND withdrawn_at IS NULL", p.ID, actor.PersonID).Update("withdrawn_at", tx.Now)
	if err := store.MustAffect(res, ErrPetition.Saying("您没有在这件提议上签名")); err != nil {
		return err
	}
	return record(tx, actor, "petition", p.ID, p.EstateID, "unsign", nil)
}

// votesIn lists the owner sets of an estate for which the actor may vote today: their own, and those whose documents an officer accepted.
func votesIn(tx *store.Tx, actor org.Actor, estate int64) ([]int64, error) {
	sets, err := setsOf(tx, actor)
	if err != nil {
		return nil, err
	}
	var current []int64
	err = tx.Model(&org.OwnerSet{}).Where("estate_id = ? AND id IN ?", estate, sets).
		Where("(kind = 'developer' OR EXISTS (SELECT 1 FROM ownerships w WHERE w.owner_set_id = owner_sets.id AND w.current_unit IS NOT NULL))").
		Order("id").Limit(200).Pluck("id", &current).Error
	return current, err
}
