package plan

import (
	"slices"
	"time"

	"github.com/linli-city/linli/models/event"
)

// Row is a line of the table: who is told of an event, how and in which words. The words in braces are the event's.
type Row struct {
	Event string `yaml:"event" json:"event"`
	When  string `yaml:"when" json:"when,omitempty"` // a condition of the event; none is always
	To    []To   `yaml:"to" json:"to"`
	Kind  string `yaml:"kind" json:"kind"`
	Title string `yaml:"title" json:"title"`
	Body  string `yaml:"body" json:"body"`
	// Template and Fields, in its order, are for WeChat.
	Template string    `yaml:"template" json:"template,omitempty"`
	Fields   []string  `yaml:"fields" json:"fields,omitempty"`
	Channels []Channel `yaml:"channels" json:"channels"` // in the order of trying, after the inbox
	Priority string    `yaml:"priority" json:"priority,omitempty"`
	Sight    Sight     `yaml:"sight" json:"sight"`
	Repeat   string    `yaml:"repeat" json:"repeat"`
	Ack      *Unread   `yaml:"ack" json:"ack,omitempty"`
	Why      string    `yaml:"why" json:"why"`
}

// Unread is an Ack as people write it.
type Unread struct {
	After   string   `yaml:"after" json:"after"`               // "15m", "2h"
	Working bool     `yaml:"working" json:"working,omitempty"` // only the hours of work count
	Act     bool     `yaml:"act" json:"act,omitempty"`         // to have read it is not enough
	Then    []Step   `yaml:"then" json:"then"`
	Until   []string `yaml:"until" json:"until,omitempty" maxItems:"9"` // the events by which the office has acted; a city cannot change them
}

// patience is how long it is waited for, 0 for a time that is none.
func (u *Unread) patience() time.Duration {
	after, _ := time.ParseDuration(u.After) // what cannot be read is refused by checkRow
	return after
}

func (u *Unread) clone() *Unread {
	if u == nil {
		return nil
	}
	return &Unread{After: u.After, Working: u.Working, Act: u.Act, Then: slices.Clone(u.Then), Until: slices.Clone(u.Until)}
}

// The ways to go on with what may have gone out already.
const (
	resend = "resend"
	hold   = "hold"
)

// personal tells whether the row is for residents.
func (r *Row) personal() bool { return len(r.To) > 0 && r.To[0].Personal() }

// clone shares nothing with r.
func (r *Row) clone() Row {
	c := *r
	c.To, c.Fields, c.Channels = slices.Clone(r.To), slices.Clone(r.Fields), slices.Clone(r.Channels)
	c.Ack = r.Ack.clone()
	return c
}

// least is the priority that the row names; Alarm, which holds nothing back, where it leaves that to the event.
func (r *Row) least() event.Priority {
	p, _ := priority(r.Priority)
	return p
}

// ack is nil for none.
func (r *Row) ack() *Ack {
	if r.Ack == nil {
		return nil
	}
	after, err := time.ParseDuration(r.Ack.After)
	if err != nil { // the row was checked
		return nil
	}
	return &Ack{After: after, Working: r.Ack.Working, Act: r.Ack.Act, Then: slices.Clone(r.Ack.Then)}
}

func priority(name string) (event.Priority, bool) {
	for _, p := range event.Priorities {
		if p.String() == name {
			return p, true
		}
	}
	return event.Alarm, false
}
