package tally

import "strings"

// saying is one reason in both languages.
type saying struct{ zh, en string }

func (s *saying) String() string { return s.zh + " / " + s.en }

// longest is how many digits of square metres are read; their bound is Most.
const longest = 12

// parseMetres reads "88", "88.5" or "88.123". Zero is a number here, unlike the area of one property.
func parseMetres(s string) (int64, *saying) {
	if strings.HasPrefix(s, "-") {
		return 0, &saying{"不能是负数", "must not be negative"}
	}
	whole, frac, dotted := strings.Cut(s, ".")
	if !digits(whole) || dotted && !digits(frac) {
		return 0, &saying{"面积应写成平方米的小数，例如 \"88.5\"", `an area is square metres as a decimal string such as "88.5"`}
	}
	if len(frac) > 3 {
		return 0, &saying{"面积最多三位小数", "an area has at most three decimals"}
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > longest {
		return 0, tooLarge
	}
	var n int64
	for _, c := range whole + (frac + "000")[:3] {
		n = n*10 + int64(c-'0')
	}
	return n, nil
}

var tooLarge = &saying{"数字过大，请核对", "the number is too large"}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// parseHeads reads a whole number as JSON writes it.
func parseHeads(s string) (int64, *saying) {
	if strings.HasPrefix(s, "-") {
		return 0, &saying{"不能是负数", "must not be negative"}
	}
	if !digits(s) {
		return 0, &saying{"人数应写成整数", "heads are a whole number"}
	}
	if len(s) > longest+3 {
		return 0, tooLarge
	}
	var n int64
	for _, c := range s {
		n = n*10 + int64(c-'0')
	}
	return n, nil
}
