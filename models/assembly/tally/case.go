package tally

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/rulepack"
)

// readCase reads what `decide` takes, and names everything that is wrong with it.
func readCase(raw []byte) (Rules, vote, any, error) {
	var w wrongs
	top := w.strictly(raw)
	if top == nil {
		return Rules{}, vote{}, nil, w.err()
	}
	w.only(top, "", append([]string{"date", "pack", "matter", "silence_clause"}, fieldNames[:]...))
	rules := w.law(top)
	v := vote{clause: w.clause(top)}
	for f := range fields {
		v.in[heads][f], v.in[metres][f] = w.amount(top, fieldNames[f])
	}
	w.contradictions(v)
	return rules, v, top[fieldNames[void]], w.err()
}

// only names the keys that mean nothing here.
func (w *wrongs) only(o object, path string, allowed []string) {
	var unknown []string
	for key := range o {
		if !slices.Contains(allowed, key) {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(unknown)
	for _, key := range unknown {
		w.say(join(path, key), "没有这一项", "no such field")
	}
}

// text reads a string that may be left out.
func (w *wrongs) text(o object, path, key string) string {
	switch s := o[key].(type) {
	case nil:
	case string:
		if s != "" {
			return s
		}
		w.say(join(path, key), "不能为空", "must not be empty")
	default:
		w.say(join(path, key), "应为文字", "must be a string")
	}
	return ""
}

// law finds the rules: those of the national pack that is named, else those of the day on which voting opens.
func (w *wrongs) law(top object) Rules {
	set := w.set(w.text(top, "", "date"), w.text(top, "", "pack"), top)
	matter := w.text(top, "", "matter")
	if matter == "" {
		if top["matter"] == nil {
			w.say("matter", "请写明表决事项", "the matter is missing")
		}
		return Rules{}
	}
	if !slices.Contains(Matters, matter) {
		w.say("matter", "没有这种事项，可用的有 "+strings.Join(Matters, "、"), "unknown matter; known are "+strings.Join(Matters, ", "))
		return Rules{}
	}
	if set == nil {
		return Rules{}
	}
	r, err := FromLaw(set, matter)
	if err != nil {
		w.say("matter", "规则包里没有这个事项的规则", "the pack has no rule for it: "+err.Error())
	}
	return r
}

func (w *wrongs) set(date, pack string, top object) *rulepack.Set {
	var day calendar.Date
	switch {
	case date != "":
		var err error
		if day, err = calendar.ParseDate(date); err != nil {
			w.say("date", "没有这一天，日期格式应为 2026-11-26", "no such day; write it as 2026-11-26")
			date = ""
		}
	case top["date"] == nil && top["pack"] == nil:
		w.say("date", "请写明表决开始的日期", "the day on which voting opens is missing")
	}
	if pack != "" {
		return w.named(pack, day, top["date"] != nil)
	}
	if date == "" {
		return nil
	}
	return w.ofDay(day)
}

func (w *wrongs) ofDay(day calendar.Date, local ...string) *rulepack.Set {
	set, err := rulepack.Law(day, local, nil)
	if err != nil {
		w.say("date", "这一天没有适用的全国规则，最早从2007年10月1日起有", "no national rules for this day; the first begin on 2007-10-01")
		return nil
	}
	return set
}

// named takes a pack by its code, or the stamp of a decision, whose local parts change no threshold.
func (w *wrongs) named(stamp string, day calendar.Date, dated bool) *rulepack.Set {
	first, _, _ := strings.Cut(stamp, "+")
	code, _, versioned := strings.Cut(first, "@")
	p, err := rulepack.Find(code)
	if err != nil || versioned && p.Stamp() != first {
		w.say("pack", "没有这个规则包，可用的有 cn-2021、cn-2007、duyun-2020", "no such pack; known are cn-2021, cn-2007, duyun-2020")
		return nil
	}
	if !p.National {
		return w.local(p, day, dated)
	}
	set, err := rulepack.Overlay([]*rulepack.Pack{p}, nil, p.From)
	if err != nil {
		w.say("pack", "规则包不能使用", "the pack cannot be used: "+err.Error())
		return nil
	}
	return set
}

// local lays a local pack over the national one of the day, whose thresholds it leaves as they are.
func (w *wrongs) local(p *rulepack.Pack, day calendar.Date, dated bool) *rulepack.Set {
	switch {
	case !dated:
		w.say("date", "地方规则包按表决开始那天的全国规则计算，请写明日期", "a local pack goes by the national rules of the day on which voting opens: the date is missing")
	case day.IsZero(): // what is wrong with the date was said
	case !p.InForce(day):
		w.say("date", "这一天不在地方规则包 "+p.Code+" 施行的时间里，它从 "+p.From.String()+" 起施行", p.Code+" is not in force on this day; it begins on "+p.From.String())
	default:
		return w.ofDay(day, p.Code)
	}
	return nil
}

// amount reads heads and area, each unknown where it is null or left out.
func (w *wrongs) amount(top object, name string) (headCount, area number) {
	if top[name] == nil {
		return nil, nil
	}
	o, ok := top[name].(object)
	if !ok {
		w.say(name, `应为 {"heads":整数,"area":"小数"}`, `must be {"heads":integer,"area":"decimal"}`)
		return nil, nil
	}
	w.only(o, name, measureNames[:])
	return w.heads(o, name), w.area(o, name)
}

func (w *wrongs) heads(o object, name string) number {
	path := join(name, measureNames[heads])
	switch v := o[measureNames[heads]].(type) {
	case nil:
		return nil
	case json.Number:
		n, why := parseHeads(v.String())
		return w.bounded(path, n, why)
	}
	w.say(path, "人数应写成整数", "heads are a whole number")
	return nil
}

func (w *wrongs) area(o object, name string) number {
	path := join(name, measureNames[metres])
	switch v := o[measureNames[metres]].(type) {
	case nil:
		return nil
	case string:
		n, why := parseMetres(v)
		return w.bounded(path, n, why)
	}
	w.say(path, `面积要写成带引号的小数，例如 "88.5"，不能写成数字`, `an area is a decimal string such as "88.5", never a JSON number`)
	return nil
}

func (w *wrongs) bounded(path string, n int64, why *saying) number {
	if why == nil && n > Most {
		why = tooLarge
	}
	if why != nil {
		w.say(path, why.zh, why.en)
		return nil
	}
	return known(n)
}

// clause reads what is known about the clause of silence; what is left out of it is unknown.
func (w *wrongs) clause(top object) clause {
	const name = "silence_clause"
	c := clause{}
	c.cover(CoversBoth)
	if top[name] == nil {
		return c
	}
	o, ok := top[name].(object)
	if !ok {
		w.say(name, "应为一个对象", "must be an object")
		return c
	}
	w.only(o, name, []string{"cited", "warned", "delivered", "first_assembly", "covers"})
	c.stated = true
	for key, to := range map[string]**bool{"cited": &c.cited, "warned": &c.warned, "delivered": &c.delivered, "first_assembly": &c.firstTime} {
		if b, ok := o[key].(bool); ok {
			*to = flag(b)
		}
	}
	for _, key := range []string{"cited", "warned", "delivered", "first_assembly"} {
		if _, ok := o[key].(bool); !ok && o[key] != nil {
			w.say(join(name, key), "应为 true 或 false", "must be true or false")
		}
	}
	switch covers := w.text(o, name, "covers"); covers {
	case "":
	case CoversParticipation, CoversMajority, CoversBoth:
		c.cover(covers)
	default:
		w.say(join(name, "covers"), "应为 participation、majority 或 both", "must be participation, majority or both")
	}
	return c
}

// contradictions are numbers that cannot stand together, in each measure.
func (w *wrongs) contradictions(v vote) {
	for m := range measures {
		f, unit := v.in[m], measureNames[m]
		at := func(n number) int64 {
			if n == nil {
				return 0
			}
			return *n
		}
		if f[scope] != nil && *f[scope] == 0 {
			w.say("scope."+unit, "全体不能是零", "the scope must not be zero")
			continue
		}
		given := at(f[yes]) + at(f[no]) + at(f[abstain])
		took := at(f[returned])
		if f[returned] == nil {
			took = given
		} else if given > took {
			w.say("returned."+unit, "同意、反对、弃权合计超过收回的有效票", "yes, no and abstain together exceed returned")
		}
		if f[scope] != nil && took+at(f[void])+at(f[silent]) > *f[scope] {
			w.say("scope."+unit, "有效票、废票和未投票合计超过全体", "returned, void and silent together exceed the scope")
		}
	}
}
