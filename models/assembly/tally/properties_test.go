package tally

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
)

// ballotsOf draws a roll with gaps in its numbers, ballots of some of its seats, and the silent of the others.
func ballotsOf(t *rapid.T, choices ...string) (roll []Seat, ballots []Ballot, silence *Silence) {
	silence = &Silence{Cited: true, Warned: true, Covers: rapid.SampledFrom([]string{"", CoversBoth, CoversMajority, CoversParticipation}).Draw(t, "covers")}
	n := rapid.IntRange(1, 14).Draw(t, "seats")
	for no, i := 1, 0; i < n; i++ {
		no += rapid.IntRange(1, 2).Draw(t, "gap")
		roll = append(roll, Seat{No: no, Area: area.Milli(rapid.IntRange(1, 200_000).Draw(t, "area"))})
		switch do := rapid.IntRange(0, 9).Draw(t, "does"); {
		case do == 0:
			silence.Seats = append(silence.Seats, no)
		case do == 1:
			ballots = append(ballots, Ballot{no, Void})
		case do > 2:
			ballots = append(ballots, Ballot{no, rapid.SampledFrom(choices).Draw(t, "choice")})
		}
	}
	return roll, ballots, silence
}

var votes = []string{Yes, Yes, Yes, Yes, No, Abstain}

func anyRules(t *rapid.T, tb testing.TB) Rules {
	day := rapid.SampledFrom([]string{"2026-01-01", "2016-01-01"}).Draw(t, "day")
	return law(tb, day, rapid.SampledFrom(Matters).Draw(t, "matter"))
}

func counted(t *rapid.T, r Rules, q Question, roll []Seat, ballots []Ballot, s *Silence) Result {
	result, err := Count(r, q, roll, ballots, s)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// The order of ballots, of the roll and of the silent never matters: the same bytes come out.
func TestOrderNeverMatters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := anyRules(rt, t)
		roll, ballots, silence := ballotsOf(rt, votes...)
		first, _ := json.Marshal(counted(rt, r, Question{Kind: Motion}, roll, ballots, silence))
		silence.Seats = rapid.Permutation(silence.Seats).Draw(rt, "silent")
		shuffled := rapid.Permutation(roll).Draw(rt, "roll")
		kept := slices.Clone(shuffled)
		again, _ := json.Marshal(counted(rt, r, Question{Kind: Motion}, shuffled, rapid.Permutation(ballots).Draw(rt, "ballots"), silence))
		if string(first) != string(again) {
			rt.Fatalf("%s\n%s", first, again)
		}
		if !slices.Equal(kept, shuffled) {
			rt.Fatal("the caller's roll was changed")
		}
	})
}

// Merging two seats into one owner set never raises heads, and never changes the area.
func TestMergingNeverRaisesHeads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := anyRules(rt, t)
		roll, ballots, _ := ballotsOf(rt, votes...)
		if len(roll) < 2 {
			return
		}
		before := counted(rt, r, Question{Kind: Motion}, roll, ballots, nil)
		last := roll[len(roll)-1]
		merged := slices.Clone(roll[:len(roll)-1])
		merged[0].Area += last.Area
		kept := slices.DeleteFunc(slices.Clone(ballots), func(b Ballot) bool { return b.Seat == last.No })
		after := counted(rt, r, Question{Kind: Motion}, merged, kept, nil)
		if after.Scope.Heads != before.Scope.Heads-1 || after.Scope.Area != before.Scope.Area || after.Returned.Heads > before.Returned.Heads || after.Items[0].Yes.Heads > before.Items[0].Yes.Heads {
			rt.Fatalf("%+v\n%+v", before, after)
		}
	})
}

// One more ballot in favour never turns a pass into a failure, by neither reading.
func TestAYesNeverHarms(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := anyRules(rt, t)
		roll, ballots, silence := ballotsOf(rt, votes...)
		before := counted(rt, r, Question{Kind: Motion}, roll, ballots, silence).Items[0]
		cast := map[int]bool{}
		for _, b := range ballots {
			cast[b.Seat] = true
		}
		for _, s := range roll {
			if cast[s.No] {
				continue
			}
			fewer := *silence
			fewer.Seats = slices.DeleteFunc(slices.Clone(silence.Seats), func(no int) bool { return no == s.No })
			after := counted(rt, r, Question{Kind: Motion}, roll, append(slices.Clone(ballots), Ballot{s.No, Yes}), &fewer).Items[0]
			if before.Strict.Outcome == Pass && after.Strict.Outcome != Pass || before.WithClause.Outcome == Pass && after.WithClause.Outcome != Pass {
				rt.Fatalf("seat %d: %+v\n%+v", s.No, before, after)
			}
		}
	})
}

// Both tallies agree when nobody is silent; so they do without a clause.
func TestTalliesAgreeWithoutSilence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := anyRules(rt, t)
		roll, ballots, silence := ballotsOf(rt, votes...)
		silence.Seats = nil
		for _, s := range []*Silence{silence, nil} {
			item := counted(rt, r, Question{Kind: Motion}, roll, ballots, s).Items[0]
			strict, _ := json.Marshal(item.Strict)
			with, _ := json.Marshal(item.WithClause.Reading)
			if string(strict) != string(with) || !fails(item.TurnsOnClause) {
				rt.Fatalf("%s\n%s", strict, with)
			}
		}
	})
}

// Ballots counted one by one come to what their sums come to, and nothing is left open.
func TestCountIsWhatDecideSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := anyRules(rt, t)
		roll, ballots, silence := ballotsOf(rt, votes...)
		result := counted(rt, r, Question{Kind: Motion}, roll, ballots, silence)
		item := result.Items[0]
		covers := silence.Covers
		if covers == "" {
			covers = CoversBoth
		}
		raw, _ := json.Marshal(map[string]any{"pack": r.Pack, "matter": r.Matter, "scope": result.Scope, "returned": result.Returned, "yes": item.Yes, "no": item.No, "abstain": item.Abstain,
			"void": result.Void, "silent": result.Silent, "silence_clause": map[string]any{"cited": true, "warned": true, "delivered": true, "first_assembly": false, "covers": covers}})
		d, err := Decide(raw)
		if err != nil {
			rt.Fatal(err, fault.Of(err).Fields)
		}
		counted, _ := json.Marshal(item.Judgement)
		decided, _ := json.Marshal(d.Judgement)
		if string(counted) != string(decided) || item.Strict.Outcome == Undecidable || item.WithClause.Applies == nil {
			rt.Fatalf("%s\n%s", counted, decided)
		}
		if sum := item.Yes.plus(item.No).plus(item.Abstain); sum != result.Returned {
			rt.Fatalf("%v returned, %v counted", result.Returned, sum)
		}
	})
}
