package complaint_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func (w *cast) find(t *testing.T, a org.Actor, id int64) *complaint.View {
	t.Helper()
	v, err := w.s.Find(t.Context(), a, id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *cast) mine(t *testing.T, a org.Actor, id int64) *complaint.View {
	t.Helper()
	v, err := w.s.FindOwn(t.Context(), a, id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestTheSecondRefusalIsArbitrated: a case is not bounced. Two refusals, each with a clause, and the leading group's
// office has the last word; the first receiver leads meanwhile.
func TestTheSecondRefusalIsArbitrated(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Dispatched, "bounce")
	if _, err := w.do(t, w.community, c.ID, complaint.Refuse, complaint.Input{Text: "不归我们管", Clause: "九(九)9"}); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a refusal by a clause that does not exist: %v", err)
	}
	c = w.ok(t, w.community, c.ID, complaint.Refuse, complaint.Input{Text: "消防通道的事", Clause: "五(六)2", ToID: w.fire.Post.OrganisationID})
	if c.State != complaint.Offered || c.LeadID != w.Community.ID || c.Refusals != 1 {
		t.Fatalf("after one refusal: %s, lead %d, %d refusals", c.State, c.LeadID, c.Refusals)
	}
	c = w.ok(t, w.fire, c.ID, complaint.Refuse, complaint.Input{Text: "没有占用消防通道", Clause: "五(六)1"})
	if c.State != complaint.Arbitration || c.LeadID != w.Community.ID {
		t.Fatalf("after two refusals: %s, lead %d", c.State, c.LeadID)
	}
	if rows, err := w.s.List(t.Context(), w.office, complaint.Filter{List: complaint.WaitingCases, Limit: 10}); err != nil || len(rows) != 1 {
		t.Errorf("the office's queue holds %d, %v", len(rows), err)
	}
	c = w.ok(t, w.office, c.ID, complaint.Arbitrate, complaint.Input{Text: "由消防部门办理", Clause: "五(六)2", ToID: w.fire.Post.OrganisationID})
	if c.State != complaint.Dispatched || c.LeadID != w.fire.Post.OrganisationID {
		t.Fatalf("arbitrated: %s, lead %d", c.State, c.LeadID)
	}
	for _, a := range []complaint.Action{complaint.Refuse, complaint.Transfer} {
		if _, err := w.do(t, w.fire, c.ID, a, complaint.Input{Text: "还是不归我们管", Clause: "五(六)1", ToID: w.Community.ID}); !errors.Is(err, complaint.ErrFinal) {
			t.Errorf("%s after the last word: %v", a, err)
		}
	}
	if can := w.find(t, w.fire, c.ID).Allowed; slices.Contains(can, complaint.Refuse) {
		t.Errorf("a refusal is offered after the last word: %v", can)
	}
}

// TestTheGroupArbitratesAboutItsOffice: where the office or the bureau is complained about, the group has the last word.
func TestTheGroupArbitratesAboutItsOffice(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft(w.matterLedBy(t, "urban-enforcement"))
	d.About = "bureau"
	c := w.file(t, w.owner, d)
	w.ok(t, w.enforcement, c.ID, complaint.Refuse, complaint.Input{Text: "不归我们管", Clause: "五(六)2", ToID: w.fire.Post.OrganisationID})
	c = w.ok(t, w.fire, c.ID, complaint.Refuse, complaint.Input{Text: "不归我们管", Clause: "五(四)3"})
	if c.State != complaint.Arbitration {
		t.Fatal(c.State)
	}
	if _, err := w.s.Find(t.Context(), w.office, c.ID); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("the office reads it: %v", err)
	}
	in := complaint.Input{Text: "由执法局办理", Clause: "五(四)3", ToID: w.bureau.Post.OrganisationID}
	if _, err := w.do(t, w.group, c.ID, complaint.Arbitrate, in); !errors.Is(err, complaint.ErrAboutParty) {
		t.Errorf("given to the body complained about: %v", err)
	}
	in.ToID = w.enforcement.Post.OrganisationID
	w.ok(t, w.group, c.ID, complaint.Arbitrate, in)
}

// TestTheNextLegOpensItself: 违建: the planning office determines, then the enforcement office acts on the finding.
func TestTheNextLegOpensItself(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	planning := w.Officer(w.Code("natural-resources"), org.Head)
	c := w.file(t, w.owner, w.draft("illegal-building"))
	if c.LeadID != planning.Post.OrganisationID {
		t.Fatalf("led by %d", c.LeadID)
	}
	w.ok(t, planning, c.ID, complaint.Accept, complaint.Input{})
	if _, err := w.do(t, planning, c.ID, complaint.Answer, report("已认定")); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("an answer that forgets the next leg: %v", err)
	}
	w.clock.Advance(24 * time.Hour)
	got := w.ok(t, planning, c.ID, complaint.Conclude, complaint.Input{Text: "经现场勘查，认定为违法建设，约12平方米"})
	if got.LeadID != w.enforcement.Post.OrganisationID || got.State != complaint.Dispatched || !got.DueAt.After(*c.DueAt) {
		t.Fatalf("second leg: lead %d, %s, due %v", got.LeadID, got.State, got.DueAt)
	}
	v := w.find(t, w.enforcement, c.ID)
	if last := v.Steps[len(v.Steps)-1]; last.Kind != complaint.Conclude || !strings.Contains(last.Text, "认定为违法建设") || last.Clause == "" {
		t.Errorf("the finding is not in the second office's hands: %+v", last)
	}
	w.ok(t, w.enforcement, c.ID, complaint.Accept, complaint.Input{})
	if _, err := w.do(t, w.enforcement, c.ID, complaint.Conclude, complaint.Input{Text: "已拆除"}); !errors.Is(err, complaint.ErrNoLeg) {
		t.Errorf("a third leg: %v", err)
	}
	w.ok(t, w.enforcement, c.ID, complaint.Answer, report("已责令拆除"))
}

// TestAllPartsBeforeTheWhole: the whole waits for the last part, whatever order they end in.
func TestAllPartsBeforeTheWhole(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Parted, "split")
	v := w.find(t, w.community, c.ID)
	if len(v.Parts) != 2 {
		t.Fatalf("%d parts", len(v.Parts))
	}
	leads := map[int64]org.Actor{w.fire.Post.OrganisationID: w.fire, w.enforcement.Post.OrganisationID: w.enforcement}
	for i, p := range v.Parts {
		lead := leads[p.LeadID]
		if _, err := w.do(t, lead, p.ID, complaint.Split, w.input(complaint.Split, "")); err == nil {
			t.Error("a part is split again")
		}
		if w.find(t, w.community, c.ID).State != complaint.Parted {
			t.Fatalf("the whole goes on before part %d is done", i)
		}
		w.ok(t, lead, p.ID, complaint.Accept, complaint.Input{})
		if got := w.ok(t, lead, p.ID, complaint.Answer, report("已清理")); got.State != complaint.Closed || got.Ending != complaint.EndPart {
			t.Fatalf("part %d: %s, %s", i, got.State, got.Ending)
		}
	}
	if got := w.find(t, w.community, c.ID); got.State != complaint.Accepted {
		t.Fatalf("the whole is %s", got.State)
	}
	w.ok(t, w.community, c.ID, complaint.Answer, report("两个单位都已办完"))
	w.ok(t, w.owner, c.ID, complaint.Confirm, complaint.Input{})
	// The complainant never saw the parts as cases of their own.
	if rows, err := w.s.ListOwn(t.Context(), w.owner, complaint.Filter{Limit: 10}); err != nil || len(rows) != 1 {
		t.Errorf("the complainant lists %d, %v", len(rows), err)
	}
}

// TestMergeKeepsEveryRight: two complainants of one thing keep their receipts, each confirms or returns, and a return by
// one opens it for both.
func TestMergeKeepsEveryRight(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	a := w.bring(t, complaint.Accepted, "first")
	d := w.draft("")
	d.Text, d.Visibility, d.ClientRef = "四楼楼道堆满杂物，我家老人摔倒了", complaint.Private, "second"
	b := w.file(t, w.neighbour, d)
	w.ok(t, w.community, a.ID, complaint.Merge, complaint.Input{Into: b.Number, Text: "同一楼道"})
	v := w.mine(t, w.owner, a.ID)
	if v.ID != b.ID || v.Mine.Receipt != a.Number || v.Text != a.Text || v.People != 2 {
		t.Fatalf("the first complainant sees case %d, receipt %s, %d people, text %q", v.ID, v.Mine.Receipt, v.People, v.Text)
	}
	if strings.Contains(fmt.Sprintf("%+v", v), "老人摔倒") {
		t.Error("the first complainant reads the other's private words")
	}
	if err := w.s.MayOpenFiles(t.Context(), w.owner, b.ID); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("the first complainant opens the other's pictures: %v", err)
	}
	w.ok(t, w.community, b.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, b.ID, complaint.Answer, report("已清理"))
	if got := w.ok(t, w.owner, a.ID, complaint.Confirm, complaint.Input{}); got.State != complaint.Answered {
		t.Fatalf("one of two confirmed: %s", got.State)
	}
	if got := w.ok(t, w.neighbour, b.ID, complaint.Return, complaint.Input{Text: "只清了一半，四楼还有"}); got.State != complaint.Returned {
		t.Fatalf("the other returned: %s", got.State)
	}
	for _, s := range w.mine(t, w.owner, a.ID).Steps {
		if strings.Contains(s.Text, "只清了一半") {
			t.Error("the first complainant reads what the other wrote")
		}
	}
	w.ok(t, w.community, b.ID, complaint.Answer, report("全部清理完"))
	w.ok(t, w.neighbour, b.ID, complaint.Confirm, complaint.Input{})
	if got := w.ok(t, w.owner, a.ID, complaint.Confirm, complaint.Input{}); got.State != complaint.Closed || got.Ending != complaint.EndConfirmed {
		t.Fatalf("both confirmed: %s, %s", got.State, got.Ending)
	}
	rating := complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Partly}
	w.ok(t, w.owner, a.ID, complaint.Rate, complaint.Input{Rating: &rating})
	if m := w.mine(t, w.owner, a.ID).Mine; m.Satisfied != complaint.Partly {
		t.Errorf("rated %+v", m)
	}
	if m := w.mine(t, w.neighbour, b.ID).Mine; m.RatedAt != nil {
		t.Error("one's rating became the other's")
	}
}

// TestMergeNeverCrosses: another estate's case, another lead's, and one about another body are not merged.
func TestMergeNeverCrosses(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	a := w.bring(t, complaint.Accepted, "first")
	about := w.draft("")
	about.About, about.ClientRef = "committee", "about"
	for name, number := range map[string]string{"itself": a.Number, "nothing": "T20260101-0001", "about another body": w.file(t, w.neighbour, about).Number,
		"another lead's": w.file(t, w.neighbour, w.draft(w.matterLedBy(t, "urban-enforcement"))).Number} {
		if _, err := w.do(t, w.community, a.ID, complaint.Merge, complaint.Input{Into: number, Text: "同一件事"}); !errors.Is(err, complaint.ErrMergeTarget) {
			t.Errorf("merged into %s: %v", name, err)
		}
	}
}

// TestPausesMoveTheClock: while the complainant is asked and while the case is held the clock stands; a plan stops
// nothing.
func TestPausesMoveTheClock(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "pause")
	due := *c.DueAt
	w.ok(t, w.community, c.ID, complaint.Ask, complaint.Input{Text: "请问是几单元"})
	w.clock.Advance(30 * time.Hour)
	c = w.ok(t, w.owner, c.ID, complaint.Supply, complaint.Input{Text: "二单元三楼"})
	// One working day has gone by, so the due date is one working day later.
	if c.State != complaint.Accepted || !c.DueAt.Equal(due.Add(24*time.Hour)) {
		t.Errorf("after the supply: %s, due %v, want %v", c.State, c.DueAt, due.Add(24*time.Hour))
	}
	on := w.clock.Now().Add(48 * time.Hour)
	c = w.ok(t, w.community, c.ID, complaint.Plan, complaint.Input{Text: "后天上门", On: &on})
	if !c.DueAt.Equal(due.Add(24*time.Hour)) || c.StepDueAt == nil || !c.StepDueAt.Equal(on) {
		t.Errorf("a plan: due %v, step due %v", c.DueAt, c.StepDueAt)
	}
	c = w.ok(t, w.community, c.ID, complaint.Hold, complaint.Input{Text: "等配件", On: &on})
	w.clock.Advance(49 * time.Hour)
	w.settle(t)
	v := w.find(t, w.community, c.ID)
	if v.State != complaint.Planned || !v.DueAt.Equal(due.Add(72*time.Hour)) {
		t.Errorf("after the hold ran out: %s, due %v, want %v", v.State, v.DueAt, due.Add(72*time.Hour))
	}
	// The hold ended on its day, an hour before the clock looked.
	if v.StepDueAt == nil || !v.StepDueAt.Equal(on.Add(48*time.Hour)) {
		t.Errorf("the plan's day is lost: %v", v.StepDueAt)
	}
	past := w.clock.Now().Add(-time.Hour)
	if _, err := w.do(t, w.community, c.ID, complaint.Hold, complaint.Input{Text: "等配件", On: &past}); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("held until yesterday: %v", err)
	}
	far := w.clock.Now().Add(200 * 24 * time.Hour)
	if _, err := w.do(t, w.community, c.ID, complaint.Hold, complaint.Input{Text: "等配件", On: &far}); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("held for 200 days: %v", err)
	}
}

// TestItEscalatesLevelByLevel: reminded, then called up level by level with the reason in the timeline; the lead stays.
func TestItEscalatesLevelByLevel(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Dispatched, "late")
	w.clock.Advance(c.DueAt.Add(-20 * time.Hour).Sub(w.clock.Now()))
	w.settle(t)
	if told := w.told(t); !slices.Contains(told, "complaint.remind") || slices.Contains(told, "complaint.escalate") {
		t.Fatalf("a day before the end: told %v", told)
	}
	var seen []string
	for range 6 {
		w.clock.Advance(4 * 24 * time.Hour)
		w.settle(t)
		v := w.find(t, w.bureau, c.ID)
		seen = append(seen, v.Supervisor)
		if v.LeadID != w.Community.ID || !v.Overdue {
			t.Fatalf("lead %d, overdue %v", v.LeadID, v.Overdue)
		}
	}
	want := []string{w.Township.Name, w.bureau.Post.OrgName, w.group.Post.OrgName}
	if got := slices.Compact(seen); !slices.Equal(got, want) {
		t.Errorf("called in: %v, want %v", got, want)
	}
	v := w.mine(t, w.owner, c.ID)
	said := 0
	for _, s := range v.Steps {
		if s.Kind == complaint.Escalate {
			said++
			if s.Text == "" || s.By != "系统" {
				t.Errorf("an escalation without its reason: %+v", s)
			}
		}
	}
	if said < 3 || !v.Overdue {
		t.Errorf("%d escalations shown, overdue %v", said, v.Overdue)
	}
	if rows, err := w.s.List(t.Context(), w.township, complaint.Filter{List: complaint.WaitingCases, Limit: 5}); err != nil || len(rows) != 0 {
		t.Errorf("only the last level called in has it in its queue: the township has %d, %v", len(rows), err)
	}
	got := w.ok(t, w.bureau, c.ID, complaint.Redirect, complaint.Input{ToID: w.fire.Post.OrganisationID, Text: "请消防部门牵头"})
	if got.LeadID != w.fire.Post.OrganisationID || got.SupervisorID != 0 || !got.DueAt.After(w.clock.Now()) {
		t.Errorf("redirected: %+v", got)
	}
}

// TestAnEmptyOfficeEscalates: a queue in which nobody sits hides nothing.
func TestAnEmptyOfficeEscalates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.file(t, w.Resident(0, org.RoleOwner), w.draft(""))
	w.Officer(w.Township, org.Head)
	if err := w.s.WakeVacant(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := w.s.Find(t.Context(), w.Officer(w.Code("housing-bureau"), org.Head), c.ID)
	if err != nil || v.Supervisor != w.Township.Name || !strings.Contains(v.Steps[1].Text, "没有在岗人员") {
		t.Errorf("supervised by %q, %v, %+v", v.Supervisor, err, v.Steps)
	}
	if err := w.s.WakeVacant(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := w.s.Tick(t.Context()); err != nil || n != 0 {
		t.Errorf("called in again at once: %d, %v", n, err)
	}
}

// TestTheSecondReturnGoesUp: returned twice, the level above leads.
func TestTheSecondReturnGoesUp(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Returned, "twice")
	if c.LeadID != w.Community.ID || c.Returns != 1 {
		t.Fatalf("after one return: %+v", c)
	}
	w.ok(t, w.community, c.ID, complaint.Answer, report("又去了一次"))
	c = w.ok(t, w.owner, c.ID, complaint.Return, complaint.Input{Text: "还是没有解决"})
	if c.LeadID != w.Township.ID || c.State != complaint.Dispatched || c.Returns != 2 || c.Level != "township" {
		t.Fatalf("after two returns: %s, lead %d, level %s", c.State, c.LeadID, c.Level)
	}
	w.ok(t, w.township, c.ID, complaint.Accept, complaint.Input{})
	w.find(t, w.community, c.ID) // still reads it and helps
}

// TestNoAnswerIsNotSatisfied: the window ends, the case closes as unanswered, and may be opened again for a while.
func TestNoAnswerIsNotSatisfied(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Answered, "silent")
	if c.HeldUntil == nil {
		t.Fatal("the window has no end")
	}
	w.clock.Advance(c.HeldUntil.Sub(w.clock.Now()) - time.Second)
	w.settle(t)
	if w.find(t, w.community, c.ID).State != complaint.Answered {
		t.Fatal("closed before the window ended")
	}
	w.clock.Advance(2 * time.Second)
	w.settle(t)
	v := w.mine(t, w.owner, c.ID)
	if v.State != complaint.Closed || v.Ending != complaint.EndSilent || v.Mine.State != complaint.Silent {
		t.Fatalf("%s, %s, %s", v.State, v.Ending, v.Mine.State)
	}
	w.clock.Advance(6 * 24 * time.Hour)
	if _, err := w.do(t, w.owner, c.ID, complaint.Reopen, complaint.Input{Text: "没有解决"}); !errors.Is(err, complaint.ErrReopen) {
		t.Errorf("reopened long after: %v", err)
	}
	got := w.ok(t, w.township, c.ID, complaint.Reopen, complaint.Input{Text: "抽查发现没有解决"})
	if got.State != complaint.Returned || !got.Open {
		t.Errorf("reopened from above: %+v", got)
	}
}

// TestUrgeOnceADay keeps each complainant to one urge a day, by the calendar of Shanghai.
func TestUrgeOnceADay(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "urge")
	w.ok(t, w.owner, c.ID, complaint.Urge, complaint.Input{})
	if _, err := w.do(t, w.owner, c.ID, complaint.Urge, complaint.Input{}); !errors.Is(err, complaint.ErrUrged) {
		t.Errorf("twice a day: %v", err)
	}
	if slices.Contains(w.mine(t, w.owner, c.ID).Allowed, complaint.Urge) {
		t.Error("the urge is offered again today")
	}
	w.clock.Advance(24 * time.Hour)
	w.ok(t, w.owner, c.ID, complaint.Urge, complaint.Input{})
}

// TestNeighboursJoin: offered before filing, joined with a receipt of their own, told and asked like the first.
func TestNeighboursJoin(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.bring(t, complaint.Accepted, "join")
	private := w.draft("")
	private.Visibility, private.ClientRef = complaint.Private, "private"
	hidden := w.file(t, w.owner, private)
	like, err := w.s.ListSimilar(t.Context(), w.neighbour, complaint.Draft{EstateID: w.Estate.ID, Text: "夜里噪声太大睡不着，楼下一直很吵"})
	if err != nil || len(like) != 1 || like[0].ID != c.ID {
		t.Fatalf("similar: %+v, %v", like, err)
	}
	if own, err := w.s.ListSimilar(t.Context(), w.owner, complaint.Draft{EstateID: w.Estate.ID, Text: "夜里噪声太大睡不着，楼下一直很吵"}); err != nil || len(own) != 2 || !own[0].Own {
		t.Errorf("one's own similar: %d, %v", len(own), err)
	}
	join := complaint.Joining{Text: "我家也听得到", ClientRef: "j1", InputHash: "h"}
	for range 2 { // a double tap
		if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, join); err != nil {
			t.Fatal(err)
		}
	}
	v := w.mine(t, w.neighbour, c.ID)
	if v.People != 2 || v.Mine.Receipt == c.Number || v.UnitName != "" {
		t.Fatalf("joined: %d people, receipt %s", v.People, v.Mine.Receipt)
	}
	join.ClientRef = "j2"
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, join); !errors.Is(err, complaint.ErrJoined) {
		t.Errorf("joined twice: %v", err)
	}
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, hidden.ID, join); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("joined a private case: %v", err)
	}
	w.ok(t, w.community, c.ID, complaint.Answer, report("已劝阻"))
	w.ok(t, w.owner, c.ID, complaint.Withdraw, complaint.Input{})
	if got := w.ok(t, w.neighbour, c.ID, complaint.Return, complaint.Input{Text: "今晚还是吵"}); got.State != complaint.Returned {
		t.Errorf("the first one's withdrawal ended the joiner's right: %s", got.State)
	}
}

// TestSealedFromTheBodiesOfTheEstate: the company may lead and still not learn who complains; the community may, with a
// reason that the complainant reads.
func TestSealedFromTheBodiesOfTheEstate(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("")
	d.Cover, d.UnitID = complaint.Sealed, w.owner.Homes[0].UnitID
	c := w.file(t, w.owner, d)
	w.ok(t, w.community, c.ID, complaint.Transfer, complaint.Input{ToID: w.Committee.ID, Clause: "五(十五)5", Text: "请业委会先调解"})
	w.ok(t, w.chair, c.ID, complaint.Accept, complaint.Input{})
	if _, err := w.s.RevealComplainant(t.Context(), w.chair, c.ID, "", "想上门解释"); !errors.Is(err, complaint.ErrSealed) {
		t.Errorf("the committee learns who complained: %v", err)
	}
	if v := w.find(t, w.chair, c.ID); v.UnitID != 0 || v.UnitName != "" {
		t.Errorf("the committee reads the unit %s", v.UnitName)
	}
	if rows, err := w.s.List(t.Context(), w.chair, complaint.Filter{List: complaint.WaitingCases, Limit: 5}); err != nil || len(rows) != 1 || rows[0].UnitName != "" {
		t.Errorf("the committee lists the unit: %+v, %v", rows, err)
	}
	if v := w.find(t, w.community, c.ID); v.UnitName == "" {
		t.Error("the community does not read where it is")
	}
	v := w.mine(t, w.owner, c.ID)
	if slices.ContainsFunc(v.Steps, func(s complaint.StepView) bool { return s.Kind == complaint.Reveal }) {
		t.Error("a refused look left a step")
	}
}

// TestAnonymousKeepsNothing: no row, step or entry of an anonymous complaint leads to the person.
func TestAnonymousKeepsNothing(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("")
	d.Cover, d.UnitID = complaint.Anonymous, w.owner.Homes[0].UnitID
	c := w.file(t, w.owner, d)
	if c.UnitID != 0 {
		t.Error("an anonymous complaint keeps the unit")
	}
	again := w.file(t, w.owner, d)
	if again.ID != c.ID {
		t.Error("a double tap filed twice")
	}
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		for table, where := range map[string]string{"case_complainants": "person_id = ? OR filed_by = ?", "case_steps": "person_id = ? OR post_id = ? + 1000000", "audit_entries": "verb LIKE 'complaint.%' AND (person_id = ? OR person_id = ?)"} {
			var n int64
			if err := tx.Table(table).Where(where, w.owner.PersonID, w.owner.PersonID).Count(&n).Error; err != nil {
				return err
			}
			if n != 0 {
				t.Errorf("%s leads to the person", table)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.FindOwn(t.Context(), w.owner, c.ID); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("%v", err)
	}
	if _, err := w.s.RevealComplainant(t.Context(), w.community, c.ID, "", "需要联系"); !errors.Is(err, complaint.ErrAnonymous) {
		t.Errorf("%v", err)
	}
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.community, c.ID, complaint.Answer, report("已处理"))
	w.clock.Advance(10 * 24 * time.Hour)
	w.settle(t)
	if v := w.find(t, w.community, c.ID); v.State != complaint.Closed {
		t.Errorf("an anonymous case ends as %s", v.State)
	}
}

// TestAHelperFiles: at a counter, with the details of whoever came; the helper's own stay out of it.
func TestAHelperFiles(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("")
	who := complaint.Contact{Name: "周婆婆", Phone: "13900001234"}
	c, err := w.s.FileFor(t.Context(), w.community, complaint.FromCounter, who, d)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.s.RevealComplainant(t.Context(), w.community, c.ID, "", "需要上门核实")
	if err != nil || got.Name != who.Name || got.Phone != who.Phone || got.PersonID != 0 {
		t.Errorf("revealed %+v, %v", got, err)
	}
	if rows, err := w.s.ListOwn(t.Context(), w.community, complaint.Filter{Limit: 5}); err != nil || len(rows) != 0 {
		t.Errorf("the helper became a complainant of %d, %v", len(rows), err)
	}
	for _, bad := range []complaint.Contact{{Name: "周婆婆", Phone: "12345"}, {Phone: "13900001234"}} {
		d.ClientRef += "x"
		if _, err := w.s.FileFor(t.Context(), w.community, complaint.FromPhone, bad, d); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestAPatrolDecidesItself: the community that found it confirms or returns the department's answer; the department
// cannot.
func TestAPatrolDecidesItself(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c, err := w.s.FilePatrol(t.Context(), w.community, w.draft(w.matterLedBy(t, "urban-enforcement")))
	if err != nil || c.Source != complaint.FromPatrol {
		t.Fatal(c, err)
	}
	w.ok(t, w.enforcement, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.enforcement, c.ID, complaint.Answer, report("已清理"))
	if _, err := w.do(t, w.enforcement, c.ID, complaint.Confirm, complaint.Input{}); err == nil {
		t.Error("the office that answered confirms")
	}
	if got := w.ok(t, w.community, c.ID, complaint.Return, complaint.Input{Text: "现场还有一半"}); got.State != complaint.Returned {
		t.Error(got.State)
	}
	w.ok(t, w.enforcement, c.ID, complaint.Answer, report("全部清理"))
	if got := w.ok(t, w.community, c.ID, complaint.Confirm, complaint.Input{}); got.State != complaint.Closed {
		t.Error(got.State)
	}
}

// TestDangerGoesFirst: in every work list danger stands before what is due earlier, and what is due earlier before the
// rest; a page goes on where the last one ended.
func TestDangerGoesFirst(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	for i := range 5 {
		w.bring(t, complaint.Dispatched, fmt.Sprint("ordinary", i))
		w.clock.Advance(25 * time.Hour)
	}
	d := w.draft("")
	d.ClientRef = "danger"
	urgent := w.file(t, w.owner, d)
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&complaint.Case{}).Where("id = ?", urgent.ID).Updates(map[string]any{"class": "danger", "wake_at": tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	w.settle(t)
	for _, list := range []complaint.WorkList{complaint.WaitingCases, complaint.UnitCases, complaint.AreaCases} {
		var got []complaint.View
		f := complaint.Filter{List: list, Limit: 2}
		for range 10 {
			rows, err := w.s.List(t.Context(), w.community, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) == 0 {
				break
			}
			got = append(got, rows...)
			last := rows[len(rows)-1]
			f.AfterQueue, f.After = last.Queue, last.ID
		}
		if len(got) != 6 || got[0].ID != urgent.ID || !got[0].Urgent {
			t.Fatalf("%s: %d cases, first %+v", list, len(got), got)
		}
		for i := 2; i < len(got); i++ {
			if got[i].DueAt.Before(*got[i-1].DueAt) {
				t.Errorf("%s: due %v after %v", list, got[i].DueAt, got[i-1].DueAt)
			}
		}
	}
}
