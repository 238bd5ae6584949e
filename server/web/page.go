package web

import (
	"encoding/base64"
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
