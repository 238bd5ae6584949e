package tally

import (
	"errors"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/rulepack"
)

// Classes of matters.
const (
	Ordinary = "ordinary"
	Special  = "special"
)

// Bases of consent: who is the whole of which a part agrees.
const (
	Participants = "participants"
	All          = "all"
)

// Matters are the codes of Civil Code art. 278 paragraph 1, in its order.
var Matters = []string{"rules", "covenant", "committee", "manager", "use_fund", "raise_fund", "rebuild", "common_parts", "other"}

// Pair is one threshold in each measure.
type Pair struct {
	Heads Share `json:"heads"`
	Area  Share `json:"area"`
}

// Rules is the law under which one motion is decided. As JSON it is whole: with the question, the scope and the ballots it
// is enough to count again.
type Rules struct {
	Pack          string `json:"pack"` // stamp of the packs and local values
	Matter        string `json:"matter"`
	Title         string `json:"title"`  // the matter in the law's words
	Clause        string `json:"clause"` // the article of the matter
	Class         string `json:"class"`
	Participation Pair   `json:"participation"`
	Consent       Pair   `json:"consent"`
	Base          string `json:"base"`
	// VoidTakesPart is the estate's rule on void ballots; null where nobody has supplied one.
	VoidTakesPart *bool `json:"void_takes_part"`
	// Committee is there for elections.
	Committee *Committee `json:"committee,omitempty"`
}

// Committee is the law on a committee's size, for elections.
type Committee struct {
	SizeMin int64 `json:"size_min"`
	SizeMax int64 `json:"size_max"`
	Odd     bool  `json:"odd"`
	Able    Share `json:"able"` // of all members: what a committee needs to decide anything
}

// FromLaw reads everything from the law of the day on which voting opens: the organiser picks the matter and nothing else.
// Faults: ErrMatter, rulepack.ErrUnset.
func FromLaw(set *rulepack.Set, matter string) (Rules, error) {
	value, err := set.Find("decision.matter." + matter)
	if err != nil {
		return Rules{}, ErrMatter.Saying("没有名为“" + matter + "”的表决事项")
	}
	r := reading{set: set}
	class := r.text(value.Key)
	rules := Rules{Pack: set.Stamp(), Matter: matter, Title: value.Title, Clause: value.Article, Class: class,
		Participation: r.pair("decision.participation"), Consent: r.pair("decision." + class), Base: r.text("decision.base")}
	rules.VoidTakesPart = r.flagIfSet("ballot.void_takes_part")
	if matter == "committee" {
		rules.Committee = &Committee{SizeMin: r.number("committee.size_min"), SizeMax: r.number("committee.size_max"),
			Odd: r.flag("committee.size_odd"), Able: r.share("committee.consent")}
	}
	if r.err != nil {
		return Rules{}, r.err
	}
	return rules, rules.Check()
}

// Check refuses rules that nothing can be decided by, such as ones out of a damaged file. Fault: ErrRules.
func (r Rules) Check() error {
	var c fault.Checks
	c.Check(r.Pack != "" && r.Matter != "" && r.Clause != "", "pack", "缺少规则包、事项或条款")
	c.Check(r.Class == Ordinary || r.Class == Special, "class", "应为 ordinary 或 special")
	c.Check(r.Base == Participants || r.Base == All, "base", "应为 participants 或 all")
	for _, p := range []struct {
		path  string
		share Share
	}{{"participation.heads", r.Participation.Heads}, {"participation.area", r.Participation.Area}, {"consent.heads", r.Consent.Heads}, {"consent.area", r.Consent.Area}} {
		c.Check(p.share.sound(), p.path, "比例有误")
	}
	c.Check(r.Committee == nil || r.Committee.Able.sound() && r.Committee.SizeMin > 0 && r.Committee.SizeMin <= r.Committee.SizeMax, "committee", "业委会人数的规则有误")
	if len(c) > 0 {
		return ErrRules.With(c...)
	}
	return nil
}

// reading collects the first fault of many values read.
type reading struct {
	set *rulepack.Set
	err error
}

func read[T any](r *reading, get func(string) (T, error), key string) T {
	v, err := get(key)
	if r.err == nil {
		r.err = err
	}
	return v
}

func (r *reading) text(key string) string  { return read(r, r.set.Text, key) }
func (r *reading) number(key string) int64 { return read(r, r.set.Int, key) }
func (r *reading) flag(key string) bool    { return read(r, r.set.Flag, key) }
func (r *reading) share(key string) Share  { return shareOf(read(r, r.set.Fraction, key)) }

func (r *reading) pair(key string) Pair {
	return Pair{Heads: r.share(key + ".heads"), Area: r.share(key + ".area")}
}

// flagIfSet is nil where the law leaves a value open that blocks no count.
func (r *reading) flagIfSet(key string) *bool {
	v, err := r.set.Flag(key)
	if errors.Is(err, rulepack.ErrUnset) {
		return nil
	}
	if r.err == nil {
		r.err = err
	}
	return &v
}
