package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// The kinds of lines in the book.
const (
	kindMessage  = "message"
	kindLogin    = "login"
	kindConsent  = "consent"
	kindBlock    = "block"
	kindFollow   = "follow"
	kindUnfollow = "unfollow"
)

// The channels a message came by.
const (
	Mini    = "mini"    // subscribe message of the mini-program
	Service = "service" // template message of the service account
)

// Message is what a phone received. ID counts from 1.
type Message struct {
	ID          int64             `json:"id"`
	At          time.Time         `json:"at"`
	Channel     string            `json:"channel"`
	OpenID      string            `json:"openid"`
	TemplateID  string            `json:"template_id"`
	Data        map[string]string `json:"data"`
	Page        string            `json:"page"`
	MsgID       int64             `json:"msgid"`
	ClientMsgID string            `json:"client_msg_id,omitempty"` // as sent; nothing is dropped for it
}

type line struct {
	Kind     string    `json:"kind"`
	At       time.Time `json:"at,omitzero"`
	Tag      string    `json:"tag,omitempty"`
	Name     string    `json:"name,omitempty"`
	Template string    `json:"template_id,omitempty"`
	Count    int       `json:"count,omitempty"`
	Message  *Message  `json:"message,omitempty"`
}

// stride is how many messages lie between two entries of the index.
const stride = 256

// book is an append-only file of lines. Each line is one write before the answer goes out, so what was answered is
// still there when the process is killed. Messages are read back from the file; memory holds an index alone.
type book struct {
	mu    sync.Mutex
	f     *os.File
	size  int64
	count int64   // messages
	index []int64 // offset of messages 1, 1+stride, …
}

func openBook(path string, replay func(line)) (*book, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, fmt.Errorf("sandbox: open the book: %w", err)
	}
	b := &book{f: f}
	err = b.read(0, 1<<62, func(l line, at, end int64) bool {
		b.note(l, at, end)
		replay(l)
		return true
	})
	if err == nil {
		// A line that a killed process left half-written was never answered.
		err = f.Truncate(b.size)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("sandbox: read the book: %w", err)
	}
	return b, nil
}

func openFile(path string) (*os.File, error) {
	if path != "" {
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	}
	f, err := os.CreateTemp("", "linli-sandbox-*.jsonl")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// read hands over the whole lines between two offsets, with where each begins and ends, until do says no.
func (b *book) read(from, to int64, do func(l line, at, end int64) bool) error {
	r := bufio.NewReaderSize(io.NewSectionReader(b.f, from, to-from), 64<<10)
	for {
		raw, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var l line
		if err := json.Unmarshal(raw, &l); err != nil || l.Kind == kindMessage && l.Message == nil {
			return fmt.Errorf("line at byte %d is damaged", from)
		}
		at := from
		from += int64(len(raw))
		if !do(l, at, from) {
			return nil
		}
	}
}

func (b *book) note(l line, at, end int64) {
	b.size = end
	if l.Kind != kindMessage {
		return
	}
	if b.count%stride == 0 {
		b.index = append(b.index, at)
	}
	b.count++
}

// write appends a line, giving a message its number.
func (b *book) write(l line) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l.Message != nil {
		l.Message.ID = b.count + 1
		l.Message.MsgID = firstMsgID + l.Message.ID
	}
	var buf bytes.Buffer
	if err := json.NewEncoder(&buf).Encode(l); err != nil {
		return err
	}
	if n, err := b.f.WriteAt(buf.Bytes(), b.size); err != nil {
		return fmt.Errorf("sandbox: write the book after %d bytes: %w", n, err)
	}
	b.note(l, b.size, b.size+int64(buf.Len()))
	return nil
}

// scan hands over the messages after an id, oldest first, until do says no.
func (b *book) scan(after int64, do func(Message) bool) error {
	b.mu.Lock()
	count, to := b.count, b.size
	from := int64(0)
	if i := max(after, 0) / stride; after < count {
		from = b.index[i]
	}
	b.mu.Unlock()
	if after >= count {
		return nil
	}
	return b.read(from, to, func(l line, _, _ int64) bool {
		if l.Kind != kindMessage || l.Message.ID <= after {
			return true
		}
		return do(*l.Message)
	})
}

func (b *book) close() error { return b.f.Close() }
