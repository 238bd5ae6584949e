package org_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

func (w *world) reviews(t *testing.T) map[string]org.OwnerReview {
	t.Helper()
	list, err := w.s.ListOwnerReviews(t.Context(), w.clerk, w.Estate.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]org.OwnerReview{}
	for _, r := range list {
		by[r.Units[0]] = r
	}
	return by
}

func (w *world) answer(set int64, in org.ReviewAnswer) func(*testing.T) error {
	return func(t *testing.T) error {
		t.Helper()
		if in.Reason == "" {
			in.Reason = "看过不动产权证"
		}
		return w.s.AnswerOwnerReview(t.Context(), w.clerk, set, in)
	}
}

func (w *world) unit(t *testing.T, number string) org.UnitView {
	t.Helper()
	for _, u := range w.units(t) {
		if u.Number == number && u.Building == "9" {
			return u
		}
	}
	t.Fatal("no unit", number)
	return org.UnitView{}
}

// TestAPersonMergesOwnerSets: equal names merge by a person's confirmation alone, who finds them by their phone; the
// merged set is one head, keeps what either knew, and nobody loses a home.
func TestAPersonMergesOwnerSets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(t, line("101", "88", "甲", paper(1), phoneA, "1/3")+line("101", "88", "乙", paper(2), "", "2/3")+
		line("102", "70", "乙", "", "", "1/4")+line("102", "70", "甲", "", phoneA, "3/4")+
		line("103", "60", "丙", "", phoneB, ""))
	owner, r := w.owner(t, phoneA)
	if r.Homes != 2 {
		t.Fatalf("%+v", r)
	}
	open := w.reviews(t)
	from, whole := open["9幢1单元102"], w.unit(t, "101").OwnerSet.ID
	if len(open) != 2 || len(from.Twins) != 1 || from.Twins[0] != whole {
		t.Fatalf("%+v", open)
	}
	if err := w.answer(open["9幢1单元103"].Set.ID, org.ReviewAnswer{Finding: "same", Into: whole})(t); !errors.Is(err, org.ErrOwnersDiffer) {
		t.Errorf("other people were merged: %v", err)
	}
	if err := w.answer(from.Set.ID, org.ReviewAnswer{Finding: "same", Into: whole})(t); err != nil {
		t.Fatal(err)
	}
	a, b := w.unit(t, "101"), w.unit(t, "102")
	if a.OwnerSet.ID != b.OwnerSet.ID || b.Shares != "3/4,1/4" {
		t.Errorf("after the merge: set %d and %d, shares %s", a.OwnerSet.ID, b.OwnerSet.ID, b.Shares)
	}
	if homes := w.homes(t, owner); len(homes) != 2 {
		t.Errorf("the owner has %d homes", len(homes))
	}
	if err := w.answer(from.Set.ID, org.ReviewAnswer{Finding: "same", Into: whole})(t); !errors.Is(err, org.ErrDecided) {
		t.Errorf("merged twice: %v", err)
	}
	// A sale after the merge ends the rights that came from the old set.
	if err := w.s.RecordTransfer(t.Context(), w.clerk, org.Transfer{ClientRef: "sale-3", UnitID: b.ID, Cause: "sale", Source: "证2", Owners: []org.OwnerInput{{Name: "丁"}}}); err != nil {
		t.Fatal(err)
	}
	if homes := w.homes(t, owner); len(homes) != 1 {
		t.Errorf("after the sale the owner has %d homes", len(homes))
	}
	if err := w.answer(open["9幢1单元103"].Set.ID, org.ReviewAnswer{Finding: "separate"})(t); err != nil {
		t.Error(err)
	}
	if left := w.reviews(t); len(left) != 1 { // the buyer without a paper
		t.Errorf("still open: %+v", left)
	}
}

func TestEqualNamesWithOtherPapersNeverMerge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(t, line("101", "88", "甲", paper(1), "", "")+line("102", "70", "甲", paper(2), "", ""))
	a, b := w.unit(t, "101").OwnerSet.ID, w.unit(t, "102").OwnerSet.ID
	if err := w.answer(a, org.ReviewAnswer{Finding: "same", Into: b})(t); !errors.Is(err, org.ErrOwnersDiffer) {
		t.Error(err)
	}
	var f *fault.Fault
	if err := w.answer(a, org.ReviewAnswer{Finding: "guess"})(t); !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Error(err)
	}
}

// TestASharedPhoneIsChecked: a phone of more than three owner sets opens no home until a person has looked, set by set.
func TestASharedPhoneIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lines := ""
	for i := range 4 {
		lines += line(fmt.Sprint("20", i), "50", fmt.Sprint("某", i), paper(10+i), phoneB, "")
	}
	w.apply(t, lines)
	agent, r := w.owner(t, phoneB)
	if r.Homes != 0 || !r.Review {
		t.Fatalf("%+v", r)
	}
	open := w.reviews(t)
	if len(open) != 4 {
		t.Fatalf("%d reviews", len(open))
	}
	mine, theirs := open["9幢1单元200"], open["9幢1单元201"]
	if err := w.answer(mine.Set.ID, org.ReviewAnswer{Finding: "phone_belongs"})(t); err != nil {
		t.Fatal(err)
	}
	if r, err := w.s.Recognise(t.Context(), agent); err != nil || r.Homes != 1 || !r.Review {
		t.Errorf("one of four is checked: %+v, %v", r, err)
	}
	if err := w.answer(theirs.Set.ID, org.ReviewAnswer{Finding: "phone_wrong", OwnerID: mine.Owners[0].ID})(t); err == nil {
		t.Error("the phone of another set's owner was taken away")
	}
	if err := w.answer(theirs.Set.ID, org.ReviewAnswer{Finding: "phone_wrong", OwnerID: theirs.Owners[0].ID})(t); err != nil {
		t.Fatal(err)
	}
	if u := w.unit(t, "201"); u.Owners[0].Phone != "" {
		t.Errorf("the wrong phone is still there: %+v", u.Owners)
	}
	if r, err := w.s.Recognise(t.Context(), agent); err != nil || r.Homes != 2 || r.Review {
		t.Errorf("three sets are within reason: %+v, %v", r, err)
	}
}

// TestTheRosterNamesARepresentative: the roster's 业主代表 is stored, shown as a difference, and may be set by hand.
func TestTheRosterNamesARepresentative(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	head := heads[:len(heads)-1] + ",业主代表\n"
	roster := func(first, second string) *org.RosterReport {
		id := w.desk.put(head + "9,1,101,88,登记,住宅,已售,是,甲," + paper(1) + ",,," + first + "\n9,1,101,88,登记,住宅,已售,是,乙," + paper(2) + ",,," + second + "\n")
		r, err := w.s.CheckRoster(t.Context(), w.clerk, org.RosterCheck{EstateID: w.Estate.ID, FileID: id, ClientRef: fmt.Sprint("rep", id), InputHash: fmt.Sprint(id)})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	speaks := func() string {
		for _, o := range w.unit(t, "101").Owners {
			if o.Speaks {
				return o.Name
			}
		}
		return ""
	}
	if r := roster("是", "是"); r.FaultCount != 1 {
		t.Errorf("two representatives: %+v", r.Faults)
	}
	if r := roster("也许", ""); r.FaultCount != 1 {
		t.Errorf("neither yes nor no: %+v", r.Faults)
	}
	if _, err := w.s.ApplyRoster(t.Context(), w.clerk, roster("", "是").ID, false); err != nil || speaks() != "乙*" {
		t.Errorf("%q speaks, %v", speaks(), err)
	}
	if r := roster("", ""); r.Unchanged != 1 {
		t.Errorf("a roster that names nobody changes nothing: %+v", r)
	}
	again := roster("是", "")
	if again.Changed != 1 || again.Differences[0].Diffs[0] != "业主代表：乙* → 甲*" {
		t.Errorf("%+v", again)
	}
	if _, err := w.s.ApplyRoster(t.Context(), w.clerk, again.ID, false); err != nil || speaks() != "甲*" {
		t.Errorf("%q speaks, %v", speaks(), err)
	}
	set := w.unit(t, "101")
	if err := w.s.NameRepresentative(t.Context(), w.clerk, set.OwnerSet.ID, set.Owners[1].ID); err != nil || speaks() != "乙*" {
		t.Errorf("%q speaks, %v", speaks(), err)
	}
	if err := w.s.NameRepresentative(t.Context(), w.clerk, set.OwnerSet.ID, 999999); err == nil {
		t.Error("a stranger represents the owners")
	}
}
