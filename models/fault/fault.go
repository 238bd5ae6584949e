// Package fault is the one vocabulary in which linli refuses: a kind, a stable dotted code, a Chinese sentence that
// says what to do next, and the fields that are wrong. It knows neither HTTP nor SQL.
package fault

import "errors"

// Kind says what sort of refusal a Fault is; the edge maps it to a status.
type Kind string

// The kinds, with the HTTP status each becomes at the edge.
const (
	Invalid         Kind = "invalid"         // 400: the input is wrong; Fields say where
	Unauthenticated Kind = "unauthenticated" // 401: sign in first
	Forbidden       Kind = "forbidden"       // 403: this post or person may not do that
	NotFound        Kind = "not_found"       // 404: no such thing, or somebody else's
	Conflict        Kind = "conflict"        // 409: contradicts what is already recorded
	Closed          Kind = "closed"          // 409: the time or state for this has passed
	Limited         Kind = "limited"         // 429: too often; try again later
	Unavailable     Kind = "unavailable"     // 503: something we depend on does not answer
	Internal        Kind = "internal"        // 500: our fault; details are never shown
)

// Field is one wrong input: where it is (a JSON path or a cell) and what is wrong, in Chinese.
type Field struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Fault is an error that may be shown to people. Sentinels are made with New and compared with errors.Is,
// which looks at Code alone, so a Fault that carries fields or another sentence still matches its sentinel.
type Fault struct {
	Kind    Kind
	Code    string // stable, dotted: "complaint.not_found"
	Message string // Chinese, for a resident
	Fields  []Field
	// RetryAfter is how many seconds to wait before trying again; 0 means unsaid.
	RetryAfter int
}

// New makes a sentinel fault.
func New(kind Kind, code, message string) *Fault {
	return &Fault{Kind: kind, Code: code, Message: message}
}

// Error gives the code and the sentence, for logs.
func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// Is reports whether target is a fault of the same code.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// With returns a copy that names wrong fields.
func (f *Fault) With(fields ...Field) *Fault {
	c := *f
	c.Fields = append(append([]Field(nil), f.Fields...), fields...)
	return &c
}

// Saying returns a copy with another sentence, for faults whose remedy depends on the case.
func (f *Fault) Saying(message string) *Fault {
	c := *f
	c.Message = message
	return &c
}

// After returns a copy that asks the caller to wait that many seconds.
func (f *Fault) After(seconds int) *Fault {
	c := *f
	c.RetryAfter = seconds
	return &c
}

// ErrInternal is what any error that is no Fault becomes for people.
var ErrInternal = New(Internal, "internal", "系统出了点问题，请稍后再试；如一直不行，请联系社区")

// ErrInvalid is the fault of input that fails its checks; add the fields with With.
var ErrInvalid = New(Invalid, "invalid", "填写的内容有误，请按提示修改")

// Of returns the Fault inside err, or ErrInternal for anything foreign; nil for nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return ErrInternal
}

// Checks collects wrong fields, so that one answer names them all.
type Checks []Field

// Check records a reason at path unless ok.
func (c *Checks) Check(ok bool, path, reason string) {
	if !ok {
		*c = append(*c, Field{Path: path, Reason: reason})
	}
}

// Err is nil when nothing was wrong, else ErrInvalid with the fields.
func (c Checks) Err() error {
	if len(c) == 0 {
		return nil
	}
	return ErrInvalid.With(c...)
}
