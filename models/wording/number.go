package wording

import (
	"regexp"
	"strings"
)

// A number as people write it: groups of digits with something between them. Lines, list commas and the colons of a time end it.
var (
	grouped = regexp.MustCompile(`[0-9](?:[0-9Xx]|[ \t.。．·•・_*/,，()（）~\-–—－]{1,3}[0-9Xx])*`)
	group   = regexp.MustCompile(`[0-9Xx]+`)
)

// identity is the number of an identity card: its region, a day of birth, and four more.
var identity = regexp.MustCompile(`^[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$`)

// mobile is the number of a mobile phone, with the country before it or the zero of a long-distance call.
var (
	mobile  = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	country = regexp.MustCompile(`^(?:00860?|860?|0)(1[3-9].*)$`)
	year    = regexp.MustCompile(`^(?:19|20)[0-9]{2}$`)
	dated   = regexp.MustCompile(`^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$`)
	counted = regexp.MustCompile(`^[ ]*(?:[万亿千]?元|万|亿|平方|平米|㎡|m2|立方|m3|吨|度|千瓦|kWh|公里|千克|分)`)
)

// HasMobile reports whether the number of a mobile phone, which is a person's, stands in a text, in whatever digits and however grouped.
// Landlines, hotlines, amounts, areas, days and the numbers of notices are none.
func HasMobile(text string) bool {
	return numbered(text, func(groups []string, seps []string, rest string) bool {
		return phone(groups, seps) && !counted.MatchString(rest)
	})
}

// HasIdentity reports whether the number of an identity card stands in a text, in whatever digits and however grouped.
func HasIdentity(text string) bool {
	return numbered(text, func(groups []string, _ []string, _ string) bool {
		return (len(groups) <= 6 || short(groups, 2)) && identity.MatchString(strings.Join(groups, ""))
	})
}

// numbered tries every series of groups that stands in a text; rest is what follows it.
func numbered(text string, is func(groups, seps []string, rest string) bool) bool {
	for _, chinese := range []bool{false, true} {
		plain := narrow(text, chinese)
		for _, at := range grouped.FindAllStringIndex(plain, -1) {
			run := plain[at[0]:at[1]]
			spans := group.FindAllStringIndex(run, -1)
			for i := range spans {
				var groups, seps []string
				for j, size := i, 0; j < len(spans); j++ {
					if size += spans[j][1] - spans[j][0]; size > 18 {
						break
					}
					if j > i {
						seps = append(seps, run[spans[j-1][1]:spans[j][0]])
					}
					groups = append(groups, run[spans[j][0]:spans[j][1]])
					if size >= 11 && is(groups, seps, plain[at[0]+spans[j][1]:]) {
						return true
					}
				}
			}
		}
	}
	return false
}

// phone reports whether groups are those of a mobile number and of nothing else that people write with as many digits.
func phone(groups, seps []string) bool {
	if m := country.FindStringSubmatch(groups[0]); m != nil {
		groups = append([]string{m[1]}, groups[1:]...)
	} else if len(groups) > 1 && (groups[0] == "86" || groups[0] == "0086") {
		groups, seps = groups[1:], seps[1:]
	}
	if !mobile.MatchString(strings.Join(groups, "")) {
		return false
	}
	singles := short(groups, 1)
	switch {
	case len(groups) == 1 || singles:
		return true
	case len(groups) > 5: // in pairs; a list of numbers is not written with one sign throughout and in no order
		return short(groups, 2) && same(seps) && !rising(groups)
	}
	for i, g := range groups {
		next := i+1 < len(groups)
		switch {
		case next && year.MatchString(g) && len(groups[i+1]) <= 2: // a day
			return false
		case dated.MatchString(g) && len(groups[0]) <= 2: // a document's number
			return false
		case i > 0 && strings.TrimSpace(seps[i-1]) == "." && (len(g) <= 2 || len(groups) == 2 && len(g) <= 3): // a decimal
			return false
		}
	}
	if n := len(groups[0]); n == 2 || n < 2 && (n == 0 || !longer(groups[1:], 3)) {
		return false // a door, a range, an amount by thousands
	}
	return true
}

func short(groups []string, most int) bool {
	for _, g := range groups {
		if len(g) > most {
			return false
		}
	}
	return true
}

func longer(groups []string, least int) bool {
	for _, g := range groups {
		if len(g) < least {
			return false
		}
	}
	return true
}

func same(list []string) bool {
	for _, x := range list {
		if x != list[0] {
			return false
		}
	}
	return true
}

func rising(groups []string) bool {
	for i := 1; i < len(groups); i++ {
		if len(groups[i]) == len(groups[i-1]) && groups[i] < groups[i-1] {
			return false
		}
	}
	return true
}
