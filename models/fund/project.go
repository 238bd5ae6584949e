package fund

import (
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
)

// ProjectKind is by which route the fund is used.
type ProjectKind string

// The routes.
const (
	OrdinaryUse  ProjectKind = "ordinary"  // a decision of the owners of the scope (Civil Code art. 278)
	EmergencyUse ProjectKind = "emergency" // 危及房屋安全: no vote (Civil Code art. 281, Order 165 art. 24)
	OrderedUse   ProjectKind = "by_order"  // 代修: an office has it done where nobody does
)

// ProjectKinds are the routes as people read them.
var ProjectKinds = map[ProjectKind]string{OrdinaryUse: "一般使用", EmergencyUse: "紧急使用", OrderedUse: "代修"}

// ProjectState is where a project stands.
type ProjectState string

// The states, in their order.
const (
	ProjectDraft     ProjectState = "draft"
	ProjectPosted    ProjectState = "posted"
	ProjectResolved  ProjectState = "resolved"
	ProjectFiled     ProjectState = "filed" // of the other two routes: confirmed
	ProjectUnder     ProjectState = "contracted"
	ProjectWorking   ProjectState = "working"
	ProjectAccepted  ProjectState = "accepted"
	ProjectSettled   ProjectState = "settled"
	ProjectFinal     ProjectState = "final"
	ProjectPaid      ProjectState = "paid"
	ProjectCancelled ProjectState = "cancelled"
	ProjectClosing   ProjectState = "closing" // cancelled under a contract: what was paid ahead comes back or is used up
)

// ProjectStates are the states as people read them.
var ProjectStates = map[ProjectState]string{ProjectDraft: "起草中", ProjectPosted: "使用方案公示中", ProjectResolved: "业主已表决通过", ProjectFiled: "已备案（或已确认）", ProjectUnder: "已签合同", ProjectWorking: "施工中",
	ProjectAccepted: "已验收", ProjectSettled: "已决算和分摊", ProjectFinal: "决算公示中", ProjectPaid: "已付清", ProjectCancelled: "已取消", ProjectClosing: "已取消，清算中"}

// Project is a use of the maintenance fund. Money is in fen.
type Project struct {
	ID             int64 `gorm:"primaryKey"`
	Number         string
	EstateID       int64
	Kind           ProjectKind
	State          ProjectState
	Title          string
	Reason         string // what is broken and what is to be done
	Holder         Holder // as it was when the project was proposed
	Proposer       Proposer
	OrganisationID int64 // who is in charge of it
	PersonID       int64
	UnitID         int64  // of an owner who proposed it
	Scope          string // event.Scope as JSON, the same object as a meeting's; empty for the whole estate
	Declared       string // map[Exclusion]bool as JSON
	Basis          string // the emergency's case, or why an office orders it
	Budget         money.Fen
	QuoteReason    string // why fewer than three, or not the cheapest
	QuoteID        int64  // the chosen one
	Pack           string // stamp of the law on the day of the proposal

	ProposalNotice int64
	ProposalNumber string // its number on the board
	ProposalDays   int64  // 0 where no rule was set
	MeetingID      int64
	Motion         int64 // its position
	Resolution     string
	Decision       *string // meeting and motion: a decision is for one project
	ConfirmedBy    int64
	ConfirmedOrg   int64
	ConfirmedAt    *time.Time
	Filing         string
	FiledAt        *time.Time

	Contract     string // its number
	Supplier     string
	Contracted   money.Fen
	ContractedAt *time.Time
	AcceptedAt   *time.Time
	AcceptedFor  string
	Total        money.Fen // of the final accounts
	Invoices     string
	Reviewer     string // who reviewed the price
	Reviewed     money.Fen
	SettledAt    *time.Time
	SettledBy    int64
	FinalNotice  int64
	FinalNumber  string
	FinalDays    int64
	PaidAt       *time.Time
	ReviewOn     *time.Time `gorm:"type:date"` // until when an emergency is reviewed
	ReviewOpen   *time.Time `gorm:"type:date"` // the same while it is not
	ReviewAt     *time.Time
	ReviewText   string
	CancelledAt  *time.Time // under a contract
	CancelledFor string
	Version      int64
	CreatedAt    time.Time
}

// TableName names the table.
func (Project) TableName() string { return "fund_projects" }

// Concerns gives the scope: who benefits, votes and pays.
func (p *Project) Concerns() (s event.Scope, err error) {
	if p.Scope != "" {
		err = json.Unmarshal([]byte(p.Scope), &s)
	}
	return s, err
}

// ProjectItem is one thing to be done, and of the final accounts one that was done. Quantity is in thousandths.
type ProjectItem struct {
	ID        int64 `gorm:"primaryKey"`
	ProjectID int64
	Phase     string // budget, final
	Name      string
	Measure   string // 个, 米, ㎡
	Quantity  int64
	Price     money.Fen
	Amount    money.Fen
}

// TableName names the table.
func (ProjectItem) TableName() string { return "fund_project_items" }

// Faults of projects.
var (
	ErrNoProject   = fault.New(fault.NotFound, "project.not_found", "没有找到这个维修项目，请刷新后再看")
	ErrStep        = fault.New(fault.Conflict, "project.state", "项目目前的阶段不能办理这一步，请刷新后再看")
	ErrNotInCharge = fault.New(fault.Forbidden, "project.not_in_charge", "这个项目由别的单位办理，这一步请联系办理单位")
	ErrNotProposer = fault.New(fault.Forbidden, "project.not_proposer", "按维修资金的管理方式，这个小区的使用方案不由您的单位提出")
	ErrNotAffected = fault.New(fault.Forbidden, "project.not_affected", "您家的房屋不在这个项目的列支范围里；如有疑问，请联系社区")
	ErrOtherPerson = fault.New(fault.Forbidden, "project.same_person", "这一步要由另一个人来办")
)
