package fund_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

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
	w.naming = ""
	unnamed := w.meet(in.Scope, "use_fund", tally.Pass)
	w.naming = "WX20200101-0001"
	other := w.meet(in.Scope, "use_fund", tally.Pass)
	w.naming = w.view(id).Number + "和WX20200101-0001"
	both := w.meet(in.Scope, "use_fund", tally.Pass)
	again := w.quoted(w.chair, in)
	w.must(w.PostProject(ctx, w.chair, again))
	_, err := w.ResolveProject(ctx, w.chair, again, right, 1)
	w.refused("a decision for two projects", err, fund.ErrDecided)
	w.clock.Advance(time.Hour)
	for name, meeting := range map[string]int64{"no project": unnamed, "another project": other, "two projects": both} {
		_, err = w.ResolveProject(ctx, w.chair, again, meeting, 1)
		if w.refused("a motion that names "+name, err, fund.ErrNotNamed); !strings.Contains(err.Error(), "WX") {
			t.Errorf("%v", err)
		}
	}
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
	w.naming = w.view(id).Number
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
