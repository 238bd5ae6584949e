package session

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Bounds of looking residents up together.
const (
	maxTogether = 256
	maxCallers  = 8192
	lookTimeout = 10 * time.Second
)

// ErrBusy asks to try again.
var ErrBusy = fault.New(fault.Limited, "session.busy", "现在使用的人很多，请稍等几秒再试")

// caller is somebody who is being looked up.
type caller struct {
	hash  string
	actor org.Actor
	err   error
}

// Resident builds the actor of a token with the homes they have today. Who comes at the same moment is looked up together, by two
// queries for all: rights are read each time, so that an ended session or home ends at once.
// Faults: org.ErrSignIn, ErrBusy.
func (s *Sessions) Resident(ctx context.Context, token string) (org.Actor, error) {
	if !strings.HasPrefix(token, prefix) {
		return org.Actor{}, org.ErrSignIn
	}
	c := &caller{hash: hash(token), err: fault.ErrInternal}
	if err := s.residents.Put(ctx, c); errors.Is(err, store.ErrFull) {
		return org.Actor{}, ErrBusy.After(3)
	}
	return c.actor, c.err
}

// lookUp answers several callers.
func (s *Sessions) lookUp(ctx context.Context, list []*caller) {
	err := s.db.View(ctx, func(tx *store.Tx) error {
		people, err := s.whoever(ctx, tx, list)
		if err != nil {
			return err
		}
		return homes(tx, people)
	})
	if err != nil {
		for _, c := range list {
			c.actor, c.err = org.Actor{}, err
		}
	}
}

// whoever finds the living sessions of some tokens and their people, who are not erased, and whether they agreed to the privacy notice.
func (s *Sessions) whoever(ctx context.Context, tx *store.Tx, list []*caller) (map[int64][]*caller, error) {
	hashes := make([]string, len(list))
	byHash := make(map[string][]*caller, len(list))
	for i, c := range list {
		hashes[i], c.err = c.hash, org.ErrSignIn
		byHash[c.hash] = append(byHash[c.hash], c)
	}
	var rows []struct {
		ID, PersonID int64
		TokenHash    string
		OpenID       string
		SeenAt       time.Time
		Consented    bool
	}
	err := tx.Model(&Session{}).Joins("JOIN persons p ON p.id = sessions.person_id AND p.erased_at IS NULL").
		Select("sessions.id, sessions.person_id, sessions.token_hash, sessions.open_id, sessions.seen_at, EXISTS (SELECT 1 FROM consents c WHERE c.person_id = p.id AND c.version = ? AND c.withdrawn_at IS NULL) AS consented", org.PrivacyVersion).
		Where("sessions.token_hash IN ? AND sessions.revoked_at IS NULL AND sessions.expires_at > ?", hashes, tx.Now).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	people := make(map[int64][]*caller, len(rows))
	for _, r := range rows {
		if tx.Now.Sub(r.SeenAt) >= slide {
			if _, err := s.extend(ctx, r.ID); err != nil {
				return nil, err
			}
		}
		for _, c := range byHash[r.TokenHash] {
			c.actor, c.err = org.Actor{PersonID: r.PersonID, SessionID: r.ID, OpenID: r.OpenID, Surface: "miniapp", Consented: r.Consented}, nil
			people[r.PersonID] = append(people[r.PersonID], c)
		}
	}
	return people, nil
}

// maxHomes bounds the homes of one person.
const maxHomes = 100

// homes gives each their living homes, in the order in which they came.
func homes(tx *store.Tx, people map[int64][]*caller) error {
	if len(people) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(people))
	for id := range people {
		ids = append(ids, id)
	}
	var rows []org.Residence
	err := tx.Select("id", "estate_id", "unit_id", "person_id", "owner_id", "role").Where("person_id IN ? AND living IS NOT NULL AND (lease_ends IS NULL OR lease_ends >= ?)", ids, org.DayOf(tx.Now)).
		Order("id").Limit(maxHomes * len(ids)).Find(&rows).Error
	for _, r := range rows {
		for _, c := range people[r.PersonID] {
			if len(c.actor.Homes) < maxHomes {
				c.actor.Homes = append(c.actor.Homes, org.Home{ResidenceID: r.ID, EstateID: r.EstateID, UnitID: r.UnitID, OwnerID: r.OwnerID, Role: r.Role})
			}
		}
	}
	return err
}
