package log

import (
	"bytes"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly/tally"
)

// mostHeads bounds the roll for which follows makes seats up: the numbers come from a file that may be small and a lie.
const mostHeads = 2_000_000

// follows holds a printed result against its own sums and the motion's rules, for readers without the ballots. What a
// plain motion comes to depends on sums alone, so made-up seats with the printed heads and areas must count to the
// same bytes. Elections and motions of several options are left to the owners' edition.
func (t *Total) follows(m Motion) (checked bool, err error) {
	if m.Question.Kind != tally.Motion || t.Result.Scope.Heads > mostHeads {
		return false, nil
	}
	bad := errFormat("议题 %d 的结果不是由公布的合计按规则得出的", t.Motion)
	if len(t.Result.Items) != 1 {
		return false, bad
	}
	r, item := t.Result, t.Result.Items[0]
	u := madeUp{left: r.Scope}
	u.group(item.Yes, tally.Yes)
	u.group(item.No, tally.No)
	u.group(item.Abstain, tally.Abstain)
	u.group(r.Void, tally.Void)
	silent := u.group(r.Silent, "")
	u.group(u.left, "")
	if u.bad {
		return false, bad
	}
	var silence *tally.Silence
	if m.Silence != nil {
		silence = m.Silence.seats(silent)
	}
	if !u.comesTo(m.Rules, m.Question, silence, r) || m.Beside != nil && !u.comesTo(*m.Beside, m.Question, silence, *t.Beside) {
		return false, bad
	}
	return true, nil
}

func (u *madeUp) comesTo(r tally.Rules, q tally.Question, s *tally.Silence, printed tally.Result) bool {
	result, err := tally.Count(r, q, u.seats, u.ballots, s)
	if err != nil {
		return false
	}
	got, err := encode(result, "")
	if err != nil {
		return false
	}
	want, err := encode(printed, "")
	return err == nil && bytes.Equal(got, want)
}

func (s *Silence) seats(silent []int) *tally.Silence {
	return &tally.Silence{Cited: s.Cited, Warned: s.Warned, FirstAssembly: s.FirstAssembly, Covers: s.Covers, Seats: silent}
}

// madeUp is a roll that has given sums.
type madeUp struct {
	seats   []tally.Seat
	ballots []tally.Ballot
	left    tally.Amount
	bad     bool
}

// group adds as many seats as a sum has heads, with its area: one thousandth each, the last one the rest.
func (u *madeUp) group(sum tally.Amount, choice string) (numbers []int) {
	rest := sum.Area - area.Milli(sum.Heads)
	if sum.Heads < 0 || sum.Heads > u.left.Heads || sum.Area > u.left.Area || rest < 0 || sum.Heads == 0 && rest > 0 {
		u.bad = true
	}
	if u.bad {
		return nil
	}
	u.left.Heads, u.left.Area = u.left.Heads-sum.Heads, u.left.Area-sum.Area
	for i := range sum.Heads {
		s := tally.Seat{No: len(u.seats) + 1, Area: 1}
		if i == sum.Heads-1 {
			s.Area += rest
		}
		u.seats = append(u.seats, s)
		if numbers = append(numbers, s.No); choice != "" {
			u.ballots = append(u.ballots, tally.Ballot{Seat: s.No, Choice: choice})
		}
	}
	return numbers
}
