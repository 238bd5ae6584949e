// Package disclosure is the board: what an organisation publishes for the people of an estate. A published notice is
// never edited; a revision is a new version with its reason, and a withdrawal leaves its trace.
package disclosure

import (
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Sort is one of the three kinds of notice, which the law keeps apart.
type Sort string

// The sorts: open to objections, final, and an invitation to a meeting.
const (
	Posting      Sort = "posting"      // 公示
	Announcement Sort = "announcement" // 公告
	Meeting      Sort = "meeting"      // 通知
)

// SortNames are the sorts as people read them.
var SortNames = map[Sort]string{Posting: "公示", Announcement: "公告", Meeting: "通知"}

// Audience says who may read a notice.
type Audience string

// The audiences.
const (
	Everyone  Audience = "public"    // anybody, without sign-in
	Residents Audience = "residents" // people with a home in the estate, and the offices that answer for it
)

// Notice is one item of a board.
type Notice struct {
	ID               int64 `gorm:"primaryKey"`
	Number           string
	EstateID         int64
	OrganisationID   int64
	Kind             Sort
	Audience         Audience
	Form             Form
	Duty             string
	DaysKey          string // the rule that says for how many days a posting stands; empty for the other sorts
	Scope            string // event.Scope as JSON; empty for the whole estate
	CurrentVersion   int
	WithdrawnAt      *time.Time
	WithdrawReason   string
	WithdrawAskedBy  int64 // who wants it off the board, until another person has looked at that
	WithdrawAskedFor string
	PublishedBy      int64
	PublishedAt      time.Time
	ClientRef        string
	InputHash        string
}

// Faults of the board.
var (
	ErrNotFound     = fault.New(fault.NotFound, "notice.not_found", "没有找到这份公示")
	ErrRefReused    = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
	ErrWithdrawn    = fault.New(fault.Closed, "notice.withdrawn", "这份公示已撤回，不能再修改；需要时请重新发布一份")
	ErrNoWithdrawal = fault.New(fault.Conflict, "notice.no_withdrawal", "没有人提出撤回这份公示，或者已经处理过了")
	ErrUnchanged    = fault.New(fault.Conflict, "notice.unchanged", "内容和现在的版本一样，没有要修改的")
	ErrOutdated     = fault.New(fault.Conflict, "notice.outdated", "别人刚刚发布了新版本，请先看新版本，再修改")
)

// Service is the board's actions.
type Service struct {
	db    *store.DB
	files Files
	o     Options // see With
}

// New wires the board.
func New(db *store.DB, files Files) *Service { return &Service{db: db, files: files} }
