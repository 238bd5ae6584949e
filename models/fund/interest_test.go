package fund_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

func (w *keeping) earns(slip string, fen money.Fen, from, to, received string) int64 {
	w.t.Helper()
	id, err := w.RecordIncome(w.t.Context(), w.clerk, fund.NewIncome{EstateID: w.Estate.ID, Kind: fund.BankInterest, Amount: fen, From: day(w.t, from), To: day(w.t, to), ReceivedOn: day(w.t, received), Slip: slip})
	w.ok(err)
	return id
}

func (w *keeping) shares(id int64) map[int64]fund.ShareView {
	w.t.Helper()
	v, err := w.FindIncome(w.t.Context(), w.clerk, id, 0, 100)
	w.ok(err)
	all := map[int64]fund.ShareView{}
	for _, x := range v.List {
		all[x.UnitID] = x
	}
	return all
}

// TestInterestByBalanceAndDays: who held twice as much or twice as long gets twice as much, who held nothing or less gets nothing, a second
// person approves, and until the rule is supplied nothing is worked out.
func TestInterestByBalanceAndDays(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.pays("1", "2026-01-01", fund.LaterDeposit, 10_000)       // 10 days
	w.pays("2", "2026-01-06", fund.LaterDeposit, 0, 20_000)    // 5 days, twice as much
	w.pays("3", "2026-01-11", fund.LaterDeposit, 0, 0, 77_000) // after the period
	id := w.earns("i1", 1001, "2026-01-01", "2026-01-10", "2026-01-20")
	_, err := w.WeighIncome(t.Context(), w.clerk, id)
	w.refused("without the rule", err, rulepack.ErrUnset)
	w.rule("fund.interest_method", "看情况")
	_, err = w.WeighIncome(t.Context(), w.clerk, id)
	w.refused("a rule that says nothing", err, fund.ErrMethod)
	w.rule("fund.interest_method", "到账日")
	_, err = w.PostIncome(t.Context(), w.second, id)
	w.refused("before it is worked out", err, fund.ErrStage)
	_, err = w.WeighIncome(t.Context(), w.clerk, id)
	w.ok(err)
	got := w.shares(id)
	if a, b := got[w.Units[0].ID], got[w.Units[1].ID]; len(got) != 2 || a.Weight != 100_000 || b.Weight != 100_000 || a.Amount != 501 || b.Amount != 500 {
		t.Errorf("%+v", got)
	}
	_, err = w.PostIncome(t.Context(), w.clerk, id)
	w.refused("the same person", err, fund.ErrAnotherPerson)
	w.pays("4", "2026-01-09", fund.LaterDeposit, 0, 0, 10_000) // it had been forgotten
	_, err = w.PostIncome(t.Context(), w.second, id)
	w.refused("after the books have moved", err, fund.ErrMoved)
	_, err = w.WeighIncome(t.Context(), w.clerk, id)
	w.ok(err)
	if got := w.shares(id); got[w.Units[2].ID].Weight != 20_000 {
		t.Errorf("%+v", got)
	}
	for range 2 {
		_, err = w.PostIncome(t.Context(), w.second, id)
		w.ok(err)
	}
	if waiting := w.stands(ledger.FundInterest, 0); waiting != 0 {
		t.Errorf("%s wait", waiting)
	}
	if a := -w.stands(ledger.FundUnit, w.Units[0].ID); a != 10_455 { // 10.01 yuan × 100000/220000
		t.Errorf("%s", a)
	}
}

// TestInterestSumsExactly over random books: whatever the balances, the parts are the whole, who held nothing gets nothing, and the order of
// what happened within a day does not matter.
func TestInterestSumsExactly(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		shuffled := map[bool]map[int]money.Fen{}
		var total money.Fen
		for _, backwards := range []bool{false, true} {
			r := rand.New(rand.NewPCG(seed, 7))
			w := newKeeping(t)
			w.rule("fund.interest_method", "计息期末日")
			type paid struct {
				on   string
				unit int
				fen  money.Fen
			}
			var list []paid
			for range 12 {
				list = append(list, paid{on: calendar.Date{Year: 2026, Month: 1, Day: 1 + r.IntN(3)*10}.String(), unit: r.IntN(2), fen: money.Fen(1 + r.IntN(1_000_000))})
			}
			w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
				for i := range list {
					x := list[i]
					if backwards { // the same days, each from its end
						x = list[len(list)-1-i]
					}
					_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: "x" + string(rune('a'+i)), Effective: day(t, x.on), Source: ledger.Source{Kind: "test", Text: "x"},
						Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundUnit, UnitID: w.Units[x.unit].ID}, Amount: -x.fen}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: x.fen}}})
					if err != nil {
						return err
					}
				}
				for i := range w.Units {
					if err := tx.Create(&fund.SubAccount{EstateID: w.Estate.ID, BuildingID: w.Building.ID, UnitID: w.Units[i].ID, CreatedAt: tx.Now}).Error; err != nil {
						return err
					}
				}
				// The third has been overdrawn all the time.
				_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: "over", Effective: day(t, "2025-12-01"), Source: ledger.Source{Kind: "test", Text: "x"},
					Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundUnit, UnitID: w.Units[2].ID}, Amount: 5}, {Key: ledger.Key{Code: ledger.FundBank}, Amount: -5}}})
				return err
			}))
			total = money.Fen(1 + r.IntN(999))
			id := w.earns("i", total, "2026-01-01", "2026-01-31", "2026-02-01")
			_, err := w.WeighIncome(t.Context(), w.clerk, id)
			w.ok(err)
			_, err = w.PostIncome(context.Background(), w.second, id)
			w.ok(err)
			sum, byUnit := money.Fen(0), map[int]money.Fen{}
			for unit, x := range w.shares(id) {
				for i, u := range w.Units {
					if u.ID == unit {
						byUnit[i] = x.Amount
					}
				}
				sum += x.Amount
			}
			if sum != total || byUnit[2] != 0 || w.stands(ledger.FundInterest, 0) != 0 {
				t.Errorf("seed %d: %v is %s of %s", seed, byUnit, sum, total)
			}
			shuffled[backwards] = byUnit
		}
		for i := range 3 {
			if shuffled[false][i] != shuffled[true][i] {
				t.Errorf("seed %d: the order within a day matters: %v", seed, shuffled)
			}
		}
	}
}

// TestPublicIncomeIsBookedOnce: what the books of the public income handed over is allocated, not booked a second time.
func TestPublicIncomeIsBookedOnce(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.rule("fund.interest_method", "到账日")
	w.pays("1", "2026-01-01", fund.LaterDeposit, 1000)
	in := fund.NewIncome{EstateID: w.Estate.ID, Kind: fund.PublicIncome, Amount: 800, From: day(t, "2026-01-01"), To: day(t, "2026-01-31"), ReceivedOn: day(t, "2026-02-10"), Slip: "L77"}
	_, err := w.RecordIncome(t.Context(), w.clerk, in)
	w.refused("before it was handed over", err, fund.ErrNotHandedOver)
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := ledger.Post(tx, w.clerk, w.Estate.ID, ledger.Fund, ledger.Posting{Ref: "settlement-1-paid", Effective: day(t, "2026-02-10"), Source: ledger.Source{Kind: "income_settlement", ID: 1, Text: "公共收益结算，银行流水号L77"},
			Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.FundBank}, Amount: 800}, {Key: ledger.Key{Code: ledger.FundInterest}, Amount: -800}}})
		return err
	}))
	in.Amount = 801
	_, err = w.RecordIncome(t.Context(), w.clerk, in)
	w.refused("another amount", err, fund.ErrNotHandedOver)
	in.Amount = 800
	id, err := w.RecordIncome(t.Context(), w.clerk, in)
	w.ok(err)
	_, err = w.RecordIncome(t.Context(), w.clerk, in)
	w.refused("twice", err, fund.ErrSlipKnown)
	_, err = w.WeighIncome(t.Context(), w.clerk, id)
	w.ok(err)
	_, err = w.PostIncome(t.Context(), w.second, id)
	w.ok(err)
	if bank, waits, unit := w.stands(ledger.FundBank, 0), w.stands(ledger.FundInterest, 0), w.stands(ledger.FundUnit, w.Units[0].ID); bank != 1800 || waits != 0 || unit != -1800 {
		t.Errorf("%s, %s, %s", bank, waits, unit)
	}
}

// TestWhyThisMuchInterest: what an owner is told gives their part when it is worked out again: the total, their balance of each day added up,
// everybody's, what was rounded down, and who got the fen that were left, among equal ones the lower door; and the journal that books it.
func TestWhyThisMuchInterest(t *testing.T) {
	t.Parallel()
	w, ctx := newKeeping(t), t.Context()
	w.rule("fund.interest_method", "到账日")
	w.ok(w.DB.InTx(ctx, func(tx *store.Tx) error { // the door with the lower number has the higher id
		for i, number := range []string{"903", "902", "901"} {
			if err := tx.Model(&org.Unit{}).Where("id = ?", w.Units[i].ID).Update("number", number).Error; err != nil {
				return err
			}
		}
		return nil
	}))
	w.pays("1", "2026-01-01", fund.LaterDeposit, 20_000, 20_000, 20_000)
	id := w.earns("i1", 1000, "2026-01-01", "2026-01-10", "2026-01-20") // 333 each, one is left
	owner := w.Resident(0, org.RoleOwner)
	_, err := w.ExplainMyIncome(ctx, owner, w.Units[0].ID, id)
	w.refused("before it is worked out", err, fund.ErrNoEntry)
	_, err = w.WeighIncome(ctx, w.clerk, id)
	w.ok(err)
	_, err = w.ExplainMyIncome(ctx, owner, w.Units[0].ID, id)
	w.refused("before it is booked", err, fund.ErrNoEntry)
	_, err = w.PostIncome(ctx, w.second, id)
	w.ok(err)
	extra := 0
	for i, u := range w.Units[:3] {
		v, err := w.ExplainIncome(ctx, w.clerk, u.ID, id, false)
		w.ok(err)
		s := v.Step
		if v.Days() != 10 || s.Total != 1000 || s.Mine != 200_000 || s.Whole != 600_000 || s.Base != money.Fen(int64(s.Total)*s.Mine/s.Whole) || s.Left != 1 || s.Amount() != w.shares(id)[u.ID].Amount || -w.stands(ledger.FundUnit, u.ID)-20_000 != s.Amount() {
			t.Errorf("%+v", v)
		}
		if s.Extra {
			extra++
			if i != 2 {
				t.Errorf("the fen that was left went to unit %d, not to the lowest door", i)
			}
		}
		if words := v.Words(); !strings.Contains(words, "存储利息10.00元") || !strings.Contains(words, "共10天") || !strings.Contains(words, "10.00×2000.00÷6000.00=3.3333…元") || !strings.Contains(words, fmt.Sprintf("分得%s元", s.Amount())) {
			t.Error(words)
		}
		w.ok(w.DB.View(ctx, func(tx *store.Tx) error {
			j, err := ledger.FindJournal(tx, w.Estate.ID, ledger.Fund, v.JournalNo)
			if err == nil && (j.SourceKind != "fund_income" || j.SourceID != id) {
				t.Errorf("%+v", j)
			}
			return err
		}))
	}
	if extra != 1 {
		t.Errorf("%d got the fen that was left", extra)
	}
	sheet, err := w.FindSheet(ctx, owner, w.Units[0].ID)
	if err != nil || len(sheet.Incomes) != 1 || sheet.Incomes[0].Step.Amount() != 333 {
		t.Errorf("%+v, %v", sheet, err)
	}
	_, err = w.ExplainMyIncome(ctx, owner, w.Units[1].ID, id)
	w.refused("a neighbour's", err, org.ErrUnitNotFound)
	_, err = w.ExplainIncome(ctx, w.clerk, w.Units[0].ID, id, true)
	w.refused("a seller that there is not", err, fund.ErrNoEntry)
	w.ok(w.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Model(&fund.Share{}).Where("income_id = ? AND unit_id = ?", id, w.Units[0].ID).Update("weight", 100_000).Error
	}))
	if _, err := w.ExplainMyIncome(ctx, owner, w.Units[0].ID, id); err == nil || fault.Of(err).Kind != fault.Internal {
		t.Errorf("weights that do not give what was booked are told as the reason: %v", err)
	}
}
