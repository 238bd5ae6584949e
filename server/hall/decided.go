package hall

import (
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
)

// Decided is a motion with what it came to, as a page or a sheet prints it.
type Decided struct {
	assembly.Asked
	No      string   // its number in words
	Plain   []string // what it takes to pass
	Counted *assembly.Counted
	Items   []DecidedItem
	Beside  string
	From    string // by whom it was counted, where that was elsewhere
	Elected string // who was published as elected there
	Debtors string // what it comes to without the ballots of who owes fees, where a clause limits them
}

// DecidedItem is one option or candidate, or the motion itself, with both tallies.
type DecidedItem struct {
	Name    string // empty for a plain motion
	Outcome string
	Yes     tally.Amount
	No      tally.Amount
	Abstain tally.Amount
	Strict  []Line
	With    []Line // with the clause of silence, where it applies
	Bare    string // the outcome without the clause, where it applies
	Turns   bool   // the outcome hangs on the clause
	WhyNot  string // why the clause changes nothing
}

// DecidedOf gives the motions of a meeting with their results, where there are any.
func DecidedOf(v *assembly.View) []Decided {
	list := make([]Decided, len(v.Motions))
	for i, m := range v.Motions {
		list[i] = Decided{Asked: m, No: Numeral(m.Position), Plain: Plainly(m, v.Warning)}
		if v.Result != nil && v.Result.Imported != nil && m.Law != nil {
			list[i].imported(v.Result.Imported)
			continue
		}
		if v.Result == nil || v.Result.Tally == nil || i >= len(v.Result.Tally.Motions) || m.Law == nil {
			continue
		}
		counted := &v.Result.Tally.Motions[i]
		list[i].Counted = counted
		for _, item := range counted.Result.Items {
			list[i].Items = append(list[i].Items, decidedOne(m, item, counted.Result.Silent))
		}
		list[i].Debtors = limitedWords(counted.Debtors)
		if counted.Beside != nil {
			list[i].Beside = counted.Beside.Clause + "：" + OutcomeNames[counted.Beside.Outcome]
		}
	}
	return list
}

// imported shows what the numbers from elsewhere come to; those that nobody published are unknown, never zero.
func (d *Decided) imported(c *assembly.ImportCount) {
	at := slices.IndexFunc(c.Motions, func(x assembly.ImportedMotion) bool { return x.Position == d.Position })
	if at < 0 {
		return
	}
	x := &c.Motions[at]
	d.From = c.Platform
	for i := range x.Items {
		item := &x.Items[i]
		out := DecidedItem{Outcome: OutcomeNames[item.WithClause.Outcome], Strict: Lines(item.Strict, *d.Law), WhyNot: item.WithClause.WhyNot}
		if item.Key != "" {
			out.Name = OptionName(d.Asked, item.Key)
		}
		if a := item.WithClause.Applies; a != nil && *a {
			out.With, out.Bare, out.Turns = Lines(item.WithClause.Reading, *d.Law), OutcomeNames[item.Strict.Outcome], item.WithClause.Outcome != item.Strict.Outcome
		}
		d.Items = append(d.Items, out)
	}
	if x.Beside != nil {
		d.Beside = x.Beside.Clause + "：" + OutcomeNames[x.Beside.WithClause.Outcome]
	}
	names := make([]string, len(x.Numbers.Elected))
	for i, key := range x.Numbers.Elected {
		names[i] = OptionName(d.Asked, key)
	}
	d.Elected = strings.Join(names, "、")
}

func decidedOne(m assembly.Asked, item tally.Item, silent tally.Amount) DecidedItem {
	out := DecidedItem{Outcome: OutcomeNames[item.Binding()], Yes: item.Yes, No: item.No, Abstain: item.Abstain, Strict: Lines(item.Strict, *m.Law), WhyNot: item.WithClause.WhyNot}
	if item.Key != "" {
		out.Name = OptionName(m, item.Key)
	}
	switch applies := item.WithClause.Applies; {
	case applies == nil || !*applies:
	case silent.Heads == 0:
		out.WhyNot = "没有已证明送达而未投票的表决权可以计入，两种计算相同"
	default:
		out.With, out.Bare = Lines(item.WithClause.Reading, *m.Law), OutcomeNames[item.Strict.Outcome]
		out.Turns = item.WithClause.Outcome != item.Strict.Outcome
	}
	return out
}

// Part is how much of a whole took part, with what is missing.
type Part struct{ Name, Has, Needs, Short string }

// TurnoutLines are heads and area of who has voted.
func TurnoutLines(t *assembly.Turnout) []Part {
	heads := Part{Name: "人数", Has: fmt.Sprintf("%d / %d 人（%s）", t.Voted.Heads, t.Scope.Heads, Percent(t.Voted.Heads, t.Scope.Heads)), Needs: fmt.Sprintf("%d 人", t.NeedHeads)}
	if short := t.NeedHeads - t.Voted.Heads; short > 0 {
		heads.Short = fmt.Sprintf("%d 人", short)
	}
	size := Part{Name: "面积", Has: fmt.Sprintf("%s / %s 平方米（%s）", t.Voted.Area, t.Scope.Area, Percent(int64(t.Voted.Area), int64(t.Scope.Area))), Needs: t.NeedArea.String() + " 平方米"}
	if short := t.NeedArea - t.Voted.Area; short > 0 {
		size.Short = short.String() + " 平方米"
	}
	return []Part{heads, size}
}
