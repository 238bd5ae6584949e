package fund_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
)

// walker does whatever comes to mind, as anybody.
type walker struct {
	*street
	r        *rand.Rand
	people   []org.Actor
	projects []int64
	decided  map[int64]string // meetings that decide (right scope, right matter, passed, not revoked), and for which project
	slips    int
	off      map[string]int // steps off the way that went through
	paid     map[fund.PaymentKind]int
	did      int
}

// TestNoPathThroughAClosedGate walks ten thousand random steps over a few projects: right and wrong people, in any order, with notices that
// are taken down and decisions that are revoked. What was paid is held against the facts by another reckoning than the gates', and the
// books balance throughout.
func TestNoPathThroughAClosedGate(t *testing.T) {
	t.Parallel()
	w := newStreet(t, fund.HeldByAssembly)
	w.everything()
	w.rules("fund.review_over", "70000")
	w.deposit(9_000_00, 100_00, 40_000_00)
	x := &walker{street: w, r: rand.New(rand.NewPCG(7, 11)), decided: map[int64]string{}, off: map[string]int{}, paid: map[fund.PaymentKind]int{}}
	x.people = []org.Actor{w.company, w.community, w.township, w.bureau, w.clerk, w.chair, w.chair, w.chair, w.member, w.member, w.owner, w.neighbour}
	steps := 10_000
	if testing.Short() {
		steps = 1_500
	}
	for n := range steps {
		x.step(t.Context())
		if n%500 == 0 || n == steps-1 {
			x.balanced()
		}
	}
	t.Logf("%d of %d steps went through, paid: %v, off the way: %v", x.did, steps, x.paid, x.off)
	for _, what := range []string{"cancelled", "returned", "slip", "revoked", "divided anew"} {
		if x.off[what] == 0 && !testing.Short() {
			t.Errorf("nothing was %s", what)
		}
	}
	if x.paid[fund.AdvancePayment] < steps/1000 || x.paid[fund.FinalPayment] < steps/1000 {
		t.Errorf("too little was paid to show anything: %v", x.paid)
	}
}

// somebody is anybody, or in most cases whoever should do it.
func (x *walker) somebody(right org.Actor) org.Actor {
	if x.r.IntN(4) > 0 {
		return right
	}
	return x.people[x.r.IntN(len(x.people))]
}

// step does one thing. The few projects are replaced when they are over, or when nobody gets on with them.
func (x *walker) step(ctx context.Context) {
	if len(x.projects) < 3 {
		x.begin(ctx)
		return
	}
	at := x.r.IntN(len(x.projects))
	id := x.projects[at]
	v := x.view(id)
	if v.State == fund.ProjectCancelled || v.State == fund.ProjectPaid && x.r.IntN(10) == 0 || x.r.IntN(400) == 0 {
		x.projects = append(x.projects[:at], x.projects[at+1:]...)
		return
	}
	var err error
	who := x.somebody(x.chair)
	switch x.r.IntN(32) {
	case 0:
		x.clock.Advance(time.Duration(1+x.r.IntN(240)) * time.Hour)
		return
	case 1:
		if n := len(x.wall.posted); n > 0 {
			id := int64(1 + x.r.IntN(n))
			x.wall.down[id] = x.r.IntN(8) == 0
		}
		return
	case 2:
		if x.r.IntN(12) == 0 && v.MeetingID != 0 {
			delete(x.decided, v.MeetingID)
			x.revoke(v.MeetingID)
		}
		return
	case 3, 4:
		_, err = x.AskPayment(ctx, who, id, fund.AdvancePayment, []string{"100", "600", "630", "631"}[x.r.IntN(4)])
	case 5, 6, 7:
		_, err = x.AskPayment(ctx, who, id, fund.FinalPayment, "")
	case 8, 9, 10, 11:
		x.decide(ctx, x.somebody(x.member), v)
		return
	case 12:
		_, err = x.ObjectProject(ctx, x.somebody(x.owner), id, []string{"proposal", "final"}[x.r.IntN(2)], "这里写明异议的理由")
	case 13, 14:
		if n := len(v.Objections); n > 0 {
			_, err = x.AnswerObjection(ctx, who, id, v.Objections[x.r.IntN(n)].ID, "这里写明答复的依据")
		}
	case 24:
		x.paysIn(ctx)
		return
	case 25:
		x.undo(ctx)
		return
	default:
		err = x.onward(ctx, who, v)
	}
	if err == nil {
		x.did++
	}
}

// begin proposes another project and chooses its supplier.
func (x *walker) begin(ctx context.Context) {
	in := x.proposal()
	if x.r.IntN(6) == 0 {
		in.Kind, in.Basis = fund.EmergencyUse, "屋面渗漏"
		if x.r.IntN(2) == 0 {
			in.FileIDs = nil
		}
	}
	x.projects = append(x.projects, x.quoted(x.chair, in))
	x.did++
}

// onward tries a step of the way, mostly the one that is due.
func (x *walker) onward(ctx context.Context, who org.Actor, v *fund.ProjectView) (err error) {
	id := v.ID
	due := map[fund.ProjectState][]int{fund.ProjectDraft: {0, 4, 9}, fund.ProjectPosted: {1}, fund.ProjectResolved: {2, 3}, fund.ProjectFiled: {5}, fund.ProjectUnder: {6}, fund.ProjectWorking: {7, 8}, fund.ProjectAccepted: {10}, fund.ProjectSettled: {11}, fund.ProjectClosing: {7, 10, 14, 15}}[v.State]
	do := x.r.IntN(16)
	if len(due) > 0 && x.r.IntN(4) > 0 {
		do = due[x.r.IntN(len(due))]
	}
	if v.Cancelling != "" && x.r.IntN(2) == 0 {
		do = 13
	}
	switch do {
	case 0:
		_, err = x.PostProject(ctx, who, id)
	case 1:
		_, err = x.ResolveProject(ctx, who, id, x.ballot(v), 1)
		if err == nil && (v.State == fund.ProjectSettled || v.State == fund.ProjectFinal) {
			x.off["divided anew"]++
		}
	case 2:
		_, err = x.OpineProject(ctx, x.somebody(x.township), id, x.r.IntN(2) == 0, "已经核对")
	case 3:
		_, err = x.FileProject(ctx, x.somebody(x.bureau), id, x.r.IntN(4) > 0, "备案1号", "缺少材料")
	case 4:
		_, err = x.ConfirmProject(ctx, x.somebody(x.township), id, "现场查看属实")
	case 5:
		_, err = x.Contract(ctx, who, id, fund.Contracting{Number: "HT", Supplier: "甲防水公司", Amount: []string{"900", "1001"}[x.r.IntN(2)], FileIDs: []int64{1}})
	case 6:
		_, err = x.Work(ctx, who, id, "施工进展", []int64{1})
	case 7:
		_, err = x.LookAt(ctx, x.somebody(x.neighbour), id, x.r.IntN(4) > 0, "看过了，没有问题", nil)
	case 8:
		_, err = x.Accept(ctx, who, id, "已按意见返工，验收合格")
	case 9:
		_, err = x.AddPapers(ctx, who, id, "鉴定报告", []int64{1})
	case 10:
		in := x.settlement()
		if x.r.IntN(2) == 0 {
			in.Reviewer, in.Reviewed = "某造价咨询公司", "800"
		}
		_, err = x.Settle(ctx, who, id, in)
	case 11:
		_, err = x.PostFinal(ctx, who, id)
	case 12:
		if x.r.IntN(6) == 0 {
			_, err = x.CancelProject(ctx, who, id, "暂时不修了")
		}
	case 13:
		if _, err = x.DecideCancel(ctx, x.somebody(x.bureau), id, x.r.IntN(4) > 0, "已经核对"); err == nil {
			x.off["cancelled"]++
		}
	case 14:
		x.slips++
		if _, err = x.RecordReturn(ctx, x.somebody(x.member), id, []string{"30", "100", "600"}[x.r.IntN(3)], fmt.Sprint("R", x.slips)); err == nil {
			x.off["returned"]++
		}
	case 15:
		if v.State == fund.ProjectClosing {
			_, err = x.CancelProject(ctx, who, id, "已经结清")
		}
	}
	return err
}

// ballot certifies a decision, some of which decide nothing for the whole estate.
func (x *walker) ballot(v *fund.ProjectView) int64 {
	x.naming = v.Number
	switch x.r.IntN(10) {
	case 0:
		return x.meet(event.Scope{Units: []int64{x.Units[0].ID}}, "use_fund", tally.Pass)
	case 1:
		return x.meet(event.Scope{}, "raise_fund", tally.Pass)
	case 2:
		return x.meet(event.Scope{}, "use_fund", tally.Fail)
	case 3:
		x.naming = "WX20200101-0001"
		return x.meet(event.Scope{}, "use_fund", tally.Pass)
	}
	id := x.meet(event.Scope{}, "use_fund", tally.Pass)
	x.decided[id] = v.Number
	return id
}

// decide is the second person's, and holds what was paid against the facts.
func (x *walker) decide(ctx context.Context, who org.Actor, v *fund.ProjectView) {
	if len(v.Payments) == 0 {
		return
	}
	pay := v.Payments[x.r.IntN(len(v.Payments))]
	accept := x.r.IntN(6) > 0
	before := x.stands(ledger.FundBank, 0)
	_, err := x.DecidePayment(ctx, who, pay.ID, accept, "", "这里写明原因")
	left := before - x.stands(ledger.FundBank, 0)
	if err != nil || !accept {
		if left != 0 {
			x.t.Fatalf("a refused payment moved %s", left)
		}
		return
	}
	x.did++
	x.paid[pay.Kind]++
	if v.CancelledAt != nil && pay.Amount > 0 {
		x.off["paid after cancelling"]++
	}
	if left != pay.Amount || left < 0 || pay.State != "asked" || pay.AskedBy == who.PersonID || who.Post == nil {
		x.t.Fatalf("%s moved %s of %+v by %d", pay.Kind, left, pay, who.PersonID)
	}
	if why := x.closed(v, &pay); why != "" {
		x.t.Fatalf("%s of project %s was paid though %s", pay.Kind, v.Number, why)
	}
}

// closed says what stands against a payment, reckoned from what the test knows and from bare rows.
func (x *walker) closed(v *fund.ProjectView, pay *fund.ProjectPayment) string {
	if v.Kind == fund.EmergencyUse {
		if len(x.shelf.held[fmt.Sprint("fund_project", v.ID)]) == 0 || v.ConfirmedBy != x.township.PersonID {
			return "there is no evidence, or nobody confirmed it"
		}
	} else if x.decided[v.MeetingID] != v.Number {
		return "the decision does not stand"
	} else if why := x.open(v, "proposal", v.ProposalNotice); why != "" {
		return why
	}
	if pay.Kind == fund.AdvancePayment {
		return ""
	}
	owners := 0
	for _, a := range v.Acceptances {
		if a.Side == "owner" && a.Agree {
			owners++
		}
	}
	switch {
	case owners == 0 && (v.CancelledAt == nil || pay.Amount > 0):
		return "no owner accepted the works"
	case v.Total > 700_00 && v.Reviewer == "":
		return "nobody reviewed the price"
	case v.Kind == fund.OrdinaryUse:
		return x.open(v, "final", v.FinalNotice)
	}
	return ""
}

func (x *walker) open(v *fund.ProjectView, phase string, notice int64) string {
	if notice == 0 || x.wall.down[notice] {
		return phase + " is not posted"
	}
	if !x.DB.Now().After(calendar.DateOf(x.wall.since[notice-1]).Add(7).End()) {
		return phase + " is still posted"
	}
	for _, o := range v.Objections {
		if o.Phase == phase && o.AnsweredAt == nil {
			return phase + " has an objection open"
		}
	}
	return ""
}
