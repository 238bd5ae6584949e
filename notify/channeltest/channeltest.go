// Package channeltest holds every channel to the same promises: that a message goes out once, and that an error says truly
// whether it did. A channel's own tests run the suite; the suite knows no channel and no provider.
package channeltest

import (
	"context"
	"testing"
	"time"
)

// Outgoing is what a channel sends: the fields of the notifier's own.
type Outgoing struct {
	Key      string
	To       string
	Template string
	Page     string
	Title    string
	Body     string
	Data     map[string]string
}

// Verdict is what an error means to whoever decides about another try.
type Verdict struct{ Permanent, Refused, Limited, Uncertain bool }

// Arrival is a message as a phone shows it.
type Arrival struct{ To, Words string }

// Trouble is a way for a provider to misbehave.
type Trouble string

// The troubles. With none but Lost does anything arrive.
const (
	None    Trouble = ""
	Dead    Trouble = "dead"    // nobody listens
	Silent  Trouble = "silent"  // takes the request and says nothing
	Garbage Trouble = "garbage" // answers what is no answer
	Broken  Trouble = "broken"  // answers with a server's failure
	Cut     Trouble = "cut"     // takes the request and hangs up
	Lost    Trouble = "lost"    // takes the message and hangs up
	Limited Trouble = "limited" // takes nothing more for now
	Quoting Trouble = "quoting" // refuses, and repeats the whole request in its answer
)

// Subject is a channel under test.
type Subject struct {
	// Open makes a channel with a provider and phones of its own.
	Open func(t *testing.T) *World
	// Find says that the provider can be asked what became of a message. Where it cannot, Why says how that is borne.
	Find bool
	Why  string
}

// World is one channel with its provider.
type World struct {
	Send func(ctx context.Context, out Outgoing) (providerID string, err error)
	Find func(ctx context.Context, out Outgoing, since time.Time) (providerID string, found bool, err error)
	// Good is the nth message to somebody who can be reached. Its Title is no part of another's, and is among its words.
	Good func(n int) Outgoing
	// Bad is a message to an address that is none.
	Bad Outgoing
	// Refusing is a message to somebody who does not want it; without a key, where nobody can say so.
	Refusing Outgoing
	// Arrived are all messages on all phones.
	Arrived func() []Arrival
	// Play has the provider misbehave from now on, and reports whether it can in this way.
	Play func(Trouble) bool
	// Waiting gives one value for each request that is held by Silent; nil where that cannot be seen.
	Waiting <-chan struct{}
	// Classify is what the notifier makes of an error.
	Classify func(error) Verdict
	// Secrets are what no error may show: keys, tokens, addresses.
	Secrets func() []string
	// NoID says why a message that was taken has no provider's id; "" where it has one.
	NoID string
}
