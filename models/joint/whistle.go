// Package joint is the work of several offices at one table: whistles (吹哨报到) that call departments and utilities to a
// place, joint conferences (联席会议), the minutes of both, and the tasks that they leave.
package joint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// State is where a whistle stands.
type State string

// The states of a whistle.
const (
	Requested State = "requested" // 待签批: the township's head has not signed
	Declined  State = "declined"  // 未同意
	Blown     State = "blown"     // 已吹哨
	Closed    State = "closed"    // 已销哨
)

// StateNames are the states as people read them.
var StateNames = map[State]string{Requested: "待签批", Declined: "未同意", Blown: "已吹哨", Closed: "已销哨"}

// Sort says which time limit a whistle has.
type Sort string

// The sorts.
const (
	Simple  Sort = "simple"
	Complex Sort = "complex"
)

// Whistle calls offices to a place for what exceeds the powers of community and township.
type Whistle struct {
	ID           int64 `gorm:"primaryKey"`
	Number       string
	CaseID       int64 // 0 when no complaint is behind it
	EstateID     int64
	TownshipID   int64
	AboutID      int64 // whom the complaint is about; never summoned, never shown
	AskedOrg     int64
	AskedBy      int64
	Reason       string // why it exceeds their powers
	Sort         Sort
	Place        string
	Lat, Lng     int64 // micro-degrees; both 0 without a pin
	State        State
	SignedPost   int64
	SignedText   string
	Outcome      string
	DueAt        *time.Time
	DueReference bool
	LateAt       *time.Time // when its lateness was told
	Version      int64
	ClientRef    string
	InputHash    string
	CreatedAt    time.Time
	BlownAt      *time.Time
	ClosedAt     *time.Time

	SignDue       *time.Time // until when the head signs; nil without a term in force
	SignReference bool       // that date is 参考时限
	ToldAt        *time.Time // when the level above was told that nobody signs
	RemindAt      *time.Time // when the called are reminded of the due date; nil once they were
}

// Answer is what a summoned office did with its summons.
type Answer string

// The answers.
const (
	Listed  Answer = "listed"  // named, the whistle is not blown yet
	Called  Answer = "called"  // must come, or refuse by a clause
	Refused Answer = "refused" // the leading group's office decides
	Excused Answer = "excused" // need not come
	Arrived Answer = "arrived" // checked in
	Absent  Answer = "absent"  // neither came nor refused

	// Released: had not come when the whistle was closed, and no time limit was in force by which it was late.
	Released Answer = "released"
)

// AnswerNames are the answers as people read them.
var AnswerNames = map[Answer]string{Listed: "拟通知", Called: "待报到", Refused: "拒绝，待裁定", Excused: "不用到场", Arrived: "已报到", Absent: "未报到", Released: "销哨时未报到（没有时限）"}

// Summons is one office that a whistle calls.
type Summons struct {
	WhistleID      int64 `gorm:"primaryKey;autoIncrement:false"`
	OrganisationID int64 `gorm:"primaryKey;autoIncrement:false"`
	Task           string
	Clause         string
	State          Answer
	RefusedClause  string
	RefusedText    string
	DecidedText    string
	Final          bool // the refusal was decided; it cannot be refused again
	ArrivedAt      *time.Time
	ArrivedBy      int64
	ArrivedPost    int64
	Lat, Lng       int64
	Metres         int64 // from the whistle's pin; -1 where one of the two has none
	Away           bool  // beyond the radius, with a reason
	AwayReason     string
	FileID         int64
	Response       complaint.Opinion // rating by whoever blew the whistle
	Solved         complaint.Opinion
	Satisfied      complaint.Opinion
	Comment        string
	RatedAt        *time.Time
	CalledAt       *time.Time
	DueAt          *time.Time // its own term, where the office decided that it must come; else the whistle's counts
}

// due is when the office counts as absent; nil without a time limit.
func (sm *Summons) due(w *Whistle) *time.Time {
	if sm.DueAt != nil {
		return sm.DueAt
	}
	return w.DueAt
}

// TableName names the table.
func (Summons) TableName() string { return "whistle_summons" }

// Faults of whistles.
var (
	ErrWhistle   = fault.New(fault.NotFound, "whistle.not_found", "没有找到这次吹哨")
	ErrState     = fault.New(fault.Conflict, "whistle.wrong_state", "目前的状态不能这样操作")
	ErrSummoned  = fault.New(fault.NotFound, "whistle.not_summoned", "这次吹哨没有通知您单位")
	ErrNotBlower = fault.New(fault.Forbidden, "whistle.not_blower", "只有吹哨的社区和乡镇（办事处）可以销哨、评价")
	ErrUnit      = fault.New(fault.Invalid, "whistle.wrong_unit", "只能通知职能部门、供水供电供气通信单位和住建局")
	ErrOpen      = fault.New(fault.Conflict, "whistle.unfinished", "还有单位没有报到（到期后可以销哨，记为未报到），或拒绝的理由还没有裁定，现在不能销哨")
	ErrNoPlace   = fault.New(fault.Invalid, "whistle.no_position", "没有取得您的位置，请打开手机定位再报到，或写明原因")
	ErrTooFar    = fault.New(fault.Invalid, "whistle.too_far", "您不在现场范围内，请到现场报到，或写明不能到现场的原因")
	ErrRefReused = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
)

// Files ties uploads to a whistle in the caller's transaction.
type Files interface {
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
}

// Service is the actions of joint work.
type Service struct {
	db    *store.DB
	pack  *rulepack.Pack
	cases *complaint.Service
	files Files
	log   *slog.Logger
	ref   string // of what a client sent, see Once
	hash  string
}

// New wires joint work.
func New(db *store.DB, pack *rulepack.Pack, cases *complaint.Service, files Files, log *slog.Logger) *Service {
	return &Service{db: db, pack: pack, cases: cases, files: files, log: log}
}

// lock finds a whistle that the actor's office may see, and locks it.
func lock(tx *store.Tx, actor org.Actor, id int64) (*Whistle, error) {
	var w Whistle
	err := tx.ForUpdate().Scopes(readable(actor)).Where("whistles.id = ?", id).Take(&w).Error
	if err != nil {
		return nil, store.NotFound(err, ErrWhistle)
	}
	return &w, nil
}

// readable narrows to the whistles that an office reads: of its area, those that call it, or all; never one behind a
// complaint about it.
func readable(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = actor.NotAbout("whistles.about_id")(q)
		if actor.Has(org.ReadWhistles, org.ScopeCity) {
			return q
		}
		fresh := q.Session(&gorm.Session{NewDB: true})
		if actor.Has(org.ReadWhistles, org.ScopeJurisdiction) {
			return actor.Within(org.ReadWhistles, "whistles.estate_id")(q)
		}
		called := fresh.Model(&Summons{}).Select("whistle_id").Where("organisation_id = ? AND state <> ?", actor.OrganisationID(), Listed)
		return q.Where("whistles.id IN (?)", called)
	}
}

// Relocate keeps open whistles with the township that an estate has come to.
func (s *Service) Relocate(tx *store.Tx, estate, _, township int64) error {
	return tx.Model(&Whistle{}).Where("estate_id = ? AND state IN ?", estate, []State{Requested, Blown}).Update("township_id", township).Error
}

// term sets the due date by the whistle's sort; without a value in force there is none.
func (s *Service) term(tx *store.Tx, w *Whistle) error {
	var err error
	if w.DueAt, w.DueReference, err = s.clock(tx, "complaint.whistle."+string(w.Sort)); err != nil || w.DueAt == nil {
		return err
	}
	at := calendar.RemindBefore(tx.Now, *w.DueAt)
	w.RemindAt = &at
	return nil
}

// clock is when a term of the rules ends that begins now; nil without a value in force.
func (s *Service) clock(tx *store.Tx, key string) (*time.Time, bool, error) {
	set, err := org.Rules(tx, tx.Now, s.pack.Code)
	if err != nil {
		return nil, false, err
	}
	due, reference, err := complaint.Term(set, key, tx.Now)
	if errors.Is(err, rulepack.ErrUnset) {
		return nil, false, nil
	}
	return due, reference, err
}

// change locks a whistle, lets f change it, and stores it.
func (s *Service) change(ctx context.Context, actor org.Actor, id int64, f func(*store.Tx, *Whistle) error) (*Whistle, error) {
	var w *Whistle
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var err error
		if w, err = lock(tx, actor, id); err != nil {
			return err
		}
		if done, err := s.tapped(tx, actor); done || err != nil {
			return err
		}
		if err := f(tx, w); err != nil {
			return err
		}
		if err := s.mark(tx, actor, "whistle", w.ID); err != nil {
			return err
		}
		w.Version++
		res := tx.Model(&Whistle{}).Where("id = ? AND version = ?", w.ID, w.Version-1).
			Select("state", "signed_post", "signed_text", "outcome", "due_at", "due_reference", "version", "blown_at", "closed_at", "sign_due", "sign_reference", "remind_at").Updates(w)
		return store.MustAffect(res, ErrState)
	})
	if err != nil {
		return nil, fmt.Errorf("whistle %d: %w", id, err)
	}
	return w, nil
}

func summoned(tx *store.Tx, id int64) ([]Summons, error) {
	var rows []Summons
	return rows, tx.Where("whistle_id = ?", id).Order("organisation_id").Limit(50).Find(&rows).Error
}
