package committee_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestASeatedCommitteeOwesItsFirstSteps: first meeting, filing, reports and renewal are listed from the first day on.
func TestASeatedCommitteeOwesItsFirstSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	v := w.overview()
	if v.Term == nil || v.Sitting != 5 || len(v.Members) != 7 || v.Short || v.Term.ReportMonths != 12 || len(v.Reports) != 5 {
		t.Fatalf("seated %+v", v)
	}
	day := func(k committee.DutyKind) string {
		d := w.duty(k)
		if d == nil {
			t.Fatalf("no %s is owed", k)
			return ""
		}
		return d.DueAt.In(org.Shanghai).Format("2006-01-02 15:04")
	}
	for k, want := range map[committee.DutyKind]string{committee.OweFirst: "2026-03-09 23:59", committee.OweFiling: "2026-04-01 23:59", committee.OweReport: "2027-03-01 23:59", committee.OweRenewal: "2031-03-01 23:59"} {
		if got := day(k); got != want {
			t.Errorf("%s is due %s, want %s", k, got, want)
		}
	}
	if w.told("seated") != 1 {
		t.Error("nobody was told")
	}
}

// TestAnElectionAgainstTheRulesIsRefused: numbers, terms and roles that the rules do not allow.
func TestAnElectionAgainstTheRulesIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		actor  org.Actor
		change func(*committee.Seating)
		want   error
	}{
		"an even number":       {w.township, func(in *committee.Seating) { in.Size = 6 }, fault.ErrInvalid},
		"too few":              {w.township, func(in *committee.Seating) { in.Size = 3 }, fault.ErrInvalid},
		"too many":             {w.township, func(in *committee.Seating) { in.Size = 13 }, fault.ErrInvalid},
		"too long a term":      {w.township, func(in *committee.Seating) { in.EndsOn = in.EndsOn.AddDate(0, 0, 1) }, fault.ErrInvalid},
		"half of the seats":    {w.township, func(in *committee.Seating) { in.Size = 11 }, fault.ErrInvalid},
		"more than the seats":  {w.township, func(in *committee.Seating) { in.Members[5].Role = committee.Ordinary }, fault.ErrInvalid},
		"two chairs":           {w.township, func(in *committee.Seating) { in.Members[1].Role = committee.Chair }, fault.ErrInvalid},
		"no resolution":        {w.township, func(in *committee.Seating) { in.Basis = "" }, fault.ErrInvalid},
		"reports too seldom":   {w.township, func(in *committee.Seating) { in.ReportMonths = 24 }, fault.ErrInvalid},
		"somebody twice":       {w.township, func(in *committee.Seating) { in.Members[1].PostID = in.Members[0].PostID }, committee.ErrMember},
		"a phone twice":        {w.township, func(in *committee.Seating) { in.Members[6].Phone = in.Members[5].Phone }, committee.ErrMember},
		"another's post":       {w.township, func(in *committee.Seating) { in.Members[1].PostID = w.company.Post.PostID }, org.ErrPostNotFound},
		"by the committee":     {w.people[0], func(*committee.Seating) {}, org.ErrForbidden},
		"another's estate":     {w.township, func(in *committee.Seating) { in.EstateID = 999999 }, org.ErrEstateNotFound},
		"no way to reach them": {w.township, func(in *committee.Seating) { in.Members[5].Phone = "12" }, fault.ErrInvalid},
	} {
		in := w.seating(w.people, "2026-03-02")
		c.change(&in)
		if _, err := w.Seat(t.Context(), c.actor, in); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.overview().Term != nil {
		t.Error("something was seated")
	}
}

// TestTwentySeatings: one term runs, however often the result is sent; the same reference gives the same term.
func TestTwentySeatings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := w.Once("one", "h").Seat(t.Context(), w.township, w.seating(w.people, "2026-03-02")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, err := w.Once("one", "other").Seat(t.Context(), w.township, w.seating(w.people, "2026-03-02")); !errors.Is(err, committee.ErrRefReused) {
		t.Errorf("the reference with another result: %v", err)
	}
	if _, err := w.Seat(t.Context(), w.township, w.seating(w.people, "2026-03-02")); !errors.Is(err, committee.ErrTerm) {
		t.Errorf("the same term again: %v", err)
	}
	var terms, running int64
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		if err := tx.Model(&committee.Term{}).Where("running = ?", w.Estate.ID).Count(&running).Error; err != nil {
			return err
		}
		return tx.Model(&committee.Term{}).Where("estate_id = ?", w.Estate.ID).Count(&terms).Error
	})
	if err != nil || terms != 1 || running != 1 {
		t.Errorf("%d terms, %d running, %v", terms, running, err)
	}
}

// TestTheChairResigns: the seat is free at once, an alternate moves up in the order of the election, the township audits,
// the file is changed, and whoever left can do nothing any more.
func TestTheChairResigns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	if _, err := w.Resign(t.Context(), w.people[0], w.Estate.ID, "身体原因"); err != nil {
		t.Fatal(err)
	}
	v := w.overview()
	if v.Sitting != 5 || v.Short || len(v.Audits) != 1 || v.Audits[0].Cause != committee.ChairLeft || v.Audits[0].State != "due" {
		t.Errorf("after the chair left: %d sit, audits %+v", v.Sitting, v.Audits)
	}
	up := ""
	for _, m := range v.Members {
		if m.Name == "候补1" || m.Name == "候补2" {
			up += m.Name + string(m.Role) + " "
		}
	}
	if up != "候补1member 候补2alternate " {
		t.Errorf("moved up: %s", up)
	}
	if w.duty(committee.OweReturn) == nil || w.told("left") != 1 || w.told("audit_due") != 1 || w.told("below_half") != 0 {
		t.Error("not everything that follows was told")
	}
	var held int64
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("person_id = ? AND holding IS NOT NULL", w.people[0].PersonID).Count(&held).Error
	})
	if err != nil || held != 0 {
		t.Errorf("still holds %d posts, %v", held, err)
	}
	if _, err := w.Call(t.Context(), w.people[0], w.agenda()); !errors.Is(err, committee.ErrNotMember) {
		t.Errorf("calls a meeting: %v", err)
	}
	if _, err := w.Resign(t.Context(), w.people[0], w.Estate.ID, "再辞一次"); !errors.Is(err, committee.ErrNotMember) {
		t.Errorf("resigns twice: %v", err)
	}
}

// TestACollectiveResignation: three of five with two alternates leave too few; there is one audit of it, and a new election
// is due.
func TestACollectiveResignation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	v := w.overview()
	ids := func(from, to int) (list []int64) {
		for _, m := range v.Members[from:to] {
			list = append(list, m.ID)
		}
		return list
	}
	if _, err := w.Dismiss(t.Context(), w.community, w.Estate.ID, ids(0, 2), committee.Leaving{Cause: committee.Resigned, Text: "集体辞职"}); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the community dismisses: %v", err)
	}
	if _, err := w.Dismiss(t.Context(), w.township, w.Estate.ID, ids(0, 2), committee.Leaving{Cause: committee.Removed, Text: "罢免"}); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("two are removed at once: %v", err)
	}
	if _, err := w.Dismiss(t.Context(), w.township, w.Estate.ID, ids(1, 5), committee.Leaving{Cause: committee.Resigned, Text: "集体辞职"}); err != nil {
		t.Fatal(err)
	}
	if now := w.overview(); now.Sitting != 3 || now.Short || len(now.Audits) != 1 || now.Audits[0].Cause != committee.Collective {
		t.Errorf("%d sit, short %v, audits %+v", now.Sitting, now.Short, now.Audits)
	}
	if _, err := w.Dismiss(t.Context(), w.township, w.Estate.ID, ids(5, 6), committee.Leaving{Cause: committee.Sold, Text: "房屋已出售"}); err != nil {
		t.Fatal(err)
	}
	if now := w.overview(); now.Sitting != 2 || !now.Short || len(now.Audits) != 1 || w.told("below_half") != 1 {
		t.Errorf("%d sit, short %v, %d audits, told %d", now.Sitting, now.Short, len(now.Audits), w.told("below_half"))
	}
	if _, err := w.Dismiss(t.Context(), w.township, w.Estate.ID, ids(5, 6), committee.Leaving{Cause: committee.Died, Text: "去世了"}); !errors.Is(err, committee.ErrState) {
		t.Errorf("leaves twice: %v", err)
	}
}

// TestAnAuditRunsItsCourse: ordered with auditor and day, reported with its paper, published once.
func TestAnAuditRunsItsCourse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	if _, err := w.Resign(t.Context(), w.people[0], w.Estate.ID, "搬家了"); err != nil {
		t.Fatal(err)
	}
	id, due := w.overview().Audits[0].ID, w.DB.Now().AddDate(0, 1, 0)
	steps := []struct {
		do   func(org.Actor) error
		name string
	}{
		{func(a org.Actor) error {
			return second(w.OrderAudit(t.Context(), a, id, "某会计师事务所", "任期内的收支", due))
		}, "order"},
		{func(a org.Actor) error {
			return second(w.ReportAudit(t.Context(), a, id, "收支清楚，没有发现问题，建议完善票据管理", []int64{1}))
		}, "report"},
		{func(a org.Actor) error { return second(w.PublishAudit(t.Context(), a, id)) }, "publish"},
	}
	for i, s := range steps {
		for _, later := range steps[i+1:] {
			if err := later.do(w.township); !errors.Is(err, committee.ErrState) {
				t.Errorf("%s before %s: %v", later.name, s.name, err)
			}
		}
		if err := s.do(w.community); !errors.Is(err, org.ErrForbidden) {
			t.Errorf("the community may %s: %v", s.name, err)
		}
		if err := s.do(w.township); err != nil {
			t.Fatal(s.name, err)
		}
		if err := s.do(w.township); !errors.Is(err, committee.ErrState) {
			t.Errorf("%s twice: %v", s.name, err)
		}
	}
	if w.duty(committee.OweAudit) != nil || len(w.board.posted) != 1 || w.overview().Audits[0].NoticeID == 0 {
		t.Error("the result is not public")
	}
	if err := second(w.ReportAudit(t.Context(), w.township, id, "没有附报告的审计结论", nil)); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("a report without a paper: %v", err)
	}
}

// TestAChangeOfTerm: the term before ends with its seats, meetings, audit and hand-over; its renewal is done.
func TestAChangeOfTerm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat()
	meeting := w.called()
	w.clock.Advance(4 * 365 * 24 * time.Hour)
	next := append(w.five()[:4], w.people[4]) // one is elected again
	if _, err := w.Seat(t.Context(), w.township, w.seating(next, "2026-03-01")); !errors.Is(err, committee.ErrTerm) {
		t.Errorf("a term before the one that runs: %v", err)
	}
	if _, err := w.Seat(t.Context(), w.township, w.seating(next, "2030-03-01")); err != nil {
		t.Fatal(err)
	}
	v := w.overview()
	if v.Term.Ordinal != 2 || len(v.Audits) != 1 || v.Audits[0].Cause != committee.Renewal || len(v.Handovers) != 1 || w.duty(committee.OweHandover) == nil {
		t.Errorf("renewed %+v", v)
	}
	if m, err := w.FindMeeting(t.Context(), w.township, meeting); err != nil || m.State != committee.Cancelled {
		t.Errorf("an old meeting is %s, %v", m.State, err)
	}
	if _, err := w.Call(t.Context(), w.people[0], w.agenda()); !errors.Is(err, committee.ErrNotMember) {
		t.Errorf("a former chair calls: %v", err)
	}
	for i, want := range []int64{0, 0, 0, 0, 1} {
		var held int64
		err := w.DB.View(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&org.PostHolder{}).Where("person_id = ? AND holding IS NOT NULL", w.people[i].PersonID).Count(&held).Error
		})
		if err != nil || held != want {
			t.Errorf("member %d holds %d posts, want %d, %v", i, held, want, err)
		}
	}
}

// second is an action's error.
func second[T any](_ T, err error) error { return err }
