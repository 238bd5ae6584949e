package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// line is a sentence with how much its place in the complaint says.
type line struct {
	text   string
	weight int
}

// Weights by place: the title says what people want, the opening what happened, the rest often how it was handled.
const (
	titleWeight = 5
	firstWeight = 3
	otherWeight = 2
	leading     = 3 // sentences of the opening
)

func readLines(title, text string) []line {
	var lines []line
	for _, t := range sentences(title) {
		lines = append(lines, line{t, titleWeight})
	}
	for i, t := range sentences(text) {
		w := otherWeight
		if i < leading {
			w = firstWeight
		}
		lines = append(lines, line{t, w})
	}
	return lines
}

type evidence struct {
	score  int
	reason []phrase
}

// phrase is what was found for one term: its words in the order of the lexicon, "电瓶车…充电".
type phrase struct {
	text   string
	weight int
}

// fade is what the best, second best … sentence of a matter counts, in twelfths: saying a thing ten times does not
// make it ten times as true.
var fade = []int{12, 7, 5, 3, 2, 1}

// gather weighs the terms of one matter over all lines. In one sentence the strongest term counts whole and further
// ones a third, because they often are the same words again.
func gather(terms []term, lines []line) evidence {
	var e evidence
	var scores []int
	for _, l := range lines {
		best, sum := 0, 0
		for _, t := range terms {
			words := t.found(l.text)
			if words == nil {
				continue
			}
			sum += t.weight
			best = max(best, t.weight)
			if t.weight > 0 {
				e.reason = append(e.reason, phrase{strings.Join(words, "…"), t.weight})
			}
		}
		if score := best + (sum-best)/3; sum > 0 {
			scores = append(scores, score*l.weight)
		}
	}
	slices.SortFunc(scores, func(a, b int) int { return cmp.Compare(b, a) })
	for i, s := range scores[:min(len(scores), len(fade))] {
		e.score += s * fade[i]
	}
	return e
}

// maxWords is how many words an explanation shows.
const maxWords = 5

// words are the strongest phrases, without those that another one already contains.
func (e evidence) words() []string {
	slices.SortStableFunc(e.reason, func(a, b phrase) int { return cmp.Compare(b.weight, a.weight) })
	var words []string
	for _, p := range e.reason {
		said := slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, p.text) || strings.Contains(p.text, w) })
		if len(words) < maxWords && !said {
			words = append(words, p.text)
		}
	}
	return words
}

// rankUnits orders the units by the evidence for the matters that they lead; who helps or follows counts a little.
// Units without any evidence follow in the order in which a case that nobody claims would reach them.
func (s *Suggester) rankUnits(found []Matter, n int) []string {
	score := map[string]int{}
	add := func(unit string, points int) { score[unit] += points }
	best := map[string]bool{}
	for _, f := range found {
		m, _ := s.pack.Matter(f.Code)
		if points := f.Score * 4; !best[f.Unit] {
			best[f.Unit] = true
			add(f.Unit, points)
		} else {
			add(f.Unit, points/3)
		}
		for _, leg := range m.Then {
			add(s.print(m, leg.Unit), f.Score)
		}
		for _, ref := range m.Joint {
			if unit := s.print(m, ref); unit != f.Unit {
				add(unit, f.Score/4)
			}
		}
	}
	units := make([]string, 0, len(score)+len(unclaimed))
	for u := range score {
		units = append(units, u)
	}
	slices.SortFunc(units, func(a, b string) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), cmp.Compare(a, b))
	})
	for _, u := range unclaimed {
		if !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return units[:min(n, len(units))]
}

// unclaimed are the units for a complaint without any evidence: nobody's by the list, the community that receives
// it, the company on the spot.
var unclaimed = []string{OutsideUnit, "乡镇办事处/社区", "物业服务企业", "综合行政执法局", "住建局"}

func errNoMatter(code, stamp string) error {
	return fmt.Errorf("lexicon: %s has no matter %q", stamp, code)
}
