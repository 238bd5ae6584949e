// Package complaint is a resident's complaint from filing to confirmation: routed by the mandate list, answered by
// the office that leads, confirmed or returned by the resident, every step kept.
package complaint

import (
	"context"
	"log/slog"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// State is where a case stands; it is always the state of its last step.
type State string

// The states of a case.
const (
	Dispatched State = "dispatched" // 待受理: sent to the lead
	Accepted   State = "accepted"   // 办理中
	Offered    State = "offered"    // 转办中: another office is asked to lead; the lead stays until it signs
	Answered   State = "answered"   // 待确认: the resident decides
	Returned   State = "returned"   // 退回重办
	Closed     State = "closed"     // 已办结
)

// StateNames are the states as people read them.
var StateNames = map[State]string{Dispatched: "待受理", Accepted: "办理中", Offered: "转办中", Answered: "待确认", Returned: "退回重办", Closed: "已办结"}

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
	EstateID       int64
	BuildingID     int64
	UnitID         int64
	Place          string
	PersonID       int64
	OpenID         string // of the filing session, for the content check
	AboutID        int64  // the organisation complained about; it never gets the case
	Matter         string
	MatterName     string
	Clause         string
	ClauseText     string
	Class          string
	MandateVersion string
	Text           string
	Visibility     Visibility
	Display        Display
	CheckedAt      *time.Time
	State          State
	Level          string
	LeadID         int64
	OfferedID      int64
	RouteReason    string
	DueAt          *time.Time
	DueReference   bool // the due date is 参考时限: no local value is confirmed
	Returns        int
	Version        int64 // number of steps; each step takes the next
	ClientRef      string
	InputHash      string
	CreatedAt      time.Time
	ClosedAt       *time.Time
}

// Party is an organisation that takes part in a case.
type Party struct {
	CaseID         int64  `gorm:"primaryKey;autoIncrement:false"`
	OrganisationID int64  `gorm:"primaryKey;autoIncrement:false"`
	Role           string // lead, joint, next (a later leg of an ordered route), offered (asked to lead), former (led once)
	Since          time.Time
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
	ToID           int64 // organisation a case was sent to
	Clause         string
	Text           string
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
	checker Checker
	files   Files
	log     *slog.Logger
}

// Files ties uploads to a case in the caller's transaction.
type Files interface {
	// IDsFor lists what is attached to a subject.
	IDsFor(ctx context.Context, subjectKind string, subjectID int64) ([]int64, error)
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
}

// New wires complaints.
func New(db *store.DB, pack *rulepack.Pack, checker Checker, files Files, log *slog.Logger) *Service {
	return &Service{db: db, pack: pack, checker: checker, files: files, log: log}
}

// subject is the case in the audit trail.
func subject(c *Case) audit.Subject {
	return audit.Subject{Kind: "case", ID: c.ID, Estate: c.EstateID, About: c.AboutID}
}

// Erase takes out of the complaints what leads to a person: their account, and what neighbours could read. The case
// itself stays with the offices that handled it.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	return tx.Model(&Case{}).Where("person_id = ?", person).Updates(map[string]any{"open_id": "", "visibility": Private}).Error
}
