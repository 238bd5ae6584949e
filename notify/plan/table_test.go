package plan

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/rulepack"
)

// toBeRead is who has to act, beside those in danger, and within what time they must have read so.
var toBeRead = map[string]string{
	"complaint.urge lead": "2h", "complaint.remind lead": "2h", "complaint.remind offered": "2h", "complaint.escalate lead": "2h", "complaint.escalate offered": "2h",
	"complaint.arbitrate_asked offered": "8h", "complaint.appealed heads": "8h", "complaint.call_back offered": "8h",
	"whistle.requested township": "30m", "whistle.unsigned township": "30m", "whistle.unsigned above": "30m", "whistle.blown called": "30m", "whistle.must_come offered": "30m", "whistle.soon called": "30m",
	"whistle.refused office": "2h", "whistle.late called": "2h", "whistle.late asker": "2h", "whistle.late township": "2h",
	"task.given owing": "8h", "task.soon owing": "2h", "task.late owing": "2h", "conference.called called": "8h",
	"mediation.request offered": "8h", "mediation.unaccepted offered": "8h", "mediation.unaccepted above": "8h", "mediation.raise offered": "8h", "mediation.session parties": "8h", "mediation.draft parties": "8h",
	"mediation.soon parties": "2h", "mediation.late parties": "8h", "mediation.late offered": "8h",
	"residency.requested committee": "16h", "residency.requested community": "16h", "area.contested committee": "16h", "area.contested community": "16h",
	"committee.elected township": "8h", "committee.voided township": "8h", "committee.below_half township": "8h", "committee.audit_due township": "8h", "committee.called community": "8h", "committee.submitted township": "8h", "committee.submitted bureau": "8h", "committee.proposed committee": "8h",
	"committee.passed_on offered": "8h", "committee.handover community": "8h",
	"preparation.petition_reached committee": "8h", "preparation.petition_soon committee": "8h", "preparation.petition_overdue township": "8h", "preparation.order_issued committee": "8h", "preparation.order_soon committee": "8h",
	"preparation.order_overdue community": "8h", "preparation.group_requested township": "8h", "preparation.group_soon township": "8h", "preparation.group_overdue township": "8h", "preparation.credential_asked community": "8h",
	"meeting.count_soon offered": "8h", "meeting.count_overdue township": "8h", "meeting.docket_soon offered": "8h", "meeting.certify_soon offered": "8h", "meeting.certify_overdue township": "8h", "meeting.disclose_overdue township": "8h",
	"notify.behind bureau": "30m", "calendar.unknown bureau": "8h",
}

// TestTheShippedTable: what presses reaches people by the ways that it must, and money is spent where it is worth it.
func TestTheShippedTable(t *testing.T) {
	t.Parallel()
	if _, err := read(shipped); err != nil {
		t.Fatal(err)
	}
	// A term is about to run out for whoever is told.
	running := []string{"complaint.remind lead", "complaint.remind offered", "whistle.soon called", "task.soon owing", "mediation.soon complainant", "mediation.soon parties",
		"complaint.ask complainant", "complaint.answered complainant", "complaint.lapse complainant", "complaint.force_close complainant", "complaint.restricted complainant", // the time to answer, return or appeal
		"committee.vote complainant", "ballot.shared complainant", "ballot.debtor complainant", // until the close one may object
		"notify.behind bureau"} // WeChat may be what is late
	for _, r := range Default().Rows() {
		for _, to := range r.To {
			name := r.Event + " " + string(to)
			alarm := r.Priority == event.Alarm.String()
			if sms := slices.Contains(r.Channels, SMS); sms != (alarm || slices.Contains(running, name) || strings.HasPrefix(r.Event, "campaign.")) { // whoever makes a campaign chooses, and a second person looks
				t.Errorf("%s: short message %v", r.label(), sms)
			}
			if i := slices.Index(r.Channels, SMS); i >= 0 && i != len(r.Channels)-1 {
				t.Errorf("%s: the short message is not the last resort", r.label())
			}
			after := toBeRead[name]
			if alarm {
				after = "15m"
			}
			if got := r.Ack; (got == nil) != (after == "") || (got != nil && (got.After != after || got.Working != (after == "8h" || after == "16h") || got.Act != (after == "16h"))) {
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
			if r.Event == kind && r.Sight == Full && r.To[0] != Owners && fixed[r.Kind] != want {
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

// TestConsentsAreKept: a row that presses less may not share a template with one that presses more, unless it leaves a consent for
// it; votes and payments share none.
func TestConsentsAreKept(t *testing.T) {
	t.Parallel()
	by := map[string]string{}
	for _, r := range Default().Rows() {
		if r.Event == "campaign.sent" {
			by[r.When] = r.Template
		}
	}
	if by["vote"] != by["deadline"] || by["vote"] == by["payment"] || by["vote"] == by["other"] || by["payment"] == by["other"] || CampaignTemplate("") != by["other"] || CampaignTemplate("deadline") != by["vote"] {
		t.Errorf("templates %v", by)
	}
	if p := event.PriorityOf(&event.CampaignSent{Topic: "deadline"}); p >= event.PriorityOf(&event.CampaignSent{Topic: "payment"}) {
		t.Errorf("the end of a vote presses as %s", p)
	}
	// A normal message beside an urgent one, by one template: nothing is left for the urgent one.
	table := Default().clone()
	for i := range table.rows {
		if r := &table.rows[i]; r.Event == "complaint.escalate" && r.To[0] == Complainant {
			r.Priority = "urgent"
		}
	}
	var checks fault.Checks
	table.checkReserves(&checks, func(i int) string { return table.rows[i].label() })
	if len(checks) == 0 || !strings.Contains(checks[0].Reason, "更急") {
		t.Errorf("nothing is said: %v", checks)
	}
}

// TestAnswers: what an office has done ends the wait for it to read what asked for that, and nobody else's.
func TestAnswers(t *testing.T) {
	t.Parallel()
	home := event.Residency{ApplicationID: 6}
	for _, x := range []struct {
		e    event.Event
		want Answer
	}{
		{&event.Whistle{What: "arrived", WhistleID: 2, ToID: 9}, Answer{[]string{"whistle.blown", "whistle.must_come", "whistle.soon"}, "whistle", 2, 9}},
		{&event.Whistle{What: "closed", WhistleID: 2}, Answer{[]string{"whistle.blown", "whistle.must_come", "whistle.soon", "whistle.late"}, "whistle", 2, 0}},
		{&event.Task{What: "done", TaskID: 3}, Answer{[]string{"task.given", "task.soon", "task.late"}, "task", 3, 0}},
		{&event.Mediation{What: "open", MediationID: 5, HostID: 8}, Answer{[]string{"mediation.request", "mediation.unaccepted", "mediation.raise"}, "mediation", 5, 0}},
		{&event.ResidencyDecided{Residency: home}, Answer{[]string{"residency.requested"}, "application", 6, 0}},
		{&event.AreaDecided{ClaimID: 4}, Answer{[]string{"area.contested"}, "area_claim", 4, 0}},
	} {
		if got, ok := AnswerOf(x.e); !ok || !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s answers %+v", x.e.Kind(), got)
		}
	}
	for _, e := range []event.Event{&event.Task{What: "given", TaskID: 3}, &event.CaseAccepted{Case: event.Case{CaseID: 1}}, unknown{}} {
		if got, ok := AnswerOf(e); ok {
			t.Errorf("%s answers %+v", e.Kind(), got)
		}
	}
}

// TestRowsStandTogether: whoever looks for an event or a domain finds all its rows in one place.
func TestRowsStandTogether(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(Row) string{
		"the event":  func(r Row) string { return r.Event },
		"the domain": func(r Row) string { domain, _, _ := strings.Cut(r.Event, "."); return domain },
	} {
		seen, last := map[string]bool{}, ""
		for _, r := range Default().Rows() {
			if key := of(r); key != last {
				if seen[key] {
					t.Errorf("%s %s stands in two places", name, key)
				}
				seen[key], last = true, key
			}
		}
	}
}
