package committee

import (
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
	over []string         // phrases that are read over
	find []*regexp.Regexp // what is looked for
}

// readWords reads the list of a rule: "词" is looked for as it stands, "甲|乙+丙|丁" finds one of the first before one of the second in one
// sentence, and "!词" is read over.
func readWords(list []string) *wordRules {
	r := &wordRules{}
	for _, item := range list {
		item = strings.Map(half, item)
		if phrase, ok := strings.CutPrefix(item, "!"); ok {
			r.over = append(r.over, plain(phrase))
			continue
		}
		var groups []string
		for group := range strings.SplitSeq(item, "+") {
			var any []string
			for word := range strings.SplitSeq(group, "|") {
				if word = plain(word); word != "" {
					any = append(any, regexp.QuoteMeta(word))
				}
			}
			if len(any) > 0 {
				groups = append(groups, "(?:"+strings.Join(any, "|")+")")
			}
		}
		if len(groups) > 0 {
			r.find = append(r.find, regexp.MustCompile(strings.Join(groups, between)))
		}
	}
	slices.SortStableFunc(r.over, func(a, b string) int { return len(b) - len(a) })
	return r
}

// in gives what some texts say, each place once.
func (r *wordRules) in(texts ...string) []string {
	var found []string
	for _, text := range texts {
		text = plain(text)
		for _, phrase := range r.over {
			text = strings.ReplaceAll(text, phrase, "*")
		}
		for _, re := range r.find {
			if got := re.FindString(text); got != "" && !slices.Contains(found, got) {
				found = append(found, got)
			}
		}
	}
	return found
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

// hints gives the words of a text that may mean a matter of the owners. They prove nothing: a person looks.
func hints(set *rulepack.Set, texts ...string) (string, error) {
	list, err := set.List("committee.assembly_words")
	if err != nil {
		return "", err
	}
	return clip(strings.Join(readWords(list).in(texts...), "、"), 200), nil
}
