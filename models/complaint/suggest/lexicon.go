package suggest

import (
	"bufio"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed lexicon.txt
var lexiconText string

// term is one way in which people speak of a matter: parts that must all appear in one sentence.
type term struct {
	weight int
	parts  []part
}

// part is found when any of its words is in the sentence, or, if absent, when none is.
type part struct {
	words  []string
	absent bool
}

// found gives the words of the term that the sentence contains; nil if a part is missing.
func (t term) found(sentence string) []string {
	var words []string
	for _, p := range t.parts {
		hit := ""
		for _, w := range p.words {
			if strings.Contains(sentence, w) {
				hit = w
				break
			}
		}
		if (hit == "") != p.absent {
			return nil
		}
		if hit != "" {
			words = append(words, hit)
		}
	}
	return words
}

// readLexicon reads the terms of each matter, in the order of the file.
func readLexicon(text string) (map[string][]term, error) {
	lexicon := map[string][]term{}
	matter := ""
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			matter = strings.Trim(line, "[]")
			continue
		}
		weight, words, ok := strings.Cut(line, ":")
		w, err := strconv.Atoi(strings.TrimSpace(weight))
		if !ok || err != nil || matter == "" {
			return nil, fmt.Errorf("lexicon line %d: %q is no \"weight: words\" of a matter", n, line)
		}
		for _, written := range strings.Fields(words) {
			t := term{weight: w}
			for _, p := range strings.Split(strings.ToLower(written), "+") {
				p, absent := strings.CutPrefix(p, "!")
				t.parts = append(t.parts, part{words: strings.Split(p, "/"), absent: absent})
			}
			lexicon[matter] = append(lexicon[matter], t)
		}
	}
	return lexicon, lines.Err()
}
