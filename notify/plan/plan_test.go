package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
)

// person stands for every id in an event: it must never be shown.
const person = 424242

// variants are an event of the kind in each of its conditions, with fill for every text.
func variants(t *testing.T, kind string, text func(field string) string) []event.Event {
	t.Helper()
	var list []event.Event
	for _, yes := range []bool{false, true} {
		e, err := event.Decode(kind, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		fillEvent(reflect.ValueOf(e).Elem(), yes, text)
		list = append(list, e)
	}
	return list
}

func fillEvent(v reflect.Value, yes bool, text func(field string) string) {
	for f, x := range v.Fields() {
		switch {
		case x.Type() == reflect.TypeFor[time.Time]():
			x.Set(reflect.ValueOf(time.Date(2026, 12, 22, 15, 59, 59, 0, time.UTC)))
		case x.Kind() == reflect.Struct:
			fillEvent(x, yes, text)
		case f.Name == "What": // part of the kind
		case x.Kind() == reflect.String:
			x.SetString(text(f.Name))
		case x.Kind() == reflect.Bool:
			x.SetBool(yes)
		case x.Kind() == reflect.Int64:
			x.SetInt(person)
		case x.Kind() == reflect.Slice:
			x.Set(reflect.ValueOf([]int64{person, person}))
		case x.Kind() == reflect.Int:
			x.SetInt(9999)
		}
	}
}

// long gives names far longer than anything takes.
func long(field string) string {
	if field == "Number" {
		return strings.Repeat("T2026", 10)
	}
	return strings.Repeat("很长的名字", 40)
}

// shows is everything that a message shows to anybody.
func (m *Message) shows() string {
	return m.Title + "\n" + m.Body + "\n" + strings.Join(m.Values, "\n")
}

// TestEveryEventHasWords: no event is told to nobody by accident, no text is longer than WeChat or the inbox takes, no
// field is empty, no brace is left, and no message shows an id.
func TestEveryEventHasWords(t *testing.T) {
	t.Parallel()
	fields := map[string][]string{}
	for _, x := range Templates {
		fields[x.Name] = x.Fields
	}
	for _, kind := range event.Kinds() {
		for _, text := range []func(string) string{long, func(f string) string { return f }} {
			for _, e := range variants(t, kind, text) {
				messages, err := For(e)
				if silent := Default().silent[kind] != ""; err != nil || (len(messages) == 0) != silent {
					t.Errorf("%s: %d messages, %v", kind, len(messages), err)
				}
				for _, m := range messages {
					if len(m.To) == 0 || m.SubjectKind == "" || m.Kind == "" || m.Why == "" || m.Sight == "" {
						t.Errorf("%s: %+v", kind, m)
					}
					if utf8.RuneCountInString(m.Title) > maxTitle || utf8.RuneCountInString(m.Body) > maxBody {
						t.Errorf("%s is longer than the inbox takes: %+v", kind, m)
					}
					if strings.ContainsAny(m.shows(), "{}") || strings.Contains(m.shows(), strconv.Itoa(person)) && kind != "notify.behind" { // a count
						t.Errorf("%s shows an id or a brace: %s", kind, m.shows())
					}
					if len(m.Values) != len(fields[m.Template]) || (len(m.Values) == 0) != (m.Template == "") || len(m.Data()) != len(m.Values) {
						t.Errorf("%s: template %s has %d fields, %d values", kind, m.Template, len(fields[m.Template]), len(m.Values))
						continue
					}
					for i, f := range fields[m.Template] {
						if why := unfit(f, m.Values[i]); why != "" {
							t.Errorf("%s: %s is %s: %q", kind, f, why, m.Values[i])
						}
					}
				}
			}
		}
	}
}

// unfit says why WeChat would refuse a value; its rules stand here once more, apart from the code.
func unfit(field, value string) string {
	n := utf8.RuneCountInString(value)
	switch strings.TrimRight(field, "0123456789") {
	case "thing":
		if n < 1 || n > 20 {
			return "not 1 to 20 characters"
		}
	case "phrase":
		if n < 1 || n > 5 || strings.ContainsFunc(value, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
			return "not 1 to 5 Chinese characters"
		}
	case "character_string":
		if n < 1 || n > 32 || strings.ContainsFunc(value, func(r rune) bool { return r > 126 || r < 32 }) {
			return "not 1 to 32 ASCII characters"
		}
	case "time":
		if _, err := time.Parse("2006-01-02 15:04", value); err != nil {
			return "no time"
		}
	default:
		return "of a type that linli does not know"
	}
	return ""
}

func filed(urgent bool) *event.CaseFiled {
	return &event.CaseFiled{Case: event.Case{CaseID: 7, Number: "T20260302-0417", EstateID: 3, EstateName: "桂花苑", Matter: "电梯困人", Clause: "五(五)2", LeadName: "市场监管局",
		PersonIDs: []int64{person}, AboutID: 55, Urgent: urgent, Due: time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC), At: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)}}
}

// byAudience gives what each audience is told; an audience told twice fails.
func byAudience(t *testing.T, table *Table, e event.Event) map[To]Message {
	t.Helper()
	list, err := table.For(e)
	if err != nil {
		t.Fatal(err)
	}
	all := map[To]Message{}
	for _, m := range list {
		for _, to := range m.To {
			if _, twice := all[to]; twice {
				t.Errorf("%s tells %s twice", e.Kind(), to)
			}
			all[to] = m
		}
	}
	return all
}

// TestDanger: who must act is told first, by every way there is, and asked whether they have read it; who stands by learns
// where and what, but not whose complaint it is; the resident waits for nothing in the middle of the night.
func TestDanger(t *testing.T) {
	t.Parallel()
	list, err := For(filed(true))
	if err != nil || list[0].To[0] != Lead {
		t.Fatalf("the first told is %v, %v", list[0].To, err)
	}
	told := byAudience(t, Default(), filed(true))
	for _, to := range []To{Lead, Duty, Community, Township} {
		m := told[to]
		if m.Priority != event.Alarm || !slices.Equal(m.Channels, []Channel{Service, SMS}) || m.SubjectID != 7 || m.Kind != "danger" {
			t.Errorf("%s: %+v", to, m)
		}
		if m.Ack == nil || m.Ack.After != 15*time.Minute || !slices.Equal(m.Ack.Then, []Step{NextSMS, NextDeputy, NextAbove}) {
			t.Errorf("%s need not have read it: %+v", to, m.Ack)
		}
		if m.Except != 55 {
			t.Errorf("%s: the office complained about is told", to)
		}
	}
	for _, to := range []To{Joint, Committee} {
		m := told[to]
		if m.Sight != Masked || m.SubjectID != 0 || strings.Contains(m.shows(), "T20260302") || !strings.Contains(m.Body, "尾号0417") || m.Priority == event.Alarm {
			t.Errorf("%s: %+v", to, m)
		}
	}
	if m := told[Complainant]; m.Priority != event.Normal || slices.Contains(m.Channels, SMS) || m.Except != 0 {
		t.Errorf("the complainant: %+v", m)
	}
	if _, neighbours := told[Residents]; neighbours {
		t.Error("the neighbours are told")
	}
	if m := byAudience(t, Default(), filed(false))[Lead]; m.Priority != event.Normal || m.Ack != nil || slices.Contains(m.Channels, SMS) {
		t.Errorf("an ordinary complaint is told like danger: %+v", m)
	}
}

// TestAnEventOfANewerProgram: what this program has no words for is an error, and the message waits for one that has.
func TestAnEventOfANewerProgram(t *testing.T) {
	t.Parallel()
	for _, e := range []event.Event{&event.CaseMoved{What: "invented"}, &event.Whistle{What: "invented"}, unknown{}} {
		if list, err := For(e); err == nil {
			t.Errorf("%s is told as %+v", e.Kind(), list)
		}
	}
}

type unknown struct{}

func (unknown) Kind() string  { return "complaint.filed" }
func (unknown) Estate() int64 { return 0 }

// TestWordsAreFilledOnce: an estate whose name looks like a variable shows its name.
func TestWordsAreFilledOnce(t *testing.T) {
	t.Parallel()
	e := filed(false)
	e.EstateName = "{lead}苑"
	if m := byAudience(t, Default(), e)[Lead]; !strings.Contains(m.Body, "{lead}苑") || strings.Contains(m.Body, "市场监管局苑") {
		t.Error(m.Body)
	}
}

// TestLesserSightsLeakNothing: every row of the table, shown masked and in the aggregate even if it was never meant to be,
// says nothing of what the sight hides, and opens nothing.
func TestLesserSightsLeakNothing(t *testing.T) {
	t.Parallel()
	open := map[Sight][]string{
		Masked:    {"EstateName", "Matter", "Clause", "LeadName", "ToName", "HostName", "HolderName", "OfficeName", "GivenByName", "PublisherName", "Sort"},
		Aggregate: {"EstateName", "Matter"},
	}
	// The beginning of a marker is enough to find it: a value may be cut.
	mark := func(field string) string {
		if field == "Number" {
			return "SECRETNUMBER-7788"
		}
		return "《" + field + "》"
	}
	for sight, allowed := range open {
		table := Default().clone()
		for i := range table.rows {
			table.rows[i].Sight = sight
		}
		for _, kind := range event.Kinds() {
			for _, e := range variants(t, kind, mark) {
				list, err := table.For(e)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range list {
					if m.SubjectID != 0 {
						t.Errorf("%s %s opens %d", sight, kind, m.SubjectID)
					}
					if said := m.shows(); strings.Contains(said, "SECRET") || (sight == Aggregate && strings.Contains(said, "7788")) || strings.Contains(said, strconv.Itoa(person)) {
						t.Errorf("%s %s shows whose it is: %s", sight, kind, said)
					}
					for _, name := range fieldNames(reflect.TypeOf(e).Elem()) {
						if !slices.Contains(allowed, name) && strings.Contains(m.shows(), "《"+name[:4]) {
							t.Errorf("%s %s shows %s: %s", sight, kind, name, m.shows())
						}
					}
				}
			}
		}
	}
}

// fieldNames are the names of an event's texts but the number.
func fieldNames(typ reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(typ) {
		if f.Type.Kind() == reflect.String && f.Name != "Number" {
			names = append(names, f.Name)
		}
	}
	return names
}

// TestNeighboursAndOverseers: who owns in the building, and the office above all, learn that there was something of a sort in the
// estate. Nothing of it leads to a person, a door, a number or a word of it.
func TestNeighboursAndOverseers(t *testing.T) {
	t.Parallel()
	told := map[string]string{}
	for _, kind := range []string{"complaint.escalate", "complaint.confirmed", "complaint.lapse", "complaint.force_close", "mediation.unaccepted"} {
		for _, e := range variants(t, kind, func(field string) string { return "《" + field + "》7788" }) {
			for to, m := range byAudience(t, Default(), e) {
				if to != Office && to != Owners {
					continue
				}
				said := strings.NewReplacer("《EstateName》7788", "", "《Matter》7788", "").Replace(m.shows())
				if m.Sight != Aggregate || m.SubjectID != 0 || strings.ContainsAny(said, "《7") || len(m.Channels) > 0 {
					t.Errorf("%s → %s: %+v", kind, to, m)
				}
				told[kind] = string(to)
			}
		}
	}
	if len(told) != 5 {
		t.Errorf("told %v", told)
	}
}

// TestASightRefusesWhatItHides: nobody can write a masked row with a variable that it hides.
func TestASightRefusesWhatItHides(t *testing.T) {
	t.Parallel()
	for kind, s := range shapes() {
		for variable := range s.words {
			for _, sight := range []Sight{Masked, Aggregate} {
				r := Row{Event: kind, Title: "小区有事", Body: "请看：{" + variable + "}", Sight: sight}
				var c fault.Checks
				r.checkText(&c, "body", r.Body, s, 2, 400)
				if ok := len(c) == 0; ok != sight.allows(variable) {
					t.Errorf("%s: {%s} in a %s row: %v", kind, variable, sight, c)
				}
			}
		}
	}
	for _, hidden := range []string{"unit", "place", "reason", "cause", "title", "headline", "anything.new"} {
		if Masked.allows(hidden) || Aggregate.allows(hidden) {
			t.Errorf("{%s} is shown", hidden)
		}
	}
	for _, number := range []string{"", "1", "12", "0417", "T20260302-0417"} {
		seen := Masked.of(map[string]string{"number": number})["number"]
		if number != "" && strings.Contains(seen, number) {
			t.Errorf("%s is shown as %s", number, seen)
		}
	}
}

func ExampleFor() {
	list, err := For(filed(true))
	if err != nil {
		fmt.Println(err)
	}
	for _, m := range list[:2] {
		fmt.Println(m.To, m.Priority, m.Channels, m.Body)
	}
	// Output:
	// [lead] alarm [wechat_service sms] 桂花苑：电梯困人（T20260302-0417，依据五(五)2），请马上派人到现场，应于3月2日12:00前办结。
	// [duty] alarm [wechat_service sms] 桂花苑：电梯困人（T20260302-0417），由市场监管局主办。您在应急维修值班表上，请马上到现场控制险情。
}
