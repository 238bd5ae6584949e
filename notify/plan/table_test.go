package plan

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/rulepack"
)

// TestTheShippedTable: what presses reaches people by the ways that it must, and money is spent where it is worth it.
func TestTheShippedTable(t *testing.T) {
	t.Parallel()
	if _, err := read(shipped); err != nil {
		t.Fatal(err)
	}
	// A term is about to run out for whoever is told.
	running := []string{"complaint.remind lead", "complaint.remind offered", "whistle.soon called", "task.soon owing", "mediation.soon complainant", "mediation.soon parties",
		"complaint.ask complainant", "complaint.answered complainant", "complaint.lapse complainant", "complaint.force_close complainant", "complaint.restricted complainant", // the time to answer, return or appeal
		"notify.behind bureau"} // WeChat may be what is late
	for _, r := range Default().Rows() {
		for _, to := range r.To {
			name := r.Event + " " + string(to)
			alarm := r.Priority == event.Alarm.String()
			if sms := slices.Contains(r.Channels, SMS); sms != (alarm || slices.Contains(running, name) || strings.HasPrefix(r.Event, "campaign.")) { // whoever makes a campaign chooses, and a second person looks
				t.Errorf("%s: short message %v", r.label(), sms)
			}
			if slices.Contains(r.Channels, Letter) || slices.Contains(r.Channels, Visit) {
				t.Errorf("%s: nobody writes letters or visits yet", r.label())
			}
			if i := slices.Index(r.Channels, SMS); i >= 0 && i != len(r.Channels)-1 {
				t.Errorf("%s: the short message is not the last resort", r.label())
			}
			after := ""
			switch {
			case alarm:
				after = "15m"
			case slices.Contains([]string{"complaint.escalate", "complaint.remind"}, r.Event) && !to.Personal():
				after = "2h"
			case slices.Contains([]string{"whistle.blown called", "whistle.must_come offered", "whistle.unsigned township", "whistle.unsigned above"}, name):
				after = "30m"
			}
			if got := r.Ack; (got == nil) != (after == "") || (got != nil && (got.After != after || !slices.Equal(got.Then, steps))) {
				t.Errorf("%s: unread for %+v, want %q", r.label(), got, after)
			}
			if alarm && to.Personal() {
				t.Errorf("%s: a resident is woken up", r.label())
			}
		}
	}
}

// TestClausesAreThePolicys: a clause that the table cites is in the policy.
func TestClausesAreThePolicys(t *testing.T) {
	t.Parallel()
	pack, err := rulepack.Find("duyun-2020")
	if err != nil {
		t.Fatal(err)
	}
	var cited []string
	for _, r := range Default().Rows() {
		cited = append(cited, strings.Split(r.Why, "；")...)
	}
	for _, k := range Default().Kinds() {
		cited = append(cited, k.Fixed.Clause)
	}
	n := 0
	for _, c := range cited {
		if regexp.MustCompile(`^[一二三四五六]\(`).MatchString(c) {
			n++
			if _, ok := pack.Clause(c); !ok {
				t.Errorf("the policy has no clause %s", c)
			}
		}
	}
	if n < 20 {
		t.Errorf("%d clauses are cited", n)
	}
}

// TestFixedKinds: what people have a right to be told of, or an office must act on, cannot be switched off; a notice can.
func TestFixedKinds(t *testing.T) {
	t.Parallel()
	fixed := map[string]bool{}
	for _, k := range Default().Kinds() {
		fixed[k.Code] = k.IsFixed()
	}
	for kind, want := range map[string]bool{
		"complaint.answered": true, "complaint.ask": true, "complaint.restricted": true, "complaint.revealed": true, "mediation.draft": true, "mediation.late": true,
		"residency.decided": true, "residency.ended": true, "area.decided": true, "whistle.blown": true, "whistle.unsigned": true,
		"disclosure.published": false, "complaint.accepted": false, "complaint.confirmed": false, "task.done": false,
	} {
		for _, r := range Default().Rows() {
			if r.Event == kind && fixed[r.Kind] != want {
				t.Errorf("%s: fixed %v", r.label(), fixed[r.Kind])
			}
		}
	}
	for _, r := range Default().Rows() {
		if r.Priority == event.Alarm.String() && !fixed[r.Kind] {
			t.Errorf("%s can be switched off", r.label())
		}
	}
}

// TestRowsShowTheTable: what is shown is complete, in order, as JSON, and a copy.
func TestRowsShowTheTable(t *testing.T) {
	t.Parallel()
	rows := Default().Rows()
	if len(rows) != len(Default().rows) || rows[0].Event != Default().rows[0].Event {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		if r.Sight == "" || r.Repeat == "" || r.Kind == "" || r.Why == "" || (r.When != "" && r.Priority == "") {
			t.Errorf("row %d is not complete: %+v", i, r)
		}
	}
	raw, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	var back []Row
	if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back[0], rows[0]) {
		t.Errorf("%+v reads back as %+v, %v", rows[0], back[0], err)
	}
	rows[0].To[0], rows[0].Channels[0], rows[0].Fields[0], rows[0].Ack.Then[0], rows[0].Ack.After = "x", "x", "x", "x", "x"
	kinds := Default().Kinds()
	kinds[0].Code = "x"
	if again := Default().Rows()[0]; again.To[0] == "x" || again.Channels[0] == "x" || again.Fields[0] == "x" || again.Ack.Then[0] == "x" || again.Ack.After == "x" || Default().Kinds()[0].Code == "x" {
		t.Error("who looks at the table can change it")
	}
	m := byAudience(t, Default(), filed(true))[Lead]
	m.Channels[0], m.To[0], m.Ack.Then[0] = "x", "x", "x"
	if again := byAudience(t, Default(), filed(true))[Lead]; again.Channels[0] == "x" || again.Ack.Then[0] == "x" {
		t.Error("who sends a message can change the table")
	}
}

// TestPriorities: a row may hold its message back, never push it before the event's others.
func TestPriorities(t *testing.T) {
	t.Parallel()
	for _, kind := range event.Kinds() {
		for _, e := range variants(t, kind, long) {
			list, err := For(e)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range list {
				if m.Priority < event.PriorityOf(e) {
					t.Errorf("%s → %v presses more than the event", kind, m.To)
				}
			}
		}
	}
}

// TestPressing: an event that presses only in danger lets a row for both be as pressing as danger, and is shown as neither.
func TestPressing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, when string
		most       event.Priority
		always     bool
	}{
		{"complaint.redirect", "", event.Alarm, false}, {"complaint.redirect", "urgent", event.Alarm, true}, {"complaint.redirect", "ordinary", event.Normal, true},
		{"complaint.escalate", "ordinary", event.Urgent, true}, {"complaint.accepted", "", event.Normal, true}, {"whistle.late", "", event.Urgent, true}, {"disclosure.published", "", event.Bulk, true},
	} {
		if most, always := shapes()[c.kind].pressing(c.when); most != c.most || always != c.always {
			t.Errorf("%s %s presses %s, always %v", c.kind, c.when, most, always)
		}
	}
}
