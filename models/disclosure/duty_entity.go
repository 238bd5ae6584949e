package disclosure

import (
	"context"
	"log/slog"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Duty is one thing that an estate's organisation has to publish: about a period, or after an event. LateAt stays once it was late,
// however it was published afterwards. Slot is the first day of its period, or what an event's duty follows from.
type Duty struct {
	ID                 int64 `gorm:"primaryKey"`
	EstateID           int64
	Code               string // of rulepack.Disclosure
	Slot               string
	Event              bool
	AfterEnd           bool // it is about a whole period: what is published before its end does not fulfil it
	Title              string
	Sphere             string
	OrganisationID     int64      // who owes it today; 0 while the estate has no such body
	FromOn             time.Time  `gorm:"type:date"`
	ToOn               *time.Time `gorm:"type:date"` // the period's last day; nil for an event, and while no law fixes the period
	DueOn              *time.Time `gorm:"type:date"` // nil while no law fixes it
	WatchAt            *time.Time // when the clock looks at it next
	LateAt             *time.Time
	LateOrganisationID int64 // who owed it when it became late
	Told               int64 // how often the supervisors were told
	NoticeID           int64
	PublishedOn        *time.Time `gorm:"type:date"`
	DaysLate           int64      // of what was published late
	DoneAt             *time.Time
	What               string // which event, as the office that opened it has written for people to read; empty for the others
	Contents           string // what the law asks for and was found in the notice or confirmed, as JSON; empty where an act published it
	ContentsBy         int64  // who confirmed that
	CreatedAt          time.Time
}

// TableName names the table.
func (Duty) TableName() string { return "disclosure_duties" }

// Round is when an estate's duties were last looked at, and under which law.
type Round struct {
	EstateID  int64     `gorm:"primaryKey;autoIncrement:false"`
	CheckedOn time.Time `gorm:"type:date"`
	Stamp     string
}

// TableName names the table.
func (Round) TableName() string { return "duty_rounds" }

// SphereNames are the two halves of 双公开 as people read them.
var SphereNames = map[string]string{"affairs": "事务", "finance": "财务"}

// Faults of duties.
var (
	ErrDutyNotFound = fault.New(fault.NotFound, "duty.not_found", "没有找到这个应公开事项")
	ErrDutyUnknown  = fault.New(fault.NotFound, "duty.unknown", "应公开事项清单里没有这一项")
	ErrDutyRegular  = fault.New(fault.Conflict, "duty.regular", "这一项是定期公开的，系统按周期自动生成，不用另外登记")
	ErrDutyDone     = fault.New(fault.Conflict, "duty.done", "这一项已经用另一份公示公开过了；要更正的，请修改那一份")
	ErrDutyEarly    = fault.New(fault.Conflict, "duty.early", "这一项还不能公开")
	ErrDutyNotice   = fault.New(fault.Conflict, "duty.notice", "这份公示不能用来公开这一项")
)

// Checker checks a text before neighbours read it.
type Checker interface {
	Clean(ctx context.Context, openID, text string) (bool, error)
}

// Options are what the duty register and the questions need besides the board itself.
type Options struct {
	Pack    string                                                     // code of the city's rules
	Check   Checker                                                    // nil: nothing is checked
	Blot    func(string) string                                        // takes out of a text what leads to a person
	Own     func(tx *store.Tx, estate int64) ([]rulepack.Local, error) // what an estate's own rules say; nil: nothing
	OwnFund func(tx *store.Tx, estate int64) (held bool, err error)    // whether the assembly holds the fund; nil: the bureau does
	Log     *slog.Logger

	Sums map[string]Sums // who answers a query about Projects and Collections, by book

	Withdrawn func(tx *store.Tx, estate, notice int64) error                             // what follows when a notice is taken off the board; nil: nothing
	Named     func(tx *store.Tx, estate int64, text string) ([]string, error)            // whose full names are in a text, of the estate's owners and residents; nil: nobody's
	Prices    func(tx *store.Tx, estates []int64, on time.Time) (map[int64]int64, error) // of a square metre of a home and month, in ten-thousandths of a yuan; nil: none is known
}

// With gives the board its register of duties and its questions.
func (s *Service) With(o Options) *Service {
	if o.Blot == nil {
		o.Blot = func(text string) string { return text }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s.o = o
	return s
}

// dateIn reads a DATE column, which drivers give as midnight UTC.
func dateIn(t *time.Time) calendar.Date {
	if t == nil {
		return calendar.Date{}
	}
	u := t.UTC()
	return calendar.Date{Year: u.Year(), Month: u.Month(), Day: u.Day()}
}

// column is a day as a DATE column holds it; nil for the zero Date.
func column(d calendar.Date) *time.Time {
	if d.IsZero() {
		return nil
	}
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	return &t
}

// Late is how many days late the duty is today, or was when it was published.
func (d *Duty) Late(today calendar.Date) int64 {
	return duty.Late(dateIn(d.DueOn), dateIn(d.PublishedOn), today)
}

// Period is what the duty is about, as people read it; empty for an event and for a period that nobody has fixed.
func (d *Duty) Period() string {
	if d.ToOn == nil {
		return ""
	}
	return duty.Period{From: dateIn(&d.FromOn), To: dateIn(d.ToOn)}.Text()
}

// State is where the duty stands on a day: done, late, soon (a week before its day), open, unfixed while no day is fixed, or nobody while
// the estate has no body that owes it.
func (d *Duty) State(today calendar.Date) string {
	due := dateIn(d.DueOn)
	switch {
	case d.DoneAt != nil:
		return "done"
	case d.OrganisationID == 0 && d.LateOrganisationID == 0: // who was late and has left stays late
		return "nobody"
	case due.IsZero():
		return "unfixed"
	case due.Before(today):
		return "late"
	case due.Before(today.Add(noticeDays + 1)):
		return "soon"
	}
	return "open"
}

// DutyStates are the states as people read them.
var DutyStates = map[string]string{"done": "已公开", "late": "应公开未公开", "soon": "快到期", "open": "未到期", "unfixed": "期限未定", "nobody": "目前没有单位承担"}

// noticeDays is how long before its day a duty is asked for: what is published takes a week to write. No law says so.
const noticeDays = 7

// next is when the clock looks at a duty next.
func next(now time.Time, due calendar.Date) *time.Time {
	if due.IsZero() {
		return nil
	}
	at := due.Add(-noticeDays).Start().UTC()
	if at.Before(now) {
		at = now
	}
	return &at
}
