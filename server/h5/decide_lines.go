package h5

import (
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
)

// further says how many more ballots in favour would carry the motion, in each measure; empty where that is not known or where
// it is carried.
func further(r tally.Reading, rules tally.Rules) string {
	if r.Outcome != tally.Fail {
		return ""
	}
	var parts []string
	heads, okHeads := tally.FurtherYes(r.Participation.Heads, r.Consent.Heads, rules.Consent.Heads, rules.Base)
	area, okArea := tally.FurtherYes(r.Participation.Area, r.Consent.Area, rules.Consent.Area, rules.Base)
	if okHeads && heads > 0 {
		parts = append(parts, fmt.Sprintf("按人数还要%d人", heads))
	}
	if okArea && area > 0 {
		parts = append(parts, fmt.Sprintf("按面积还要%s平方米", area))
	}
	if !okHeads || !okArea || len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "，")
}

// beyond says in which measures nothing that may still come carries the motion, in either reading.
func beyond(d *tally.Decision, typed map[string]string) []string {
	var says []string
	if c := d.BeyondHeads; c != nil {
		says = append(says, "按人数，"+atBest(d.Strict.Participation.Heads, typed["void.heads"], fmt.Sprintf("%d人", c.Most), fmt.Sprintf("%d人", c.Need)))
	}
	if c := d.BeyondArea; c != nil {
		says = append(says, "按面积，"+atBest(d.Strict.Participation.Area, typed["void.area"], c.Most.String()+"平方米", c.Need.String()+"平方米"))
	}
	return says
}

func atBest[N int64 | tally.Metres](voted tally.Fraction[N], void, most, need string) string {
	switch {
	case voted.Num != nil && voted.Den != nil && *voted.Num == *voted.Den:
		return "都已经投票，同意的只有" + most + "，不够" + need + "。"
	case strings.Trim(void, "0.") != "":
		return "即使没投票的和投了废票的都同意，也只有" + most + "，仍不够" + need + "。"
	}
	return "即使没投票的都同意，也只有" + most + "，仍不够" + need + "。"
}

// typedPair is a pair of numbers with what was typed into it.
type typedPair struct {
	asked
	Heads, Area string
}

func pairOf(a asked, typed map[string]string) typedPair {
	return typedPair{asked: a, Heads: typed[a.Code+".heads"], Area: typed[a.Code+".area"]}
}

// opened reports whether something was typed into one of the pairs.
func opened(list []asked, typed map[string]string) bool {
	for _, a := range list {
		if p := pairOf(a, typed); p.Heads != "" || p.Area != "" {
			return true
		}
	}
	return false
}
