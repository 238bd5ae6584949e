package complaint_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
)

// TestALeagueMeansTheSameToAll: published by the city, nothing has changed for whoever reads it with a smaller area; and a
// department that is last reads that it is last.
func TestALeagueMeansTheSameToAll(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	other := modelstest.NewTown(t, w.DB, w.Vault)
	far := other.Resident(0, org.RoleOwner)
	w.rule(t, rulepack.RateWeights, "3000；3500；3500")
	w.handled(t, w.owner, w.enforcement, w.numbered(w.matterLedBy(t, "urban-enforcement"), "1"), &no)
	elsewhere := w.numbered(w.matterLedBy(t, "urban-enforcement"), "2")
	elsewhere.EstateID = other.Estate.ID
	w.handled(t, far, w.enforcement, elsewhere, &no)
	w.handled(t, w.owner, w.fire, w.numbered("fire-lane", "3"), &yes)
	w.clock.Advance(40 * 24 * time.Hour)
	for name, a := range map[string]org.Actor{"bureau": w.bureau, "enforcement": w.enforcement, "community": w.community} {
		l, err := w.s.FindLeague(t.Context(), a, "2026-03", org.Department, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(l.Rows, func(r complaint.LeagueRow) bool { return r.OrganisationID == w.enforcement.OrganisationID() })
		if i < 0 || l.Rows[i].Rank != 2 || l.Rows[i].Closed != 2 {
			t.Errorf("%s reads %+v", name, l.Rows)
		}
		if name == "enforcement" && len(l.Rows) != 1 {
			t.Errorf("a department reads the others before they are published: %+v", l.Rows)
		}
	}
	if _, err := w.publish(t, w.bureau, "one", ""); err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]org.Actor{"bureau": w.bureau, "township": w.township, "community": w.community, "group": w.group, "enforcement": w.enforcement, "other": other.Officer(other.Community, org.Clerk)} {
		p, err := w.s.FindPublished(t.Context(), a, "2026-03", org.Department, 0)
		if err != nil || len(p.Rows) != 2 || len(p.Changed) != 0 {
			t.Errorf("%s is told of changes: %v, %v", name, p.Changed, err)
		}
	}
}

// TestAPublisherDoesNotColourTheTable: what somebody may not see for another post of theirs is counted all the same.
func TestAPublisherDoesNotColourTheTable(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.numbered("", "about")
	d.About = "company"
	w.handled(t, w.owner, w.community, d, nil)
	w.clock.Advance(40 * 24 * time.Hour)
	other := w.Officer(w.Code("housing-bureau"), org.Head)
	company := w.Officer(w.Company, org.Clerk)
	w.alsoHolds(t, other, company)
	var contents []string
	for i, a := range []org.Actor{w.bureau, other} {
		table, err := w.s.PublishLeague(t.Context(), a, complaint.Publication{Month: "2026-03", Kind: org.Community, Reason: "更正", ClientRef: fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, table.Content)
	}
	if contents[0] != contents[1] || !strings.Contains(contents[0], `"closed":1`) {
		t.Errorf("published %s and %s", contents[0], contents[1])
	}
}

// TestOneTapPublishesOnce: four at a time with one ref are one version; the ref with other words is refused.
func TestOneTapPublishesOnce(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.clock.Advance(40 * 24 * time.Hour)
	versions := make([]int, 4)
	var wg sync.WaitGroup
	for i := range versions {
		wg.Go(func() {
			table, err := w.publish(t, w.bureau, "tap", "更正")
			if err != nil {
				t.Error(err)
				return
			}
			versions[i] = table.Version
		})
	}
	wg.Wait()
	if !slices.Equal(versions, []int{1, 1, 1, 1}) {
		t.Errorf("versions %v", versions)
	}
	if _, err := w.publish(t, w.bureau, "tap", "别的原因"); !errors.Is(err, complaint.ErrRefReused) {
		t.Errorf("the ref again: %v", err)
	}
}

// march is a day of the month in which the tests' clock starts.
func march(d int) calendar.Date { return calendar.Date{Year: 2026, Month: time.March, Day: d} }

// TestLateStaysLate: an answer after the due date is not undone by a return and a quick second answer; a case without a due date
// is counted apart.
func TestLateStaysLate(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	from := w.clock.Now().Add(-time.Hour)
	matter := w.matterLedBy(t, "urban-enforcement")
	late := w.file(t, w.owner, w.numbered(matter, "late"))
	w.ok(t, w.enforcement, late.ID, complaint.Accept, complaint.Input{})
	w.clock.Advance(late.DueAt.Add(time.Hour).Sub(w.clock.Now()))
	w.ok(t, w.enforcement, late.ID, complaint.Answer, report("已处理"))
	w.ok(t, w.owner, late.ID, complaint.Return, complaint.Input{Text: "没有解决"})
	w.ok(t, w.enforcement, late.ID, complaint.Answer, report("又处理了一次"))
	w.ok(t, w.owner, late.ID, complaint.Confirm, complaint.Input{})
	w.handled(t, w.owner, w.enforcement, w.numbered(matter, "quick"), nil)
	never := w.file(t, w.owner, w.numbered(matter, "never"))
	w.set(t, never.ID, map[string]any{"due_at": nil})
	w.ok(t, w.enforcement, never.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.enforcement, never.ID, complaint.Answer, report("已处理"))
	w.ok(t, w.owner, never.ID, complaint.Confirm, complaint.Input{})
	p := complaint.Period{From: from, To: w.clock.Now().Add(time.Hour)}
	us, err := w.s.Figures(t.Context(), w.bureau, p)
	if err != nil || len(us) != 1 {
		t.Fatal(us, err)
	}
	for f, n := range map[complaint.Figure]int64{complaint.FigureClosed: 3, complaint.FigureInTime: 1, complaint.FigureNoDue: 1} {
		rows, err := w.s.Behind(t.Context(), w.bureau, p, us[0].OrganisationID, f, 0, 10)
		if us[0].Counts[f] != n || int64(len(rows)) != n || err != nil {
			t.Errorf("%s = %d with %d behind it, want %d: %v", f, us[0].Counts[f], len(rows), n, err)
		}
	}
}

// TestFiguresUnderOtherRules: the same cases under a shorter clock stand beside what they were, pauses counted alike; nothing is
// stored.
func TestFiguresUnderOtherRules(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	from := w.clock.Now().Add(-time.Hour)
	matter := w.matterLedBy(t, "urban-enforcement")
	answerAfter := func(ref string, wait time.Duration, held bool) {
		c := w.file(t, w.owner, w.numbered(matter, ref))
		w.ok(t, w.enforcement, c.ID, complaint.Accept, complaint.Input{})
		if held {
			on := w.clock.Now().Add(240 * time.Hour)
			w.ok(t, w.enforcement, c.ID, complaint.Hold, complaint.Input{Text: "等配件", On: &on})
			w.clock.Advance(100 * time.Hour)
			w.ok(t, w.enforcement, c.ID, complaint.Resume, complaint.Input{})
		}
		w.clock.Advance(wait)
		w.ok(t, w.enforcement, c.ID, complaint.Answer, report("已处理"))
		w.ok(t, w.owner, c.ID, complaint.Confirm, complaint.Input{})
	}
	answerAfter("quick", 10*time.Hour, false)
	answerAfter("slow", 60*time.Hour, false)
	answerAfter("held", 30*time.Hour, true)
	p := complaint.Period{From: from, To: w.clock.Now().Add(time.Hour)}
	before, same, err := w.s.FiguresUnder(t.Context(), w.bureau, p, from)
	if err != nil || len(before) != 1 {
		t.Fatal(before, err)
	}
	id := before[0].OrganisationID
	if u := same[id]; u.Closed != 3 || u.InTime != before[0].Counts[complaint.FigureInTime] || u.InTime != 3 {
		t.Errorf("the rules that held give %+v, counted %d", u, before[0].Counts[complaint.FigureInTime])
	}
	w.clock.Advance(24 * time.Hour)
	w.rule(t, "complaint.clock.ordinary", "48h")
	w.rule(t, rulepack.RateWeights, "10000；0；0")
	after, under, err := w.s.FiguresUnder(t.Context(), w.bureau, p, w.clock.Now())
	if err != nil || after[0].Counts[complaint.FigureInTime] != 3 || under[id].InTime != 2 || under[id].Closed != 3 || under[id].Rules == same[id].Rules {
		t.Errorf("under 48 hours %+v, %v", under[id], err)
	}
	if under[id].Score == nil || after[0].Score != nil {
		t.Errorf("scores %v and %v", under[id].Score, after[0].Score)
	}
}

// TestABacklogIsHistory: a case that closed on the second and was opened again on the fifth was closed in between, now as then; and
// whoever led it on a day has it in the backlog of that day, whoever leads it today.
func TestABacklogIsHistory(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	matter := w.matterLedBy(t, "urban-enforcement")
	c := w.handled(t, w.owner, w.enforcement, w.numbered(matter, "again"), nil)
	moved := w.file(t, w.owner, w.numbered("", "moved"))
	p := complaint.Period{From: march(1).Start().UTC(), To: march(10).Start().UTC()}
	read := func(b complaint.Backlog, a org.Actor) map[int]complaint.BacklogDay {
		t.Helper()
		rows, err := w.s.ListBacklog(t.Context(), a, p, b)
		if err != nil || len(rows) != 9 {
			t.Fatal(rows, err)
		}
		by := map[int]complaint.BacklogDay{}
		for _, r := range rows {
			by[r.Day.Day] = r
			for what, n := range map[complaint.BacklogFigure]int64{complaint.DayOpened: r.Opened, complaint.DayReopened: r.Reopened, complaint.DayTaken: r.Taken, complaint.DayPassed: r.Passed,
				complaint.DayClosed: r.Closed, complaint.DayOpen: r.Open} {
				if b.LeadID == 0 && a.Post.OrganisationID == w.bureau.OrganisationID() && (what == complaint.DayTaken || what == complaint.DayPassed) {
					continue
				}
				behind, err := w.s.BacklogCases(t.Context(), a, r.Day, what, b, 0, 10)
				if err != nil || int64(len(behind)) != n {
					t.Errorf("behind %s of %s stand %d, want %d: %v", what, r.Day, len(behind), n, err)
				}
			}
		}
		return by
	}
	before := read(complaint.Backlog{}, w.bureau)
	w.clock.Advance(72 * time.Hour) // the fifth
	w.ok(t, w.office, c.ID, complaint.Reopen, complaint.Input{Text: "抽查发现没有解决"})
	w.clock.Advance(24 * time.Hour) // the sixth
	w.ok(t, w.township, moved.ID, complaint.Redirect, complaint.Input{ToID: w.enforcement.OrganisationID(), Text: "请综合执法办理"})
	w.clock.Advance(24 * time.Hour) // the seventh
	w.ok(t, w.enforcement, c.ID, complaint.Answer, report("又处理了"))
	w.ok(t, w.owner, c.ID, complaint.Confirm, complaint.Input{})
	after := read(complaint.Backlog{}, w.bureau)
	for d := 1; d < 5; d++ {
		if before[d] != after[d] {
			t.Errorf("the %d. was rewritten: %+v, now %+v", d, before[d], after[d])
		}
	}
	want := map[int]complaint.BacklogDay{2: {Opened: 2, Closed: 1, Open: 1}, 4: {Open: 1}, 5: {Reopened: 1, Open: 2}, 6: {Open: 2}, 7: {Closed: 1, Open: 1}, 9: {Open: 1}}
	check := func(who string, got, want map[int]complaint.BacklogDay) {
		t.Helper()
		for d, r := range want {
			r.Day = march(d)
			if got[d] != r {
				t.Errorf("%s: the %d. is %+v, want %+v", who, d, got[d], r)
			}
		}
	}
	check("all", after, want)
	community := read(complaint.Backlog{LeadID: w.Community.ID}, w.bureau)
	check("community", community, map[int]complaint.BacklogDay{2: {Opened: 1, Open: 1}, 5: {Open: 1}, 6: {Passed: 1}, 7: {}})
	enforcement := map[int]complaint.BacklogDay{2: {Opened: 1, Closed: 1}, 5: {Reopened: 1, Open: 1}, 6: {Taken: 1, Open: 2}, 7: {Closed: 1, Open: 1}}
	check("enforcement", read(complaint.Backlog{LeadID: w.enforcement.OrganisationID()}, w.bureau), enforcement)
	check("enforcement itself", read(complaint.Backlog{}, w.enforcement), enforcement)
	if rows, err := w.s.ListBacklog(t.Context(), w.enforcement, p, complaint.Backlog{LeadID: w.Community.ID}); err != nil || rows[4].Open != 0 {
		t.Errorf("a department reads another's backlog: %+v, %v", rows, err)
	}
	// The figures' and the heat map's own number of what was open on a day is the same one.
	us, err := w.s.Figures(t.Context(), w.bureau, complaint.Period{From: p.From, To: march(4).Start().UTC()})
	open := int64(0)
	for _, u := range us {
		open += u.Counts[complaint.FigureOpen]
	}
	heat, err2 := w.s.ListHeat(t.Context(), w.bureau, complaint.Period{From: p.From, To: march(4).Start().UTC()})
	if err != nil || err2 != nil || open != after[3].Open || heat[0].Open != after[3].Open {
		t.Errorf("open at the end of the third: figures %d, heat %+v, %v %v", open, heat, err, err2)
	}
}

// TestBehindTheHeat: what is urgent, and what was open, can be looked at.
func TestBehindTheHeat(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	urgent := w.file(t, w.owner, w.numbered("fire-lane", "1"))
	w.handled(t, w.owner, w.community, w.numbered("", "2"), nil)
	p := complaint.Period{From: w.clock.Now().Add(-time.Hour), To: w.clock.Now().Add(time.Hour)}
	heat, err := w.s.ListHeat(t.Context(), w.bureau, p)
	if err != nil || len(heat) != 1 {
		t.Fatal(heat, err)
	}
	for what, n := range map[complaint.HeatFigure]int64{complaint.HeatFiled: heat[0].Filed, complaint.HeatUrgent: heat[0].Urgent, complaint.HeatOpen: heat[0].Open} {
		rows, err := w.s.HeatCases(t.Context(), w.bureau, p, w.Estate.ID, what, "", 0, 10)
		if err != nil || int64(len(rows)) != n || (what != complaint.HeatFiled && (n != 1 || rows[0].ID != urgent.ID)) {
			t.Errorf("behind %s stand %d, want %d: %v", what, len(rows), n, err)
		}
	}
}
