package sms

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Error is why a text was not sent, or may not have been. Nothing that the provider says in its own words gets into it: its
// messages quote the request, with the number and the code.
type Error struct {
	Op      string // SendSms or QuerySendDetails
	Code    string // the provider's, "" where it gave none that can be read
	request string // the provider's id of the request, to ask it about
	detail  string
	meaning meaning
	ended   error // context.Canceled or DeadlineExceeded, when that is why
}

func (e *Error) Error() string {
	parts := []string{"sms " + e.Op}
	if e.Code != "" {
		parts = append(parts, e.Code)
	}
	if e.request != "" {
		parts = append(parts, "request "+e.request)
	}
	if e.detail != "" {
		parts = append(parts, e.detail)
	}
	return strings.Join(parts, ": ")
}

// Unwrap shows how the context ended, if that is why.
func (e *Error) Unwrap() error { return e.ended }

// Permanent reports that the same text to the same phone will fail again: a bad number, a bad template or signature.
func Permanent(err error) bool { return of(err).permanent }

// Limited reports that the provider takes nothing more for now: throttled, the day is used up, out of money.
func Limited(err error) bool { return of(err).limited }

// OnePhone reports that a limit is this phone's alone, which has had too many texts: others still get theirs.
func OnePhone(err error) bool { return of(err).onePhone }

// Uncertain reports that the text may have gone out all the same: ask Find before trying again.
func Uncertain(err error) bool { return of(err).uncertain }

func of(err error) meaning {
	var e *Error
	if !errors.As(err, &e) {
		return meaning{}
	}
	return e.meaning
}

// refusal is an answer with a code.
func refusal(op, code string, status int, request, detail string) *Error {
	return &Error{Op: op, Code: code, request: request, detail: detail, meaning: meaningOf(code, status)}
}

// unanswered is a request that came to an end without an answer that can be read. written says that the provider may have it.
func unanswered(op string, written bool, err error) *Error {
	e := &Error{Op: op, meaning: meaning{uncertain: written}}
	var slow net.Error
	switch {
	case errors.Is(err, context.Canceled):
		e.ended, e.detail = context.Canceled, "the caller went away"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		e.ended, e.detail = context.DeadlineExceeded, "no answer in time"
	case written:
		e.detail = "the connection ended before the answer" // the network's own words may quote the answer
	default:
		e.detail = Mask(bare(err))
	}
	return e
}

// bare drops the address, in which the number and the text stand, from a network error.
func bare(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

// unreadable is an answer that is none. One that refuses by its status was certainly not acted upon.
func unreadable(op string, status int) *Error {
	return &Error{Op: op, detail: fmt.Sprintf("unreadable answer, status %d", status), meaning: meaning{uncertain: status < 300 || status >= 500}}
}
