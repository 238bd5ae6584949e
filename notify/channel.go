package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
)

// Outgoing is what a channel sends.
type Outgoing struct {
	// Key is the same for every try of one delivery, for providers that can tell repeats.
	Key      string
	To       string // an openid, a phone number
	Template string // the provider's id
	Page     string
	Title    string
	Body     string
	Place    string // the estate, "" for none
	Letter   string // the token of the page on which somebody without an account reads and confirms it, "" for none
	Data     map[string]string
}

// Channel is one way to reach people outside the app. Send is called from many goroutines and returns by the end of its
// context. Its error is a *Failure where it knows more than "not this time".
type Channel interface {
	Send(ctx context.Context, out Outgoing) (providerID string, err error)
}

// Finder is a channel that can be asked what became of a send nobody saw the end of.
type Finder interface {
	// Find looks for a message by its key, sent not before since; found is false where the provider does not know it.
	Find(ctx context.Context, out Outgoing, since time.Time) (providerID string, found bool, err error)
}

// Fate is what became of a message that a provider took; "" while it is not known.
type Fate string

// The fates.
const (
	Arrived Fate = "arrived"
	Lost    Fate = "lost"
)

// Tracker is a channel whose provider tells only on being asked whether what it took has arrived.
type Tracker interface {
	Track(ctx context.Context, out Outgoing, since time.Time) (Fate, error)
}

// Failure is what an error of a channel means.
type Failure struct {
	Code      int
	Permanent bool // trying again cannot help
	Refused   bool // the recipient does not want it, or no longer
	Limited   bool // the provider takes nothing more for now
	Uncertain bool // it may have gone out all the same
	Err       error
}

func (f *Failure) Error() string {
	if f.Err == nil {
		return fmt.Sprint("code ", f.Code)
	}
	return f.Err.Error()
}

// Unwrap gives the provider's own error.
func (f *Failure) Unwrap() error { return f.Err }

// Way is a channel with what it may carry.
type Way struct {
	Channel Channel
	// Addresses finds where people are reached; who is missing is not reached this way.
	Addresses func(tx *store.Tx, persons []int64) (map[int64]string, error)
	// Roster finds by an estate's roster who is missing there; nil for nobody. A negative one is an owner without an account.
	Roster func(tx *store.Tx, estate int64, people []int64) (map[int64]string, error)
	// Letters gives owners without an account the token of the page on which they confirm a message; nil for none.
	Letters func(tx *store.Tx, message int64, owners []int64) (map[int64]string, error)
	// Shifts finds where those on duty are reached; nil where this way does not reach them.
	Shifts func(tx *store.Tx, shifts []int64) (map[int64]string, error)
	// Templates are the provider's ids by the plan's names. A message whose template has none does not go this way; nil where
	// no template is needed.
	Templates map[string]string
	// Consents is the stock of which each message needs one; nil where none is needed.
	Consents *consent.Service
	// PerMinute and PerDay bound what all processes together send, 0 for no bound. Bulk leaves a tenth of the day to the rest.
	PerMinute, PerDay int64
	// Repeats is for how long the provider drops a repeat of the same key.
	Repeats time.Duration
}

// asked is how long after a send its provider is asked what became of it: sooner it may not know yet itself.
const asked = time.Minute

// hush is how long a send in doubt is left alone.
func (w *Way) hush() time.Duration {
	if w == nil {
		return 0
	}
	if _, ok := w.Channel.(Finder); ok {
		return asked
	}
	return 0
}

// Accounts finds people's WeChat accounts.
func Accounts(p org.Provider) func(*store.Tx, []int64) (map[int64]string, error) {
	return func(tx *store.Tx, persons []int64) (map[int64]string, error) { return org.OpenIDs(tx, p, persons) }
}

func (w *Way) template(name string) (id string, ok bool) {
	if w.Templates == nil {
		return "", true
	}
	id = w.Templates[name]
	return id, id != ""
}
