package complaint_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
)

// TestBacklogDwellAndRefusals: three complaints by hand. One is refused by fire, sent to enforcement and closed; one waits;
// one comes in after the period. The clock of the tests starts on 2026-03-02 at 10:00 in Shanghai.
func TestBacklogDwellAndRefusals(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	file := func(ref, matter string) *complaint.Case {
		d := w.draft(matter)
		d.ClientRef = ref
		return w.file(t, w.owner, d)
	}
	one := file("one", "fire-lane")
	w.clock.Advance(4 * time.Hour)
	w.ok(t, w.fire, one.ID, complaint.Refuse, complaint.Input{Clause: "五(四)3", Text: "不归我们管", ToID: w.enforcement.OrganisationID()})
	w.clock.Advance(2 * time.Hour)
	w.ok(t, w.enforcement, one.ID, complaint.Accept, complaint.Input{})
	w.clock.Advance(10 * time.Hour) // 02:00 on the next day
	two := file("two", "")
	w.ok(t, w.enforcement, one.ID, complaint.Answer, report("已处理"))
	w.ok(t, w.owner, one.ID, complaint.Confirm, complaint.Input{})
	w.clock.Advance(48 * time.Hour) // 02:00 on the fifth
	file("three", "")

	day := func(d int) calendar.Date { return calendar.Date{Year: 2026, Month: time.March, Day: d} }
	p := complaint.Period{From: day(2).Start().UTC(), To: day(5).Start().UTC()}
	days, err := w.s.ListBacklog(t.Context(), w.bureau, p, complaint.Backlog{EstateID: w.Estate.ID})
	if err != nil {
		t.Fatal(err)
	}
	want := []complaint.BacklogDay{{Day: day(2), Opened: 1, Open: 1}, {Day: day(3), Opened: 1, Closed: 1, Open: 1}, {Day: day(4), Open: 1}}
	if len(days) != 3 || days[0] != want[0] || days[1] != want[1] || days[2] != want[2] {
		t.Errorf("backlog %+v", days)
	}
	for _, d := range days {
		rows, err := w.s.BacklogCases(t.Context(), w.bureau, d.Day, complaint.DayOpen, complaint.Backlog{}, 0, 10)
		if err != nil || int64(len(rows)) != d.Open {
			t.Errorf("behind %s stand %d, %v", d.Day, len(rows), err)
		}
	}

	dwell, err := w.s.ListDwell(t.Context(), w.bureau, p)
	if err != nil {
		t.Fatal(err)
	}
	find := func(office int64, s complaint.State) complaint.Dwell {
		for _, d := range dwell {
			if d.OrganisationID == office && d.State == s {
				return d
			}
		}
		return complaint.Dwell{}
	}
	fire, enforcement, community := w.fire.OrganisationID(), w.enforcement.OrganisationID(), w.Community.ID
	if d := find(fire, complaint.Dispatched); d.Ended != 1 || d.Total != 4*time.Hour {
		t.Errorf("dispatched at fire: %+v", d)
	}
	if d := find(fire, complaint.Offered); d.Ended != 1 || d.Median != 2*time.Hour {
		t.Errorf("offered while fire still led: %+v", d)
	}
	if d := find(enforcement, complaint.Accepted); d.Ended != 1 || d.Longest != 10*time.Hour {
		t.Errorf("accepted at enforcement: %+v", d)
	}
	if d := find(community, complaint.Dispatched); d.Ended != 0 || d.Waiting != 1 || d.LongestWaiting != 46*time.Hour {
		t.Errorf("waiting at the community: %+v", d)
	}
	if d := find(enforcement, complaint.Closed); d.Ended+d.Waiting != 0 {
		t.Errorf("a closed case dwells: %+v", d)
	}
	stays, err := w.s.ListStays(t.Context(), w.bureau, p, community, complaint.Dispatched, false)
	if err != nil || len(stays) != 1 || stays[0].CaseID != two.ID {
		t.Errorf("behind the waiting: %+v, %v", stays, err)
	}
	own, err := w.s.ListDwell(t.Context(), w.enforcement, p)
	for _, d := range own {
		if d.OrganisationID != enforcement {
			t.Errorf("enforcement reads how long it lay at %s", d.Name)
		}
	}
	if err != nil || len(own) == 0 {
		t.Errorf("enforcement sees %d rows, %v", len(own), err)
	}

	units, err := w.s.Figures(t.Context(), w.bureau, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		refused := map[int64]int64{fire: 1}[u.OrganisationID]
		if u.Counts[complaint.FigureRefused] != refused {
			t.Errorf("%s refused %d, want %d", u.Name, u.Counts[complaint.FigureRefused], refused)
		}
		rows, err := w.s.Behind(t.Context(), w.bureau, p, u.OrganisationID, complaint.FigureRefused, 0, 10)
		if err != nil || int64(len(rows)) != refused {
			t.Errorf("behind the refusals of %s stand %d, %v", u.Name, len(rows), err)
		}
	}
}

// publish publishes the departments' March.
func (w *cast) publish(t *testing.T, by org.Actor, ref, reason string) (*complaint.LeagueTable, error) {
	t.Helper()
	return w.s.PublishLeague(t.Context(), by, complaint.Publication{Month: "2026-03", Kind: org.Department, Reason: reason, ClientRef: ref, InputHash: reason})
}

// TestTheLeagueIsFrozen: what was published stays; a late rating and new weights show beside it and are named; another
// publication needs a reason; two sets of weights stand side by side; equal scores share a rank.
func TestTheLeagueIsFrozen(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.rate_weights", "10000；0；0")
	yes := &complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.No}
	var late *complaint.Case
	for i, lead := range []struct {
		actor  org.Actor
		matter string
	}{{w.enforcement, w.matterLedBy(t, "urban-enforcement")}, {w.fire, "fire-lane"}} {
		d := w.draft(lead.matter)
		d.ClientRef = fmt.Sprint("l", i)
		c := w.file(t, w.owner, d)
		w.ok(t, lead.actor, c.ID, complaint.Accept, complaint.Input{})
		w.ok(t, lead.actor, c.ID, complaint.Answer, report("已处理"))
		w.ok(t, w.owner, c.ID, complaint.Rate, complaint.Input{Rating: yes})
		w.ok(t, w.owner, c.ID, complaint.Confirm, complaint.Input{})
		late = c
	}
	if _, err := w.publish(t, w.bureau, "early", ""); !errors.Is(err, complaint.ErrMonth) {
		t.Errorf("a month that is not over: %v", err)
	}
	w.clock.Advance(40 * 24 * time.Hour)
	first, err := w.publish(t, w.bureau, "first", "")
	if err != nil {
		t.Fatal(err)
	}
	show := func(version int) *complaint.Published {
		p, err := w.s.FindPublished(t.Context(), w.bureau, "2026-03", org.Department, version)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := show(0)
	if len(p.Rows) != 2 || p.Rows[0].Rank != 1 || p.Rows[1].Rank != 1 || *p.Rows[0].Score != 10_000 || !p.Rows[0].Few() || len(p.Changed) != 0 {
		t.Errorf("published %+v, changed %v", p.Rows, p.Changed)
	}
	w.ok(t, w.owner, late.ID, complaint.Rate, complaint.Input{Rating: &complaint.Rating{Response: complaint.No, Solved: complaint.No, Satisfied: complaint.No}})
	p = show(0)
	if *p.Rows[1].Score != 10_000 || len(p.Changed) != 2 || len(p.Today.Rows) != 2 || p.Today.Rows[1].Response != 0 {
		t.Errorf("after a late rating: %+v, changed %v", p.Rows, p.Changed)
	}
	if _, err := w.publish(t, w.bureau, "again", ""); err == nil {
		t.Error("published again without a reason")
	}
	if _, err := w.publish(t, w.bureau, "second", "有一条评价晚到"); err != nil {
		t.Fatal(err)
	}
	if old := show(first.Version); *old.Rows[1].Score != 10_000 || show(0).Version != 2 {
		t.Error("the first publication was changed")
	}
	before := w.clock.Now()
	w.clock.Advance(48 * time.Hour)
	w.rule(t, "complaint.rate_weights", "0；0；10000")
	a, errA := w.s.FindLeague(t.Context(), w.bureau, "2026-03", org.Department, before)
	b, errB := w.s.FindLeague(t.Context(), w.bureau, "2026-03", org.Department, w.clock.Now())
	if errA != nil || errB != nil || a.Rules == b.Rules || *a.Rows[0].Score != 10_000 || *b.Rows[0].Score != 0 {
		t.Errorf("side by side: %+v %v, %+v %v", a, errA, b, errB)
	}
	heat, err := w.s.ListHeat(t.Context(), w.bureau, complaint.Period{From: before.AddDate(0, -3, 0), To: w.clock.Now()})
	if err != nil || len(heat) != 1 || heat[0].Filed != 2 || heat[0].Urgent != 1 || heat[0].Units != 3 || len(heat[0].Matters) != 2 {
		t.Errorf("heat %+v, %v", heat, err)
	}
	if n, ok := heat[0].PerThousand(); !ok || n != 66_667 {
		t.Errorf("per thousand %d", n)
	}
	rows, err := w.s.HeatCases(t.Context(), w.bureau, complaint.Period{From: before.AddDate(0, -3, 0), To: w.clock.Now()}, w.Estate.ID, complaint.HeatFiled, "", 0, 10)
	if err != nil || len(rows) != 2 {
		t.Errorf("behind the heat stand %d, %v", len(rows), err)
	}
}
