package tally

import (
	"math/rand/v2"
	"testing"
)

func randomVote(r *rand.Rand, mostHeads int64) (vote, [measures][fields]int64) {
	var v vote
	var whole [measures][fields]int64
	for m := range measures {
		total := r.Int64N(mostHeads) + 1
		took := max(r.Int64N(total+1), r.Int64N(total+1))
		n := [fields]int64{scope: total, returned: took, yes: max(r.Int64N(took+1), r.Int64N(took+1))}
		n[no] = r.Int64N(took - n[yes] + 1)
		n[abstain] = took - n[yes] - n[no]
		n[silent] = max(r.Int64N(total-took+1), r.Int64N(total-took+1))
		n[void] = r.Int64N(total - took - n[silent] + 1)
		whole[m] = n
		for f := range fields {
			if f == scope || r.IntN(3) > 0 {
				v.in[m][f] = known(n[f])
			}
		}
	}
	v.clause.cover([]string{CoversBoth, CoversMajority, CoversParticipation}[r.IntN(3)])
	if v.clause.stated = r.IntN(4) > 0; v.clause.stated {
		for i, f := range []**bool{&v.clause.cited, &v.clause.warned, &v.clause.delivered, &v.clause.firstTime} {
			if r.IntN(8) > 0 {
				*f = flag(i < 3 != (r.IntN(12) == 0))
			}
		}
	}
	return v, whole
}

func randomRules(r *rand.Rand) Rules {
	rules := Rules{Participation: Pair{twoThirds, twoThirds}, Consent: Pair{half, half}, Base: Participants}
	switch r.IntN(4) {
	case 0:
		rules.Consent = Pair{threeQuarters, threeQuarters}
	case 1:
		rules.Participation, rules.Base = Pair{half, half}, All
	case 2:
		rules.Participation, rules.Consent, rules.Base = Pair{half, half}, Pair{twoThirds, twoThirds}, All
	}
	return rules
}

// An outcome is said exactly where every value that the missing numbers and facts could have gives that outcome; so with
// whether the clause applies, and whether the outcome turns on it.
func TestJudgementIsExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	rounds := 1500
	if testing.Short() {
		rounds = 300
	}
	seen := map[string]int{}
	for range rounds {
		rules := randomRules(r)
		v, _ := randomVote(r, 6)
		j := judge(rules, v)
		var strict, with, applies, turns either
		var sets [measures]map[answers]bool
		for m := range measures {
			sets[m] = map[answers]bool{}
			d := dimensionOf(rules, v, m)
			complete(v.in[m], 6, func(n [fields]int64) { sets[m][by(d, n)] = true })
		}
		for h := range sets[heads] {
			for a := range sets[metres] {
				for facts := range 16 {
					usable, possible := v.clause.stated, true
					for i, f := range []*bool{v.clause.cited, v.clause.warned, v.clause.delivered, v.clause.firstTime} {
						is := facts>>i&1 == 1
						possible = possible && (f == nil || *f == is)
						usable = usable && is == (i < 3)
					}
					if !possible {
						continue
					}
					s := h.participation && h.consent && a.participation && a.consent
					ap := usable && (v.clause.covers == CoversParticipation || h.yes && a.yes || h.no && a.no || h.abstain && a.abstain)
					w := s
					if ap {
						w = h.clauseParticipation && h.clauseConsent && a.clauseParticipation && a.clauseConsent
					}
					strict.note(s)
					with.note(w)
					applies.note(ap)
					turns.note(s != w)
				}
			}
		}
		if !v.clause.stated {
			applies, turns = either{isFalse: true}, either{isFalse: true}
		}
		if j.Strict.Outcome != strict.outcome() || j.WithClause.Outcome != with.outcome() || !alike(j.WithClause.Applies, applies.value()) || !alike(j.TurnsOnClause, turns.value()) {
			t.Fatalf("%v %v %+v %+v:\n%+v\nwant %v %v %v %v", show(v.in[heads]), show(v.in[metres]), v.clause, rules, j, strict.outcome(), with.outcome(), tri(applies.value()), tri(turns.value()))
		}
		seen[string(strict.outcome())+" "+string(with.outcome())+" "+tri(applies.value())+" "+tri(turns.value())]++
	}
	for _, kind := range []string{"fail pass true true", "pass pass true false", "undecidable undecidable null null", "fail undecidable true null", "pass fail true true", "undecidable undecidable true false"} {
		if seen[kind] == 0 && !testing.Short() {
			t.Errorf("no vote was %s: %v", kind, seen)
		}
	}
}

// The missing numbers that are named are what is missing: with them, every vote is decided; and nothing is named where it is
// decided already.
func TestMissingIsWhatIsMissing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		rules := randomRules(r)
		v, whole := randomVote(r, 40)
		j := judge(rules, v)
		for which, reading := range map[string]Reading{"strict": j.Strict, "with the clause": j.WithClause.Reading} {
			if (reading.Outcome == Undecidable) != (len(reading.Missing) > 0) {
				t.Fatalf("%s is %s and misses %v", which, reading.Outcome, reading.Missing)
			}
			filled := v
			for _, name := range reading.Missing {
				filled = fill(t, filled, whole, name)
			}
			again := judge(rules, filled)
			outcome := again.Strict.Outcome
			if which != "strict" {
				outcome = again.WithClause.Outcome
			}
			if outcome == Undecidable {
				t.Fatalf("%s: with %v known it is still undecidable, without %v", which, reading.Missing, again.WithClause.Missing)
			}
		}
	}
}

func fill(t *testing.T, v vote, whole [measures][fields]int64, name string) vote {
	t.Helper()
	for m := range measures {
		for f := range fields {
			if name == fieldNames[f]+"."+measureNames[m] {
				if v.in[m][f] != nil {
					t.Fatalf("%s is named as missing and is known", name)
				}
				v.in[m][f] = known(whole[m][f])
				return v
			}
		}
	}
	switch name {
	case "silence_clause.cited":
		v.clause.cited = flag(true)
	case "silence_clause.warned":
		v.clause.warned = flag(true)
	case "silence_clause.delivered":
		v.clause.delivered = flag(true)
	case "silence_clause.first_assembly":
		v.clause.firstTime = flag(false)
	default:
		t.Fatalf("%q is no number", name)
	}
	return v
}

// What is unknown about a clause is named only where it could matter.
func TestMissingFactsThatDoNotMatter(t *testing.T) {
	t.Parallel()
	d, err := Decide([]byte(`{"date":"2026-01-01","matter":"manager","scope":{"heads":9,"area":"9"},"returned":{"heads":9,"area":"9"},"yes":{"heads":9},"silence_clause":{"cited":true}}`))
	if err != nil || len(d.WithClause.Missing) != 1 || d.WithClause.Missing[0] != "yes.area" || d.WithClause.Outcome != Undecidable || !fails(d.TurnsOnClause) {
		t.Errorf("%+v %v", d, err)
	}
}

// A fraction that is met is so for whatever is missing; one that is printed whole says what it says.
func TestFractionsAgreeWithTheirNumbers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	for range 500 {
		rules := randomRules(r)
		v, _ := randomVote(r, 50)
		j := judge(rules, v)
		for _, reading := range []Reading{j.Strict, j.WithClause.Reading} {
			for _, f := range []Fraction[int64]{reading.Participation.Heads, reading.Consent.Heads} {
				if (f.Need == nil) != (f.Den == nil) {
					t.Fatalf("%+v", f)
				}
				if f.Num != nil && f.Den != nil && (f.Met == nil || *f.Met != (*f.Den > 0 && *f.Num >= *f.Need)) {
					t.Fatalf("%v: %d of %d needs %d, met %s", show(v.in[heads]), *f.Num, *f.Den, *f.Need, tri(f.Met))
				}
			}
		}
	}
}

// As many more ballots in favour as FurtherYes says carry the motion, and one fewer does not.
func TestFurtherYesIsTheFewest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 12))
	said := 0
	for range 1000 {
		rules := randomRules(r)
		v, whole := randomVote(r, 60)
		for m := range measures {
			for f := range fields {
				v.in[m][f] = known(whole[m][f])
			}
		}
		v.in[heads][void], v.in[heads][silent] = nil, nil
		strict := judge(rules, v).Strict
		more, ok := FurtherYes(strict.Participation.Heads, strict.Consent.Heads, rules.Consent.Heads, rules.Base)
		with := func(k int64) bool {
			n := v
			n.in[heads][yes], n.in[heads][returned] = known(whole[heads][yes]+k), known(whole[heads][returned]+k)
			s := judge(rules, n).Strict
			return holds(s.Participation.Heads.Met) && holds(s.Consent.Heads.Met)
		}
		left := whole[heads][scope] - whole[heads][returned]
		if ok != with(left) {
			t.Fatalf("%v: %v, though all that are left give %v", show(v.in[heads]), ok, with(left))
		}
		if ok && (!with(more) || more > 0 && with(more-1)) {
			t.Fatalf("%v %+v: %d more", show(v.in[heads]), rules, more)
		}
		if c := beyond[int64](v.in[heads], rules.Consent.Heads); (c == nil) != ok || c != nil && (c.Most != whole[heads][yes]+left || c.Most >= c.Need) {
			t.Fatalf("%v %+v: beyond reach %+v", show(v.in[heads]), rules, c)
		}
		if ok && more > 0 {
			said++
		}
	}
	if said == 0 {
		t.Error("no vote lacked any")
	}
}

// What is said to be beyond reach is so whatever the unknown numbers are, and nothing is that some of them leave within it.
func TestBeyondReachWithUnknownNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		f    figures
		most int64 // 0: it may still pass
	}{
		{"yes and no", figures{scope: known(100), yes: known(40), no: known(30)}, 70},
		{"no and abstentions", figures{scope: known(100), no: known(20), abstain: known(6)}, 74},
		{"no alone, just within", figures{scope: known(100), no: known(25)}, 0},
		{"what was returned and no", figures{scope: known(100), returned: known(90), no: known(26)}, 74},
		{"yes of what was returned", figures{scope: known(100), returned: known(90), yes: known(64)}, 74},
		{"void and silent may still agree", figures{scope: known(100), returned: known(90), yes: known(65), void: known(5), silent: known(5)}, 0},
		{"no scope", figures{returned: known(90), yes: known(1)}, 0},
		{"returned alone", figures{scope: known(100), returned: known(100)}, 0},
	} {
		got := beyond[int64](c.f, Share{Num: 3, Den: 4})
		if (got == nil) != (c.most == 0) || got != nil && (got.Most != c.most || got.Need != 75) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	r := rand.New(rand.NewPCG(13, 14))
	said := 0
	for range 1000 {
		rules := randomRules(r)
		v, whole := randomVote(r, 60)
		c := beyond[int64](v.in[heads], rules.Consent.Heads)
		if c == nil {
			continue
		}
		said++
		if j := judge(rules, v); j.Strict.Outcome != Fail || j.WithClause.Outcome != Fail {
			t.Fatalf("%v: beyond reach, and %s or %s", show(v.in[heads]), j.Strict.Outcome, j.WithClause.Outcome)
		}
		if best := whole[heads][scope] - whole[heads][returned] + whole[heads][yes]; rules.Consent.Heads.Met(best, whole[heads][scope]) {
			t.Fatalf("%v: %d may yet agree", show(v.in[heads]), best)
		}
	}
	if said == 0 {
		t.Error("nothing was beyond reach")
	}
}
