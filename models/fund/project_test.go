package fund_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

const days = 24 * time.Hour

// quoted proposes as somebody and chooses the first of three quotations.
func (w *street) quoted(by org.Actor, in fund.Proposing) int64 {
	w.t.Helper()
	id := w.must(w.ProposeProject(w.t.Context(), by, in))
	for i, price := range []string{"900.00", "950.00", "980"} {
		w.must(w.AddQuote(w.t.Context(), by, id, []string{"甲防水公司", "乙防水公司", "丙防水公司"}[i], price, "", []int64{1}))
	}
	w.must(w.ChooseQuote(w.t.Context(), by, id, w.view(id).Quotes[0].ID, ""))
	return id
}

func (w *street) view(id int64) *fund.ProjectView {
	w.t.Helper()
	v, err := w.FindProject(w.t.Context(), w.bureau, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// contracted brings a project from its draft to a signed contract.
func (w *street) contracted(by org.Actor, id int64) {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.PostProject(ctx, by, id))
	w.must(w.ResolveProject(ctx, by, id, w.meet(event.Scope{}, "use_fund", tally.Pass), 1))
	w.must(w.OpineProject(ctx, w.township, id, true, "情况属实"))
	w.must(w.FileProject(ctx, w.bureau, id, true, "备2026-1", ""))
	w.must(w.Contract(ctx, by, id, fund.Contracting{Number: "HT-1", Supplier: "甲防水公司", Amount: "900", FileIDs: []int64{1}}))
}

// finished brings a contract to final accounts of eight hundred yuan.
func (w *street) finished(by org.Actor, id int64) {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.Work(ctx, by, id, "铲除旧防水层", []int64{1}))
	w.must(w.LookAt(ctx, w.owner, id, true, "不漏了", nil))
	w.must(w.Accept(ctx, by, id, "验收合格"))
	w.must(w.Settle(ctx, by, id, w.settlement()))
}

func (w *street) settlement() fund.Settlement {
	return fund.Settlement{Items: []fund.NewItem{{Name: "防水层", Measure: "㎡", Quantity: "12.5", Price: "64"}}, Invoices: "发票25221", FileIDs: []int64{1}}
}

// gate gives what a closed gate says.
func (w *street) gate(what string, err error, key string) {
	w.t.Helper()
	f := fault.Of(err)
	if f == nil || f.Code != fund.ErrGate.Code || len(f.Fields) != 1 || f.Fields[0].Path != key || !strings.Contains(f.Message, "请") && !strings.Contains(f.Message, "再申请") {
		w.t.Errorf("%s: %v %v, want the gate %s", what, err, f.Fields, key)
	}
}

// TestFromProposalToPayment is the way of one repair of the assembly's fund: each payment waits for its gates, each refusal names the gate, and
// in the end every fen has left the right sub-account.
func TestFromProposalToPayment(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(88_500, 90_250, 120_000)
	w.deposit(1_000_00, 100_00, 1_000_00) // the second is short
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.areas(200_000) // the register changes; what was decided is what pays

	_, err := w.AskPayment(ctx, w.chair, id, fund.AdvancePayment, "600")
	w.gate("an advance while the proposal is posted", err, "proposal_posting")
	w.must(w.ObjectProject(ctx, w.neighbour, id, "proposal", "报价偏高，建议重新比价"))
	w.clock.Advance(8 * days)
	_, err = w.ObjectProject(ctx, w.owner, id, "proposal", "过了公示期才提的异议")
	w.refused("an objection after the posting", err, fund.ErrPostingOver)
	_, err = w.AskPayment(ctx, w.chair, id, fund.AdvancePayment, "600")
	w.gate("an advance with an objection open", err, "proposal_objections")
	w.must(w.AnswerObjection(ctx, w.chair, id, w.view(id).Objections[0].ID, "三家报价已附，选的是最低价"))
	_, err = w.AskPayment(ctx, w.chair, id, fund.AdvancePayment, "630.01")
	w.refused("an advance above its rate", err, fund.ErrTooMuch)
	advance := w.must(w.AskPayment(ctx, w.chair, id, fund.AdvancePayment, "630"))
	_ = advance
	pay := w.view(id).Payments[0].ID
	_, err = w.DecidePayment(ctx, w.chair, pay, true, "", "")
	w.refused("whoever asked", err, fund.ErrOtherPerson)
	_, err = w.DecidePayment(ctx, w.bureau, pay, true, "", "")
	w.refused("the bureau, of the assembly's own account", err, fund.ErrNotKeeper)
	w.must(w.DecidePayment(ctx, w.member, pay, true, "流水1", ""))
	if got := w.stands(ledger.FundAdvance, 0); got != 630_00 {
		t.Errorf("advance %s", got)
	}

	w.finished(w.chair, id)
	_, err = w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	w.gate("the rest before the posting", err, "final_posting")
	w.must(w.PostFinal(ctx, w.chair, id))
	w.must(w.ObjectProject(ctx, w.neighbour, id, "final", "面积好像不对，请核对"))
	w.clock.Advance(8 * days)
	_, err = w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	w.gate("the rest with an objection open", err, "final_objections")
	w.must(w.AnswerObjection(ctx, w.chair, id, w.view(id).Objections[1].ID, "与不动产登记一致"))
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	w.must(w.DecidePayment(ctx, w.member, w.view(id).Payments[1].ID, true, "流水2", ""))
	w.settledBooks(id)
}

// settledBooks holds 800 yuan over 298.75 ㎡ against shares reckoned by hand: 236.99, 241.67, 321.34.
func (w *street) settledBooks(id int64) {
	w.t.Helper()
	for i, want := range []struct{ unit, owed int64 }{{-76_301, 0}, {0, 14_167}, {-67_866, 0}} {
		if got := w.stands(ledger.FundUnit, w.Units[i].ID); int64(got) != want.unit {
			w.t.Errorf("unit %d stands at %s", i, got)
		}
		if got := w.stands(ledger.FundReceivable, w.Units[i].ID); int64(got) != want.owed {
			w.t.Errorf("unit %d owes %s", i, got)
		}
	}
	if bank, ahead := w.stands(ledger.FundBank, 0), w.stands(ledger.FundAdvance, 0); bank != 1_300_00 || ahead != 0 {
		w.t.Errorf("bank %s, ahead %s", bank, ahead)
	}
	v := w.view(id)
	if v.State != fund.ProjectPaid || len(v.Gates) == 0 {
		w.t.Errorf("state %s", v.State)
	}
	for _, g := range v.Gates {
		if !g.Open {
			w.t.Errorf("gate %s is closed: %s", g.Key, g.Why)
		}
	}
	own, err := w.OwnShares(w.t.Context(), w.neighbour, id)
	if err != nil || len(own) != 1 || own[0].Short != 141_67 || own[0].Project.Resolution == "" || own[0].Project.FinalNumber == "" {
		w.t.Fatalf("own share: %+v %v", own, err)
	}
	part, err := own[0].Part()
	if err != nil || !strings.Contains(part.Explain(), "800.00×90.25÷298.75") || !strings.HasSuffix(part.Explain(), "应承担241.67元。") {
		w.t.Errorf("%s %v", part.Explain(), err)
	}
	if !strings.Contains(w.wall.posted[1].Body, "1幢1单元201：241.67元") {
		w.t.Errorf("the posting does not show each property: %s", w.wall.posted[1].Body)
	}
}

// TestGatesShutAgain: a court that revokes the decision, and a notice taken down, shut the gates behind an application that was asked for in time.
func TestGatesShutAgain(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.clock.Advance(8 * days)
	w.must(w.AskPayment(ctx, w.chair, id, fund.AdvancePayment, "600"))
	pay := w.view(id).Payments[0].ID
	w.wall.down[1] = true
	_, err := w.DecidePayment(ctx, w.member, pay, true, "", "")
	w.gate("a notice taken down", err, "proposal_posting")
	w.wall.down[1] = false
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Meeting{}).Where("estate_id = ?", w.Estate.ID).Update("revoked_at", tx.Now).Error
	})
	_, err = w.DecidePayment(ctx, w.member, pay, true, "", "")
	w.gate("a decision that a court revoked", err, "resolution")
	if got := w.stands(ledger.FundBank, 0); got != 3_000_00 {
		t.Errorf("bank %s", got)
	}
	w.must(w.DecidePayment(ctx, w.member, pay, false, "", "法院撤销了决定"))
	if v := w.view(id); v.Payments[0].State != "refused" {
		t.Errorf("payment %s", v.Payments[0].State)
	}
}

// TestUnsetValuesShutTheirGate: what the city has not said is named, and shuts the payment that hangs on it and nothing else.
func TestUnsetValuesShutTheirGate(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	unset := func(kind fund.PaymentKind, key string) {
		t.Helper()
		_, err := w.AskPayment(ctx, w.chair, id, kind, "100")
		if f := fault.Of(err); f == nil || f.Code != rulepack.ErrUnset.Code || len(f.Fields) == 0 || f.Fields[0].Path != key {
			t.Errorf("%s: %v %v, want %s", kind, err, f.Fields, key)
		}
	}
	w.clock.Advance(60 * days)
	unset(fund.AdvancePayment, "fund.proposal_days")
	w.rules("fund.proposal_days", "7")
	unset(fund.AdvancePayment, "fund.advance_rate")
	w.finished(w.chair, id)
	w.must(w.PostFinal(ctx, w.chair, id))
	w.clock.Advance(60 * days)
	unset(fund.FinalPayment, "fund.final_days")
	w.rules("fund.final_days", "7")
	unset(fund.FinalPayment, "fund.review_over")
	w.rules("fund.review_over", "50000")
	_, err := w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	w.gate("800 yuan that nobody reviewed", err, "price_review")
	in := w.settlement()
	in.Reviewer, in.Reviewed = "某造价咨询公司", "799.99"
	_, err = w.Settle(ctx, w.chair, id, in)
	w.refused("accounts above what was reviewed", err, fault.ErrInvalid)
	in.Reviewed = "800"
	w.must(w.Settle(ctx, w.chair, id, in))
	_, err = w.AskPayment(ctx, w.chair, id, fund.FinalPayment, "")
	w.gate("accounts made again", err, "final_posting")
	w.must(w.PostFinal(ctx, w.chair, id))
	w.clock.Advance(8 * days)
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
}

// TestWhoProposes follows from who holds the account.
func TestWhoProposes(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByBureau), t.Context()
	in := w.proposal()
	for name, who := range map[string]org.Actor{"the committee, of the bureau's account": w.chair, "the community where there is a company": w.community, "the township": w.township, "the bureau": w.bureau} {
		_, err := w.ProposeProject(ctx, who, in)
		w.refused(name, err, fund.ErrNotProposer)
	}
	w.must(w.ProposeProject(ctx, w.company, in))
	for code := range fund.Exclusions {
		bad := w.proposal()
		bad.Declared[code] = true
		_, err := w.ProposeProject(ctx, w.company, bad)
		w.refused("excluded: "+string(code), err, fund.ErrExcluded)
		if f := fault.Of(err); f.Fields[0].Reason != "project.excluded."+string(code) {
			t.Errorf("%v", f.Fields)
		}
	}
	in.Scope = event.Scope{Units: []int64{w.Units[1].ID, w.Units[2].ID}}
	_, err := w.ProposeProject(ctx, w.owner, in)
	w.refused("an owner whom it does not affect", err, fund.ErrNotAffected)
	in.Items, in.Declared = nil, nil
	id := w.must(w.ProposeProject(ctx, w.neighbour, in))
	_, err = w.AddQuote(ctx, w.company, id, "甲防水公司", "900", "", []int64{1})
	w.refused("before it is taken up", err, fund.ErrNotInCharge)
	w.must(w.TakeUpProject(ctx, w.company, id))
	in = w.proposal()
	in.Scope = event.Scope{Units: []int64{w.Units[1].ID, w.Units[2].ID}}
	w.must(w.ReviseProject(ctx, w.company, id, in))
	if v := w.view(id); v.Proposer != fund.ByOwners || v.Budget != 1_000_00 || v.UnitID != w.Units[1].ID {
		t.Errorf("%+v", v.Project)
	}
	other := newStreet(t, fund.HeldByAssembly)
	_, err = other.ProposeProject(ctx, other.company, other.proposal())
	other.refused("the company, of the assembly's account", err, fund.ErrNotProposer)
	_, err = w.FindProject(ctx, w.owner, id)
	w.refused("a draft that is not hers", err, fund.ErrNoProject)
}

// TestTheVeryScopeDecides: a decision of another scope, of another matter, one that did not pass, or of before the posting decides nothing; and one
// decides one project.
func TestTheVeryScopeDecides(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	in := w.proposal()
	in.Scope = event.Scope{Units: []int64{w.Units[1].ID, w.Units[0].ID}}
	early := w.meet(in.Scope, "use_fund", tally.Pass)
	w.clock.Advance(time.Hour)
	id := w.quoted(w.chair, in)
	w.must(w.PostProject(ctx, w.chair, id))
	w.clock.Advance(time.Hour)
	for name, c := range map[string]struct {
		meeting int64
		want    error
	}{
		"the whole estate": {w.meet(event.Scope{}, "use_fund", tally.Pass), fund.ErrOtherScope}, "one unit less": {w.meet(event.Scope{Units: []int64{w.Units[1].ID}}, "use_fund", tally.Pass), fund.ErrOtherScope},
		"the building of both": {w.meet(event.Scope{Buildings: []int64{w.Building.ID}}, "use_fund", tally.Pass), fund.ErrOtherScope}, "another matter": {w.meet(in.Scope, "raise_fund", tally.Pass), fund.ErrNoResolution},
		"not passed": {w.meet(in.Scope, "use_fund", tally.Fail), fund.ErrNoResolution}, "decided before the posting": {early, fund.ErrNoResolution},
	} {
		_, err := w.ResolveProject(ctx, w.chair, id, c.meeting, 1)
		w.refused(name, err, c.want)
	}
	right := w.meet(event.Scope{Units: []int64{w.Units[0].ID, w.Units[1].ID}}, "use_fund", tally.Pass)
	w.must(w.ResolveProject(ctx, w.chair, id, right, 1))
	again := w.quoted(w.chair, in)
	w.must(w.PostProject(ctx, w.chair, again))
	_, err := w.ResolveProject(ctx, w.chair, again, right, 1)
	w.refused("a decision for two projects", err, fund.ErrDecided)
	_, err = w.FileProject(ctx, w.bureau, id, true, "备2026-1", "")
	w.refused("a filing without the township", err, fund.ErrStep)
	_, err = w.ResolveProject(ctx, w.Officer(w.Company, org.Head), again, right, 1)
	w.refused("the company", err, fund.ErrNotInCharge)
}

// TestQuotesAndContract: fewer than three quotations or a dearer one need a reason, and the contract keeps to the supplier and the budget.
func TestQuotesAndContract(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	id := w.must(w.ProposeProject(ctx, w.chair, w.proposal()))
	_, err := w.PostProject(ctx, w.chair, id)
	w.refused("without a quotation", err, fault.ErrInvalid)
	w.must(w.AddQuote(ctx, w.chair, id, "甲防水公司", "900", "", []int64{1}))
	_, err = w.AddQuote(ctx, w.chair, id, "甲防水公司", "800", "", []int64{1})
	w.refused("a second price of one supplier", err, fund.ErrQuoted)
	one := w.view(id).Quotes[0].ID
	_, err = w.ChooseQuote(ctx, w.chair, id, one, "")
	w.refused("one quotation without a reason", err, fault.ErrInvalid)
	for supplier, price := range map[string]string{"乙防水公司": "850", "丙防水公司": "1000.01"} {
		w.must(w.AddQuote(ctx, w.chair, id, supplier, price, "", []int64{1}))
	}
	_, err = w.ChooseQuote(ctx, w.chair, id, one, "")
	w.refused("a dearer one without a reason", err, fault.ErrInvalid)
	_, err = w.ChooseQuote(ctx, w.chair, id, w.view(id).Quotes[2].ID, "工期最短")
	w.refused("one above the budget", err, fault.ErrInvalid)
	w.must(w.ChooseQuote(ctx, w.chair, id, one, "质保期最长"))
	w.must(w.PostProject(ctx, w.chair, id))
	w.must(w.ResolveProject(ctx, w.chair, id, w.meet(event.Scope{}, "use_fund", tally.Pass), 1))
	w.must(w.OpineProject(ctx, w.township, id, false, "建议再议"))
	w.must(w.FileProject(ctx, w.bureau, id, true, "备2026-1", ""))
	for name, c := range map[string]fund.Contracting{"another supplier": {Number: "HT-1", Supplier: "乙防水公司", Amount: "850", FileIDs: []int64{1}}, "above the budget": {Number: "HT-1", Supplier: "甲防水公司", Amount: "1000.01", FileIDs: []int64{1}}} {
		_, err := w.Contract(ctx, w.chair, id, c)
		w.refused(name, err, fault.ErrInvalid)
	}
	w.must(w.Contract(ctx, w.chair, id, fund.Contracting{Number: "HT-1", Supplier: "甲防水公司", Amount: "900", FileIDs: []int64{1}}))
	w.must(w.Work(ctx, w.chair, id, "进场", []int64{1}))
	_, err = w.Accept(ctx, w.chair, id, "验收合格")
	w.refused("an acceptance without an owner", err, fund.ErrStep)
	w.must(w.LookAt(ctx, w.owner, id, false, "东侧还在渗水", nil))
	_, err = w.LookAt(ctx, w.owner, id, true, "", nil)
	w.refused("a second opinion of one owner", err, fund.ErrLooked)
	w.must(w.LookAt(ctx, w.neighbour, id, true, "", nil))
	_, err = w.Accept(ctx, w.chair, id, "合格")
	w.refused("an owner who is not answered", err, fault.ErrInvalid)
	w.must(w.Accept(ctx, w.chair, id, "东侧已返工并复验，其余合格"))
}

// TestPaidOnce: twenty taps on one payment move its money once, and a tap sent again under its reference answers the first.
func TestPaidOnce(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.clock.Advance(8 * days)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { _, _ = w.AskPayment(ctx, w.chair, id, fund.AdvancePayment, "600") })
	}
	wg.Wait()
	v := w.view(id)
	if len(v.Payments) != 1 {
		t.Fatalf("%d payments were asked for", len(v.Payments))
	}
	for range 20 {
		wg.Go(func() { _, _ = w.DecidePayment(ctx, w.member, v.Payments[0].ID, true, "", "") })
	}
	wg.Wait()
	if bank, ahead := w.stands(ledger.FundBank, 0), w.stands(ledger.FundAdvance, 0); bank != 2_400_00 || ahead != 600_00 {
		t.Errorf("bank %s, ahead %s", bank, ahead)
	}
	once := fund.Once(ctx, "tap-1", "a")
	first := w.must(w.Work(once, w.chair, id, "进场", []int64{1}))
	if again := w.must(w.Work(once, w.chair, id, "进场", []int64{1})); again != first || len(w.worked(id)) != 1 {
		t.Errorf("the same tap worked twice")
	}
	_, err := w.Work(fund.Once(ctx, "tap-1", "b"), w.chair, id, "出场", []int64{1})
	w.refused("the same reference with another input", err, fund.ErrTapReused)
}

func (w *street) worked(id int64) (list []fund.ProjectNote) {
	for _, n := range w.view(id).Notes {
		if n.What == "worked" {
			list = append(list, n)
		}
	}
	return list
}

// TestAnErasedOwnerIsGone: the words and whose they were go; what payments hang on stays.
func TestAnErasedOwnerIsGone(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.must(w.ObjectProject(ctx, w.owner, id, "proposal", "我家漏水三年了"))
	w.must(w.ObjectProject(ctx, w.neighbour, id, "proposal", "报价偏高"))
	w.must(w.Work(ctx, w.chair, id, "进场", []int64{1}))
	for _, who := range []org.Actor{w.owner, w.neighbour} {
		w.must(w.LookAt(ctx, who, id, false, "厨房顶还在漏", nil))
		w.tx(func(tx *store.Tx) error { return w.EraseProjects(tx, who.PersonID) })
	}
	v := w.view(id)
	if len(v.Objections) != 2 || len(v.Acceptances) != 2 {
		t.Fatalf("%+v %+v", v.Objections, v.Acceptances)
	}
	for i := range 2 {
		if o, a := v.Objections[i], v.Acceptances[i]; o.PersonID != 0 || o.UnitID != 0 || strings.Contains(o.Text, "漏") || a.PersonID > 0 || a.UnitID != 0 || strings.Contains(a.Text, "漏") {
			t.Errorf("%+v %+v", o, a)
		}
	}
	for _, n := range v.Notes {
		if n.PersonID == w.owner.PersonID || strings.Contains(n.Text, "厨房") {
			t.Errorf("a note of theirs: %+v", n)
		}
	}
	_, err := w.AskPayment(ctx, w.chair, id, fund.AdvancePayment, "100")
	w.refused("an objection of somebody who is gone", err, fund.ErrGate)
}
