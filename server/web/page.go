package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
)

// Page is the input of every list: where to go on, and how many.
type Page struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"上一页答复中的 next；第一页不填"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"每页条数"`
}

// List is the answer of every list. Next is empty on the last page.
type List[T any] struct {
	Body struct {
		Items []T    `json:"items"`
		Next  string `json:"next,omitempty" doc:"还有下一页时，作为 cursor 传回"`
	}
}

// ErrCursor is the fault of a cursor that this list did not give.
var ErrCursor = fault.New(fault.Invalid, "page.cursor", "翻页位置无效，请从第一页重新查看")

const cursorPrefix = "p1:"

// From reads the id after (or before) which the page begins; 0 for the first.
func (p Page) From() (int64, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return 0, ErrCursor
	}
	text, ok := strings.CutPrefix(string(raw), cursorPrefix)
	if !ok {
		return 0, ErrCursor
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, ErrCursor
	}
	return id, nil
}

// FromPair reads the place after which the page of a list with its own order begins: the order and the id.
func (p Page) FromPair() (order, id int64, err error) {
	if p.Cursor == "" {
		return 0, 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return 0, 0, ErrCursor
	}
	if n, err := fmt.Sscanf(string(raw), pairPrefix+"%d:%d", &order, &id); err != nil || n != 2 || id <= 0 {
		return 0, 0, ErrCursor
	}
	return order, id, nil
}

const pairPrefix = "p2:"

// PagedPair is Paged for a list with its own order.
func PagedPair[T, V any](p Page, rows []T, at func(T) (order, id int64), view func(T) V) *List[V] {
	out := Paged(p, rows, func(T) int64 { return 1 }, view)
	if len(rows) > p.Limit {
		order, id := at(rows[p.Limit-1])
		out.Body.Next = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, pairPrefix+"%d:%d", order, id))
	}
	return out
}

// PagedAt builds the answer of a list that says itself where the next page begins; 0 when there is none.
func PagedAt[T, V any](rows []T, next int64, view func(T) V) *List[V] {
	out := Paged(Page{Limit: len(rows)}, rows, func(T) int64 { return 0 }, view)
	if next > 0 {
		out.Body.Next = base64.RawURLEncoding.EncodeToString([]byte(cursorPrefix + itoa(next)))
	}
	return out
}

// Want is how many rows a service should be asked for: one more than shown tells whether there is a next page.
func (p Page) Want() int { return p.Limit + 1 }

// Paged builds the answer from one row more than shown; id gives a row's position.
func Paged[T, V any](p Page, rows []T, id func(T) int64, view func(T) V) *List[V] {
	out := &List[V]{}
	out.Body.Items = []V{}
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		out.Body.Next = base64.RawURLEncoding.EncodeToString([]byte(cursorPrefix + itoa(id(rows[len(rows)-1]))))
	}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, view(r))
	}
	return out
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func parsePost(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "X-Linli-Post", Reason: "应为岗位编号"})
	}
	return id, nil
}

// zone is where the product's people read the clock.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Time shows a time to people and programs: RFC 3339 in Shanghai.
func Time(t time.Time) time.Time { return t.In(zone) }

// TimeOr shows a time that may be missing.
func TimeOr(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.In(zone)
	return &at
}

// InputHash fingerprints what a client sent under a client_ref, so that a repeat can be told from another input.
func InputHash(parts ...any) string {
	raw, _ := json.Marshal(parts) // inputs are plain data
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Empty is the answer of operations that only succeed.
type Empty struct{}

// All is the answer of short lists that are never paged; their services bound them.
type All[T any] struct {
	Body struct {
		Items []T `json:"items"`
	}
}

// Whole builds the answer of a short list.
func Whole[T, V any](rows []T, view func(T) V) *All[V] {
	out := &All[V]{}
	out.Body.Items = make([]V, len(rows))
	for i, r := range rows {
		out.Body.Items[i] = view(r)
	}
	return out
}

// Day reads an optional calendar day; nil when empty.
func Day(s, field string) (*time.Time, error) {
	if s == "" {
		return nil, nil //nolint:nilnil // no day was given
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return nil, fault.ErrInvalid.With(fault.Field{Path: field, Reason: "日期格式应为 2026-11-23"})
	}
	return &t, nil
}

// StartOf is the moment at which a day as Day reads it begins in Shanghai.
func StartOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone).UTC()
}

// EndOf is the last second of a day as Day reads it; nil for none.
func EndOf(day *time.Time) *time.Time {
	if day == nil {
		return nil
	}
	end := StartOf(day.AddDate(0, 0, 1)).Add(-time.Second)
	return &end
}

// DayOr prints an optional calendar day.
func DayOr(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// Micro turns degrees into micro-degrees, and Degrees back.
func Micro(degrees float64) int64 { return int64(math.Round(degrees * 1e6)) }

// Degrees turns micro-degrees into degrees.
func Degrees(micro int64) float64 { return float64(micro) / 1e6 }
