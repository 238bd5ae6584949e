// Package org is the register: organisations and their posts, estates with buildings, units and owners, who lives
// where, and what each of them may do. It knows no other domain; rules of law come from rulepack as data.
package org

import (
	"log/slog"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Service is the register's actions. All methods may be called from many goroutines.
type Service struct {
	db    *store.DB
	vault *vault.Vault
	files Files
	log   *slog.Logger
	names nameCache // see NamedIn
	// erasers are the other domains' parts of an erasure.
	erasers []Eraser
	// movers are what other domains do when an estate comes to another community or township.
	movers []Mover
	// recognised hears whose account an owner of the roster turns out to be.
	recognised func(tx *store.Tx, owner, person int64) error
	// parted hears that somebody is not the owner, or has no right in the unit, that they were taken for.
	parted func(tx *store.Tx, actor audit.Actor, owner, person, unit int64) error
	// handed hears that a unit has other owners.
	handed func(tx *store.Tx, actor audit.Actor, c Handed) error
	// staffing hears who leaves and who comes to a post.
	staffing []Staffing
}

// New wires the register. files gives access to uploaded rosters and documents.
func New(db *store.DB, v *vault.Vault, files Files, log *slog.Logger) *Service {
	return &Service{db: db, vault: v, files: files, log: log}
}

// OnRecognise adds what follows when an owner of the roster is known to be a person, in the transaction of the recognition. It is
// called again at each sign-in, so it is harmless to repeat. It is set while the services are wired.
func (s *Service) OnRecognise(f func(tx *store.Tx, owner, person int64) error) { s.recognised = f }

func (s *Service) recognise(tx *store.Tx, owner, person int64) error {
	if s.recognised == nil {
		return nil
	}
	return s.recognised(tx, owner, person)
}

// OnPart adds what follows when somebody turns out not to be the owner of the roster that they were recognised as or, with owner 0,
// to have no right in a unit, in the transaction that ends it. It is set while the services are wired.
func (s *Service) OnPart(f func(tx *store.Tx, actor audit.Actor, owner, person, unit int64) error) {
	s.parted = f
}

func (s *Service) part(tx *store.Tx, actor audit.Actor, owner, person, unit int64) error {
	if s.parted == nil || person == 0 {
		return nil
	}
	return s.parted(tx, actor, owner, person, unit)
}

// Handed is a change of a unit's owners: from one owner set, 0 for none, to another. SamePeople says that the sets are the same
// people, who had been written down twice.
type Handed struct {
	EstateID   int64
	UnitID     int64
	From, To   int64
	Cause      string // of the Ownership
	SamePeople bool
}

// OnHandOver adds what follows when a unit gets other owners, in the transaction of the change. It is set while the services are wired.
func (s *Service) OnHandOver(f func(tx *store.Tx, actor audit.Actor, c Handed) error) { s.handed = f }

func (s *Service) handOver(tx *store.Tx, actor audit.Actor, c Handed) error {
	if s.handed == nil || c.From == c.To {
		return nil
	}
	return s.handed(tx, actor, c)
}
