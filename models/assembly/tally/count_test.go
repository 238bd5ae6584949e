package tally

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

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
		{Question{Kind: Motion}, "yes", "yes"}, {Question{Kind: Motion}, "Yes", ""}, {Question{Kind: Motion}, "", ""}, {Question{Kind: Motion}, "void", ""},
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
