package fund_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// revoke is a court's judgment.
func (w *street) revoke(meeting int64) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Meeting{}).Where("id = ?", meeting).Update("revoked_at", tx.Now).Error
	})
	if err := w.DecisionRevoked(w.t.Context(), meeting); err != nil {
		w.t.Fatal(err)
	}
}

// ahead pays an advance of six hundred yuan of a contract.
func (w *street) ahead(id int64) {
	w.t.Helper()
	w.clock.Advance(8 * days)
	w.must(w.AskPayment(w.t.Context(), w.chair, id, fund.AdvancePayment, "600"))
	w.must(w.DecidePayment(w.t.Context(), w.member, w.view(id).Payments[0].ID, true, "流水1", ""))
}

// TestANewDecisionDividesAnew: a decision that falls after the cost was divided gives way to another; the old division is kept with the reason, the
// new one is over the new roll, posted anew and objected to anew.
func TestANewDecisionDividesAnew(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(100_000, 100_000, 100_000)
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.finished(w.chair, id)
	w.must(w.PostFinal(ctx, w.chair, id))
	first := w.view(id)
	w.clock.Advance(8 * days)
	w.areas(300_000) // the new roll has other areas
	other := w.meet(event.Scope{}, "use_fund", tally.Pass)
	_, err := w.ResolveProject(ctx, w.chair, id, other, 1)
	w.refused("another decision while the first stands", err, fund.ErrStep)
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	w.revoke(first.MeetingID)
	_, err = w.DecidePayment(ctx, w.member, w.view(id).Payments[0].ID, true, "", "")
	w.gate("a payment on a decision that fell", err, "resolution")
	_, err = w.ResolveProject(ctx, w.chair, id, other, 1)
	if f := fault.Of(err); f.Code != fund.ErrStep.Code || !strings.Contains(f.Message, "确认或退回") {
		t.Errorf("with a payment asked for: %v", err)
	}
	w.must(w.DecidePayment(ctx, w.member, w.view(id).Payments[0].ID, false, "", "决定被撤销"))
	w.must(w.ResolveProject(ctx, w.chair, id, other, 1))
	v := w.view(id)
	if v.State != fund.ProjectSettled || v.FinalNotice != 0 || v.MeetingID != other {
		t.Fatalf("%s %d", v.State, v.FinalNotice)
	}
	shares, err := w.ListShares(ctx, w.chair, id, 0, 10)
	if err != nil || len(shares) != 3 || shares[0].Amount != 480_00 || shares[1].Amount != 160_00 {
		t.Errorf("%v %+v", err, shares)
	}
	old, err := w.ListDivisions(ctx, w.chair, id)
	if err != nil || len(old) != 1 || old[0].Total != 800_00 || old[0].Notice != first.FinalNumber || old[0].Resolution != first.Resolution || !strings.Contains(old[0].Reason, "被法院撤销") {
		t.Fatalf("%v %+v", err, old)
	}
	if why := w.wall.taken[first.FinalNotice]; !strings.Contains(why, "被法院撤销") {
		t.Errorf("the old accounts stand: %q", why)
	}
	rows, err := w.ListOldShares(ctx, w.chair, old[0].ID, 0, 10)
	var sum money.Fen
	for _, x := range rows {
		sum += x.Amount
	}
	if err != nil || len(rows) != 3 || sum != 800_00 || rows[0].Amount > 26667 {
		t.Errorf("%v %+v", err, rows)
	}
	_, err = w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	w.gate("the rest before the new posting", err, "final_posting")
	w.must(w.PostFinal(ctx, w.chair, id))
	w.must(w.ObjectProject(ctx, w.owner, id, "final", "对新的分摊有异议"))
	w.must(w.AnswerObjection(ctx, w.chair, id, w.view(id).Objections[0].ID, "按新名册的面积分摊"))
	w.clock.Advance(8 * days)
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	w.must(w.DecidePayment(ctx, w.member, w.view(id).Payments[1].ID, true, "流水", ""))
	if got := w.stands(ledger.FundUnit, w.Units[0].ID); got != -520_00 {
		t.Errorf("%s left of a thousand", -got)
	}
	_, err = w.ResolveProject(ctx, w.chair, id, other, 1)
	w.refused("a decision after the last payment", err, fund.ErrStep)
}

// TestCancelledUnderContract: another office has to agree; what was paid ahead stays owed by the contractor until it comes back or is used up by
// final accounts behind their own posting.
func TestCancelledUnderContract(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.ahead(id)
	_, err := w.RecordReturn(ctx, w.chair, id, "1", "R0")
	w.refused("money back of a project that runs", err, fund.ErrStep)
	w.must(w.CancelProject(ctx, w.chair, id, "承包单位停工"))
	_, err = w.CancelProject(ctx, w.chair, id, "承包单位停工")
	w.refused("asked twice", err, fund.ErrCancelAsked)
	_, err = w.DecideCancel(ctx, w.township, id, true, "情况属实")
	w.refused("the township, of what the bureau filed", err, fund.ErrNotInCharge)
	w.must(w.DecideCancel(ctx, w.bureau, id, true, "情况属实"))
	_, err = w.DecideCancel(ctx, w.bureau, id, true, "情况属实")
	w.refused("decided twice", err, fund.ErrNoCancel)
	if v := w.view(id); v.State != fund.ProjectClosing || v.Outstanding != 600_00 || w.stands(ledger.FundAdvance, 0) != 600_00 {
		t.Fatalf("%s, %s owed back", v.State, v.Outstanding)
	}
	_, err = w.CancelProject(ctx, w.chair, id, "没有别的事了")
	if f := fault.Of(err); f.Code != fund.ErrOutstanding.Code || !strings.Contains(f.Message, "600.00") {
		t.Errorf("over with money outside: %v", err)
	}
	_, err = w.RecordReturn(ctx, w.bureau, id, "400", "R1")
	w.refused("who does not keep the account", err, fund.ErrNotKeeper)
	w.must(w.RecordReturn(ctx, w.chair, id, "400", "R1"))
	_, err = w.RecordReturn(ctx, w.member, id, "1", "R1")
	w.refused("the same slip", err, fund.ErrReturned)
	_, err = w.RecordReturn(ctx, w.member, id, "200.01", "R2")
	w.refused("more than is owed", err, fault.ErrInvalid)
	used := w.settlement()
	used.Items = []fund.NewItem{{Name: "已铲除旧防水层", Measure: "项", Quantity: "1", Price: "150"}}
	w.must(w.Settle(ctx, w.chair, id, used))
	_, err = w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	w.gate("before its own posting", err, "final_posting")
	w.must(w.PostFinal(ctx, w.chair, id))
	w.clock.Advance(8 * days)
	_, err = w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	if f := fault.Of(err); f.Code != fund.ErrOutstanding.Code || !strings.Contains(f.Message, "50.00元") {
		t.Errorf("with more outside than was used up: %v", err)
	}
	w.must(w.RecordReturn(ctx, w.member, id, "50", "R2"))
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	v := w.view(id)
	w.must(w.DecidePayment(ctx, w.member, v.Payments[1].ID, true, "", ""))
	if w.stands(ledger.FundAdvance, 0) != 0 || w.stands(ledger.FundBank, 0) != 3_000_00-150_00 || w.view(id).State != fund.ProjectPaid || !strings.Contains(w.wall.posted[len(w.wall.posted)-1].Body, "项目已取消：承包单位停工") {
		t.Errorf("%s ahead, %s at the bank", w.stands(ledger.FundAdvance, 0), w.stands(ledger.FundBank, 0))
	}
}

// TestNothingDoneIsOverAtOnce: with nothing paid ahead and nothing done there is nothing to wind up.
func TestNothingDoneIsOverAtOnce(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.must(w.CancelProject(ctx, w.chair, id, "业主不想修了"))
	_, err := w.WithdrawCancel(ctx, w.company, id)
	w.refused("another organisation", err, fund.ErrNotInCharge)
	w.must(w.WithdrawCancel(ctx, w.chair, id))
	_, err = w.DecideCancel(ctx, w.clerk, id, true, "同意取消")
	w.refused("a request that was taken back", err, fund.ErrNoCancel)
	w.must(w.CancelProject(ctx, w.chair, id, "业主不想修了"))
	w.told("duty.fund_cancel", 2)
	w.must(w.DecideCancel(ctx, w.clerk, id, false, "请再商量"))
	if v := w.view(id); v.State != fund.ProjectUnder || v.Cancelling != "" {
		t.Errorf("%s %s", v.State, v.Cancelling)
	}
	w.must(w.CancelProject(ctx, w.chair, id, "业主不想修了"))
	w.must(w.DecideCancel(ctx, w.bureau, id, true, "同意业主的意见"))
	v := w.view(id)
	if last := w.wall.posted[len(w.wall.posted)-1]; v.State != fund.ProjectCancelled || !strings.Contains(last.Body, "已取消") || !strings.Contains(last.Body, "业主不想修了") || !strings.HasPrefix(last.Ref, fmt.Sprintf("project:%d:cancelled:", id)) {
		t.Errorf("%s, posted %+v", v.State, last)
	}
	if why := w.wall.taken[v.ProposalNotice]; why != "项目已取消：业主不想修了" {
		t.Errorf("the proposal stands: %q", why)
	}
}

// TestPaidOnADecisionThatFell: the township gets the work with what was paid on which decision; nothing moves back until it names by which
// decision, and the money has come; then every account is as before, what units had made up is theirs.
func TestPaidOnADecisionThatFell(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(100_000, 100_000, 100_000)
	w.deposit(1_000_00, 100_00, 1_000_00)
	id := w.paidOut()
	unit := w.Units[1].ID
	w.slip("S1", 1, 100_00, false)
	v := w.view(id)
	w.revoke(v.MeetingID)
	if err := w.DecisionRevoked(ctx, v.MeetingID); err != nil { // told twice
		t.Fatal(err)
	}
	w.told("duty.fund_revoked", 1)
	list, err := w.ListRevocations(ctx, w.township, "", 0, 10)
	if err != nil || len(list) != 1 || list[0].Paid != 800_00 || list[0].Resolution != v.Resolution || list[0].Project.Number != v.Number {
		t.Fatalf("%v %+v", err, list)
	}
	work := list[0].ID
	_, err = w.ReverseRevoked(ctx, w.chair, work, "800", "R1")
	w.refused("a reversal that nobody decided", err, fund.ErrStep)
	_, err = w.DisposeRevocation(ctx, w.township, work, true, "", "按判决退款")
	w.refused("a reversal without a named decision", err, fault.ErrInvalid)
	_, err = w.DisposeRevocation(ctx, w.bureau, work, false, "", "不用退款")
	w.refused("the bureau", err, fund.ErrNotInCharge)
	w.must(w.DisposeRevocation(ctx, w.township, work, true, "（2026）黔27民终1号", "按判决退款"))
	_, err = w.ReverseRevoked(ctx, w.member, work, "800", "R1")
	w.refused("whoever paid it", err, fund.ErrOtherPerson)
	_, err = w.ReverseRevoked(ctx, w.chair, work, "800.01", "R1")
	w.refused("more than was paid", err, fault.ErrInvalid)
	w.must(w.ReverseRevoked(ctx, w.chair, work, "300", "R1"))
	if w.stands(ledger.FundBank, 0) != 1_700_00 || w.stands(ledger.FundOwedBack, 0) != 500_00 || w.stands(ledger.FundUnit, unit) != -200_00 {
		t.Errorf("%s at the bank, %s owed back", w.stands(ledger.FundBank, 0), w.stands(ledger.FundOwedBack, 0))
	}
	_, err = w.ReverseRevoked(ctx, w.chair, work, "500", "R1")
	w.refused("the same slip", err, fund.ErrReturned)
	if _, err := fund.VerifyProjects(ctx, w.DB); err != nil {
		t.Error(err)
	}
	w.must(w.ReverseRevoked(ctx, w.chair, work, "500", "R2"))
	_, err = w.ReverseRevoked(ctx, w.chair, work, "1", "R3")
	w.refused("after the last of it", err, fund.ErrStep)
	if w.stands(ledger.FundBank, 0) != 2_200_00 || w.stands(ledger.FundAdvance, 0) != 0 || w.stands(ledger.FundReceivable, unit) != 0 || w.stands(ledger.FundUnit, unit) != -200_00 || w.view(id).State != fund.ProjectCancelled {
		t.Errorf("%s at the bank, %s ahead, %s owed, %s on the sub-account", w.stands(ledger.FundBank, 0), w.stands(ledger.FundAdvance, 0), w.stands(ledger.FundReceivable, unit), w.stands(ledger.FundUnit, unit))
	}
}

// TestCancellingSkipsNoAcceptance: of a project that was cancelled nothing is paid beyond what was paid ahead before an owner has found right what
// there is of it.
func TestCancellingSkipsNoAcceptance(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	in := w.proposal()
	in.Kind, in.Basis = fund.EmergencyUse, "屋面渗漏"
	id := w.quoted(w.chair, in)
	w.must(w.AddPapers(ctx, w.chair, id, "鉴定报告", []int64{1}))
	w.must(w.ConfirmProject(ctx, w.township, id, "现场查看属实"))
	w.must(w.Contract(ctx, w.chair, id, fund.Contracting{Number: "HT-1", Supplier: "甲防水公司", Amount: "900", FileIDs: []int64{1}}))
	w.must(w.AskPayment(ctx, w.chair, id, fund.AdvancePayment, "600"))
	w.must(w.DecidePayment(ctx, w.member, w.view(id).Payments[0].ID, true, "流水1", ""))
	w.must(w.CancelProject(ctx, w.chair, id, "承包单位停工"))
	w.must(w.DecideCancel(ctx, w.township, id, true, "情况属实"))
	w.must(w.Settle(ctx, w.chair, id, w.settlement()))
	_, err := w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	w.gate("nobody looked", err, "settled")
	w.must(w.LookAt(ctx, w.company, id, true, "", nil))
	_, err = w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	w.gate("only an office looked", err, "settled")
	w.must(w.LookAt(ctx, w.neighbour, id, true, "只做了一半，做好的合格", nil))
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	if v := w.view(id); v.Payments[1].Amount != 200_00 {
		t.Errorf("%s", v.Payments[1].Amount)
	}
}

// told counts what was put out of a kind for the estate.
func (w *street) told(kind string, want int64) {
	w.t.Helper()
	var n int64
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("kind = ? AND estate_id = ?", kind, w.Estate.ID).Count(&n).Error
	})
	if n != want {
		w.t.Errorf("%s was put out %d times, want %d", kind, n, want)
	}
}
