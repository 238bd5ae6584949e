package tally

import (
	"math/big"
	"slices"
	"strings"
)

// row is one demand on unknown whole numbers: row[0] + row[1]·x₁ + row[2]·x₂ + … is not negative.
type row []*big.Int

// feasible reports whether whole numbers, negative ones included, meet all rows. It is exact: an unknown is eliminated by
// pairing what holds it from below with what holds it from above (Fourier and Motzkin), which loses nothing where one of each
// pair has the factor one; otherwise the other unknowns are split by their remainders until that is so.
func feasible(rows []row) bool {
	rows, ok := tidy(rows)
	if !ok || !shadow(rows) {
		return false
	}
	if len(rows) == 0 {
		return true
	}
	x, split, modulus := easiest(rows)
	if len(split) == 0 {
		return feasible(eliminate(rows, x))
	}
	return anyRemainder(rows, split, modulus)
}

// shadow reports whether the rows can be met at all when fractions are let in; it spares splitting what cannot be.
func shadow(rows []row) bool {
	for len(rows) > 0 {
		best, least := 0, -1
		for x := 1; x < len(rows[0]); x++ {
			below, above := sides(rows, x)
			if n := len(below) * len(above); len(below)+len(above) > 0 && (least < 0 || n < least) {
				best, least = x, n
			}
		}
		var ok bool
		if rows, ok = tidy(eliminate(rows, best)); !ok {
			return false
		}
	}
	return true
}

func sides(rows []row, x int) (below, above []row) {
	for _, r := range rows {
		switch r[x].Sign() {
		case 1:
			below = append(below, r)
		case -1:
			above = append(above, r)
		}
	}
	return below, above
}

func eliminate(rows []row, x int) []row {
	below, above := sides(rows, x)
	var out []row
	for _, r := range rows {
		if r[x].Sign() == 0 {
			out = append(out, r)
		}
	}
	for _, b := range below {
		for _, a := range above {
			sum := make(row, len(b))
			up := new(big.Int).Neg(a[x])
			for i := range sum {
				sum[i] = new(big.Int).Mul(b[i], up)
				sum[i].Add(sum[i], new(big.Int).Mul(a[i], b[x]))
			}
			out = append(out, sum)
		}
	}
	return out
}

// tidy divides rows by their common factor (rounding down, as whole numbers allow), keeps the strictest of parallel ones and
// drops what always holds; false when one never does.
func tidy(rows []row) ([]row, bool) {
	var out []row
	at := map[string]int{}
	for _, r := range rows {
		factor := new(big.Int)
		for _, c := range r[1:] {
			factor.GCD(nil, nil, factor, new(big.Int).Abs(c))
		}
		if factor.Sign() == 0 {
			if r[0].Sign() < 0 {
				return nil, false
			}
			continue
		}
		t := make(row, len(r))
		var key strings.Builder
		for i, c := range r {
			t[i] = new(big.Int).Div(c, factor) // Euclidean: down, for a positive divisor
			if i > 0 {
				key.WriteString(t[i].String() + " ")
			}
		}
		if old, ok := at[key.String()]; !ok {
			at[key.String()] = len(out)
			out = append(out, t)
		} else if t[0].Cmp(out[old][0]) < 0 {
			out[old] = t
		}
	}
	return out, true
}

// easiest chooses the unknown to eliminate next, and the unknowns to split by which remainders first; none where the
// elimination is exact as it is.
func easiest(rows []row) (x int, split []int, modulus int64) {
	cost := int64(-1)
	for i := 1; i < len(rows[0]); i++ {
		below, above := sides(rows, i)
		if len(below)+len(above) == 0 {
			continue
		}
		if len(below) == 0 || len(above) == 0 {
			return i, nil, 1
		}
		for _, side := range [][]row{below, above} {
			s, m := splits(side, i)
			if len(s) == 0 {
				return i, nil, 1
			}
			c := int64(1)
			for range s {
				c *= m
			}
			if cost < 0 || c < cost {
				x, split, modulus, cost = i, s, m, c
			}
		}
	}
	return x, split, modulus
}

// splits are the unknowns whose remainders have to be known before each row of a side can be divided by its factor of x; the
// rows are tidy, so a row with a greater factor than one has such unknowns.
func splits(side []row, x int) (split []int, modulus int64) {
	modulus = 1
	for _, r := range side {
		factor := new(big.Int).Abs(r[x])
		if f := factor.Int64(); f > 1 {
			modulus = modulus / new(big.Int).GCD(nil, nil, big.NewInt(modulus), factor).Int64() * f
			for i := 1; i < len(r); i++ {
				if i != x && new(big.Int).Rem(r[i], factor).Sign() != 0 && !slices.Contains(split, i) {
					split = append(split, i)
				}
			}
		}
	}
	return split, modulus
}

func anyRemainder(rows []row, split []int, modulus int64) bool {
	if len(split) == 0 {
		return feasible(rows)
	}
	x := split[0]
	for rest := range modulus {
		part := make([]row, len(rows))
		for i, r := range rows {
			part[i] = slices.Clone(r)
			part[i][0] = new(big.Int).Add(r[0], new(big.Int).Mul(r[x], big.NewInt(rest)))
			part[i][x] = new(big.Int).Mul(r[x], big.NewInt(modulus))
		}
		if anyRemainder(part, split[1:], modulus) {
			return true
		}
	}
	return false
}
