package fund_test

import (
	"fmt"
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

// block adds a building whose units each have a first deposit of 100 yuan and, of the first n, nothing left.
func (w *keeping) block(name string, units, n int) (ids []int64) {
	w.t.Helper()
	w.ok(w.DB.InTx(w.t.Context(), func(tx *store.Tx) error {
		b := org.Building{EstateID: w.Estate.ID, Name: name, CreatedAt: tx.Now}
		if err := tx.Create(&b).Error; err != nil {
			return err
		}
		for i := range units {
			u := org.Unit{EstateID: w.Estate.ID, BuildingID: b.ID, Number: fmt.Sprint(100 + i), AreaMilli: 90_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
			if err := tx.Create(&fund.SubAccount{EstateID: w.Estate.ID, BuildingID: b.ID, UnitID: u.ID, FirstFen: 10_000, CreatedAt: tx.Now}).Error; err != nil {
				return err
			}
			ids = append(ids, u.ID)
			if i < n {
				continue
			}
			_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: fmt.Sprint("b", u.ID), Effective: day(w.t, "2026-01-01"), Source: ledger.Source{Kind: "fund_slip", ID: 1, Text: "银行回单"},
				Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundUnit, UnitID: u.ID}, Amount: -10_000}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: 10_000}}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return ids
}

// TestDebtsAreTheCollectors: the holder and the committee see which unit owes; the township and the community see buildings, of which those with
// fewer than five such units are shown as one that has at least five.
func TestDebtsAreTheCollectors(t *testing.T) {
	t.Parallel()
	w := newForged(t)
	w.block("2幢", 8, 6)
	w.block("3幢", 8, 1)
	w.block("4幢", 8, 2)
	last := w.block("5幢", 9, 7)
	township, community, chair := w.Officer(w.Township, org.Head), w.Officer(w.Community, org.Clerk), w.Officer(w.Committee, org.Chair)
	for _, who := range []org.Actor{township, community} {
		_, _, _, err := w.ListToRenew(t.Context(), who, w.Estate.ID, 0, 10)
		w.refused("the units", err, org.ErrForbidden)
		got, rate, err := w.RenewalTotals(t.Context(), who, w.Estate.ID)
		w.ok(err)
		if fmt.Sprint(rate, got) != "3000 [{"+fmt.Sprint(got[0].BuildingID)+" 5幢 7 210.00 false} {0 其他楼幢合计 9 270.00 true}]" { // 3 and 4 are still three units
			t.Errorf("%d %+v", rate, got)
		}
		v, err := w.FindUnitStatement(t.Context(), who, last[0], false, ledger.StatementPage{}, 1)
		w.ok(err)
		_, _, err = w.ListUnpaid(t.Context(), who, w.Estate.ID, 0, 10)
		w.refused("the units without a first deposit", err, org.ErrForbidden)
		unpaid, err := w.UnpaidTotals(t.Context(), who, w.Estate.ID)
		w.ok(err)
		if len(unpaid) != 1 || !unpaid[0].Merged || unpaid[0].BuildingID != 0 {
			t.Errorf("%+v", unpaid)
		}
		if v.Renew || v.Owes != nil || v.First != 0 {
			t.Errorf("%+v", v)
		}
	}
	for _, who := range []org.Actor{w.clerk, chair} {
		list, _, _, err := w.ListToRenew(t.Context(), who, w.Estate.ID, 0, 100)
		w.ok(err)
		v, err := w.FindUnitStatement(t.Context(), who, last[0], false, ledger.StatementPage{}, 1)
		w.ok(err)
		if len(list) != 16 || !v.Renew {
			t.Errorf("%d units, %v", len(list), v.Renew)
		}
	}
	id, err := w.MakePlan(t.Context(), w.clerk, fund.NewPlan{EstateID: w.Estate.ID, Title: "续交", MeetingID: w.decided("raise_fund", tally.Pass, event.Scope{Units: last[:6]}), Position: 1, Basis: fund.ByArea, Rate: 100, Dates: []calendar.Date{day(t, "2026-06-01")}})
	w.ok(err)
	_, err = w.ConfirmPlan(t.Context(), w.second, id, true, "")
	w.ok(err)
	_, err = w.FindPlan(t.Context(), township, id, 0, 10)
	w.refused("the plan's units", err, org.ErrForbidden)
	totals := func(want string) {
		t.Helper()
		_, list, err := w.PlanTotals(t.Context(), township, id)
		w.ok(err)
		if len(list) != 1 || fmt.Sprint(list[0].Name, list[0].Units, list[0].Amount) != want {
			t.Errorf("%+v is not %s", list, want)
		}
	}
	totals("5幢6 540.00")
	pays := func(slip string, unit int64, fen money.Fen) {
		_, err := w.RecordSlip(t.Context(), w.clerk, fund.NewSlip{EstateID: w.Estate.ID, Slip: slip, PaidOn: day(t, "2026-03-01"), PlanID: id, Deposits: []fund.NewDeposit{{UnitID: unit, Kind: fund.Renewal, Amount: fen}}})
		w.ok(err)
	}
	pays("r1", last[0], 9000)
	totals("5幢5 450.00")
	pays("r2", last[1], 9000)
	totals("全小区不足5户0 0.00")
	in := fund.AccountSetting{EstateID: w.Estate.ID, Holder: fund.HeldByAssembly, Bank: "贵阳银行", Number: "6222000011119999", Reason: "业主大会已经开立账户"}
	w.sets(w.clerk, w.second, in)
	_, _, _, err = w.ListToRenew(t.Context(), w.clerk, w.Estate.ID, 0, 10)
	w.refused("the bureau that gave the account away", err, fund.ErrUnitsHidden)
	_, _, err = w.RenewalTotals(t.Context(), w.clerk, w.Estate.ID)
	w.ok(err)
	_, err = w.FindPlan(t.Context(), chair, id, 0, 10)
	w.ok(err)
}

// TestAPlanCountsWhatIsMadeUpFirst: a unit that has to make up what a repair left pays that first, so that a plan up to a rate of the first deposit
// asks for it as a part of its own, and who has paid the plan stands at the rate.
func TestAPlanCountsWhatIsMadeUpFirst(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.pays("f", "2026-02-01", fund.FirstDeposit, 10_000)
	unit := w.Units[0].ID
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: "short", Effective: calendar.DateOf(tx.Now), Source: ledger.Source{Kind: "project", ID: 1, Text: "维修"},
			Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundUnit, UnitID: unit}, Amount: 10_000}, {Key: ledger.Key{Code: ledger.FundReceivable, UnitID: unit}, Amount: 500}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -10_500}}})
		return err
	}))
	id, err := w.MakePlan(t.Context(), w.clerk, fund.NewPlan{EstateID: w.Estate.ID, Title: "续交", MeetingID: w.decided("raise_fund", tally.Pass, event.Scope{}), Position: 1, Basis: fund.ByFirst, Rate: 10_000, Dates: []calendar.Date{day(t, "2026-06-01")}})
	w.ok(err)
	_, err = w.ConfirmPlan(t.Context(), w.second, id, true, "")
	w.ok(err)
	v, err := w.FindPlan(t.Context(), w.clerk, id, 0, 10)
	w.ok(err)
	if len(v.List) != 1 || v.List[0].Amount != 10_500 || v.List[0].MakeUp != 500 {
		t.Fatalf("%+v", v.List)
	}
	_, err = w.RecordSlip(t.Context(), w.clerk, fund.NewSlip{EstateID: w.Estate.ID, Slip: "r", PaidOn: calendar.DateOf(w.DB.Now()), PlanID: id, Deposits: []fund.NewDeposit{{UnitID: unit, Kind: fund.Renewal, Amount: 10_500}}})
	w.ok(err)
	if a, b := w.stands(ledger.FundUnit, unit), w.stands(ledger.FundReceivable, unit); a != -10_000 || b != 0 {
		t.Errorf("%s stands, %s is owed", -a, b)
	}
}
