package fund

import (
	"math/rand/v2"
	"testing"

	"github.com/linli-city/linli/models/calendar"
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
