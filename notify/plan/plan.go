// Package plan says who is told of an event, by which channels, how pressingly and in which words. The table is plan.yaml,
// what an event gives to it is facts.go; the package is pure and knows no clock.
package plan

import (
	"strings"
	"time"

	"github.com/linli-city/linli/models/event"
)

// To is a kind of audience; the dispatcher resolves it to posts and people when it sends.
type To string

// The audiences.
const (
	Complainant To = "complainant" // the person of the event
	Lead        To = "lead"        // posts of the organisation that leads
	Joint       To = "joint"       // posts of the organisations that join
	Offered     To = "offered"     // posts of the organisation that is asked to take over
	Heads       To = "heads"       // head posts of the organisation that is asked
	Duty        To = "duty"        // posts and people on the estate's roster of emergency repairs
	Committee   To = "committee"   // posts of the estate's committee, or of who stands in
	Community   To = "community"   // posts of the estate's community
	Township    To = "township"    // posts of the township
	Bureau      To = "bureau"      // posts of the bureau
	Office      To = "office"      // posts of the leading group's office, or of the group where that is concerned
	Asker       To = "asker"       // posts of the community that asked for a whistle
	Called      To = "called"      // posts of the offices that a whistle calls
	Owing       To = "owing"       // posts of the office that owes a task
	Giver       To = "giver"       // posts of the office that gave it
	Parties     To = "parties"     // posts of the organisations that are parties of a mediation
	Above       To = "above"       // posts of the level above whoever does nothing
	Residents   To = "residents"   // everybody with a home in the estate
	Owners      To = "owners"      // the owners whom the event affects: of its buildings and units, with an account or not
	Addressees  To = "addressees"  // the people of a campaign's run, whom the campaign chooses
)

var audiences = []To{Complainant, Lead, Joint, Offered, Heads, Duty, Committee, Community, Township, Bureau, Office, Asker, Called, Owing, Giver, Parties, Above, Residents, Owners, Addressees}

// Personal tells whether people are told as residents, not as holders of a post.
func (t To) Personal() bool {
	return t == Complainant || t == Residents || t == Owners || t == Addressees
}

// Channel is a way to reach people.
type Channel string

// The channels besides the inbox, which has everything.
const (
	Mini    Channel = "wechat_mini"    // subscribe message of the mini-program, to residents
	Service Channel = "wechat_service" // template message of the service account, to staff
	SMS     Channel = "sms"
	Letter  Channel = "letter" // on the list of letters, which an office prints and posts or takes there
	Visit   Channel = "visit"  // somebody goes there
)

var channels = []Channel{Mini, Service, SMS, Letter, Visit}

// Step is what is tried when a message to an office stays unread.
type Step string

// The steps.
const (
	NextSMS    Step = "sms"    // a short message to the same people
	NextDeputy Step = "deputy" // the deputy post
	NextAbove  Step = "above"  // the level above
)

var steps = []Step{NextSMS, NextDeputy, NextAbove}

// Ack says what follows when nobody has read a message for so long: the first step, after as long again the second.
type Ack struct {
	After   time.Duration
	Working bool // only the hours of work count
	Act     bool // to have read it is not enough
	Then    []Step
}

// Template is a WeChat message template with the fields that linli fills.
type Template struct {
	Name     string   `yaml:"name" json:"name"`
	Title    string   `yaml:"title" json:"title"`
	Staff    bool     `yaml:"staff" json:"staff"`         // sent by the service account to staff; otherwise by the mini-program to residents
	LongTerm bool     `yaml:"long_term" json:"long_term"` // 长期订阅: one consent is for all messages, not for one
	Fields   []string `yaml:"fields" json:"fields"`       // WeChat field keys, in the order of Message.Values
}

// channel is the only channel that carries the template.
func (t *Template) channel() Channel {
	if t.Staff {
		return Service
	}
	return Mini
}

// Templates are all templates; their ids come from configuration.
var Templates = Default().templates

// Message is what one audience is told. Title and Body go to the inbox; Values, in the template's order, to WeChat,
// unless there is no Template.
type Message struct {
	To          []To
	Kind        string // of Table.Kinds: what a person may switch off
	Sight       Sight
	Title       string
	Body        string
	Template    string
	Values      []string
	SubjectKind string
	SubjectID   int64 // 0 where there is nothing to open, and for whoever may not open it
	// Except is an organisation that is never told: the one complained about.
	Except int64
	// Priority is no more pressing than the event's own.
	Priority event.Priority
	// Channels after the inbox, in the order of trying; none where the inbox will do.
	Channels []Channel
	// Hold keeps what may have gone out already from going out twice.
	Hold bool
	// Ack is nil where nobody needs to have read it.
	Ack *Ack
	Why string // the clause or reason, in Chinese
}

// ChannelList is the channels as they are stored.
func (m *Message) ChannelList() string {
	list := make([]string, len(m.Channels))
	for i, c := range m.Channels {
		list[i] = string(c)
	}
	return strings.Join(list, ",")
}

// Data gives the template's fields their values.
func (m *Message) Data() map[string]string {
	values := map[string]string{}
	for _, t := range Templates {
		if t.Name != m.Template {
			continue
		}
		for i, f := range t.Fields {
			if i < len(m.Values) {
				values[f] = m.Values[i]
			}
		}
	}
	return values
}

// For gives the messages of an event by the shipped table. An event that nobody is told of gives none.
func For(e event.Event) ([]Message, error) { return Default().For(e) }
