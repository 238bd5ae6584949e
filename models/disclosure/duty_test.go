package disclosure_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// What no law fixes is on the register and late for nobody; once somebody fixes it, it has a day, but never one before the rule.
func TestWhatNobodyFixedIsNeverLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pass()
	if d := w.one("income"); d.DueOn != nil || d.ToOn != nil {
		t.Fatalf("%+v", d)
	}
	if row := w.row("income"); row.Terms.Often() != "周期未定，由住建局确定" || len(row.Open) != 1 || row.Open[0].Stands != "unfixed" {
		t.Errorf("%+v", row)
	}
	w.on("2027-03-02")
	w.pass()
	// Order 165 art. 30 and the policy's 五(十五)3 fix a year; nothing else here has a period.
	if late := w.told("duty.late"); len(late) != 2 || late[0].Title != "维修资金年度收支和分户账（2026年）" || late[1].Title != "业委会工作报告（2026年）" {
		t.Fatalf("%+v", late)
	}
	w.value("income.disclose_months", "3")
	w.value("disclosure.due_days", "10")
	w.on("2027-03-03")
	w.pass()
	if d := w.one("income"); d.Due().String() != "2027-04-12" || d.LateAt != nil || !d.AfterEnd { // the 10th is a Saturday
		t.Errorf("%s %+v", d.Due(), d)
	}
}

// Each period is generated once, however often and however late the round runs; twenty rounds at once make no second one.
func TestEachPeriodOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.value("income.disclose_months", "3")
	w.value("disclosure.due_days", "10")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := w.Generate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if d := w.one("income"); d.FromOn.Format("2006-01-02") != "2026-01-01" || d.Due().String() != "2026-04-10" || d.OrganisationID != w.Company.ID {
		t.Fatalf("%+v", d)
	}
	w.on("2026-11-20") // the program stood still for eight months
	w.pass()
	w.pass()
	var periods []string
	for _, d := range w.duties("income") {
		periods = append(periods, d.Period())
	}
	if got := strings.Join(periods, " "); got != "2026年第一季度 2026年第二季度 2026年第三季度 2026年第四季度" {
		t.Error(got)
	}
}

// Late is told once, again only by rule, listed by the board itself with its days, kept after late publication, and back when the notice is
// withdrawn.
func TestLateIsToldListedAndKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.value("income.disclose_months", "3")
	w.value("disclosure.due_days", "10")
	w.value("disclosure.places", "board")
	w.pass()
	d := w.one("income")
	early := w.account(w.company, "第一季度公共收益")
	if err := w.FulfilBy(ctx, w.company, d.ID, early); !errors.Is(err, disclosure.ErrDutyEarly) {
		t.Errorf("the accounts of a quarter that still runs: %v", err)
	}
	w.on("2026-04-03")
	w.pass()
	if soon := w.told("duty.soon"); len(soon) != 1 || soon[0].OrganisationID != w.Company.ID {
		t.Fatalf("%+v", soon)
	}
	w.on("2026-04-10")
	w.pass()
	if len(w.told("duty.late")) != 0 {
		t.Error("it is late on its day")
	}
	w.on("2026-04-15")
	w.pass()
	w.on("2026-04-16")
	w.pass()
	if late := w.told("duty.late"); len(late) != 1 {
		t.Fatalf("told %d times", len(late))
	}
	r, err := w.Register(ctx, w.owner, w.Estate.ID)
	if err != nil || len(r.Late) != 1 || r.Late[0].Days != 6 || r.Late[0].OwedBy != w.Company.Name {
		t.Fatalf("%+v %v", r.Late, err)
	}
	if rows, err := w.ListLate(ctx, w.community, 0, 0, 10); err != nil || len(rows) != 1 {
		t.Errorf("%v %v", rows, err)
	}
	w.value("disclosure.remind_days", "5")
	w.on("2026-04-22")
	w.pass()
	n := w.account(w.company, "公共收益（第一季度）")
	if err := w.FulfilBy(ctx, w.committee, d.ID, n); !errors.Is(err, disclosure.ErrDutyNotFound) {
		t.Errorf("somebody else's duty: %v", err)
	}
	for range 2 {
		if err := w.FulfilBy(ctx, w.company, d.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.FulfilBy(ctx, w.company, d.ID, early); !errors.Is(err, disclosure.ErrDutyDone) {
		t.Errorf("a second notice: %v", err)
	}
	if d = w.duties("income")[0]; d.DaysLate != 12 || d.LateAt == nil || d.LateOrganisationID != w.Company.ID {
		t.Errorf("%+v", d)
	}
	w.tx(func(tx *store.Tx) error { return w.Reopen(tx, n) })
	w.pass()
	if d = w.duties("income")[0]; d.DoneAt != nil || d.NoticeID != 0 || d.LateAt == nil || d.State(date(t, "2026-04-22")) != "late" {
		t.Errorf("a withdrawn notice leaves %+v", d)
	}
	figures, total, err := w.LateFigures(ctx, w.bureau, 2026, "organisation")
	if err != nil || total == 0 || figures[0].ID != w.Company.ID || figures[0].Late != 1 || figures[0].Missing != 1 {
		t.Errorf("%+v %v", figures, err)
	}
	if figures, _, err = w.LateFigures(ctx, w.community, 2026, "estate"); err != nil || len(figures) != 1 || figures[0].Late != 1 || figures[0].Name != w.Estate.Name {
		t.Errorf("%+v %v", figures, err)
	}
	if _, _, err := w.LateFigures(ctx, w.company, 2026, "estate"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the company reads the city's figures: %v", err)
	}
}

// The rule that reminds again does so from the next lateness on, at its interval.
func TestRemindsAgainByRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.value("disclosure.remind_days", "5")
	w.pass()
	for _, c := range []struct {
		day   string
		times int
	}{{"2026-12-31", 0}, {"2027-01-01", 1}, {"2027-01-05", 1}, {"2027-01-06", 2}, {"2027-01-10", 2}, {"2027-01-15", 3}} {
		w.on(c.day)
		w.pass()
		times := 0
		for _, e := range w.told("duty.late") {
			if strings.HasPrefix(e.Title, "维修资金年度收支") {
				times++
			}
		}
		if times != c.times {
			t.Errorf("on %s told %d times", c.day, times)
		}
	}
}

// An estate without a committee has none of its duties, says so, and gets them with its committee: from then on, not for the past.
func TestNoCommitteeNoDuty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := func(id int64) {
		w.tx(func(tx *store.Tx) error {
			return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("committee_id", id).Error
		})
	}
	set(0)
	w.pass()
	if len(w.duties("committee-report")) != 0 {
		t.Error("a committee that does not exist owes a report")
	}
	if row := w.row("committee-report"); row.OwedBy != "" || !strings.Contains(row.Why, "没有业主委员会") {
		t.Errorf("%+v", row)
	}
	w.on("2027-02-01")
	w.pass()
	set(w.Committee.ID)
	w.on("2027-02-02")
	w.pass()
	if d := w.one("committee-report"); d.Period() != "2027年" || d.OrganisationID != w.Committee.ID {
		t.Errorf("%+v", d)
	}
	set(0) // and when it is gone, nobody is late
	w.on("2028-02-02")
	w.pass()
	for _, e := range w.told("duty.late") {
		if strings.HasPrefix(e.Title, "业委会工作报告") {
			t.Errorf("%+v", e)
		}
	}
	w.on("2030-02-01")
	w.pass()
	set(w.Committee.ID) // a new one owes nothing for the years without any
	w.on("2030-02-02")
	w.pass()
	if rows := w.duties("committee-report"); len(rows) != 2 || rows[1].Period() != "2030年" || rows[0].LateAt != nil || rows[0].State(date(t, "2030-02-02")) != "nobody" {
		t.Errorf("%+v", rows)
	}
}

// What depends on the way of charging is owed once the company has stated it and the community has looked at the contract.
func TestChargingDecidesWhatIsOwed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.pass()
	if row := w.row("company-finance-lump"); !strings.Contains(row.Why, "还没有登记") {
		t.Error(row.Why)
	}
	in := disclosure.StatedCharging{EstateID: w.Estate.ID, Model: "lump", Contract: "2026年物业服务合同第八条", ServiceMonths: 6, FinanceMonths: 3, From: date(t, "2026-01-01"), FileIDs: []int64{1}, ClientRef: "c", InputHash: "h"}
	if _, err := w.StateCharging(ctx, w.community, in); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the community states: %v", err)
	}
	id, err := w.StateCharging(ctx, w.company, in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.StateCharging(ctx, w.company, in); err != nil || again != id {
		t.Errorf("sent twice: %d %v", again, err)
	}
	in.InputHash = "other"
	if _, err := w.StateCharging(ctx, w.company, in); !errors.Is(err, disclosure.ErrRefReused) {
		t.Errorf("another input under the same reference: %v", err)
	}
	same := w.community
	same.PersonID = w.company.PersonID
	if err := w.DecideCharging(ctx, same, id, true, ""); !errors.Is(err, disclosure.ErrChargingSame) {
		t.Errorf("the same person at another post: %v", err)
	}
	if row := w.row("company-finance-lump"); row.OwedBy != "" {
		t.Error("it holds before anybody has looked at it")
	}
	if err := w.DecideCharging(ctx, w.community, id, true, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.DecideCharging(ctx, w.community, id, false, "再看一次"); !errors.Is(err, disclosure.ErrChargingDecided) {
		t.Errorf("decided twice: %v", err)
	}
	if d := w.one("company-finance-lump"); d.Period() != "2026年第一季度" || d.DueOn != nil { // no law says how long after the quarter
		t.Errorf("%+v", d)
	}
	if d := w.one("service"); d.Due().String() != "2026-06-30" {
		t.Errorf("the contract's half-year: %+v", d)
	}
	if len(w.duties("company-finance-commission")) != 0 {
		t.Error("the duties of the other way of charging are owed")
	}
}
