package duty_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure/duty"
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

func law(t *testing.T, locals ...rulepack.Local) *rulepack.Set {
	t.Helper()
	s, err := rulepack.Law(day(t, "2026-03-02"), []string{"duyun-2020"}, locals)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func terms(t *testing.T, s *rulepack.Set, code string) duty.Terms {
	t.Helper()
	d, ok := s.Disclosure(code)
	if !ok {
		t.Fatal(code)
	}
	got, err := duty.Read(s, d)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Periods follow the calendar, each day lies in exactly one, and people read them by their names.
func TestPeriods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day      string
		months   int
		from, to string
		text     string
	}{
		{"2026-03-02", 3, "2026-01-01", "2026-03-31", "2026年第一季度"},
		{"2026-12-31", 3, "2026-10-01", "2026-12-31", "2026年第四季度"},
		{"2026-03-02", 12, "2026-01-01", "2026-12-31", "2026年"},
		{"2026-07-01", 6, "2026-07-01", "2026-12-31", "2026年下半年"},
		{"2028-02-29", 1, "2028-02-01", "2028-02-29", "2028年2月"},
		{"2026-03-02", 2, "2026-03-01", "2026-04-30", "2026年3月至4月"},
	} {
		p := duty.PeriodOf(day(t, c.day), c.months)
		if p.From.String() != c.from || p.To.String() != c.to || p.Text() != c.text {
			t.Errorf("%s by %d months: %s to %s %s", c.day, c.months, p.From, p.To, p.Text())
		}
	}
	for months := 1; months <= 12; months++ {
		p := duty.PeriodOf(day(t, "2026-01-01"), months)
		for range 40 {
			next := duty.PeriodOf(p.To.Add(1), months)
			if next.From != p.To.Add(1) || duty.PeriodOf(p.From, months) != p || duty.PeriodOf(p.To, months) != p {
				t.Fatalf("%d months: %v is followed by %v", months, p, next)
			}
			p = next
		}
	}
	if r := duty.Rest(day(t, "2026-02-10"), 3); r.Text() != "2026年2月10日至2026年3月31日" {
		t.Error(r.Text())
	}
}

// What no law fixes has no due day and says who may fix it; what is fixed has one, on a working day.
func TestTerms(t *testing.T) {
	t.Parallel()
	open := terms(t, law(t), "income")
	if due := open.Due(day(t, "2026-03-31"), calendar.National()); !due.IsZero() {
		t.Errorf("a period that nobody has fixed is due on %s", due)
	}
	if !strings.Contains(open.Often(), "周期未定，由住建局确定") || !strings.Contains(open.Hangs(), "未定") {
		t.Error(open.Often(), open.Hangs())
	}
	from := day(t, "2026-01-01")
	half := terms(t, law(t, rulepack.Local{ID: 1, Key: "income.disclose_months", Value: "3", Article: "某条", From: from}), "income")
	if due := half.Due(day(t, "2026-03-31"), calendar.National()); !due.IsZero() || !strings.Contains(half.By(), "期限未定，由住建局确定") {
		t.Errorf("without a term the accounts are due on %s: %s", due, half.By())
	}
	whole := terms(t, law(t, rulepack.Local{ID: 1, Key: "income.disclose_months", Value: "3", Article: "某条", From: from},
		rulepack.Local{ID: 2, Key: "disclosure.due_days", Value: "10", Article: "某条", From: day(t, "2026-03-01")}), "income")
	// 2026-04-10 is a Friday; 30 days after the year's end is a Saturday and moves on.
	if due := whole.Due(day(t, "2026-03-31"), calendar.National()); due.String() != "2026-04-10" || whole.Often() != "每季度至少一次" || whole.By() != "这一期结束后10日内" {
		t.Errorf("%s %s %s", due, whole.Often(), whole.By())
	}
	if due := whole.Due(day(t, "2026-02-28"), calendar.National()); !due.IsZero() {
		t.Errorf("what ended before the rule was in force is due on %s", due)
	}
	if due := whole.Due(day(t, "2026-05-14"), calendar.National()); due.String() != "2026-05-25" { // the 24th is a Sunday
		t.Errorf("a term that ends on a Sunday ends on %s", due)
	}
	yearly := terms(t, law(t), "fund-yearly")
	if due := yearly.Due(day(t, "2026-12-31"), calendar.National()); due.String() != "2026-12-31" || yearly.Closed || yearly.Often() != "每年至少一次" {
		t.Errorf("order 165 art. 30: %s", due)
	}
	if r := terms(t, law(t), "resolution"); r.By() != "3日内" || r.Often() != "作出决定以后" {
		t.Error(r.By(), r.Often())
	}
}

// A duty is owed by a body that the estate has, under its own way of charging.
func TestOwes(t *testing.T) {
	t.Parallel()
	s := law(t)
	all := duty.Estate{Company: 1, Committee: 2, Community: 3, Township: 4, Bureau: 5, Charging: "lump"}
	for _, c := range []struct {
		code   string
		change func(*duty.Estate)
		owes   int64
		why    string
	}{
		{"service", nil, 1, ""},
		{"committee-report", nil, 2, ""},
		{"committee-report", func(e *duty.Estate) { e.Committee = 0 }, 0, "没有业主委员会"},
		{"service", func(e *duty.Estate) { e.Company = 0 }, 0, "没有物业服务企业"},
		{"company-finance-lump", nil, 1, ""},
		{"company-finance-commission", nil, 0, "只适用于酬金制，本小区是包干制"},
		{"company-finance-lump", func(e *duty.Estate) { e.Charging = "" }, 0, "还没有登记"},
		{"fund-yearly", nil, 5, ""},
		{"fund-yearly", func(e *duty.Estate) { e.OwnFund = true }, 2, ""},
		{"departure-audit", nil, 4, ""},
		{"complaint-points", nil, 3, ""},
	} {
		e := all
		if c.change != nil {
			c.change(&e)
		}
		d, ok := s.Disclosure(c.code)
		if !ok {
			t.Fatal(c.code)
		}
		owes, why := e.Owes(d)
		if owes != c.owes || !strings.Contains(why, c.why) || (owes == 0) == (why == "") {
			t.Errorf("%s: %d %q", c.code, owes, why)
		}
	}
}

func TestLate(t *testing.T) {
	t.Parallel()
	none := calendar.Date{}
	for _, c := range []struct {
		due, published, today calendar.Date
		days                  int64
	}{
		{day(t, "2026-03-31"), none, day(t, "2026-03-31"), 0},
		{day(t, "2026-03-31"), none, day(t, "2026-04-01"), 1},
		{day(t, "2026-03-31"), day(t, "2026-03-30"), day(t, "2026-06-01"), 0},
		{day(t, "2026-03-31"), day(t, "2026-04-10"), day(t, "2026-06-01"), 10},
		{none, none, day(t, "2026-06-01"), 0},
	} {
		if got := duty.Late(c.due, c.published, c.today); got != c.days {
			t.Errorf("%v: %d days", c, got)
		}
	}
}
