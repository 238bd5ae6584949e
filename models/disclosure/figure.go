package disclosure

import (
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/money"
)

// Measure says what of an account is asked.
type Measure string

// The measures. What is reversed counts on neither side.
const (
	Received Measure = "received" // what came in between two days
	Spent    Measure = "spent"    // what went out between two days
	Balance  Measure = "balance"  // what there is at the end of a day

	NetReceived Measure = "net_received" // what came in less what went out between two days
	NetSpent    Measure = "net_spent"    // what went out less what came in

	Stated         Measure = "stated"    // what was posted of a project
	BillsCharged   Measure = "charged"   // what the bills of a month come to
	BillsCollected Measure = "collected" // what of these bills has come in
)

// MeasureNames are the measures as people read them.
var MeasureNames = map[Measure]string{Received: "收入", Spent: "支出", Balance: "结余", NetReceived: "收入净额", NetSpent: "支出净额", Stated: "列明的金额", BillsCharged: "应收", BillsCollected: "实收"}

// Query asks the books for one sum; of what is no book of the ledger see Projects and Collections.
type Query struct {
	Label   string
	Book    string   // ledger.Kind, Projects or Collections
	Codes   []string // ledger.Code, all of one class; which sum of a project; the month of a collection
	Sources []string // kinds of source that count; empty for all
	Source  int64    `json:",omitzero"` // the one source of that kind, such as a project; 0 for all
	Measure Measure
	From    calendar.Date // of a turnover
	To      calendar.Date
}

// Figure is a published sum: the query and what it gave over books that were closed. JournalNo is the last journal of the book at that time, of a
// project what was frozen of it.
type Figure struct {
	NoticeID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Version   int   `gorm:"primaryKey;autoIncrement:false"`
	Seq       int   `gorm:"primaryKey;autoIncrement:false"`
	Label     string
	Book      string
	Codes     string // by commas
	Sources   string // by commas
	SourceID  int64
	Measure   Measure
	FromOn    *time.Time `gorm:"type:date"`
	ToOn      time.Time  `gorm:"type:date"`
	Fen       money.Fen
	JournalNo int64
	HolderID  int64 // the company whose fee books or bills were asked; 0 for the other books
}

// TableName names the table.
func (Figure) TableName() string { return "notice_figures" }

// Query is what the figure asked.
func (f *Figure) Query() Query {
	q := Query{Label: f.Label, Book: f.Book, Codes: split(f.Codes), Sources: split(f.Sources), Source: f.SourceID, Measure: f.Measure, To: dateIn(&f.ToOn)}
	if f.FromOn != nil {
		q.From = dateIn(f.FromOn)
	}
	return q
}

// Period is the time that the figure is about, as people read it.
func (f *Figure) Period() string {
	if f.FromOn == nil {
		return "截至" + f.ToOn.Format("2006年1月2日")
	}
	return f.FromOn.Format("2006年1月2日") + "至" + f.ToOn.Format("2006年1月2日")
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}
