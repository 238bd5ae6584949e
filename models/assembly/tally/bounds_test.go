package tally

import (
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

var (
	twoThirds     = Share{Num: 2, Den: 3}
	half          = Share{Num: 1, Den: 2, Over: true}
	threeQuarters = Share{Num: 3, Den: 4}
)

// by is an answer reckoned by hand from whole numbers, apart from the code that is tested.
func by(d dimension, n [fields]int64) answers {
	met := func(s Share, part, whole int64) bool {
		return whole > 0 && (part*s.Den > whole*s.Num || !s.Over && part*s.Den == whole*s.Num)
	}
	base := n[returned]
	if d.all {
		base = n[scope]
	}
	a := answers{participation: met(d.participation, n[returned], n[scope]), consent: met(d.accord, n[yes], base)}
	if !d.clause.stated {
		return a
	}
	a.yes, a.no, a.abstain = 2*n[yes] > n[returned], 2*n[no] > n[returned], 2*n[abstain] > n[returned]
	part, agree := n[returned], n[yes]
	if d.clause.covers != CoversMajority {
		part += n[silent]
	}
	if d.clause.covers != CoversParticipation && a.yes {
		agree += n[silent]
	}
	if !d.all {
		base += n[silent]
	}
	a.clauseParticipation, a.clauseConsent = met(d.participation, part, n[scope]), met(d.accord, agree, base)
	return a
}

// complete calls f with every completion of the unknown numbers up to a scope of most.
func complete(f figures, most int64, with func([fields]int64)) {
	var n [fields]int64
	var step func(i field)
	step = func(i field) {
		if i == fields {
			if n[scope] >= 1 && n[yes]+n[no]+n[abstain] <= n[returned] && n[returned]+n[void]+n[silent] <= n[scope] {
				with(n)
			}
			return
		}
		if f[i] != nil {
			n[i] = *f[i]
			step(i + 1)
			return
		}
		limit := most
		if i > scope {
			limit = n[scope]
		}
		if i > returned && i < void {
			limit = n[returned]
		}
		for n[i] = 0; n[i] <= limit; n[i]++ {
			step(i + 1)
		}
		n[i] = 0
	}
	step(0)
}

func randomDimension(r *rand.Rand) dimension {
	d := dimension{participation: twoThirds, accord: half}
	switch r.IntN(4) {
	case 0:
		d.accord = threeQuarters
	case 1:
		d.participation, d.all = half, true
	case 2:
		d.participation, d.accord, d.all = half, twoThirds, true
	}
	if r.IntN(4) > 0 {
		d.clause.stated = true
		d.clause.cover([]string{CoversBoth, CoversMajority, CoversParticipation}[r.IntN(3)])
	}
	return d
}

// The bounds say exactly what enumerating every completion says, whatever is known and whatever is not.
func TestBoundsAreExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	rounds := 1500
	if testing.Short() {
		rounds = 400
	}
	for range rounds {
		d := randomDimension(r)
		total := r.Int64N(9) + 1
		whole := total
		took := r.Int64N(total + 1)
		n := [fields]int64{scope: total, returned: took, yes: r.Int64N(took + 1)}
		n[no] = r.Int64N(took - n[yes] + 1)
		n[abstain] = r.Int64N(took - n[yes] - n[no] + 1)
		n[silent] = r.Int64N(total - took + 1)
		n[void] = r.Int64N(total - took - n[silent] + 1)
		for f := range fields {
			if r.IntN(2) == 0 {
				d.figures[f] = known(n[f])
			}
		}
		if d.figures[scope] == nil {
			// Nothing holds the scope from above; far beyond the known numbers no new answer comes.
			whole = 60
			for _, f := range []field{no, abstain, void, []field{returned, yes, silent}[r.IntN(3)]} {
				d.figures[f] = known(n[f])
			}
		}
		want := map[answers]bool{}
		complete(d.figures, whole, func(n [fields]int64) { want[by(d, n)] = true })
		got := map[answers]bool{}
		for _, a := range d.answers() {
			got[a] = true
		}
		if !maps.Equal(want, got) {
			t.Fatalf("%v %+v:\nbounds %+v\nall    %+v", show(d.figures), d.clause, slices.Collect(maps.Keys(got)), slices.Collect(maps.Keys(want)))
		}
	}
}

func show(f figures) map[string]int64 {
	m := map[string]int64{}
	for i, n := range f {
		if n != nil {
			m[fieldNames[i]] = *n
		}
	}
	return m
}

// Whole numbers are more than fractions: demands that a fraction meets and no whole number does are refused.
func TestFeasibleKnowsWholeNumbers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	thin := 0
	for range 3000 {
		rows := []row{{big.NewInt(9), big.NewInt(-1), big.NewInt(0), big.NewInt(0)}, {big.NewInt(9), big.NewInt(0), big.NewInt(-1), big.NewInt(0)}, {big.NewInt(9), big.NewInt(0), big.NewInt(0), big.NewInt(-1)},
			{big.NewInt(0), big.NewInt(1), big.NewInt(0), big.NewInt(0)}, {big.NewInt(0), big.NewInt(0), big.NewInt(1), big.NewInt(0)}, {big.NewInt(0), big.NewInt(0), big.NewInt(0), big.NewInt(1)}}
		for range 2 + r.IntN(4) {
			x := row{big.NewInt(r.Int64N(21) - 10)}
			for range 3 {
				x = append(x, big.NewInt(r.Int64N(9)-4))
			}
			rows = append(rows, x)
		}
		want := false
		for i := range 1000 {
			at := []int64{int64(i % 10), int64(i / 10 % 10), int64(i / 100)}
			all := true
			for _, x := range rows {
				v := x[0].Int64()
				for k, n := range at {
					v += x[k+1].Int64() * n
				}
				all = all && v >= 0
			}
			want = want || all
		}
		if got := feasible(rows); got != want {
			t.Fatalf("%v: %v", rows, got)
		}
		if tidied, ok := tidy(rows); ok && !want && shadow(tidied) {
			thin++
		}
	}
	if thin == 0 {
		t.Error("no system that only fractions meet came up")
	}
}
