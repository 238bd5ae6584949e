package tally

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/area"
)

// marks writes for candidates a, b, c, … of one ballot: y yes, n no, - abstain.
func marks(q Question, text string) string {
	names := map[byte]string{'y': Yes, 'n': No, '-': Abstain}
	parts := make([]string, len(q.Options))
	for i, key := range q.Options {
		parts[i] = key + "=" + names[text[i]]
	}
	return strings.Join(parts, ",")
}

func TestElections(t *testing.T) {
	t.Parallel()
	equal := []area.Milli{100, 100, 100, 100, 100}
	for name, c := range map[string]struct {
		q          Question
		areas      []area.Milli
		ballots    []string // one a seat
		members    string
		alternates string
		open       []Draw
		says       string
	}{
		"most votes fill the places, the next is the alternate": {
			Question{Options: []string{"a", "b", "c"}, Fill: 1, Alternates: 1, Size: 5, Sitting: 4, Order: ByHeads, Tie: ByArea}, equal,
			[]string{"yyy", "yy-", "yyn", "yyn", "ny-"}, "b", "a", nil, ""},
		"who lacks the majority is not elected, though places are free": {
			Question{Options: []string{"a", "b", "c", "d", "e"}, Fill: 5, Order: ByHeads, Tie: ByArea}, equal,
			[]string{"yyyyn", "yyyyn", "yyy-n", "yyyny", "yyyny"}, "a b c", "", nil, "应有委员5名，现有3名，缺2名"},
		"more than half of the heads and not of the area": {
			Question{Options: []string{"a"}, Fill: 1, Size: 5, Sitting: 4, Order: ByHeads, Tie: ByArea}, []area.Milli{100, 100, 100, 100, 900},
			[]string{"y", "y", "y", "y", "n"}, "", "", nil, "应有委员5名，现有4名，缺1名"},
		"equal heads: more area first": {
			Question{Options: []string{"a", "b"}, Fill: 1, Size: 5, Sitting: 4, Alternates: 1, Order: ByHeads, Tie: ByArea}, []area.Milli{100, 100, 100, 100, 120},
			[]string{"y-", "yy", "yy", "yy", "-y"}, "b", "a", nil, ""},
		"area first": {
			Question{Options: []string{"a", "b"}, Fill: 1, Size: 5, Sitting: 4, Order: ByArea, Tie: ByHeads}, []area.Milli{100, 100, 100, 300, 100},
			[]string{"yn", "yn", "yy", "ny", "yy"}, "b", "", nil, ""},
		"a tie that the rule leaves to a second vote": {
			Question{Options: []string{"a", "b", "c"}, Fill: 2, Size: 5, Sitting: 3, Alternates: 2, Order: ByHeads, Tie: ByRunoff}, []area.Milli{100, 100, 100, 100, 120},
			[]string{"yy-", "yyy", "yyy", "yyy", "y-y"}, "a", "", []Draw{{"member", 1, ByRunoff, []string{"b", "c"}}, {"alternate", 1, ByRunoff, []string{"b", "c"}}}, "须再次表决"},
		"a tie that does not matter is none": {
			Question{Options: []string{"a", "b"}, Fill: 2, Size: 5, Sitting: 3, Order: ByHeads, Tie: ByRunoff}, equal,
			[]string{"yy", "yy", "yy", "yy", "yy"}, "a b", "", nil, ""},
		"equal in both measures, the lot not drawn": {
			Question{Options: []string{"a", "b"}, Fill: 1, Size: 5, Sitting: 4, Order: ByHeads, Tie: ByLot}, equal,
			[]string{"yy", "yy", "yy", "yy", "yy"}, "", "", []Draw{{"member", 1, ByLot, []string{"a", "b"}}}, "须公开抽签"},
		"equal in both measures, the lot drawn": {
			Question{Options: []string{"a", "b"}, Fill: 1, Size: 5, Sitting: 4, Order: ByHeads, Tie: ByLot, Lot: []string{"b", "a"}}, equal,
			[]string{"yy", "yy", "yy", "yy", "yy"}, "b", "", nil, ""},
		"too few ballots elect nobody": {
			Question{Options: []string{"a"}, Fill: 3, Size: 5, Sitting: 2, Order: ByHeads, Tie: ByArea}, equal,
			[]string{"y", "y", "y"}, "", "", nil, "须补选"},
		"an even committee is named": {
			Question{Options: []string{"a", "b", "c", "d", "e"}, Fill: 5, Order: ByHeads, Tie: ByArea}, equal,
			[]string{"yyyyn", "yyyyn", "yyyyn", "yyyyn", "yyyyn"}, "a b c d", "", nil, "双数"},
	} {
		c.q.Kind = Election
		var ballots []Ballot
		for i, b := range c.ballots {
			ballots = append(ballots, Ballot{i + 1, marks(c.q, b)})
		}
		slices.Reverse(ballots)
		got, err := Count(law(t, "2026-01-01", "committee"), c.q, seats(c.areas...), ballots, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		e := got.Elected
		open := slices.EqualFunc(e.Open, c.open, func(a, b Draw) bool {
			return a.For == b.For && a.Places == b.Places && a.By == b.By && slices.Equal(a.Among, b.Among)
		})
		if strings.Join(e.Members, " ") != c.members || strings.Join(e.Alternates, " ") != c.alternates || !open || !strings.Contains(strings.Join(e.Says, "；"), c.says) || c.says == "" && len(e.Says) > 0 {
			t.Errorf("%s: %+v", name, *e)
		}
		if filled := c.q.Sitting + len(e.Members); e.Filled != filled || e.Odd != (filled%2 == 1) || e.Able != (2*filled > c.q.size()) || e.Size != c.q.size() {
			t.Errorf("%s: the committee is %+v", name, *e)
		}
	}
}

// Silence follows no majority where there are several candidates.
func TestSilenceInElections(t *testing.T) {
	t.Parallel()
	q := Question{Kind: Election, Options: []string{"a"}, Fill: 5, Order: ByHeads, Tie: ByArea}
	got, err := Count(law(t, "2026-01-01", "committee"), q, seats(100, 100, 100), []Ballot{{1, "a=yes"}}, &Silence{Cited: true, Warned: true, Seats: []int{2, 3}})
	if err != nil || !fails(got.Items[0].WithClause.Applies) || got.Outcome != Fail || got.Elected.Able {
		t.Errorf("%+v %v", got, err)
	}
}

func TestQuestionsRefused(t *testing.T) {
	t.Parallel()
	ok := Question{Kind: Election, Options: []string{"a", "b"}, Fill: 5, Order: ByHeads, Tie: ByArea}
	change := func(f func(*Question)) Question {
		q := ok
		q.Options = slices.Clone(ok.Options)
		f(&q)
		return q
	}
	for name, q := range map[string]Question{
		"a motion with options": {Kind: Motion, Options: []string{"a", "b"}},
		"one option":            {Kind: Options, Options: []string{"a"}},
		"a name for no option":  {Kind: Options, Options: []string{"a", "b"}, Names: map[string]string{"c": "第三个"}},
		"options with places":   {Kind: Options, Options: []string{"a", "b"}, Fill: 1},
		"nobody stands":         change(func(q *Question) { q.Options = nil }),
		"twice the same":        change(func(q *Question) { q.Options[1] = "a" }),
		"a reserved word":       change(func(q *Question) { q.Options[1] = "yes" }),
		"a comma in a key":      change(func(q *Question) { q.Options[1] = "a,b" }),
		"no places":             change(func(q *Question) { q.Fill = 0 }),
		"no order":              change(func(q *Question) { q.Order = "" }),
		"no rule for ties":      change(func(q *Question) { q.Tie = "" }),
		"ties by the order":     change(func(q *Question) { q.Tie = ByHeads }),
		"a lot without one":     change(func(q *Question) { q.Lot = []string{"a"} }),
		"a lot of strangers":    change(func(q *Question) { q.Tie, q.Lot = ByLot, []string{"z"} }),
		"sizes that differ":     change(func(q *Question) { q.Size = 7 }),
	} {
		if err := q.Check(); !errors.Is(err, ErrQuestion) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := ok.Check(); err != nil {
		t.Error(err)
	}
	r := law(t, "2026-01-01", "committee")
	for size, fine := range map[int]bool{3: false, 4: false, 5: true, 6: false, 11: true, 13: false} {
		if err := change(func(q *Question) { q.Fill = size }).CheckSize(r); (err == nil) != fine {
			t.Errorf("%d members: %v", size, err)
		}
	}
}
