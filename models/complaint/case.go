// Package complaint is a resident's complaint from filing to confirmation: routed by the mandate list, worked on by the
// offices under one table of moves, answered, confirmed or returned by everybody who complained, every step kept.
package complaint

import (
	"context"
	"log/slog"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// State is where a case stands; it is always the state of its last step.
type State string

// The states of a case.
const (
	Dispatched  State = "dispatched"  // 待受理: sent to the lead
	Accepted    State = "accepted"    // 办理中
	Offered     State = "offered"     // 转办中: another office is asked to lead; the lead stays until it signs
	Arbitration State = "arbitration" // 待裁定: who leads is for the leading group's office to say
	Planned     State = "planned"     // 已安排
	Awaiting    State = "awaiting"    // 待补充: the complainant is asked; the clock pauses
	Held        State = "held"        // 暂缓: until a day; the clock pauses
	Parted      State = "parted"      // 分办中: several offices work on a part each
	Answered    State = "answered"    // 待确认: the complainants decide
	Returned    State = "returned"    // 退回重办
	Closed      State = "closed"      // 已办结
	Merged      State = "merged"      // 已并案
	Withdrawn   State = "withdrawn"   // 已撤回
)

// States lists every state in the order of the way through.
var States = []State{Dispatched, Offered, Arbitration, Accepted, Planned, Awaiting, Held, Parted, Returned, Answered, Closed, Merged, Withdrawn}

// StateNames are the states as people read them.
var StateNames = map[State]string{Dispatched: "待受理", Accepted: "办理中", Offered: "转办中", Arbitration: "待裁定", Planned: "已安排", Awaiting: "待补充",
	Held: "暂缓办理", Parted: "分办中", Answered: "待确认", Returned: "退回重办", Closed: "已办结", Merged: "已并案", Withdrawn: "已撤回"}

// over reports whether nothing more is expected of anybody.
func (s State) over() bool { return s == Closed || s == Merged || s == Withdrawn }

// paused reports whether the case's clock stands.
func (s State) paused() bool { return s == Awaiting || s == Held }

// Ending is how a case came to its end.
type Ending string

// The endings.
const (
	EndConfirmed Ending = "confirmed" // every complainant who decided is content
	EndSilent    Ending = "silent"    // nobody answered in time, which is not satisfied
	EndForced    Ending = "forced"    // by a level above
	EndWithdrawn Ending = "withdrawn"
	EndMerged    Ending = "merged"
	EndPart      Ending = "part" // a part is done; the whole is answered elsewhere
)

// EndingNames are the endings as people read them.
var EndingNames = map[Ending]string{EndConfirmed: "投诉人确认", EndSilent: "到期未回复", EndForced: "上级办结", EndWithdrawn: "撤回", EndMerged: "并案", EndPart: "分办件办完"}

// Source is how a complaint came in.
type Source string

// The sources. Patrols are counted apart.
const (
	FromResident Source = "resident"
	FromCounter  Source = "counter" // a helper filed it for somebody who came
	FromPhone    Source = "phone"   // or called
	FromSlip     Source = "slip"    // by the code on a printed slip
	FromPatrol   Source = "patrol"  // 巡查发现: a community found it
	FromHotline  Source = "hotline" // 12345
	FromOpen311  Source = "open311"
	FromSplit    Source = "split" // a part of another case
)

// SourceNames are the sources as people read them.
var SourceNames = map[Source]string{FromResident: "小程序", FromCounter: "窗口代录", FromPhone: "电话代录", FromSlip: "纸质单扫码", FromPatrol: "巡查发现",
	FromHotline: "12345热线", FromOpen311: "开放接口", FromSplit: "分办件"}

// Visibility says whether neighbours may see the case.
type Visibility string

// The visibilities. Public shows text and progress, never who complained.
const (
	Public  Visibility = "public"
	Private Visibility = "private"
)

// Display says whether the text may be shown in public. It never holds back the dispatch.
type Display string

// The states of the content check.
const (
	Unchecked Display = "unchecked" // WeChat's check has not answered yet
	Cleared   Display = "cleared"   // may be shown
	Review    Display = "review"    // a person must look
	Hidden    Display = "hidden"    // a person decided not to show it
)

// Case is one complaint.
type Case struct {
	ID             int64 `gorm:"primaryKey"`
	Number         string
	Source         Source
	EstateID       int64
	CommunityID    int64 // of the estate, kept here for the work lists; see Relocate
	TownshipID     int64
	BuildingID     int64
	UnitID         int64
	Part           string // common part, a code of Parts
	Place          string
	Lat, Lng       int64 // micro-degrees, GCJ-02 as WeChat gives them; both 0 without a pin
	AboutID        int64 // the organisation complained about; it never gets the case
	Matter         string
	MatterName     string
	Clause         string
	ClauseText     string
	Class          string
	MandateVersion string // of the list that routed it
	Rules          string // by which its clocks run
	Text           string
	Redacted       string // what neighbours and the open interface read instead; empty for nothing
	RedactedPlace  string // and instead of the place
	Visibility     Visibility
	Display        Display
	CheckedAt      *time.Time

	State     State
	Resume    State // where Back leads
	Level     string
	LeadID    int64
	OfferedID int64
	ParentID  int64 // the case that this one is a part of
	MergedID  int64 // the case that this one was merged into
	Final     bool  // arbitrated: nobody refuses or transfers it any more
	Refusals  int
	Returns   int
	// LateAnswers counts the answers that came after the date that was due when they came. A new dispatch brings a new date and
	// takes none of them back.
	LateAnswers int
	People      int // receipts
	Ending      Ending

	RouteReason   string
	DueAt         *time.Time
	OutsideDueAt  *time.Time // a deadline from outside, see dispatch
	DueReference  bool       // the due date is 参考时限: no local value is confirmed
	StepDueAt     *time.Time
	PlannedAt     *time.Time // what the last plan promised
	PausedSeconds int64      // how long the clock has stood in all
	PausedAt      *time.Time
	HeldUntil     *time.Time // end of a pause, or of the window to return an answer
	WakeAt        *time.Time // when the clock looks at it again
	RemindAt      *time.Time
	EscalateAt    *time.Time
	Escalations   int
	SupervisorID  int64 // the level that was called in last

	Open    bool
	Urgent  bool
	Queue   int64 // order in the work lists, see queue()
	Indexed bool  // searchable, see IndexTexts

	Version      int64 // number of steps; each step takes the next
	CreatedAt    time.Time
	DispatchedAt *time.Time
	AcceptedAt   *time.Time
	AnsweredAt   *time.Time
	ClosedAt     *time.Time
	ErasedAt     *time.Time // when the identities were erased
}

// Party is an organisation that takes part in a case.
type Party struct {
	CaseID         int64  `gorm:"primaryKey;autoIncrement:false"`
	OrganisationID int64  `gorm:"primaryKey;autoIncrement:false"`
	Role           string // lead, joint, next (a later leg of an ordered route), offered (asked to lead), former (led once), above, arbiter, finder (found it on patrol), caller (asks those without an account)
	Leg            int    // order of a later leg
	Does           string // what a later leg does
	Clause         string
	PostID         int64 // the post that works on it; 0 until somebody takes it
	Open           bool
	Waiting        bool // it is this organisation's turn
	Queue          int64
	Since          time.Time

	// What lists narrow by, as the case has it; see seat.
	EstateID  int64
	State     State
	Matter    string
	Source    Source
	LeadID    int64
	AboutID   int64
	Urgent    bool
	DueAt     *time.Time
	StepDueAt *time.Time
	CreatedAt *time.Time
	ClosedAt  *time.Time
}

// TableName names the table.
func (Party) TableName() string { return "case_parties" }

// Step is one thing that happened to a case. Steps are only ever added.
type Step struct {
	ID             int64 `gorm:"primaryKey"`
	CaseID         int64
	Seq            int64
	Kind           Action
	State          State
	PersonID       int64
	PostID         int64
	OrganisationID int64
	ComplainantID  int64 // the receipt under which a complainant acted
	ToID           int64 // organisation a case was sent to
	Clause         string
	Text           string
	OnAt           *time.Time // the day that a plan, a hold or an answer names
	Redacted       string     // what complainants and the open interface read instead of an office's text
	Detail         string     // a report or an opinion, as JSON
	Public         bool
	ClientRef      *string
	InputHash      string
	At             time.Time
}

// TableName names the table.
func (Step) TableName() string { return "case_steps" }

// Service is the actions on complaints.
type Service struct {
	db      *store.DB
	pack    *rulepack.Pack // the city's mandate list
	vault   *vault.Vault
	checker Checker
	files   Files
	log     *slog.Logger
	lists   mandates
	forget  []Forgetter
	// watchers hear of offices' steps.
	watchers []Watcher
}

// Files ties uploads to a case in the caller's transaction.
type Files interface {
	// IDsFor lists what is attached to a subject.
	IDsFor(ctx context.Context, subjectKind string, subjectID int64) ([]int64, error)
	// IDsForAll lists what is attached to each of some subjects.
	IDsForAll(ctx context.Context, subjectKind string, subjectIDs []int64) (map[int64][]int64, error)
	// Redact puts an upload of the actor's in the place of a subject's picture for those who are not entitled to it.
	Redact(tx *store.Tx, actor org.Actor, photo, redacted int64, subjectKind string, subjectIDs []int64, estateID int64) error
	// Unname forgets whose uploads the pictures of some subjects were.
	Unname(tx *store.Tx, subjectKind string, subjectIDs []int64) error
	// AttachUnnamed does the same without keeping whose uploads they were.
	AttachUnnamed(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
}

// New wires complaints.
func New(db *store.DB, pack *rulepack.Pack, v *vault.Vault, checker Checker, files Files, log *slog.Logger) *Service {
	return &Service{db: db, pack: pack, vault: v, checker: checker, files: files, log: log, lists: mandates{read: map[int]*rulepack.Pack{}}}
}

// subject is the case in the audit trail.
func subject(c *Case) audit.Subject {
	return audit.Subject{Kind: "case", ID: c.ID, Estate: c.EstateID, About: c.AboutID}
}
