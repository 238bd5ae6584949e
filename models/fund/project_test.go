package fund_test

import (
	"strings"
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
	v := w.view(id)
	w.naming = v.Number
	w.must(w.ChooseQuote(w.t.Context(), by, id, v.Quotes[0].ID, ""))
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
	if st, err := w.FindMyStatement(ctx, w.owner, w.Units[0].ID, ledger.StatementPage{}, 1); err != nil || fund.SourceNames[st.Lines[0].SourceKind] != "维修支出" {
		t.Errorf("the owner does not read what it was for: %+v %v", st, err)
	}
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
	w.must(w.PostProject(ctx, w.chair, id))
	_, err = w.DecidePayment(ctx, w.member, pay, true, "", "")
	w.gate("the notice put up again", err, "proposal_posting")
	if v := w.view(id); v.State != fund.ProjectUnder {
		t.Errorf("state %s", v.State)
	}
	_, err = w.PostProject(ctx, w.chair, id)
	w.refused("what is up", err, fund.ErrStep)
	w.clock.Advance(8 * days)
	w.wall.why = "2号楼还没有张贴"
	_, err = w.DecidePayment(ctx, w.member, pay, true, "", "")
	w.gate("an entrance without its paper", err, "proposal_posting")
	w.wall.why, w.wall.last = "", w.clock.Now().Add(time.Hour)
	_, err = w.DecidePayment(ctx, w.member, pay, true, "", "")
	w.gate("a paper that hung later than it stood online", err, "proposal_posting")
	w.wall.last = time.Time{}
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Meeting{}).Where("estate_id = ?", w.Estate.ID).Update("revoked_at", tx.Now).Error
	})
	_, err = w.DecidePayment(ctx, w.member, pay, true, "", "")
	w.gate("a decision that a court revoked", err, "resolution")
	again := w.meet(event.Scope{}, "use_fund", tally.Pass)
	w.must(w.ResolveProject(ctx, w.chair, id, again, 1))
	if v := w.view(id); v.State != fund.ProjectUnder {
		t.Errorf("a new decision sets the project back to %s", v.State)
	}
	_, err = w.ResolveProject(ctx, w.chair, id, w.meet(event.Scope{}, "use_fund", tally.Pass), 1)
	w.refused("a second decision beside one that stands", err, fund.ErrStep)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Meeting{}).Where("id = ?", again).Update("revoked_at", tx.Now).Error
	})
	_, err = w.DecidePayment(ctx, w.member, pay, true, "", "")
	w.gate("the new decision revoked too", err, "resolution")
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
	_, err = w.TakeUpProject(ctx, w.community, id)
	w.refused("a project that somebody is in charge of", err, fund.ErrStep)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("company_id", 0).Error
	})
	w.must(w.TakeUpProject(ctx, w.community, id)) // the company left the estate
	_, err = w.ReviseProject(ctx, w.company, id, in)
	w.refused("who left", err, fund.ErrNoProject)
	w.must(w.ReviseProject(ctx, w.community, id, in))
	other := newStreet(t, fund.HeldByAssembly)
	_, err = other.ProposeProject(ctx, other.company, other.proposal())
	other.refused("the company, of the assembly's account", err, fund.ErrNotProposer)
	_, err = w.FindProject(ctx, w.owner, id)
	w.refused("a draft that is not hers", err, fund.ErrNoProject)
}

// TestAMotionIsOfferedItsWords: whoever writes a motion is given the projects that wait for one, with what it has to say and by whom it has to be
// decided; what is copied from there makes a decision that counts, and then waits no more until a court takes it away.
func TestAMotionIsOfferedItsWords(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	waiting := func(want int) []fund.Awaiting {
		t.Helper()
		var list []fund.Awaiting
		for _, who := range []org.Actor{w.chair, w.community, w.township} {
			var err error
			if list, err = w.ListAwaiting(ctx, who, w.Estate.ID, 0, 10); err != nil || len(list) != want {
				t.Fatalf("%d wait, not %d: %+v %v", len(list), want, list, err)
			}
		}
		return list
	}
	roof := w.quoted(w.chair, w.proposal())
	waiting(0) // nobody has read of it yet
	w.must(w.PostProject(ctx, w.chair, roof))
	in := w.proposal()
	in.Title, in.Scope = "2号楼外墙维修", event.Scope{Units: []int64{w.Units[0].ID, w.Units[1].ID}}
	wall := w.quoted(w.chair, in)
	w.must(w.PostProject(ctx, w.chair, wall))
	list := waiting(2)
	if a := list[0]; a.ID != wall || !a.Stands || a.Revoked || len(a.Scope.Units) != 2 || !strings.Contains(a.Where, "101") || a.MotionWords() == list[1].MotionWords() || a.MeetingID != 0 {
		t.Errorf("%+v", a)
	}
	if a := list[1]; a.ID != roof || !a.Scope.Whole() || a.Where != "整个小区" {
		t.Errorf("%+v", a)
	}
	if rest, err := w.ListAwaiting(ctx, w.chair, w.Estate.ID, wall, 10); err != nil || len(rest) != 1 || rest[0].ID != roof {
		t.Errorf("the next page: %+v %v", rest, err)
	}
	_, err := w.ListAwaiting(ctx, w.chair, w.Estate.ID+1, 0, 10)
	w.refused("another estate", err, org.ErrEstateNotFound)

	number := strings.TrimPrefix(list[1].MotionWords(), "维修项目编号：") // as it is copied
	w.naming = number
	meeting := w.meet(list[1].Scope, "use_fund", tally.Pass)
	under := func(state assembly.State) {
		w.tx(func(tx *store.Tx) error {
			return tx.Model(&assembly.Meeting{}).Where("id = ?", meeting).Update("state", state).Error
		})
	}
	under(assembly.Draft)
	if a := waiting(2)[1]; a.MeetingID != meeting || a.Position != 1 || a.Meeting == "" {
		t.Errorf("a draft names it: %+v", a)
	}
	under(assembly.Certified)
	w.must(w.ResolveProject(ctx, w.chair, roof, meeting, 1))
	if a := waiting(1)[0]; a.ID != wall {
		t.Errorf("%+v", a)
	}
	w.revoke(meeting)
	if a := waiting(2)[1]; a.ID != roof || !a.Revoked || a.MeetingID != 0 {
		t.Errorf("%+v", a)
	}
	w.wall.down[list[0].ProposalNotice] = true
	if a := waiting(2)[0]; a.Stands {
		t.Errorf("its proposal is down: %+v", a)
	}
}
