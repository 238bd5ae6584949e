package complaint_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
)

// atOnce runs some functions at the same moment and fails for each error.
func atOnce(t *testing.T, fs ...func() error) {
	t.Helper()
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Go(func() {
			if err := f(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestTheLastTwoAtOnce: whoever is last closes the case or gathers the parts, also when two are last at the same moment;
// each waits for the other's lock and must see what the other did.
func TestTheLastTwoAtOnce(t *testing.T) {
	t.Parallel()
	for range 5 {
		w := newCast(t)
		c := w.bring(t, complaint.Accepted, "two")
		if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
			t.Fatal(err)
		}
		w.ok(t, w.community, c.ID, complaint.Answer, report("已处理"))
		atOnce(t, func() error {
			_, err := w.s.ActOwn(context.Background(), w.owner, c.ID, complaint.Confirm, complaint.Input{})
			return err
		}, func() error {
			_, err := w.s.ActOwn(context.Background(), w.neighbour, c.ID, complaint.Confirm, complaint.Input{})
			return err
		})
		if v := w.find(t, w.bureau, c.ID); v.State != complaint.Closed {
			t.Errorf("both confirmed, the case is %s", v.State)
		}
		whole := w.bring(t, complaint.Parted, "parts")
		parts := w.find(t, w.community, whole.ID).Parts
		w.ok(t, w.fire, parts[0].ID, complaint.Accept, complaint.Input{})
		w.ok(t, w.enforcement, parts[1].ID, complaint.Accept, complaint.Input{})
		atOnce(t, func() error {
			_, err := w.s.Act(context.Background(), w.fire, parts[0].ID, complaint.Answer, report("已清障"))
			return err
		}, func() error {
			_, err := w.s.Act(context.Background(), w.enforcement, parts[1].ID, complaint.Answer, report("已处罚"))
			return err
		})
		if v := w.find(t, w.bureau, whole.ID); v.State == complaint.Parted {
			t.Error("both parts are done, the whole still waits")
		}
	}
}

// TestATapDuringAMerger: a complainant's word is not lost while the case goes into another, and the same tap sent
// eight times is one step.
func TestATapDuringAMerger(t *testing.T) {
	t.Parallel()
	for range 5 {
		w := newCast(t)
		one, two := w.bring(t, complaint.Accepted, "one"), w.bring(t, complaint.Accepted, "two")
		supply := func() error {
			_, err := w.s.ActOwn(context.Background(), w.owner, one.ID, complaint.Supply, complaint.Input{Text: "补充一点", ClientRef: "same", InputHash: "h"})
			return err
		}
		taps := []func() error{func() error {
			_, err := w.s.Act(context.Background(), w.community, one.ID, complaint.Merge, complaint.Input{Into: two.Number, Text: "同一件事"})
			return err
		}}
		for range 8 {
			taps = append(taps, supply)
		}
		atOnce(t, taps...)
		n := 0
		for _, s := range w.mine(t, w.owner, one.ID).Steps {
			if s.Kind == complaint.Supply {
				n++
			}
		}
		if n < 1 || n > 2 { // one for each case, when the merger came between
			t.Errorf("eight taps made %d steps", n)
		}
	}
}

// TestNoRowIsSkipped: page by page the unit's list gives every case, also parts beside the whole, and a search every case
// that holds the word.
func TestNoRowIsSkipped(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.bring(t, complaint.Accepted, "early")
	w.clock.Advance(24 * time.Hour)
	w.bring(t, complaint.Parted, "whole")
	all, err := w.s.List(t.Context(), w.community, complaint.Filter{List: complaint.UnitCases, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, v := range all {
		want = append(want, v.Number)
	}
	f := complaint.Filter{List: complaint.UnitCases, Limit: 1}
	for range 20 {
		rows, err := w.s.List(t.Context(), w.community, f)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		got = append(got, rows[0].Number)
		f.After, f.AfterQueue = rows[0].ID, rows[0].Queue
	}
	if len(want) < 4 || !slices.Equal(want, got) {
		t.Errorf("in one page %v, page by page %v", want, got)
	}
}

// TestAMergerForgetsNothing: a return counts on, and an arbitration binds, in the case that goes on.
func TestAMergerForgetsNothing(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	one, two := w.bring(t, complaint.Returned, "one"), w.bring(t, complaint.Accepted, "two")
	w.ok(t, w.community, one.ID, complaint.Merge, complaint.Input{Into: two.Number, Text: "同一件事"})
	w.ok(t, w.community, two.ID, complaint.Answer, report("又处理了一次"))
	if c := w.ok(t, w.owner, one.ID, complaint.Return, complaint.Input{Text: "还是没有解决"}); c.Returns != 2 || c.LeadID == w.Community.ID {
		t.Errorf("the second return counts %d, led by %d", c.Returns, c.LeadID)
	}
}

// TestASkippedLegComesBack: an answer that skipped the second leg of an ordered route and was returned.
func TestASkippedLegComesBack(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("illegal-building")
	c := w.file(t, w.owner, d)
	planning := w.Officer(w.Code("natural-resources"), "head")
	w.ok(t, planning, c.ID, complaint.Accept, complaint.Input{})
	in := report("认定不是违建")
	in.Report.Skip = "不是违建"
	w.ok(t, planning, c.ID, complaint.Answer, in)
	w.ok(t, w.owner, c.ID, complaint.Return, complaint.Input{Text: "明明是违建"})
	if c = w.ok(t, planning, c.ID, complaint.Conclude, complaint.Input{Text: "重新认定：是违建"}); c.LeadID != w.enforcement.OrganisationID() {
		t.Errorf("led by %d", c.LeadID)
	}
	if _, err := w.do(t, w.office, c.ID, complaint.Redirect, complaint.Input{ToID: c.LeadID, Text: "从头算起"}); err == nil {
		t.Error("redirecting to the lead gave it a new term")
	}
}
