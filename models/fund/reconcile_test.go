package fund_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// month uploads a statement.
func (w *keeping) month(first string, opening, closing money.Fen, lines string) (int64, error) {
	w.t.Helper()
	return w.UploadMonth(w.t.Context(), w.clerk, fund.NewMonth{EstateID: w.Estate.ID, Month: day(w.t, first), FileID: w.upload("账号,6210****1234\n交易日期,收入,支出,流水号\n" + lines), Opening: opening, Closing: closing})
}

// told are the events so far, in their order.
func (w *keeping) told() (kinds []string) {
	w.t.Helper()
	w.ok(w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("kind LIKE 'duty.recheck%'").Order("id").Pluck("kind", &kinds).Error
	}))
	return kinds
}

func (w *keeping) differences(id int64) (all map[fund.DifferenceKind][]fund.Difference, ids []int64) {
	w.t.Helper()
	v, err := w.FindMonth(w.t.Context(), w.clerk, id, 0, 100)
	w.ok(err)
	all = map[fund.DifferenceKind][]fund.Difference{}
	for _, d := range v.Differences {
		all[d.Kind] = append(all[d.Kind], d)
		if d.Explanation == "" {
			ids = append(ids, d.ID)
		}
	}
	return all, ids
}

// TestEveryDifferenceHasAName and a month closes only when each is explained, by another person; then nothing is booked into it.
func TestEveryDifferenceHasAName(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.pays("A1", "2026-01-05", fund.LaterDeposit, 100)         // alike
	w.pays("A2", "2026-01-06", fund.LaterDeposit, 200)         // another day
	w.pays("A3", "2026-01-07", fund.LaterDeposit, 300)         // another amount
	w.pays("A4", "2026-01-08", fund.LaterDeposit, 400)         // only in the books
	w.pays("A5", "2026-01-09", fund.LaterDeposit, 500)         // entered twice
	w.pays("A5bis", "2026-01-09", fund.LaterDeposit, 500)      // the same once more
	gone := w.pays("A6", "2026-01-10", fund.LaterDeposit, 600) // booked and taken back
	_, err := w.ReverseSlip(t.Context(), w.second, gone, day(t, "2026-01-11"), "记错小区")
	w.ok(err)
	const lines = "2026-01-05,1.00,,A1\n20260115,2.00,,A2\n2026/1/7,3.30,,A3\n2026-01-09,5.00,,A5\n2026-01-20,7.00,,Z1\n2026-01-20,7.00,,Z1\n2026-01-31,0,0.50,Z2\n合计,25.30,0.50,\n"
	_, err = w.month("2026-01-01", 0, 2479, lines)
	w.refused("a statement that does not add up", err, fund.ErrBadStatement)
	_, err = w.month("2026-01-01", 0, 2480, "2026-02-05,1,,A1\n")
	w.refused("another month's day", err, fund.ErrBadStatement)
	id, err := w.month("2026-01-01", 0, 2480, lines)
	w.ok(err)
	_, err = w.month("2026-01-01", 0, 2480, lines)
	w.refused("twice", err, fund.ErrMonthKnown)
	got, _ := w.differences(id)
	counts := fmt.Sprint(len(got[fund.DateDiffers]), len(got[fund.AmountDiffers]), len(got[fund.OnlyBank]), len(got[fund.OnlyBooks]), len(got[fund.Doubled]))
	if counts != "1 1 3 1 1" { // Z1 twice: neither is in the books, so neither is the double of a matched line
		t.Errorf("%s: %+v", counts, got)
	}
	if d := got[fund.AmountDiffers][0]; d.BankFen != 330 || d.BooksFen != 300 || d.Serial != "A3" {
		t.Errorf("%+v", d)
	}
	_, err = w.CloseMonth(t.Context(), w.second, id)
	w.refused("unexplained", err, fund.ErrUnexplained)
	w.pays("Z1", "2026-01-20", fund.LaterDeposit, 700) // it had been forgotten
	_, err = w.CompareMonth(t.Context(), w.clerk, id)
	w.ok(err)
	got, ids := w.differences(id)
	if len(got[fund.OnlyBank]) != 1 || len(got[fund.Doubled]) != 2 {
		t.Errorf("%+v", got)
	}
	_, err = w.ExplainDifferences(t.Context(), w.clerk, id, ids[1:], "已向银行核实，次日更正")
	w.ok(err)
	_, err = w.CloseMonth(t.Context(), w.second, id)
	w.refused("one is not explained", err, fund.ErrUnexplained)
	_, err = w.ExplainDifferences(t.Context(), w.clerk, id, ids[:1], "已向银行核实，次日更正")
	w.ok(err)
	_, err = w.CloseMonth(t.Context(), w.clerk, id)
	w.refused("the same person", err, fund.ErrAnotherPerson)
	_, err = w.CloseMonth(t.Context(), w.second, id)
	w.ok(err)
	_, err = w.RecordSlip(t.Context(), w.clerk, w.slipOf("late", "2026-01-31", fund.LaterDeposit, 1))
	w.refused("into a closed month", err, ledger.ErrPeriodClosed)
	_, err = w.month("2026-02-01", 2481, 2481, "2026-02-05,0,,A1\n")
	w.refused("another beginning than the last end", err, fund.ErrBadStatement)
	w.clock.Advance(40 * 24 * time.Hour)
	_, err = w.month("2026-03-01", 2480, 2480, "2026-03-05,0,,A1\n")
	w.refused("a month left out", err, fund.ErrBadStatement)
	_, err = w.month("2026-02-01", 2480, 2480, "2026-02-05,0,,A1\n")
	w.ok(err)
}

// TestAYearIsPublishedFromClosedBooks: opening + deposits + income − use − refunds is the balance, of all, of each project and of each
// sub-account, and the parts are the whole.
func TestAYearIsPublishedFromClosedBooks(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.rule("fund.interest_method", "到账日")
	w.clock.Advance(320 * 24 * time.Hour) // into 2027
	w.pays("0", "2025-12-31", fund.FirstDeposit, 10_000, 5000)
	in := w.slipOf("1", "2026-03-01", fund.LaterDeposit, 1000, 0, 2000)
	in.Deposits = append(in.Deposits, fund.NewDeposit{UnitID: w.Units[0].ID, Kind: fund.LaterDeposit, Seller: true, SellerName: "某某厂", Amount: 300})
	_, err := w.RecordSlip(t.Context(), w.clerk, in)
	w.ok(err)
	id := w.earns("i", 97, "2026-01-01", "2026-06-30", "2026-07-01")
	_, err = w.WeighIncome(t.Context(), w.clerk, id)
	w.ok(err)
	_, err = w.PostIncome(t.Context(), w.second, id)
	w.ok(err)
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: "p", Effective: day(t, "2026-09-01"), Source: ledger.Source{Kind: "fund_project", ID: 7, Text: "维修项目 P7 屋面防水"},
			Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundUnit, UnitID: w.Units[0].ID}, Amount: 4000}, {Key: ledger.Key{Code: ledger.FundUnit, UnitID: w.Units[1].ID}, Amount: 5500}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -9500}}})
		return err
	}))
	w.pays("2", "2027-01-01", fund.LaterDeposit, 9)
	owner := w.Resident(0, org.RoleOwner)
	_, err = w.FindYear(t.Context(), owner, org.FollowFund, w.Estate.ID, 2026)
	w.refused("before the close", err, fund.ErrYearOpen)
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return ledger.Close(tx, w.clerk, w.Estate.ID, ledger.Fund, day(t, "2026-12-31"))
	}))
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error { return reconciled(tx, w.Estate.ID, 2026, 1, 11) }))
	_, err = w.FindYear(t.Context(), owner, org.FollowFund, w.Estate.ID, 2026)
	w.refused("before December is held against the bank", err, fund.ErrYearOpen)
	if f := fault.Of(err); !strings.Contains(f.Message, "2026年12月还没有和专户银行对账") {
		t.Errorf("%s", f.Message)
	}
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error { return reconciled(tx, w.Estate.ID, 2026, 12, 12) }))
	y, err := w.FindYear(t.Context(), owner, org.FollowFund, w.Estate.ID, 2026)
	w.ok(err)
	if y.Owners.Opening != 15_000 || y.Owners.Deposits != 3000 || y.Seller.Deposits != 300 || y.Owners.Income+y.Seller.Income != 97 || y.Owners.Use != 9500 ||
		y.Owners.Balance != 8500+y.Owners.Income || y.AtBank != y.Owners.Balance+y.Seller.Balance || len(y.Uses) != 1 || y.Uses[0].Text != "维修项目 P7 屋面防水" || y.Uses[0].Owners != 9500 || y.Buildings[0].Owners != y.Owners.Balance {
		t.Errorf("%+v", y)
	}
	_, err = w.ListYearUnits(t.Context(), owner, w.Estate.ID, 2026, 0, 10)
	w.refused("every sub-account, to an owner", err, org.ErrForbidden)
	list, err := w.ListYearUnits(t.Context(), w.clerk, w.Estate.ID, 2026, 0, 10)
	w.ok(err)
	var sum fund.Figures
	for _, x := range list {
		sum.Opening += x.Owners.Opening
		sum.Deposits += x.Owners.Deposits
		sum.Income += x.Owners.Income
		sum.Use += x.Owners.Use
		sum.Balance += x.Owners.Balance
	}
	if sum != y.Owners || len(list) != 3 || list[1].Owners.Balance >= 0 { // it had 50 yuan and paid 55
		t.Errorf("%+v is not %+v", sum, y.Owners)
	}
}

// TestRecheck: an owner asks for their own unit, once at a time; the clock is the local rule's, and nothing starts before there is one.
func TestRecheck(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	owner := w.Resident(0, org.RoleOwner)
	_, err := w.AskRecheck(t.Context(), owner, w.Units[0].ID, 2025, "我家余额少了三百元")
	w.refused("without the rule", err, rulepack.ErrUnset)
	w.rule("fund.recheck_days", "15")
	_, err = w.AskRecheck(t.Context(), owner, w.Units[1].ID, 2025, "邻居家余额不对")
	w.refused("a neighbour's", err, org.ErrUnitNotFound)
	id, err := w.AskRecheck(t.Context(), owner, w.Units[0].ID, 2025, "我家余额少了三百元")
	w.ok(err)
	_, err = w.AskRecheck(t.Context(), owner, w.Units[0].ID, 2025, "再问一次，还是少了")
	w.refused("while it is open", err, fund.ErrRecheckOpen)
	w.clock.Advance(16 * 24 * time.Hour)
	list, err := w.ListRechecks(t.Context(), w.clerk, w.Estate.ID, "open", 0, 10)
	w.ok(err)
	for range 2 {
		_, err = w.WatchRechecks(t.Context())
		w.ok(err)
	}
	other := modelstest.NewTown(t, w.DB, w.Vault)
	for who, want := range map[string]struct {
		org.Actor
		n int
	}{"its township": {w.Officer(w.Township, org.Head), 1}, "the bureau": {w.clerk, 1}, "another township": {other.Officer(other.Township, org.Head), 0}} {
		if late, err := w.ListLateRechecks(t.Context(), want.Actor, 0, 10); err != nil || len(late) != want.n {
			t.Errorf("%s: %+v %v", who, late, err)
		}
	}
	if v, err := w.FindTotals(t.Context(), owner, org.FollowFund, w.Estate.ID); err != nil || v.Rechecks != 1 || v.LateRechecks != 1 {
		t.Errorf("%+v %v", v, err)
	}
	if len(list) != 1 || !list[0].Late || list[0].DueAt.Format(time.RFC3339) != "2026-03-17T15:59:59Z" {
		t.Errorf("%+v", list)
	}
	_, err = w.AnswerRecheck(t.Context(), w.Officer(w.Committee, org.Chair), id, "已经核对，账目无误")
	w.refused("who does not keep it", err, fund.ErrNotKeeper)
	_, err = w.AnswerRecheck(t.Context(), w.clerk, id, "已经核对：2025年10月的分摊见维修项目公示")
	w.ok(err)
	if got := fmt.Sprint(w.told()); got != "[duty.recheck duty.recheck_late duty.recheck_answered]" { // late is said once
		t.Error(got)
	}
	if late, err := w.ListLateRechecks(t.Context(), w.clerk, 0, 10); err != nil || len(late) != 0 {
		t.Errorf("%+v %v", late, err)
	}
	mine, err := w.ListMyRechecks(t.Context(), owner, 0, 10)
	w.ok(err)
	if len(mine) != 1 || mine[0].State != "answered" || mine[0].Unit == "" {
		t.Errorf("%+v", mine)
	}
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error { return w.Erase(tx, owner.PersonID) }))
	if mine, err = w.ListMyRechecks(t.Context(), owner, 0, 10); err != nil || len(mine) != 0 {
		t.Errorf("%+v %v", mine, err)
	}
}

// reconciled closes months of the bank's statement.
func reconciled(tx *store.Tx, estate int64, year int, from, to time.Month) error {
	for m := from; m <= to; m++ {
		slot := fmt.Sprintf("%d-%02d", year, m)
		if err := tx.Create(&fund.BankMonth{EstateID: estate, FirstDay: time.Date(year, m, 1, 0, 0, 0, 0, time.UTC), Slot: &slot, FileSHA256: "x", State: "closed", CreatedAt: tx.Now}).Error; err != nil {
			return err
		}
	}
	return nil
}

// TestOneRecheckKeepsNoOtherWaiting: what cannot be told of is reported, and the next one is told of all the same.
func TestOneRecheckKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	at := w.DB.Now().Add(-time.Hour)
	earlier := at.Add(-time.Hour)
	rows := []fund.Recheck{{EstateID: 987_654, UnitID: 1, State: "open", DueAt: earlier, WatchAt: &earlier, CreatedAt: earlier}, {EstateID: w.Estate.ID, UnitID: w.Units[0].ID, State: "open", DueAt: at, WatchAt: &at, CreatedAt: at}}
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error { return tx.Create(&rows).Error }))
	if _, err := w.WatchRechecks(t.Context()); err == nil {
		t.Error("a request of no account was told of")
	}
	late, err := w.ListLateRechecks(t.Context(), w.clerk, 0, 10)
	w.ok(err)
	told := false
	for _, x := range late {
		told = told || x.ID == rows[1].ID && x.LateAt != nil
	}
	if !told {
		t.Errorf("%+v", late)
	}
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error { return tx.Where("id = ?", rows[0].ID).Delete(&fund.Recheck{}).Error }))
}
