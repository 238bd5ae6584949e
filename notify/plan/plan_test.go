package plan

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/linli-city/linli/models/event"
)

// filled makes an event of a kind with long texts in every field.
func filled(t *testing.T, kind string) event.Event {
	t.Helper()
	e, err := event.Decode(kind, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	fill(reflect.ValueOf(e).Elem())
	if what := reflect.ValueOf(e).Elem().FieldByName("What"); what.IsValid() {
		what.SetString(kind[strings.IndexByte(kind, '.')+1:])
	}
	return e
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString(strings.Repeat("很长的文字", 8))
	case reflect.Int64, reflect.Int:
		v.SetInt(424242)
	}
}

// TestEveryEventHasWords: no event is told to nobody by accident, no text is longer than WeChat or the inbox takes, and
// no message names the complainant.
func TestEveryEventHasWords(t *testing.T) {
	fields := map[string][]string{}
	for _, x := range Templates {
		fields[x.Name] = x.Fields
	}
	for _, kind := range event.Kinds() {
		messages, err := For(filled(t, kind))
		if err != nil || len(messages) == 0 {
			t.Errorf("%s: %d messages, %v", kind, len(messages), err)
		}
		for _, m := range messages {
			if len(m.To) == 0 || m.SubjectKind == "" || utf8.RuneCountInString(m.Title) > 120 || utf8.RuneCountInString(m.Body) > 600 {
				t.Errorf("%s: %+v", kind, m)
			}
			if len(m.Values) != len(fields[m.Template]) || (len(m.Values) == 0) != (m.Template == "") {
				t.Errorf("%s: template %s has %d fields, %d values", kind, m.Template, len(fields[m.Template]), len(m.Values))
				continue
			}
			for i, f := range fields[m.Template] {
				if n := utf8.RuneCountInString(m.Values[i]); n > bound(f) || n == 0 {
					t.Errorf("%s: %s holds %d characters: %s", kind, f, n, m.Values[i])
				}
			}
			if strings.Contains(m.Title+m.Body+strings.Join(m.Values, ""), "424242") && !strings.Contains(kind, "returned") && kind != "calendar.unknown" { // a count, a year
				t.Errorf("%s shows somebody's number: %s", kind, m.Body)
			}
		}
	}
}

func bound(field string) int {
	switch strings.TrimRight(field, "0123456789") {
	case "phrase":
		return 5
	case "character_string":
		return 32
	}
	return 20
}
