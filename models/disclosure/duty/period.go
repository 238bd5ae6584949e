package duty

import (
	"fmt"
	"time"

	"github.com/linli-city/linli/models/calendar"
)

// Period is what one publication is about, both days inclusive.
type Period struct{ From, To calendar.Date }

// PeriodOf gives the period of so many months in which a day lies. Periods run with the calendar year: quarters begin in January, April,
// July and October.
func PeriodOf(day calendar.Date, months int) Period {
	first := (day.Year*12 + int(day.Month) - 1) / months * months
	return Period{From: monthDate(first), To: monthDate(first + months).Add(-1)}
}

// Rest gives the period of the day without what lies before it.
func Rest(day calendar.Date, months int) Period {
	p := PeriodOf(day, months)
	p.From = day
	return p
}

func monthDate(months int) calendar.Date {
	return calendar.Date{Year: months / 12, Month: time.Month(months%12 + 1), Day: 1}
}

// Text is the period as people read it: 2026年, 2026年上半年, 2026年第一季度, 2026年3月, or its two days.
func (p Period) Text() string {
	if p.To.IsZero() {
		return ""
	}
	end := p.To.Add(1)
	months := (end.Year-p.From.Year)*12 + int(end.Month) - int(p.From.Month)
	if p.From.Day != 1 || end.Day != 1 || p.From.Year != p.To.Year || months <= 0 || (int(p.From.Month)-1)%months != 0 {
		return fmt.Sprintf("%s至%s", long(p.From), long(p.To))
	}
	n := (int(p.From.Month) - 1) / months
	switch months {
	case 1:
		return fmt.Sprintf("%d年%d月", p.From.Year, p.From.Month)
	case 3:
		return fmt.Sprintf("%d年第%s季度", p.From.Year, []string{"一", "二", "三", "四"}[n])
	case 6:
		return fmt.Sprintf("%d年%s半年", p.From.Year, []string{"上", "下"}[n])
	case 12:
		return fmt.Sprintf("%d年", p.From.Year)
	}
	return fmt.Sprintf("%d年%d月至%d月", p.From.Year, p.From.Month, p.To.Month)
}

func long(d calendar.Date) string { return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day) }
