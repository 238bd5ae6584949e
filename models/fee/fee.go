// Package fee is what an estate charges its units for and what they pay: rules with their price and basis, bill runs, payments, and
// what goes back. Every movement of money is a journal of the fee books; what a bill still wants is computed from its lines, never
// stored. It may touch the register, the files and the ledger.
package fee

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Faults that several actions share.
var (
	ErrNotFound   = fault.New(fault.NotFound, "fee.not_found", "没有找到这一项，请刷新后再看")
	ErrState      = fault.New(fault.Conflict, "fee.wrong_state", "目前的状态不能这样操作，请刷新后再看")
	ErrRefReused  = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
	ErrSamePerson = fault.New(fault.Forbidden, "fee.same_person", "这一步要由另一个人来办")
	ErrUnit       = fault.New(fault.NotFound, "fee.unit_not_found", "这个小区没有这一户，请核对门牌")
)

// Files ties uploads to a version of a rule in the caller's transaction, and opens lists that were uploaded.
type Files interface {
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	IDsIn(tx *store.Tx, subjectKind string, subjectIDs []int64) (map[int64][]int64, error)
	OpenFees(ctx context.Context, actor org.Actor, id int64) (r io.ReaderAt, size int64, sha256 string, done func(), err error)
}

// Service is the actions.
type Service struct {
	db    *store.DB
	vault *vault.Vault
	files Files
	o     Options // of what is asked of those in arrears
	send  Sender
	paid  Payouts
	ref   string // of what a client sent, see Once
	hash  string
}

// New wires the fees.
func New(db *store.DB, v *vault.Vault, files Files) *Service {
	return &Service{db: db, vault: v, files: files}
}

// Tap is something that a client sent under a reference and that was done.
type Tap struct {
	ID        int64 `gorm:"primaryKey"`
	PersonID  int64
	ClientRef string
	InputHash string
	SubjectID int64
	At        time.Time
}

// TableName names the table.
func (Tap) TableName() string { return "fee_taps" }

// Once gives the actions for one thing that a client sent under a reference: sent again with the same input, it answers the first
// result; with another input it is refused. An empty reference marks nothing.
func (s *Service) Once(ref, hash string) *Service {
	one := *s
	one.ref, one.hash = ref, hash
	return &one
}

// input is what makes two submissions the same: what was sent, and for what. Bodies of a payment and of a deposit look alike.
func (s *Service) input(verb string) string {
	sum := sha256.Sum256([]byte(verb + " " + s.hash))
	return hex.EncodeToString(sum[:])
}

func (s *Service) tapped(tx *store.Tx, person int64, verb string) (id int64, done bool, err error) {
	if s.ref == "" {
		return 0, false, nil
	}
	if len(s.ref) > 64 {
		return 0, false, fault.ErrInvalid.With(fault.Field{Path: "client_ref", Reason: "提交编号不超过64个字节"})
	}
	var before []Tap
	if err := tx.Where("person_id = ? AND client_ref = ?", person, s.ref).Limit(1).Find(&before).Error; err != nil || len(before) == 0 {
		return 0, false, err
	}
	if before[0].InputHash != s.input(verb) {
		return 0, false, ErrRefReused
	}
	return before[0].SubjectID, true, nil
}

// act runs f in a transaction that holds the estate's gate, once for what the client sent. where gives the estate of what is acted on;
// f gives the id of what it made or changed.
func (s *Service) act(ctx context.Context, actor org.Actor, verb string, where func(tx *store.Tx) (estate int64, err error), f func(tx *store.Tx) (int64, error)) (int64, error) {
	return s.actAs(ctx, actor, org.RunFees, verb, where, f)
}

// actAs is act under another permission.
func (s *Service) actAs(ctx context.Context, actor org.Actor, action org.Action, verb string, where func(tx *store.Tx) (estate int64, err error), f func(tx *store.Tx) (int64, error)) (int64, error) {
	if err := actor.Must(action); err != nil {
		return 0, err
	}
	var id int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		estate, err := where(tx)
		if err != nil {
			return err
		}
		if err := gate(tx, estate); err != nil {
			return err
		}
		before, done, err := s.tapped(tx, actor.PersonID, verb)
		if id = before; done || err != nil {
			return err
		}
		if id, err = f(tx); err != nil || s.ref == "" {
			return err
		}
		return store.Raced(tx.Create(&Tap{PersonID: actor.PersonID, ClientRef: s.ref, InputHash: s.input(verb), SubjectID: id, At: tx.Now}).Error)
	})
	if err != nil {
		return 0, fmt.Errorf("fee %s: %w", verb, err)
	}
	return id, nil
}

// gate makes what moves an estate's money run one after the other, so that what is counted behind it stands. The books would do so
// anyway, but only at the end of the deed.
func gate(tx *store.Tx, estate int64) error { return store.Gate(tx, fmt.Sprintf("fee/%d", estate)) }

// at is an estate that the actor's company manages.
func at(actor org.Actor, estate int64) func(tx *store.Tx) (int64, error) {
	return func(tx *store.Tx) (int64, error) {
		e, err := org.EstateFor(tx, actor, org.RunFees, estate)
		if err != nil {
			return 0, err
		}
		return e.ID, nil
	}
}

// of is the estate of a row of the actor's company.
func of[T any](actor org.Actor, id int64, estate func(*T) int64) func(tx *store.Tx) (int64, error) {
	return func(tx *store.Tx) (int64, error) {
		row, err := own[T](tx, actor, id)
		if err != nil {
			return 0, err
		}
		return estate(row), nil
	}
}

// own finds a row of the actor's company in an estate that it manages. What another company charged there is not its to collect.
func own[T any](tx *store.Tx, actor org.Actor, id int64) (*T, error) {
	return org.CompanyRow[T](tx, actor, org.RunFees, id, ErrNotFound)
}

// clerk is whoever published what is continued in the background.
type clerk struct{ person, post, company int64 }

// AuditTrail satisfies audit.Actor.
func (c clerk) AuditTrail() (person, post, organisation int64, surface string) {
	return c.person, c.post, c.company, "office"
}

func note(tx *store.Tx, actor audit.Actor, verb, kind string, id, estate int64, detail map[string]any) error {
	return audit.Append(tx, actor, "fee."+verb, audit.Subject{Kind: kind, ID: id, Estate: estate}, detail)
}

// date is the day that a DATE column holds.
func date(t time.Time) calendar.Date {
	y, m, d := t.Date()
	return calendar.Date{Year: y, Month: m, Day: d}
}

// length reports whether a text has so many characters.
func length(s string, low, high int) bool {
	n := len([]rune(s))
	return n >= low && n <= high
}

// Now is the moment by which lateness is shown.
func (s *Service) Now() time.Time { return s.db.Now() }

// missing reports whether a row is not there.
func missing(err error) bool { return errors.Is(err, gorm.ErrRecordNotFound) }
