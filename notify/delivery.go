// Package notify carries committed messages to people: a relay hands the outbox to Redis Streams, consumers write one inbox
// item per recipient and one delivery per channel, senders send and remember. The database knows what arrived; Redis only
// hurries. It imports no domain.
package notify

import (
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/notify/plan"
)

// State is how far a delivery has come.
type State string

// The states of a delivery. One that is in the air is Waiting, and stands in the launch of its lane.
const (
	Waiting     State = "pending"     // to be sent when DueAt comes
	Sent        State = "sent"        // the provider took it
	Refused     State = "refused"     // the recipient has not subscribed (43101); not retried
	Unreachable State = "unreachable" // no account to send to; the inbox has it
	Unknown     State = "unknown"     // nobody knows whether the provider took it; resolved by asking, or by the plan's rule
	Held        State = "held"        // stayed unknown, and the plan's rule is not to send twice; a person decides
	Dead        State = "dead"        // given up; LastError says why
	Digest      State = "digest"      // waits for the person's digest
	Merged      State = "merged"      // in the digest DigestID, and settled with it
	Vacant      State = "vacant"      // waits for somebody to come to its post
	Moved       State = "moved"       // its person left the post before it went out; whoever is there now has one of their own
)

// Text is what a message says to one audience. Inbox items and deliveries point to it.
type Text struct {
	ID          int64 `gorm:"primaryKey"`
	MessageID   int64
	Position    int64   // in the plan of the message's event
	Audience    plan.To // whom it is for
	Kind        string  // as in plan.Message
	Title       string
	Body        string
	Template    string
	Data        string // the template's fields and their values, as a JSON object
	Channels    string // in the order of trying, separated by commas
	Priority    event.Priority
	Hold        bool // what stayed unknown waits for a person instead of going out again
	SubjectKind string
	SubjectID   int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Text) TableName() string { return "message_texts" }

// next is the channel to try after one, the first after none; "" at the end.
func (t *Text) next(after plan.Channel) plan.Channel {
	list := strings.Split(t.Channels, ",")
	if after == "" {
		return plan.Channel(list[0])
	}
	for i, c := range list[:len(list)-1] {
		if plan.Channel(c) == after {
			return plan.Channel(list[i+1])
		}
	}
	return ""
}

// last is the last channel, "" for none.
func (t *Text) last() plan.Channel {
	return plan.Channel(t.Channels[strings.LastIndex(t.Channels, ",")+1:])
}

// Delivery is one message to one recipient through one channel outside the app.
type Delivery struct {
	ID            int64 `gorm:"primaryKey"`
	MessageID     int64
	TextID        int64
	EstateID      int64
	AboutID       int64  // as in outbox.Message
	CaseID        int64  // as in outbox.Message; what concerns one case reaches a person in order
	RecipientKind string // person, post, shift
	RecipientID   int64
	PersonID      int64 // who holds the post when it was told; the person itself otherwise
	Channel       plan.Channel
	Priority      event.Priority
	Lane          int
	State         State
	DueAt         time.Time
	Attempts      int
	Repeats       int // how often it went out again although an earlier try may have arrived
	ErrorCode     int
	LastError     string
	ProviderID    string
	DigestID      int64 // the message of the digest in which it went out; 0 for none
	CreatedAt     time.Time
	SentAt        *time.Time
	ConfirmedAt   *time.Time
}

// TableName names the table.
func (Delivery) TableName() string { return "deliveries" }

// Reaction records that a consequence of a message has happened.
type Reaction struct {
	MessageID int64  `gorm:"primaryKey;autoIncrement:false"`
	Name      string `gorm:"primaryKey"`
	At        time.Time
}

// TableName names the table.
func (Reaction) TableName() string { return "outbox_reactions" }

// Faults of what is not, or no longer, given up.
var (
	ErrDeliveryNotFound = fault.New(fault.NotFound, "delivery.not_found", "没有找到这条未送达的消息")
	ErrMessageNotFound  = fault.New(fault.NotFound, "message.not_found", "没有找到这条无法分发的消息")
)
