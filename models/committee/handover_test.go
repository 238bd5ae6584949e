package committee_test

import (
	"errors"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

// TestAHandOver: each side ticks for itself, what is missing is named, and it ends with the community's witness.
func TestAHandOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	if _, err := w.RegisterSeal(t.Context(), w.people[0], w.Estate.ID, "committee", "测试小区业主委员会", w.overview().Members[2].ID, nil); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(4 * 365 * 24 * time.Hour)
	next := w.five()
	if _, err := w.Seat(t.Context(), w.township, w.seating(next, "2030-03-01")); err != nil {
		t.Fatal(err)
	}
	id := w.overview().Handovers[0].ID
	v, err := w.FindHandover(t.Context(), next[0], id)
	if err != nil || len(v.Items) != 7 || v.Items[0].Kind != "seal" || !v.Takes || v.Gives {
		t.Fatalf("the list %+v, %v", v, err)
	}
	if _, err := w.TickHanded(t.Context(), w.owner, id, v.Items[0].ID, false, ""); !errors.Is(err, committee.ErrNotFound) {
		t.Errorf("a stranger ticks: %v", err)
	}
	if _, err := w.TickHanded(t.Context(), w.people[0], id, v.Items[0].ID, true, "没有"); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("the old committee says what is missing: %v", err)
	}
	former := w.people[0]
	former.Post, former.Surface = nil, "miniapp" // no post any more
	for i, x := range v.Items[:6] {
		if _, err := w.TickHanded(t.Context(), next[0], id, x.ID, false, ""); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if _, err := w.Witness(t.Context(), w.community, id, ""); !errors.Is(err, committee.ErrState) {
				t.Errorf("witnessed too early: %v", err)
			}
		}
		if _, err := w.TickHanded(t.Context(), former, id, x.ID, false, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.TickHanded(t.Context(), next[0], id, v.Items[6].ID, true, "没有财物清单"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Witness(t.Context(), next[0], id, ""); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the committee witnesses itself: %v", err)
	}
	if _, err := w.Witness(t.Context(), w.community, id, "现场见证"); err != nil {
		t.Fatal(err)
	}
	if h := w.overview().Handovers[0]; h.State != "done" || h.Missing != 1 || w.duty(committee.OweHandover) != nil {
		t.Errorf("handed over %+v", h)
	}
	if _, err := w.TickHanded(t.Context(), next[0], id, v.Items[6].ID, false, ""); !errors.Is(err, committee.ErrState) {
		t.Errorf("changed afterwards: %v", err)
	}
}

// TestReportsAndReminders: asked for two weeks before, late for all to see, published once; the renewal is spoken of three
// months before the end and passed up when it is late.
func TestReportsAndReminders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	reports := w.overview().Reports
	first := reports[len(reports)-1]
	text := "一年来召开会议四次，督促物业修复门禁，公共收益账目已经公布。"
	if _, err := w.SubmitReport(t.Context(), w.people[0], first.ID, text, nil); !errors.Is(err, committee.ErrState) {
		t.Errorf("a year too early: %v", err)
	}
	w.clock.Advance(first.DueAt.Add(-10 * 24 * time.Hour).Sub(w.DB.Now()))
	w.tick()
	w.clock.Advance(11 * 24 * time.Hour)
	w.tick()
	follow, err := w.Follow(t.Context(), w.owner, w.Estate.ID)
	late := false
	for _, d := range follow.Duties {
		late = late || d.Kind == committee.OweReport && d.SubjectID == first.ID && d.LateAt != nil
	}
	if err != nil || !late {
		t.Errorf("owners do not see that it is late: %v", err)
	}
	for _, want := range []error{nil, committee.ErrState} {
		if _, err := w.SubmitReport(t.Context(), w.people[0], first.ID, text, nil); !errors.Is(err, want) {
			t.Errorf("report: %v, want %v", err, want)
		}
	}
	if len(w.board.posted) != 1 || w.told("report") != 1 {
		t.Error("the report is not public")
	}
	end := w.duty(committee.OweRenewal).DueAt
	w.clock.Advance(end.Add(-91 * 24 * time.Hour).Sub(w.DB.Now()))
	w.tick()
	before := w.told("renewal")
	w.clock.Advance(2 * 24 * time.Hour)
	w.tick()
	w.tick()
	if before != 0 || w.told("renewal") != 1 {
		t.Errorf("told %d times before, %d times since", before, w.told("renewal"))
	}
	lates := w.told("late")
	w.clock.Advance(95 * 24 * time.Hour)
	w.tick()
	if w.told("late") <= lates || w.duty(committee.OweRenewal).LateAt == nil || !w.overview().Over {
		t.Error("nobody is told that the term is over")
	}
}

// TestTheCommitteeChoosesItsOffices: by its own decision; the chair who gives way is audited.
func TestTheCommitteeChoosesItsOffices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id, items := w.open(committee.NewItem{Matter: "offices", Title: "推选主任", Text: "推选委员2担任主任"}, committee.NewItem{Matter: "own_affairs", Title: "值班安排", Text: "轮流值班"})
	second := w.overview().Members[1].ID
	if _, err := w.SetRole(t.Context(), w.people[0], items[0], second, committee.Chair); !errors.Is(err, committee.ErrState) {
		t.Errorf("before the decision: %v", err)
	}
	for _, it := range items {
		w.vote(id, it, "yes", "yes", "yes", "yes", "yes")
	}
	if _, err := w.Close(t.Context(), w.people[0], id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SetRole(t.Context(), w.people[0], items[1], second, committee.Chair); !errors.Is(err, committee.ErrState) {
		t.Errorf("by a decision about something else: %v", err)
	}
	if _, err := w.SetRole(t.Context(), w.people[0], items[0], second, committee.Chair); err != nil {
		t.Fatal(err)
	}
	chairs := 0
	for _, m := range w.overview().Members {
		if m.Role == committee.Chair {
			chairs++
		}
	}
	if a := w.overview().Audits; chairs != 1 || len(a) != 1 || a[0].Cause != committee.ChairLeft {
		t.Errorf("%d chairs, audits %+v", chairs, a)
	}
}
