package h5

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
)

// line is one of the four demands on a vote, as people read it.
type line struct {
	Name  string
	Has   string // "40 / 51（78.43%）"
	Needs string // "不少于2/3，即34"
	Short string // what is missing; empty where nothing is, or where it is not known
	Met   string // "够了", "不够" or "还不能确定"
}

// linesOf are participation and consent in heads and in area.
func linesOf(r tally.Reading, rules tally.Rules) []line {
	agree := "同意"
	if rules.Base == tally.Participants {
		agree = "同意（占参与表决的）"
	}
	return []line{
		lineOf("参与表决，按人数", "人", r.Participation.Heads, rules.Participation.Heads), lineOf("参与表决，按面积", "平方米", r.Participation.Area, rules.Participation.Area),
		lineOf(agree+"，按人数", "人", r.Consent.Heads, rules.Consent.Heads), lineOf(agree+"，按面积", "平方米", r.Consent.Area, rules.Consent.Area),
	}
}

func lineOf[N int64 | tally.Metres](name, unit string, f tally.Fraction[N], s tally.Share) line {
	l := line{Name: name, Has: shown(f.Num) + " / " + shown(f.Den), Needs: s.Words(), Met: "还不能确定"}
	if f.Need != nil {
		l.Needs += "，即" + shown(f.Need) + unit
	}
	if f.Num != nil && f.Den != nil {
		l.Has += "（" + percent(int64(*f.Num), int64(*f.Den)) + "）"
	}
	switch {
	case f.Met == nil:
	case *f.Met:
		l.Met = "够了"
	default:
		l.Met = "不够"
		if f.Num != nil && f.Need != nil {
			short := *f.Need - *f.Num
			l.Short = "还差" + shown(&short) + unit
		}
	}
	return l
}

func shown[N int64 | tally.Metres](n *N) string {
	if n == nil {
		return "不知道"
	}
	return fmt.Sprint(*n)
}

// percent has two decimals, half up.
func percent(num, den int64) string {
	if den == 0 {
		return "0.00%"
	}
	p := (uint64(num)*10_000 + uint64(den)/2) / uint64(den) //nolint:gosec // the rules' reader takes nothing negative, and no more than 10^15
	return strconv.FormatUint(p/100, 10) + fmt.Sprintf(".%02d%%", p%100)
}

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

// outcomeNames are the outcomes as the page calls them.
var outcomeNames = map[tally.Outcome]string{tally.Pass: "通过", tally.Fail: "不通过", tally.Undecidable: "还不能确定"}

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
