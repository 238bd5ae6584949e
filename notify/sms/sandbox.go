package sms

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"
)

// Received is a text as a phone shows it.
type Received struct {
	Phone string    `json:"phone"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
	Key   string    `json:"key"`
	ID    string    `json:"id"`
	// Failed is one that was taken and that the phone never had.
	Failed bool `json:"failed,omitempty"`
}

const (
	// shown is how many texts Messages gives.
	shown = 200
	// kept bounds what is remembered; the book has it all.
	kept = 50_000
	// sandboxSign stands in front of the sandbox's texts.
	sandboxSign = "邻里"
)

// SandboxOptions configure a sandbox.
type SandboxOptions struct {
	Now func() time.Time
	// Book is the file that keeps what phones received over a restart; empty means memory alone. One process at a time may
	// use it.
	Book string
	// Patience is how long a sender waits in mode "slow"; 0 means 5 s, as with the real provider.
	Patience time.Duration
}

// Sandbox keeps texts instead of sending them. It never drops a repeated one: whoever sends twice is seen to.
type Sandbox struct {
	o    SandboxOptions
	book *os.File // nil for memory alone

	mu    sync.Mutex
	list  []Received
	size  int64
	count int
	fault Fault
}

// NewSandbox makes an empty sandbox in memory.
func NewSandbox(now func() time.Time) *Sandbox {
	return &Sandbox{o: SandboxOptions{Now: now, Patience: defaultTimeout}, fault: Fault{Mode: Fine}}
}

// OpenSandbox makes a sandbox and takes up where its book ends.
func OpenSandbox(o SandboxOptions) (*Sandbox, error) {
	s := NewSandbox(o.Now)
	if o.Patience > 0 {
		s.o.Patience = o.Patience
	}
	if o.Book == "" {
		return s, nil
	}
	f, err := os.OpenFile(o.Book, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sms sandbox: %w", err)
	}
	s.book = f
	if err := s.replay(); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("sms sandbox: %w", err)
	}
	return s, nil
}

// replay reads the book. A line that a killed process left half-written was never answered, and is cut off.
func (s *Sandbox) replay() error {
	r := bufio.NewReader(s.book)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return s.book.Truncate(s.size)
		}
		var m Received
		if err != nil || json.Unmarshal(line, &m) != nil {
			return fmt.Errorf("the book cannot be read from byte %d on", s.size)
		}
		s.keep(m)
		s.size += int64(len(line))
	}
}

// Now is the sandbox's time.
func (s *Sandbox) Now() time.Time { return s.o.Now() }

// Close closes the book.
func (s *Sandbox) Close() error {
	if s.book == nil {
		return nil
	}
	return s.book.Close()
}

// Send keeps a text, or misbehaves as it was told.
func (s *Sandbox) Send(ctx context.Context, m Message) (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	if ctx.Err() != nil {
		return "", unanswered(opSend, false, ctx.Err())
	}
	mode := s.spend()
	if err := s.trouble(ctx, opSend, mode); err != nil {
		return "", err
	}
	id, err := s.receive(m, mode == Vanish)
	if err == nil && mode == Lost {
		err = unanswered(opSend, true, errors.New("cut"))
	}
	if err != nil {
		return "", err
	}
	return id, nil
}

// receive writes a text into the book before it is answered.
func (s *Sandbox) receive(m Message, failed bool) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := Received{Phone: m.Phone, Text: m.text(sandboxSign), At: s.o.Now(), Key: m.Key, ID: fmt.Sprintf("sandbox-%d", s.count+1), Failed: failed}
	if s.book != nil {
		line, err := json.Marshal(got)
		if err == nil {
			_, err = s.book.WriteAt(append(line, '\n'), s.size)
		}
		if err != nil {
			return "", unanswered(opSend, false, err)
		}
		s.size += int64(len(line)) + 1
	}
	s.keep(got)
	return got.ID, nil
}

func (s *Sandbox) keep(m Received) {
	s.count++
	if s.list = append(s.list, m); len(s.list) > kept {
		s.list = slices.Delete(s.list, 0, kept/10)
	}
}

// Find tells the truth about what phones received.
func (s *Sandbox) Find(ctx context.Context, phone, key string, since time.Time) (string, bool, Receipt, error) {
	if ctx.Err() != nil {
		return "", false, "", unanswered(opFind, false, ctx.Err())
	}
	if err := s.trouble(ctx, opFind, s.Fault().Mode); err != nil {
		return "", false, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range slices.Backward(s.list) {
		if m.Phone == phone && m.Key == key && !m.At.Before(since.Truncate(time.Second)) {
			if m.Failed {
				return m.ID, true, Failed, nil
			}
			return m.ID, true, Arrived, nil
		}
	}
	if s.count > len(s.list) && since.Before(s.list[0].At) {
		return "", false, "", &Error{Op: opFind, detail: "longer ago than the sandbox remembers"}
	}
	return "", false, "", nil
}

// Messages are the last texts that phones have, newest first.
func (s *Sandbox) Messages() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.list[max(0, len(s.list)-shown):])
	slices.Reverse(list)
	return slices.DeleteFunc(list, func(m Received) bool { return m.Failed })
}
