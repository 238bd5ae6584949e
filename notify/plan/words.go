package plan

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// What the inbox holds of a title and of a text.
const (
	maxTitle = 120
	maxBody  = 600
)

// WeChat's bounds by the type of a field.
const (
	maxThing  = 20
	maxPhrase = 5
	maxCode   = 32
)

var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// fill puts the words in the place of the variables, once: what a word says in braces stays as it is.
func fill(words map[string]string) *strings.Replacer {
	list := make([]string, 0, 2*len(words))
	for variable, text := range words {
		list = append(list, "{"+variable+"}", text)
	}
	return strings.NewReplacer(list...)
}

var braces = regexp.MustCompile(`\{([^{}]*)\}`)

// variables are those that a text names.
func variables(text string) []string {
	var list []string
	for _, m := range braces.FindAllStringSubmatch(text, -1) {
		list = append(list, m[1])
	}
	return list
}

// literal is a text without its variables.
func literal(text string) string { return braces.ReplaceAllString(text, "") }

// codes are the variables that are no names but short ASCII, with how long they get.
var codes = map[string]int{"number": maxCode, "year": 4, "returns": 4}

// fieldType is a WeChat field's key without its number.
func fieldType(field string) string { return strings.TrimRight(field, "0123456789") }

// bounded cuts a value to what the field takes. The mark of a cut is no ASCII, so a code is cut without.
func bounded(field, value string) string {
	switch fieldType(field) {
	case "character_string":
		if r := []rune(value); len(r) > maxCode {
			return string(r[:maxCode])
		}
		return value
	case "phrase":
		return cut(value, maxPhrase)
	}
	return cut(value, maxThing)
}

// misfit says why a written value does not fit a field; "" when it does. Names in a thing are cut when they are filled in,
// everything else must fit as it is.
func misfit(field, value string, sight Sight) string {
	used := variables(value)
	switch fieldType(field) {
	case "time":
		if value != "{at}" {
			return "时间只能写{at}"
		}
	case "phrase":
		if len(used) > 0 || utf8.RuneCountInString(value) > maxPhrase || strings.ContainsFunc(value, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
			return "只能是5个以内的汉字，不能用花括号"
		}
	case "character_string":
		n := len(literal(value))
		for _, v := range used {
			bound, ok := codes[v]
			if !ok || (v == "number" && sight != Full) {
				return "只能是32个以内的字母和数字，不能用{" + v + "}"
			}
			n += bound
		}
		if n > maxCode || strings.ContainsFunc(literal(value), func(r rune) bool { return r > unicode.MaxASCII }) {
			return "只能是32个以内的字母和数字"
		}
	default:
		n := utf8.RuneCountInString(literal(value))
		if n > maxThing || (len(used) > 0 && n > maxThing/2) {
			return "不能超过20个字；用花括号的，其余不能超过10个字"
		}
	}
	return ""
}

func clock(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04") }

// by words a term; nothing for none.
func by(due time.Time) string {
	if due.IsZero() {
		return ""
	}
	at := due.In(zone)
	if at.Hour() == 23 && at.Minute() == 59 { // the end of a day
		return "，应于" + at.Format("1月2日") + "24时前办结"
	}
	return "，应于" + at.Format("1月2日15:04") + "前办结"
}

// day words a date that a move names; nothing for none.
func day(before string, t time.Time, after string) string {
	if t.IsZero() {
		return ""
	}
	return before + t.In(zone).Format("1月2日") + after
}

// clockOf words the hour of a meeting; nothing for none.
func clockOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return "，时间：" + t.In(zone).Format("1月2日15:04")
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
