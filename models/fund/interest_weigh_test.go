package fund

import (
	"maps"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund/apportion"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
)

// TestWeighDayByDay: the weight is what adding up each day's closing balance gives, whatever the order in which the moves come.
func TestWeighDayByDay(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		from := calendar.Date{Year: 2024, Month: 2, Day: 1 + r.IntN(28)}
		to := from.Add(r.IntN(60))
		opening := money.Fen(r.IntN(2000) - 1000)
		var moves []move
		for range r.IntN(8) {
			moves = append(moves, move{from.Add(r.IntN(80) - 10), money.Fen(r.IntN(2000) - 1000)})
		}
		want, balance := int64(0), opening
		for d := from; !to.Before(d); d = d.Add(1) {
			for _, m := range moves {
				if m.on == d {
					balance += m.amount
				}
			}
			want += int64(max(balance, 0))
		}
		for range 3 {
			r.Shuffle(len(moves), func(i, j int) { moves[i], moves[j] = moves[j], moves[i] })
			if got := weigh(opening, append([]move(nil), moves...), from, to); got != want {
				t.Fatalf("%s to %s from %d with %v: %d, want %d", from, to, opening, moves, got, want)
			}
		}
	}
}

// TestAllocateAnyIncome over hundreds of random estates: whatever the number of sub-accounts, their balances (nothing and less than nothing
// included), the days and the total, the parts are the whole, none is negative, each is within a fen of its exact share and either that
// rounded down or one more, a sub-account of nothing gets nothing, more weight never gets less, and the order in which the rows come does not matter.
func TestAllocateAnyIncome(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 600 {
		n := 1 + r.IntN(400)
		from := calendar.Date{Year: 2024, Month: 1 + time.Month(r.IntN(12)), Day: 1 + r.IntN(28)}
		to := from.Add(r.IntN(400))
		total := money.Fen(1 + r.Int64N([]int64{3, 100, 10_000_000, int64(money.Max)}[r.IntN(4)]))
		few := r.IntN(3) == 0 // many equal balances: then remainders tie
		var shares []Share
		whole := new(big.Int)
		for i := range n {
			var opening money.Fen
			switch {
			case r.IntN(5) == 0: // nothing, or overdrawn
				opening = -money.Fen(r.IntN(3))
			case few:
				opening = money.Fen(100 * (1 + r.IntN(3)))
			default:
				opening = money.Fen(r.Int64N(5_000_000_00))
			}
			var moves []move
			for range r.IntN(3) {
				moves = append(moves, move{from.Add(r.IntN(400)), money.Fen(r.IntN(2_000_00) - 1_000_00)})
			}
			if few {
				moves = nil
			}
			w := weigh(opening, moves, from, to)
			if w < 0 {
				t.Fatalf("a weight of %d", w)
			}
			whole.Add(whole, big.NewInt(w))
			shares = append(shares, Share{UnitID: int64(i/2 + 1), Code: subCodes[i%2], Weight: w, place: (i / 2 * 7919) % 1009})
		}
		if whole.Sign() == 0 {
			continue
		}
		type key struct {
			unit int64
			code ledger.Code
		}
		var first map[key]money.Fen
		for shuffle := range 3 {
			if shuffle > 0 {
				r.Shuffle(n, func(i, j int) { shares[i], shares[j] = shares[j], shares[i] })
			}
			in := &Income{Amount: total}
			if err := in.allocate(shares); err != nil {
				t.Fatal(err)
			}
			got, sum := map[key]money.Fen{}, money.Fen(0)
			for i, x := range shares {
				got[key{x.UnitID, x.Code}], sum = x.Amount, sum+x.Amount
				// amount × whole lies less than whole away from total × weight
				apart := new(big.Int).Mul(big.NewInt(int64(x.Amount)), whole)
				apart.Sub(apart, new(big.Int).Mul(big.NewInt(int64(total)), big.NewInt(x.Weight)))
				if x.Amount < 0 || x.Weight == 0 && x.Amount != 0 || apart.CmpAbs(whole) >= 0 || (x.Part == 0) != (x.Amount == 0) {
					t.Fatalf("round %d: %+v of %s over %s", round, x, total, whole)
				}
				if i > 0 && shares[i-1].Weight < x.Weight && shares[i-1].Amount > x.Amount {
					t.Fatalf("round %d: more weight gets less: %+v, %+v", round, shares[i-1], x)
				}
			}
			if sum != total {
				t.Fatalf("round %d: %s of %s", round, sum, total)
			}
			if first == nil {
				first = got
			}
			if !maps.Equal(first, got) {
				t.Fatalf("round %d: the order of the rows matters", round)
			}
			steps, err := apportion.Days(total, weightsOf(shares))
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range steps { // what is told is what is booked
				if s.Amount() != shares[i].Amount || s.Whole != whole.Int64() || s.Mine != shares[i].Weight {
					t.Fatalf("round %d: %+v, %+v", round, s, shares[i])
				}
			}
		}
	}
}
