package tally

import "math/big"

// answers are what one measure says to the questions on which the outcome hangs.
type answers struct {
	participation, consent             bool // strictly
	yes, no, abstain                   bool // more than half of what was returned
	clauseParticipation, clauseConsent bool // with the clause of silence
}

// sum is a sum of the numbers of a vote with factors; the last place is the constant. A demand is that it is not negative.
type sum [fields + 1]int64

const one = int(fields)

// dimension is one measure of a vote with its thresholds.
type dimension struct {
	figures               figures
	participation, accord Share // accord is the share of consent
	all                   bool  // consent is measured on the scope
	clause                clause
}

// always holds for every vote: nothing is negative, yes+no+abstain ≤ returned, returned+void+silent ≤ scope, scope ≥ 1.
func (d dimension) always() []row {
	demands := []sum{{returned: 1, yes: -1, no: -1, abstain: -1}, {scope: 1, returned: -1, void: -1, silent: -1}, {scope: 1, one: -1}}
	for f := range fields {
		s := sum{}
		s[f] = 1
		demands = append(demands, s)
	}
	return d.rows(demands)
}

// rows puts in the numbers that are known.
func (d dimension) rows(demands []sum) []row {
	rows := make([]row, len(demands))
	for i, s := range demands {
		r := row{big.NewInt(s[one])}
		for f, n := range d.figures {
			if n == nil {
				r = append(r, big.NewInt(s[f]))
			} else {
				r[0].Add(r[0], new(big.Int).Mul(big.NewInt(s[f]), big.NewInt(*n)))
			}
		}
		rows[i] = r
	}
	return rows
}

// question is one of the answers to find: where it is kept, and the demands that make it true or false, each as
// alternatives.
type question struct {
	put  func(*answers, bool)
	when func(answers) (isTrue, isFalse [][]sum)
}

// all the answers that some completion of the unknown numbers gives. Without unknown numbers it is one.
func (d dimension) answers() []answers {
	questions := []question{
		{func(a *answers, v bool) { a.participation = v }, func(answers) (t, f [][]sum) { return reaches(d.participation, sum{returned: 1}, sum{scope: 1}) }},
		{func(a *answers, v bool) { a.consent = v }, func(answers) (t, f [][]sum) { return reaches(d.accord, sum{yes: 1}, d.base(false)) }},
	}
	if d.clause.stated {
		half := Share{Num: 1, Den: 2, Over: true}
		questions = append(questions,
			question{func(a *answers, v bool) { a.yes = v }, func(answers) (t, f [][]sum) { return reaches(half, sum{yes: 1}, sum{returned: 1}) }},
			question{func(a *answers, v bool) { a.no = v }, func(answers) (t, f [][]sum) { return reaches(half, sum{no: 1}, sum{returned: 1}) }},
			question{func(a *answers, v bool) { a.abstain = v }, func(answers) (t, f [][]sum) { return reaches(half, sum{abstain: 1}, sum{returned: 1}) }},
			question{func(a *answers, v bool) { a.clauseParticipation = v }, func(answers) (t, f [][]sum) { return reaches(d.participation, d.present(), sum{scope: 1}) }},
			question{func(a *answers, v bool) { a.clauseConsent = v }, func(a answers) (t, f [][]sum) { return reaches(d.accord, d.agreeing(a.yes), d.base(true)) }})
	}
	found := map[answers]bool{}
	var list []answers
	var ask func(rows []row, a answers, left []question)
	ask = func(rows []row, a answers, left []question) {
		if len(left) == 0 {
			if !found[a] {
				found[a] = true
				list = append(list, a)
			}
			return
		}
		isTrue, isFalse := left[0].when(a)
		for i, alternatives := range [][][]sum{isFalse, isTrue} {
			next := a
			left[0].put(&next, i == 1)
			for _, demands := range alternatives {
				more := append(rows[:len(rows):len(rows)], d.rows(demands)...)
				if feasible(more) {
					ask(more, next, left[1:])
				}
			}
		}
	}
	ask(d.always(), answers{}, questions)
	return list
}

// present takes part when the clause counts.
func (d dimension) present() sum {
	if d.clause.coversParticipation {
		return sum{returned: 1, silent: 1}
	}
	return sum{returned: 1}
}

// agreeing are those in favour when the clause counts.
func (d dimension) agreeing(majority bool) sum {
	if d.clause.coversTheChoice && majority {
		return sum{yes: 1, silent: 1}
	}
	return sum{yes: 1}
}

// base is the whole of which consent is a part.
func (d dimension) base(withClause bool) sum {
	switch {
	case d.all:
		return sum{scope: 1}
	case withClause:
		return sum{returned: 1, silent: 1}
	}
	return sum{returned: 1}
}

// reaches are the demands under which part of whole reaches a share, and under which it does not. Nothing of nothing never does.
func reaches(s Share, part, whole sum) (isTrue, isFalse [][]sum) {
	enough := sum{}
	for i := range enough {
		enough[i] = part[i]*s.Den - whole[i]*s.Num
	}
	if s.Over {
		enough[one]--
	}
	some := whole
	some[one]--
	return [][]sum{{enough, some}}, [][]sum{{opposite(enough)}, {opposite(some)}}
}

// opposite is the demand that holds exactly where another does not.
func opposite(s sum) sum {
	for i := range s {
		s[i] = -s[i]
	}
	s[one]--
	return s
}
