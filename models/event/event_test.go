package event_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
)

// made gives an event of the kind with every field set.
func made(t *testing.T, kind string) event.Event {
	t.Helper()
	e, err := event.Decode(kind, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	fill(reflect.ValueOf(e).Elem())
	// One type stands for several kinds: its What is part of the kind.
	if what := reflect.ValueOf(e).Elem().FieldByName("What"); what.IsValid() {
		what.SetString(kind[strings.IndexByte(kind, '.')+1:])
	}
	return e
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("𠮷 " + v.Type().Name())
	case reflect.Int, reflect.Int64:
		v.SetInt(1<<53 + 1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for n := range v.Len() {
			fill(v.Index(n))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)))
			return
		}
		for n := range v.NumField() {
			fill(v.Field(n))
		}
	}
}

func TestEveryKindIsReadBackAsItWas(t *testing.T) {
	t.Parallel()
	if len(event.Kinds()) == 0 {
		t.Fatal("there are no kinds")
	}
	types := map[reflect.Type]string{}
	for _, kind := range event.Kinds() {
		e := made(t, kind)
		if e.Kind() != kind {
			t.Errorf("%s is read as %s", kind, e.Kind())
		}
		if before := types[reflect.TypeOf(e)]; before != "" && !reflect.ValueOf(e).Elem().FieldByName("What").IsValid() {
			t.Errorf("%s and %s are one type", kind, before)
		}
		types[reflect.TypeOf(e)] = kind
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		back, err := event.Decode(kind, body)
		if err != nil || !reflect.DeepEqual(e, back) {
			t.Errorf("%s: written %+v, read %+v, %v", kind, e, back, err)
		}
		if e.Estate() == 0 {
			t.Errorf("%s forgets its estate", kind)
		}
	}
}

func TestAnEventOfANewerProgramIsAnError(t *testing.T) {
	t.Parallel()
	if e, err := event.Decode("complaint.invented", []byte("{}")); err == nil {
		t.Errorf("read as %+v", e)
	}
	if e, err := event.Decode("complaint.filed", []byte(`{"case_id":"4"}`)); err == nil {
		t.Errorf("a body of another shape is read as %+v", e)
	}
}

// texts are the only words that events may carry: names of public bodies and places, and what an office decided in
// words that it addresses to the person who is told. A new text field needs a line here, and so a thought.
var texts = map[string]string{
	"number": "of a case or notice", "estate_name": "public", "matter": "from the mandate list", "clause": "from the mandate list",
	"lead_name": "an office", "to_name": "an office", "host_name": "an office", "holder_name": "an office", "publisher_name": "an office or committee",
	"body": "of a campaign, refused where it looks like somebody's number", "channels": "codes",
	"topic": "a code", "what": "a code", "place": "where offices meet", "office_name": "an office", "given_by_name": "an office", "sort": "of a notice", "title": "of a published notice, agenda or meeting", "warning": "a clause, as the notice of a meeting cites it", "subject_kind": "a code", "unit_name": "a place, no person", "reason": "an office's words to the applicant", "cause": "a code",
	"charge": "a unit's, told to its own people alone", "formula": "of a price and an area or reading", "hotline": "of a company",
}

// Events stay in the outbox and pass through Redis: nothing in them may say who somebody is.
func TestEventsCarryNoPersonalData(t *testing.T) {
	t.Parallel()
	for _, kind := range event.Kinds() {
		walk(t, kind, reflect.TypeOf(made(t, kind)).Elem())
	}
}

func walk(t *testing.T, kind string, typ reflect.Type) {
	t.Helper()
	for f := range typ.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			walk(t, kind, f.Type)
		case name == "":
			t.Errorf("%s: field %s has no JSON name", kind, f.Name)
		case f.Type == reflect.TypeFor[time.Time](), f.Type.Kind() == reflect.Bool:
		case f.Type.Kind() == reflect.String:
			if texts[name] == "" {
				t.Errorf("%s carries the text %s: say in the list why it is no personal data, or carry an id", kind, name)
			}
		case f.Type.Kind() == reflect.Int, f.Type == reflect.TypeFor[int64](), f.Type == reflect.TypeFor[[]int64]():
			if !slices.Contains([]string{"returns", "year", "waiting", "minutes"}, name) && !strings.HasSuffix(name, "_id") && !strings.HasSuffix(name, "_ids") {
				t.Errorf("%s: the number %s is neither an id nor a known count", kind, name)
			}
		default:
			t.Errorf("%s: field %s of type %s is not looked into", kind, f.Name, f.Type)
		}
	}
}
