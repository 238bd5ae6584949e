// Package committee is the business of an estate's owners' committee (业委会) between elections: who sits in which term, its
// meetings and votes, what it files, publishes, passes on and answers, its seals and papers, and the audits and hand-overs
// at the end. It decides nothing that the owners decide together: such an item is refused and sent to the assembly (Civil
// Code art. 278). It may touch the register, files and the rule packs; the board and the posts are reached through
// interfaces.
package committee

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Faults that several actions share.
var (
	ErrNoCommittee = fault.New(fault.Conflict, "committee.none", "这个小区还没有登记业委会，请先由乡镇（办事处）登记业委会单位")
	ErrNoTerm      = fault.New(fault.NotFound, "committee.no_term", "这个小区目前没有在任的业委会")
	ErrNotMember   = fault.New(fault.Forbidden, "committee.not_member", "您不是本届在任委员，不能办理；如果您是委员，请让乡镇（办事处）核对登记的手机号")
	ErrNotFound    = fault.New(fault.NotFound, "committee.not_found", "没有找到这一项，请刷新后再看")
	ErrState       = fault.New(fault.Conflict, "committee.wrong_state", "目前的状态不能这样操作，请刷新后再看")
	ErrRefReused   = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
	ErrSamePerson  = fault.New(fault.Forbidden, "committee.same_person", "这一步要由另一个人来办")
)

// Files ties uploads to a paper in the caller's transaction.
type Files interface {
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	IDsFor(ctx context.Context, subjectKind string, subjectID int64) ([]int64, error)
	IDsIn(tx *store.Tx, subjectKind string, subjectIDs []int64) (map[int64][]int64, error)
}

// Posted is what goes onto an estate's board.
type Posted struct {
	EstateID int64
	Sort     string // posting, announcement, meeting
	Title    string
	Body     string
	Ref      string        // the same once more is the same notice
	Papers   []int64       // files of the act, which stay tied to it: the notice lists them and its hash covers what is in them
	From, To calendar.Date // of a report: what members were paid in between is a figure of it, as far as the books are closed
}

// Board publishes on the estate's board in the caller's transaction.
type Board interface {
	Post(tx *store.Tx, actor org.Actor, p Posted) (notice int64, err error)
	// OweAudit puts the publication of an audit's result on the register of what has to be published; Post of the same ref fulfils it.
	OweAudit(tx *store.Tx, estate int64, departure bool, ref string) error
	// OweDecision does so for a decision.
	OweDecision(tx *store.Tx, estate int64, ref string) error
}

// Posts ends what somebody may do for an organisation, in the caller's transaction.
type Posts interface {
	ReleaseFrom(tx *store.Tx, actor audit.Actor, organisation, person int64) error
}

// Service is the actions.
type Service struct {
	db      *store.DB
	vault   *vault.Vault
	pack    string
	files   Files
	board   Board
	posts   Posts
	money   Money
	debts   Debts
	motions Motions
	ref     string // of what a client sent, see Once
	hash    string
}

// New wires the committee's business; pack is the code of the city's rules.
func New(db *store.DB, v *vault.Vault, pack string, files Files, board Board, posts Posts, money Money) *Service {
	return &Service{db: db, vault: v, pack: pack, files: files, board: board, posts: posts, money: money}
}

// Tap is something that a client sent under a reference and that was done.
type Tap struct {
	ID        int64 `gorm:"primaryKey"`
	PersonID  int64
	MemberID  int64 // of whoever proved a phone and has no session
	ClientRef string
	InputHash string
	SubjectID int64
	At        time.Time
}

// TableName names the table.
func (Tap) TableName() string { return "committee_taps" }

// Once gives the actions for one thing that a client sent under a reference: sent again with the same input, it answers the
// first result; with another input it is refused. An empty reference marks nothing.
func (s *Service) Once(ref, hash string) *Service {
	one := *s
	one.ref, one.hash = ref, hash
	return &one
}

// tapped gives what the client's reference did before.
func (s *Service) tapped(tx *store.Tx, person, member int64) (id int64, done bool, err error) {
	if s.ref == "" {
		return 0, false, nil
	}
	if len(s.ref) > 64 {
		return 0, false, fault.ErrInvalid.With(fault.Field{Path: "client_ref", Reason: "提交编号不超过64个字节"})
	}
	var before []Tap
	if err := tx.Where("person_id = ? AND member_id = ? AND client_ref = ?", person, member, s.ref).Limit(1).Find(&before).Error; err != nil || len(before) == 0 {
		return 0, false, err
	}
	if before[0].InputHash != s.hash {
		return 0, false, ErrRefReused
	}
	return before[0].SubjectID, true, nil
}

func (s *Service) mark(tx *store.Tx, person, member, id int64) error {
	if s.ref == "" {
		return nil
	}
	return store.Raced(tx.Create(&Tap{PersonID: person, MemberID: member, ClientRef: s.ref, InputHash: s.hash, SubjectID: id, At: tx.Now}).Error)
}

// act runs f in a transaction, once for what the client sent. f gives the id of what it made or changed.
func (s *Service) act(ctx context.Context, actor org.Actor, action org.Action, verb string, f func(tx *store.Tx) (int64, error)) (int64, error) {
	if err := actor.Must(action); err != nil {
		return 0, err
	}
	var id int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		before, done, err := s.tapped(tx, actor.PersonID, 0)
		if id = before; done || err != nil {
			return err
		}
		if id, err = f(tx); err != nil {
			return err
		}
		return s.mark(tx, actor.PersonID, 0, id)
	})
	if err != nil {
		if before, done := s.overtaken(ctx, actor.PersonID, 0); done {
			return before, nil
		}
		return 0, fmt.Errorf("committee %s: %w", verb, err)
	}
	return id, nil
}

// overtaken reports whether a twin of what was refused has done it meanwhile: of two taps at the same moment the second waits
// for the first one's lock, and then finds its deed instead of its reference.
func (s *Service) overtaken(ctx context.Context, person, member int64) (id int64, done bool) {
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		id, done, err = s.tapped(tx, person, member)
		return err
	})
	return id, done && err == nil
}

// rules are the law of today.
func (s *Service) rules(tx *store.Tx) (*rulepack.Set, error) { return org.Rules(tx, tx.Now, s.pack) }

// note writes the trail.
func note(tx *store.Tx, actor audit.Actor, verb, kind string, id, estate int64, detail map[string]any) error {
	return audit.Append(tx, actor, "committee."+verb, audit.Subject{Kind: kind, ID: id, Estate: estate}, detail)
}

// tell sends an event with what all of them carry.
func tell(tx *store.Tx, e event.Committee) error {
	names, err := org.EstateNames(tx, []int64{e.EstateID})
	if err != nil {
		return err
	}
	e.EstateName, e.At = names[e.EstateID], tx.Now
	return outbox.Append(tx, e)
}

// length reports whether a text has so many characters.
func length(s string, low, high int) bool {
	n := len([]rune(s))
	return n >= low && n <= high
}

// Now is the moment by which lateness is shown.
func (s *Service) Now() time.Time { return s.db.Now() }
