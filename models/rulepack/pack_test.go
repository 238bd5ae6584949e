package rulepack_test

import (
	"errors"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/rulepack"
)

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func law(t *testing.T, on string, locals ...rulepack.Local) *rulepack.Set {
	t.Helper()
	s, err := rulepack.Law(day(t, on), []string{"duyun-2020"}, locals)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestInForce(t *testing.T) {
	t.Parallel()
	for on, want := range map[string]string{
		"2026-01-05": "cn-2021@1+duyun-2020@1",
		"2021-01-01": "cn-2021@1+duyun-2020@1",
		"2020-12-31": "cn-2007@1+duyun-2020@1",
		"2020-03-26": "cn-2007@1+duyun-2020@1",
		"2020-03-25": "cn-2007@1", // the policy was not yet issued
		"2007-10-01": "cn-2007@1",
	} {
		if got := law(t, on).Stamp(); got != want {
			t.Errorf("%s: %s, want %s", on, got, want)
		}
	}
	if _, err := rulepack.InForce(day(t, "2007-09-30")); !errors.Is(err, rulepack.ErrNoLaw) {
		t.Errorf("before the Property Law: %v", err)
	}
	if _, err := rulepack.InForce(day(t, "2026-01-05"), "nowhere"); !errors.Is(err, rulepack.ErrPackNotFound) {
		t.Errorf("unknown pack: %v", err)
	}
	if _, err := rulepack.InForce(day(t, "2026-01-05"), "cn-2007"); err == nil {
		t.Error("repealed national law was laid over the law in force")
	}
}

// The thresholds that decide outcomes, at their edges.
func TestThresholds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		on, key     string
		part, whole int64
		met         bool
	}{
		{"2026-01-05", "decision.participation.area", 200_000, 300_000, true}, // exactly 2/3: 以上 includes the number
		{"2026-01-05", "decision.participation.area", 199_999, 300_000, false},
		{"2026-01-05", "decision.ordinary.heads", 50, 100, false}, // 过半数 is more than half
		{"2026-01-05", "decision.ordinary.heads", 51, 100, true},
		{"2026-01-05", "decision.special.heads", 75, 100, true},
		{"2026-01-05", "decision.special.heads", 74, 100, false},
		{"2020-06-01", "decision.participation.heads", 50, 100, false},
		{"2020-06-01", "decision.special.area", 2, 3, true},
		{"2020-06-01", "decision.ordinary.area", 1, 2, false},
		{"2026-01-05", "decision.ordinary.heads", 0, 0, false}, // nobody took part
	} {
		share, err := law(t, c.on).Fraction(c.key)
		if err != nil {
			t.Fatal(err)
		}
		if got := share.Met(c.part, c.whole); got != c.met {
			t.Errorf("%s %s %s: %d of %d is %v", c.on, c.key, share, c.part, c.whole, got)
		}
	}
}

func TestMatterClasses(t *testing.T) {
	t.Parallel()
	want := map[string][2]string{ // since 2021, before
		"rules": {"ordinary", "ordinary"}, "covenant": {"ordinary", "ordinary"}, "committee": {"ordinary", "ordinary"},
		"manager": {"ordinary", "ordinary"}, "other": {"ordinary", "ordinary"},
		"use_fund":     {"ordinary", "special"}, // the change of 2021 that is most often got wrong
		"raise_fund":   {"special", "special"},
		"rebuild":      {"special", "special"},
		"common_parts": {"special", "ordinary"},
	}
	for code, classes := range want {
		for i, on := range []string{"2021-01-01", "2020-12-31"} {
			got, err := law(t, on).Text("decision.matter." + code)
			if err != nil || got != classes[i] {
				t.Errorf("%s on %s: %s %v, want %s", code, on, got, err, classes[i])
			}
		}
	}
	for on, want := range map[string]string{"2021-01-01": "participants", "2020-12-31": "all"} {
		if got, _ := law(t, on).Text("decision.base"); got != want {
			t.Errorf("denominator on %s: %s", on, got)
		}
	}
}

// The policy adds duties and offices and changes no threshold.
func TestLocalPackChangesNoThreshold(t *testing.T) {
	t.Parallel()
	p, err := rulepack.Find("duyun-2020")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Values) != 0 {
		t.Errorf("duyun-2020 sets %d values", len(p.Values))
	}
}

// A local value must stay valid for a decision of 2020 as for one of today: both national packs know the same local keys.
func TestLocalKeysAgree(t *testing.T) {
	t.Parallel()
	keys := func(on string) map[string]rulepack.Kind {
		m := map[string]rulepack.Kind{}
		for _, v := range law(t, on).Values() {
			if v.Local {
				m[v.Key] = v.Kind
			}
		}
		return m
	}
	before, since := keys("2020-12-31"), keys("2021-01-01")
	if len(before) != len(since) {
		t.Errorf("%d and %d local keys", len(before), len(since))
	}
	for k, kind := range since {
		if before[k] != kind {
			t.Errorf("%s is %q before 2021 and %q since", k, before[k], kind)
		}
	}
}
