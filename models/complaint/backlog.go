package complaint

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Backlog narrows the days: to an organisation that led at the time, to an estate; 0 for all that the actor sees.
type Backlog struct {
	LeadID   int64
	EstateID int64
}

// BacklogFigure names a number of a day.
type BacklogFigure string

// The numbers of a day. Those of taking and passing on are 0 where no organisation is named.
const (
	DayOpened   BacklogFigure = "opened"   // came in
	DayReopened BacklogFigure = "reopened" // had ended and is worked on again
	DayTaken    BacklogFigure = "taken"    // came from another organisation
	DayPassed   BacklogFigure = "passed"   // went to another organisation
	DayClosed   BacklogFigure = "closed"   // ended in any way: answered and confirmed or not returned, forced, withdrawn, merged
	DayOpen     BacklogFigure = "open"     // at the end of the day
)

// BacklogDay is one day of Shanghai. What happened is read from the steps, so that what happens later changes no day that is
// over: a case that is opened again counts from that day on, and a case counts for whoever led it at the time. Patrols and parts
// count apart from complaints.
type BacklogDay struct {
	Day                                           calendar.Date
	Opened, Reopened, Taken, Passed, Closed, Open int64
}

// Steps that end a case, and the one that opens it again. They can be taken only from states that are not over, and from one
// that is, so each of them is a change.
const (
	ends     = "s.kind IN ('confirm', 'lapse', 'withdraw', 'force_close', 'merge') AND s.state IN ('closed', 'withdrawn', 'merged')"
	reopens  = "s.kind = 'reopen'"
	complain = "cases.parent_id = 0 AND cases.source <> 'patrol'"
)

// wasOpen is what was open at a time, said three times: it had come in; it had not ended, as far as its last ending says; and
// if it has been opened again since, it had not ended before either.
const wasOpen = "cases.created_at < ? AND (cases.closed_at IS NULL OR cases.closed_at >= ?) AND " + complain +
	" AND NOT (cases.id IN (SELECT r.case_id FROM case_steps r WHERE r.kind = 'reopen' AND r.at >= ?) AND " +
	"(SELECT COALESCE(SUM(CASE WHEN " + reopens + " THEN -1 ELSE 1 END), 0) FROM case_steps s WHERE s.case_id = cases.id AND s.at < ? AND (" + reopens + " OR (" + ends + "))) > 0)"

func openAt(t time.Time) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB { return q.Where(wasOpen, t, t, t, t) }
}

// counts narrows to the complaints that count in a backlog.
func (b Backlog) counts(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = sightOf(actor).cases(q).Where(complain)
		if b.EstateID != 0 {
			q = q.Where("cases.estate_id = ?", b.EstateID)
		}
		return q
	}
}

// office is the organisation whose backlog is asked for, 0 for none; false where the actor does not see it.
func (b Backlog) office(actor org.Actor) (int64, bool) {
	if !ownOnly(actor) {
		return b.LeadID, true
	}
	own := actor.OrganisationID()
	return own, b.LeadID == 0 || b.LeadID == own
}

// ListBacklog gives every day of a period.
// Faults: ErrForbidden, ErrPeriod.
func (s *Service) ListBacklog(ctx context.Context, actor org.Actor, p Period, b Backlog) ([]BacklogDay, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	office, sees := b.office(actor)
	open, happened := int64(0), map[calendar.Date]*BacklogDay{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if !sees {
			return nil
		}
		if office != 0 {
			return b.led(tx, actor, office, p, func(_ int64, what BacklogFigure, day calendar.Date) {
				if what == DayOpen {
					open++
					return
				}
				*at(happened, day).number(what)++
			})
		}
		if err := tx.Table("cases").Scopes(b.counts(actor), openAt(p.From)).Count(&open).Error; err != nil {
			return err
		}
		steps := tx.Table("case_steps s").Joins("JOIN cases ON cases.id = s.case_id")
		for what, q := range map[BacklogFigure]*gorm.DB{
			DayOpened:   tx.Table("cases").Select("SUBSTR(cases.created_at, 1, 13) AS hour, COUNT(*) AS n").Where("cases.created_at >= ? AND cases.created_at < ?", p.From, p.To),
			DayReopened: steps.Session(&gorm.Session{}).Select("SUBSTR(s.at, 1, 13) AS hour, COUNT(*) AS n").Where("s.at >= ? AND s.at < ?", p.From, p.To).Where(reopens),
			DayClosed:   steps.Session(&gorm.Session{}).Select("SUBSTR(s.at, 1, 13) AS hour, COUNT(*) AS n").Where("s.at >= ? AND s.at < ?", p.From, p.To).Where(ends),
		} {
			if err := byDay(q.Scopes(b.counts(actor)), func(day calendar.Date, n int64) { *at(happened, day).number(what) += n }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var days []BacklogDay
	for d, last := calendar.DateOf(p.From), calendar.DateOf(p.To.Add(-time.Second)); !last.Before(d); d = d.Add(1) {
		day := *at(happened, d)
		open += day.Opened + day.Reopened + day.Taken - day.Passed - day.Closed
		day.Open = open
		days = append(days, day)
	}
	return days, nil
}

func at(days map[calendar.Date]*BacklogDay, d calendar.Date) *BacklogDay {
	if days[d] == nil {
		days[d] = &BacklogDay{Day: d}
	}
	return days[d]
}

// number is where a number of the day stands.
func (d *BacklogDay) number(what BacklogFigure) *int64 {
	switch what {
	case DayOpened:
		return &d.Opened
	case DayReopened:
		return &d.Reopened
	case DayTaken:
		return &d.Taken
	case DayPassed:
		return &d.Passed
	case DayClosed:
		return &d.Closed
	default:
		return &d.Open
	}
}

// byDay gives the counts of a query by day of Shanghai. The databases group by hours of UTC, which all of them cut alike.
func byDay(q *gorm.DB, give func(calendar.Date, int64)) error {
	var rows []struct {
		Hour string
		N    int64
	}
	if err := q.Group("hour").Limit(24 * 401).Find(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		at, err := time.Parse("2006-01-02 15", r.Hour[:10]+" "+r.Hour[11:])
		if err != nil {
			return err
		}
		give(calendar.DateOf(at), r.N)
	}
	return nil
}

// led reads from the steps what an organisation led: everything that happened to it within a period, with its day, and as
// DayOpen once each case that it led, open, when the period began.
func (b Backlog) led(tx *store.Tx, actor org.Actor, office int64, p Period, give func(caseID int64, what BacklogFigure, day calendar.Date)) error {
	which := func(q *gorm.DB) *gorm.DB {
		q = actor.NotAbout("cases.about_id")(q).Where(complain)
		if !ownOnly(actor) {
			q = countable(actor)(q)
		}
		if b.EstateID != 0 {
			q = q.Where("cases.estate_id = ?", b.EstateID)
		}
		return q
	}
	return eachOpen(tx, office, p, which, func(c Case, steps []Step) {
		when := func(t time.Time, what BacklogFigure) {
			if !t.Before(p.From) && t.Before(p.To) {
				give(c.ID, what, calendar.DateOf(t))
			}
		}
		for _, l := range leadsOf(steps, p.To) {
			if l.office != office {
				continue
			}
			if l.from.Before(p.From) && (l.end == "" || !l.to.Before(p.From)) {
				give(c.ID, DayOpen, calendar.DateOf(p.From))
			}
			when(l.from, l.begin)
			if l.end != "" {
				when(l.to, l.end)
			}
		}
	})
}

// lead is a time for which an organisation led a case that was open.
type lead struct {
	office     int64
	from, to   time.Time
	begin, end BacklogFigure // end is empty while it goes on
}

// leadsOf joins the stays of a case to the times for which somebody led it.
func leadsOf(steps []Step, until time.Time) []lead {
	var leads []lead
	staysOf(steps, Period{To: until}, func(st Stay) {
		to := st.From.Add(st.Length)
		l := lead{office: st.Office, from: st.From, to: to, begin: DayReopened}
		if n := len(leads); n == 0 {
			l.begin = DayOpened
		} else if last := &leads[n-1]; last.to.Equal(st.From) && st.goesOn {
			if last.office == st.Office {
				last.to, last.end = to, ""
				if st.Ended {
					last.end = DayClosed
				}
				return
			}
			last.end, l.begin = DayPassed, DayTaken
		}
		if st.Ended {
			l.end = DayClosed
		}
		leads = append(leads, l)
	})
	return leads
}

// BacklogCases pages through the cases behind a number of a day, newest first; before is a case's id.
// Faults: ErrForbidden, fault.ErrInvalid.
func (s *Service) BacklogCases(ctx context.Context, actor org.Actor, day calendar.Date, what BacklogFigure, b Backlog, before int64, limit int) ([]View, error) {
	if err := actor.Must(org.ReadFigures); err != nil {
		return nil, err
	}
	p := Period{From: day.Start().UTC(), To: day.Add(1).Start().UTC()}
	var views []View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Case{})
		office, sees := b.office(actor)
		switch {
		case !sees:
			return nil
		case office != 0:
			ids, err := b.ledOn(tx, actor, office, p, what)
			if err != nil {
				return err
			}
			ids = slices.DeleteFunc(ids, func(id int64) bool { return before > 0 && id >= before })
			q = q.Where("cases.id IN ?", append([]int64{0}, ids[:min(len(ids), limit)]...))
		default:
			narrow, ok := dayFigures[what]
			if !ok {
				return fault.ErrInvalid.With(fault.Field{Path: "figure", Reason: "没有这个数字，或者要先选一个主办单位"})
			}
			below, err := createdBelow(tx, p.To)
			if err != nil {
				return err
			}
			if what == DayOpen && b.EstateID == 0 && actor.Has(org.ReadFigures, org.ScopeCity) {
				q = q.Table(tx.ByPrimary("cases")) // in the whole city enough of the newest were open
			}
			q = narrow(q.Scopes(b.counts(actor), below), p)
		}
		if before > 0 {
			q = q.Where("cases.id < ?", before)
		}
		var rows []Case
		if err := q.Order("cases.id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		if views, err = viewCases(tx, rows); err != nil {
			return err
		}
		return cover(tx, actor, views)
	})
	return views, err
}

// dayFigures are the conditions behind the numbers of a day.
var dayFigures = map[BacklogFigure]func(*gorm.DB, Period) *gorm.DB{
	DayOpen: func(q *gorm.DB, p Period) *gorm.DB { return openAt(p.To)(q) },
	DayOpened: func(q *gorm.DB, p Period) *gorm.DB {
		return q.Where("cases.created_at >= ? AND cases.created_at < ?", p.From, p.To)
	},
	DayReopened: func(q *gorm.DB, p Period) *gorm.DB { return stepped(q, p, reopens) },
	DayClosed:   func(q *gorm.DB, p Period) *gorm.DB { return stepped(q, p, ends) },
}

func stepped(q *gorm.DB, p Period, kind string) *gorm.DB {
	return q.Where("cases.id IN (SELECT s.case_id FROM case_steps s WHERE s.at >= ? AND s.at < ? AND "+kind+")", p.From, p.To)
}

// ledOn gives the cases behind a number of an organisation's day, the newest first.
func (b Backlog) ledOn(tx *store.Tx, actor org.Actor, office int64, p Period, what BacklogFigure) ([]int64, error) {
	open, did := map[int64]int{}, map[int64]bool{}
	err := b.led(tx, actor, office, p, func(id int64, w BacklogFigure, _ calendar.Date) {
		switch w {
		case DayOpen, DayOpened, DayReopened, DayTaken:
			open[id]++
		default:
			open[id]--
		}
		did[id] = did[id] || w == what
	})
	var ids []int64
	for id := range open {
		if (what == DayOpen && open[id] > 0) || (what != DayOpen && did[id]) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids, err
}
