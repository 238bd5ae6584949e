package committee_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

func (w *world) done(id int64, err error) int64 {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// chairGone has the chair leave and gives the audit.
func (w *world) chairGone() int64 {
	w.t.Helper()
	v, err := w.Overview(w.t.Context(), w.township, w.Estate.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	w.done(w.Dismiss(w.t.Context(), w.township, w.Estate.ID, []int64{v.Members[0].ID}, committee.Leaving{Cause: committee.Resigned, Text: "本人辞职", FileIDs: []int64{1}}))
	if v, err = w.Overview(w.t.Context(), w.township, w.Estate.ID); err != nil || v.Frozen == nil {
		w.t.Fatalf("the chair's leaving starts no audit: %v", err)
	}
	return v.Frozen.ID
}

func (w *world) publishAudit(id int64) {
	w.t.Helper()
	ctx := w.t.Context()
	w.done(w.OrderAudit(ctx, w.township, id, "某会计师事务所", "任期内的财务收支", w.clock.Now().AddDate(0, 1, 0)))
	w.done(w.ReportAudit(ctx, w.township, id, "收支基本清楚，有一处问题需要整改", []int64{1}))
	w.done(w.PublishAudit(ctx, w.township, id))
}

// While the audit of a chair who left runs, the books stand, seals are used only with the township's consent, and what the local rule names
// is not decided; with the result published all that ends.
func TestADepartureFreezes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	ctx := t.Context()
	v, err := w.Overview(ctx, w.township, w.Estate.ID)
	if err != nil {
		t.Fatal(err)
	}
	keeper := w.people[1]
	seal := w.done(w.RegisterSeal(ctx, keeper, w.Estate.ID, "committee", "业委会印章", v.Members[1].ID, []int64{1}))
	use := func() int64 {
		id := w.done(w.AskSeal(ctx, keeper, seal, committee.Sealing{Resolution: "业主大会2号决定", Purpose: "签合同", Paper: "物业合同", Copies: 2}))
		return w.done(w.ApproveSeal(ctx, w.people[2], id, true, ""))
	}
	before := use()
	if _, err := w.LetSeal(ctx, w.township, before, "急用"); !errors.Is(err, committee.ErrState) {
		t.Errorf("consent where none is needed: %v", err)
	}
	w.done(w.UseSeal(ctx, keeper, before, []int64{1}))
	audit := w.chairGone()
	if w.purse.frozen != 1 {
		t.Errorf("the books were frozen %d times", w.purse.frozen)
	}
	held := use()
	if _, err := w.UseSeal(ctx, keeper, held, []int64{1}); !errors.Is(err, committee.ErrFrozen) {
		t.Errorf("a seal used during the audit: %v", err)
	}
	if _, err := w.LetSeal(ctx, w.community, held, "急用"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the community consents: %v", err)
	}
	w.done(w.LetSeal(ctx, w.township, held, "电梯停运，急需签维修合同"))
	w.done(w.UseSeal(ctx, keeper, held, []int64{1}))

	call := func() error {
		_, err := w.Call(ctx, keeper, w.agenda())
		return err
	}
	if err := call(); !errors.Is(err, rulepack.ErrUnset) || !strings.Contains(err.Error(), "业委会不能决定的事项") || !strings.Contains(err.Error(), "住建局") {
		t.Errorf("decided while nobody has said what is forbidden: %v", err)
	}
	rule := &org.LocalValue{Name: "committee.frozen_matters", Value: "supervise；offices", Article: "某规定第28条", EffectiveOn: org.DayOf(w.clock.Now()), State: "confirmed", EnteredAt: w.clock.Now()}
	if err := w.DB.InTx(ctx, func(tx *store.Tx) error { return tx.Create(rule).Error }); err != nil {
		t.Fatal(err)
	}
	if err := call(); err == nil || !strings.Contains(err.Error(), "结果公示以后才能决定") {
		t.Errorf("decided what the rule forbids: %v", err)
	}
	third := use()
	w.publishAudit(audit)
	w.done(w.UseSeal(ctx, keeper, third, []int64{1}))
	if err := call(); err != nil {
		t.Errorf("after the result: %v", err)
	}
}

// What an audit found is owed until the township has seen it put right, and residents follow it.
func TestFindingsAreFollowedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	ctx := t.Context()
	yearly := w.done(w.OpenYearly(ctx, w.township, w.Estate.ID, calendar.Date{Year: 2025, Month: 1, Day: 1}, calendar.Date{Year: 2025, Month: 12, Day: 31}))
	if again := w.done(w.OpenYearly(ctx, w.township, w.Estate.ID, calendar.Date{Year: 2025, Month: 1, Day: 1}, calendar.Date{Year: 2025, Month: 12, Day: 31})); again != yearly {
		t.Error("the same year is audited twice")
	}
	due := w.clock.Now().AddDate(0, 0, 10)
	if _, err := w.AddFinding(ctx, w.township, yearly, "广告收入少记一笔", "company", due); !errors.Is(err, committee.ErrState) {
		t.Errorf("a finding without a report: %v", err)
	}
	w.publishAudit(yearly)
	if len(w.board.owed) != 1 || w.board.posted[len(w.board.posted)-1].Ref != w.board.owed[0] {
		t.Errorf("owed %v, posted %+v", w.board.owed, w.board.posted)
	}
	f := w.done(w.AddFinding(ctx, w.township, yearly, "广告收入少记一笔", "company", due))
	if v, err := w.Overview(ctx, w.township, w.Estate.ID); err != nil || v.Frozen != nil || w.purse.frozen != 0 {
		t.Errorf("a yearly audit freezes: %+v, %v", v.Frozen, err)
	}
	if _, err := w.AnswerFinding(ctx, w.people[0], f, "已经补记入账", nil); !errors.Is(err, committee.ErrNotFound) {
		t.Errorf("answered by whom it is not owed: %v", err)
	}
	if _, err := w.JudgeFinding(ctx, w.township, f, true, "已核实"); !errors.Is(err, committee.ErrState) {
		t.Errorf("put right without an answer: %v", err)
	}
	w.done(w.AnswerFinding(ctx, w.company, f, "已经补记第12笔", []int64{1}))
	w.done(w.JudgeFinding(ctx, w.township, f, false, "金额还差100元"))
	w.clock.Advance(12 * 24 * time.Hour)
	v, err := w.Follow(ctx, w.owner, w.Estate.ID)
	if err != nil || len(v.Findings) != 1 || v.Findings[0].State != "open" || v.Findings[0].Verdict == "" {
		t.Fatalf("what residents see: %+v, %v", v, err)
	}
	if r := v.Rounds[f]; len(r) != 2 || r[0].Text != "已经补记第12笔" || r[1].What != "sent_back" {
		t.Errorf("what was said: %+v", r)
	}
	owed := func() (n int) {
		v, err := w.Overview(ctx, w.township, w.Estate.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range v.Duties {
			if d.Kind == committee.OweFinding {
				n++
			}
		}
		return n
	}
	if owed() != 1 {
		t.Errorf("%d owed", owed())
	}
	w.done(w.AnswerFinding(ctx, w.company, f, "补记100元，见第13笔", nil))
	w.done(w.JudgeFinding(ctx, w.township, f, true, "已核实"))
	if owed() != 0 {
		t.Error("owed after it is put right")
	}
}

// Pay is by the owners' decision, recorded by another member, once for each day, booked, and seen by every resident.
func TestAllowancesAreDisclosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	ctx := t.Context()
	v, err := w.Overview(ctx, w.township, w.Estate.ID)
	if err != nil {
		t.Fatal(err)
	}
	january := func(member int) committee.NewAllowance {
		return committee.NewAllowance{MemberID: v.Members[member].ID, From: calendar.Date{Year: 2026, Month: 1, Day: 1}, To: calendar.Date{Year: 2026, Month: 1, Day: 31}, Paid: calendar.Date{Year: 2026, Month: 2, Day: 5}, Amount: 30_000, Basis: "业主大会2025年第1号决定", FileIDs: []int64{1}}
	}
	if _, err := w.PayAllowance(ctx, w.people[1], january(1)); !errors.Is(err, committee.ErrSamePerson) {
		t.Errorf("a member records their own: %v", err)
	}
	bare := january(1)
	bare.Basis = ""
	if _, err := w.PayAllowance(ctx, w.people[0], bare); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("pay without a decision: %v", err)
	}
	w.done(w.PayAllowance(ctx, w.people[0], january(1)))
	twice := january(1)
	twice.From = calendar.Date{Year: 2026, Month: 1, Day: 31}
	if _, err := w.PayAllowance(ctx, w.people[2], twice); !errors.Is(err, committee.ErrState) {
		t.Errorf("a day paid twice: %v", err)
	}
	if len(w.purse.spent) != 1 || w.purse.spent[0].Amount != 30_000 || strings.Contains(w.purse.spent[0].Text, "委员2") {
		t.Errorf("booked %+v", w.purse.spent)
	}
	seen, err := w.Follow(ctx, w.owner, w.Estate.ID)
	if err != nil || len(seen.Allowances) != 1 || seen.Allowances[0].LineID != 1 {
		t.Errorf("residents see %+v, %v", seen.Allowances, err)
	}
}

// Where a rule says how often, the third party's audit of the year that is over opens by itself, once, from the day on which the term began;
// without a rule none does.
func TestAYearlyAuditOpensByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat() // 2026-03-02
	yearly := func() (list []committee.Audit) {
		t.Helper()
		w.tick()
		if err := w.DB.View(t.Context(), func(tx *store.Tx) error {
			return tx.Where("estate_id = ? AND cause = ?", w.Estate.ID, committee.Yearly).Order("id").Find(&list).Error
		}); err != nil {
			t.Fatal(err)
		}
		return list
	}
	to := func(day string) {
		at, err := time.Parse(time.RFC3339, day+"T04:00:00Z")
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(at.Sub(w.clock.Now()))
	}
	to("2027-01-05")
	if len(yearly()) != 0 {
		t.Error("nobody has said how often")
	}
	rule := &org.LocalValue{Name: "committee.audit_years", Value: "1", Article: "某规定第9条", EffectiveOn: org.DayOf(w.clock.Now()), State: "confirmed", EnteredAt: w.clock.Now()}
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error { return tx.Create(rule).Error }); err != nil {
		t.Fatal(err)
	}
	yearly()
	if list := yearly(); len(list) != 1 || list[0].State != "due" || list[0].FromOn.Format("2006-01-02") != "2026-03-02" || list[0].ToOn.Format("2006-01-02") != "2026-12-31" {
		t.Errorf("%+v", list)
	}
	to("2028-01-05")
	if list := yearly(); len(list) != 2 || list[1].FromOn.Format("2006-01-02") != "2027-01-01" {
		t.Errorf("%+v", list)
	}
}
