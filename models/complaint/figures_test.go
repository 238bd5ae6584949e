package complaint_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestThreeRates: people and cases apart, no answer is not satisfied, patrols and anonymous cases apart, and every number
// leads to its cases.
func TestThreeRates(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	matter := w.matterLedBy(t, "urban-enforcement")
	from := w.clock.Now().Add(-time.Hour)
	answered := func(ref string, cover complaint.Cover) *complaint.Case {
		d := w.draft(matter)
		d.ClientRef, d.Cover = ref, cover
		c := w.file(t, w.owner, d)
		w.ok(t, w.enforcement, c.ID, complaint.Accept, complaint.Input{})
		return w.ok(t, w.enforcement, c.ID, complaint.Answer, report("已处理"))
	}
	rate := func(a org.Actor, id int64, r complaint.Rating) {
		w.ok(t, a, id, complaint.Rate, complaint.Input{Rating: &r})
	}
	yes := complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Yes}
	half := complaint.Rating{Response: complaint.Yes, Solved: complaint.Partly, Satisfied: complaint.No}

	one := answered("content", "") // one complainant, content
	rate(w.owner, one.ID, yes)
	w.ok(t, w.owner, one.ID, complaint.Confirm, complaint.Input{})

	two := answered("two", "") // two complainants, who disagree; the second joined after the answer
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, two.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	rate(w.owner, two.ID, yes)
	rate(w.neighbour, two.ID, half)
	w.ok(t, w.owner, two.ID, complaint.Confirm, complaint.Input{}) // the other rates and decides about the next answer

	answered("silent", "") // nobody says anything
	answered("anonymous", complaint.Anonymous)
	patrol := w.draft(matter)
	patrol.ClientRef = "patrol"
	p, err := w.s.FilePatrol(t.Context(), w.community, patrol)
	if err != nil {
		t.Fatal(err)
	}
	w.ok(t, w.enforcement, p.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.enforcement, p.ID, complaint.Answer, report("已处理"))
	w.ok(t, w.community, p.ID, complaint.Confirm, complaint.Input{})
	w.clock.Advance(8 * 24 * time.Hour)
	w.settle(t)
	stillOpen := w.draft(matter)
	stillOpen.ClientRef = "open"
	w.file(t, w.owner, stillOpen)

	period := complaint.Period{From: from, To: w.clock.Now().Add(time.Hour)}
	units, err := w.s.Figures(t.Context(), w.bureau, period)
	if err != nil || len(units) != 1 {
		t.Fatalf("%+v, %v", units, err)
	}
	u := units[0]
	want := map[complaint.Figure]int64{complaint.FigureClosed: 4, complaint.FigureInTime: 4, complaint.FigureAsked: 3, complaint.FigureAnonymous: 1, complaint.FigurePatrols: 1,
		complaint.FigureResponse: 2, complaint.FigureSolved: 1, complaint.FigureSatisfied: 1, complaint.FigurePeople: 4, complaint.PeopleResponse: 3, complaint.PeopleSolved: 2,
		complaint.PeopleSatisfied: 2, complaint.PeopleSilent: 1, complaint.FigureOpen: 1, complaint.FigureReturned: 0}
	for f, n := range want {
		if u.Counts[f] != n {
			t.Errorf("%s = %d, want %d", f, u.Counts[f], n)
		}
	}
	if r, known := u.People(complaint.PeopleSatisfied).BasisPoints(); !known || r != 5000 {
		t.Errorf("satisfied people %d, %v", r, known)
	}
	if u.Score != nil {
		t.Errorf("a score without weights in force: %d", *u.Score)
	}
	for f, n := range want {
		rows, err := w.s.Behind(t.Context(), w.bureau, period, u.OrganisationID, f, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		if f != complaint.FigurePeople && f != complaint.PeopleResponse && f != complaint.PeopleSolved && f != complaint.PeopleSatisfied && int64(len(rows)) != n {
			t.Errorf("behind %s stand %d cases, want %d", f, len(rows), n)
		}
	}
	err = w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: "complaint.rate_weights", Value: "3000；3500；3500", Article: "某通知", EffectiveOn: org.DayOf(tx.Now), State: "confirmed", EnteredAt: tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	units, err = w.s.Figures(t.Context(), w.bureau, period)
	if err != nil || units[0].Score == nil || *units[0].Score != (3000*3+3500*2+3500*2)/4 {
		t.Errorf("scored %+v, %v", units, err)
	}
	if own, err := w.s.Figures(t.Context(), w.fire, period); err != nil || len(own) != 0 {
		t.Errorf("another department sees %d rows, %v", len(own), err)
	}
	if _, err := w.s.Figures(t.Context(), w.bureau, complaint.Period{From: period.To, To: period.From}); !errors.Is(err, complaint.ErrPeriod) {
		t.Errorf("a period that ends before it begins: %v", err)
	}
}

// TestLateJoinersAreNotAsked: who joined after the answer counts when they rate it, and else takes nothing from those who were
// asked; the next answer asks them, too.
func TestLateJoinersAreNotAsked(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.public(t, w.owner, "a", "电梯停了三天")
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, c.ID, complaint.Answer, report("已修好"))
	yes := complaint.Input{Rating: &complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Yes}}
	w.ok(t, w.owner, c.ID, complaint.Rate, yes)
	for _, n := range []string{"1", "2", "3"} {
		if _, _, err := w.s.JoinSlip(t.Context(), w.Estate.ID, c.ID, "1390000100"+n, "赵", complaint.Joining{ClientRef: n}); err != nil {
			t.Fatal(err)
		}
	}
	w.ok(t, w.owner, c.ID, complaint.Confirm, complaint.Input{})
	period := complaint.Period{From: w.clock.Now().Add(-time.Hour), To: w.clock.Now().Add(time.Hour)}
	counts := func(people, satisfied, silent, cases int64) {
		t.Helper()
		units, err := w.s.Figures(t.Context(), w.bureau, period)
		if err != nil || len(units) != 1 {
			t.Fatal(units, err)
		}
		for f, n := range map[complaint.Figure]int64{complaint.FigurePeople: people, complaint.PeopleSatisfied: satisfied, complaint.PeopleSilent: silent, complaint.FigureSatisfied: cases} {
			if units[0].Counts[f] != n {
				t.Errorf("%s = %d, want %d", f, units[0].Counts[f], n)
			}
		}
	}
	counts(1, 1, 0, 1)
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "late"}); err == nil {
		t.Error("joined what is closed") // whoever comes later finds nothing to rate
	}
	d := w.public(t, w.owner, "b", "电梯又停了三天")
	w.ok(t, w.community, d.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, d.ID, complaint.Answer, report("已修好"))
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, d.ID, complaint.Joining{ClientRef: "rates"}); err != nil {
		t.Fatal(err)
	}
	w.ok(t, w.owner, d.ID, complaint.Rate, yes)
	w.ok(t, w.neighbour, d.ID, complaint.Rate, complaint.Input{Rating: &complaint.Rating{Response: complaint.Yes, Solved: complaint.No, Satisfied: complaint.No}})
	w.ok(t, w.owner, d.ID, complaint.Confirm, complaint.Input{})
	counts(3, 2, 0, 1)
}

// TestACallBackIsRecorded: by an office that did not give the answer, under the receipt of who was called.
func TestACallBackIsRecorded(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Answered, "call")
	yes := complaint.Input{Rating: &complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Yes}}
	if _, err := w.s.ActFor(t.Context(), w.community, c.ID, c.Number, complaint.ByCall, complaint.Rate, yes); !errors.Is(err, complaint.ErrOwnAnswer) {
		t.Errorf("the lead calls back itself: %v", err)
	}
	if _, err := w.s.ActFor(t.Context(), w.township, c.ID, "T1", complaint.ByCall, complaint.Rate, yes); !errors.Is(err, complaint.ErrReceipt) {
		t.Errorf("a receipt of another case: %v", err)
	}
	if _, err := w.s.ActFor(t.Context(), w.township, c.ID, c.Number, "letter", complaint.Rate, yes); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("by letter: %v", err)
	}
	if _, err := w.s.ActFor(t.Context(), w.township, c.ID, c.Number, complaint.ByCall, complaint.Rate, yes); err != nil {
		t.Fatal(err)
	}
	// What ends the right of somebody with an account is theirs to tap, and they are told what was recorded.
	for _, a := range []complaint.Action{complaint.Confirm, complaint.Withdraw} {
		if _, err := w.s.ActFor(t.Context(), w.township, c.ID, c.Number, complaint.AtCounter, a, complaint.Input{}); !errors.Is(err, complaint.ErrTapSelf) {
			t.Errorf("%s for somebody with an account: %v", a, err)
		}
	}
	if told := w.told(t); !slices.Contains(told, "complaint.recorded") {
		t.Errorf("told %v", told)
	}
	v := w.mine(t, w.owner, c.ID)
	if v.Mine.RatedVia != complaint.ByCall || v.Steps[len(v.Steps)-1].OrganisationID != w.Township.ID {
		t.Errorf("rated via %s, last step by %d", v.Mine.RatedVia, v.Steps[len(v.Steps)-1].OrganisationID)
	}
	if _, err := w.s.ActFor(t.Context(), w.township, c.ID, c.Number, complaint.ByCall, complaint.Accept, complaint.Input{}); err == nil {
		t.Error("a call back accepted the case")
	}
}
