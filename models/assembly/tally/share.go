package tally

import (
	"strconv"
	"strings"

	"github.com/linli-city/linli/models/rulepack"
)

// Share is a threshold with its comparator, written ">=2/3" (以上, the number included: Civil Code art. 1259) or ">1/2"
// (过半数, strictly more).
type Share struct {
	Num, Den int64
	Over     bool
}

func shareOf(s rulepack.Share) Share { return Share{Num: s.Num, Den: s.Den, Over: s.Over} }

// String is the share as packs write it.
func (s Share) String() string {
	sign := ">="
	if s.Over {
		sign = ">"
	}
	return sign + strconv.FormatInt(s.Num, 10) + "/" + strconv.FormatInt(s.Den, 10)
}

// Words is the share as people read it: "不少于2/3" or "超过1/2".
func (s Share) Words() string {
	word := "不少于"
	if s.Over {
		word = "超过"
	}
	return word + strings.TrimLeft(s.String(), ">=")
}

// MarshalText writes the share as packs do.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes, and nothing else.
func (s *Share) UnmarshalText(text []byte) error {
	rest, over := string(text), true
	if after, ok := strings.CutPrefix(rest, ">="); ok {
		rest, over = after, false
	} else {
		rest = strings.TrimPrefix(rest, ">")
	}
	num, den, _ := strings.Cut(rest, "/")
	n, errNum := strconv.ParseInt(num, 10, 64)
	d, errDen := strconv.ParseInt(den, 10, 64)
	read := Share{Num: n, Den: d, Over: over}
	if errNum != nil || errDen != nil || !read.sound() || read.String() != string(text) {
		return ErrRules
	}
	*s = read
	return nil
}

// sound reports whether the share can be reckoned with: as packs bound it, so that Most times Den fits into an int64.
func (s Share) sound() bool {
	return s.Num > 0 && s.Num <= s.Den && s.Den <= 1000 && (!s.Over || s.Num < s.Den)
}

// Met reports whether part of whole reaches the share. Nothing of nothing is never enough.
func (s Share) Met(part, whole int64) bool { return whole > 0 && part >= s.Need(whole) }

// Need is the smallest part of whole that is enough, and at least one.
func (s Share) Need(whole int64) int64 {
	if s.Over {
		return whole*s.Num/s.Den + 1
	}
	return max(1, (whole*s.Num+s.Den-1)/s.Den)
}

// More is how many further ballots, all in favour and each raising part and whole alike, reach the share. It is -1 where
// none do.
func (s Share) More(part, whole int64) int64 {
	if s.Met(part, whole) {
		return 0
	}
	// (part+k)·Den reaches (whole+k)·Num where k·(Den-Num) reaches whole·Num - part·Den.
	short, step := whole*s.Num-part*s.Den, s.Den-s.Num
	if s.Over {
		short++
	}
	switch {
	case short <= 0:
		return 1 // nothing of nothing, which the first ballot ends
	case step == 0:
		return -1
	}
	return (short + step - 1) / step
}
