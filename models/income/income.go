// Package income keeps the public income of an estate: what advertising, parking and venues on the common parts bring in, what that cost,
// what is left, and what of it goes to the maintenance fund (Civil Code art. 282; Property Management Regulation art. 54). It has books of
// its own and touches the fund's only where a share is paid over.
package income

import (
	"time"
	"unicode/utf8"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Files is what public income needs of the file store.
type Files interface {
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
	IDsIn(tx *store.Tx, subjectKind string, subjectIDs []int64) (map[int64][]int64, error)
}

// Subject kinds of the files.
const (
	ContractFiles = "income_contract"
	LineFiles     = "income_line"
)

// Service keeps the public income.
type Service struct {
	db    *store.DB
	files Files
	pack  string
	own   OwnRules
	owe   func(tx *store.Tx, c *Contract, what string) error
	named Named
}

// Owes has a contract, and its early end, put on the register of what has to be published, in the transaction that records it; what is the
// name of the event there.
func (s *Service) Owes(owe func(tx *store.Tx, c *Contract, what string) error) { s.owe = owe }

// OwnRules gives what the rules of procedure and the covenant of an estate supply today.
type OwnRules func(tx *store.Tx, estate int64) ([]rulepack.Local, error)

// New makes the service. pack is the city's rule pack.
func New(db *store.DB, files Files, pack string, own OwnRules) *Service {
	return &Service{db: db, files: files, pack: pack, own: own, owe: func(*store.Tx, *Contract, string) error { return nil }}
}

// rules are the law of today with the estate's own rules above it.
func (s *Service) rules(tx *store.Tx, estate int64) (*rulepack.Set, error) {
	own, err := s.own(tx, estate)
	if err != nil {
		return nil, err
	}
	return org.Rules(tx, tx.Now, s.pack, own...)
}

// KindNames of contracts in Chinese.
var KindNames = map[string]string{"advertising": "广告", "parking": "停车", "venue": "场地", "other": "其他"}

// Contract is what is let of the common parts.
type Contract struct {
	ID           int64 `gorm:"primaryKey"`
	EstateID     int64
	Kind         string
	Title        string
	Party        string     // the other side, an organisation; of a person the kind only, such as "个人"
	Basis        string     // the decision of the owners: a number or what it says; empty where none is known
	StartsOn     time.Time  `gorm:"type:date"`
	EndsOn       time.Time  `gorm:"type:date"`
	Amount       money.Fen  // each period
	PeriodMonths int        // 0 for once
	EndedOn      *time.Time `gorm:"type:date"`
	EndReason    string
	EndingOn     *time.Time `gorm:"type:date"` // an early end that waits for a second person
	EndingBy     int64
	RecordedBy   int64
	ClientRef    string
	InputHash    string
	CreatedAt    time.Time
}

// TableName names the table.
func (Contract) TableName() string { return "income_contracts" }

// Sort of a line.
type Sort string

// The sorts.
const (
	Receipt Sort = "receipt"
	Cost    Sort = "cost"
)

// SortNames in Chinese.
var SortNames = map[Sort]string{Receipt: "收入", Cost: "成本"}

// Line is money that came in or was spent.
type Line struct {
	ID             int64 `gorm:"primaryKey"`
	EstateID       int64
	ContractID     int64
	Sort           Sort
	OrganisationID int64 // whose people recorded it
	Amount         money.Fen
	HappenedOn     time.Time `gorm:"type:date"`
	Party          string
	Text           string
	Receipts       int // how many files prove it
	JournalID      int64
	StruckAt       *time.Time
	StruckBy       int64
	StruckReason   string
	StrikingBy     int64 // who wants it out, until the community has looked at that
	StrikingFor    string
	RecordedBy     int64
	ClientRef      string
	InputHash      string
	CreatedAt      time.Time
}

// TableName names the table.
func (Line) TableName() string { return "income_lines" }

// State of a settlement.
type State string

// The states.
const (
	Proposed State = "proposed"
	Approved State = "approved"
	Returned State = "returned"
	Paid     State = "paid"
)

// StateNames in Chinese.
var StateNames = map[State]string{Proposed: "待复核", Approved: "已复核，待转入维修资金", Returned: "已退回", Paid: "已转入维修资金"}

// Settlement is what a period left over and what of it goes to the fund.
type Settlement struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	FromOn     time.Time `gorm:"type:date"`
	ToOn       time.Time `gorm:"type:date"`
	Live       *string
	Revenue    money.Fen
	Cost       money.Fen
	Rate       int64  // in ten-thousandths of what is left
	Rule       string // where the rate is from
	ToFund     money.Fen
	State      State
	Text       string // why it was sent back
	ProposedBy int64
	DecidedBy  int64
	DecidedAt  *time.Time
	PaidBy     int64
	PaidOn     *time.Time `gorm:"type:date"`
	BankRef    string
	CreatedAt  time.Time
}

// TableName names the table.
func (Settlement) TableName() string { return "income_settlements" }

// Says is the state as people read it: where nothing goes to the fund, nothing is waited for.
func (x *Settlement) Says() string {
	if x.State == Approved && x.ToFund == 0 {
		return "已复核，没有要转入维修资金的"
	}
	return StateNames[x.State]
}

// Net is what is left of a period's income after its cost; it may be negative.
func (x *Settlement) Net() money.Fen { return x.Revenue - x.Cost }

// Faults of public income.
var (
	ErrNotFound   = fault.New(fault.NotFound, "income.not_found", "没有找到这条记录")
	ErrState      = fault.New(fault.Conflict, "income.state", "现在不能这样做，请刷新后再看")
	ErrSamePerson = fault.New(fault.Forbidden, "income.same_person", "要由另一个人来办：登记的人不能自己复核")
	ErrOtherLine  = fault.New(fault.Forbidden, "income.other_line", "这一笔是别的单位登记的，请由登记的单位冲销；认为记错了的，可以在公示下面提问或者提出意见")
	ErrRefReused  = fault.New(fault.Conflict, "income.ref_reused", "这个提交编号已经用过，内容不一样；请刷新后重新填写")
)

func length(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most
}
