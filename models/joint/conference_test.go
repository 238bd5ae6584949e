package joint_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/joint"
)

// TestConferenceStory: called about a case, attended, decided with tasks that their offices find; the body that a case is
// about reads nothing of its point; it ends when every point has its conclusion.
func TestConferenceStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Conference](t)
	plain, about := w.file(t, ""), w.file(t, "urban-enforcement")
	fire, enforcement := w.fire.OrganisationID(), w.enforcement.OrganisationID()
	in := joint.Calling{EstateID: w.Estate.ID, Title: "消防通道整治联席会议", Place: "办事处会议室", StartsAt: w.clock.Now().Add(48 * time.Hour), Offices: []int64{fire, enforcement, fire},
		Points: []joint.Point{{CaseID: plain.ID, Text: "消防通道违建怎么拆"}, {CaseID: about.ID, Text: "执法局迟迟不处理"}}, ClientRef: "c", InputHash: "h"}
	c := ok(w.s.Call(ctx, w.community, in))
	if again := ok(w.s.Call(ctx, w.community, in)); again.ID != c.ID {
		t.Error("called twice")
	}
	see := func() []joint.Item {
		return must[*joint.ConferenceView](t)(w.s.FindConference(ctx, w.enforcement, c.ID)).Items
	}
	if items := see(); len(items) != 1 || items[0].CaseID != plain.ID {
		t.Errorf("enforcement reads %+v", items)
	}
	if _, err := w.s.FindConference(ctx, w.planning, c.ID); !errors.Is(err, joint.ErrConference) {
		t.Errorf("an office that was not called reads it: %v", err)
	}
	if _, err := w.cases.Find(ctx, w.fire, plain.ID); err != nil {
		t.Errorf("an office that comes cannot read the case: %v", err)
	}
	v := must[*joint.ConferenceView](t)(w.s.FindConference(ctx, w.community, c.ID))
	task := func(to int64, ref string) joint.NewTask {
		return joint.NewTask{OrganisationID: to, Text: "牵头拆除", DueAt: w.clock.Now().Add(240 * time.Hour), ClientRef: ref, InputHash: ref}
	}
	if _, err := w.s.Decide(ctx, w.fire, c.ID, v.Items[0].ID, joint.Decision{Text: "同意拆除", NoTask: true}); err == nil {
		t.Error("an office that was only called decides")
	}
	if _, err := w.s.Decide(ctx, w.community, c.ID, v.Items[0].ID, joint.Decision{Text: "同意拆除", Tasks: []joint.NewTask{task(w.planning.OrganisationID(), "x")}}); !errors.Is(err, joint.ErrAttendee) {
		t.Errorf("a task for an office that was not called: %v", err)
	}
	if _, err := w.s.Decide(ctx, w.community, c.ID, v.Items[1].ID, joint.Decision{Text: "督办", Tasks: []joint.NewTask{task(enforcement, "y")}}); !errors.Is(err, complaint.ErrAboutParty) {
		t.Errorf("a task for the body complained about: %v", err)
	}
	ok(w.s.Attend(ctx, w.community, c.ID, fire, true, "张队长"))
	ok(w.s.Decide(ctx, w.community, c.ID, v.Items[0].ID, joint.Decision{Text: "同意拆除", Tasks: []joint.NewTask{task(fire, "f"), task(enforcement, "e")}}))
	ok(w.s.Decide(ctx, w.community, c.ID, v.Items[0].ID, joint.Decision{Text: "同意拆除", Tasks: []joint.NewTask{task(fire, "f"), task(enforcement, "e")}}))
	if _, err := w.s.End(ctx, w.community, c.ID, false, ""); !errors.Is(err, joint.ErrUndecided) {
		t.Errorf("ended with an open point: %v", err)
	}
	ok(w.s.Decide(ctx, w.community, c.ID, v.Items[1].ID, joint.Decision{Text: "没有议成，报领导小组", NoTask: true}))
	ok(w.s.Record(ctx, w.community, c.ID, 0, "会议纪要全文", "m", "h"))
	if _, err := w.s.End(ctx, w.community, c.ID, false, "按结论办"); !errors.Is(err, joint.ErrState) {
		t.Errorf("ended before it began: %v", err)
	}
	w.clock.Advance(49 * time.Hour)
	ok(w.s.End(ctx, w.community, c.ID, false, "按结论办"))
	tasks := must[[]joint.TaskView](t)(w.s.ListTasks(ctx, w.fire, false, "open", 0, 0, 10))
	if len(tasks) != 1 || tasks[0].SubjectKind != "conference" {
		t.Errorf("fire owes %+v", tasks)
	}
	v = must[*joint.ConferenceView](t)(w.s.FindConference(ctx, w.fire, c.ID))
	if v.State != "closed" || len(v.Tasks) != 2 || v.Attendees[slices.IndexFunc(v.Attendees, func(a joint.Attendee) bool { return a.OrganisationID == enforcement })].State != "absent" {
		t.Errorf("%+v", v)
	}
	mine := must[*complaint.View](t)(w.cases.FindOwn(ctx, w.owner, plain.ID))
	if !slices.ContainsFunc(mine.Steps, func(s complaint.StepView) bool { return strings.Contains(s.Text, "同意拆除") }) {
		t.Error("the complainant does not read the conclusion")
	}
	in.ClientRef, in.StartsAt = "past", w.clock.Now().Add(-time.Hour)
	if _, err := w.s.Call(ctx, w.community, in); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a conference in the past: %v", err)
	}
}
