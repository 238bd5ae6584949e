package fee

import (
	"time"

	"github.com/linli-city/linli/models/money"
)

// The states of a letter: a reminder is sent or left out, a demand is prepared by one person and issued by another.
const (
	Sent     = "sent"
	LeftOut  = "skipped"
	Prepared = "prepared"
	Issued   = "issued"
	Withdrew = "withdrawn"
)

// LetterStates in Chinese.
var LetterStates = map[string]string{Sent: "已发出", LeftOut: "没有发", Prepared: "等另一人签发", Issued: "已签发", Withdrew: "已撤回"}

// Letter is a reminder or a formal demand to a unit's own people, as it was written. It goes to them alone: never to a group, a board or
// an entrance.
type Letter struct {
	ID          int64   `gorm:"primaryKey"`
	Number      *string // of a demand, from its issue
	Once        *string // run and unit of a reminder
	EstateID    int64
	CompanyID   int64
	UnitID      int64
	Unit        string
	OwnerSetID  int64 // to whom it is
	RunID       int64
	Stage       Stage
	State       string
	Why         string // a reminder was left out
	Amount      money.Fen
	Bills       int
	Reached     int // people with an account; with none it is printed and taken there
	Text        string
	Sha256      string
	Days        int        // of a demand: the reasonable period
	RespondOn   *time.Time `gorm:"type:date"` // its last day
	PersonID    int64
	PostID      int64
	At          time.Time
	IssuedBy    int64
	IssuedAt    *time.Time
	WithdrawnBy int64
}

// TableName names the table.
func (Letter) TableName() string { return "fee_letters" }

// out is when it went out.
func (l *Letter) out() *time.Time {
	if l.IssuedAt != nil {
		return l.IssuedAt
	}
	return &l.At
}

// LetterBill is a bill that a letter names, with what it wanted then. Claim is stage and bill, until a demand is withdrawn.
type LetterBill struct {
	ID       int64 `gorm:"primaryKey"`
	LetterID int64
	BillID   int64
	Amount   money.Fen
	Claim    *string
}

// TableName names the table.
func (LetterBill) TableName() string { return "fee_letter_bills" }

// ReminderRun goes through an estate's units in the background.
type ReminderRun struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	CompanyID int64
	State     string // running, done
	PayText   string // where and how to pay
	Days      int    // the parameter when it was begun
	AfterUnit int64
	Sent      int
	Skipped   int
	PersonID  int64
	PostID    int64
	At        time.Time
	DoneAt    *time.Time
}

// TableName names the table.
func (ReminderRun) TableName() string { return "fee_reminder_runs" }

// Delivery is how a letter on paper came to its people.
type Delivery struct {
	ID         int64 `gorm:"primaryKey"`
	LetterID   int64
	EstateID   int64
	Way        string
	At         time.Time
	Note       string
	RecordedBy int64
	RecordedAt time.Time
}

// TableName names the table.
func (Delivery) TableName() string { return "fee_deliveries" }

// DeliveryNames are the ways in Chinese. A paper on a door or at an entrance is none: neighbours would read it.
var DeliveryNames = map[string]string{"hand": "当面送交", "post": "挂号信或快递", "letterbox": "封好放进自家信箱"}
