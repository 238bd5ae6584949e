package assembly

import (
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/event"
)

// Session is what sort of meeting it is.
type Session string

// The sorts of meetings.
const (
	First         Session = "first"         // 首次业主大会
	Regular       Session = "regular"       // 定期会议
	Extraordinary Session = "extraordinary" // 临时会议
	Renewal       Session = "renewal"       // 换届
)

// SessionNames are the sorts as people read them.
var SessionNames = map[Session]string{First: "首次业主大会", Regular: "业主大会定期会议", Extraordinary: "业主大会临时会议", Renewal: "业主委员会换届大会"}

// Convener is who calls a meeting (regulation arts 13, 15; guiding rules 9, 21, 47, 51, 57).
type Convener string

// The conveners.
const (
	ByCommittee   Convener = "committee"
	ByPreparatory Convener = "preparatory" // 筹备组: the first meeting
	ByRenewal     Convener = "renewal"     // 换届小组
	ByTownship    Convener = "township"
	ByCommunity   Convener = "community" // in default, after the township's order
)

// ConvenerNames are the conveners as people read them.
var ConvenerNames = map[Convener]string{ByCommittee: "业主委员会", ByPreparatory: "首次业主大会筹备组", ByRenewal: "换届小组", ByTownship: "乡镇（办事处）", ByCommunity: "社区居委会"}

// Basis is why a meeting is called.
type Basis string

// The reasons; BasisID is the petition, order or group behind it.
const (
	OwnMotion  Basis = "own"      // the committee decides so
	OnPetition Basis = "petition" // owners whose number obliges the committee
	OnOrder    Basis = "order"    // the township ordered it, and nobody else did
	ForFirst   Basis = "first"
	ForRenewal Basis = "renewal"
)

// Channel is whose ballots bind.
type Channel string

// The binding channels. In the last two, linli is the record: ballots and results are imported with their evidence.
const (
	OnSystem   Channel = "system"
	OnOfficial Channel = "official" // the government's own platform
	OnPaper    Channel = "paper"
)

// ChannelNames are the channels as people read them.
var ChannelNames = map[Channel]string{OnSystem: "本系统（手机和纸质）", OnOfficial: "政府电子投票平台", OnPaper: "纸质表决"}

// State is where a meeting stands.
type State string

// The states, in their order. Voting is open while a noticed meeting's window is.
const (
	Draft       State = "draft"       // 起草
	Posted      State = "posted"      // 名册和议题公示，听取意见
	Frozen      State = "frozen"      // 名册已锁定
	Noticed     State = "noticed"     // 已通知，到时开始表决
	Closed      State = "closed"      // 已截止，计票
	Provisional State = "provisional" // 初步结果公示
	Certified   State = "certified"   // 已确认
	Cancelled   State = "cancelled"
)

// StateNames are the states as people read them.
var StateNames = map[State]string{Draft: "起草中", Posted: "名册和议题公示中", Frozen: "名册已锁定", Noticed: "已通知", Closed: "已截止，计票中", Provisional: "初步结果公示中",
	Certified: "结果已确认", Cancelled: "已取消"}

// Meeting is a meeting of the owners of a scope. Area is in 0.001 m².
type Meeting struct {
	ID         int64 `gorm:"primaryKey"`
	Number     string
	EstateID   int64
	Session    Session
	Title      string
	Scope      string // event.Scope as JSON; empty for the whole estate
	ConvenerID int64  // the organisation
	Convener   Convener
	Basis      Basis
	BasisID    int64
	Channel    Channel
	State      State
	Version    int64  // counts changes, so that nobody confirms what they have not read
	Pack       string // stamp of the law on the day that voting opens
	RulesID    int64  // the rules of procedure in force when the roll was frozen, or the voting rules of a first meeting; 0 for none
	CovenantID int64  // the covenant in force then; 0 for none
	Terms      string // Terms as JSON, fixed by the notice
	Notice     string // its words, as they are served on the seats

	PostedAt       *time.Time
	ChallengeUntil *time.Time
	FrozenAt       *time.Time
	FrozenBy       int64
	RollRoot       string // hex
	Seats          int64
	AreaMilli      area.Milli

	NoticedAt     *time.Time
	OpensAt       *time.Time
	ClosesAt      *time.Time
	ExtendedFrom  *time.Time // the close as the notice had it
	ExtendedFor   string
	PulseAt       *time.Time // when somebody last saw that voting was possible
	OutageSeconds int64      // for how long it was not
	OutageDays    int        // by how many days the close moved for that

	InvitedAt *time.Time // when the community was invited
	Opinion   string     // what it said, for the minutes
	OpinionBy int64

	DueAt     *time.Time // until when the next step after the close has to be taken; nil where no rule says
	WatchAt   *time.Time // when the clock looks at it next
	OverdueAt *time.Time // since when it is late

	ClosedAt        *time.Time
	CountedAt       *time.Time
	ObjectionsUntil *time.Time
	CertifiedAt     *time.Time
	DiscloseBy      *time.Time
	DisclosedID     int64 // the notice on the board
	RevokedAt       *time.Time
	RevokedFor      string // which court, which judgment
	Reason          string // of a cancellation

	WrittenBy int64
	ClientRef string
	InputHash string
	CreatedAt time.Time
}

// Concerns gives the scope.
func (m *Meeting) Concerns() (s event.Scope, err error) {
	if m.Scope != "" {
		err = json.Unmarshal([]byte(m.Scope), &s)
	}
	return s, err
}

// Voting reports whether ballots are taken at a time.
func (m *Meeting) Voting(now time.Time) error {
	switch {
	case m.State == Closed || m.State == Provisional || m.State == Certified:
		return ErrClosed
	case m.State != Noticed || m.OpensAt == nil || now.Before(*m.OpensAt):
		return ErrNotOpen
	case !now.Before(*m.ClosesAt):
		return ErrClosed
	}
	return nil
}

// Motion is one thing to decide. The matter is chosen, the threshold follows from the law.
type Motion struct {
	ID          int64 `gorm:"primaryKey"`
	MeetingID   int64
	EstateID    int64
	Position    int
	Title       string
	Body        string
	Matter      string // of the rule pack: use_fund, rebuild, …
	Beside      string // a matter under which practice also counts it, shown beside; empty for none
	Question    string // tally.Question as JSON
	ItemID      int64  // of the committee: what it sent to the assembly; 0 for none
	Law         string // tally.Rules as JSON, fixed by the notice
	BesideLaw   string
	WrittenBy   int64
	ConfirmedBy int64 // who confirmed the matter; 0 until then
	ConfirmedAt *time.Time
}

// Seat is one owner set on the frozen roll: one head, its units' area added (SPC interpretation arts 8, 9).
type Seat struct {
	ID          int64 `gorm:"primaryKey"`
	MeetingID   int64
	EstateID    int64
	No          int
	OwnerSetID  int64 // as frozen
	HolderSetID int64 // who may cast now; a sale changes it, visibly
	BuildingID  int64 // of its first unit, for lists by building
	AreaMilli   area.Milli
	Units       string // []SeatUnit as JSON
	Kind        string // of the owner set: natural, legal, developer
	Flags       string // what a person has looked at before the freeze
	Salt        string
	Hash        string
	PaperAt     *time.Time // when paper was asked for: the phone is closed for this seat
}

// SeatUnit is one unit of a seat.
type SeatUnit struct {
	ID     int64      `json:"id"`
	Code   string     `json:"code"` // 1幢1单元101
	Area   area.Milli `json:"area_milli"`
	Source string     `json:"source"`
}

// RollNote is what an owner said against the posted roster, or what became of a seat after the freeze.
type RollNote struct {
	ID         int64 `gorm:"primaryKey"`
	MeetingID  int64
	EstateID   int64
	UnitID     int64
	SeatNo     int
	Kind       string // challenge, sale, correction
	Text       string
	State      string // open, accepted, refused, noted
	Answer     string
	PersonID   int64
	AnsweredBy int64
	AnsweredAt *time.Time
	ClientRef  *string
	InputHash  string
	At         time.Time
}
