package committee

import (
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// MeetingState is where a meeting stands.
type MeetingState string

// The states of a meeting.
const (
	Draft     MeetingState = "draft"     // the agenda is not posted
	Called    MeetingState = "called"    // posted; the community is invited
	Open      MeetingState = "open"      // members vote
	Closed    MeetingState = "closed"    // counted
	Cancelled MeetingState = "cancelled" // not held
)

// MeetingStates are the states as people read them.
var MeetingStates = map[MeetingState]string{Draft: "拟定议题", Called: "已公告议题", Open: "表决中", Closed: "已结束", Cancelled: "已取消"}

// Meeting is a meeting of the committee. Seats, Quorum and Need are fixed as it begins: how many members there are, how many
// must attend and how many must agree; what was voted is counted from the votes each time.
type Meeting struct {
	ID             int64 `gorm:"primaryKey"`
	Number         string
	EstateID       int64
	TermID         int64
	RequestID      int64
	Title          string
	Place          string
	StartsAt       time.Time
	VoteEnds       *time.Time
	State          MeetingState
	CalledBy       int64 // the member
	AgendaNotice   int64
	AnnouncedAt    *time.Time
	Community      string // invited, came, absent
	CommunityNames string
	Opinion        string // the community's own words
	OpinionAt      *time.Time
	Minutes        string
	MinutesVersion int64
	MinutesAt      *time.Time
	Seats          int64
	Quorum         int64
	Need           int64
	AfterTerm      bool // held after the term's last day, as a local rule allows
	Rules          string
	Outcome        string
	ClosedAt       *time.Time
	Version        int64
	CreatedAt      time.Time
}

// TableName names the table.
func (Meeting) TableName() string { return "committee_meetings" }

// ItemState is what became of an item.
type ItemState string

// The states of an item.
const (
	Listed   ItemState = "listed"
	Voting   ItemState = "voting"
	Passed   ItemState = "passed"
	Failed   ItemState = "failed"
	NoQuorum ItemState = "no_quorum" // too few members attended
	Referred ItemState = "referred"  // the owners' to decide: sent to the assembly
	Dropped  ItemState = "dropped"   // with its meeting
)

// ItemStates are the states as people read them.
var ItemStates = map[ItemState]string{Listed: "待议", Voting: "表决中", Passed: "通过", Failed: "没有通过", NoQuorum: "到会人数不够，不能作决定", Referred: "属于业主共同决定的事项，已提交业主大会", Dropped: "没有议"}

// Item is a point of the agenda.
type Item struct {
	ID          int64 `gorm:"primaryKey"`
	MeetingID   int64
	EstateID    int64
	Place       int64
	Matter      string // of the rules: committee.matter.…
	Clause      string
	Title       string
	Text        string
	Authority   string // the assembly's resolution that it carries out
	Words       string // what sends it to a second person; empty for nothing
	DraftedBy   int64  // the person
	CheckedBy   int64
	CheckText   string
	CheckedFor  int64 // the organisation
	CheckedAt   *time.Time
	Answer      string // why no motion of the assembly takes up what was referred
	AnsweredBy  int64
	AnsweredAt  *time.Time
	State       ItemState
	Resolution  *string
	DecidedAt   *time.Time
	NoticeID    int64
	PublishedAt *time.Time
}

// TableName names the table.
func (Item) TableName() string { return "committee_items" }

// Attendance is a member at a meeting. Confirmed is the version of the minutes that they confirmed.
type Attendance struct {
	MeetingID   int64 `gorm:"primaryKey;autoIncrement:false"`
	MemberID    int64 `gorm:"primaryKey;autoIncrement:false"`
	Came        bool
	Confirmed   int64
	ConfirmedAt *time.Time
	Objection   string
}

// TableName names the table.
func (Attendance) TableName() string { return "committee_attendances" }

// Faults of meetings.
var (
	ErrMeeting   = fault.New(fault.NotFound, "committee.no_meeting", "没有找到这次会议")
	ErrAssembly  = fault.New(fault.Forbidden, "committee.assembly_matter", "这是业主共同决定的事项，业委会不能决定，请提交业主大会")
	ErrMatter    = fault.New(fault.Invalid, "committee.unknown_matter", "请从业委会可以决定的事项里选择")
	ErrAuthority = fault.New(fault.Invalid, "committee.needs_authority", "这类事项要写明业主大会的决定编号")
	ErrUnchecked = fault.New(fault.Conflict, "committee.unchecked", "有议题里出现了可能属于业主共同决定事项的词语，请先由另一个人核对")
	ErrAgenda    = fault.New(fault.Conflict, "committee.agenda_late", "会议时间离公告太近，议题要提前公告")
	ErrEarly     = fault.New(fault.Conflict, "committee.too_early", "会议还没有到时间")
	ErrPresides  = fault.New(fault.Forbidden, "committee.not_presiding", "会议由主任（或副主任）召集主持；三分之一以上委员提议的，提议的委员也可以召集")
	ErrStillOpen = fault.New(fault.Conflict, "committee.still_open", "还有委员没有表决，表决时间也没有到，不能计票")
)

// lockMeeting finds a meeting that is the business of the actor's committee, with the actor's seat in its term.
func (s *Service) lockMeeting(tx *store.Tx, actor org.Actor, id int64) (*Meeting, *Term, *Member, error) {
	m, t, me, err := seat(s, tx, actor, id, func(m *Meeting) int64 { return m.EstateID })
	if err == nil && m.TermID != t.ID {
		err = ErrState.Saying("这是上一届业委会的会议，不能再办理")
	}
	return m, t, me, err
}

// presides reports whether a member may call and lead: the chair or a deputy; where neither is in office, anybody.
func presides(all []Member, me *Member) bool {
	if me.Role == Chair || me.Role == Deputy {
		return true
	}
	for _, m := range all {
		if m.Role == Chair || m.Role == Deputy {
			return false
		}
	}
	return true
}

func itemsOf(tx *store.Tx, meeting int64) ([]Item, error) {
	var rows []Item
	return rows, tx.Where("meeting_id = ?", meeting).Order("place").Limit(maxItems).Find(&rows).Error
}

// store keeps what changed of a meeting, unless somebody else was first.
func (m *Meeting) store(tx *store.Tx) error {
	m.Version++
	res := tx.Model(&Meeting{}).Where("id = ? AND version = ?", m.ID, m.Version-1).Select("starts_at", "vote_ends", "state", "agenda_notice", "announced_at", "community", "community_names", "opinion", "opinion_at",
		"minutes", "minutes_version", "minutes_at", "seats", "quorum", "need", "after_term", "rules", "outcome", "closed_at", "version").Updates(m)
	return store.MustAffect(res, ErrState)
}
