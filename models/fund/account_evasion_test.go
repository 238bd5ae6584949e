package fund_test

import (
	"testing"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestTheSameListIsAppliedOnce, also where no line of it has a unit yet, and not again as another list either.
func TestTheSameListIsAppliedOnce(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	const list = heading + "9幢,101,,50\n9幢,102,,7\n"
	file := w.upload(list)
	var ids [2]int64
	for i := range ids {
		id, err := w.CheckList(t.Context(), w.clerk, fund.ImportCheck{EstateID: w.Estate.ID, FileID: file, AsOf: day(t, "2026-02-28"), Bank: 5700})
		w.ok(err)
		ids[i] = id
	}
	_, err := w.ApplyImport(t.Context(), w.second, ids[0])
	w.ok(err)
	_, err = w.ApplyImport(t.Context(), w.second, ids[1])
	w.refused("the same list again", err, fund.ErrStaleList)
	if v := w.checks(heading+"9幢,102,,7\n", "7"); v.State != "faulty" {
		t.Errorf("%s: what waits for its unit is taken over again", v.State)
	}
	if got := w.stands(ledger.FundSuspense, 0); got != -5700 {
		t.Errorf("%s in suspense", got)
	}
}

// TestADecisionHasOnePlan: the owners are not asked twice for what they decided once; a plan that was refused makes room.
func TestADecisionHasOnePlan(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	in := fund.NewPlan{EstateID: w.Estate.ID, Title: "2026年续交", MeetingID: w.decided("raise_fund", tally.Pass, event.Scope{}), Position: 1, Basis: fund.ByArea, Rate: 1000, Dates: []calendar.Date{day(t, "2026-06-01")}}
	id, err := w.MakePlan(t.Context(), w.clerk, in)
	w.ok(err)
	_, err = w.MakePlan(t.Context(), w.clerk, in)
	w.refused("a second plan", err, fund.ErrPlanned)
	_, err = w.ConfirmPlan(t.Context(), w.second, id, false, "标准填错了")
	w.ok(err)
	_, err = w.MakePlan(t.Context(), w.clerk, in)
	w.ok(err)
}

// TestNoMonthClosesOverAHalfAllocation, and what the close went past is allocated after it.
func TestNoMonthClosesOverAHalfAllocation(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.rule("fund.interest_method", "到账日")
	w.pays("1", "2026-01-01", fund.LaterDeposit, 10_000)
	id := w.earns("i1", 100, "2026-01-01", "2026-01-10", "2026-01-20")
	month, err := w.month("2026-01-01", 0, 10_100, "2026-01-01,100,,1\n2026-01-20,1,,i1\n")
	w.ok(err)
	_, err = w.WeighIncome(t.Context(), w.clerk, id)
	w.ok(err)
	state := func(s string) {
		w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&fund.Income{}).Where("id = ?", id).Update("state", s).Error
		}))
	}
	state("posting") // it broke off
	_, err = w.CloseMonth(t.Context(), w.second, month)
	w.refused("a close over half an allocation", err, fund.ErrAllocating)
	state("weighed")
	_, err = w.CloseMonth(t.Context(), w.second, month)
	w.ok(err)
	_, err = w.PostIncome(t.Context(), w.second, id)
	w.refused("into the closed month", err, fund.ErrMoved)
	_, err = w.WeighIncome(t.Context(), w.clerk, id)
	w.ok(err)
	_, err = w.PostIncome(t.Context(), w.second, id)
	w.ok(err)
	if a, b := w.stands(ledger.FundUnit, w.Units[0].ID), w.stands(ledger.FundInterest, 0); a != -10_100 || b != 0 {
		t.Errorf("%s, %s wait", a, b)
	}
}

// TestARefundIsWithinTheBank: what was paid ahead for works is not at the bank any more.
func TestARefundIsWithinTheBank(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.pays("1", "2026-01-01", fund.LaterDeposit, 10_000)
	ahead := func(ref string, fen money.Fen) {
		w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: ref, Effective: day(t, "2026-01-02"), Source: ledger.Source{Kind: "project", ID: 1, Text: "预付"},
				Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundAdvance}, Amount: fen}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -fen}}})
			return err
		}))
	}
	ahead("out", 1)
	id, err := w.AskRefund(t.Context(), w.clerk, fund.NewRefund{EstateID: w.Estate.ID, Units: []int64{w.Units[0].ID}, Reason: "危房拆除", FileIDs: []int64{1}})
	w.ok(err)
	_, err = w.DecideRefund(t.Context(), w.second, id, true, "")
	w.refused("more than is at the bank", err, fund.ErrBankShort)
	ahead("back", -1)
	_, err = w.DecideRefund(t.Context(), w.second, id, true, "")
	w.ok(err)
}

// TestAStrayBringsItsSeller: whose the seller's money is, is known also where the unit had a sub-account before.
func TestAStrayBringsItsSeller(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.pays("1", "2026-01-01", fund.LaterDeposit, 10_000)
	v := w.checks(heading+"9幢,101,,50,20,,某某厂\n", "70")
	_, err := w.ApplyImport(t.Context(), w.second, v.ID)
	w.ok(err)
	list, _, err := w.ListToClean(t.Context(), w.clerk, w.Estate.ID, fund.CleanStray, 0, 1)
	w.ok(err)
	w.places(list[0].ID, w.Units[0].ID)
	if st, err := w.FindUnitStatement(t.Context(), w.clerk, w.Units[0].ID, false, ledger.StatementPage{}, 1); err != nil || st.Seller != "某某厂" || st.Balance.Seller != 2000 {
		t.Errorf("%+v %v", st, err)
	}
}

// TestTheBanksListIsItsKeepers: names and account numbers in it are for nobody else than who works with it.
func TestTheBanksListIsItsKeepers(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	for _, kind := range []string{"fund_import", "fund_bank_month"} {
		for _, office := range []org.Organisation{w.Committee, w.Community, w.Township} {
			w.refused(kind, w.MayOpenFiles(t.Context(), w.Officer(office, org.Head), kind, w.Estate.ID), fund.ErrNoEntry)
		}
		w.ok(w.MayOpenFiles(t.Context(), w.clerk, kind, w.Estate.ID))
	}
	w.ok(w.MayOpenFiles(t.Context(), w.Officer(w.Township, org.Head), "fund_slip", w.Estate.ID))
}
