package joint_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// in runs something straight on the database.
func (w *world) in(t *testing.T, f func(*store.Tx) error) {
	t.Helper()
	if err := w.DB.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// until lets the clock run to a time.
func (w *world) until(at time.Time) { w.clock.Advance(at.Sub(w.clock.Now())) }

// told are the events of a kind so far, the oldest first.
func told[E event.Event](t *testing.T, w *world, kind string) []E {
	t.Helper()
	var list []E
	w.in(t, func(tx *store.Tx) error {
		var rows []outbox.Message
		if err := tx.Where("kind = ?", kind).Order("id").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			e, err := r.Event()
			if err != nil {
				return err
			}
			list = append(list, e.(E))
		}
		return nil
	})
	return list
}

// ticks lets the clock tell, and sees that it tells no second time.
func (w *world) ticks(t *testing.T, want int) {
	t.Helper()
	for _, want := range []int{want, 0} {
		if n, err := w.s.Tick(t.Context()); n != want || err != nil {
			t.Errorf("the clock told of %d, %v, want %d", n, err, want)
		}
	}
}

// rule puts a local value in force.
func (w *world) rule(t *testing.T, key, value string) {
	t.Helper()
	w.in(t, func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: key, Value: value, Article: "某通知", EffectiveOn: org.DayOf(tx.Now), State: "confirmed", EnteredAt: tx.Now}).Error
	})
}

func (w *world) answerOf(t *testing.T, id int64, office org.Actor) joint.SummonsView {
	t.Helper()
	calls := w.find(t, w.community, id).Calls
	return calls[slices.IndexFunc(calls, func(c joint.SummonsView) bool { return c.OrganisationID == office.OrganisationID() })]
}

// TestARefusalIsDecidedInTime: who must come gets a term of its own, which closing and the figures respect; once the
// whistle is closed nobody is told to come, though the office may still excuse.
func TestARefusalIsDecidedInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	c := w.file(t, "")
	wh := w.blow(t, c.ID)
	fire, planning := w.fire.OrganisationID(), w.planning.OrganisationID()
	ok(w.s.Refuse(ctx, w.fire, wh.ID, "五(六)2", "不是我们的事"))
	ok(w.s.Refuse(ctx, w.planning, wh.ID, "五(四)6", "不是我们的事"))
	ok(w.s.CheckIn(ctx, w.enforcement, wh.ID, joint.Arrival{Lat: 26_258_000, Lng: 107_518_000, FileID: 1}))
	w.clock.Advance(25 * time.Hour)
	ok(w.s.DecideRefusal(ctx, w.office, wh.ID, fire, false, "要到场"))
	if e := told[*event.Whistle](t, w, "whistle.must_come"); !e[0].Due.Equal(w.clock.Now().Add(24 * time.Hour)) {
		t.Errorf("told to come by %v", e[0].Due)
	}
	if _, err := w.s.Close(ctx, w.community, wh.ID, "现场已经处理完毕，通道恢复"); !errors.Is(err, joint.ErrOpen) {
		t.Errorf("closed in the same second: %v", err)
	}
	w.clock.Advance(23 * time.Hour)
	ok(w.s.CheckIn(ctx, w.fire, wh.ID, joint.Arrival{Lat: 26_258_000, Lng: 107_518_000, FileID: 1}))
	ok(w.s.Close(ctx, w.community, wh.ID, "现场已经处理完毕，通道恢复"))
	if _, err := w.s.DecideRefusal(ctx, w.office, wh.ID, planning, false, "要到场"); !errors.Is(err, joint.ErrState) {
		t.Errorf("told to come to a closed whistle: %v", err)
	}
	ok(w.s.DecideRefusal(ctx, w.office, wh.ID, planning, true, "确实不归"))
	rows := must[[]joint.CheckIns](t)(w.s.ListCheckIns(ctx, w.office, complaint.Period{From: w.clock.Now().Add(-time.Hour), To: w.clock.Now().Add(time.Hour)}))
	for _, r := range rows {
		switch r.OrganisationID {
		case fire:
			if r.Counts["arrived"] != 1 || r.Counts["late"] != 0 || r.Counts["absent"] != 0 {
				t.Errorf("fire %v", r.Counts)
			}
		case planning:
			if r.Counts["excused"] != 1 || r.Counts["called"] != 0 {
				t.Errorf("planning %v", r.Counts)
			}
		}
	}
	mine := must[*complaint.View](t)(w.cases.FindOwn(ctx, w.owner, c.ID))
	if n := len(slices.DeleteFunc(mine.Steps, func(s complaint.StepView) bool { return !strings.Contains(s.Text, "要到场") })); n != 1 {
		t.Errorf("the complainant reads %d times that somebody must come", n)
	}
}

// TestWithoutATermNobodyIsLate: where no time limit is in force, who has not come when the whistle closes is not absent.
func TestWithoutATermNobodyIsLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	wh := w.blow(t, w.file(t, "").ID)
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&joint.Whistle{}).Where("id = ?", wh.ID).Update("due_at", nil).Error
	})
	ok(w.s.CheckIn(ctx, w.fire, wh.ID, joint.Arrival{Lat: 26_258_000, Lng: 107_518_000, FileID: 1}))
	ok(w.s.Close(ctx, w.community, wh.ID, "现场已经处理完毕，通道恢复"))
	if a, b := w.answerOf(t, wh.ID, w.fire).State, w.answerOf(t, wh.ID, w.planning).State; a != joint.Arrived || b != joint.Released {
		t.Errorf("%s and %s", a, b)
	}
	for _, r := range must[[]joint.CheckIns](t)(w.s.ListCheckIns(ctx, w.office, complaint.Period{From: w.clock.Now().Add(-time.Hour), To: w.clock.Now().Add(time.Hour)})) {
		if r.Counts["absent"] != 0 || (r.OrganisationID != w.fire.OrganisationID() && r.Counts["called"] != 0) {
			t.Errorf("%s %v", r.Name, r.Counts)
		}
	}
}

// TestACheckInSaysWhere: without a radius in force nobody is away, but whoever gives no position says why; with or without a
// pin on the map.
func TestACheckInSaysWhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	pinned := w.blow(t, w.file(t, "").ID)
	r := w.request(w.file(t, "company").ID)
	r.ClientRef, r.Lat, r.Lng = "w2", 0, 0
	unpinned := ok(w.s.Ask(ctx, w.community, r))
	ok(w.s.Sign(ctx, w.head, unpinned.ID, true, ""))
	for _, id := range []int64{pinned.ID, unpinned.ID} {
		if _, err := w.s.CheckIn(ctx, w.fire, id, joint.Arrival{FileID: 1}); fault.Of(err).Code != "whistle.no_position" {
			t.Errorf("without a position and a reason: %v", err)
		}
		ok(w.s.CheckIn(ctx, w.fire, id, joint.Arrival{FileID: 1, Reason: "地下车库没有信号"}))
		ok(w.s.CheckIn(ctx, w.planning, id, joint.Arrival{Lat: 26_900_000, Lng: 107_518_000, FileID: 2}))
		for _, who := range []org.Actor{w.fire, w.planning} {
			if a := w.answerOf(t, id, who); a.Away || a.State != joint.Arrived {
				t.Errorf("%s is away of no radius: %+v", a.Office, a.Summons)
			}
		}
	}
	var texts []string
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&complaint.Step{}).Where("kind = ?", complaint.CheckIn).Order("id").Pluck("text", &texts).Error
	})
	if all := strings.Join(texts, "；"); strings.Contains(all, "不在现场") || !strings.Contains(all, "没有定位：地下车库没有信号") {
		t.Error(all)
	}
}

// TestAWhistleFollowsItsComplaint: to the one that it was merged into; for one that is over none is asked for, nor signed.
func TestAWhistleFollowsItsComplaint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	file := func(ref string) *complaint.Case {
		return must[*complaint.Case](t)(w.cases.File(ctx, w.owner, complaint.Draft{EstateID: w.Estate.ID, Text: "小区消防通道被违章搭建占用", ClientRef: ref, InputHash: "h"}))
	}
	a, b := file("a"), file("b")
	before := ok(w.s.Ask(ctx, w.community, w.request(a.ID)))
	for _, c := range []*complaint.Case{a, b} {
		must[*complaint.Case](t)(w.cases.Act(ctx, w.community, c.ID, complaint.Accept, complaint.Input{}))
	}
	must[*complaint.Case](t)(w.cases.Act(ctx, w.community, a.ID, complaint.Merge, complaint.Input{Into: b.Number, Text: "同一件事"}))
	ok(w.s.Sign(ctx, w.head, before.ID, true, ""))
	if _, err := w.cases.Find(ctx, w.fire, a.ID); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("fire reads the case that was merged away: %v", err)
	}
	if _, err := w.cases.Find(ctx, w.fire, b.ID); err != nil {
		t.Errorf("fire cannot read the case that goes on: %v", err)
	}
	r := w.request(a.ID)
	r.ClientRef = "after"
	if after := ok(w.s.Ask(ctx, w.community, r)); after.CaseID != b.ID {
		t.Errorf("asked for case %d", after.CaseID)
	}
	c := file("c")
	r = w.request(c.ID)
	r.ClientRef = "withdrawn"
	waits := ok(w.s.Ask(ctx, w.community, r))
	must[*complaint.Case](t)(w.cases.ActOwn(ctx, w.owner, c.ID, complaint.Withdraw, complaint.Input{Text: "不投诉了"}))
	if _, err := w.s.Sign(ctx, w.head, waits.ID, true, ""); !errors.Is(err, joint.ErrState) {
		t.Errorf("blown for a case that is over: %v", err)
	}
	ok(w.s.Sign(ctx, w.head, waits.ID, false, "投诉已经撤回"))
	r.ClientRef = "over"
	if _, err := w.s.Ask(ctx, w.community, r); !errors.Is(err, joint.ErrState) {
		t.Errorf("asked for a case that is over: %v", err)
	}
}

// TestAWhistleThatNobodySigns: with the head's post vacant the level above is told; with a term in force also when it has
// passed, and without one nobody invents it.
func TestAWhistleThatNobodySigns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	c := w.file(t, "")
	ask := func(ref string) *joint.Whistle {
		r := w.request(c.ID)
		r.ClientRef = ref
		return ok(w.s.Ask(ctx, w.community, r))
	}
	if wh := ask("unset"); wh.SignDue != nil {
		t.Errorf("a term that nobody set: %v", wh.SignDue)
	}
	w.clock.Advance(100 * 24 * time.Hour)
	w.ticks(t, 0)
	w.rule(t, "complaint.whistle.sign", "4h")
	wh := ask("term")
	if wh.SignDue == nil || !wh.SignDue.Equal(w.clock.Now().Add(4*time.Hour)) {
		t.Fatalf("%v", wh.SignDue)
	}
	signed := ask("signed")
	ok(w.s.Sign(ctx, w.head, signed.ID, true, ""))
	w.clock.Advance(4*time.Hour + time.Second)
	w.ticks(t, 1)
	e := told[*event.Whistle](t, w, "whistle.unsigned")
	if len(e) != 1 || e[0].WhistleID != wh.ID || e[0].ToID != w.Code("housing-bureau").ID || e[0].TownshipID != w.Township.ID {
		t.Errorf("%+v", e)
	}
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("post_id = ?", w.head.Post.PostID).Update("holding", nil).Error
	})
	w.Officer(w.Township, org.Clerk) // cannot sign
	w.ticks(t, 1)                    // the one without a term
	if e := told[*event.Whistle](t, w, "whistle.unsigned"); len(e) != 2 {
		t.Errorf("%+v", e)
	}
}

// TestRemindersOfJointWork: once before the day, to those who have not come or done it, and once after.
func TestRemindersOfJointWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	wh := w.blow(t, w.file(t, "").ID)
	ok(w.s.CheckIn(ctx, w.fire, wh.ID, joint.Arrival{Lat: 26_258_000, Lng: 107_518_000, FileID: 1}))
	due := w.clock.Now().Add(72 * time.Hour)
	for _, who := range []org.Actor{w.fire, w.planning} {
		ok(w.s.GiveTask(ctx, w.community, wh.ID, joint.NewTask{OrganisationID: who.OrganisationID(), Text: "清障", DueAt: due, ClientRef: who.Post.OrgName, InputHash: "h"}))
	}
	must[*joint.Task](t)(w.s.FinishTask(ctx, w.fire, must[[]joint.TaskView](t)(w.s.ListTasks(ctx, w.fire, false, "", 0, 0, 10))[0].ID, "清完了"))
	w.ticks(t, 0)
	w.until(wh.DueAt.Add(-12 * time.Hour))
	w.ticks(t, 1)
	if e := told[*event.Whistle](t, w, "whistle.soon"); len(e) != 1 || slices.Contains(e[0].CalledIDs, w.fire.OrganisationID()) || len(e[0].CalledIDs) != 2 {
		t.Errorf("%+v", e)
	}
	w.until(wh.DueAt.Add(time.Second))
	w.ticks(t, 1)
	w.until(due.Add(-24 * time.Hour))
	w.ticks(t, 1)
	if e := told[*event.Task](t, w, "task.soon"); len(e) != 1 || e[0].OfficeID != w.planning.OrganisationID() {
		t.Errorf("%+v", e)
	}
	w.until(due.Add(time.Second))
	w.ticks(t, 1)
	if e := told[*event.Task](t, w, "task.late"); len(e) != 1 {
		t.Errorf("%+v", e)
	}
}

// TestOneResultPerTap: what a phone sends twice answers the first result, and another input under the same reference is
// refused.
func TestOneResultPerTap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	c := w.file(t, "")
	wh := ok(w.s.Ask(ctx, w.community, w.request(c.ID)))
	fire := w.fire.OrganisationID()
	rating := complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Yes}
	twice := func(ref string, do func(*joint.Service) (*joint.Whistle, error)) {
		t.Helper()
		first := ok(do(w.s.Once(ref, "h")))
		if again := ok(do(w.s.Once(ref, "h"))); again.Version != first.Version || again.State != first.State {
			t.Errorf("%s: %+v, then %+v", ref, first, again)
		}
		if _, err := do(w.s.Once(ref, "other")); !errors.Is(err, joint.ErrRefReused) {
			t.Errorf("%s with another input: %v", ref, err)
		}
	}
	twice("sign", func(s *joint.Service) (*joint.Whistle, error) { return s.Sign(ctx, w.head, wh.ID, true, "") })
	twice("refuse", func(s *joint.Service) (*joint.Whistle, error) {
		return s.Refuse(ctx, w.fire, wh.ID, "五(六)2", "不归我们管")
	})
	twice("decide", func(s *joint.Service) (*joint.Whistle, error) {
		return s.DecideRefusal(ctx, w.office, wh.ID, fire, false, "要到场")
	})
	ok(w.s.GiveTask(ctx, w.community, wh.ID, joint.NewTask{OrganisationID: fire, Text: "清障", DueAt: w.clock.Now().Add(time.Hour), ClientRef: "t", InputHash: "t"}))
	task := must[[]joint.TaskView](t)(w.s.ListTasks(ctx, w.fire, false, "open", 0, 0, 10))[0].ID
	for _, s := range []*joint.Service{w.s, w.s, w.s.Once("finish", "h")} { // without a reference too, by the same words
		if done := must[*joint.Task](t)(s.FinishTask(ctx, w.fire, task, "清完了")); done.Result != "清完了" {
			t.Errorf("%+v", done)
		}
	}
	if _, err := w.s.FinishTask(ctx, w.fire, task, "又清了一次"); !errors.Is(err, joint.ErrTaskDone) {
		t.Errorf("another result: %v", err)
	}
	w.clock.Advance(30 * 24 * time.Hour)
	twice("close", func(s *joint.Service) (*joint.Whistle, error) {
		return s.Close(ctx, w.community, wh.ID, "三个单位都没有到场，已请督办")
	})
	twice("rate", func(s *joint.Service) (*joint.Whistle, error) {
		return s.Rate(ctx, w.community, wh.ID, fire, rating, "")
	})
	for kind, want := range map[string]int{"whistle.blown": 1, "whistle.refused": 1, "whistle.must_come": 1, "whistle.closed": 1, "whistle.rated": 1} {
		if n := len(told[*event.Whistle](t, w, kind)); n != want {
			t.Errorf("%s told %d times", kind, n)
		}
	}
	if n := len(told[*event.Task](t, w, "task.done")); n != 1 {
		t.Errorf("done told %d times", n)
	}
	r := w.request(c.ID)
	r.ClientRef = "w2"
	wh = ok(w.s.Ask(ctx, w.community, r))
	twice("recall", func(s *joint.Service) (*joint.Whistle, error) {
		return s.Recall(ctx, w.community, wh.ID, "已经解决")
	})
}

// meeting is a conference that an office calls about some cases, two days ahead.
func (w *world) meeting(t *testing.T, holder org.Actor, offices []int64, cases ...int64) *joint.Conference {
	t.Helper()
	in := joint.Calling{EstateID: w.Estate.ID, Title: "联席会议", Place: "办事处会议室", StartsAt: w.clock.Now().Add(48 * time.Hour), Offices: offices, ClientRef: "c", InputHash: "h"}
	for _, id := range cases {
		in.Points = append(in.Points, joint.Point{CaseID: id, Text: "议一议"})
	}
	return must[*joint.Conference](t)(w.s.Call(t.Context(), holder, in))
}

func (w *world) items(t *testing.T, a org.Actor, id int64) *joint.ConferenceView {
	t.Helper()
	return must[*joint.ConferenceView](t)(w.s.FindConference(t.Context(), a, id))
}

// TestADecisionHasAnOwner: and a date, or it is said that it needs none; a task sent with the same words again is not lost
// unsaid, and one may be added.
func TestADecisionHasAnOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Conference](t)
	fire := w.fire.OrganisationID()
	c := w.meeting(t, w.community, []int64{fire}, w.file(t, "").ID)
	item := w.items(t, w.community, c.ID).Items[0].ID
	task := joint.NewTask{OrganisationID: fire, Text: "牵头拆除", DueAt: w.clock.Now().Add(240 * time.Hour), ClientRef: "x", InputHash: "x"}
	for name, d := range map[string]joint.Decision{"no task and not said so": {Text: "同意拆除"}, "a task and none": {Text: "同意拆除", Tasks: []joint.NewTask{task}, NoTask: true}} {
		if _, err := w.s.Decide(ctx, w.community, c.ID, item, d); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.s.GiveTaskOf(ctx, w.community, c.ID, item, task); !errors.Is(err, joint.ErrState) {
		t.Errorf("a task before the decision: %v", err)
	}
	for range 2 {
		ok(w.s.Decide(ctx, w.community, c.ID, item, joint.Decision{Text: "同意拆除", NoTask: true}))
	}
	if _, err := w.s.Decide(ctx, w.community, c.ID, item, joint.Decision{Text: "同意拆除", Tasks: []joint.NewTask{task}}); !errors.Is(err, joint.ErrState) {
		t.Errorf("the same words with a task that would be lost: %v", err)
	}
	if v := w.items(t, w.community, c.ID); !v.Items[0].NoTask || len(v.Tasks) != 0 {
		t.Errorf("%+v", v.Items[0])
	}
	for range 2 {
		ok(w.s.GiveTaskOf(ctx, w.community, c.ID, item, task))
	}
	if v := w.items(t, w.community, c.ID); v.Items[0].NoTask || len(v.Tasks) != 1 {
		t.Errorf("%+v and %d tasks", v.Items[0], len(v.Tasks))
	}
	ok(w.s.AddPoint(ctx, w.community, c.ID, joint.Point{Text: "另一项"}))
	other, more := w.items(t, w.community, c.ID).Items[1].ID, task
	task.ClientRef, more.ClientRef = "y", "z"
	ok(w.s.Decide(ctx, w.community, c.ID, other, joint.Decision{Text: "同意", Tasks: []joint.NewTask{task}}))
	if _, err := w.s.Decide(ctx, w.community, c.ID, other, joint.Decision{Text: "同意", Tasks: []joint.NewTask{task, more}}); !errors.Is(err, joint.ErrState) {
		t.Errorf("the same words with one task more: %v", err)
	}
	for range 2 {
		ok(w.s.Once("point", "h").AddPoint(ctx, w.community, c.ID, joint.Point{Text: "再议一次"}))
	}
	if v := w.items(t, w.community, c.ID); len(v.Items) != 3 {
		t.Errorf("%d points after a double tap", len(v.Items))
	}
	for range 2 {
		ok(w.s.Once("end", "h").End(ctx, w.community, c.ID, true, "改期"))
	}
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&org.Organisation{}).Where("id = ?", w.Company.ID).Update("closed_at", tx.Now).Error
	})
	in := joint.Calling{Title: "联席会议", Place: "办事处会议室", StartsAt: w.clock.Now().Add(time.Hour), Offices: []int64{w.Company.ID}, Points: []joint.Point{{Text: "议一议"}}, ClientRef: "gone", InputHash: "h"}
	if _, err := w.s.Call(ctx, w.community, in); !errors.Is(err, org.ErrOrganisationNotFound) {
		t.Errorf("an organisation that is no more is called: %v", err)
	}
}

// TestTheTableKeepsAPointFromTheBodyItIsAbout: from its text to the minutes and the outcome; from those below it and its twin
// as well; and none of them is given a task on it.
func TestTheTableKeepsAPointFromTheBodyItIsAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Conference](t)
	township, office, bureau := w.head, w.office, w.Officer(w.Code("housing-bureau"), org.Head)
	for about, c := range map[string]struct {
		holder org.Actor
		kept   []org.Actor
		reads  org.Actor
	}{
		"township": {office, []org.Actor{township, w.community}, w.fire}, "bureau": {w.community, []org.Actor{bureau, office}, w.fire},
		"urban-enforcement": {w.community, []org.Actor{w.enforcement}, w.fire},
	} {
		plain, touchy := w.file(t, "").ID, w.file(t, about).ID
		var offices []int64
		for _, a := range append(c.kept, c.reads) {
			offices = append(offices, a.OrganisationID())
		}
		in := joint.Calling{EstateID: w.Estate.ID, Title: "联席会议", Place: "办事处会议室", StartsAt: w.clock.Now().Add(48 * time.Hour), Offices: offices, ClientRef: about, InputHash: "h",
			Points: []joint.Point{{CaseID: plain, Text: "议一议"}, {CaseID: touchy, Text: "督办这件"}}}
		m := ok(w.s.Call(ctx, c.holder, in))
		v := w.items(t, c.holder, m.ID)
		if len(v.Items) != 2 {
			t.Fatalf("about the %s: the holder reads %d points", about, len(v.Items))
		}
		first, second := v.Items[0].ID, v.Items[1].ID
		for _, a := range c.kept {
			task := joint.NewTask{OrganisationID: a.OrganisationID(), Text: "调查", DueAt: w.clock.Now().Add(240 * time.Hour), ClientRef: "x" + about, InputHash: "x"}
			if _, err := w.s.Decide(ctx, c.holder, m.ID, second, joint.Decision{Text: "督办", Tasks: []joint.NewTask{task}}); !errors.Is(err, complaint.ErrAboutParty) {
				t.Errorf("about the %s: %s looks into it: %v", about, a.Post.OrgName, err)
			}
		}
		ok(w.s.Decide(ctx, c.holder, m.ID, first, joint.Decision{Text: "同意", NoTask: true}))
		ok(w.s.Decide(ctx, c.holder, m.ID, second, joint.Decision{Text: "督办", NoTask: true}))
		ok(w.s.Record(ctx, c.holder, m.ID, 0, "更正：1栋101住户要求问责", "whole"+about, "h"))
		ok(w.s.Record(ctx, c.holder, m.ID, first, "第一项的记录", "first"+about, "h"))
		ok(w.s.Record(ctx, c.holder, m.ID, second, "第二项的记录", "second"+about, "h"))
		if _, err := w.s.Record(ctx, c.holder, m.ID, 999_999, "没有这项", "none"+about, "h"); !errors.Is(err, joint.ErrItem) {
			t.Errorf("a minute of no point: %v", err)
		}
		w.clock.Advance(49 * time.Hour)
		ok(w.s.End(ctx, c.holder, m.ID, false, "问责的意见"))
		for _, a := range c.kept {
			v := w.items(t, a, m.ID)
			if len(v.Items) != 1 || v.Items[0].ID != first || len(v.Minutes) != 1 || v.Minutes[0].Text != "第一项的记录" || v.Outcome != "" {
				t.Errorf("about the %s: %s reads %+v, %+v, %q", about, a.Post.OrgName, v.Items, v.Minutes, v.Outcome)
			}
			for _, l := range must[[]joint.ConferenceView](t)(w.s.ListConferences(ctx, a, 0, 10)) {
				if l.Outcome != "" {
					t.Errorf("about the %s: %s finds the outcome in the list", about, a.Post.OrgName)
				}
			}
		}
		if v := w.items(t, c.reads, m.ID); len(v.Items) != 2 || len(v.Minutes) != 3 || v.Outcome == "" {
			t.Errorf("about the %s: fire reads %d points, %d minutes, %q", about, len(v.Items), len(v.Minutes), v.Outcome)
		}
	}
}
