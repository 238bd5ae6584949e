package tally

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
)

// Seat is a seat of the frozen roll: one owner set in the scope, one head, the area of its units together.
type Seat struct {
	No   int
	Area area.Milli
}

// Ballot is the one counted ballot of a seat, with its choice as Question.Canonical writes it; Void is one that scrutineers
// found invalid.
type Ballot struct {
	Seat   int
	Choice string
}

// Silence is what is known about the clause of silence, and the seats with proven delivery and no ballot.
type Silence struct {
	Cited         bool   `json:"cited"`  // the rules of procedure or the covenant have such a clause
	Warned        bool   `json:"warned"` // the notice said what silence would mean
	FirstAssembly bool   `json:"first_assembly"`
	Covers        string `json:"covers"` // "participation", "majority" or "both"; empty means both
	Seats         []int  `json:"seats"`
}

// Count counts a motion from its ballots. Nothing depends on their order, and nothing is read but what is given. A nil Silence
// means that there is no clause. Faults: ErrRules, ErrQuestion, ErrScope, ErrNoSeat, ErrTwice, ErrChoice, ErrSilence.
func Count(r Rules, q Question, scope []Seat, ballots []Ballot, s *Silence) (Result, error) {
	if err := r.Check(); err != nil {
		return Result{}, err
	}
	if err := q.Check(); err != nil {
		return Result{}, err
	}
	if q.Kind == Election && r.Committee == nil {
		return Result{}, ErrQuestion.Saying("选举委员的议题，表决事项应为 committee")
	}
	roll, err := newRoll(scope)
	if err != nil {
		return Result{}, err
	}
	c := &counting{rules: r, question: q, roll: roll, items: make([]Item, max(1, len(q.Options)))}
	for _, b := range ballots {
		if err := c.add(b); err != nil {
			return Result{}, err
		}
	}
	if err := c.hush(s); err != nil {
		return Result{}, err
	}
	return c.result(), nil
}

// roll is the scope by seat number, and which of its seats has been met.
type roll struct {
	seats []Seat
	met   []bool
	total Amount
}

func newRoll(scope []Seat) (*roll, error) {
	r := &roll{seats: scope, met: make([]bool, len(scope))}
	byNumber := func(a, b Seat) int { return cmp.Compare(a.No, b.No) }
	if !slices.IsSortedFunc(scope, byNumber) {
		r.seats = slices.Clone(scope)
		slices.SortFunc(r.seats, byNumber)
	}
	for i, s := range r.seats {
		switch {
		case s.Area <= 0 || s.Area > Most:
			return nil, seatFault(ErrScope, s.No, "面积有误")
		case i > 0 && r.seats[i-1].No == s.No:
			return nil, seatFault(ErrScope, s.No, "在名册里出现两次")
		}
		if r.total = r.total.plus(Amount{1, s.Area}); r.total.Area > Most {
			return nil, seatFault(ErrScope, s.No, "总面积过大")
		}
	}
	if len(scope) == 0 {
		return nil, ErrScope.Saying("表决权名册是空的，不能计票")
	}
	return r, nil
}

func seatFault(f *fault.Fault, seat int, reason string) error {
	return f.With(fault.Field{Path: fmt.Sprintf("seat[%d]", seat), Reason: reason})
}

// meet gives the weight of a seat, once.
func (r *roll) meet(no int, twice *fault.Fault) (Amount, error) {
	i, ok := 0, false
	if first := r.seats[0].No; no >= first && no-first < len(r.seats) && r.seats[no-first].No == no {
		i, ok = no-first, true // most rolls are numbered without gaps
	} else {
		i, ok = slices.BinarySearchFunc(r.seats, no, func(s Seat, no int) int { return cmp.Compare(s.No, no) })
	}
	if !ok {
		return Amount{}, seatFault(ErrNoSeat, no, "不在表决权名册里")
	}
	if r.met[i] {
		return Amount{}, seatFault(twice, no, "出现了两次")
	}
	r.met[i] = true
	return Amount{1, r.seats[i].Area}, nil
}

type counting struct {
	rules                  Rules
	question               Question
	roll                   *roll
	returned, void, silent Amount
	against, abstained     Amount // of a motion with options: 反对 and 弃权 to all
	items                  []Item
	clause                 clause
}

func (c *counting) add(b Ballot) error {
	weight, err := c.roll.meet(b.Seat, ErrTwice)
	if err != nil {
		return err
	}
	if b.Choice == Void {
		c.void = c.void.plus(weight)
		return nil
	}
	c.returned = c.returned.plus(weight)
	ok := false
	switch c.question.Kind {
	case Motion:
		ok = c.items[0].mark(b.Choice, weight)
	case Options:
		ok = c.option(b.Choice, weight)
	case Election:
		ok = c.marks(b.Choice, weight)
	}
	if !ok {
		return seatFault(ErrChoice, b.Seat, "意见不在选项里")
	}
	return nil
}

func (i *Item) mark(choice string, weight Amount) bool {
	switch choice {
	case Yes:
		i.Yes = i.Yes.plus(weight)
	case No:
		i.No = i.No.plus(weight)
	case Abstain:
		i.Abstain = i.Abstain.plus(weight)
	default:
		return false
	}
	return true
}

func (c *counting) option(choice string, weight Amount) bool {
	switch choice {
	case No:
		c.against = c.against.plus(weight)
	case Abstain:
		c.abstained = c.abstained.plus(weight)
	default:
		i := slices.Index(c.question.Options, choice)
		if i < 0 {
			return false
		}
		c.items[i].Yes = c.items[i].Yes.plus(weight)
	}
	return true
}

// marks reads the canonical text of an election's ballot, which has every candidate in ballot order.
func (c *counting) marks(choice string, weight Amount) bool {
	agreed := 0
	for i, key := range c.question.Options {
		part, rest, more := strings.Cut(choice, ",")
		mark, ok := strings.CutPrefix(part, key)
		if mark, eq := strings.CutPrefix(mark, "="); !ok || !eq || more == (i == len(c.question.Options)-1) || !c.items[i].mark(mark, weight) {
			return false
		}
		if mark == "="+Yes {
			agreed++
		}
		choice = rest
	}
	return c.question.MaxMarks == 0 || agreed <= c.question.MaxMarks
}

// hush takes in the clause of silence and the seats that kept silent.
func (c *counting) hush(s *Silence) error {
	c.clause.cover(CoversBoth)
	if s == nil {
		return nil
	}
	c.clause.severalOptions = c.question.Kind != Motion
	if s.Covers != "" && s.Covers != CoversParticipation && s.Covers != CoversMajority && s.Covers != CoversBoth {
		return ErrSilence.With(fault.Field{Path: "covers", Reason: "应为 participation、majority 或 both"})
	}
	for _, no := range s.Seats {
		weight, err := c.roll.meet(no, ErrSilence)
		if err != nil {
			return err
		}
		c.silent = c.silent.plus(weight)
	}
	c.clause.stated, c.clause.cited, c.clause.warned, c.clause.firstTime = true, flag(s.Cited), flag(s.Warned), flag(s.FirstAssembly)
	c.clause.delivered = flag(true) // seats without proof are not among them
	if s.Covers != "" {
		c.clause.cover(s.Covers)
	}
	return nil
}

func (c *counting) result() Result {
	for i := range c.items {
		item := &c.items[i]
		switch c.question.Kind {
		case Options:
			item.Key, item.Abstain = c.question.Options[i], c.abstained
			item.No = c.returned.minus(item.Yes).minus(item.Abstain)
		case Election:
			item.Key = c.question.Options[i]
		}
		c.judge(item)
	}
	r := c.rules
	out := Result{Pack: r.Pack, Matter: r.Matter, Clause: r.Clause, Class: r.Class, Kind: c.question.Kind, Scope: c.roll.total,
		Returned: c.returned, Void: c.void, Silent: c.silent, Items: c.items, Outcome: Fail}
	switch c.question.Kind {
	case Motion:
		out.Outcome = c.items[0].Binding()
	case Options:
		for _, item := range c.items {
			if item.Binding() == Pass {
				out.Adopted, out.Outcome = item.Key, Pass
			}
		}
	case Election:
		out.Elected = elect(r, c.question, c.items)
		if len(out.Elected.Members) > 0 || len(out.Elected.Open) > 0 {
			out.Outcome = Pass
		}
	}
	return out
}

func (c *counting) judge(item *Item) {
	v := vote{clause: c.clause}
	set := func(f field, a Amount) {
		v.in[heads][f], v.in[metres][f] = known(a.Heads), known(int64(a.Area))
	}
	set(scope, c.roll.total)
	set(returned, c.returned)
	set(yes, item.Yes)
	set(no, item.No)
	set(abstain, item.Abstain)
	set(void, c.void)
	set(silent, c.silent)
	item.Judgement = judge(c.rules, v)
	if !holds(c.rules.VoidTakesPart) {
		return
	}
	// By the estate's own rule void ballots take part, agreeing to nothing. The strict reading stands beside it.
	set(returned, c.returned.plus(c.void))
	set(void, Amount{})
	with := judge(c.rules, v).WithClause.Reading
	item.WithVoid = &with
}
