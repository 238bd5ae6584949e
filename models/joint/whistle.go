// Package joint is the work of several offices at one table: whistles (吹哨报到) that call departments and utilities to a
// place, joint conferences (联席会议), the minutes of both, and the tasks that they leave.
package joint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
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

// Call is one office to be called, with what it is to do and by which clause.
type Call struct {
	OrganisationID int64
	Task           string
	Clause         string
}

// Request is what a community asks its township to blow the whistle for.
type Request struct {
	CaseID    int64 // with a case, the estate is the case's
	EstateID  int64
	Reason    string
	Sort      Sort
	Place     string
	Lat, Lng  int64
	Calls     []Call
	ClientRef string
	InputHash string
}

func (r *Request) check() error {
	r.Reason, r.Place = strings.TrimSpace(r.Reason), strings.TrimSpace(r.Place)
	var c fault.Checks
	c.Check(r.CaseID != 0 || r.EstateID != 0, "case_id", "请选择投诉件或小区")
	n := len([]rune(r.Reason))
	c.Check(n >= 10 && n <= 1000, "reason", "请写明为什么超出社区和乡镇（办事处）的职权（10至1000个字）")
	c.Check(r.Sort == Simple || r.Sort == Complex, "sort", "请选择简单（simple）或复杂（complex）")
	c.Check(len([]rune(r.Place)) >= 2 && len([]rune(r.Place)) <= 200, "place", "请写明在哪里报到，不超过200个字")
	c.Check(len(r.Calls) >= 1 && len(r.Calls) <= 15, "calls", "请选择1至15个单位")
	seen := map[int64]bool{}
	for i, call := range r.Calls {
		at := func(f string) string { return fmt.Sprintf("calls[%d].%s", i, f) }
		c.Check(!seen[call.OrganisationID], at("to"), "同一个单位只通知一次")
		seen[call.OrganisationID] = true
		n := len([]rune(strings.TrimSpace(call.Task)))
		c.Check(n >= 2 && n <= 500, at("task"), "请写明要这个单位做什么（2至500个字）")
	}
	c.Check(r.ClientRef != "" && len(r.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// Ask is a community's (or a township's own) request that the township's head blow the whistle.
// Faults: ErrForbidden, complaint.ErrNotFound, org.ErrEstateNotFound, ErrUnit, complaint.ErrAboutParty, ErrRefReused,
// fault.ErrInvalid.
func (s *Service) Ask(ctx context.Context, actor org.Actor, r Request) (*Whistle, error) {
	if err := actor.Must(org.AskWhistle); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	var w *Whistle
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var before []Whistle
		if err := tx.Where("asked_by = ? AND client_ref = ?", actor.PersonID, r.ClientRef).Limit(1).Find(&before).Error; err != nil {
			return err
		}
		if len(before) == 1 {
			w = &before[0]
			if w.InputHash != r.InputHash {
				return ErrRefReused
			}
			return nil
		}
		var err error
		w, err = s.insert(tx, actor, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask for a whistle: %w", err)
	}
	return w, nil
}

func (s *Service) insert(tx *store.Tx, actor org.Actor, r Request) (*Whistle, error) {
	var c *complaint.Case
	var err error
	if r.CaseID != 0 {
		if c, err = complaint.Seen(tx, actor, r.CaseID); err != nil {
			return nil, err
		}
		// What was merged goes on in another case, and so does the whistle; what is over needs none.
		if c, err = live(tx, c); err != nil {
			return nil, err
		}
		r.CaseID, r.EstateID = c.ID, c.EstateID
	}
	e, err := org.EstateFor(tx, actor, org.AskWhistle, r.EstateID)
	if err != nil {
		return nil, err
	}
	if c != nil && c.AboutID == e.TownshipID {
		return nil, ErrState.Saying("这件投诉反映的是乡镇（办事处），不能由它签批吹哨，请报领导小组办公室")
	}
	number, err := store.NextNumber(tx, "S")
	if err != nil {
		return nil, err
	}
	w := &Whistle{Number: number, CaseID: r.CaseID, EstateID: e.ID, TownshipID: e.TownshipID, AskedOrg: actor.OrganisationID(), AskedBy: actor.PersonID, Reason: r.Reason, Sort: r.Sort,
		Place: r.Place, Lat: r.Lat, Lng: r.Lng, State: Requested, Version: 1, ClientRef: r.ClientRef, InputHash: r.InputHash, CreatedAt: tx.Now}
	if c != nil {
		w.AboutID = c.AboutID
	}
	if w.SignDue, w.SignReference, err = s.clock(tx, "complaint.whistle.sign"); err != nil {
		return nil, err
	}
	if err := tx.Create(w).Error; err != nil {
		return nil, store.Raced(err)
	}
	for i, call := range r.Calls {
		if err := s.mayCall(tx, c, call.OrganisationID); err != nil {
			return nil, err
		}
		_, known, err := s.cases.Duty(tx, call.Clause)
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, fault.ErrInvalid.With(fault.Field{Path: fmt.Sprintf("calls[%d].clause", i), Reason: "职责清单里没有这一条，请写成“五(六)2”这样的条款号"})
		}
		sm := Summons{WhistleID: w.ID, OrganisationID: call.OrganisationID, Task: strings.TrimSpace(call.Task), Clause: call.Clause, State: Listed, Metres: -1}
		if err := tx.Create(&sm).Error; err != nil {
			return nil, err
		}
	}
	if err := s.note(tx, actor, w, "requested", 0, ""); err != nil {
		return nil, err
	}
	return w, nil
}

// live follows a case to the one that it was merged into, and refuses one that is over.
func live(tx *store.Tx, c *complaint.Case) (*complaint.Case, error) {
	for range 20 { // merges do not go round
		if c.MergedID == 0 {
			break
		}
		var into complaint.Case
		if err := tx.Where("id = ?", c.MergedID).Take(&into).Error; err != nil {
			return nil, err
		}
		c = &into
	}
	if !c.Open {
		return nil, ErrState.Saying("投诉件（" + c.Number + "）现在是“" + complaint.StateNames[c.State] + "”，不用再吹哨")
	}
	return c, nil
}

// mayCall refuses whoever a whistle cannot call: only departments, utilities and the bureau, and never the body that the
// complaint is about.
func (s *Service) mayCall(tx *store.Tx, c *complaint.Case, organisation int64) error {
	o, err := org.FindOrganisation(tx, organisation)
	if err != nil {
		return err
	}
	if (o.Kind != org.Department && o.Kind != org.Utility && o.Kind != org.Bureau) || o.ClosedAt != nil {
		return ErrUnit
	}
	if c == nil {
		return nil
	}
	return complaint.MayHandle(tx, c, o)
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

// Sign is the township head's decision: blow the whistle, which calls the offices at once, or decline with a reason.
// Faults: ErrForbidden, ErrWhistle, ErrState, fault.ErrInvalid.
func (s *Service) Sign(ctx context.Context, actor org.Actor, id int64, blow bool, text string) (*Whistle, error) {
	if err := actor.Must(org.BlowWhistle); err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); (!blow && n < 2) || n > 500 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不同意时请写明理由（2至500个字）"})
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		if w.TownshipID != actor.OrganisationID() {
			return ErrWhistle
		}
		if w.State != Requested {
			return ErrState.Saying("这次吹哨已经是“" + StateNames[w.State] + "”，不用再签批")
		}
		w.State, w.SignedPost, w.SignedText = Declined, actor.Post.PostID, text
		if !blow {
			w.ClosedAt = &tx.Now
			return s.note(tx, actor, w, "declined", w.AskedOrg, text)
		}
		w.State, w.BlownAt = Blown, &tx.Now
		if err := s.term(tx, w); err != nil {
			return err
		}
		w.SignDue, w.SignReference = nil, false
		err := tx.Model(&Summons{}).Where("whistle_id = ?", w.ID).Updates(map[string]any{"state": Called, "called_at": tx.Now}).Error
		if err != nil {
			return err
		}
		if err := s.involve(tx, w); err != nil {
			return err
		}
		return s.note(tx, actor, w, "blown", 0, "")
	})
}

// involve lets the called offices read the complaint that they are called for.
func (s *Service) involve(tx *store.Tx, w *Whistle) error {
	if w.CaseID == 0 {
		return nil
	}
	var filed complaint.Case
	if err := tx.Where("id = ?", w.CaseID).Take(&filed).Error; err != nil {
		return err
	}
	c, err := live(tx, &filed)
	if err != nil {
		return err
	}
	called, err := summoned(tx, w.ID)
	if err != nil {
		return err
	}
	for _, sm := range called {
		err := s.cases.Involve(tx, c, sm.OrganisationID)
		if errors.Is(err, org.ErrOrganisationNotFound) { // closed since it was named
			err = tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ?", w.ID, sm.OrganisationID).
				Updates(map[string]any{"state": Excused, "final": true, "decided_text": "单位已撤销"}).Error
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Relocate keeps open whistles with the township that an estate has come to.
func (s *Service) Relocate(tx *store.Tx, estate, _, township int64) error {
	return tx.Model(&Whistle{}).Where("estate_id = ? AND state IN ?", estate, []State{Requested, Blown}).Update("township_id", township).Error
}

// Recall takes back a request that nobody has signed yet, by the office that made it.
// Faults: ErrForbidden, ErrWhistle, ErrState, ErrNotBlower, fault.ErrInvalid.
func (s *Service) Recall(ctx context.Context, actor org.Actor, id int64, text string) (*Whistle, error) {
	if err := actor.Must(org.AskWhistle); err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 400 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明为什么撤回（2至400个字）"})
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		switch {
		case w.AskedOrg != actor.OrganisationID():
			return ErrNotBlower
		case w.State != Requested:
			return ErrState.Saying("这次吹哨已经是“" + StateNames[w.State] + "”，不能撤回")
		}
		w.State, w.SignedText, w.ClosedAt = Declined, "申请单位撤回："+text, &tx.Now
		return s.note(tx, actor, w, "recalled", w.TownshipID, text)
	})
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

// Close ends the whistle by whoever blew it: the community that asked or the township that signed, with the outcome.
// Every called office has come or need not; once its time is over, the rest counts as absent. Where no time limit is in
// force nobody was late: whoever has not come is let go.
// Faults: ErrForbidden, ErrWhistle, ErrState, ErrNotBlower, ErrOpen, fault.ErrInvalid.
func (s *Service) Close(ctx context.Context, actor org.Actor, id int64, outcome string) (*Whistle, error) {
	if err := actor.Must(org.AskWhistle); err != nil {
		return nil, err
	}
	outcome = strings.TrimSpace(outcome)
	if n := len([]rune(outcome)); n < 10 || n > 2000 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明处理结果（10至2000个字）"})
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		if err := w.blower(actor); err != nil {
			return err
		}
		if w.State != Blown {
			return ErrState.Saying("这次吹哨现在是“" + StateNames[w.State] + "”，不能销哨")
		}
		if err := dismiss(tx, w); err != nil {
			return err
		}
		w.State, w.Outcome, w.ClosedAt, w.RemindAt = Closed, outcome, &tx.Now, nil
		return s.note(tx, actor, w, "closed", 0, outcome)
	})
}

// dismiss says what becomes of the offices that have not come when a whistle is closed. One that stays away cannot keep it
// open for ever, and is not excused either. Neither can a refusal on which nobody decides: it stays on record as one.
func dismiss(tx *store.Tx, w *Whistle) error {
	called, err := summoned(tx, w.ID)
	if err != nil {
		return err
	}
	for _, sm := range called {
		due, next := sm.due(w), Absent
		switch {
		case sm.State == Refused && (w.DueAt == nil || !tx.Now.After(*w.DueAt)):
			return ErrOpen
		case sm.State != Called:
			continue
		case due == nil:
			next = Released
		case !tx.Now.After(*due):
			return ErrOpen
		}
		if err := tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ?", w.ID, sm.OrganisationID).Update("state", next).Error; err != nil {
			return err
		}
	}
	return nil
}

// blower refuses everybody but the two offices that blew the whistle.
func (w *Whistle) blower(actor org.Actor) error {
	if own := actor.OrganisationID(); own != w.AskedOrg && own != w.TownshipID {
		return ErrNotBlower
	}
	return nil
}

// note records what happened in the trail, in the complaint's timeline, and for those who are told.
func (s *Service) note(tx *store.Tx, actor audit.Actor, w *Whistle, what string, to int64, text string) error {
	err := audit.Append(tx, actor, "whistle."+what, audit.Subject{Kind: "whistle", ID: w.ID, Estate: w.EstateID, About: w.AboutID}, map[string]any{"case": w.CaseID, "to": to})
	if err != nil {
		return err
	}
	if w.CaseID != 0 {
		if step, kind := timelineText(w, what, text), complaint.Whistle; step != "" {
			if what == "arrived" {
				kind = complaint.CheckIn
			}
			if err := s.cases.Record(tx, actor, w.CaseID, kind, to, step); err != nil {
				return err
			}
		}
	}
	e, err := s.event(tx, w, what, to)
	if err != nil {
		return err
	}
	return outbox.Append(tx, e)
}

// timelineText is what the complainants read in their case; nothing for what concerns the offices alone.
func timelineText(w *Whistle, what, text string) string {
	switch what {
	case "requested":
		return "已请乡镇（办事处）吹哨：" + w.Reason
	case "recalled":
		return "吹哨申请已撤回：" + text
	case "declined":
		return "乡镇（办事处）没有同意吹哨：" + text
	case "blown":
		return "已吹哨（" + w.Number + "），有关单位到" + w.Place + "报到"
	case "unsigned":
		return "吹哨申请还没有签批，已报上一级督促"
	case "arrived", "refused", "excused", "must_come":
		return text
	case "closed":
		return "已销哨：" + text
	}
	return ""
}

func (s *Service) event(tx *store.Tx, w *Whistle, what string, to int64) (event.Whistle, error) {
	names, err := org.EstateNames(tx, []int64{w.EstateID})
	if err != nil {
		return event.Whistle{}, err
	}
	orgs, err := org.Organisations(tx, []int64{to})
	if err != nil {
		return event.Whistle{}, err
	}
	called, err := summoned(tx, w.ID)
	if err != nil {
		return event.Whistle{}, err
	}
	e := event.Whistle{WhistleID: w.ID, Number: w.Number, CaseID: w.CaseID, EstateID: w.EstateID, EstateName: names[w.EstateID], What: what, AskedID: w.AskedOrg, TownshipID: w.TownshipID,
		AboutID: w.AboutID, Place: w.Place, ToID: to, ToName: orgs[to].Name, At: tx.Now}
	if w.DueAt != nil {
		e.Due = *w.DueAt
	}
	for _, sm := range called {
		if sm.OrganisationID == to && sm.DueAt != nil {
			e.Due = *sm.DueAt
		}
		// The reminder is for those who have not come.
		if sm.State != Excused && (what != "soon" || sm.State == Called) {
			e.CalledIDs = append(e.CalledIDs, sm.OrganisationID)
		}
	}
	return e, nil
}

func summoned(tx *store.Tx, id int64) ([]Summons, error) {
	var rows []Summons
	return rows, tx.Where("whistle_id = ?", id).Order("organisation_id").Limit(50).Find(&rows).Error
}
