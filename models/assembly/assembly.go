// Package assembly holds meetings of owners from the draft to the certificate: roll, notice, ballots by phone, link and paper, the
// count by heads and area (Civil Code art. 278), objections and what is kept for a court. What is counted is counted from the
// ballots each time; no total is kept that a result hangs on. It may touch the register, files and the rule packs.
package assembly

import (
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Faults of meetings.
var (
	ErrNotFound    = fault.New(fault.NotFound, "meeting.not_found", "没有找到这次业主大会")
	ErrNotConvener = fault.New(fault.Forbidden, "meeting.not_convener", "这次会议由别的单位召集，这一步由召集单位办理；有意见请写在社区意见里，或者向乡镇（办事处）反映")
	ErrNoMotion    = fault.New(fault.NotFound, "motion.not_found", "没有找到这个议题")
	ErrNoSeat      = fault.New(fault.NotFound, "seat.not_found", "名册上没有您可以投票的这份表决权；如有疑问，请联系会议召集人或社区")
	ErrState       = fault.New(fault.Conflict, "meeting.state", "会议目前的阶段不能办理这一步，请刷新后再看")
	ErrSamePerson  = fault.New(fault.Forbidden, "meeting.same_person", "起草的人不能自己确认，请由另一个人确认")
	ErrStale       = fault.New(fault.Conflict, "meeting.stale", "会议内容刚被别人改过，请刷新后再办")
	ErrNotOpen     = fault.New(fault.Conflict, "voting.not_open", "表决还没有开始")
	ErrClosed      = fault.New(fault.Closed, "voting.closed", "表决已经截止，不能再投票")
	ErrAlreadyCast = fault.New(fault.Conflict, "ballot.already_cast", "这份表决权已经投过票；本次会议的规则不允许改票")
	ErrPaperAsked  = fault.New(fault.Conflict, "ballot.paper_asked", "这份表决权已申请用纸质表决票；想改用手机投票，请先撤回纸质申请")
	ErrElectronic  = fault.New(fault.Conflict, "ballot.no_electronic", "本次会议不采用手机投票，请用纸质表决票")
	ErrRefReused   = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
)

// Deliveries says to which seats the notice of a meeting was served in a way that proves it, and by which ways others were tried.
type Deliveries interface {
	// Served gives how each owner set stood with what was sent from a moment, by another: "proven", "attempted", or nothing. With words
	// only what was sent in a text that holds them is looked at.
	Served(tx *store.Tx, meeting int64, words string, from, until time.Time) (map[int64]string, error)
}

// Files ties uploads to a meeting in the caller's transaction.
type Files interface {
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	// Retire takes files off a subject; they stay stored.
	Retire(tx *store.Tx, ids []int64, subjectKind string, subjectID int64) error
	// IDsIn lists what is attached to each of some subjects.
	IDsIn(tx *store.Tx, subjectKind string, subjects []int64) (map[int64][]int64, error)
	// Under pages through what is attached to the subjects that a query selects.
	Under(tx *store.Tx, subjectKind string, subjects *gorm.DB, after int64, limit int) ([]file.File, error)
}

// Options are what meetings are built from.
type Options struct {
	DB         *store.DB
	Vault      *vault.Vault
	Files      Files
	Deliveries Deliveries // nil: nothing is proven
	Board      Board      // nil: nothing is put on a board
	Items      Items      // that motions may take up; nil: there are none
	Check      Checker    // of what owners write for each other; nil: everything is shown
	Signer     log.Signer // of checkpoints and certificates
	Prover     org.Prover // of sign-ins that casts bring unproved; nil: there are none
	Pack       string     // the city's rule pack
	PublicURL  string
	Production bool // people vote in earnest: no day is set back
	Log        *slog.Logger
}

// Service is what is done with meetings.
type Service struct {
	o        Options
	db       *store.DB
	casts    store.Gather[*casting]
	ids      store.IDs // of envelopes
	agendas  agendas
	turns    turns
	bundling chan struct{}
}

// New wires the service.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{o: o, db: o.DB, bundling: make(chan struct{}, maxBundles)}
	s.ids.Table = "envelopes"
	s.casts.Do, s.casts.Most, s.casts.Second, s.casts.Waiting, s.casts.Timeout = s.castAll, maxBatch, secondBatch, maxWaiting, batchTimeout
	return s
}

// eventOf gives what every event of a meeting carries.
func (m *Meeting) eventOf(estate string, now time.Time) event.Assembly {
	e := event.Assembly{MeetingID: m.ID, Number: m.Number, EstateID: m.EstateID, EstateName: estate, Title: m.Title, ConvenerID: m.ConvenerID, At: now}
	if m.ClosesAt != nil {
		e.Due = *m.ClosesAt
	}
	return e
}

// convenedFor takes a meeting that the actor's own organisation convenes.
func convenedFor(tx *store.Tx, actor org.Actor, id int64) (*Meeting, error) {
	m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
	if err == nil && !m.convenedBy(actor) {
		return nil, ErrNotConvener
	}
	return m, err
}

// meetingFor finds a meeting on whose estate the actor may do the action; it is locked.
func meetingFor(tx *store.Tx, q *gorm.DB, actor org.Actor, action org.Action, id int64) (*Meeting, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var m Meeting
	err := q.Scopes(reach(tx, actor, action, "meetings.estate_id")).Where("id = ?", id).Take(&m).Error
	return &m, store.NotFound(err, ErrNotFound)
}
