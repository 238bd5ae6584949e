package tally

// Outcome is what a vote comes to.
type Outcome string

// The outcomes. Undecidable: the numbers that are missing could make it either.
const (
	Pass        Outcome = "pass"
	Fail        Outcome = "fail"
	Undecidable Outcome = "undecidable"
)

// Fraction is a part of a whole beside what is needed of it; null where it is not known. Met is null where the missing numbers
// could make it either.
type Fraction[N int64 | Metres] struct {
	Num  *N    `json:"num"`
	Den  *N    `json:"den"`
	Need *N    `json:"need"`
	Met  *bool `json:"met"`
}

// Double is a fraction in heads and in area.
type Double struct {
	Heads Fraction[int64]  `json:"heads"`
	Area  Fraction[Metres] `json:"area"`
}

// Reading is one way to read a vote.
type Reading struct {
	Participation Double   `json:"participation"`
	Consent       Double   `json:"consent"`
	Outcome       Outcome  `json:"outcome"`
	Missing       []string `json:"missing"` // the unknown numbers that could change the outcome, such as "yes.area"
}

// ClauseReading is the reading with the clause of silence; where the clause does not apply it repeats the strict one.
type ClauseReading struct {
	Applies *bool  `json:"applies"`
	WhyNot  string `json:"why_not,omitempty"`
	Reading
}

// Judgement is both readings of a vote. TurnsOnClause says whether the outcome hangs on the clause.
type Judgement struct {
	Strict        Reading       `json:"strict"`
	WithClause    ClauseReading `json:"with_clause"`
	TurnsOnClause *bool         `json:"turns_on_clause"`
}

// either collects what a statement is over all completions of the unknown numbers.
type either struct{ isTrue, isFalse bool }

func (e *either) note(v bool) {
	if v {
		e.isTrue = true
	} else {
		e.isFalse = true
	}
}

func (e either) value() *bool {
	if e.isTrue == e.isFalse {
		return nil
	}
	return flag(e.isTrue)
}

func (e either) outcome() Outcome {
	switch {
	case e.isTrue && e.isFalse:
		return Undecidable
	case e.isTrue:
		return Pass
	}
	return Fail
}

// standing is one reading over all completions.
type standing struct {
	participation, consent, dimension [measures]either
	passes                            either
}

func (s *standing) note(part, consent [measures]bool) bool {
	passes := true
	for m := range measures {
		s.participation[m].note(part[m])
		s.consent[m].note(consent[m])
		s.dimension[m].note(part[m] && consent[m])
		passes = passes && part[m] && consent[m]
	}
	s.passes.note(passes)
	return passes
}

// course is both readings of a vote over all completions.
type course struct {
	strict, with   standing
	applies, turns either
	majority       [measures]either // a majority of one kind or another
	inFavour       [measures]either // that majority is yes
}

// judge reads a vote under the rules. It is exact: every answer that some completion of the unknown numbers gives in heads is
// paired with every one in area, for the two measures share no number.
func judge(r Rules, v vote) Judgement {
	var found [measures][]answers
	for m := range measures {
		found[m] = dimensionOf(r, v, m).answers()
	}
	var c course
	for _, h := range found[heads] {
		for _, a := range found[metres] {
			c.walk(v.clause, [measures]answers{heads: h, metres: a})
		}
	}
	return c.judgement(r, v)
}

func dimensionOf(r Rules, v vote, m measure) dimension {
	d := dimension{figures: v.in[m], participation: r.Participation.Heads, accord: r.Consent.Heads, all: r.Base == All, clause: v.clause}
	if m == metres {
		d.participation, d.accord = r.Participation.Area, r.Consent.Area
	}
	return d
}

func (c *course) walk(cl clause, a [measures]answers) {
	var part, consent, clausePart, clauseConsent [measures]bool
	for m := range measures {
		part[m], consent[m], clausePart[m], clauseConsent[m] = a[m].participation, a[m].consent, a[m].clauseParticipation, a[m].clauseConsent
		c.majority[m].note(a[m].yes || a[m].no || a[m].abstain)
		c.inFavour[m].note(a[m].yes)
	}
	one := a[heads].yes && a[metres].yes || a[heads].no && a[metres].no || a[heads].abstain && a[metres].abstain
	strict := c.strict.note(part, consent)
	for _, usable := range []bool{true, false} {
		if given := cl.usable(); given != nil && *given != usable {
			continue
		}
		applies := usable && (one || !cl.coversTheChoice)
		c.applies.note(applies)
		with := false
		if applies {
			with = c.with.note(clausePart, clauseConsent)
		} else {
			with = c.with.note(part, consent)
		}
		c.turns.note(strict != with)
	}
}

func (c *course) judgement(r Rules, v vote) Judgement {
	j := Judgement{TurnsOnClause: c.turns.value()}
	applies := c.applies.value()
	j.Strict = c.reading(r, v, c.strict, flag(false))
	j.WithClause = ClauseReading{Applies: applies, WhyNot: c.whyNot(v.clause), Reading: c.reading(r, v, c.with, applies)}
	if fails(j.TurnsOnClause) {
		j.WithClause.Missing = j.Strict.Missing // whatever is unknown about the clause does not matter
	}
	return j
}

func (c *course) reading(r Rules, v vote, s standing, applies *bool) Reading {
	out := Reading{Outcome: s.passes.outcome(), Missing: []string{}}
	var part, consent [measures]ratio
	for m := range measures {
		part[m], consent[m] = c.ratios(r, v, m, applies)
	}
	out.Participation.Heads = fractionOf[int64](part[heads], r.Participation.Heads, s.participation[heads])
	out.Participation.Area = fractionOf[Metres](part[metres], r.Participation.Area, s.participation[metres])
	out.Consent.Heads = fractionOf[int64](consent[heads], r.Consent.Heads, s.consent[heads])
	out.Consent.Area = fractionOf[Metres](consent[metres], r.Consent.Area, s.consent[metres])
	if out.Outcome == Undecidable {
		out.Missing = c.missing(r, v, s, applies)
	}
	return out
}

func fractionOf[N int64 | Metres](r ratio, s Share, met either) Fraction[N] {
	f := Fraction[N]{Num: as[N](r.num), Den: as[N](r.den), Met: met.value()}
	if r.den != nil {
		f.Need = as[N](known(s.Need(*r.den)))
	}
	return f
}

func as[N int64 | Metres](n number) *N {
	if n == nil {
		return nil
	}
	v := N(*n)
	return &v
}
