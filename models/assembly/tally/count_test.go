package tally

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/rulepack"
)

func law(t testing.TB, day, matter string, values ...rulepack.Local) Rules {
	t.Helper()
	date, err := calendar.ParseDate(day)
	if err != nil {
		t.Fatal(err)
	}
	for i := range values {
		values[i].ID, values[i].Article, values[i].From = int64(i+1), "议事规则第1条", date
	}
	set, err := rulepack.Law(date, nil, values)
	if err != nil {
		t.Fatal(err)
	}
	r, err := FromLaw(set, matter)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The classes, clauses and thresholds of both packs, as the law has them.
func TestRulesOfTheLaw(t *testing.T) {
	t.Parallel()
	special := map[string]map[string]bool{"cn-2021": {"raise_fund": true, "rebuild": true, "common_parts": true}, "cn-2007": {"use_fund": true, "raise_fund": true, "rebuild": true}}
	for pack, day := range map[string]string{"cn-2021": "2021-01-01", "cn-2007": "2020-12-31"} {
		for _, matter := range Matters {
			r := law(t, day, matter)
			want := Rules{Pack: pack + "@1", Matter: matter, Title: r.Title, Clause: r.Clause, Class: Ordinary, Participation: Pair{twoThirds, twoThirds}, Consent: Pair{half, half}, Base: Participants}
			if pack == "cn-2007" {
				want.Participation, want.Base = Pair{half, half}, All
			}
			if special[pack][matter] {
				want.Class, want.Consent = Special, Pair{threeQuarters, threeQuarters}
				if pack == "cn-2007" {
					want.Consent = Pair{twoThirds, twoThirds}
				}
			}
			if matter == "committee" {
				want.Committee = &Committee{SizeMin: 5, SizeMax: 11, Odd: true, Able: half}
			}
			got, _ := json.Marshal(r)
			expected, _ := json.Marshal(want)
			if string(got) != string(expected) || r.Title == "" || r.Clause == "" {
				t.Errorf("%s %s:\n%s\nwant\n%s", pack, matter, got, expected)
			}
			var back Rules
			if err := json.Unmarshal(got, &back); err != nil || back.Check() != nil {
				t.Errorf("%s does not read back: %v", got, err)
			}
		}
	}
	set, _ := rulepack.Law(calendar.Date{Year: 2026, Month: 1, Day: 1}, nil, nil)
	if _, err := FromLaw(set, "hire"); !errors.Is(err, ErrMatter) {
		t.Error(err)
	}
}

func seats(areas ...area.Milli) []Seat {
	list := make([]Seat, len(areas))
	for i, a := range areas {
		list[i] = Seat{No: i + 1, Area: a}
	}
	return list
}

func TestCountRefuses(t *testing.T) {
	t.Parallel()
	r, motion := law(t, "2026-01-01", "manager"), Question{Kind: Motion}
	roll := seats(100_000, 100_000, 100_000)
	for name, c := range map[string]struct {
		rules   Rules
		q       Question
		scope   []Seat
		ballots []Ballot
		silence *Silence
		want    *fault.Fault
	}{
		"no rules":                 {Rules{}, motion, roll, nil, nil, ErrRules},
		"no kind":                  {r, Question{}, roll, nil, nil, ErrQuestion},
		"no scope":                 {r, motion, nil, nil, nil, ErrScope},
		"a seat twice in scope":    {r, motion, []Seat{{2, 1}, {1, 1}, {2, 1}}, nil, nil, ErrScope},
		"a seat without area":      {r, motion, []Seat{{1, 0}}, nil, nil, ErrScope},
		"more area than fits":      {r, motion, []Seat{{1, Most}, {2, 1}}, nil, nil, ErrScope},
		"two ballots of a seat":    {r, motion, roll, []Ballot{{1, Yes}, {1, Yes}}, nil, ErrTwice},
		"a void one and another":   {r, motion, roll, []Ballot{{1, Void}, {1, Yes}}, nil, ErrTwice},
		"a seat of nobody":         {r, motion, roll, []Ballot{{4, Yes}}, nil, ErrNoSeat},
		"seat zero":                {r, motion, roll, []Ballot{{0, Yes}}, nil, ErrNoSeat},
		"a choice of nothing":      {r, motion, roll, []Ballot{{1, "同意"}}, nil, ErrChoice},
		"an empty choice":          {r, motion, roll, []Ballot{{1, ""}}, nil, ErrChoice},
		"an option of others":      {r, Question{Kind: Options, Options: []string{"a", "b"}}, roll, []Ballot{{1, "c"}}, nil, ErrChoice},
		"silent with a ballot":     {r, motion, roll, []Ballot{{1, Yes}}, &Silence{Seats: []int{1}}, ErrSilence},
		"silent twice":             {r, motion, roll, nil, &Silence{Seats: []int{1, 1}}, ErrSilence},
		"silent outside the scope": {r, motion, roll, nil, &Silence{Seats: []int{9}}, ErrNoSeat},
		"a clause of nothing":      {r, motion, roll, nil, &Silence{Covers: "all"}, ErrSilence},
		"an election of others":    {r, Question{Kind: Election, Options: []string{"a"}, Fill: 1, Order: ByHeads, Tie: ByArea}, roll, nil, nil, ErrQuestion},
	} {
		if _, err := Count(c.rules, c.q, c.scope, c.ballots, c.silence); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

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
		kept := slices.Clone(roll)
		shuffled := rapid.Permutation(roll).Draw(rt, "roll")
		again, _ := json.Marshal(counted(rt, r, Question{Kind: Motion}, shuffled, rapid.Permutation(ballots).Draw(rt, "ballots"), silence))
		if string(first) != string(again) {
			rt.Fatalf("%s\n%s", first, again)
		}
		if !slices.Equal(kept, roll) {
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

// Void ballots never count strictly. Where the estate's rule says that they take part, that reading stands beside it and binds.
func TestVoidBallots(t *testing.T) {
	t.Parallel()
	roll := seats(100_000, 100_000, 100_000)
	ballots := []Ballot{{1, Yes}, {2, Void}}
	for rule, want := range map[string]Outcome{"": Fail, "no": Fail, "yes": Fail} {
		var values []rulepack.Local
		if rule != "" {
			values = append(values, rulepack.Local{Key: "ballot.void_takes_part", Value: rule})
		}
		r := law(t, "2026-01-01", "manager", values...)
		got, err := Count(r, Question{Kind: Motion}, roll, ballots, nil)
		if err != nil {
			t.Fatal(err)
		}
		item := got.Items[0]
		if *item.Strict.Participation.Heads.Num != 1 || got.Void != (Amount{1, 100_000}) || (item.WithVoid != nil) != (rule == "yes") || got.Outcome != want {
			t.Errorf("%q: %+v", rule, got)
		}
		if rule == "yes" && (*item.WithVoid.Participation.Heads.Num != 2 || !holds(item.WithVoid.Participation.Heads.Met) || holds(item.WithVoid.Consent.Heads.Met)) {
			t.Errorf("%+v", item.WithVoid)
		}
	}
	r := law(t, "2026-01-01", "manager", rulepack.Local{Key: "ballot.void_takes_part", Value: "yes"})
	got, _ := Count(r, Question{Kind: Motion}, seats(1, 1, 1, 1, 1), []Ballot{{1, Yes}, {2, Yes}, {3, Yes}, {4, Void}}, nil)
	if got.Items[0].Strict.Outcome != Fail || got.Outcome != Pass {
		t.Errorf("the estate's rule does not bind: %+v", got)
	}
}

// Each option is measured on its own among all who took part, and silence follows no majority of several options.
func TestOptions(t *testing.T) {
	t.Parallel()
	r := law(t, "2026-01-01", "manager")
	q := Question{Kind: Options, Options: []string{"a", "b"}}
	roll := seats(100, 100, 100, 100, 100, 100, 100)
	ballots := []Ballot{{1, "a"}, {2, "a"}, {3, "a"}, {4, "b"}, {5, No}}
	silence := &Silence{Cited: true, Warned: true, Seats: []int{6, 7}}
	got, err := Count(r, q, roll, ballots, silence)
	if err != nil {
		t.Fatal(err)
	}
	if got.Adopted != "a" || got.Outcome != Pass || got.Items[0].No != (Amount{2, 200}) || got.Items[1].Strict.Outcome != Fail {
		t.Errorf("%+v", got)
	}
	if w := got.Items[0].WithClause; !fails(w.Applies) || w.WhyNot == "" || !fails(got.Items[0].TurnsOnClause) {
		t.Errorf("%+v", w)
	}
	ballots[2].Choice = Abstain
	if got, _ := Count(r, q, roll, ballots, silence); got.Adopted != "" || got.Outcome != Fail {
		t.Errorf("two of five is no majority: %+v", got)
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	election := Question{Kind: Election, Options: []string{"a", "b", "c"}, Fill: 1, MaxMarks: 1, Order: ByHeads, Tie: ByArea}
	for _, c := range []struct {
		q        Question
		in, want string
	}{
		{Question{Kind: Motion}, "yes", "yes"}, {Question{Kind: Motion}, "Yes", ""}, {Question{Kind: Motion}, "", ""}, {Question{Kind: Motion}, "void", "void"},
		{Question{Kind: Options, Options: []string{"a", "b"}}, "b", "b"}, {Question{Kind: Options, Options: []string{"a", "b"}}, "no", "no"}, {Question{Kind: Options, Options: []string{"a", "b"}}, "yes", ""},
		{election, "c=no,a=yes", "a=yes,b=abstain,c=no"}, {election, "a=yes,b=no,c=abstain", "a=yes,b=no,c=abstain"},
		{election, "a=yes,b=yes", ""}, {election, "a=yes,a=yes", ""}, {election, "d=yes", ""}, {election, "a", ""}, {election, "a=", ""}, {election, "", ""}, {election, "a=yes,", ""},
	} {
		got, err := c.q.Canonical(c.in)
		if got != c.want || (err != nil) != (c.want == "") || err != nil && !errors.Is(err, ErrChoice) {
			t.Errorf("%s %q: %q %v", c.q.Kind, c.in, got, err)
		}
		if again, err := c.q.Canonical(got); got != "" && (again != got || err != nil) {
			t.Errorf("%q is not its own canonical form: %q %v", got, again, err)
		}
	}
}

func BenchmarkCountMillion(b *testing.B) {
	r := law(b, "2026-01-01", "manager")
	roll, ballots := make([]Seat, 1_000_000), make([]Ballot, 1_000_000)
	for i := range roll {
		roll[i], ballots[i] = Seat{No: i*2 + 1, Area: 88_123}, Ballot{Seat: (len(roll)-i)*2 - 1, Choice: votes[i%len(votes)]}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Count(r, Question{Kind: Motion}, roll, ballots, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCountElection(b *testing.B) {
	r := law(b, "2026-01-01", "committee")
	q := Question{Kind: Election, Fill: 11, Order: ByHeads, Tie: ByArea}
	for i := range 15 {
		q.Options = append(q.Options, fmt.Sprintf("c%d", i+1))
	}
	choice, err := q.Canonical("c1=yes,c2=no,c15=yes")
	if err != nil {
		b.Fatal(err)
	}
	roll, ballots := make([]Seat, 1_000_000), make([]Ballot, 1_000_000)
	for i := range roll {
		roll[i], ballots[i] = Seat{No: i + 1, Area: 88_123}, Ballot{Seat: i + 1, Choice: choice}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Count(r, q, roll, ballots, nil); err != nil {
			b.Fatal(err)
		}
	}
}
