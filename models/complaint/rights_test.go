package complaint_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// atHome files a public complaint about the filer's own flat, with a pin.
func (w *cast) atHome(t *testing.T, ref, matter string, cover complaint.Cover) *complaint.Case {
	t.Helper()
	d := w.draft(matter)
	d.ClientRef, d.UnitID, d.Lat, d.Lng, d.Cover = ref, w.Units[0].ID, 26_258_000, 107_518_000, cover
	return w.file(t, w.owner, d)
}

// TestNeighboursNeverLearnTheHousehold: not among similar cases, not by joining, not after a merger; the filer does.
func TestNeighboursNeverLearnTheHousehold(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	one, two := w.atHome(t, "one", "", ""), w.atHome(t, "two", "", "")
	for _, id := range []int64{one.ID, two.ID} {
		w.ok(t, w.community, id, complaint.Accept, complaint.Input{})
	}
	similar := func(a org.Actor) complaint.View {
		list, err := w.s.ListSimilar(t.Context(), a, w.draft(""))
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		return list[0].View
	}
	if v := similar(w.neighbour); v.UnitName != "" || v.UnitID != 0 || v.Lat != 0 {
		t.Errorf("a neighbour is offered %+v", v)
	}
	if v := similar(w.owner); v.UnitName == "" {
		t.Error("the filer does not see the own flat")
	}
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, one.ID, complaint.Joining{Text: "我家也听得到", ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	if v := similar(w.neighbour); v.UnitName != "" {
		t.Error("joining shows the household among similar cases")
	}
	w.ok(t, w.community, one.ID, complaint.Merge, complaint.Input{Into: two.Number, Text: "同一件事"})
	if v := w.mine(t, w.neighbour, one.ID); v.UnitName != "" || v.Lat != 0 {
		t.Errorf("after the merger the joiner reads %q", v.UnitName)
	}
	if v := w.mine(t, w.owner, one.ID); v.UnitName == "" {
		t.Error("the filer lost the own flat")
	}
	// What the joiner wrote is in the lead's timeline, and in the joiner's own, and in nobody else's.
	said := func(steps []complaint.StepView) bool {
		return slices.ContainsFunc(steps, func(s complaint.StepView) bool { return strings.Contains(s.Text, "我家也听得到") })
	}
	if !said(w.find(t, w.community, one.ID).Steps) || !said(w.mine(t, w.neighbour, one.ID).Steps) || said(w.mine(t, w.owner, one.ID).Steps) {
		t.Error("the joiner's words are lost, or read by another complainant")
	}
	told := w.messages(t, "complaint.merge")
	if len(told) != 1 || strings.Count(told[0], ",") < 1 || !strings.Contains(told[0], `"person_ids":[`) || strings.Contains(told[0], `"person_ids":[]`) {
		t.Errorf("told of the merger: %v", told)
	}
}

// TestSealedStaysSealed: from the company that leads, also after the case went into another one.
func TestSealedStaysSealed(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	company := w.Officer(w.Company, org.Clerk)
	matter := w.matterLedBy(t, "@company")
	one, two := w.atHome(t, "one", matter, complaint.Sealed), w.atHome(t, "two", matter, "")
	for _, id := range []int64{one.ID, two.ID} {
		w.ok(t, company, id, complaint.Accept, complaint.Input{})
	}
	w.ok(t, company, one.ID, complaint.Merge, complaint.Input{Into: two.Number, Text: "同一件事"})
	for _, id := range []int64{one.ID, two.ID} {
		if v := w.find(t, company, id); v.UnitName != "" || v.Lat != 0 {
			t.Errorf("the company reads %q", v.UnitName)
		}
	}
	d := w.draft("")
	d.ClientRef, d.UnitID, d.Cover = "counter", w.Units[0].ID, complaint.Anonymous
	c, err := w.s.FileFor(t.Context(), w.community, complaint.FromCounter, complaint.Contact{}, d)
	if err != nil || c.UnitID != 0 {
		t.Errorf("an anonymous complaint keeps unit %d, %v", c.UnitID, err)
	}
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	if _, err := w.do(t, w.community, c.ID, complaint.Ask, complaint.Input{Text: "请问是几楼"}); !errors.Is(err, complaint.ErrNobody) {
		t.Errorf("nobody can answer, and was asked: %v", err)
	}
}

// TestRightsComeBack: who withdrew may join again and act; who was silent may have the case worked on again although
// another one confirmed.
func TestRightsComeBack(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "back")
	join := func(ref string) {
		if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: ref}); err != nil {
			t.Fatal(err)
		}
	}
	join("first")
	w.ok(t, w.neighbour, c.ID, complaint.Withdraw, complaint.Input{})
	join("second")
	w.ok(t, w.community, c.ID, complaint.Answer, report("已经处理"))
	w.ok(t, w.neighbour, c.ID, complaint.Confirm, complaint.Input{})
	again := w.ok(t, w.neighbour, c.ID, complaint.Confirm, complaint.Input{})
	if v := w.find(t, w.community, c.ID); v.Version != again.Version {
		t.Error("a second tap added a step")
	}
	w.clock.Advance(8 * 24 * time.Hour)
	w.settle(t)
	if v := w.mine(t, w.owner, c.ID); v.Ending != complaint.EndConfirmed || !slices.Contains(v.Allowed, complaint.Reopen) {
		t.Fatalf("ending %s, allowed %v", v.Ending, v.Allowed)
	}
	if _, err := w.do(t, w.neighbour, c.ID, complaint.Reopen, complaint.Input{Text: "还是很吵"}); !errors.Is(err, complaint.ErrReopen) {
		t.Errorf("who confirmed reopens: %v", err)
	}
	w.ok(t, w.owner, c.ID, complaint.Reopen, complaint.Input{Text: "还是很吵"})
}

// TestALevelAboveReopens: it blames nobody for a return that never was, and tells lead and complainants.
func TestALevelAboveReopens(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Closed, "above")
	before := c.Returns
	c = w.ok(t, w.township, c.ID, complaint.Reopen, complaint.Input{Text: "抽查发现没有整改"})
	if c.Returns != before || c.LeadID != w.community.OrganisationID() || !slices.Contains(w.told(t), "complaint.reopen") {
		t.Errorf("returns %d, lead %d, told %v", c.Returns, c.LeadID, w.told(t))
	}
}

// TestWhatIsRecordedLater: a step that joint work adds to a merged case goes to the one that is worked on, and hides
// nothing from those who came with it.
func TestWhatIsRecordedLater(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	one, two := w.bring(t, complaint.Accepted, "one"), w.bring(t, complaint.Accepted, "two")
	w.ok(t, w.community, one.ID, complaint.Merge, complaint.Input{Into: two.Number, Text: "同一件事"})
	w.clock.Advance(time.Hour)
	w.ok(t, w.community, two.ID, complaint.Answer, report("已处理"))
	w.clock.Advance(time.Hour)
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return w.s.Record(tx, w.township, one.ID, complaint.CheckIn, 0, "消防已报到")
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.Screen(t.Context(), w.community, one.ID, false, "有人的电话"); err != nil {
		t.Fatal(err)
	}
	var kinds []complaint.Action
	for _, s := range w.mine(t, w.owner, one.ID).Steps {
		kinds = append(kinds, s.Kind)
	}
	if !slices.Contains(kinds, complaint.Answer) || !slices.Contains(kinds, complaint.CheckIn) {
		t.Errorf("the complainant reads %v", kinds)
	}
}

// TestNobodyIsTalkedOut: what others wrote takes nobody the right to speak, and who was asked may always answer.
func TestNobodyIsTalkedOut(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "talk")
	var full error
	for range 400 {
		if _, full = w.do(t, w.owner, c.ID, complaint.Supply, complaint.Input{Text: "再补充一点"}); full != nil {
			break
		}
	}
	if !errors.Is(full, complaint.ErrOwnTalk) {
		t.Errorf("one complainant may write without end: %v", full)
	}
	w.ok(t, w.community, c.ID, complaint.Note, complaint.Input{Text: "正在联系"})
	w.ok(t, w.community, c.ID, complaint.Ask, complaint.Input{Text: "请问是几楼"})
	w.ok(t, w.owner, c.ID, complaint.Supply, complaint.Input{Text: "三楼"})
}

// TestThePausesEnd: asking and holding again and again stops the clock for half a year in all, not for ever.
func TestThePausesEnd(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "pauses")
	var full error
	for range 20 {
		on := w.clock.Now().Add(40 * 24 * time.Hour)
		if _, full = w.do(t, w.community, c.ID, complaint.Hold, complaint.Input{Text: "等配件", On: &on}); full != nil {
			break
		}
		w.clock.Advance(40*24*time.Hour + time.Minute)
		w.settle(t)
	}
	if !errors.Is(full, complaint.ErrPaused) {
		t.Errorf("held without end: %v", full)
	}
}

// TestAPauseOverTheFestival: working days that were left stay left, whatever holidays and make-up days the pause met.
func TestAPauseOverTheFestival(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ filed, asked, answered, due string }{
		// Seven working days from Thursday: 13, 14 (a Saturday of work), 24 to 28 (again a Saturday of work).
		"before the festival, answered in it":   {"2026-02-12 10:00", "2026-02-13 15:00", "2026-02-20 09:00", "2026-03-02 23:59:59"}, // 14 and 24-28 were left: 24-28, 2 March
		"over a make-up Saturday":               {"2026-02-12 10:00", "2026-02-13 17:30", "2026-02-14 09:00", "2026-03-02 23:59:59"},
		"within one day":                        {"2026-02-12 10:00", "2026-02-13 09:00", "2026-02-13 17:00", "2026-02-28 23:59:59"},
		"over a weekend":                        {"2026-03-02 10:00", "2026-03-06 18:00", "2026-03-09 09:00", "2026-03-12 23:59:59"}, // due 11; 3 days were left after Friday
		"on the last day":                       {"2026-03-02 10:00", "2026-03-11 09:00", "2026-03-13 09:00", "2026-03-13 23:59:59"},
		"on the last day, answered on a Sunday": {"2026-03-02 10:00", "2026-03-11 09:00", "2026-03-15 09:00", "2026-03-16 23:59:59"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newCast(t)
			to := func(at string) {
				when, err := time.ParseInLocation("2006-01-02 15:04", at, org.Shanghai)
				if err != nil {
					t.Fatal(err)
				}
				w.clock.Advance(when.Sub(w.clock.Now()))
			}
			to(c.filed)
			d := w.draft(w.matterLedBy(t, "urban-enforcement"))
			got := w.file(t, w.owner, d)
			w.ok(t, w.enforcement, got.ID, complaint.Accept, complaint.Input{})
			to(c.asked)
			w.ok(t, w.enforcement, got.ID, complaint.Ask, complaint.Input{Text: "请问是几楼"})
			to(c.answered)
			got = w.ok(t, w.owner, got.ID, complaint.Supply, complaint.Input{Text: "三楼"})
			if due := got.DueAt.In(org.Shanghai).Format("2006-01-02 15:04:05"); due != c.due {
				t.Errorf("due %s, want %s", due, c.due)
			}
		})
	}
}

// TestSomebodyAsksThem: an answer reaches the office that found the matter on patrol, and somebody who calls those
// without an account; a part's turns are told to no complainant.
func TestSomebodyAsksThem(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft(w.matterLedBy(t, "urban-enforcement"))
	d.ClientRef = "patrol"
	found, err := w.s.FilePatrol(t.Context(), w.community, d)
	if err != nil {
		t.Fatal(err)
	}
	d.ClientRef = "phone"
	called, err := w.s.FileFor(t.Context(), w.community, complaint.FromPhone, complaint.Contact{Name: "杨", Phone: "13800001111"}, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*complaint.Case{found, called} {
		w.ok(t, w.enforcement, c.ID, complaint.Accept, complaint.Input{})
		w.ok(t, w.enforcement, c.ID, complaint.Answer, report("已处理"))
	}
	rows, err := w.s.List(t.Context(), w.community, complaint.Filter{List: complaint.WaitingCases, Limit: 10})
	if err != nil || len(rows) != 2 {
		t.Errorf("the community has %d in its queue, %v", len(rows), err)
	}
	told := w.told(t)
	if !slices.Contains(told, "complaint.found_answered") || !slices.Contains(told, "complaint.call_back") {
		t.Errorf("told %v", told)
	}
	whole := w.bring(t, complaint.Parted, "whole")
	for _, m := range w.messages(t, "complaint.accepted") {
		if strings.Contains(m, `"number":"F`) && !strings.Contains(m, `"person_ids":null`) && !strings.Contains(m, `"person_ids":[]`) {
			t.Errorf("a part of %s is told to complainants: %s", whole.Number, m)
		}
	}
}

// messages are the bodies of what was told of one kind.
func (w *world) messages(t *testing.T, kind string) []string {
	t.Helper()
	var bodies []string
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("estate_id = ? AND kind = ?", w.Estate.ID, kind).Order("id").Pluck("body", &bodies).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return bodies
}
