package org

import (
	"time"

	"github.com/linli-city/linli/models/store"
)

// Claim is a sign-in that so far stands on the signature of its token alone. An actor with one may do nothing: the transaction that acts
// asks the prover's query, and only then knows who it is and that nobody has ended the session.
type Claim struct {
	SessionID int64
	PersonID  int64 // to whom the token was given
	TokenHash string
	Proved    Actor // who it is, without homes; nobody until it is proved
}

// Prover gives the query by which some claims are proved where they are acted on. Those that it does not find stay nobody.
type Prover interface {
	Prove(now time.Time, claims []*Claim) store.Query
}

// Prove gives the actor of a proved claim, held to what is asked of everybody who is signed in.
// Faults: ErrSignIn, ErrNoConsent.
func (c *Claim) Prove() (Actor, error) {
	switch {
	case c.Proved.PersonID == 0:
		return Actor{}, ErrSignIn
	case !c.Proved.Consented:
		return Actor{}, ErrNoConsent
	}
	return c.Proved, nil
}

// Lives reports whether somebody has a home in an estate today, in whatever role.
func Lives(tx *store.Tx, person, estate int64) (bool, error) {
	var ids []int64
	err := tx.Model(&Residence{}).Where("person_id = ? AND estate_id = ? AND living IS NOT NULL AND (lease_ends IS NULL OR lease_ends >= ?)", person, estate, DayOf(tx.Now)).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}
