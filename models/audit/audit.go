// Package audit records who changed what, in the transaction of the change, and seals the records into a hash chain
// behind the writes. No actor, no change. Entries hold ids and salted digests, so a detail can be erased without
// breaking the chain.
package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/store"
)

// Actor is whoever is responsible for a change; org.Actor satisfies it.
type Actor interface {
	// AuditTrail gives the person, the post acted in and its organisation (0 where there is none), and the surface.
	AuditTrail() (person, post, organisation int64, surface string)
}

// Subject is the thing a change is about.
type Subject struct {
	Kind   string // "case", "unit", "post", …
	ID     int64
	Estate int64 // 0 when the thing belongs to no estate
	About  int64 // the organisation complained about, which must not see the entry; 0 for none
}

// Entry is one change. Detail never holds personal data: ids, codes and clauses only.
type Entry struct {
	ID             int64 `gorm:"primaryKey"`
	At             time.Time
	PersonID       int64
	PostID         int64
	OrganisationID int64
	Surface        string
	Verb           string
	SubjectKind    string
	SubjectID      int64
	EstateID       int64
	AboutID        int64 // says who may look; not part of the chain
	Detail         string
	Salt           string
	Digest         string
}

// TableName names the table.
func (Entry) TableName() string { return "audit_entries" }

// Pending marks entries that are not yet in the chain: those written by one statement, whose ids follow each other.
type Pending struct {
	EntryID int64 `gorm:"primaryKey;autoIncrement:false"` // the first
	LastID  int64 // 0 for the first alone, as before there were runs
}

func (p Pending) last() int64 { return max(p.EntryID, p.LastID) }

func (p Pending) count() int64 { return p.last() - p.EntryID + 1 }

// TableName names the table.
func (Pending) TableName() string { return "audit_pending" }

// Seal is the links of the chain over entries that one statement wrote, 64 at most.
type Seal struct {
	Seq     int64  `gorm:"primaryKey;autoIncrement:false"` // of the last link
	EntryID int64  // the first
	LastID  int64  // 0 for the first alone, as before there were runs
	Links   string // the hashes of the links before the last
	Hash    string // of the last link
}

func (s *Seal) run() Pending { return Pending{s.EntryID, s.LastID} }

// TableName names the table.
func (Seal) TableName() string { return "audit_seals" }

// ErrNoActor is a programming error: a change without somebody responsible.
var ErrNoActor = errors.New("audit: a change needs an actor")

// System is linli itself acting on a rule, such as a lease that ran out.
type System struct{}

// AuditTrail says that no person acted.
func (System) AuditTrail() (person, post, organisation int64, surface string) {
	return 0, 0, 0, "system"
}

// Unnamed is somebody without an account, or who asked not to be named: by a printed slip, over the open interface,
// anonymously. Only acts that need no person may be theirs.
type Unnamed struct{ Surface string }

// AuditTrail says by which way somebody acted.
func (u Unnamed) AuditTrail() (person, post, organisation int64, surface string) {
	return 0, 0, 0, u.Surface
}

// Append records that actor did verb to subject. Detail is stored as JSON and may be nil.
func Append(tx *store.Tx, actor Actor, verb string, subject Subject, detail any) error {
	return AppendAll(tx, []Change{{actor, verb, subject, detail}})
}

// Change is one act of AppendAll.
type Change struct {
	Actor   Actor
	Verb    string
	Subject Subject
	Detail  any // stored as JSON; nil for none
}

// AppendAll records what several people did in one transaction, in their order, by two statements for up to 900 changes.
func AppendAll(tx *store.Tx, changes []Change) error {
	entries := make([]Entry, len(changes))
	for i, c := range changes {
		if err := entries[i].fill(tx, c); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(entries, 900) {
		if err := tx.Later(func(g *gorm.DB) *gorm.DB { return g.Create(&part) }); err != nil {
			return fmt.Errorf("audit %s: %w", changes[0].Verb, err)
		}
		first, last := tx.Inserted(len(part))
		run := map[string]any{"entry_id": first, "last_id": last}
		if err := tx.Later(func(g *gorm.DB) *gorm.DB { return g.Model(&Pending{}).Create(run) }); err != nil {
			return fmt.Errorf("audit %s: %w", changes[0].Verb, err)
		}
	}
	return nil
}

func (e *Entry) fill(tx *store.Tx, c Change) error {
	if c.Actor == nil {
		return ErrNoActor
	}
	*e = Entry{At: tx.Now, Verb: c.Verb, SubjectKind: c.Subject.Kind, SubjectID: c.Subject.ID, EstateID: c.Subject.Estate, AboutID: c.Subject.About}
	e.PersonID, e.PostID, e.OrganisationID, e.Surface = c.Actor.AuditTrail()
	if _, unnamed := c.Actor.(Unnamed); e.PersonID == 0 && e.Surface != "system" && !unnamed {
		return ErrNoActor
	}
	if c.Detail != nil {
		b, err := json.Marshal(c.Detail)
		if err != nil {
			return fmt.Errorf("audit %s: %w", c.Verb, err)
		}
		e.Detail = string(b)
	}
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails (crypto/rand, Go 1.24)
	e.Salt = hex.EncodeToString(salt[:])
	e.Digest = digest(e.Salt, e.Detail)
	return nil
}

func digest(salt, detail string) string {
	sum := sha256.Sum256([]byte(salt + "\n" + detail))
	return hex.EncodeToString(sum[:])
}

// link is the hash of an entry on top of the link before it.
func (e *Entry) link(prev string, seq int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d\n%d\n%d\n%d\n%d\n%s\n%s\n%s\n%d\n%d\n%s\n",
		prev, seq, e.ID, e.At.Unix(), e.PersonID, e.PostID, e.OrganisationID, e.Surface, e.Verb,
		e.SubjectKind, e.SubjectID, e.EstateID, e.Digest))
	return hex.EncodeToString(sum[:])
}
