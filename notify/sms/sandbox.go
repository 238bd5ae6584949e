// Package sms sends short messages. Today it plays them inside the process for demonstrations; a city's provider takes its
// place by configuration.
package sms

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Message is a text as a phone would show it.
type Message struct {
	Phone string    `json:"phone"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
}

// kept is how many messages the sandbox remembers.
const kept = 200

// Sandbox keeps the last messages instead of sending them.
type Sandbox struct {
	mu   sync.Mutex
	last []Message
	now  func() time.Time
}

// NewSandbox makes an empty sandbox.
func NewSandbox(now func() time.Time) *Sandbox { return &Sandbox{now: now} }

// Text keeps a message.
func (s *Sandbox) Text(_ context.Context, phone, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = append(s.last, Message{Phone: phone, Text: text, At: s.now()})
	s.last = s.last[max(0, len(s.last)-kept):]
	return nil
}

// Messages are the last messages, newest first.
func (s *Sandbox) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.last)
	slices.Reverse(list)
	return list
}
