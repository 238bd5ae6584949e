package vault

import (
	"strings"
	"unicode"
)

// Paper is the kind of index that finds ID papers.
const Paper = "paper"

// FoldPaper is the number of an ID paper as it is compared: letters and digits alone, in upper case, full-width ones as the ordinary, whatever
// somebody wrote between them.
func FoldPaper(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, number)
}

// folded is what an index is made of.
func folded(kind, value string) string {
	if kind == Paper {
		return FoldPaper(value)
	}
	return value
}

// forms are a value as indexes of it may have been made: those of papers once held what was typed, in upper case.
func forms(kind, value string) []string {
	list := []string{folded(kind, value)}
	if raw := strings.ToUpper(strings.TrimSpace(value)); kind == Paper && raw != list[0] {
		list = append(list, raw)
	}
	return list
}
