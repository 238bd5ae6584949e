// Package sms sends texts to phones by templates that are registered with a provider: Aliyun's SMS service, or a sandbox
// inside the process that keeps what phones received. It touches the provider's host and the sandbox's book, and knows no
// domain.
package sms

import (
	"context"
	"regexp"
	"time"
)

// Sender sends a text to a phone and gives the provider's id of it. See Permanent, Limited and Uncertain for its errors.
type Sender interface {
	Send(ctx context.Context, m Message) (providerID string, err error)
}

// Finder tells what became of a text, one whose sending ended without an answer or one that was taken. found means that the
// provider took it. Where that cannot be told, the error says so: it is never taken for "not found".
type Finder interface {
	Find(ctx context.Context, phone, key string, since time.Time) (providerID string, found bool, r Receipt, err error)
}

// Receipt is what the phone's network says of a text, "" before it was taken.
type Receipt string

// The receipts.
const (
	Awaited Receipt = "awaited"
	Arrived Receipt = "arrived"
	Failed  Receipt = "failed" // nothing more comes of it
)

// Message is one text to one phone.
type Message struct {
	// Key is ours and the same for every try. No provider drops a repeat by it; Find knows the text by it.
	Key      string
	Phone    string // a mobile number of the mainland, 11 digits
	Template string // a name in Templates
	Params   map[string]string
}

var (
	mobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	// keyShape is what the provider keeps unchanged for certain.
	keyShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	// mobileWithin finds numbers in other people's words, however they are joined to what stands around them.
	mobileWithin = regexp.MustCompile(`(1[3-9][0-9])[0-9]{4}([0-9]{4})`)
)

// Mask hides the middle of every mobile number in a text: 139****1234.
func Mask(text string) string { return mobileWithin.ReplaceAllString(text, "$1****$2") }
