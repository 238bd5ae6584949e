package complaint_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// at turns the clock to a time in Shanghai.
func (w *world) at(t *testing.T, moment string) {
	t.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04", moment, org.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(to.Sub(w.clock.Now()))
}

// count is how many of a case's steps are of a kind.
func (w *cast) count(t *testing.T, id int64, a complaint.Action) (n int, last string) {
	t.Helper()
	for _, s := range w.find(t, w.bureau, id).Steps {
		if s.Kind == a {
			n, last = n+1, s.Text
		}
	}
	return n, last
}

// TestTheClockOverTheSpringFestival of 2026 (15 to 23 February off, Saturdays 14 and 28 February worked): a reminder on the
// day before the due date, an escalation when that has passed, the next level a working day later, and a pause for the
// complainant of five working days, each counted over the holiday with both make-up days.
func TestTheClockOverTheSpringFestival(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.at(t, "2026-02-12 09:00")
	c := w.file(t, w.owner, w.draft(w.matterLedBy(t, "urban-enforcement")))
	if due := c.DueAt.In(org.Shanghai).Format(time.DateTime); due != "2026-02-28 23:59:59" {
		t.Fatalf("seven working days end on %s", due)
	}
	w.at(t, "2026-02-27 23:00")
	w.settle(t)
	if n := strings.Count(strings.Join(w.told(t), " "), "complaint.remind"); n != 0 {
		t.Error("reminded more than a day before")
	}
	w.at(t, "2026-02-28 00:01")
	w.settle(t)
	if n := strings.Count(strings.Join(w.told(t), " "), "complaint.remind"); n != 1 {
		t.Errorf("reminded %d times on the make-up Saturday", n)
	}
	w.at(t, "2026-02-28 23:59")
	w.settle(t)
	if n, _ := w.count(t, c.ID, complaint.Escalate); n != 0 {
		t.Error("escalated on the last day")
	}
	w.at(t, "2026-03-01 00:01")
	w.settle(t)
	if n, why := w.count(t, c.ID, complaint.Escalate); n != 1 || why != "超过办理时限" {
		t.Errorf("escalated %d times: %s", n, why)
	}
	w.at(t, "2026-03-02 12:00") // Sunday is none; the next level's turn is the end of Monday
	w.settle(t)
	if n, _ := w.count(t, c.ID, complaint.Escalate); n != 1 {
		t.Errorf("escalated %d times before a working day was over", n)
	}
	w.at(t, "2026-03-03 00:01")
	w.settle(t)
	if n, why := w.count(t, c.ID, complaint.Escalate); n != 2 || !strings.Contains(why, "督办后仍未办结") {
		t.Errorf("escalated %d times: %s", n, why)
	}
}

// TestAPauseOverTheSpringFestival: five working days to add something, asked on the Friday before, end on the Friday after.
func TestAPauseOverTheSpringFestival(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.at(t, "2026-02-12 09:00")
	c := w.file(t, w.owner, w.draft(w.matterLedBy(t, "urban-enforcement")))
	w.ok(t, w.enforcement, c.ID, complaint.Accept, complaint.Input{})
	w.at(t, "2026-02-13 10:00")
	c = w.ok(t, w.enforcement, c.ID, complaint.Ask, complaint.Input{Text: "请补充照片"})
	if until := c.HeldUntil.In(org.Shanghai).Format(time.DateOnly); until != "2026-02-27" {
		t.Errorf("five working days end on %s", until)
	}
	w.at(t, "2026-02-27 23:30")
	w.settle(t)
	if v := w.find(t, w.bureau, c.ID); v.State != complaint.Awaiting {
		t.Errorf("before the end: %s", v.State)
	}
	w.at(t, "2026-02-28 00:01")
	w.settle(t)
	v := w.find(t, w.bureau, c.ID)
	// On 13 February six of the seven working days were left: 14, 24, 25, 26, 27 and 28. They are left again.
	if due := v.DueAt.In(org.Shanghai).Format(time.DateOnly); v.State != complaint.Accepted || due != "2026-03-06" {
		t.Errorf("after the end: %s, due %s", v.State, due)
	}
}

// TestAStepsClock: an office that lets a case lie is reminded and reported to the level above; once it takes the case on,
// that is over, and the case goes up again only when its own date has passed.
func TestAStepsClock(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.step.accept", "4h")
	c := w.bring(t, complaint.Dispatched, "step")
	w.clock.Advance(2*time.Hour + time.Minute)
	w.settle(t)
	if n := strings.Count(strings.Join(w.told(t), " "), "complaint.remind"); n != 1 {
		t.Errorf("reminded %d times before the step was late", n)
	}
	w.clock.Advance(2 * time.Hour)
	if rows, err := w.s.List(t.Context(), w.bureau, complaint.Filter{List: complaint.AreaCases, Overdue: true, Limit: 5}); err != nil || len(rows) != 1 || !rows[0].StepOverdue || rows[0].Overdue {
		t.Errorf("a late step among the overdue: %+v, %v", rows, err)
	}
	w.settle(t)
	if n, why := w.count(t, c.ID, complaint.Escalate); n != 1 || why != "待受理超过规定时间" {
		t.Fatalf("escalated %d times: %s", n, why)
	}
	c = w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	if c.SupervisorID != 0 || !c.EscalateAt.Equal(*c.DueAt) {
		t.Errorf("accepted, and still supervised by %d until %v", c.SupervisorID, c.EscalateAt)
	}
	for w.clock.Now().Before(c.DueAt.Add(-time.Minute)) {
		w.clock.Advance(min(6*time.Hour, c.DueAt.Add(-time.Minute).Sub(w.clock.Now())))
		w.settle(t)
	}
	if n, _ := w.count(t, c.ID, complaint.Escalate); n != 1 {
		t.Errorf("escalated %d times before its own date", n)
	}
	if n := strings.Count(strings.Join(w.told(t), " "), "complaint.remind"); n != 2 {
		t.Errorf("reminded %d times, want once for the step and once for the case", n)
	}
	w.clock.Advance(2 * time.Minute)
	w.settle(t)
	if n, why := w.count(t, c.ID, complaint.Escalate); n != 2 || why != "超过办理时限" {
		t.Errorf("escalated %d times: %s", n, why)
	}
}

// TestAReminderGoesWithItsStep: whoever accepted in time is not reminded of accepting, and is still reminded of the case.
func TestAReminderGoesWithItsStep(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.step.accept", "4h")
	c := w.bring(t, complaint.Dispatched, "reminded")
	w.clock.Advance(30 * time.Minute)
	c = w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	reminded := func() int { return strings.Count(strings.Join(w.told(t), " "), "complaint.remind") }
	w.clock.Advance(3 * time.Hour)
	w.settle(t)
	if n := reminded(); n != 0 {
		t.Errorf("reminded %d times of what was done", n)
	}
	w.clock.Advance(c.DueAt.Add(-20 * time.Hour).Sub(w.clock.Now()))
	w.settle(t)
	if n := reminded(); n != 1 {
		t.Errorf("reminded %d times before the case is due", n)
	}
}

// TestAListFromADayMissesNone, also where ids and times do not have the same order and the hour before was quiet.
func TestAListFromADayMissesNone(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	var ids []int64
	for _, ref := range []string{"early id", "late id"} {
		ids = append(ids, w.bring(t, complaint.Dispatched, ref).ID)
	}
	day := w.clock.Now().Add(24 * time.Hour)
	for i, id := range ids { // the first took a minute longer to begin
		at := day.Add(time.Duration(1-i) * time.Minute)
		if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Model(&complaint.Case{}).Where("id = ?", id).Update("created_at", at).Error, tx.Model(&complaint.Party{}).Where("case_id = ?", id).Update("created_at", at).Error)
		}); err != nil {
			t.Fatal(err)
		}
	}
	for name, a := range map[string]org.Actor{"bureau": w.bureau, "community": w.community} {
		rows, err := w.s.List(t.Context(), a, complaint.Filter{List: complaint.AllCases, From: day, To: day.Add(time.Hour), Limit: 10})
		if err != nil || len(rows) != 2 {
			t.Errorf("%s: %d of 2, %v", name, len(rows), err)
		}
	}
}

// TestASecondPlanSetsANewDay: the promise that counts is the last one.
func TestASecondPlanSetsANewDay(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "plan")
	first, second := w.clock.Now().Add(24*time.Hour), w.clock.Now().Add(72*time.Hour)
	w.ok(t, w.community, c.ID, complaint.Plan, complaint.Input{Text: "明天上门", On: &first})
	c = w.ok(t, w.community, c.ID, complaint.Plan, complaint.Input{Text: "改到三天后上门", On: &second})
	if !c.StepDueAt.Equal(second.Truncate(time.Second)) {
		t.Errorf("the step is due at %v, planned for %v", c.StepDueAt, second)
	}
}

// leave empties the posts of an office.
func (w *cast) leave(t *testing.T, a org.Actor) {
	t.Helper()
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("person_id = ?", a.PersonID).Update("holding", nil).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoQueueWithoutAnybody: an office that is asked to lead and has nobody, and an arbitration for which nobody is there,
// go up too; the leading group decides in its office's place.
func TestNoQueueWithoutAnybody(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	offered := w.bring(t, complaint.Offered, "offered")
	disputed := w.bring(t, complaint.Arbitration, "disputed")
	if err := w.s.WakeVacant(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle(t)
	if n, _ := w.count(t, offered.ID, complaint.Escalate); n != 0 {
		t.Error("escalated with everybody there")
	}
	w.leave(t, w.fire)
	w.leave(t, w.office)
	for range 2 { // the second look finds nothing new
		if err := w.s.WakeVacant(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
	}
	if n, why := w.count(t, offered.ID, complaint.Escalate); n != 1 || why != "被请主办的单位目前没有在岗人员" {
		t.Errorf("offered: %d escalations, %s", n, why)
	}
	if n, why := w.count(t, disputed.ID, complaint.Escalate); n != 1 || why != "裁定的单位目前没有在岗人员" {
		t.Errorf("disputed: %d escalations, %s", n, why)
	}
	in := complaint.Input{Text: "由综合执法局办理", Clause: "五(四)3", ToID: w.enforcement.Post.OrganisationID}
	if _, err := w.do(t, w.bureau, disputed.ID, complaint.Arbitrate, in); !errors.Is(err, complaint.ErrNotLead) {
		t.Errorf("the bureau arbitrates: %v", err)
	}
	if got := w.ok(t, w.group, disputed.ID, complaint.Arbitrate, in); got.LeadID != w.enforcement.Post.OrganisationID {
		t.Errorf("the leading group arbitrates: lead %d", got.LeadID)
	}
}

// TestDangerStandsInFront of every open list, also while its office waits for somebody.
func TestDangerStandsInFront(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("fire-lane")
	danger := w.file(t, w.owner, d)
	w.ok(t, w.fire, danger.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.fire, danger.ID, complaint.Ask, complaint.Input{Text: "请补充是哪一幢"})
	d = w.draft("")
	d.ClientRef = "other"
	w.file(t, w.owner, d)
	rows, err := w.s.List(t.Context(), w.bureau, complaint.Filter{List: complaint.AreaCases, Limit: 5})
	if err != nil || len(rows) != 2 || rows[0].ID != danger.ID {
		t.Errorf("the first of %d is %v, %v", len(rows), rows, err)
	}
}

// TestAnOldOpinionIsNone: whoever was content with the first answer and says nothing to the second is not counted as
// satisfied with it.
func TestAnOldOpinionIsNone(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Answered, "again")
	w.ok(t, w.owner, c.ID, complaint.Rate, complaint.Input{Rating: &complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Yes}})
	w.ok(t, w.owner, c.ID, complaint.Return, complaint.Input{Text: "又坏了"})
	w.ok(t, w.community, c.ID, complaint.Answer, report("再修了一次"))
	w.clock.Advance(8 * 24 * time.Hour)
	w.settle(t)
	v := w.mine(t, w.owner, c.ID)
	if v.State != complaint.Closed || v.Mine.Satisfied != "" || v.Mine.RatedAt != nil {
		t.Errorf("%s, satisfied %q at %v", v.State, v.Mine.Satisfied, v.Mine.RatedAt)
	}
}

// TestAnAnswerNamesItsDays: when it was accepted and what comes next are days, or nothing is left to do.
func TestAnAnswerNamesItsDays(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "days")
	for _, r := range []complaint.Report{{AcceptedOn: "呵呵", Contacted: "呵呵", Did: "呵呵", Next: "呵呵"}, {AcceptedOn: "3月2日", Contacted: "电话联系投诉人", Did: "已维修", Next: "尽快处理"}} {
		_, err := w.do(t, w.community, c.ID, complaint.Answer, complaint.Input{Report: &r})
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, next := range []string{"3月10日前复查", "下周三上门", "已办完", "没有了"} {
		c := w.bring(t, complaint.Accepted, next)
		w.ok(t, w.community, c.ID, complaint.Answer, complaint.Input{Report: &complaint.Report{AcceptedOn: "今天上午", Contacted: "电话联系投诉人", Did: "已维修", Next: next}})
	}
}

// TestATownshipNamesWhoseItIs: it stands above the communities, so a refusal without a name would lead nowhere; the first
// refusal is never an arbitration.
func TestATownshipNamesWhoseItIs(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Dispatched, "township")
	c = w.ok(t, w.bureau, c.ID, complaint.Redirect, complaint.Input{ToID: w.Township.ID, Text: "请办事处主办"})
	_, err := w.do(t, w.township, c.ID, complaint.Refuse, complaint.Input{Text: "不归我们管", Clause: "五(六)2"})
	if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Fields[0].Path != "to" {
		t.Errorf("refused without a name: %v", err)
	}
	c = w.ok(t, w.township, c.ID, complaint.Refuse, complaint.Input{Text: "消防的事", Clause: "五(六)2", ToID: w.fire.Post.OrganisationID})
	if c.State != complaint.Offered || c.Refusals != 1 {
		t.Errorf("%s after %d refusals", c.State, c.Refusals)
	}
}
