package disclosure

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/money"
)

// Spoken is the statement in sentences, to be read aloud; empty where there are no figures.
func (v *View) Spoken() string {
	if len(v.Versions) == 0 {
		return ""
	}
	return Words(v.Current().Figures)
}

// Chart is the statement as a picture, SVG; empty where there are no figures.
func (v *View) Chart() string {
	if len(v.Versions) == 0 {
		return ""
	}
	return Chart(v.Current().Figures)
}

// Words says figures in sentences, period by period, with nothing added: what is part of what is the label's to say.
func Words(figures []Figure) string {
	if len(figures) == 0 {
		return ""
	}
	var b strings.Builder
	for i, f := range inTime(figures) {
		if i == 0 || inTime(figures)[i-1].Period() != f.Period() {
			if i > 0 {
				b.WriteString("。")
			}
			b.WriteString(when(&f))
		}
		fmt.Fprintf(&b, "，%s%s", f.Label, says(f.Fen))
	}
	b.WriteString("。")
	for _, r := range Rates(figures) {
		b.WriteString(r.Says() + "。")
	}
	b.WriteString("这些数是系统从" + takenFrom(figures) + "里取的，不是手写的。")
	return b.String()
}

// takenFrom names what figures were read from.
func takenFrom(figures []Figure) string {
	var list []string
	for _, x := range []struct {
		in   func(*Figure) bool
		name string
	}{{(*Figure).ledger, "已经结账的账簿"}, {func(f *Figure) bool { return f.Book == Projects }, "公示过的维修项目"}, {func(f *Figure) bool { return f.Book == Collections }, "已经结账的物业费账单"}} {
		if slices.ContainsFunc(figures, func(f Figure) bool { return x.in(&f) }) {
			list = append(list, x.name)
		}
	}
	return strings.Join(list, "和")
}

// inTime are figures by their period, as they stand within one.
func inTime(figures []Figure) []Figure {
	list := slices.Clone(figures)
	slices.SortStableFunc(list, func(a, b Figure) int {
		if c := a.ToOn.Compare(b.ToOn); c != 0 {
			return c
		}
		return from(&a).Compare(from(&b))
	})
	return list
}

// from is when the period of a figure begins; what stands at a day comes after what moved up to it.
func from(f *Figure) time.Time {
	if f.FromOn == nil {
		return f.ToOn
	}
	return *f.FromOn
}

func when(f *Figure) string {
	if f.FromOn == nil {
		return "到" + f.ToOn.Format("2006年1月2日") + "为止"
	}
	return "从" + f.FromOn.Format("2006年1月2日") + "到" + f.ToOn.Format("2006年1月2日")
}

func says(f money.Fen) string {
	if f == 0 {
		return "没有，是零元"
	}
	if f < 0 {
		return "是负" + Aloud(-f)
	}
	return Aloud(f)
}

// Aloud is an amount as it is read: "12万3456元7角8分".
func Aloud(f money.Fen) string {
	var b strings.Builder
	if f < 0 {
		b.WriteString("负")
		f = -f
	}
	yuan, jiao, fen := int64(f)/100, int64(f)/10%10, int64(f)%10
	for _, unit := range []struct {
		of   int64
		name string
	}{{100_000_000, "亿"}, {10_000, "万"}} {
		if yuan >= unit.of {
			fmt.Fprintf(&b, "%d%s", yuan/unit.of, unit.name)
			if yuan %= unit.of; yuan > 0 && yuan < unit.of/10 {
				b.WriteString("零")
			}
		}
	}
	if yuan > 0 || f < 100 && jiao+fen == 0 {
		fmt.Fprint(&b, yuan)
	}
	if f >= 100 || jiao+fen == 0 {
		b.WriteString("元")
	}
	if jiao > 0 {
		fmt.Fprintf(&b, "%d角", jiao)
	} else if fen > 0 && f >= 100 {
		b.WriteString("零")
	}
	if fen > 0 {
		fmt.Fprintf(&b, "%d分", fen)
	}
	return b.String()
}
