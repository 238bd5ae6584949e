package fund_test

import (
	"testing"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
)

// TestOnlyWhatWasPaidOnIt: an advance that was paid on another decision is not reversed with the last payment; it stays to be cleared.
func TestOnlyWhatWasPaidOnIt(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.ahead(id)
	first := w.view(id).MeetingID
	w.revoke(first)
	w.naming = w.view(id).Number
	w.must(w.ResolveProject(ctx, w.chair, id, w.meet(event.Scope{}, "use_fund", tally.Pass), 1))
	w.finished(w.chair, id)
	w.must(w.PostFinal(ctx, w.chair, id))
	w.clock.Advance(8 * days)
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	w.must(w.DecidePayment(ctx, w.member, w.view(id).Payments[1].ID, true, "流水2", ""))
	w.revoke(w.view(id).MeetingID)
	list, err := w.ListRevocations(ctx, w.township, "", 0, 10)
	if err != nil || len(list) != 2 {
		t.Fatalf("%v %+v", err, list)
	}
	for _, r := range list {
		w.must(w.DisposeRevocation(ctx, w.township, r.ID, true, "（2026）黔27民终1号", "按判决退款"))
	}
	_, err = w.ReverseRevoked(ctx, w.chair, list[0].ID, "600", "R1")
	w.refused("an advance that the last payment used up", err, fund.ErrStep)
	w.must(w.ReverseRevoked(ctx, w.chair, list[1].ID, "200", "R2"))
	if v := w.view(id); v.State != fund.ProjectClosing || v.Outstanding != 600_00 || w.stands(ledger.FundBank, 0) != 2_400_00 || w.stands(ledger.FundAdvance, 0) != 600_00 {
		t.Errorf("%s, %s outstanding, %s at the bank", v.State, v.Outstanding, w.stands(ledger.FundBank, 0))
	}
	w.must(w.ReverseRevoked(ctx, w.chair, list[0].ID, "600", "R1"))
	w.must(w.CancelProject(ctx, w.chair, id, "没有别的事了"))
	if w.stands(ledger.FundBank, 0) != 3_000_00 || w.stands(ledger.FundAdvance, 0) != 0 || w.stands(ledger.FundOwedBack, 0) != 0 {
		t.Errorf("%s at the bank", w.stands(ledger.FundBank, 0))
	}
	if _, err := fund.VerifyProjects(ctx, w.DB); err != nil {
		t.Error(err)
	}
}
