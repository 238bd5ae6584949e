package committee

import (
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
)

// Duty is what is owed by a date. WatchAt is when the clock looks at it next: first to remind, then to say that it is late.
type Duty struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	TermID    int64
	Kind      DutyKind
	SubjectID int64
	OwedBy    string // committee, company, township
	Title     string
	DueAt     time.Time
	WatchAt   *time.Time
	LateAt    *time.Time
	DoneAt    *time.Time
	CreatedAt time.Time
}

// TableName names the table.
func (Duty) TableName() string { return "committee_duties" }

// DutyKind is what is owed.
type DutyKind string

// The kinds of duties, each about one thing.
const (
	OweFirst    DutyKind = "first_meeting" // of a term
	OweFiling   DutyKind = "filing"        // of a filing
	OweRenewal  DutyKind = "renewal"       // of a term
	OweHandover DutyKind = "handover"      // of a hand-over
	OweReport   DutyKind = "report"        // of a report
	OweDisclose DutyKind = "disclose"      // of an item
	OweMeeting  DutyKind = "meeting"       // of a request
	OweAnswer   DutyKind = "answer"        // of a proposal
	OweAudit    DutyKind = "audit"         // of an audit
	OweReturn   DutyKind = "return"        // of a member who left
	OweFinding  DutyKind = "finding"       // of an audit
)

// DutyNames are the duties as people read them.
var DutyNames = map[DutyKind]string{OweFirst: "召开首次会议", OweFiling: "备案", OweRenewal: "换届", OweHandover: "移交", OweReport: "工作报告", OweDisclose: "公布决定", OweMeeting: "按委员提议召开会议",
	OweAnswer: "答复业主的建议", OweAudit: "审计", OweReturn: "离任交还印章资料", OweFinding: "审计发现问题的整改"}

// subjects are what a message about a duty opens.
var subjects = map[DutyKind]string{OweFirst: "committee_term", OweFiling: "committee_filing", OweRenewal: "committee_term", OweHandover: "committee_handover", OweReport: "committee_report", OweDisclose: "committee_item",
	OweMeeting: "committee_request", OweAnswer: "committee_proposal", OweAudit: "committee_audit", OweReturn: "committee_member", OweFinding: "committee_audit"}

// owe puts a duty on the list, once.
func owe(tx *store.Tx, d Duty) error {
	if d.WatchAt == nil {
		at := calendar.RemindBefore(tx.Now, d.DueAt)
		d.WatchAt = &at
	}
	d.Title, d.CreatedAt = clip(d.Title, 200), tx.Now
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&d).Error
}

// settle takes a duty off the list: it was done, however late.
func settle(tx *store.Tx, kind DutyKind, subject int64) error {
	return tx.Model(&Duty{}).Where("kind = ? AND subject_id = ? AND done_at IS NULL", kind, subject).Updates(map[string]any{"done_at": tx.Now, "watch_at": nil}).Error
}

// within days after a moment ends with the last of them.
func after(t time.Time, days int64) time.Time { return calendar.DateOf(t).Add(int(days)).End().UTC() }

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// told is the event of a duty that is near or late.
func (d *Duty) told(what string) event.Committee {
	return event.Committee{SubjectKind: subjects[d.Kind], SubjectID: d.SubjectID, EstateID: d.EstateID, What: what, Title: DutyNames[d.Kind], Due: d.DueAt}
}
