// Package notify carries committed messages to people: a relay hands the outbox to Redis Streams, consumers write one
// delivery per recipient and channel, senders send and remember. The database knows what arrived; Redis only hurries.
// It imports no domain.
package notify

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/notify/plan"
)

// State is how far a delivery has come.
type State string

// The states of a delivery.
const (
	Waiting     State = "pending"     // to be sent when DueAt comes
	Sending     State = "sending"     // claimed; taken back when DueAt passes
	Sent        State = "sent"        // the provider took it
	Refused     State = "refused"     // the recipient has not subscribed (43101); not retried
	Unreachable State = "unreachable" // no account to send to; the inbox has it
	Dead        State = "dead"        // given up; LastError says why
)

// Delivery is one message to one recipient through one channel.
type Delivery struct {
	ID            int64 `gorm:"primaryKey"`
	MessageID     int64
	EstateID      int64
	AboutID       int64  // as in outbox.Message
	RecipientKind string // person, post
	RecipientID   int64
	PersonID      int64 // who holds the post when it was told; the person itself otherwise; 0 for a post's inbox
	Channel       string
	Template      string
	Audience      plan.To // whose words of the event it carries
	State         State
	Owner         string
	DueAt         time.Time
	Attempts      int
	ErrorCode     int
	LastError     string
	ProviderID    string
	CreatedAt     time.Time
	SentAt        *time.Time
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

// Outgoing is what a channel sends.
type Outgoing struct {
	// Key is the same for every try of one delivery, for providers that can tell repeats.
	Key      string
	OpenID   string
	Template string // the provider's id
	Page     string
	Data     map[string]string
}

// Channel is one way to reach people outside the app.
type Channel interface {
	Send(ctx context.Context, out Outgoing) (providerID string, err error)
}

// Failure is what an error of a channel means.
type Failure struct {
	Code      int
	Permanent bool // trying again cannot help
	Refused   bool // the recipient does not want it
}

// The channels' names.
const (
	ChannelInbox   = "inbox"
	ChannelMini    = "wechat_mini"    // subscribe message to residents
	ChannelService = "wechat_service" // template message to staff
)

// Faults of what is not, or no longer, given up.
var (
	ErrDeliveryNotFound = fault.New(fault.NotFound, "delivery.not_found", "没有找到这条未送达的消息")
	ErrMessageNotFound  = fault.New(fault.NotFound, "message.not_found", "没有找到这条无法分发的消息")
)
