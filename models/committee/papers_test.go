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
