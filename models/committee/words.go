package committee

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/linli-city/linli/models/rulepack"
)

// Between the parts of a pattern there may be this many letters, and fewer across a comma; a sentence ends it.
const between = `(?:[^,。]{0,14}?|[^。]{0,5}?)`

// wordRules are what in a text may mean a matter of the owners.
type wordRules struct {
	sets map[string][]string // words with a name in common
	over []string            // phrases that are read over
	find []wordRule
}

// wordRule is what is looked for, and the matter of the assembly that it may mean; empty where the list does not say.
type wordRule struct {
	matter string
	words  *regexp.Regexp
}

// readWords reads the list of a rule: "词" is looked for as it stands, "甲|乙+丙|丁" finds one of the first before one of the second in one
// sentence, "@名=甲|乙" lets further lines say "@名" for the words, "事项:" before a line names the matter, and "!词|词" is read over.
func readWords(list []string) *wordRules {
	r := &wordRules{sets: map[string][]string{}}
	for _, item := range list {
		item = strings.Map(half, item)
		if phrases, ok := strings.CutPrefix(item, "!"); ok {
			r.over = append(r.over, r.words(phrases)...)
			continue
		}
		if name, words, ok := strings.Cut(item, "="); ok {
			r.sets[name] = r.words(words)
			continue
		}
		matter, pattern, ok := strings.Cut(item, ":")
		if !ok {
			matter, pattern = "", item
		}
		var groups []string
		for group := range strings.SplitSeq(pattern, "+") {
			if any := r.words(group); len(any) > 0 {
				groups = append(groups, "(?:"+strings.Join(any, "|")+")")
			}
		}
		if len(groups) > 0 {
			r.find = append(r.find, wordRule{strings.TrimSpace(matter), regexp.MustCompile(strings.Join(groups, between))})
		}
	}
	slices.SortStableFunc(r.over, func(a, b string) int { return len(b) - len(a) })
	return r
}

// words gives the words of a group. They are letters and digits, which mean themselves in a pattern.
func (r *wordRules) words(group string) []string {
	var list []string
	for word := range strings.SplitSeq(group, "|") {
		if set, ok := r.sets[word]; ok {
			list = append(list, set...)
		} else if word = plain(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}

// in gives what some texts say, each place once, and the matters of the assembly that it may mean.
func (r *wordRules) in(texts ...string) (found, matters []string) {
	for _, text := range texts {
		text = plain(text)
		for _, phrase := range r.over {
			text = strings.ReplaceAll(text, phrase, "*")
		}
		for _, rule := range r.find {
			got := rule.words.FindString(text)
			if got == "" {
				continue
			}
			if !slices.Contains(found, got) {
				found = append(found, got)
			}
			if rule.matter != "" && !slices.Contains(matters, rule.matter) {
				matters = append(matters, rule.matter)
			}
		}
	}
	return found, matters
}

func half(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - ('！' - '!')
	}
	return r
}

// plain is a text as it is searched: letters, digits, commas and the ends of sentences, so that nothing between two letters hides a word.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		r = half(r)
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToUpper(r)
		case r == ',' || r == '\n':
			return ','
		case strings.ContainsRune("。;!?", r):
			return '。'
		}
		return -1
	}, text)
}

// wordsOf reads the list of the rules; nil where there is none.
func wordsOf(set *rulepack.Set) (*wordRules, error) {
	list, err := set.List("committee.assembly_words")
	if errors.Is(err, rulepack.ErrUnset) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return readWords(list), nil
}

// hints gives the words of a text that may mean a matter of the owners. They prove nothing: a person looks.
func (r *wordRules) hints(texts ...string) string {
	if r == nil {
		return ""
	}
	found, _ := r.in(texts...)
	return clip(strings.Join(found, "、"), 200)
}

// mayBe gives the matters of the assembly that a text may mean, with their articles.
func (r *wordRules) mayBe(set *rulepack.Set, texts ...string) []Matter {
	if r == nil {
		return nil
	}
	var list []Matter
	_, codes := r.in(texts...)
	for _, code := range codes {
		if v, err := set.Find(theirs + code); err == nil {
			list = append(list, Matter{Code: code, Title: v.Title, Clause: v.Article})
		}
	}
	return list
}
