package fund_test

import (
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
)

// sells records a unit's sale to somebody.
func (w *keeping) sells(unit int, to, ref string) {
	w.t.Helper()
	w.ok(org.New(w.DB, w.Vault, nil, nil).RecordTransfer(w.t.Context(), w.Officer(w.Community, org.Clerk), org.Transfer{UnitID: w.Units[unit].ID, Cause: "sale", Source: "不动产权证1号", ClientRef: ref, InputHash: ref, Owners: []org.OwnerInput{{Name: to}}}))
}

// TestTheBalanceGoesWithTheUnit: a sale moves no money and is on the statement with what went along; the new owner sees it, the former one
// no longer, and a neighbour never did.
func TestTheBalanceGoesWithTheUnit(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.sells(0, "赵某", "r1")
	w.pays("1", "2026-03-01", fund.FirstDeposit, 5000)
	w.sells(0, "钱某", "r2")
	owner, neighbour := w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleOwner)
	tenant := w.Resident(0, org.RoleTenant)
	v, err := w.FindMyStatement(t.Context(), owner, w.Units[0].ID, ledger.StatementPage{}, 10)
	w.ok(err)
	if v.Balance.Owners != 5000 || len(v.Lines) != 1 || v.Lines[0].Amount != 5000 || len(v.Handed) != 2 || v.Handed[0].Cause != "sale" || v.Handed[0].From != v.Handed[1].To || v.Handed[0].From == v.Handed[0].To || v.Handed[0].Balance != 5000 || v.LastFour != "1234" {
		t.Errorf("%+v", v)
	}
	_, err = w.FindMyStatement(t.Context(), neighbour, w.Units[0].ID, ledger.StatementPage{}, 10)
	w.refused("a neighbour", err, org.ErrUnitNotFound)
	_, err = w.FindMyStatement(t.Context(), tenant, w.Units[0].ID, ledger.StatementPage{}, 10)
	w.refused("a tenant", err, org.ErrForbidden)
	_, err = w.FindUnitStatement(t.Context(), w.Officer(w.Company, org.Head), w.Units[0].ID, false, ledger.StatementPage{}, 10)
	w.refused("the company", err, org.ErrForbidden)
	totals, err := w.FindTotals(t.Context(), neighbour, org.FollowFund, w.Estate.ID)
	w.ok(err)
	if totals.AtBank != 5000 || len(totals.Buildings) != 1 || totals.Buildings[0].Owners != 5000 {
		t.Errorf("%+v", totals)
	}
}

// TestRefundOfAGoneBuilding: the owners' balance goes to the owners of that day, the seller's to the seller, once, by two people and with a
// proof; afterwards nobody pays in.
func TestRefundOfAGoneBuilding(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.sells(0, "赵某", "r1")
	in := w.slipOf("1", "2026-03-01", fund.FirstDeposit, 5000, 300)
	in.Deposits = append(in.Deposits, fund.NewDeposit{UnitID: w.Units[0].ID, Kind: fund.FirstDeposit, Seller: true, SellerName: "都匀市某某厂", Amount: 700})
	_, err := w.RecordSlip(t.Context(), w.clerk, in)
	w.ok(err)
	ask := fund.NewRefund{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Reason: "危房拆除，不动产已注销"}
	_, err = w.AskRefund(t.Context(), w.clerk, ask)
	w.refused("without a proof", err, fault.ErrInvalid)
	ask.FileIDs = []int64{1}
	id, err := w.AskRefund(t.Context(), w.clerk, ask)
	w.ok(err)
	w.sells(0, "钱某", "r2") // before it is decided
	_, err = w.DecideRefund(t.Context(), w.clerk, id, true, "")
	w.refused("the same person", err, fund.ErrAnotherPerson)
	_, err = w.DecideRefund(t.Context(), w.second, id, true, "")
	w.ok(err)
	_, err = w.DecideRefund(t.Context(), w.second, id, true, "")
	w.refused("twice", err, fund.ErrStage)
	v, err := w.FindRefund(t.Context(), w.clerk, id)
	w.ok(err)
	st, err := w.FindUnitStatement(t.Context(), w.clerk, w.Units[0].ID, false, ledger.StatementPage{}, 10)
	w.ok(err)
	if l := v.List[0]; v.OwnersFen != 5300 || v.SellerFen != 700 || l.OwnerSetID != st.Handed[0].To || l.SellerFen != 700 || l.Seller != "都匀市某某厂" || !st.Closed {
		t.Errorf("%+v of %+v", v, st.Handed)
	}
	if got := w.stands(ledger.FundBank, 0); got != 0 {
		t.Errorf("%s is still at the bank", got)
	}
	_, err = w.RecordSlip(t.Context(), w.clerk, w.slipOf("2", "2026-03-01", fund.LaterDeposit, 1))
	w.refused("a closed sub-account", err, fund.ErrStage)
	ask.BuildingID, ask.Units = 0, []int64{w.Units[0].ID}
	again, err := w.AskRefund(t.Context(), w.clerk, ask)
	w.ok(err)
	_, err = w.DecideRefund(t.Context(), w.second, again, true, "")
	w.refused("what was refunded", err, fund.ErrStage)
}
