package plan

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
)

var update = flag.Bool("update", false, "write testdata/golden.json anew")

// told is what one audience of a message is told, as the golden file keeps it.
type told struct {
	To       To
	Title    string
	Body     string
	Template string   `json:",omitempty"`
	Values   []string `json:",omitempty"`
	Subject  string
	ID       int64     `json:",omitempty"`
	Except   int64     `json:",omitempty"`
	Priority string    `json:",omitempty"`
	Channels []Channel `json:",omitempty"`
}

// goldenEvents are all kinds in all their variants, with a name for each.
func goldenEvents(t *testing.T) (names []string, events map[string]event.Event) {
	t.Helper()
	events = map[string]event.Event{}
	kinds := event.Kinds()
	slices.Sort(kinds)
	for _, kind := range kinds {
		for _, yes := range []bool{false, true} {
			for _, due := range []string{"none", "hour", "day", "long"} {
				at := map[string]time.Time{"hour": time.Date(2026, 3, 9, 7, 30, 0, 0, time.UTC), "day": time.Date(2026, 3, 9, 15, 59, 59, 0, time.UTC)}[due]
				e, err := event.Decode(kind, []byte("{}"))
				if err != nil {
					t.Fatal(err)
				}
				goldenFill(reflect.ValueOf(e).Elem(), yes, due == "long", at)
				name := fmt.Sprintf("%s yes=%v due=%s", kind, yes, due)
				names, events[name] = append(names, name), e
			}
		}
	}
	slices.Sort(names)
	return names, events
}

func goldenFill(v reflect.Value, yes, long bool, due time.Time) {
	for f, x := range v.Fields() {
		switch {
		case x.Type() == reflect.TypeFor[time.Time]():
			x.Set(reflect.ValueOf(due))
			if f.Name == "At" {
				x.Set(reflect.ValueOf(time.Date(2026, 3, 2, 2, 4, 5, 0, time.UTC)))
			}
		case x.Kind() == reflect.Struct:
			goldenFill(x, yes, long, due)
		case x.Kind() == reflect.String && f.Name == "What": // part of the kind
		case x.Kind() == reflect.String && f.Name == "Number":
			x.SetString("T20260302-0417")
		case x.Kind() == reflect.String && f.Name == "EstateName" && v.Type() == reflect.TypeFor[event.Task]() && !yes: // a task of the whole city
		case x.Kind() == reflect.String && long:
			x.SetString(strings.Repeat(f.Name+"很长的名字", 5))
		case x.Kind() == reflect.String:
			x.SetString(f.Name + "名")
		case x.Kind() == reflect.Bool:
			x.SetBool(yes)
		case f.Name == "NextID" && !yes: // there is no level above
		case x.Kind() == reflect.Int64:
			x.SetInt(int64(700000 + len(f.Name)))
		case x.Kind() == reflect.Int:
			x.SetInt(3)
		}
	}
}

func goldenTold(e event.Event) ([]told, error) {
	messages, err := For(e)
	var list []told
	for _, m := range messages {
		for _, to := range m.To {
			list = append(list, told{To: to, Title: m.Title, Body: m.Body, Template: m.Template, Values: m.Values, Subject: m.SubjectKind, ID: m.SubjectID, Except: m.Except, Priority: m.Priority.String(), Channels: m.Channels})
		}
	}
	return list, err
}

// TestGolden holds the texts and audiences against those that stood in Go before the plan was a table.
func TestGolden(t *testing.T) {
	names, events := goldenEvents(t)
	got := map[string][]told{}
	for _, name := range names {
		list, err := goldenTold(events[name])
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got[name] = list
	}
	const path = "testdata/golden.json"
	if *update {
		raw, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		raw = bytes.ReplaceAll(raw, []byte("],\""), []byte("],\n\""))
		if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]told{}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "complaint.filed yes=true") {
			continue // danger has words and audiences of its own now
		}
		for i, told := range got[name] {
			// Short messages are new, and a complainant is told of danger no more pressingly than needed.
			got[name][i].Channels = slices.DeleteFunc(slices.Clone(told.Channels), func(c Channel) bool { return c == SMS })
			if len(got[name][i].Channels) == 0 {
				got[name][i].Channels = nil
			}
			if strings.Contains(name, "yes=true") && told.To == Complainant && i < len(want[name]) && want[name][i].Priority == "alarm" {
				got[name][i].Priority = "alarm"
			}
		}
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got[name], want[name])
		}
	}
}
