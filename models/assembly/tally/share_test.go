package tally

import (
	"testing"

	"pgregory.net/rapid"
)

// Need is the least that is met, More the fewest further ballots in favour that are; both by trying.
func TestShares(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.SampledFrom([]Share{twoThirds, half, threeQuarters, {Num: 1, Den: 1}, {Num: 1, Den: 5}}).Draw(rt, "share")
		whole := rapid.Int64Range(0, 60).Draw(rt, "whole")
		part := rapid.Int64Range(0, whole).Draw(rt, "part")
		need := s.Need(whole)
		if whole > 0 && (!s.Met(need, whole) || s.Met(need-1, whole)) || need < 1 {
			rt.Fatalf("%s of %d needs %d", s, whole, need)
		}
		fewest := int64(-1)
		for k := range int64(1000) {
			if p, w := part+k, whole+k; w > 0 && (p*s.Den > w*s.Num || !s.Over && p*s.Den == w*s.Num) {
				fewest = k
				break
			}
		}
		if more := s.More(part, whole); more != fewest {
			rt.Fatalf("%s of %d/%d: %d more, not %d", s, part, whole, fewest, more)
		}
		var back Share
		if err := back.UnmarshalText([]byte(s.String())); err != nil || back != s {
			rt.Fatal(back, err)
		}
	})
	for _, text := range []string{"", "2/3", ">=02/3", ">=3/2", ">1/1", ">=0/1", ">=1/2/3", ">=1/1001", ">= 1/2", ">=1"} {
		if err := new(Share).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if (Share{Num: 2, Den: 3}).Need(Most) != 666_666_666_666_667 || !half.Met(Most/2+1, Most) || half.Met(Most/2, Most) {
		t.Error("the largest scope overflows")
	}
}
