// Package mediation settles disputes of an estate with the help of a third party: the committee first where it is no
// party (policy 五(十五)5), then community, township and city (六(二)7), a lawyer from the judicial bureau's pool (五(九)1)
// beside the mediator, until an agreement is confirmed by all and performed, or the way to court is shown (五(二)11).
// Nobody is made to take part (People's Mediation Law art. 3). It may touch the register, complaints and the rule packs.
package mediation

import (
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Level is who mediates.
type Level string

// The levels, in their order.
const (
	ByCommittee Level = "committee"
	ByCommunity Level = "community"
	ByTownship  Level = "township"
	ByCity      Level = "city"
)

// LevelNames are the levels as people read them.
var LevelNames = map[Level]string{ByCommittee: "业委会调解", ByCommunity: "社区调解", ByTownship: "乡镇（办事处）调解", ByCity: "市级调解"}

// State is where a mediation stands.
type State string

// The states.
const (
	Requested State = "requested" // 待受理
	Open      State = "open"      // 调解中
	Drafted   State = "drafted"   // 待各方确认
	Agreed    State = "agreed"    // 履行中: every party has confirmed
	Performed State = "performed" // 已履行
	Breached  State = "breached"  // 未履行
	Failed    State = "failed"    // 调解不成: the next level, or the court
	Court     State = "court"     // 已引导走司法程序
	Declined  State = "declined"  // 不予受理
	Withdrawn State = "withdrawn" // 已撤回
)

// StateNames are the states as people read them.
var StateNames = map[State]string{Requested: "待受理", Open: "调解中", Drafted: "待各方确认", Agreed: "履行中", Performed: "已履行", Breached: "未履行", Failed: "调解不成",
	Court: "走司法程序", Declined: "不予受理", Withdrawn: "已撤回"}

// Mediation is one dispute on its way.
type Mediation struct {
	ID          int64 `gorm:"primaryKey"`
	Number      string
	EstateID    int64
	CaseID      int64 // the complaint behind it; 0 for none
	Subject     string
	Wish        string // what the applicant wants
	Level       Level
	HostID      int64 // the organisation that mediates
	AskedPerson int64
	AskedOrg    int64
	Mediator    string
	LawyerID    int64
	State       State
	Outcome     string
	Agreement   int64 // the text that counts; 0 until there is one
	AgreedAt    *time.Time
	CourtUntil  *time.Time // until when the parties may ask the court to confirm the agreement
	Version     int64
	ClientRef   string
	InputHash   string
	CreatedAt   time.Time
	ClosedAt    *time.Time

	AcceptDue       *time.Time // until when the host says whether it takes it on; nil without a term in force
	AcceptReference bool       // that date is 参考时限
	ToldAt          *time.Time // when the level above was told that nobody does
}

// Side is on which side of the dispute a party stands.
type Side string

// The sides.
const (
	Applicant  Side = "applicant"
	Respondent Side = "respondent"
)

// Party is somebody who is in dispute: a person with an account, an organisation, or a name that the host wrote down.
type Party struct {
	ID             int64 `gorm:"primaryKey"`
	MediationID    int64
	Side           Side
	PersonID       int64
	OrganisationID int64
	NameSealed     string
	PhoneSealed    string
	PhoneIndex     string
	State          string // asked, willing, unwilling
	StateVia       string // self, paper
	Confirmed      int64  // the agreement that the party has confirmed
	ConfirmedVia   string // self, paper
	ConfirmedAt    *time.Time
	FileID         int64 // the signed paper
	CreatedAt      time.Time
	RemovedAt      *time.Time // written down by mistake: no party any more
}

// TableName names the table.
func (Party) TableName() string { return "mediation_parties" }

// Agreement is a text that the parties may confirm.
type Agreement struct {
	ID          int64 `gorm:"primaryKey"`
	MediationID int64
	Text        string
	PostID      int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Agreement) TableName() string { return "mediation_agreements" }

// Term is what a party does by a day.
type Term struct {
	ID          int64 `gorm:"primaryKey"`
	MediationID int64
	AgreementID int64
	PartyID     int64
	Text        string
	DueAt       time.Time
	State       string // open, done, void (of a text that was replaced)
	Result      string
	DoneAt      *time.Time
	LateAt      *time.Time // when its lateness was told
	RemindAt    *time.Time // when whoever owes it is reminded; nil once they were
}

// TableName names the table.
func (Term) TableName() string { return "mediation_terms" }

// Step is one thing that happened. Steps are only ever added.
type Step struct {
	ID             int64 `gorm:"primaryKey"`
	MediationID    int64
	Kind           string
	State          State
	Level          Level
	PartyID        int64 // who took it, or whom the host wrote it down for
	PersonID       int64
	PostID         int64
	OrganisationID int64
	Text           string
	OnAt           *time.Time
	ClientRef      *string
	InputHash      string
	At             time.Time
}

// TableName names the table.
func (Step) TableName() string { return "mediation_steps" }

// StepNames are the kinds of steps as people read them.
var StepNames = map[string]string{"request": "申请调解", "open": "受理", "decline": "不予受理", "party": "增加当事人", "remove": "移出当事人", "unaccepted": "没有及时受理", "willing": "同意调解", "unwilling": "不同意调解", "session": "安排调解会",
	"minute": "调解记录", "draft": "拟定协议", "confirm": "确认协议", "object": "不同意协议", "agree": "协议生效", "fail": "调解不成", "raise": "转上一级", "court": "引导走司法程序",
	"done": "履行", "late": "逾期未履行", "performed": "全部履行", "breach": "没有履行", "withdraw": "撤回"}

// Faults of mediation.
var (
	ErrNotFound  = fault.New(fault.NotFound, "mediation.not_found", "没有找到这件调解")
	ErrState     = fault.New(fault.Conflict, "mediation.wrong_state", "目前的状态不能这样操作")
	ErrNotHost   = fault.New(fault.Forbidden, "mediation.not_host", "这件调解由其他单位主持，您的单位可以查看，不能主持")
	ErrNotParty  = fault.New(fault.Forbidden, "mediation.not_party", "您不是这件调解的当事人")
	ErrHead      = fault.New(fault.Forbidden, "mediation.needs_head", "单位确认协议要由负责人（主任）来做")
	ErrNoHost    = fault.New(fault.Conflict, "mediation.no_level", "没有可以主持调解的上一级了，请走司法程序")
	ErrParties   = fault.New(fault.Conflict, "mediation.parties", "调解要有双方：请先补充当事人，并等各方同意调解")
	ErrPartyGone = fault.New(fault.NotFound, "mediation.no_party", "没有这个当事人")
	ErrTerm      = fault.New(fault.NotFound, "mediation.no_term", "没有这一项约定")
	ErrPersonal  = fault.New(fault.Forbidden, "mediation.personal", "您本人是这件调解的当事人，不能再以单位的身份办理，请由单位的其他人办理")
	ErrLawyer    = fault.New(fault.NotFound, "mediation.no_lawyer", "法律服务人员库里没有这个人，或者已经退出")
	ErrMany      = fault.New(fault.Conflict, "mediation.too_many", "记录已经很多，不能再加")
	ErrRefReused = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
)

// Bounds of one mediation.
const (
	maxParties = 20
	maxNamed   = 3 * maxParties // with those that were taken out again
	maxSteps   = 300
	maxTerms   = 20
)

// Files ties uploads to a mediation in the caller's transaction.
type Files interface {
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
}

// Service is the actions of mediation.
type Service struct {
	db    *store.DB
	pack  *rulepack.Pack
	cases *complaint.Service
	vault *vault.Vault
	files Files
	ref   string // of what a client sent, see Once
	hash  string
}

// New wires mediation.
func New(db *store.DB, pack *rulepack.Pack, cases *complaint.Service, v *vault.Vault, files Files) *Service {
	return &Service{db: db, pack: pack, cases: cases, vault: v, files: files}
}

// Once gives the actions for one thing that a client sent under a reference: sent again with the same input, it answers the
// first result; with another input it is refused. An empty reference marks nothing.
func (s *Service) Once(ref, hash string) *Service {
	one := *s
	one.ref, one.hash = ref, hash
	return &one
}

func partiesOf(tx *store.Tx, id int64) ([]Party, error) {
	var rows []Party
	return rows, tx.Where("mediation_id = ? AND removed_at IS NULL", id).Order("id").Limit(maxParties).Find(&rows).Error
}

// readable narrows to the mediations of which the actor is a party, the host, or who asked.
func readable(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		fresh := q.Session(&gorm.Session{NewDB: true})
		if actor.Post == nil {
			mine := fresh.Model(&Party{}).Select("mediation_id").Where("person_id = ? AND removed_at IS NULL", actor.PersonID)
			return q.Where("mediations.id IN (?)", mine)
		}
		own := actor.OrganisationID()
		ours := fresh.Model(&Party{}).Select("mediation_id").Where("organisation_id = ? AND removed_at IS NULL", own)
		hosted := fresh.Model(&Step{}).Select("mediation_id").Where("organisation_id = ? AND kind IN ?", own, []string{"open", "fail", "decline"})
		return q.Where("(mediations.host_id = ? OR mediations.asked_org = ? OR mediations.id IN (?) OR mediations.id IN (?))", own, own, ours, hosted)
	}
}

// seen are the ways in which the actor reads mediations; see readable.
func seen(tx *store.Tx, actor org.Actor, narrow func(*gorm.DB) *gorm.DB) []store.Way {
	joined := func(table any, where string, args ...any) store.Way {
		q := tx.Model(&Mediation{}).Joins("JOIN (?) AS way ON way.mediation_id = mediations.id", tx.Model(table).Distinct("mediation_id").Where(where, args...))
		return store.Way{Rows: q.Scopes(narrow), ID: "mediations.id"}
	}
	if actor.Post == nil {
		return []store.Way{joined(&Party{}, "person_id = ? AND removed_at IS NULL", actor.PersonID)}
	}
	own := actor.OrganisationID()
	direct := func(where string) store.Way {
		return store.Way{Rows: tx.Model(&Mediation{}).Where(where, own).Scopes(narrow), ID: "mediations.id"}
	}
	return []store.Way{direct("mediations.host_id = ?"), direct("mediations.asked_org = ?"), joined(&Party{}, "organisation_id = ? AND removed_at IS NULL", own),
		joined(&Step{}, "organisation_id = ? AND kind IN ?", own, []string{"open", "fail", "decline"})}
}
