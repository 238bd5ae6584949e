// Package ledger is the one set of books behind the money domains: append-only double entry in fen, per estate and kind, of the fees also per company. Whoever moves
// money posts a journal in the transaction of the deed; what was wrong is reversed and posted again, nothing is edited. It knows the
// register and no domain: what an account means is said by the chart, what a journal is for by its source.
package ledger

import (
	"errors"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
)

// Kind of books. The money of the maintenance fund, of the fees and of the public income never stands in one book (Order 165 art. 4,
// Property Management Regulation art. 54).
type Kind string

// The kinds.
const (
	Fund   Kind = "fund"
	Fee    Kind = "fee"
	Income Kind = "income"
)

// KindNames in Chinese.
var KindNames = map[Kind]string{Fund: "维修资金账", Fee: "物业费账", Income: "公共收益账"}

// Books says which books of an estate are meant: a Kind those of the fund or of the public income, which are the estate's own and go on
// whoever manages it, FeesOf those that a company keeps.
type Books interface {
	which() (kind Kind, holder int64)
}

func (k Kind) which() (Kind, int64) { return k, 0 }

type feesOf int64

func (c feesOf) which() (Kind, int64) { return Fee, int64(c) }

// FeesOf are the fee books of a company at an estate. What residents owe and have paid is between them and the company that charged it
// (Civil Code art. 944): the next company begins its own.
func FeesOf(company int64) Books { return feesOf(company) }

func (b *Book) which() (Kind, int64) { return b.Kind, b.HolderID }

// errWhose is a mistake in the code: nobody can say whose fees are meant.
var errWhose = errors.New("ledger: fee books are a company's, and no others: see FeesOf")

func whole(kind Kind, holder int64) error {
	if (kind == Fee) != (holder != 0) {
		return errWhose
	}
	return nil
}

// Book is the books of an estate of one kind, and of the fees of one company. Its row is the gate of every posting, so that journals are numbered without gaps.
type Book struct {
	ID            int64 `gorm:"primaryKey"`
	EstateID      int64
	Kind          Kind
	HolderID      int64 // the company whose fees these are; 0 for the estate's own
	LastNo        int64
	SealedNo      int64
	Unsealed      bool
	ClosedThrough *time.Time `gorm:"type:date"`
	ClosedWhy     string     // of a freeze; empty for an ordinary close
	CreatedAt     time.Time
}

// TableName names the table.
func (Book) TableName() string { return "ledger_books" }

// Account is a place in the chart and whose it is.
type Account struct {
	ID         int64 `gorm:"primaryKey"`
	BookID     int64
	Code       Code
	BuildingID int64
	UnitID     int64
}

// TableName names the table.
func (Account) TableName() string { return "ledger_accounts" }

// Journal is entries that balance and were posted at once.
type Journal struct {
	ID          int64 `gorm:"primaryKey"`
	BookID      int64
	No          int64
	Ref         string
	InputHash   string
	EffectiveOn time.Time `gorm:"type:date"`
	BookedAt    time.Time
	PersonID    int64
	PostID      int64
	SourceKind  string
	SourceID    int64
	SourceText  string
	Memo        string
	ReversesID  *int64
	Entries     int
}

// TableName names the table.
func (Journal) TableName() string { return "ledger_journals" }

// Entry is one amount on one account: debit positive, credit negative.
type Entry struct {
	ID          int64 `gorm:"primaryKey"`
	JournalID   int64
	AccountID   int64
	EffectiveOn time.Time `gorm:"type:date"`
	Amount      money.Fen
	Memo        string
}

// TableName names the table.
func (Entry) TableName() string { return "ledger_entries" }

// Key names an account: its code, and the unit or else the building whose it is; both zero for the estate's own. A unit's account is
// named by the unit alone: which building it stands in is read from the register.
type Key struct {
	Code       Code
	BuildingID int64
	UnitID     int64
}

// Line is one entry to be posted: debit positive, credit negative. Its memo and its journal's never hold personal data: they stay for
// ever.
type Line struct {
	Key
	Amount money.Fen
	Memo   string
}

// Source says what a journal follows from: the kind and row for machines, a text for people, such as the number of a resolution and of
// an invoice. Every journal has one.
type Source struct {
	Kind string
	ID   int64
	Text string
}

// Posting is a journal to be.
type Posting struct {
	Ref       string // the same deed has the same ref, however often it is tried; unique in its book
	Effective calendar.Date
	Source    Source
	Memo      string
	Lines     []Line
}

// maxLines of a journal: larger deeds post in parts.
const maxLines = 1000

// Faults of posting.
var (
	ErrUnbalanced   = fault.New(fault.Invalid, "ledger.unbalanced", "这笔账借贷不平，没有记账；请核对金额")
	ErrPeriodClosed = fault.New(fault.Closed, "ledger.period_closed", "这一天所在的账期已经结账，不能再记；请记在结账日之后，并写明原因")
	ErrRefReused    = fault.New(fault.Conflict, "ledger.ref_reused", "同一个编号已经记过另一笔账；请核对是否重复操作")
	ErrReversed     = fault.New(fault.Conflict, "ledger.reversed", "这笔账已经冲销过，不能再冲销")
	ErrNoJournal    = fault.New(fault.NotFound, "ledger.not_found", "没有找到这笔账")
)

// day is a date as DATE columns hold it.
func day(d calendar.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// dateOf is the date that a DATE column holds.
func dateOf(t time.Time) calendar.Date {
	y, m, d := t.Date()
	return calendar.Date{Year: y, Month: m, Day: d}
}
