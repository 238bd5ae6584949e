package hall

import (
	"fmt"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
)

// OptionName is an option or candidate as its motion calls it; where nothing names it, the text of the motion says what each key is.
func OptionName(m assembly.Asked, key string) string {
	if name := m.Names[key]; name != "" {
		return name
	}
	return "选项" + key
}

// WhoSees tells a voter, before they vote, who can see how.
const WhoSees = "谁能看到您怎么投的：投票期间，其他业主和会议召集人看不到。初步结果公布以后，为了让大家都能重新计票，本次会议的业主和业委会、社区、乡镇（办事处）、住建局可以下载核对文件，里面有房号和这一户计票的选择，没有姓名，谁下载过都有记录。其他人看不到。"

// Plainly says what a motion needs, so that it can be read aloud; warning is what the notice said of silence.
func Plainly(m assembly.Asked, warning string) []string {
	r := m.Law
	if r == nil {
		return nil
	}
	class := "一般事项"
	if r.Class == tally.Special {
		class = "特别事项"
	}
	says := []string{"依据：" + r.Clause + "，" + class + "。", "参加表决的，" + both(r.Participation, "全体业主的") + "。"}
	whole := "参加表决的"
	if r.Base == tally.All {
		whole = "全体业主的"
	}
	switch m.Question.Kind {
	case tally.Election:
		says = append(says, "同意一位候选人的，"+both(r.Consent, whole)+"，这位候选人才能当选。")
	case tally.Options:
		says = append(says, "同意一个选项的，"+both(r.Consent, whole)+"，这个选项才算通过。")
	default:
		says = append(says, "同意的，"+both(r.Consent, whole)+"，才算通过。")
	}
	says = append(says, "弃权算参加表决，不算同意。")
	if warning != "" && m.Question.Kind == tally.Motion {
		says = append(says, warning)
	} else {
		says = append(says, "不投票不算参加。")
	}
	return says
}

// both words a threshold in heads and in area.
func both(p tally.Pair, whole string) string {
	if p.Heads == p.Area {
		return "人数和面积都要" + shareWords(p.Heads, whole)
	}
	return "人数要" + shareWords(p.Heads, whole) + "，面积要" + shareWords(p.Area, whole)
}

func shareWords(s tally.Share, whole string) string {
	word := "达到"
	if s.Over {
		word = "超过"
	}
	if s.Num == 1 && s.Den == 2 {
		return word + whole + "一半"
	}
	return word + whole + Numeral(int(s.Den)) + "分之" + Numeral(int(s.Num))
}

// Numeral writes a small number in characters.
func Numeral(n int) string {
	digits := []rune("〇一二三四五六七八九")
	switch {
	case n < 0 || n > 99:
		return fmt.Sprint(n)
	case n < 10:
		return string(digits[n])
	}
	out := "十"
	if n >= 20 {
		out = string(digits[n/10]) + out
	}
	if n%10 > 0 {
		out += string(digits[n%10])
	}
	return out
}
