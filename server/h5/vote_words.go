package h5

import (
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/server/hall"
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
		list[i] = ask{Asked: m, No: hall.Numeral(m.Position), Plain: hall.Plainly(m, v.Meeting.Says(v.Terms))}
		said := marked[m.ID]
		switch m.Question.Kind {
		case tally.Election:
			by := marksOf(said)
			for _, key := range m.Question.Options {
				list[i].Marks = append(list[i].Marks, mark{Key: key, Name: hall.OptionName(m, key), Answers: answersOf([]string{tally.Yes, tally.No, tally.Abstain}, m, by[key])})
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
			list[i].Name = hall.OptionName(m, v)
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
