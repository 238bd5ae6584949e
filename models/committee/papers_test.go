package committee_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestAFilingWithBothOffices: it is filed when bureau and township have filed it; what one returns, both look at again.
func TestAFilingWithBothOffices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id := w.overview().Filings[0].ID
	if _, err := w.ReviewFiling(t.Context(), w.township, id, true, "匀备1", ""); !errors.Is(err, committee.ErrState) {
		t.Errorf("reviewed before it was submitted: %v", err)
	}
	if _, err := w.SubmitFiling(t.Context(), w.people[0], id, "", nil); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("without papers: %v", err)
	}
	submit := func() {
		if _, err := w.SubmitFiling(t.Context(), w.people[0], id, "请审核", []int64{1}); err != nil {
			t.Fatal(err)
		}
	}
	submit()
	if _, err := w.ReviewFiling(t.Context(), w.bureau, id, false, "", ""); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("returned without a reason: %v", err)
	}
	if _, err := w.ReviewFiling(t.Context(), w.township, id, true, "匀备1", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ReviewFiling(t.Context(), w.township, id, true, "匀备2", ""); !errors.Is(err, committee.ErrState) {
		t.Errorf("one office twice: %v", err)
	}
	if _, err := w.ReviewFiling(t.Context(), w.bureau, id, false, "", "缺少议事规则"); err != nil {
		t.Fatal(err)
	}
	if v, err := w.FindFiling(t.Context(), w.people[0], id); err != nil || v.State != "returned" || len(v.Filed.Members) != 7 || v.Names[v.Filed.Members[0].ID] != "委员1" {
		t.Errorf("returned %+v, %v", v, err)
	}
	submit()
	if _, err := w.ReviewFiling(t.Context(), w.bureau, id, true, "住建备9", ""); err != nil {
		t.Fatal(err)
	}
	if v, err := w.FindFiling(t.Context(), w.bureau, id); err != nil || v.State != "submitted" || w.duty(committee.OweFiling) == nil {
		t.Errorf("filed by one alone: %s, %v", v.State, err)
	}
	if _, err := w.ReviewFiling(t.Context(), w.township, id, true, "匀备1", ""); err != nil {
		t.Fatal(err)
	}
	v, err := w.FindFiling(t.Context(), w.people[0], id)
	if err != nil || v.State != "filed" || len(v.Notes) != 6 || w.duty(committee.OweFiling) != nil || w.told("filed") != 1 {
		t.Errorf("filed %+v, %v", v, err)
	}
	if _, err := w.Resign(t.Context(), w.people[4], w.Estate.ID, "搬家了"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Resign(t.Context(), w.people[3], w.Estate.ID, "搬家了"); err != nil {
		t.Fatal(err)
	}
	if list := w.overview().Filings; len(list) != 2 || list[0].Kind != committee.Change {
		t.Errorf("two changes at once are %d filings", len(list)-1)
	}
}

// TestTwentyReviews: one answer of an office counts.
func TestTwentyReviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	id := w.overview().Filings[0].ID
	if _, err := w.SubmitFiling(t.Context(), w.people[0], id, "", []int64{1}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var first atomic.Int64
	for i := range 20 {
		wg.Go(func() {
			_, err := w.ReviewFiling(t.Context(), w.township, id, i%2 == 0, "匀备1", "缺材料")
			if err == nil {
				first.Add(1)
			} else if !errors.Is(err, committee.ErrState) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if first.Load() != 1 {
		t.Errorf("%d answers counted", first.Load())
	}
}

// TestAnOwnersProposal: to the committee, passed to the company with a term, answered, read by the owner; nobody is told
// who proposed it.
func TestAnOwnersProposal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Propose(t.Context(), w.owner, w.Estate.ID, "加装充电桩", "希望在北门加装电动车充电桩"); !errors.Is(err, committee.ErrNoTerm) {
		t.Errorf("without a committee: %v", err)
	}
	w.seat()
	tenant := w.Resident(1, org.RoleTenant)
	if _, err := w.Propose(t.Context(), tenant, w.Estate.ID, "加装充电桩", "希望在北门加装电动车充电桩"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a tenant proposes: %v", err)
	}
	id, err := w.Propose(t.Context(), w.owner, w.Estate.ID, "加装充电桩", "希望在北门加装电动车充电桩")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.FindProposal(t.Context(), w.company, id); !errors.Is(err, committee.ErrNotFound) {
		t.Errorf("the company reads what was not passed to it: %v", err)
	}
	if _, err := w.Answer(t.Context(), w.company, id, "下个月动工安装"); !errors.Is(err, committee.ErrNotFound) {
		t.Errorf("the company answers what was not passed to it: %v", err)
	}
	due := w.DB.Now().Add(10 * 24 * time.Hour)
	if _, err := w.PassOn(t.Context(), w.people[1], id, "请尽快", due); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reply(t.Context(), w.people[1], id, true, "已经转给物业了"); !errors.Is(err, committee.ErrState) {
		t.Errorf("closed while the company is asked: %v", err)
	}
	w.clock.Advance(9*24*time.Hour + time.Minute)
	w.tick()
	w.clock.Advance(24 * time.Hour)
	w.tick()
	if w.told("soon") < 1 || w.told("answer_late") != 1 {
		t.Errorf("told soon %d, late %d", w.told("soon"), w.told("answer_late"))
	}
	if _, err := w.Answer(t.Context(), w.company, id, "下个月动工安装"); err != nil {
		t.Fatal(err)
	}
	v, err := w.FindMyProposal(t.Context(), w.owner, id)
	if err != nil || v.State != "answered" || v.Proposal.Answer != "下个月动工安装" {
		t.Errorf("the owner reads %+v, %v", v, err)
	}
	if _, err := w.FindMyProposal(t.Context(), w.Resident(2, org.RoleOwner), id); !errors.Is(err, committee.ErrNotFound) {
		t.Errorf("a neighbour reads it as theirs: %v", err)
	}
	if _, err := w.Reply(t.Context(), w.people[1], id, true, "物业已经答复，我们会跟进"); err != nil {
		t.Fatal(err)
	}
	err = w.DB.InTx(t.Context(), func(tx *store.Tx) error { return w.Erase(tx, w.owner.PersonID) })
	if err != nil {
		t.Fatal(err)
	}
	if v, err := w.FindProposal(t.Context(), w.community, id); err != nil || v.PersonID != 0 || v.UnitID != 0 || v.Text != "（已删除）" {
		t.Errorf("erased %+v, %v", v, err)
	}
}

// TestASealIsUsedByDecision: asked under a decision, approved by another, used by its keeper with a picture.
func TestASealIsUsedByDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	keeper := w.overview().Members[2].ID
	seal, err := w.RegisterSeal(t.Context(), w.people[0], w.Estate.ID, "committee", "测试小区业主委员会", keeper, nil)
	if err != nil {
		t.Fatal(err)
	}
	id, items := w.open()
	in := committee.Sealing{Purpose: "发函", Paper: "致物业公司的函", Copies: 2}
	if _, err := w.AskSeal(t.Context(), w.people[1], seal, in); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("without a decision: %v", err)
	}
	in.ItemID = items[0]
	if _, err := w.AskSeal(t.Context(), w.people[1], seal, in); !errors.Is(err, committee.ErrNotFound) {
		t.Errorf("under what is not decided: %v", err)
	}
	w.vote(id, items[0], "yes", "yes", "yes", "yes", "yes")
	if _, err := w.Close(t.Context(), w.people[0], id); err != nil {
		t.Fatal(err)
	}
	use, err := w.AskSeal(t.Context(), w.people[1], seal, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.ApproveSeal(t.Context(), w.people[1], use, true, ""); !errors.Is(err, committee.ErrSamePerson) {
		t.Errorf("approves their own: %v", err)
	}
	if _, err := w.UseSeal(t.Context(), w.people[2], use, []int64{1}); !errors.Is(err, committee.ErrState) {
		t.Errorf("used before it is approved: %v", err)
	}
	if _, err := w.ApproveSeal(t.Context(), w.people[0], use, true, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.UseSeal(t.Context(), w.people[1], use, []int64{1}); !errors.Is(err, committee.ErrKeeper) {
		t.Errorf("used by somebody else: %v", err)
	}
	if _, err := w.UseSeal(t.Context(), w.people[2], use, nil); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("used without a picture: %v", err)
	}
	for _, want := range []error{nil, committee.ErrState} {
		if _, err := w.UseSeal(t.Context(), w.people[2], use, []int64{1}); !errors.Is(err, want) {
			t.Errorf("used: %v, want %v", err, want)
		}
	}
	list, err := w.ListSealUses(t.Context(), w.township, w.Estate.ID, 0, 10)
	if err != nil || len(list) != 1 || list[0].Resolution == "" || list[0].Asked != "委员2" || list[0].Approved != "委员1" {
		t.Errorf("the register says %+v, %v", list, err)
	}
	if _, err := w.KeepSeal(t.Context(), w.people[0], seal, 0, "lost", "搬家时遗失，已登报"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.AskSeal(t.Context(), w.people[1], seal, in); !errors.Is(err, committee.ErrState) {
		t.Errorf("a lost seal is used: %v", err)
	}
}

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
