// Package rulepack is the law and the city's policy as dated, versioned data: thresholds, periods, organisations and
// the mandate list. Code that decides reads its numbers here and nowhere else. It imports the standard library, the
// pure packages fault and calendar, and a YAML parser; it knows no database and no clock.
package rulepack

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
)

// Faults of packs.
var (
	ErrNoLaw        = fault.New(fault.Invalid, "rule.no_pack", "这个日期没有适用的规则")
	ErrPackNotFound = fault.New(fault.NotFound, "rule.pack_not_found", "没有这个规则包")
)

// Pack is one body of law in force between two days. Packs are shared: read them, never change them.
type Pack struct {
	Code     string
	Version  int
	Title    string
	National bool          // law of the land; otherwise a local pack that adds to it
	Division string        // code of the city (GB/T 2260) for which a local pack speaks
	City     string        // its name, as people read it
	From     calendar.Date // first day in force
	Until    calendar.Date // last day in force; zero while it still is
	Sources  []string
	Note     string

	Values        map[string]Value
	Organisations []Organisation
	Matters       []Matter
	Duties        []Duty
	Emergency     []Emergency
	Disclosures   []Disclosure
}

// Stamp is "cn-2021@1": what a decision stores about a pack.
func (p *Pack) Stamp() string { return fmt.Sprintf("%s@%d", p.Code, p.Version) }

// InForce reports whether the pack applies on day.
func (p *Pack) InForce(day calendar.Date) bool {
	return !day.Before(p.From) && (p.Until.IsZero() || !p.Until.Before(day))
}

// Packs are all packs shipped with the program, by code.
func Packs() []*Pack { return shipped() }

// Find gives a pack by code. Fault: ErrPackNotFound.
func Find(code string) (*Pack, error) {
	for _, p := range shipped() {
		if p.Code == code {
			return p, nil
		}
	}
	return nil, ErrPackNotFound.Saying("没有名为“" + code + "”的规则包")
}

// InForce gives the national pack of the day, followed by those of the named local packs that apply on it.
// Faults: ErrNoLaw for a day before the first national pack, ErrPackNotFound for an unknown local code.
func InForce(day calendar.Date, local ...string) ([]*Pack, error) {
	var packs []*Pack
	for _, p := range shipped() {
		if p.National && p.InForce(day) {
			packs = append(packs, p)
		}
	}
	if len(packs) != 1 {
		return nil, ErrNoLaw.Saying(day.String() + " 没有适用的全国规则，最早从2007年10月1日起有")
	}
	for _, code := range local {
		p, err := Find(code)
		if err != nil {
			return nil, err
		}
		if p.National {
			return nil, ErrPackNotFound.Saying("“" + code + "”不是地方规则包")
		}
		if p.InForce(day) {
			packs = append(packs, p)
		}
	}
	return packs, nil
}

// check finds what the author of a pack got wrong.
func (p *Pack) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(p.Code+": "+format, args...)) }
	if p.Code == "" || p.Version < 1 || p.Title == "" || p.From.IsZero() || len(p.Sources) == 0 {
		bad("code, version, title, from and sources are required")
	}
	for _, key := range sortedKeys(p.Values) {
		if err := p.Values[key].check(); err != nil {
			bad("%s: %w", key, err)
		}
	}
	errs = append(errs, p.checkOrganisations()...)
	errs = append(errs, p.checkMandates()...)
	errs = append(errs, p.checkEmergencies()...)
	errs = append(errs, p.checkDisclosures()...)
	return errors.Join(errs...)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
