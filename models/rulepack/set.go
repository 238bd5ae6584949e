package rulepack

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
)

// Local is a value that an office entered and a second person confirmed.
type Local struct {
	ID      int64
	Key     string
	Value   string
	Article string // the local rule it comes from
	From    calendar.Date
	Demo    bool
}

// Set is the law of one day: packs with the local values laid over them. It is read-only and may be shared.
type Set struct {
	day    calendar.Date
	packs  []*Pack
	values map[string]Value
	locals []int64
	unfit  []Local
}

// Overlay lays the confirmed local values that are in force on day over the packs; later packs lie over earlier
// ones, and of several local values for one key the one with the latest date holds (ties: the highest ID). A local
// value that breaks its rule gives the fault of Check, so that bad data is never used in silence.
func Overlay(packs []*Pack, locals []Local, day calendar.Date) (*Set, error) {
	s := &Set{day: day, packs: slices.Clone(packs), values: map[string]Value{}}
	for _, p := range packs {
		for key, v := range p.Values {
			s.values[key] = v
		}
	}
	inForce := slices.DeleteFunc(slices.Clone(locals), func(l Local) bool { return day.Before(l.From) })
	slices.SortFunc(inForce, func(a, b Local) int {
		if c := a.From.Start().Compare(b.From.Start()); c != 0 {
			return c
		}
		return cmp.Compare(a.ID, b.ID)
	})
	for _, l := range inForce {
		if err := s.lay(l); err != nil {
			return nil, fmt.Errorf("overlay local value %d: %w", l.ID, err)
		}
	}
	for _, v := range s.values {
		if v.LocalID != 0 {
			s.locals = append(s.locals, v.LocalID)
		}
	}
	slices.Sort(s.locals)
	return s, nil
}

// Law is InForce and Overlay in one step, for callers that have a day, the local packs and the confirmed values.
func Law(day calendar.Date, local []string, values []Local) (*Set, error) {
	packs, err := InForce(day, local...)
	if err != nil {
		return nil, err
	}
	return Overlay(packs, values, day)
}

// Check reports whether a local value may be laid over the set. Faults: ErrUnknown, ErrNotLocal, ErrBadValue with
// the field and the reason.
func (s *Set) Check(l Local) error {
	v, ok := s.values[l.Key]
	if !ok {
		return ErrUnknown.Saying("没有名为“" + l.Key + "”的规则")
	}
	if !v.Local {
		return ErrNotLocal.Saying(v.Title + "由" + v.Article + "规定，本地不能改动")
	}
	var wrong []fault.Field
	if _, err := v.parse(l.Value); err != nil {
		wrong = append(wrong, fault.Field{Path: "value", Reason: err.Error()})
	}
	if strings.TrimSpace(l.Article) == "" && !l.Demo {
		wrong = append(wrong, fault.Field{Path: "article", Reason: "请写明依据的文件和条款"})
	}
	if l.From.IsZero() {
		wrong = append(wrong, fault.Field{Path: "effective_on", Reason: "请填写从哪一天起执行"})
	}
	if len(wrong) == 0 {
		return nil
	}
	return ErrBadValue.Saying("“" + v.Title + "”填写有误：" + wrong[0].Reason).With(wrong...)
}

// Fits refuses a value of which only its own rule can say whether it can be used, whatever the packs in force.
// Fault: ErrBadValue.
func Fits(key, value string) error {
	if err := (Value{Key: key}).fits(splitList(value)); err != nil {
		return ErrBadValue.Saying("“" + key + "”填写有误：" + err.Error()).With(fault.Field{Path: "value", Reason: err.Error()})
	}
	return nil
}

func (s *Set) lay(l Local) error {
	if err := s.Check(l); err != nil {
		return s.without(l, err)
	}
	v := s.values[l.Key]
	v.Raw, v.Unset, v.Reference = strings.TrimSpace(l.Value), false, false
	v.Article, v.Source, v.Checked, v.Note = l.Article, "本地规则", "", ""
	v.Demo, v.LocalID, v.Effective = l.Demo, l.ID, l.From
	s.values[l.Key] = v
	return nil
}

// without leaves a value unset where what an older program let in cannot be used: everything else goes on, and what needs the
// value is refused by its name. It never falls back to the value that was replaced.
func (s *Set) without(l Local, why error) error {
	v := s.values[l.Key]
	if l.Key != RateWeights || v.Kind != List || !v.Local {
		return why
	}
	v.Raw, v.Unset, v.LocalID = "", true, 0
	s.values[l.Key] = v
	s.unfit = append(s.unfit, l)
	return nil
}

// Unfit are the confirmed local values that cannot be used and count as unset.
func (s *Set) Unfit() []Local { return s.unfit }

// Day is the day whose law this is.
func (s *Set) Day() calendar.Date { return s.day }

// Packs are the packs of the set, the national one first.
func (s *Set) Packs() []*Pack { return s.packs }

// Locals are the IDs of the local values in use, ascending.
func (s *Set) Locals() []int64 { return s.locals }

// maxStamp bounds a stamp; a decision's column has room for it.
const maxStamp = 80

// Stamp names the packs, their versions and the local values in use, as a decision stores them:
// "cn-2021@1+duyun-2020@1+local:3,7". Where the values are too many to list, it gives their number and the start of the
// SHA-256 of the list, "local:23#1a2b3c4d5e6f"; the confirmed values of the day are the list.
func (s *Set) Stamp() string {
	var parts []string
	for _, p := range s.packs {
		parts = append(parts, p.Stamp())
	}
	if len(s.locals) > 0 {
		list := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(s.locals)), ","), "[]")
		if stamp := strings.Join(append(parts, "local:"+list), "+"); len(stamp) <= maxStamp {
			return stamp
		}
		digest := sha256.Sum256([]byte(list))
		parts = append(parts, fmt.Sprintf("local:%d#%x", len(s.locals), digest[:6]))
	}
	return strings.Join(parts, "+")
}

// Values lists all values by key, for the page that shows the law in force.
func (s *Set) Values() []Value {
	all := make([]Value, 0, len(s.values))
	for _, key := range sortedKeys(s.values) {
		all = append(all, s.values[key])
	}
	return all
}

// Unset lists the values that nobody has supplied, by key: what each blocks and who may supply it.
func (s *Set) Unset() []Value {
	return slices.DeleteFunc(s.Values(), func(v Value) bool { return !v.Unset })
}
