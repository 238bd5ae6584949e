// Package campaign tells many people one thing and keeps the evidence that it arrived (送达): an office writes, a second
// person approves, the forecast says beforehand how each seat is reached, letters and visits serve those whom no message
// reaches, and the record says per seat what was sent, when it was confirmed and how. It imports no domain.
package campaign

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/notify/plan"
)

// State is how far a campaign is.
type State string

// The states of a campaign.
const (
	Draft     State = "draft"
	Submitted State = "submitted" // waits for a second person
	Approved  State = "approved"  // goes out when its time comes
	Running   State = "running"
	Paused    State = "paused"
	Done      State = "done"
	Cancelled State = "cancelled"
)

// StateNames are the states as people read them.
var StateNames = map[State]string{Draft: "草稿", Submitted: "待批准", Approved: "已批准，待发送", Running: "发送中", Paused: "已暂停", Done: "已发完", Cancelled: "已取消"}

// Kind is what a campaign is about, for people who look for it again.
type Kind string

// Safety is the kind that presses: it passes the quiet hours.
const Safety Kind = "safety"

// KindNames are the kinds with their names.
var KindNames = map[Kind]string{"notice": "通知", "assembly": "业主大会", "fee": "费用", Safety: "安全", "other": "其他"}

// Audience is whose message it is.
type Audience string

// The audiences.
const (
	Owners    Audience = "owners"    // seats: each owner set once, however many units it has
	Residents Audience = "residents" // everybody with a home, unit by unit
)

// Channel is a way to a seat, beyond the plan's: the inbox, and what is done on foot.
type Channel = plan.Channel

// The channels of a campaign that no provider carries.
const (
	Inbox  Channel = "inbox"
	Letter Channel = "letter"
	Visit  Channel = "visit"
	Nobody Channel = "nobody" // none of the campaign's reaches the seat
)

// ChannelNames are the channels as people read them.
var ChannelNames = map[Channel]string{Inbox: "站内消息", plan.Mini: "微信", plan.SMS: "短信", Letter: "信件", Visit: "上门", Nobody: "暂时送不到"}

// order is the order in which channels may be named: what a provider carries first, in either order, then paper, then feet.
var order = map[Channel]int{plan.Mini: 0, plan.SMS: 0, Letter: 1, Visit: 2}

// Scope is the part of an estate that a campaign is for. Empty is the whole estate.
type Scope struct {
	Buildings []int64 `json:"buildings,omitempty"`
	Units     []int64 `json:"units,omitempty"`
	Seats     []int64 `json:"seats,omitempty"` // owner sets
}

// Whole reports whether nothing is left out.
func (s Scope) Whole() bool { return len(s.Buildings)+len(s.Units)+len(s.Seats) == 0 }

// Campaign is a message to many.
type Campaign struct {
	ID             int64 `gorm:"primaryKey"`
	Number         string
	EstateID       int64
	OrganisationID int64
	WrittenBy      int64 // who wrote the words as they are
	WrittenPost    int64
	Writers        string // everybody who wrote, revised or submitted it, as JSON: none of them approves it
	Version        int    // raised by every change of the draft
	Title          string
	Body           string // public words, no personal data
	Kind           Kind
	SubjectKind    string // what it is about, and what acts are about; may be empty
	SubjectID      int64
	Audience       Audience
	Scope          string // as JSON
	Channels       string // in the order of trying, separated by commas
	NeedsProof     bool   // each seat's service must be proven
	PerMinute      int    // 0: as fast as the channels allow
	NotBefore      *time.Time
	RemindEvery    int // days; 0 never
	Reminders      int // sent so far
	RemindAt       *time.Time
	EndsAt         *time.Time
	State          State
	Forecast       string // as JSON, as it was submitted
	Seats          int64  // counted when it was submitted, and again when it was laid out
	CreatedBy      int64
	SubmittedBy    int64
	SubmittedAt    *time.Time
	ApprovedBy     int64
	ApprovedPost   int64
	ApprovedAt     *time.Time
	Approval       string // person, or rule where it is small enough to go without a second one
	PausedBy       int64  // organisation
	MovedBy        int64  // who did the last action of the table
	MovedAs        Action
	MovedAt        *time.Time
	Reason         string // of the last return, pause or cancellation
	StartedAt      *time.Time
	DoneAt         *time.Time
	Run            int    // number of the latest run
	Progress       string // as JSON, as of CountedAt
	CountedAt      *time.Time
	ClientRef      string
	InputHash      string
	CreatedAt      time.Time
}

// RunKind is why a campaign goes out once more.
type RunKind string

// The kinds of runs.
const (
	FirstRun    RunKind = "first"
	ResendRun   RunKind = "resend" // to those whose every delivery failed
	ReminderRun RunKind = "remind" // to those who have not acted
)

// RunNames are the kinds of runs as people read them.
var RunNames = map[RunKind]string{FirstRun: "首次发送", ResendRun: "补发", ReminderRun: "提醒"}

// The states of a run: its seats are chosen batch by batch, then one message goes to the outbox.
const (
	choosing = "choosing"
	sent     = "sent"
	dropped  = "dropped" // the campaign was cancelled before
	empty    = "empty"   // there was nobody to send to
)

// Run is one time that a campaign goes out.
type Run struct {
	ID         int64 `gorm:"primaryKey"`
	CampaignID int64
	Number     int
	Kind       RunKind
	State      string
	AfterID    int64 // how far its seats are chosen
	Seats      int64
	MessageID  int64      // of the outbox, once it is sent
	NextDue    *time.Time // when the next delivery may go, where there is a rate
	MadeBy     int64      // 0 for the clock
	MadeAt     time.Time
	SentAt     *time.Time
}

// TableName names the table.
func (Run) TableName() string { return "campaign_runs" }

func (c *Campaign) scope() (Scope, error) {
	var s Scope
	return s, json.Unmarshal([]byte(c.Scope), &s)
}

// ChannelList are the campaign's channels in the order of trying, besides the inbox.
func (c *Campaign) ChannelList() []Channel {
	if c.Channels == "" {
		return nil
	}
	var list []Channel
	for name := range strings.SplitSeq(c.Channels, ",") {
		list = append(list, Channel(name))
	}
	return list
}

// wrote reports whether somebody wrote any part of the campaign or submitted it.
func (c *Campaign) wrote(person int64) (bool, error) {
	var all []int64
	err := json.Unmarshal([]byte(c.Writers), &all)
	return slices.Contains(all, person), err
}

// withWriter adds somebody to those who wrote.
func (c *Campaign) withWriter(person int64) (string, error) {
	all := []int64{}
	if c.Writers != "" {
		if err := json.Unmarshal([]byte(c.Writers), &all); err != nil {
			return "", err
		}
	}
	if !slices.Contains(all, person) {
		all = append(all, person)
	}
	text, err := json.Marshal(all)
	return string(text), err
}

func (c *Campaign) may(ch Channel) bool { return slices.Contains(c.ChannelList(), ch) }

// carried are the channels that a provider carries.
func (c *Campaign) carried() string {
	var list []string
	for _, ch := range c.ChannelList() {
		if order[ch] == 0 {
			list = append(list, string(ch))
		}
	}
	return strings.Join(list, ",")
}
