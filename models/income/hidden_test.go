package income_test

import (
	"errors"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/income"
)

// No day is left out: money of a day that lies between two settlements would never be settled, and the fund not get its share of it.
func TestNoDayIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "income.fund_rate=10000")
	c := w.contract("业主大会2025年第2号决定")
	w.must(w.line(income.Receipt, c, 100, on(1, 30)))
	w.must(w.line(income.Receipt, c, 900_000, on(1, 31)))
	w.must(w.line(income.Receipt, c, 100, on(2, 1)))
	first, err := w.Propose(t.Context(), w.keeper, w.Estate.ID, on(1, 1), on(1, 30))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Propose(t.Context(), w.keeper, w.Estate.ID, on(2, 1), on(2, 28)); !errors.Is(err, income.ErrState) {
		t.Errorf("31 January is left out: %v", err)
	}
	second, err := w.Propose(t.Context(), w.keeper, w.Estate.ID, on(1, 31), on(2, 28))
	if err != nil || second.Revenue != 900_100 {
		t.Fatalf("%+v, %v", second, err)
	}
	if err := w.Decide(t.Context(), w.chair, second.ID, true, ""); !errors.Is(err, income.ErrState) {
		t.Errorf("approved before the earlier period: %v", err)
	}
	for _, x := range []*income.Settlement{first, second} {
		if err := w.Decide(t.Context(), w.chair, x.ID, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.PayOver(t.Context(), w.chair, first.ID, on(3, 1), "BANK0001"); err != nil {
		t.Fatal(err)
	}
	if err := w.PayOver(t.Context(), w.chair, second.ID, on(3, 1), "BANK0001"); !errors.Is(err, income.ErrState) {
		t.Errorf("one transfer pays for two periods: %v", err)
	}
}

// A contract that pays too little is named, however many newer ones there are.
func TestAShortContractIsNotHiddenByNewerOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	short := w.contract("业主大会2025年第2号决定")
	for range 200 {
		ref := w.ref()
		w.must(w.RecordContract(t.Context(), w.keeper, income.NewContract{EstateID: w.Estate.ID, Kind: "other", Title: "小合同", Party: "个人", Basis: "决定", StartsOn: on(12, 1), EndsOn: on(12, 31), Amount: 1, ClientRef: ref, InputKey: ref}))
	}
	if v := w.overview(); len(v.Findings) != 1 || v.Findings[0].ContractID != short {
		t.Errorf("%+v", v.Findings)
	}
}

// A year that was mistyped is refused.
func TestAYearThatIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	then := on(1, 1)
	then.Year = 26
	if _, err := w.line(income.Receipt, 0, 1, then); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("a line of the year 26: %v", err)
	}
	_, err := w.RecordContract(t.Context(), w.keeper, income.NewContract{EstateID: w.Estate.ID, Kind: "other", Title: "小合同", Party: "个人", StartsOn: then, EndsOn: on(12, 31), Amount: 1, PeriodMonths: 1, ClientRef: "y", InputKey: "y"})
	if !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("a contract since the year 26: %v", err)
	}
}
