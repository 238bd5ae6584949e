package dump

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// kind is what a column holds, said the same for every dialect.
type kind string

const (
	integer kind = "int"
	text    kind = "text"
	boolean kind = "bool"
	moment  kind = "time" // UTC to the second
	day     kind = "date"
)

const (
	momentLayout = "2006-01-02 15:04:05"
	dayLayout    = "2006-01-02"
)

type column struct {
	Name string `json:"name"`
	Kind kind   `json:"kind"`
}

// into gives what a column of the kind is scanned into, so that no driver chooses the type.
func (k kind) into() any {
	switch k {
	case integer:
		return new(sql.NullInt64)
	case boolean:
		return new(sql.NullBool)
	case moment, day:
		return new(sql.NullTime)
	default:
		return new(sql.NullString)
	}
}

// errInexact says that a value cannot be written down exactly.
var errInexact = errors.New("a value has no exact form")

// write appends a scanned value as JSON.
func write(b *bytes.Buffer, k kind, v any) error {
	switch v := v.(type) {
	case *sql.NullInt64:
		if v.Valid {
			b.Write(strconv.AppendInt(b.AvailableBuffer(), v.Int64, 10))
			return nil
		}
	case *sql.NullBool:
		if v.Valid {
			b.Write(strconv.AppendBool(b.AvailableBuffer(), v.Bool))
			return nil
		}
	case *sql.NullTime:
		if v.Valid {
			return writeTime(b, k, v.Time.UTC())
		}
	case *sql.NullString:
		if v.Valid {
			return writeText(b, v.String)
		}
	}
	b.WriteString("null")
	return nil
}

func writeTime(b *bytes.Buffer, k kind, t time.Time) error {
	layout := momentLayout
	if k == day {
		layout = dayLayout
	}
	s := t.Format(layout)
	if back, err := time.Parse(layout, s); err != nil || !back.Equal(t) {
		return fmt.Errorf("%w: a time is finer than its column", errInexact)
	}
	b.WriteByte('"')
	b.WriteString(s)
	b.WriteByte('"')
	return nil
}

func writeText(b *bytes.Buffer, s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%w: a text is not UTF-8", errInexact)
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder's newline
	return nil
}

// read turns a value of an archive into what the drivers take.
func (k kind) read(raw json.RawMessage) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch k {
	case integer:
		return strconv.ParseInt(string(raw), 10, 64)
	case boolean:
		return strconv.ParseBool(string(raw))
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	switch k {
	case text:
		return s, nil
	case moment:
		return time.Parse(momentLayout, s)
	case day:
		return time.Parse(dayLayout, s)
	}
	return nil, fmt.Errorf("unknown kind %q", k)
}
