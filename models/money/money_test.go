package money_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/linli-city/linli/models/money"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]money.Fen{"137.42": 13742, "-0.05": -5, "1,088": 108800, "1,088.50": 108850, " 5.100 ": 510, "0": 0, "007.1": 710} {
		got, err := money.Parse(text)
		if err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]error{"": money.ErrEmpty, "-": money.ErrEmpty, "88,5": money.ErrThousands, "1.234": money.ErrDecimals, "5.": money.ErrFormat, ".5": money.ErrFormat, "1e3": money.ErrFormat, "12元": money.ErrFormat, "--1": money.ErrFormat, "9999999999999": money.ErrTooLarge, "999999999999": money.ErrTooLarge} {
		if got, err := money.Parse(text); !errors.Is(err, want) {
			t.Errorf("%q is %d, %v; want %v", text, got, err, want)
		}
	}
	for _, f := range []money.Fen{0, 1, -1, 99, 100, -12345, money.Max} {
		if got, err := money.Parse(f.String()); err != nil || got != f {
			t.Errorf("%d is written %s and read %d, %v", f, f, got, err)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		total   money.Fen
		weights []int64
		want    []money.Fen
	}{
		{100, []int64{1, 1, 1}, []money.Fen{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []money.Fen{-34, -33, -33}},
		{2, []int64{0, 5, 5, 5}, []money.Fen{0, 1, 1, 0}},
		{101, []int64{88500, 0, 91235}, []money.Fen{50, 0, 51}},
		{7, []int64{math.MaxInt64, math.MaxInt64}, []money.Fen{4, 3}},
		{0, []int64{0, 0}, []money.Fen{0, 0}},
		{5, []int64{3}, []money.Fen{5}},
	} {
		got, err := money.Split(c.total, c.weights)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%d by %v is %v, %v; want %v", c.total, c.weights, got, err, c.want)
		}
	}
	for _, w := range [][]int64{{0, 0}, {-1, 2}, nil, {math.MaxInt64, math.MaxInt64, math.MaxInt64}} {
		if got, err := money.Split(5, w); !errors.Is(err, money.ErrWeights) {
			t.Errorf("by %v is %v, %v", w, got, err)
		}
	}
}

// Whatever is divided, the parts are the whole, nobody is a fen or more off their exact share, and a larger weight never pays less.
func TestSplitSums(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		weights := make([]int64, 1+r.IntN(40))
		var sum int64
		for i := range weights {
			weights[i] = r.Int64N(1 << r.IntN(45))
			sum += weights[i]
		}
		if sum == 0 {
			continue
		}
		total := money.Fen(r.Int64N(1 << (1 + r.IntN(50))))
		parts, err := money.Split(total, weights)
		if err != nil {
			t.Fatal(err)
		}
		var got money.Fen
		for i, p := range parts {
			got += p
			exact := float64(total) * (float64(weights[i]) / float64(sum))
			if math.Abs(float64(p)-exact) > 1+exact*1e-12 {
				t.Fatalf("%d by %v gives %d to number %d, exactly %f", total, weights, p, i, exact)
			}
			for j := range i {
				if weights[i] > weights[j] && p < parts[j] || weights[i] < weights[j] && p > parts[j] {
					t.Fatalf("%d by %v: %v, a larger weight has less", total, weights, parts)
				}
			}
		}
		if got != total {
			t.Fatalf("%d by %v sums to %d", total, weights, got)
		}
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		f        money.Fen
		num, den int64
		want     money.Fen
	}{{10001, 3000, 10000, 3000}, {10002, 5000, 10000, 5001}, {-3, 1, 2, -2}, {180, 88_505, 1000, 15931}, {0, 1, 3, 0}} {
		if got, err := money.Share(c.f, c.num, c.den); err != nil || got != c.want {
			t.Errorf("%d × %d/%d is %d, %v; want %d", c.f, c.num, c.den, got, err, c.want)
		}
	}
	for _, c := range [][3]int64{{1, 1, 0}, {1, -1, 2}, {math.MaxInt64, math.MaxInt64, 1}} {
		if got, err := money.Share(money.Fen(c[0]), c[1], c[2]); err == nil {
			t.Errorf("%v is %d", c, got)
		}
	}
}
