package hall

import (
	"fmt"
	"strconv"

	"github.com/linli-city/linli/models/assembly/tally"
)

// Line is one of the four demands on a vote, as people read it.
type Line struct {
	Name  string
	Has   string // "40 / 51（78.43%）"
	Needs string // "不少于2/3，即34"
	Short string // what is missing; empty where nothing is, or where it is not known
	Met   string // "够了", "不够" or "还不能确定"
}

// Lines are participation and consent in heads and in area.
func Lines(r tally.Reading, rules tally.Rules) []Line {
	agree := "同意"
	if rules.Base == tally.Participants {
		agree = "同意（占参与表决的）"
	}
	return []Line{
		lineOf("参与表决，按人数", "人", r.Participation.Heads, rules.Participation.Heads), lineOf("参与表决，按面积", "平方米", r.Participation.Area, rules.Participation.Area),
		lineOf(agree+"，按人数", "人", r.Consent.Heads, rules.Consent.Heads), lineOf(agree+"，按面积", "平方米", r.Consent.Area, rules.Consent.Area),
	}
}

func lineOf[N int64 | tally.Metres](name, unit string, f tally.Fraction[N], s tally.Share) Line {
	l := Line{Name: name, Has: shown(f.Num) + " / " + shown(f.Den), Needs: s.Words(), Met: "还不能确定"}
	if f.Need != nil {
		l.Needs += "，即" + shown(f.Need) + unit
	}
	if f.Num != nil && f.Den != nil {
		l.Has += "（" + Percent(int64(*f.Num), int64(*f.Den)) + "）"
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

// Percent has two decimals, half up.
func Percent(num, den int64) string {
	if den == 0 {
		return "0.00%"
	}
	p := (uint64(num)*10_000 + uint64(den)/2) / uint64(den) //nolint:gosec // the rules' reader takes nothing negative, and no more than 10^15
	return strconv.FormatUint(p/100, 10) + fmt.Sprintf(".%02d%%", p%100)
}

// OutcomeNames are the outcomes as people read them.
var OutcomeNames = map[tally.Outcome]string{tally.Pass: "通过", tally.Fail: "不通过", tally.Undecidable: "还不能确定"}
