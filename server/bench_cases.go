package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

type benchCasesCmd struct {
	Cases int `default:"1000000" help:"投诉件数"`
	Runs  int `default:"31" help:"每个列表量几次"`
}

// Run fills an empty database with cases of a city of twenty townships, and prints the median and the slowest of every
// work list and of searches, beside the fetching of one row by its key in the same run.
func (c benchCasesCmd) Run(e *environment) error {
	return e.benchTown(func(a *app, town *demoTown) error {
		b := &caseBench{app: a, town: town, ctx: e.ctx, rnd: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // made-up cases, always the same
		began := time.Now()
		if err := b.seed(c.Cases); err != nil {
			return err
		}
		seeded := time.Now()
		for {
			n, err := a.complaints.IndexTexts(e.ctx, 10_000)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
		}
		if err := b.analyze(); err != nil {
			return err
		}
		_, err := fmt.Fprintf(e.out, "database %s: %d cases, %d open: filled in %.0f s, made searchable in %.0f s\n", a.db.Dialect, c.Cases, b.open, seeded.Sub(began).Seconds(), time.Since(seeded).Seconds())
		if err != nil {
			return err
		}
		return b.measure(c.Runs, func(line string) error { _, err := fmt.Fprintln(e.out, line); return err })
	})
}

func (b *caseBench) measure(runs int, say func(string) error) error {
	actor := func(name string) org.Actor {
		a, err := b.sessions.Staff(b.ctx, b.town.actors[name].Token, 0)
		if err != nil {
			panic(err)
		}
		return a
	}
	type line struct {
		name string
		do   func() (int, error)
	}
	lines := []line{{"reference: one case by its key", func() (int, error) {
		var c complaint.Case
		return 1, b.db.View(b.ctx, func(tx *store.Tx) error { return tx.Where("id = ?", 1+b.rnd.Int64N(b.last)).Limit(1).Find(&c).Error })
	}}}
	list := func(who string, f complaint.Filter) {
		a := actor(who)
		f.Limit = 21
		lines = append(lines, line{fmt.Sprintf("%s, %s%s", who, f.List, more(f)), func() (int, error) {
			rows, err := b.complaints.List(b.ctx, a, f)
			return len(rows), err
		}})
	}
	everybody := []string{"community", "township", "bureau", "department_urban_enforcement", "company", "committee_chair"}
	for _, who := range everybody {
		for _, l := range []complaint.WorkList{complaint.WaitingCases, complaint.UnitCases, complaint.PostCases, complaint.AreaCases} {
			list(who, complaint.Filter{List: l})
		}
		for _, f := range b.filters() {
			list(who, f)
		}
	}
	for _, who := range []string{"community", "township", "bureau"} {
		list(who, complaint.Filter{List: complaint.AreaCases, State: complaint.Returned})
		list(who, complaint.Filter{List: complaint.AreaCases, Overdue: true})
		list(who, complaint.Filter{List: complaint.AreaCases, Matter: "no-such-matter"})
		list(who, complaint.Filter{List: complaint.WaitingCases, Matter: "no-such-matter"})
	}
	for _, who := range []string{"community", "township", "bureau", "department_urban_enforcement"} {
		for _, text := range []string{"凤凰树", "电梯停运", "烧烤店 广场舞", "老人睡不着", "不归他们管 僵尸车"} {
			a := actor(who)
			lines = append(lines, line{who + ", search " + text, func() (int, error) {
				found, err := b.complaints.Search(b.ctx, a, text, complaint.Filter{List: complaint.AllCases, Limit: 20})
				return len(found.Views), err
			}})
		}
	}
	owner, err := b.sessions.Resident(b.ctx, b.town.actors["owner"].Token)
	if err != nil {
		return err
	}
	for name, do := range b.residents(owner) {
		lines = append(lines, line{"resident, " + name, do})
	}
	for _, who := range []string{"community", "bureau"} {
		a := actor(who)
		lines = append(lines, line{who + ", public texts to review", func() (int, error) {
			rows, err := b.complaints.ListReview(b.ctx, a, 0, 21)
			return len(rows), err
		}})
	}
	for name, do := range b.behind(actor("bureau")) {
		lines = append(lines, line{"bureau, cases behind " + name, do})
	}
	slices.SortStableFunc(lines[1:], func(x, y line) int { return cmp.Compare(x.name, y.name) })
	worst, slowest := time.Duration(0), ""
	for _, l := range lines {
		var took []time.Duration
		rows := 0
		for range runs {
			began := time.Now()
			n, err := l.do()
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			took, rows = append(took, time.Since(began)), n
		}
		slices.SortFunc(took, cmp.Compare)
		if m := took[len(took)/2]; m > worst {
			worst, slowest = m, l.name
		}
		if err := say(fmt.Sprintf("%8.1f ms median %8.1f ms slowest %4d rows  %s", ms(took[len(took)/2]), ms(took[len(took)-1]), rows, l.name)); err != nil {
			return err
		}
	}
	if err := say(fmt.Sprintf("%8.1f ms is the slowest median of %d lists: %s", ms(worst), len(lines), slowest)); err != nil {
		return err
	}
	return b.figures(actor("bureau"), say)
}

// figures measures once what is counted over whole periods, from the steps of every case.
func (b *caseBench) figures(a org.Actor, say func(string) error) error {
	now := b.db.Now()
	for _, p := range []struct {
		name string
		complaint.Period
	}{{"month", complaint.Period{From: now.AddDate(0, -1, 0), To: now}}, {"year", complaint.Period{From: now.AddDate(-1, 0, 0), To: now}}} {
		for _, f := range []struct {
			name string
			do   func() error
		}{
			{"three rates", func() error { _, err := b.complaints.Figures(b.ctx, a, p.Period); return err }},
			{"backlog by day", func() error {
				_, err := b.complaints.ListBacklog(b.ctx, a, p.Period, complaint.Backlog{})
				return err
			}},
			{"dwell per state", func() error { _, err := b.complaints.ListDwell(b.ctx, a, p.Period); return err }},
			{"heat by estate", func() error { _, err := b.complaints.ListHeat(b.ctx, a, p.Period); return err }},
		} {
			began := time.Now()
			if err := f.do(); err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			if err := say(fmt.Sprintf("%8.2f s once, figures of a %s: %s", time.Since(began).Seconds(), p.name, f.name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// filters are what an office asks the list of all cases for, with what finds nothing or little: a rare value, a value that
// no case has, two common ones that never meet, a month long ago.
func (b *caseBench) filters() []complaint.Filter {
	old := b.db.Now().Add(-time.Duration(b.cases) * 3 * time.Minute / 2)
	list := []complaint.Filter{{}, {EstateID: b.estates[3].ID}, {State: complaint.Returned}, {State: complaint.Withdrawn}, {State: complaint.Merged}, {Matter: "bench-00"}, {Matter: fmt.Sprintf("bench-%02d", benchMatters-1)},
		{Matter: "no-such-matter"}, {Source: complaint.FromHotline}, {Source: complaint.FromOpen311}, {LeadID: b.offices[0]}, {LeadID: b.offices[0], State: complaint.Merged}, {LeadID: b.offices[0], Matter: "no-such-matter"},
		{Matter: "bench-00", Source: complaint.FromOpen311}, {State: complaint.Closed, Source: complaint.FromHotline, Matter: "bench-05", Urgent: true}, {Urgent: true}, {Overdue: true}, {Overdue: true, Urgent: true, State: complaint.Parted},
		{From: old, To: old.Add(30 * 24 * time.Hour)}, {From: old, To: old.Add(30 * 24 * time.Hour), State: complaint.Merged}}
	for i := range list {
		list[i].List = complaint.AllCases
	}
	return list
}

// behind are the lists behind figures: of a year of one office with what is rare, and of what was open on a day long ago.
func (b *caseBench) behind(a org.Actor) map[string]func() (int, error) {
	old := b.db.Now().Add(-time.Duration(b.cases) * 3 * time.Minute / 2)
	year := complaint.Period{From: old.AddDate(-1, 0, 0), To: old}
	list := map[string]func() (int, error){}
	for name, o := range map[string]struct {
		office int64
		day    time.Time
	}{"a day long ago": {0, old}, "an office's day long ago": {b.offices[0], old}, "an office's day last week": {b.offices[0], b.db.Now().AddDate(0, 0, -7)}} {
		for _, f := range []complaint.BacklogFigure{complaint.DayOpen, complaint.DayOpened, complaint.DayClosed} {
			list["backlog, "+string(f)+" on "+name] = func() (int, error) {
				rows, err := b.complaints.BacklogCases(b.ctx, a, calendar.DateOf(o.day), f, complaint.Backlog{LeadID: o.office}, 0, 21)
				return len(rows), err
			}
		}
	}
	for _, f := range []complaint.Figure{complaint.FigureClosed, complaint.FigureReturned, complaint.FigureSatisfied, complaint.PeopleSolved} {
		list[complaint.FigureNames[f]+" of an office's year"] = func() (int, error) {
			rows, err := b.complaints.Behind(b.ctx, a, year, b.offices[0], f, 0, 21)
			return len(rows), err
		}
	}
	return list
}

// residents are the lists of somebody at home.
func (b *caseBench) residents(owner org.Actor) map[string]func() (int, error) {
	estate := b.town.actors["owner"].Estate
	page := complaint.Filter{Limit: 21}
	return map[string]func() (int, error){
		"own": func() (int, error) { rows, err := b.complaints.ListOwn(b.ctx, owner, page); return len(rows), err },
		"neighbours": func() (int, error) {
			rows, err := b.complaints.ListNeighbours(b.ctx, owner, estate, page)
			return len(rows), err
		},
		"similar before filing": func() (int, error) {
			rows, err := b.complaints.ListSimilar(b.ctx, owner, complaint.Draft{EstateID: estate, Text: "三单元电梯停运两天，老人下不了楼"})
			return len(rows), err
		},
	}
}

func more(f complaint.Filter) string {
	s := ""
	for _, part := range []struct {
		on   bool
		name string
	}{{f.State != "", "state " + string(f.State)}, {f.Matter != "", "matter " + f.Matter}, {f.Source != "", "source " + string(f.Source)}, {f.LeadID != 0, "one lead"}, {f.EstateID != 0, "one estate"},
		{f.Urgent, "urgent"}, {f.Overdue, "overdue"}, {!f.From.IsZero(), "an old month"}} {
		if part.on {
			s += ", " + part.name
		}
	}
	return s
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
