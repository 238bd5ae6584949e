package suggest

import (
	"strings"
	"unicode/utf8"
)

// offices are names of bodies that people say they have already asked. They say who answered, not what is wrong, so
// they are taken out before looking for words.
var offices = strings.NewReplacer(mask(
	"消防部门", "消防大队", "消防支队", "消防救援大队", "消防救援支队", "消防中队", "消防局", "公安局", "公安机关", "公安分局", "派出所",
	"交警大队", "环保局", "环保部门", "生态环境局", "城管局", "城管办", "城管部门", "城管", "执法局", "工商局", "工商部门", "市场监管局", "市监局",
	"规划局", "国土局", "自然资源局", "住建局", "住建部门", "住建委", "房管局", "房产局", "自来水公司多次反映",
)...)

func mask(names ...string) []string {
	var pairs []string
	for _, n := range names {
		pairs = append(pairs, n, "□")
	}
	return pairs
}

const (
	// maxSentences bounds the work on a long letter; what matters stands in its beginning.
	maxSentences = 60
	// longSentence is where a sentence without a full stop is cut at its commas instead, in runes.
	longSentence = 70
)

// sentences cuts a text into sentences in which words are looked for together.
func sentences(text string) []string {
	var out []string
	for _, s := range strings.FieldsFunc(offices.Replace(fold(text)), func(r rune) bool { return strings.ContainsRune("。！？；!?;\n", r) }) {
		for utf8.RuneCountInString(s) > longSentence {
			cut := commaAfter(s, longSentence/2)
			if cut < 0 {
				break
			}
			out, s = append(out, s[:cut]), s[cut:]
		}
		out = append(out, s)
	}
	if len(out) > maxSentences {
		out = out[:maxSentences]
	}
	return out
}

// commaAfter is the byte after the first comma at or behind the n-th rune, or -1.
func commaAfter(s string, n int) int {
	i := 0
	for at, r := range s {
		if i >= n && (r == ',' || r == '、') && at+1 < len(s) {
			return at + utf8.RuneLen(r)
		}
		i++
	}
	return -1
}

// fold writes full-width letters, digits and punctuation as plain ones, in lower case, without blanks.
func fold(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r == '　' || r == ' ' || r == '\t' || r == '\r':
			return -1
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s))
}
