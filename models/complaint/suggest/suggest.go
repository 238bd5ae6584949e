// Package suggest proposes, from a complaint's own words, which matters of the mandate list it is about and which
// units answer for them. It explains itself by the words it found and the clause, and files nothing: people decide.
// It may touch the rule packs and nothing else.
package suggest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/rulepack"
)

// OutsideUnit is the unit printed for what no clause names.
const OutsideUnit = "其他"

// Suggester holds a mandate list and the words that point to its matters. It is read-only and may be shared.
type Suggester struct {
	pack    *rulepack.Pack
	lexicon map[string][]term
}

// Matter is a suggested matter.
type Matter struct {
	Code   string
	Name   string
	Unit   string   // who leads, by print name
	Clause string   // "五(六)2"
	Words  []string // the complaint's words that point to it
	Score  int      // evidence; comparable within one suggestion only
}

// Suggestion is what a complaint seems to be about, best first.
type Suggestion struct {
	Units   []string
	Matters []Matter
	Why     string // in Chinese, for people
}

// New reads the lexicon for a mandate list. The error names a matter that the list lacks.
func New(pack *rulepack.Pack) (*Suggester, error) {
	lexicon, err := readLexicon(lexiconText)
	if err != nil {
		return nil, err
	}
	for code := range lexicon {
		if _, ok := pack.Matter(code); !ok {
			return nil, errNoMatter(code, pack.Stamp())
		}
	}
	return &Suggester{pack: pack, lexicon: lexicon}, nil
}

// With gives the suggester for another version of the mandate list. Matters that the lexicon does not know are found by
// the words that the list gives them.
func (s *Suggester) With(pack *rulepack.Pack) *Suggester {
	if pack == s.pack {
		return s
	}
	return &Suggester{pack: pack, lexicon: s.lexicon}
}

// wordWeight is what a word of the list counts, as a plain term of the lexicon does.
const wordWeight = 6

// terms are the words that point to a matter.
func (s *Suggester) terms(m rulepack.Matter) []term {
	terms := s.lexicon[m.Code]
	for _, w := range m.Words {
		terms = append(terms[:len(terms):len(terms)], term{weight: wordWeight, parts: []part{{words: []string{strings.ToLower(w)}}}})
	}
	return terms
}

// Suggest proposes at most n units and n matters for a title and text; the title may be empty. Units are always n
// different ones, so that a list to choose from is never empty; matters only those with evidence.
func (s *Suggester) Suggest(title, text string, n int) Suggestion {
	found := s.weigh(title, text)
	out := Suggestion{Units: s.rankUnits(found, n)}
	out.Matters = found[:min(n, len(found))]
	out.Why = why(out)
	return out
}

// weigh gives the matters with evidence, best first.
func (s *Suggester) weigh(title, text string) []Matter {
	lines := readLines(title, text)
	var found []Matter
	for _, m := range s.pack.Matters {
		e := gather(s.terms(m), lines)
		if e.score <= 0 {
			continue
		}
		if m.Class == rulepack.Danger {
			// Where life may be in danger, a doubt goes to those who remove the danger.
			e.score = e.score * 5 / 4
		}
		found = append(found, Matter{Code: m.Code, Name: m.Name, Unit: s.print(m, m.Lead), Clause: m.Clauses[0], Words: e.words(), Score: e.score})
	}
	slices.SortStableFunc(found, func(a, b Matter) int { return cmp.Compare(b.Score, a.Score) })
	return found
}

func (s *Suggester) print(m rulepack.Matter, ref string) string {
	if m.Outside {
		return OutsideUnit
	}
	return s.pack.UnitPrint(ref)
}

func why(s Suggestion) string {
	if len(s.Matters) == 0 {
		return "没有找到能对上职责清单的词，请社区先收下并人工判断"
	}
	var parts []string
	for _, m := range s.Matters {
		parts = append(parts, m.Name+"（"+m.Clause+"，"+m.Unit+"）：文中有“"+strings.Join(m.Words, "”“")+"”")
	}
	return strings.Join(parts, "；")
}
