package ledger_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

func TestWhatIsNoJournalIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := modelstest.NewTown(t, w.DB, w.Vault)
	good := func() ledger.Posting { return w.bill("r", 0, 13742, on(2, 1)) }
	for name, c := range map[string]struct {
		change func(*ledger.Posting)
		want   error
	}{
		"one fen too much":       {func(p *ledger.Posting) { p.Lines[0].Amount++ }, ledger.ErrUnbalanced},
		"no source":              {func(p *ledger.Posting) { p.Source.Text = "" }, fault.ErrInvalid},
		"no ref":                 {func(p *ledger.Posting) { p.Ref = "" }, fault.ErrInvalid},
		"no day":                 {func(p *ledger.Posting) { p.Effective = calendar.Date{} }, fault.ErrInvalid},
		"one line":               {func(p *ledger.Posting) { p.Lines = p.Lines[:1] }, fault.ErrInvalid},
		"a line of nothing":      {func(p *ledger.Posting) { p.Lines[0].Amount, p.Lines[1].Amount = 0, 0 }, fault.ErrInvalid},
		"an account of the fund": {func(p *ledger.Posting) { p.Lines[1].Code = ledger.FundBank }, fault.ErrInvalid},
		"an unknown account":     {func(p *ledger.Posting) { p.Lines[1].Code = "fee.other" }, fault.ErrInvalid},
		"another estate's unit":  {func(p *ledger.Posting) { p.Lines[0].UnitID = other.Units[0].ID }, nil},
	} {
		p := good()
		c.change(&p)
		err := w.try(func(tx *store.Tx) error {
			_, err := ledger.Post(tx, w.cashier, w.Estate.ID, ledger.FeesOf(w.Company.ID), p)
			return err
		})
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := w.balances(on(12, 31), []ledger.Code{ledger.FeeReceivable, ledger.FeeIncome}, w.Units[0].ID, 0); len(got) != 0 {
		t.Errorf("what was refused left %v", got)
	}
}

func TestTheSameDeedIsPostedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	ids := make([]int64, 20)
	for i := range ids {
		wg.Go(func() {
			err := w.DB.InTx(context.Background(), func(tx *store.Tx) error {
				j, err := ledger.Post(tx, w.cashier, w.Estate.ID, ledger.FeesOf(w.Company.ID), w.bill("february", 0, 13742, on(2, 1)))
				if err == nil {
					ids[i] = j.ID
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	slices.Sort(ids)
	if ids[0] != ids[19] || ids[0] == 0 {
		t.Errorf("twenty tries made %v", ids)
	}
	if got := w.balances(on(2, 1), []ledger.Code{ledger.FeeReceivable}, w.Units[0].ID); got[ledger.Key{Code: ledger.FeeReceivable, UnitID: w.Units[0].ID}] != 13742 {
		t.Errorf("owed %v", got)
	}
	err := w.try(func(tx *store.Tx) error {
		_, err := ledger.Post(tx, w.cashier, w.Estate.ID, ledger.FeesOf(w.Company.ID), w.bill("february", 0, 13743, on(2, 1)))
		return err
	})
	if !errors.Is(err, ledger.ErrRefReused) {
		t.Errorf("the same ref with another amount: %v", err)
	}
}

func TestNumbersFollowOneAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	nos := make([]int64, 20)
	for i := range nos {
		wg.Go(func() {
			err := w.DB.InTx(context.Background(), func(tx *store.Tx) error {
				j, err := ledger.Post(tx, w.cashier, w.Estate.ID, ledger.FeesOf(w.Company.ID), w.bill(ref(i), i%3, 100, on(2, 1)))
				if err != nil {
					return err
				}
				nos[i] = j.No
				if i%4 == 3 {
					return errors.New("the deed failed after its posting")
				}
				return nil
			})
			if err != nil {
				nos[i] = 0
			}
		})
	}
	wg.Wait()
	slices.Sort(nos)
	for i, no := range nos[5:] {
		if no != int64(i+1) {
			t.Fatalf("fifteen postings have the numbers %v", nos[5:])
		}
	}
}

func TestAClosedPeriodStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.post(w.bill("january", 0, 100, on(1, 31)))
	shut := func(d calendar.Date) error {
		return w.try(func(tx *store.Tx) error {
			return ledger.Close(tx, w.cashier, w.Estate.ID, ledger.FeesOf(w.Company.ID), d)
		})
	}
	if err := shut(on(3, 2)); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("today is closed before it is over: %v", err)
	}
	if err := errors.Join(shut(on(1, 31)), shut(on(1, 15))); err != nil {
		t.Fatal(err)
	}
	for _, d := range []calendar.Date{on(1, 31), on(1, 1)} {
		err := w.try(func(tx *store.Tx) error {
			_, err := ledger.Post(tx, w.cashier, w.Estate.ID, ledger.FeesOf(w.Company.ID), w.bill("late", 0, 100, d))
			return err
		})
		if !errors.Is(err, ledger.ErrPeriodClosed) {
			t.Errorf("a posting of %v: %v", d, err)
		}
	}
	if again := w.post(w.bill("january", 0, 100, on(1, 31))); again.ID != j.ID {
		t.Error("a second try after the close is not answered by the first")
	}
	back := func(d calendar.Date) error {
		return w.try(func(tx *store.Tx) error {
			_, err := ledger.Reverse(tx, w.cashier, j.ID, "undo", "金额有误", d)
			return err
		})
	}
	if err := back(on(1, 31)); !errors.Is(err, ledger.ErrPeriodClosed) {
		t.Errorf("a reversal into the closed period: %v", err)
	}
	if err := back(on(2, 1)); err != nil {
		t.Fatal(err)
	}
	key := ledger.Key{Code: ledger.FeeReceivable, UnitID: w.Units[0].ID}
	if was, is := w.balances(on(1, 31), []ledger.Code{key.Code}, key.UnitID)[key], w.balances(on(2, 1), []ledger.Code{key.Code}, key.UnitID)[key]; was != 100 || is != 0 {
		t.Errorf("owed %d at the close and %d after the reversal", was, is)
	}
}

func TestAJournalIsReversedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.post(w.bill("february", 1, 13742, on(2, 1)))
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() {
			errs[i] = w.DB.InTx(context.Background(), func(tx *store.Tx) error {
				_, err := ledger.Reverse(tx, w.cashier, j.ID, ref(i), "金额有误", on(2, 2))
				return err
			})
		})
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, ledger.ErrReversed):
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("reversed %d times", done)
	}
	if err := w.try(func(tx *store.Tx) error {
		_, err := ledger.Reverse(tx, w.cashier, 999_999, "x", "y", on(2, 2))
		return err
	}); !errors.Is(err, ledger.ErrNoJournal) {
		t.Errorf("nothing is reversed: %v", err)
	}
}

// Whatever is posted and reversed in whatever order, the books balance on every day, and each balance is the sum of what was posted up to
// that day.
func TestTheBooksAlwaysBalance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := rand.New(rand.NewPCG(6, 28))
	codes := []ledger.Code{ledger.FeeReceivable, ledger.FeePrepaid, ledger.FeeDeposit, ledger.FeeCash, ledger.FeeIncome}
	type posted struct {
		key ledger.Key
		day calendar.Date
		fen money.Fen
	}
	var all []posted
	var journals []int64
	for n := range 150 {
		d := on(1, 1+r.IntN(28))
		if n%5 == 4 {
			id := journals[r.IntN(len(journals))]
			err := w.try(func(tx *store.Tx) error {
				j, err := ledger.Reverse(tx, w.cashier, id, ref(n), "更正", d)
				if err != nil {
					return err
				}
				v, err := ledger.FindJournal(tx, w.Estate.ID, ledger.FeesOf(w.Company.ID), j.No)
				for _, l := range v.Lines {
					all = append(all, posted{key(l.Key), d, l.Amount})
				}
				return err
			})
			if err != nil && !errors.Is(err, ledger.ErrReversed) {
				t.Fatal(err)
			}
			continue
		}
		p := w.bill(ref(n), 0, 1, d)
		p.Lines = nil
		var sum money.Fen
		for range 1 + r.IntN(6) {
			l := ledger.Line{Key: ledger.Key{Code: codes[r.IntN(len(codes)-2)], UnitID: w.Units[r.IntN(3)].ID}, Amount: money.Fen(r.IntN(20_000) - 10_000)}
			if l.Amount != 0 {
				p.Lines, sum = append(p.Lines, l), sum+l.Amount
			}
		}
		if sum == 0 || len(p.Lines) == 0 {
			continue
		}
		p.Lines = append(p.Lines, ledger.Line{Key: ledger.Key{Code: codes[3+r.IntN(2)]}, Amount: -sum})
		journals = append(journals, w.post(p).ID)
		for _, l := range p.Lines {
			all = append(all, posted{l.Key, d, l.Amount})
		}
	}
	for _, d := range []calendar.Date{on(1, 1), on(1, 9), on(1, 20), on(2, 1)} {
		want := map[ledger.Key]money.Fen{}
		for _, x := range all {
			if !d.Before(x.day) {
				want[x.key] += x.fen
			}
		}
		got := w.balances(d, codes, w.Units[0].ID, w.Units[1].ID, w.Units[2].ID, 0)
		var sum money.Fen
		for k, v := range got {
			sum += v
			if want[k] != v {
				t.Errorf("%v: %v is %d, want %d", d, k, v, want[k])
			}
		}
		if sum != 0 || len(got) != len(want) {
			t.Errorf("%v: %d accounts sum to %d, want %d accounts", d, len(got), sum, len(want))
		}
		w.tx(func(tx *store.Tx) error {
			rows, err := ledger.Trial(tx, w.Estate.ID, ledger.FeesOf(w.Company.ID), d, on(2, 1))
			var total ledger.Row
			for _, x := range rows {
				total.Opening, total.Debit, total.Credit, total.Ending = total.Opening+x.Opening, total.Debit+x.Debit, total.Credit+x.Credit, total.Ending+x.Ending
			}
			if total.Opening != 0 || total.Ending != 0 || total.Debit != total.Credit || total.Debit == 0 && d == on(1, 1) {
				t.Errorf("the trial balance from %v: %+v", d, total)
			}
			return err
		})
	}
}

func key(k ledger.Key) ledger.Key {
	if k.UnitID != 0 {
		k.BuildingID = 0
	}
	return k
}
