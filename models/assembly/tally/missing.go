package tally

import "strings"

// ratio is a fraction's part and whole.
type ratio struct{ num, den number }

// ratios are the fractions of a measure as they are printed: from the numbers that are given. applies says whether the clause
// counts: true, false or null.
func (c *course) ratios(r Rules, v vote, m measure, applies *bool) (participation, consent ratio) {
	f := v.in[m]
	participation = ratio{f[returned], f[scope]}
	consent = ratio{f[yes], f[returned]}
	if r.Base == All {
		consent.den = f[scope]
	}
	if fails(applies) {
		return participation, consent
	}
	// joined adds the silent seats where they certainly count, and nothing where that is open.
	joined := func(n number, counts *bool) number {
		switch {
		case fails(counts), f[silent] != nil && *f[silent] == 0:
			return n
		case counts == nil, n == nil, f[silent] == nil:
			return nil
		}
		return known(*n + *f[silent])
	}
	if v.clause.coversParticipation {
		participation.num = joined(participation.num, applies)
	}
	if r.Base != All {
		consent.den = joined(consent.den, applies)
	}
	if v.clause.coversTheChoice {
		counts := c.inFavour[m].value()
		if applies == nil && !fails(counts) {
			counts = nil
		}
		consent.num = joined(consent.num, counts)
	}
	return participation, consent
}

// missing names the unknown numbers on which a reading hangs, in the order in which they are asked for.
func (c *course) missing(r Rules, v vote, s standing, applies *bool) []string {
	var wanted [fields][measures]bool
	want := func(m measure, fs ...field) {
		for _, f := range fs {
			wanted[f][m] = wanted[f][m] || v.in[m][f] == nil
		}
	}
	for m := range measures {
		if s.dimension[m].value() != nil {
			continue
		}
		if s.participation[m].value() == nil {
			want(m, scope, returned)
			if !fails(applies) && v.clause.coversParticipation {
				want(m, silent)
			}
		}
		if s.consent[m].value() == nil {
			want(m, yes)
			if r.Base == All {
				want(m, scope)
			} else {
				want(m, returned)
			}
			if !fails(applies) && (r.Base != All || v.clause.coversTheChoice) {
				want(m, silent)
			}
		}
	}
	if applies == nil && v.clause.coversTheChoice {
		for m := range measures {
			if c.inFavour[m].value() == nil {
				want(m, yes, returned)
			}
		}
	}
	names := []string{}
	for f := range fields {
		for m := range measures {
			if wanted[f][m] {
				names = append(names, fieldNames[f]+"."+measureNames[m])
			}
		}
	}
	if applies == nil {
		names = append(names, v.clause.unknown()...)
	}
	return names
}

// unknown names what nobody said about a clause on which it hangs whether it may be used.
func (c clause) unknown() []string {
	if c.usable() != nil {
		return nil
	}
	var names []string
	for _, f := range []struct {
		name string
		have *bool
	}{{"cited", c.cited}, {"warned", c.warned}, {"delivered", c.delivered}, {"first_assembly", c.firstTime}} {
		if f.have == nil {
			names = append(names, "silence_clause."+f.name)
		}
	}
	return names
}

// whyNot says why the clause does not apply; empty where it does, or where that is not known.
func (c *course) whyNot(cl clause) string {
	if !fails(c.applies.value()) {
		return ""
	}
	switch {
	case cl.severalOptions:
		return "议题有多个选项，“未投票从多数”的条款不能适用"
	case !cl.stated:
		return "没有“未投票从多数”的条款"
	}
	var why []string
	say := func(is bool, sentence string) {
		if is {
			why = append(why, sentence)
		}
	}
	say(fails(cl.cited), "没有引用议事规则或管理规约的条款")
	say(fails(cl.warned), "通知没有提示未投票的后果")
	say(fails(cl.delivered), "没有送达的证据")
	say(holds(cl.firstTime), "首次业主大会还没有规则，不能适用（民法典第140条）")
	if len(why) == 0 {
		both := !c.majority[heads].isFalse && !c.majority[metres].isFalse
		say(both, "人数和面积的多数意见不一致")
		say(!both, "没有一种意见在人数和面积上都超过已投票的半数")
	}
	return strings.Join(why, "；")
}
