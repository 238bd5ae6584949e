package fund_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/store"
)

// TestTheQuotationHoldsTheMoney: who was chosen for the lowest price gets no more than it by the contract, and by the final accounts no more than
// the contract without a third party's review.
func TestTheQuotationHoldsTheMoney(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	id := w.quoted(w.chair, w.proposal()) // chosen at 900 of 1000
	w.must(w.PostProject(ctx, w.chair, id))
	w.must(w.ResolveProject(ctx, w.chair, id, w.meet(event.Scope{}, "use_fund", tally.Pass), 1))
	w.must(w.OpineProject(ctx, w.township, id, true, "情况属实"))
	w.must(w.FileProject(ctx, w.bureau, id, true, "备2026-1", ""))
	contract := fund.Contracting{Number: "HT-1", Supplier: "甲防水公司", Amount: "900.01", FileIDs: []int64{1}}
	_, err := w.Contract(ctx, w.chair, id, contract)
	w.refused("a contract above the quotation", err, fault.ErrInvalid)
	contract.Amount = "700"
	w.must(w.Contract(ctx, w.chair, id, contract))
	w.must(w.Work(ctx, w.chair, id, "铲除旧防水层", []int64{1}))
	w.must(w.LookAt(ctx, w.owner, id, true, "不漏了", nil))
	w.must(w.Accept(ctx, w.chair, id, "验收合格"))
	in := w.settlement() // 800
	_, err = w.Settle(ctx, w.chair, id, in)
	w.refused("accounts above the contract that nobody reviewed", err, fault.ErrInvalid)
	in.Reviewer, in.Reviewed = "某造价咨询公司", "800"
	w.must(w.Settle(ctx, w.chair, id, in))
}

// TestWhoConcludesIsNoWitness: the one owner who finds the works right is not the one who concludes the acceptance.
func TestWhoConcludesIsNoWitness(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.must(w.Work(ctx, w.chair, id, "铲除旧防水层", []int64{1}))
	own := w.owner
	own.PersonID = w.chair.PersonID
	w.must(w.LookAt(ctx, own, id, true, "很好", nil))
	_, err := w.Accept(ctx, w.chair, id, "验收合格")
	w.refused("an acceptance by oneself", err, fund.ErrStep)
	w.must(w.LookAt(ctx, w.neighbour, id, true, "不漏了", nil))
	w.must(w.Accept(ctx, w.chair, id, "验收合格"))
}

// TestOwnersVoteOnWhatIsPosted: a vote that had begun before the proposal was posted decides nothing, though it was certified afterwards.
func TestOwnersVoteOnWhatIsPosted(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	id := w.quoted(w.chair, w.proposal())
	began := w.clock.Now()
	w.clock.Advance(time.Hour)
	w.must(w.PostProject(ctx, w.chair, id))
	w.clock.Advance(time.Hour)
	meeting := w.meet(event.Scope{}, "use_fund", tally.Pass)
	opens := func(at time.Time) {
		w.tx(func(tx *store.Tx) error {
			return tx.Model(&assembly.Meeting{}).Where("id = ?", meeting).Update("opens_at", at).Error
		})
	}
	opens(began)
	_, err := w.ResolveProject(ctx, w.chair, id, meeting, 1)
	w.refused("a vote from before the posting", err, fund.ErrNoResolution)
	opens(began.Add(90 * time.Minute))
	w.must(w.ResolveProject(ctx, w.chair, id, meeting, 1))
}

// TestObjectionsAsLongAsThePaperHangs: the legal period runs from the later of online and paper, for owners as for the gate.
func TestObjectionsAsLongAsThePaperHangs(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	id := w.quoted(w.chair, w.proposal())
	w.must(w.PostProject(ctx, w.chair, id))
	w.clock.Advance(8 * days)
	w.wall.why = "2号楼还没有张贴"
	w.must(w.ObjectProject(ctx, w.owner, id, "proposal", "门口还没有贴出来"))
	w.wall.why, w.wall.last = "", w.clock.Now().Add(days)
	w.must(w.ObjectProject(ctx, w.neighbour, id, "proposal", "昨天才看到，报价偏高"))
	w.clock.Advance(2 * days)
	_, err := w.ObjectProject(ctx, w.owner, id, "proposal", "过了公示期才提的异议")
	w.refused("after both", err, fund.ErrPostingOver)
}
