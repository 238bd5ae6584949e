package session

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
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

// Resident builds the actor of a token with the homes they have today. Who comes at the same moment is looked up together, by one
// query for all: rights are read each time, so that an ended session or home ends at once.
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
	err := s.db.View(ctx, func(tx *store.Tx) error { return s.findAll(ctx, tx, list) })
	if err != nil {
		for _, c := range list {
			c.actor, c.err = org.Actor{}, err
		}
	}
}

// maxHomes bounds the homes of one person.
const maxHomes = 100

// signedIn is a living session and one of the homes of its person.
type signedIn struct {
	ID, PersonID int64
	TokenHash    string
	OpenID       string
	SeenAt       time.Time
	Consented    bool
	ResidenceID  int64 // zero where there is none
	EstateID     int64
	UnitID       int64
	OwnerID      int64
	Role         org.Role
}

// findAll looks for the living sessions of some tokens, their people, who are not erased, whether they agreed to the privacy notice, and
// their living homes in the order in which they came.
func (s *Sessions) findAll(ctx context.Context, tx *store.Tx, list []*caller) error {
	hashes := make([]string, len(list))
	byHash := make(map[string][]*caller, len(list))
	for i, c := range list {
		hashes[i], c.err = c.hash, org.ErrSignIn
		byHash[c.hash] = append(byHash[c.hash], c)
	}
	rows := make([]signedIn, 0, len(list))
	err := tx.Ask(store.Query{SQL: `SELECT s.id, s.person_id, s.token_hash, s.open_id, s.seen_at, c.id IS NOT NULL AS consented,
		COALESCE(r.id, 0) AS residence_id, r.estate_id, r.unit_id, r.owner_id, r.role
		FROM sessions s JOIN persons p ON p.id = s.person_id AND p.erased_at IS NULL
		LEFT JOIN consents c ON c.person_id = s.person_id AND c.version = ? AND c.withdrawn_at IS NULL
		LEFT JOIN residences r ON r.person_id = s.person_id AND r.living IS NOT NULL AND (r.lease_ends IS NULL OR r.lease_ends >= ?)
		WHERE s.token_hash IN ? AND s.revoked_at IS NULL AND s.expires_at > ? LIMIT ?`,
		Args: []any{org.PrivacyVersion, org.DayOf(tx.Now), hashes, tx.Now, maxHomes * maxTogether},
		Read: func(found *sql.Rows) error {
			var r signedIn
			var estate, unit, owner sql.NullInt64
			var role sql.NullString
			err := found.Scan(&r.ID, &r.PersonID, &r.TokenHash, &r.OpenID, &r.SeenAt, &r.Consented, &r.ResidenceID, &estate, &unit, &owner, &role)
			r.EstateID, r.UnitID, r.OwnerID, r.Role = estate.Int64, unit.Int64, owner.Int64, org.Role(role.String)
			rows = append(rows, r)
			return err
		}})
	if err != nil {
		return err
	}
	// the database would sort in a temporary table at every request
	slices.SortFunc(rows, func(a, b signedIn) int { return cmp.Compare(a.ResidenceID, b.ResidenceID) })
	var due []int64
	for _, r := range rows {
		if tx.Now.Sub(r.SeenAt) >= slide && !slices.Contains(due, r.ID) {
			due = append(due, r.ID)
		}
		for _, c := range byHash[r.TokenHash] {
			if c.err != nil {
				c.actor, c.err = org.Actor{PersonID: r.PersonID, SessionID: r.ID, OpenID: r.OpenID, Surface: "miniapp", Consented: r.Consented}, nil
			}
			if r.ResidenceID != 0 && len(c.actor.Homes) < maxHomes {
				c.actor.Homes = append(c.actor.Homes, org.Home{ResidenceID: r.ResidenceID, EstateID: r.EstateID, UnitID: r.UnitID, OwnerID: r.OwnerID, Role: r.Role})
			}
		}
	}
	if len(due) > 0 {
		_, _ = s.extend(ctx, due...) // where that fails they are signed in all the same, and their next request tries again
	}
	return nil
}
