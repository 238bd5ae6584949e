package fund_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// TestEmergency needs no vote: the case is on the local list, there is evidence, the township confirms it. Payment comes before the posting,
// and the later review is owed by a day and listed when it is late.
func TestEmergency(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByBureau), t.Context()
	in := w.proposal()
	in.Kind, in.Basis, in.FileIDs = fund.EmergencyUse, "屋面渗漏", nil
	_, err := w.ProposeProject(ctx, w.chair, in)
	w.refused("without a local list", err, rulepack.ErrUnset)
	w.everything()
	w.deposit(1_000_00, 1_000_00, 1_000_00)
	in.Basis = "看着不好看"
	_, err = w.ProposeProject(ctx, w.chair, in)
	w.refused("a case that is not on the list", err, fault.ErrInvalid)
	in.Basis = "屋面渗漏"
	id := w.quoted(w.chair, in) // the committee may apply of either account
	_, err = w.ConfirmProject(ctx, w.township, id, "现场查看属实")
	w.refused("without evidence", err, fund.ErrNoEvidence)
	w.must(w.AddPapers(ctx, w.chair, id, "鉴定报告", []int64{1}))
	_, err = w.ConfirmProject(ctx, w.bureau, id, "现场查看属实")
	w.refused("the bureau", err, fund.ErrNotInCharge)
	_, err = w.PostProject(ctx, w.chair, id)
	w.refused("a posting beforehand", err, fund.ErrStep)
	_, err = w.Contract(ctx, w.chair, id, fund.Contracting{Number: "HT-1", Supplier: "甲防水公司", Amount: "900", FileIDs: []int64{1}})
	w.refused("a contract before the confirmation", err, fund.ErrStep)
	w.must(w.ConfirmProject(ctx, w.township, id, "现场查看属实"))
	w.must(w.Contract(ctx, w.chair, id, fund.Contracting{Number: "HT-1", Supplier: "甲防水公司", Amount: "900", FileIDs: []int64{1}}))
	w.finished(w.chair, id)
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	_, err = w.DecidePayment(ctx, w.member, w.view(id).Payments[0].ID, true, "", "")
	w.refused("the committee, of the bureau's account", err, fund.ErrNotKeeper)
	w.must(w.DecidePayment(ctx, w.bureau, w.view(id).Payments[0].ID, true, "", ""))
	if got := w.stands(ledger.FundBank, 0); got != 2_200_00 {
		t.Errorf("bank %s", got)
	}
	w.late(id)
}

// late lets the day of the review pass.
func (w *street) late(id int64) {
	w.t.Helper()
	ctx := w.t.Context()
	overdue := func(want int, days int64) {
		w.t.Helper()
		for name, who := range map[string]org.Actor{"the township": w.township, "the bureau": w.clerk} {
			rows, err := w.ListOverdueReviews(ctx, who, fund.ReviewPage{}, 10)
			if err != nil || len(rows) != want || want > 0 && rows[0].OverdueDays(w.DB.Now()) != days {
				w.t.Errorf("%s sees %d overdue, want %d: %v", name, len(rows), want, err)
			}
		}
	}
	w.clock.Advance(30 * days)
	overdue(0, 0)
	w.clock.Advance(2 * days)
	overdue(1, 2)
	_, err := w.ReviewProject(ctx, w.clerk, id, "资料齐全")
	w.refused("a review before the posting", err, fund.ErrStep)
	w.must(w.PostFinal(ctx, w.chair, id))
	w.must(w.ObjectProject(ctx, w.owner, id, "final", "发票看不清，请补"))
	if v := w.view(id); v.State != fund.ProjectPaid || v.FinalNumber == "" {
		w.t.Errorf("%s %s", v.State, v.FinalNumber)
	}
	w.must(w.ReviewProject(ctx, w.clerk, id, "资料齐全"))
	overdue(0, 0)
}

// TestByOrder is the last resort: one office orders with a reason, the other confirms, the bureau pays.
func TestByOrder(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.deposit(1_000_00)
	in := w.proposal()
	in.Kind, in.Basis = fund.OrderedUse, "外墙脱落，业委会七日内没有申请"
	_, err := w.ProposeProject(ctx, w.chair, in)
	w.refused("the committee", err, fund.ErrNotProposer)
	id := w.quoted(w.township, in)
	_, err = w.ConfirmProject(ctx, w.Officer(w.Township, org.Clerk), id, "情况属实")
	w.refused("another of the township", err, fund.ErrNotInCharge)
	w.must(w.ConfirmProject(ctx, w.bureau, id, "情况属实"))
	w.must(w.Contract(ctx, w.township, id, fund.Contracting{Number: "HT-1", Supplier: "甲防水公司", Amount: "900", FileIDs: []int64{1}}))
	w.finished(w.township, id)
	w.must(w.AskPayment(ctx, w.township, id, fund.FinalPayment, ""))
	w.must(w.DecidePayment(ctx, w.bureau, w.view(id).Payments[0].ID, true, "", ""))
	rows, err := w.ListShares(ctx, w.township, id, 0, 10)
	if err != nil || len(rows) != 3 || rows[0].Short != 0 || rows[1].Short != rows[1].Amount || rows[2].Charged != 0 {
		t.Errorf("%+v %v", rows, err)
	}
	rows, err = w.ListShares(ctx, w.community, id, 0, 10)
	if err != nil || rows[1].Short != 0 {
		t.Errorf("the community sees who owes: %+v %v", rows, err)
	}
}

// TestPublicHousing charges the seller's own sub-account for its share, by what both deposited, and the developer's for what is not sold. A seller
// whose money the bank's list brought without a name pays too.
func TestPublicHousing(t *testing.T) {
	t.Parallel()
	w, ctx := newStreet(t, fund.HeldByAssembly), t.Context()
	w.everything()
	w.areas(100_000, 100_000, 200_000)
	w.deposit(100_00, 300_00, 1_000_00)
	w.tx(func(tx *store.Tx) error {
		for i := range 2 {
			if err := tx.Create(&fund.SubAccount{EstateID: w.Estate.ID, BuildingID: w.Building.ID, UnitID: w.Units[i].ID, Seller: []string{"某机械厂", ""}[i], CreatedAt: tx.Now}).Error; err != nil {
				return err
			}
		}
		if err := tx.Model(&org.Unit{}).Where("id = ?", w.Units[2].ID).Update("sold", false).Error; err != nil {
			return err
		}
		_, err := ledger.Post(tx, w.bureau, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: "seller", Effective: calendar.Date{Year: 2026, Month: 3, Day: 1}, Source: ledger.Source{Kind: "fund_import", ID: 1, Text: "清单"},
			Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundSeller, UnitID: w.Units[0].ID}, Amount: -400_00}, {Key: ledger.Key{Code: ledger.FundSeller, UnitID: w.Units[1].ID}, Amount: -200_00}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: 600_00}}})
		return err
	})
	id := w.quoted(w.chair, w.proposal())
	w.contracted(w.chair, id)
	w.clock.Advance(8 * days)
	w.finished(w.chair, id)
	w.must(w.PostFinal(ctx, w.chair, id))
	w.clock.Advance(8 * days)
	w.must(w.AskPayment(ctx, w.chair, id, fund.FinalPayment, ""))
	w.must(w.DecidePayment(ctx, w.member, w.view(id).Payments[0].ID, true, "", ""))
	// 800: the unsold home bears half; of the other half owners bear 4 of 10 by area, the seller 6 of 10 by its deposits of 4 and 2.
	for i, want := range []struct{ unit, seller money.Fen }{{-20_00, -240_00}, {-220_00, -120_00}, {-600_00, 0}} {
		if got := w.stands(ledger.FundUnit, w.Units[i].ID); got != want.unit {
			t.Errorf("unit %d: %s", i, got)
		}
		if got := w.stands(ledger.FundSeller, w.Units[i].ID); got != want.seller {
			t.Errorf("seller %d: %s", i, got)
		}
	}
	rows, err := w.ListShares(ctx, w.chair, id, 0, 10)
	if err != nil || len(rows) != 5 || rows[1].Payer != apportion.Seller || rows[4].Payer != apportion.Developer || !strings.Contains(w.wall.posted[1].Body, "（建设单位）") {
		t.Errorf("%+v %v", rows, err)
	}
}
