package complaint_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/complaint"
)

// TestBacklogDwellAndRefusals: three complaints by hand. One is refused by fire, sent to enforcement and closed; one waits;
// one comes in after the period. The clock of the tests starts on 2026-03-02 at 10:00 in Shanghai.
func TestBacklogDwellAndRefusals(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	file := func(ref, matter string) *complaint.Case {
		d := w.draft(matter)
		d.ClientRef = ref
		return w.file(t, w.owner, d)
	}
	one := file("one", "fire-lane")
	w.clock.Advance(4 * time.Hour)
	w.ok(t, w.fire, one.ID, complaint.Refuse, complaint.Input{Clause: "五(四)3", Text: "不归我们管", ToID: w.enforcement.OrganisationID()})
	w.clock.Advance(2 * time.Hour)
	w.ok(t, w.enforcement, one.ID, complaint.Accept, complaint.Input{})
	w.clock.Advance(10 * time.Hour) // 02:00 on the next day
	two := file("two", "")
	w.ok(t, w.enforcement, one.ID, complaint.Answer, report("已处理"))
	w.ok(t, w.owner, one.ID, complaint.Confirm, complaint.Input{})
	w.clock.Advance(48 * time.Hour) // 02:00 on the fifth
	file("three", "")

	day := func(d int) calendar.Date { return calendar.Date{Year: 2026, Month: time.March, Day: d} }
	p := complaint.Period{From: day(2).Start().UTC(), To: day(5).Start().UTC()}
	days, err := w.s.ListBacklog(t.Context(), w.bureau, p, complaint.Backlog{EstateID: w.Estate.ID})
	if err != nil {
		t.Fatal(err)
	}
	want := []complaint.BacklogDay{{Day: day(2), Opened: 1, Open: 1}, {Day: day(3), Opened: 1, Closed: 1, Open: 1}, {Day: day(4), Open: 1}}
	if len(days) != 3 || days[0] != want[0] || days[1] != want[1] || days[2] != want[2] {
		t.Errorf("backlog %+v", days)
	}
	for _, d := range days {
		rows, err := w.s.BacklogCases(t.Context(), w.bureau, d.Day, complaint.Backlog{}, 0, 10)
		if err != nil || int64(len(rows)) != d.Open {
			t.Errorf("behind %s stand %d, %v", d.Day, len(rows), err)
		}
	}

	dwell, err := w.s.ListDwell(t.Context(), w.bureau, p)
	if err != nil {
		t.Fatal(err)
	}
	find := func(office int64, s complaint.State) complaint.Dwell {
		for _, d := range dwell {
			if d.OrganisationID == office && d.State == s {
				return d
			}
		}
		return complaint.Dwell{}
	}
	fire, enforcement, community := w.fire.OrganisationID(), w.enforcement.OrganisationID(), w.Community.ID
	if d := find(fire, complaint.Dispatched); d.Ended != 1 || d.Total != 4*time.Hour {
		t.Errorf("dispatched at fire: %+v", d)
	}
	if d := find(fire, complaint.Offered); d.Ended != 1 || d.Median != 2*time.Hour {
		t.Errorf("offered while fire still led: %+v", d)
	}
	if d := find(enforcement, complaint.Accepted); d.Ended != 1 || d.Longest != 10*time.Hour {
		t.Errorf("accepted at enforcement: %+v", d)
	}
	if d := find(community, complaint.Dispatched); d.Ended != 0 || d.Waiting != 1 || d.LongestWaiting != 46*time.Hour {
		t.Errorf("waiting at the community: %+v", d)
	}
	if d := find(enforcement, complaint.Closed); d.Ended+d.Waiting != 0 {
		t.Errorf("a closed case dwells: %+v", d)
	}
	stays, err := w.s.ListStays(t.Context(), w.bureau, p, community, complaint.Dispatched, false)
	if err != nil || len(stays) != 1 || stays[0].CaseID != two.ID {
		t.Errorf("behind the waiting: %+v, %v", stays, err)
	}
	own, err := w.s.ListDwell(t.Context(), w.enforcement, p)
	for _, d := range own {
		if d.OrganisationID != enforcement {
			t.Errorf("enforcement reads how long it lay at %s", d.Name)
		}
	}
	if err != nil || len(own) == 0 {
		t.Errorf("enforcement sees %d rows, %v", len(own), err)
	}

	units, err := w.s.Figures(t.Context(), w.bureau, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		refused := map[int64]int64{fire: 1}[u.OrganisationID]
		if u.Counts[complaint.FigureRefused] != refused {
			t.Errorf("%s refused %d, want %d", u.Name, u.Counts[complaint.FigureRefused], refused)
		}
		rows, err := w.s.Behind(t.Context(), w.bureau, p, u.OrganisationID, complaint.FigureRefused, 0, 10)
		if err != nil || int64(len(rows)) != refused {
			t.Errorf("behind the refusals of %s stand %d, %v", u.Name, len(rows), err)
		}
	}
}
