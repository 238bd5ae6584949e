package plan

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
)

func with(t *testing.T, list ...Override) *Table {
	t.Helper()
	table, err := Default().With(list)
	if err != nil {
		t.Fatalf("%+v", fault.Of(err))
	}
	return table
}

// TestACityChangesOneRow: it is changed for one audience, the others that it was written together with keep theirs, in their
// order, and so does the shipped table.
func TestACityChangesOneRow(t *testing.T) {
	t.Parallel()
	before := byAudience(t, Default(), filed(false))
	table := with(t, Override{Event: "complaint.filed", When: "ordinary", To: Committee, Channels: []Channel{}, Title: "本小区有投诉", Body: "{matter}由{lead}办理。", Why: "本市业委会不收微信"})
	list, err := table.For(filed(false))
	if err != nil {
		t.Fatal(err)
	}
	var order []To
	for _, m := range list {
		order = append(order, m.To...)
	}
	if !slices.Equal(order, []To{Complainant, Lead, Joint, Committee, Community}) {
		t.Errorf("told in the order %v", order)
	}
	after := byAudience(t, table, filed(false))
	m := after[Committee]
	if m.Title != "本小区有投诉" || m.Body != "电梯困人由市场监管局办理。" || len(m.Channels) != 0 || m.Template != "" || m.Values != nil || m.Why != "本市业委会不收微信" {
		t.Errorf("%+v", m)
	}
	for _, to := range []To{Complainant, Lead, Joint, Community} {
		got, want := after[to], before[to]
		got.To, want.To = nil, nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is told %+v, was %+v", to, got, want)
		}
	}
	if again := byAudience(t, Default(), filed(false)); !reflect.DeepEqual(again, before) {
		t.Error("the shipped table has changed")
	}
	if raised := byAudience(t, table, filed(true)); !reflect.DeepEqual(raised, byAudience(t, Default(), filed(true))) {
		t.Error("another condition has changed")
	}
	once := with(t)
	if !reflect.DeepEqual(once.Rows(), Default().Rows()) {
		t.Error("no change changes something")
	}
	// What is asked for twice over, a row at a time, is the same as at once.
	twice, err := table.With([]Override{{Event: "complaint.filed", When: "ordinary", To: Joint, Title: "请协助"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := byAudience(t, twice, filed(false)); got[Joint].Title != "请协助" || got[Committee].Title != "本小区有投诉" || got[Community].Title != before[Community].Title {
		t.Errorf("%+v", got)
	}
}

// TestWhatACityMayChange: every column that an override names takes effect.
func TestWhatACityMayChange(t *testing.T) {
	t.Parallel()
	table := with(t,
		Override{Event: "complaint.filed", When: "urgent", To: Lead, Channels: []Channel{SMS, Service}, Ack: &Unread{After: "5m", Then: []Step{NextDeputy, NextAbove}}, Fields: []string{"{number}", "{matter}", "{estate}", "{at}", "马上"}},
		Override{Event: "task.late", To: Owing, Priority: "bulk", Channels: []Channel{Service, SMS}},
		Override{Event: "task.done", To: Giver, Ack: &Unread{After: "24h", Then: []Step{NextDeputy}}},
	)
	m := byAudience(t, table, filed(true))[Lead]
	if !slices.Equal(m.Channels, []Channel{SMS, Service}) || m.ChannelList() != "sms,wechat_service" || m.Ack.After != 5*time.Minute || !slices.Equal(m.Ack.Then, []Step{NextDeputy, NextAbove}) || m.Values[4] != "马上" || m.Priority != event.Alarm {
		t.Errorf("%+v", m)
	}
	late := byAudience(t, table, &event.Task{What: "late"})
	if late[Owing].Priority != event.Bulk || !slices.Equal(late[Owing].Channels, []Channel{Service, SMS}) || late[Giver].Priority != event.Urgent {
		t.Errorf("%+v", late)
	}
	if m := byAudience(t, table, &event.Task{What: "done"})[Giver]; m.Ack == nil || m.Ack.After != 24*time.Hour {
		t.Errorf("%+v", m)
	}
	without, err := table.With([]Override{{Event: "task.done", To: Giver, Ack: &Unread{}}})
	if err != nil {
		t.Fatal(err)
	}
	if m := byAudience(t, without, &event.Task{What: "done"})[Giver]; m.Ack != nil {
		t.Errorf("%+v", m)
	}
}

// TestACitySwitchesARowOff: that audience alone is not told; an event that nobody else is told of is no error.
func TestACitySwitchesARowOff(t *testing.T) {
	t.Parallel()
	table := with(t, Override{Event: "complaint.filed", When: "ordinary", To: Committee, Off: true, Why: "业委会另有渠道"}, Override{Event: "calendar.unknown", To: Bureau, Off: true, Why: "由市里统一录入"},
		Override{Event: "residency.requested", To: Committee, Off: true, Why: "只由社区认证"})
	if told := byAudience(t, table, filed(false)); len(told) != 4 || told[Committee].Title != "" {
		t.Errorf("%+v", told)
	}
	if list, err := table.For(&event.CalendarUnknown{Year: 2027}); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if told := byAudience(t, table, &event.ResidencyRequested{}); len(told) != 1 || told[Community].Title == "" {
		t.Errorf("%+v", told)
	}
}

// TestBadOverrides: each is refused with the place and a reason that its office can act on.
func TestBadOverrides(t *testing.T) {
	t.Parallel()
	at := func(o Override) Override { // a good one, to be spoilt
		o.Event, o.When, o.To = "complaint.filed", "ordinary", Community
		return o
	}
	for name, c := range map[string]struct {
		o            Override
		path, reason string
	}{
		"an unknown event":              {Override{Event: "complaint.invented", To: Lead}, "", "没有这一行"},
		"an unknown condition":          {Override{Event: "complaint.filed", When: "raised", To: Lead}, "", "没有这一行"},
		"a row under another condition": {Override{Event: "complaint.filed", To: Lead}, "", "没有这一行"},
		"an audience that is not told":  {Override{Event: "complaint.accepted", To: Residents}, "", "没有这一行"},
		"an unknown channel":            {at(Override{Channels: []Channel{"pigeon"}}), ".channels", "pigeon"},
		"the residents' channel":        {at(Override{Channels: []Channel{Mini}}), ".channels", "居民"},
		"a channel twice":               {at(Override{Channels: []Channel{SMS, SMS}}), ".channels", "两次"},
		"an unknown priority":           {at(Override{Priority: "asap"}), ".priority", "alarm"},
		"more pressing than the event":  {at(Override{Priority: "urgent"}), ".priority", "更急"},
		"a short title":                 {at(Override{Title: "事"}), ".title", "2至60"},
		"a long body":                   {at(Override{Body: strings.Repeat("长", 401)}), ".body", "2至400"},
		"an unknown variable":           {at(Override{Body: "请看{phone}"}), ".body", "{phone}"},
		"a hidden variable":             {Override{Event: "complaint.filed", When: "urgent", To: Committee, Fields: []string{"{number}", "{estate}", "{at}", "{unit}"}}, ".fields[3]", "{unit}"},
		"too few fields":                {at(Override{Fields: []string{"{number}"}}), ".fields", "5个字段"},
		"a field that is too long":      {at(Override{Fields: []string{"{number}", "{matter}", "{estate}", "{at}", strings.Repeat("长", 21)}}), ".fields[4]", "thing5"},
		"fields without a template":     {Override{Event: "complaint.revealed", To: Complainant, Fields: []string{"x"}}, ".fields", "没有模板"},
		"WeChat without a template":     {Override{Event: "complaint.revealed", To: Complainant, Channels: []Channel{Mini}}, ".template", "模板"},
		"unread for no time":            {at(Override{Ack: &Unread{Then: []Step{NextSMS}}}), ".ack.after", "15m"},
		"unread and nothing follows":    {at(Override{Ack: &Unread{After: "15m"}}), ".ack.then", "怎么办"},
		"an unknown step":               {at(Override{Ack: &Unread{After: "15m", Then: []Step{"shout"}}}), ".ack.then", "deputy"},
		"a resident must have read":     {Override{Event: "complaint.accepted", To: Complainant, Ack: &Unread{After: "15m", Then: []Step{NextSMS}}}, ".ack", "单位"},
		"a long reason":                 {at(Override{Why: strings.Repeat("长", 101)}), ".why", "100"},
		"off without a reason":          {at(Override{Off: true}), ".why", "为什么"},
		"off and changed":               {at(Override{Off: true, Why: "不用", Title: "改了"}), "", "不用改别的"},
		"off what is fixed":             {Override{Event: "whistle.blown", To: Called, Off: true, Why: "不想收"}, ".off", "六(一)2（吹哨报到）"},
		"off danger":                    {Override{Event: "complaint.filed", When: "urgent", To: Lead, Off: true, Why: "太吵"}, ".off", "五(二)3"},
		"off the own answer":            {Override{Event: "complaint.answered", To: Complainant, Off: true, Why: "太多"}, ".off", "不能关闭"},
		"the inbox alone for danger":    {Override{Event: "complaint.filed", When: "urgent", To: Lead, Channels: []Channel{}}, ".channels", "不能去掉"},
		"danger that can wait":          {Override{Event: "complaint.filed", When: "urgent", To: Lead, Priority: "bulk"}, ".priority", "更不急"},
		"danger without short messages": {Override{Event: "complaint.filed", When: "urgent", To: Lead, Channels: []Channel{Service}}, ".channels", "不能去掉"},
		"danger that waits for a week":  {Override{Event: "complaint.filed", When: "urgent", To: Lead, Ack: &Unread{After: "168h", Then: []Step{NextSMS, NextDeputy, NextAbove}}}, ".ack.after", "等得更久"},
		"danger in hours of work alone": {Override{Event: "complaint.filed", When: "urgent", To: Lead, Ack: &Unread{After: "15m", Working: true, Then: []Step{NextSMS, NextDeputy, NextAbove}}}, ".ack.after", "等得更久"},
		"danger that stays with a few":  {Override{Event: "complaint.filed", When: "urgent", To: Lead, Ack: &Unread{After: "15m", Then: []Step{NextSMS}}}, ".ack.then", "催看步骤"},
		"danger that none need read":    {Override{Event: "complaint.filed", When: "urgent", To: Lead, Ack: &Unread{}}, ".ack", "催看"},
	} {
		good := Override{Event: "task.given", To: Owing, Title: "有一项任务"}
		table, err := Default().With([]Override{good, c.o})
		if err == nil || table != nil {
			t.Errorf("%s is taken", name)
			continue
		}
		f := fault.Of(err)
		found := slices.ContainsFunc(f.Fields, func(x fault.Field) bool {
			return x.Path == "overrides[1]"+c.path && strings.Contains(x.Reason, c.reason)
		})
		if !errors.Is(err, fault.ErrInvalid) || !found {
			t.Errorf("%s: %+v", name, f.Fields)
		}
		for _, x := range f.Fields {
			if !strings.HasPrefix(x.Path, "overrides[1]") {
				t.Errorf("%s: the good one is refused: %+v", name, x)
			}
		}
	}
	same := Override{Event: "task.given", To: Owing, Title: "有一项任务"}
	if _, err := Default().With([]Override{same, same}); !errors.Is(err, fault.ErrInvalid) || fault.Of(err).Fields[0].Path != "overrides[1]" {
		t.Errorf("one row twice: %v", err)
	}
	if _, err := Default().With(make([]Override, maxOverrides+1)); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("any number of overrides: %v", err)
	}
	if _, err := Default().With([]Override{{Event: "x"}, {Event: "y"}}); len(fault.Of(err).Fields) != 2 {
		t.Errorf("not all mistakes at once: %+v", fault.Of(err).Fields)
	}
}

// TestOverridesAreKeptAsJSON: the difference between no change and the inbox alone survives, and short ones stay short.
func TestOverridesAreKeptAsJSON(t *testing.T) {
	t.Parallel()
	for _, o := range []Override{
		{Event: "task.given", To: Owing},
		{Event: "task.given", To: Owing, Channels: []Channel{}, Ack: &Unread{}},
		{Event: "complaint.filed", When: "urgent", To: Lead, Channels: []Channel{Service, SMS}, Priority: "alarm", Title: "有险情", Body: "{estate}", Fields: []string{"{number}"}, Ack: &Unread{After: "15m", Then: []Step{NextSMS}}, Why: "五(二)3"},
		{Event: "task.given", To: Owing, Off: true, Why: "不用"},
	} {
		raw, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var back Override
		if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(o, back) {
			t.Errorf("%s reads back as %+v, %v", raw, back, err)
		}
	}
	if raw, _ := json.Marshal(Override{Event: "task.given", To: Owing}); string(raw) != `{"event":"task.given","to":"owing"}` {
		t.Errorf("%s", raw)
	}
}

// TestTheTableCanBeOverriddenEverywhere: each row that is not fixed can be switched off for each audience, each fixed one
// cannot, and each can be told in other words.
func TestTheTableCanBeOverriddenEverywhere(t *testing.T) {
	t.Parallel()
	for _, r := range Default().Rows() {
		for _, to := range r.To {
			_, err := Default().With([]Override{{Event: r.Event, When: r.When, To: to, Off: true, Why: "试"}})
			if k, _ := Default().kind(r.Kind); (err != nil) != k.IsFixed() {
				t.Errorf("%s, %s off: %v", r.label(), to, err)
			}
			if _, err := Default().With([]Override{{Event: r.Event, When: r.When, To: to, Title: "换个说法"}}); err != nil {
				t.Errorf("%s, %s: %+v", r.label(), to, fault.Of(err).Fields)
			}
		}
	}
}
