// Package wording judges the words that people write for others to read: whether a number in them is a person's, whether they hold out what
// nobody may hold out for a fee, whether they name a debtor, and whether they tell of a sum of money. It stands on the ground floor: text in,
// judgement out. The board, the fees and the campaigns ask here, so that what one refuses does not pass with another.
package wording

import (
	"strings"
	"unicode"
)

// numerals are the Chinese digits that stand for one digit each, small and capital, and as they are read on the telephone.
var numerals = map[rune]rune{'〇': '0', '零': '0', '○': '0', '一': '1', '幺': '1', '壹': '1', '二': '2', '贰': '2', '三': '3', '叁': '3', '四': '4', '肆': '4', '五': '5', '伍': '5', '六': '6', '陆': '6',
	'七': '7', '柒': '7', '八': '8', '捌': '8', '九': '9', '玖': '9'}

// narrow writes full-width letters, signs and digits as the usual ones, whatever script the digits are of, and leaves out what nobody sees. With
// chinese, the Chinese digits become digits as well.
func narrow(text string, chinese bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '　' || r == '\u00a0' || r == '\u2009' || r == '\u202f':
			return ' '
		case r >= '！' && r <= '～' && r != '，' && r != '；' && r != '：' && r != '！' && r != '？': // the marks of a sentence stay what they are
			return r - '！' + '!'
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r): // joiners, marks of direction, signs above a letter
			return -1
		case r > unicode.MaxASCII && unicode.IsDigit(r):
			return digitOf(r)
		case r >= '①' && r <= '⑨':
			return r - '①' + '1'
		}
		if d, ok := numerals[r]; ok && chinese {
			return d
		}
		return r
	}, text)
}

// digitOf is a decimal digit of another script: Unicode keeps ten of them together, the zero first; those of mathematics follow each other.
func digitOf(r rune) rune {
	if r >= 0x1d7ce && r <= 0x1d7ff {
		return '0' + (r-0x1d7ce)%10
	}
	d := rune(0)
	for d < 9 && unicode.IsDigit(r-d-1) {
		d++
	}
	return '0' + d
}

// joined leaves out what is put between the characters of a word to hide it: spaces and signs, not the marks that end a sentence or a part of it.
func joined(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r-–—_·•・.*/\\|~+^'\"`“”‘’()[]{}<>《》【】（）", r) {
			return -1
		}
		return r
	}, narrow(text, false))
}

// without takes words out of a text that look like what is searched for and are something else.
func without(text string, words ...string) string {
	for _, w := range words {
		text = strings.ReplaceAll(text, w, "，")
	}
	return text
}
