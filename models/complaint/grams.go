package complaint

import (
	"strings"
	"unicode"
)

// pairs are the distinct pairs of neighbouring letters of a text, the unit in which Chinese is compared and searched:
// it has no spaces between words. Everything that is no letter or number parts the text.
func pairs(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		r := []rune(word)
		for i := 0; i+1 < len(r); i++ {
			set[string(r[i:i+2])] = true
		}
	}
	return set
}
