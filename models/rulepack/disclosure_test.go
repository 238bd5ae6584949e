package rulepack_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/rulepack"
)

// Every duty to publish reads its period, its term and its days of posting from values that exist in the law of every day, and no
// number of law stands in the duty itself. Affairs and finance are both there, for company and committee.
func TestDisclosuresRestOnValues(t *testing.T) {
	t.Parallel()
	s, seen, spheres := law(t, "2026-01-05"), map[string]bool{}, map[string]bool{}
	for _, d := range s.Disclosures() {
		if seen[d.Code] {
			t.Errorf("%s is in two packs", d.Code)
		}
		seen[d.Code], spheres[d.By+" "+d.Sphere] = true, true
		for key, kinds := range map[string][]rulepack.Kind{d.Every: {rulepack.Int, rulepack.Years}, d.Within: {rulepack.Days}, d.Posted: {rulepack.Days}} {
			if key == "" {
				continue
			}
			v, err := s.Find(key)
			if err != nil || !slices.Contains(kinds, v.Kind) {
				t.Errorf("%s: %s: %v, kind %s", d.Code, key, err, v.Kind)
			}
			if _, err := law(t, "2020-06-01").Find(key); err != nil {
				t.Errorf("%s: %s is missing in the older law: %v", d.Code, key, err)
			}
		}
		if strings.ContainsAny(d.Event, "0123456789") {
			t.Errorf("%s: a number of law stands in its words", d.Code)
		}
	}
	for _, want := range []string{"company affairs", "company finance", "committee affairs", "committee finance"} {
		if !spheres[want] {
			t.Errorf("no duty is about %s", want)
		}
	}
	if _, ok := s.Disclosure("income"); !ok {
		t.Error("the yield of common parts is not to be published")
	}
}
