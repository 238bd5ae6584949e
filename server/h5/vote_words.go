package h5

import (
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
)

// ask is a motion as a page puts it: its number in words, what it needs, and the answers that may be marked.
type ask struct {
	assembly.Asked
	No      string
	Plain   []string // what it takes to pass, in sentences that are read aloud
	Answers []answer
	Marks   []mark // of an election, one for each candidate
}

// answer is one box to mark.
type answer struct {
	Value, Name string
	Chosen      bool
}

// mark is a candidate with the three answers.
type mark struct {
	Key, Name string
	Answers   []answer
}

var answerNames = map[string]string{tally.Yes: "同意", tally.No: "反对", tally.Abstain: "弃权"}

// motionsOf puts the motions of a visit with what is marked so far.
func motionsOf(v *visit, marked chosen) []ask {
	list := make([]ask, len(v.Motions))
	for i, m := range v.Motions {
		list[i] = ask{Asked: m, No: numeral(m.Position), Plain: plainly(m, v.Terms)}
		said := marked[m.ID]
		switch m.Question.Kind {
		case tally.Election:
			by := marksOf(said)
			for _, key := range m.Question.Options {
				list[i].Marks = append(list[i].Marks, mark{Key: key, Name: optionName(m, key), Answers: answersOf([]string{tally.Yes, tally.No, tally.Abstain}, m, by[key])})
			}
		case tally.Options:
			list[i].Answers = answersOf(append(append([]string{}, m.Question.Options...), tally.No, tally.Abstain), m, said)
		default:
			list[i].Answers = answersOf([]string{tally.Yes, tally.No, tally.Abstain}, m, said)
		}
	}
	return list
}

func answersOf(values []string, m assembly.Asked, said string) []answer {
	list := make([]answer, len(values))
	for i, v := range values {
		list[i] = answer{Value: v, Name: answerNames[v], Chosen: v == said}
		if list[i].Name == "" {
			list[i].Name = optionName(m, v)
		}
		if m.Question.Kind == tally.Options && v == tally.No {
			list[i].Name = "都反对"
		}
	}
	return list
}

// marksOf reads "a=yes,b=no".
func marksOf(choice string) map[string]string {
	by := map[string]string{}
	for _, part := range strings.Split(choice, ",") {
		if key, mark, ok := strings.Cut(part, "="); ok {
			by[key] = mark
		}
	}
	return by
}

// optionName is an option or candidate as its motion calls it; where nothing names it, the text of the motion says what each key is.
func optionName(m assembly.Asked, key string) string {
	if name := m.Names[key]; name != "" {
		return name
	}
	return "选项" + key
}

// Said is what is chosen, in words, one line for each candidate.
func (a ask) Said() (lines []string) {
	for _, x := range a.Answers {
		if x.Chosen {
			lines = append(lines, x.Name)
		}
	}
	for _, m := range a.Marks {
		said := answerNames[tally.Abstain]
		for _, x := range m.Answers {
			if x.Chosen {
				said = x.Name
			}
		}
		lines = append(lines, m.Name+"："+said)
	}
	return lines
}

// Fields are the choice as a form carries it on.
func (a ask) Fields() (fields []answer) {
	for _, x := range a.Answers {
		if x.Chosen {
			fields = append(fields, answer{Name: fmt.Sprintf("m%d", a.ID), Value: x.Value})
		}
	}
	for _, m := range a.Marks {
		for _, x := range m.Answers {
			if x.Chosen {
				fields = append(fields, answer{Name: fmt.Sprintf("m%d.%s", a.ID, m.Key), Value: x.Value})
			}
		}
	}
	return fields
}

// plainly says what a motion needs, so that it can be read aloud.
func plainly(m assembly.Asked, t assembly.Terms) []string {
	r := m.Law
	if r == nil {
		return nil
	}
	says := []string{"依据：" + r.Clause + "。", "参加表决的，" + both(r.Participation, "全体业主的") + "。"}
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
	if t.Silence != "" && t.Covers != "" && m.Question.Kind == tally.Motion {
		says = append(says, "请注意：按"+t.Silence+"，通知已经送到而没有投票的，"+silenceWords[t.Covers]+"。")
	} else {
		says = append(says, "不投票不算参加。")
	}
	return says
}

// silenceWords say what becomes of a seat that was served and did not vote.
var silenceWords = map[string]string{"participation": "算作参加了表决", "majority": "意见按已投票的多数计算", "both": "算作参加了表决，意见按已投票的多数计算"}

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
	return word + whole + numeral(int(s.Den)) + "分之" + numeral(int(s.Num))
}

// numeral writes a small number in characters.
func numeral(n int) string {
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
