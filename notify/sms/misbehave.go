package sms

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// The modes of a sandbox.
const (
	Fine    = "ok"
	Down    = "down"    // nobody listens
	Slow    = "slow"    // no answer for longer than a sender waits; nothing arrives
	Busy    = "busy"    // trouble inside the provider; nothing arrives
	Garbage = "garbage" // an answer that nobody can read; nothing arrives
	Limit   = "limited" // nothing more is taken
	Refuse  = "refuse"  // the number is refused
	Lost    = "lost"    // the text arrives and the answer does not
	Vanish  = "vanish"  // the text is taken and never arrives
)

// Modes are all of them.
var Modes = []string{Fine, Down, Slow, Busy, Garbage, Limit, Refuse, Lost, Vanish}

// Fault makes a sandbox misbehave: for Count texts, or, with 0, until told otherwise. Find fails with it, but for "limited",
// "refuse", "lost" and "vanish", which concern sending alone.
type Fault struct {
	Mode  string `json:"mode"`
	Count int    `json:"count,omitempty"`
}

// SetFault sets the misbehaviour from now on.
func (s *Sandbox) SetFault(f Fault) error {
	if !slices.Contains(Modes, f.Mode) || f.Count < 0 {
		return errors.New("sms sandbox: mode must be one of " + strings.Join(Modes, ", "))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
	return nil
}

// Fault tells the present misbehaviour.
func (s *Sandbox) Fault() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// spend takes one text of the present mode.
func (s *Sandbox) spend() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	mode := s.fault.Mode
	if s.fault.Count > 0 {
		if s.fault.Count--; s.fault.Count == 0 {
			s.fault = Fault{Mode: Fine}
		}
	}
	return mode
}

// trouble is what a mode does to an operation: the errors that the real provider's client would give.
func (s *Sandbox) trouble(ctx context.Context, op, mode string) error {
	switch mode {
	case Down:
		return unanswered(op, false, errors.New("connection refused"))
	case Slow:
		ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
		defer cancel()
		<-ctx.Done()
		return unanswered(op, true, ctx.Err())
	case Busy:
		return refusal(op, "isp.SYSTEM_ERROR", 0, "", "")
	case Garbage:
		return unreadable(op, 200)
	case Limit:
		if op == opSend {
			return refusal(op, "isv.BUSINESS_LIMIT_CONTROL", 0, "", "")
		}
	case Refuse:
		if op == opSend {
			return refusal(op, "isv.MOBILE_NUMBER_ILLEGAL", 0, "", "")
		}
	}
	return nil
}
