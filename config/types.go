package config

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Secret is a text that is never printed. It may come from the file that <VARIABLE>_FILE names.
type Secret struct{ value string }

// Value gives the secret itself.
func (s Secret) Value() string { return s.value }

// String hides it.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return "******"
}

// LogValue hides it from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// GoString hides it from %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// MarshalText hides it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes it from a flag or the environment.
func (s *Secret) UnmarshalText(b []byte) error {
	s.value = string(b)
	return nil
}

// NewSecret wraps a text, for wiring and tests.
func NewSecret(v string) Secret { return Secret{value: v} }

// Duration is a time span such as "30s". A malformed one is kept and reported by Check together with all others.
type Duration struct {
	D   time.Duration
	err error
}

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(b []byte) error {
	d.D, d.err = time.ParseDuration(string(b))
	if d.err != nil || d.D <= 0 {
		d.err = fmt.Errorf("%q 不是时长，应写成 30s、5m 或 720h", b)
	}
	return nil
}

// Number is a positive whole number; see Duration for mistakes.
type Number struct {
	N   int64
	err error
}

// UnmarshalText reads it.
func (n *Number) UnmarshalText(b []byte) error {
	n.N, n.err = strconv.ParseInt(string(b), 10, 64)
	if n.err != nil || n.N <= 0 {
		n.err = fmt.Errorf("%q 不是正整数", b)
	}
	return nil
}

// Bound is how much there may be of something, 0 for no bound; see Duration for mistakes.
type Bound struct {
	N   int64
	err error
}

// UnmarshalText reads it.
func (n *Bound) UnmarshalText(b []byte) error {
	n.N, n.err = strconv.ParseInt(string(b), 10, 64)
	if n.err != nil || n.N < 0 {
		n.err = fmt.Errorf("%q 不是 0 或正整数", b)
	}
	return nil
}

// Templates are WeChat's templates by the plan's names. Entries that cannot be read are reported by Check.
type Templates map[string]Template

// IDs are the ids alone.
func (t Templates) IDs() map[string]string {
	ids := make(map[string]string, len(t))
	for name, x := range t {
		ids[name] = x.ID
	}
	return ids
}

// Template is what WeChat calls one, and whether it is a long-term one (长期订阅).
type Template struct {
	ID   string
	Long bool
}

// String writes it as it is set.
func (t Template) String() string {
	if t.Long {
		return t.ID + longMark
	}
	return t.ID
}

// longMark behind an id marks a long-term template; WeChat's ids hold no comma.
const longMark = ",long"

// UnmarshalText reads "name=id;name=id,long". What it cannot read is kept under the empty name.
func (t *Templates) UnmarshalText(b []byte) error {
	m := Templates{}
	for entry := range strings.SplitSeq(string(b), ";") {
		name, id, _ := strings.Cut(entry, "=")
		id, long := strings.CutSuffix(strings.TrimSpace(id), longMark)
		name, id = strings.TrimSpace(name), strings.TrimSpace(id)
		switch {
		case strings.TrimSpace(entry) == "":
		case name == "" || id == "" || strings.Contains(id, ","):
			m[""] = Template{ID: strings.TrimSpace(entry)}
		default:
			m[name] = Template{ID: id, Long: long}
		}
	}
	*t = m
	return nil
}
