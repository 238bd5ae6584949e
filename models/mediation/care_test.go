package mediation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/mediation"
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

func (w *world) find(t *testing.T, a org.Actor, id int64) *mediation.View {
	t.Helper()
	return must[*mediation.View](t)(w.s.Find(t.Context(), a, id))
}

func (w *world) file(t *testing.T, about string) *complaint.Case {
	t.Helper()
	return must[*complaint.Case](t)(w.cases.File(t.Context(), w.owner, complaint.Draft{EstateID: w.Estate.ID, About: about, Text: "不公开停车费收支，要求公开", ClientRef: "c" + about, InputHash: "h"}))
}

// told are the events of a kind so far, the oldest first.
func (w *world) told(t *testing.T, what string) []*event.Mediation {
	t.Helper()
	var list []*event.Mediation
	w.in(t, func(tx *store.Tx) error {
		var rows []outbox.Message
		if err := tx.Where("kind = ?", "mediation."+what).Order("id").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			e, err := r.Event()
			if err != nil {
				return err
			}
			list = append(list, e.(*event.Mediation))
		}
		return nil
	})
	return list
}

// open is a mediation between the owner and the company that a host has taken on, both willing.
func (w *world) open(t *testing.T, host org.Actor, against ...int64) *mediation.Mediation {
	t.Helper()
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	m := ok(w.s.Ask(ctx, w.owner, w.request(append([]int64{w.Company.ID}, against...)...)))
	ok(w.s.Accept(ctx, host, m.ID, "李主任", 0))
	return ok(w.s.Answer(ctx, w.company, m.ID, true, ""))
}

// vacate takes everybody from the posts of an organisation.
func (w *world) vacate(t *testing.T, organisation int64) {
	t.Helper()
	w.in(t, func(tx *store.Tx) error {
		posts := tx.Model(&org.Post{}).Select("id").Where("organisation_id = ?", organisation)
		return tx.Model(&org.PostHolder{}).Where("post_id IN (?)", posts).Updates(map[string]any{"holding": nil, "ends_at": tx.Now}).Error
	})
}

// TestWhoIsComplainedAboutDoesNotMediate: whether or not it is named as a party, nor does anybody below it.
func TestWhoIsComplainedAboutDoesNotMediate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	for about, host := range map[string]int64{"committee": w.Community.ID, "community": w.Township.ID, "township": w.Code("housing-bureau").ID} {
		r := w.request()
		r.CaseID, r.ClientRef = w.file(t, about).ID, about
		m := ok(w.s.Ask(ctx, w.owner, r))
		if m.HostID != host {
			t.Errorf("about the %s: host %d at level %s", about, m.HostID, m.Level)
		}
		if _, err := w.s.Find(ctx, w.chair, m.ID); !errors.Is(err, mediation.ErrNotFound) {
			t.Errorf("about the %s: the committee reads it: %v", about, err)
		}
		for _, name := range w.find(t, w.owner, m.ID).Next {
			if name == w.Committee.Name || name == w.Community.Name {
				t.Errorf("about the %s: %s is said to be next", about, name)
			}
		}
	}
}

// TestAPartyByMistake: the same phone is one party; whoever was written down by mistake is taken out, reads no more, and
// no longer holds up the agreement.
func TestAPartyByMistake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&org.Person{}).Where("id = ?", w.neighbour.PersonID).Update("phone_index", w.Vault.Index("phone", "13800009998")).Error
	})
	m := ok(w.s.Ask(ctx, w.owner, w.request()))
	ok(w.s.Accept(ctx, w.chair, m.ID, "李主任", 0))
	zhao := mediation.NewParty{Side: mediation.Respondent, Name: "赵某", Phone: "13800009999"}
	ok(w.s.Once("tap", "h").AddParty(ctx, w.chair, m.ID, zhao))
	ok(w.s.Once("tap", "h").AddParty(ctx, w.chair, m.ID, zhao)) // the same tap
	if _, err := w.s.AddParty(ctx, w.chair, m.ID, zhao); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("the same phone again: %v", err)
	}
	ok(w.s.AddParty(ctx, w.chair, m.ID, mediation.NewParty{Side: mediation.Respondent, Name: "赵某某", Phone: "13800009998"})) // mistyped: somebody else's
	v := w.find(t, w.neighbour, m.ID)
	if len(v.Parties) != 3 {
		t.Fatalf("%d parties", len(v.Parties))
	}
	applicant, other, wrong := v.Parties[0].ID, v.Parties[1].ID, v.Parties[2].ID
	ok(w.s.AnswerOnPaper(ctx, w.chair, m.ID, mediation.Paper{PartyID: other, FileID: 1}, true, ""))
	if _, err := w.s.Draft(ctx, w.chair, m.ID, "双方各让一步，互相道歉", nil); !errors.Is(err, mediation.ErrParties) {
		t.Errorf("drafted with somebody who has not answered: %v", err)
	}
	if _, err := w.s.RemoveParty(ctx, w.chair, m.ID, applicant, "不要了"); !errors.Is(err, mediation.ErrState) {
		t.Errorf("the host takes out who asked: %v", err)
	}
	if _, err := w.s.RemoveParty(ctx, w.community, m.ID, wrong, "不要了"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("another office takes a party out: %v", err)
	}
	ok(w.s.RemoveParty(ctx, w.chair, m.ID, wrong, "手机号写错了"))
	if _, err := w.s.RemoveParty(ctx, w.chair, m.ID, wrong, "手机号写错了"); !errors.Is(err, mediation.ErrPartyGone) {
		t.Errorf("taken out twice: %v", err)
	}
	if _, err := w.s.Find(ctx, w.neighbour, m.ID); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("who was taken out still reads it: %v", err)
	}
	if list := must[[]mediation.View](t)(w.s.List(ctx, w.neighbour, "", 0, 10)); len(list) != 0 {
		t.Errorf("and finds it in the list: %d", len(list))
	}
	ok(w.s.Draft(ctx, w.chair, m.ID, "双方各让一步，互相道歉", nil))
	if _, err := w.s.RemoveParty(ctx, w.chair, m.ID, other, "不要了"); !errors.Is(err, mediation.ErrState) {
		t.Errorf("a party is taken out of a drafted agreement: %v", err)
	}
	v = w.find(t, w.owner, m.ID)
	at := slices.IndexFunc(v.Steps, func(s mediation.StepView) bool { return s.Kind == "remove" })
	if len(v.Parties) != 2 || at < 0 || v.Steps[at].Text != "手机号写错了" || v.Steps[at].Of != "赵某某" || v.Steps[at].By != w.Committee.Name {
		t.Errorf("%d parties, steps %+v", len(v.Parties), v.Steps)
	}
	paper := v.Steps[slices.IndexFunc(v.Steps, func(s mediation.StepView) bool { return s.Kind == "willing" })]
	if paper.PartyID != other || paper.Of != "赵某" {
		t.Errorf("whose paper it was is not on record: %+v", paper)
	}
}

// TestWhoOwesDoesNotConfirm: nor does somebody on the same side; the host may, and a double tap answers the first.
func TestWhoOwesDoesNotConfirm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	m := w.open(t, w.community, w.Committee.ID)
	ok(w.s.Answer(ctx, w.chair, m.ID, true, ""))
	owes := w.find(t, w.company, m.ID).Parties[1].ID
	a := ok(w.s.Draft(ctx, w.community, m.ID, "物业十日内退还三百元", []mediation.NewTerm{{PartyID: owes, Text: "退还三百元", DueAt: w.clock.Now().Add(240 * time.Hour)}})).Agreement
	for _, who := range []org.Actor{w.company, w.chair, w.owner} {
		ok(w.s.Confirm(ctx, who, m.ID, a))
	}
	term := w.find(t, w.company, m.ID).Terms[0].ID
	for _, who := range []org.Actor{w.company, w.chair} {
		if _, err := w.s.FinishTerm(ctx, who, m.ID, term, "已经退了"); !errors.Is(err, mediation.ErrNotParty) {
			t.Errorf("the debtor's own side confirms: %v", err)
		}
	}
	for range 2 { // the last term closes the mediation; the second tap answers the same
		if m = ok(w.s.FinishTerm(ctx, w.owner, m.ID, term, "收到了")); m.State != mediation.Performed {
			t.Errorf("%s", m.State)
		}
	}
	if n := len(w.told(t, "performed")); n != 1 {
		t.Errorf("performed %d times", n)
	}
}

// TestNobodyHostsTheirOwnDispute: whoever is a party in person does nothing in the host's post, nor in another party's; with
// nobody else there, the level is passed over.
func TestNobodyHostsTheirOwnDispute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	second := w.Officer(w.Committee, org.Member)
	self := w.chair // lives in the estate
	self.Post, self.Homes = nil, w.owner.Homes
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&org.Residence{}).Where("id = ?", w.owner.Homes[0].ResidenceID).Update("person_id", self.PersonID).Error
	})
	r := w.request(w.Company.ID)
	m := ok(w.s.Ask(ctx, self, r))
	if m.HostID != w.Committee.ID {
		t.Fatalf("the committee has somebody else: host %d", m.HostID)
	}
	for what, err := range map[string]error{
		"accept": second1(w.s.Accept(ctx, w.chair, m.ID, "我自己", 0)), "decline": second1(w.s.Decline(ctx, w.chair, m.ID, "不受理")),
		"add": second1(w.s.AddParty(ctx, w.chair, m.ID, mediation.NewParty{Side: mediation.Respondent, OrganisationID: w.Code("fire").ID})),
	} {
		if !errors.Is(err, mediation.ErrPersonal) {
			t.Errorf("%s in one's own dispute: %v", what, err)
		}
	}
	if can := w.find(t, w.chair, m.ID).Allowed; len(can) != 0 {
		t.Errorf("told that they may %v", can)
	}
	ok(w.s.Accept(ctx, second, m.ID, "王委员", 0))
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("post_id = ?", second.Post.PostID).Update("holding", nil).Error
	})
	r.ClientRef = "again"
	if m = ok(w.s.Ask(ctx, self, r)); m.HostID != w.Community.ID {
		t.Errorf("hosted by nobody but the applicant: host %d", m.HostID)
	}
}

func second1[T any](_ T, err error) error { return err }

// TestTheFileHasRoomForItsEnd: the same word twice is one step; what may come without end is bounded, and the end is shown.
func TestTheFileHasRoomForItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	m := w.open(t, w.chair)
	for range 3 {
		ok(w.s.Answer(ctx, w.company, m.ID, true, "再说一次"))
		ok(w.s.Accept(ctx, w.chair, m.ID, "李主任", 0))
	}
	if n := len(w.find(t, w.owner, m.ID).Steps); n != 3 {
		t.Errorf("%d steps after the same words", n)
	}
	w.in(t, func(tx *store.Tx) error {
		flood := make([]mediation.Step, 700) // as an older program let them come
		for i := range flood {
			flood[i] = mediation.Step{MediationID: m.ID, Kind: "willing", State: mediation.Open, Level: m.Level, At: tx.Now}
		}
		return tx.CreateInBatches(&flood, 50).Error
	})
	for what, err := range map[string]error{"minute": second1(w.s.WriteMinute(ctx, w.chair, m.ID, "双方核对了缴费记录")), "session": second1(w.s.PlanSession(ctx, w.chair, m.ID, w.clock.Now().Add(time.Hour), "办公室")),
		"mediator": second1(w.s.Accept(ctx, w.chair, m.ID, "换一位", 0)), "draft": second1(w.s.Draft(ctx, w.chair, m.ID, "双方各让一步，不再追究", nil))} {
		if !errors.Is(err, mediation.ErrMany) {
			t.Errorf("one more %s: %v", what, err)
		}
	}
	ok(w.s.Fail(ctx, w.chair, m.ID, "差距太大"))
	v := w.find(t, w.owner, m.ID)
	if last := v.Steps[len(v.Steps)-1]; last.Kind != "fail" || len(v.Steps) > 600 {
		t.Errorf("%d steps, the last %s", len(v.Steps), last.Kind)
	}
}

// TestOneResultPerTap: the host's phone sends twice; the first result is the answer, another input is refused.
func TestOneResultPerTap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	m := w.open(t, w.chair)
	at := w.clock.Now().Add(time.Hour)
	steps := []struct {
		ref string
		do  func(*mediation.Service) (*mediation.Mediation, error)
	}{
		{"session", func(s *mediation.Service) (*mediation.Mediation, error) {
			return s.PlanSession(ctx, w.chair, m.ID, at, "办公室")
		}},
		{"minute", func(s *mediation.Service) (*mediation.Mediation, error) {
			return s.WriteMinute(ctx, w.chair, m.ID, "核对了记录")
		}},
		{"draft", func(s *mediation.Service) (*mediation.Mediation, error) {
			return s.Draft(ctx, w.chair, m.ID, "双方各让一步，不再追究", nil)
		}},
		{"fail", func(s *mediation.Service) (*mediation.Mediation, error) {
			return s.Fail(ctx, w.chair, m.ID, "差距太大")
		}},
		{"raise", func(s *mediation.Service) (*mediation.Mediation, error) {
			return s.Raise(ctx, w.owner, m.ID, "请上一级")
		}},
		{"decline", func(s *mediation.Service) (*mediation.Mediation, error) {
			return s.Decline(ctx, w.community, m.ID, "不受理")
		}},
	}
	for _, st := range steps {
		first := ok(st.do(w.s.Once(st.ref, "h")))
		second := ok(st.do(w.s.Once(st.ref, "h")))
		if second.Version != first.Version || second.State != first.State || second.Agreement != first.Agreement {
			t.Errorf("%s: %+v, then %+v", st.ref, first, second)
		}
		if _, err := st.do(w.s.Once(st.ref, "other")); !errors.Is(err, mediation.ErrRefReused) {
			t.Errorf("%s with another input: %v", st.ref, err)
		}
	}
	kinds := map[string]int{}
	for _, st := range w.find(t, w.owner, m.ID).Steps {
		kinds[st.Kind]++
	}
	for _, st := range steps {
		if kinds[st.ref] != 1 {
			t.Errorf("%d steps %s", kinds[st.ref], st.ref)
		}
	}
}

// TestNoHostIsADeadEnd: a level without anybody is passed over, then and later; one that declines, or lets its term pass, is
// passed over by whoever asked.
func TestNoHostIsADeadEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	ask := func(ref string) *mediation.Mediation {
		r := w.request(w.Company.ID)
		r.ClientRef, r.CaseID = ref, 0
		return ok(w.s.Ask(ctx, w.owner, r))
	}
	tick := func(want int) {
		t.Helper()
		if n, err := w.s.Tick(ctx); n != want || err != nil {
			t.Errorf("the clock dealt with %d, %v, want %d", n, err, want)
		}
	}
	m := ask("declined")
	ok(w.s.Decline(ctx, w.chair, m.ID, "不受理这件"))
	if _, err := w.s.Raise(ctx, w.company, m.ID, "换一级"); !errors.Is(err, mediation.ErrNotParty) {
		t.Errorf("the other side passes over the host: %v", err)
	}
	if can := w.find(t, w.owner, m.ID).Allowed; !slices.Contains(can, "raise") || !slices.Contains(can, "court") {
		t.Errorf("after a refusal the applicant may %v", can)
	}
	if m = ok(w.s.Raise(ctx, w.owner, m.ID, "请上一级")); m.HostID != w.Community.ID || m.State != mediation.Requested || m.ClosedAt != nil || m.Outcome != "" {
		t.Errorf("%+v", m)
	}
	ok(w.s.Accept(ctx, w.community, m.ID, "张书记", 0))

	m = ask("silent")
	if m.AcceptDue == nil || !m.AcceptReference {
		t.Errorf("no term, or one that looks like law: %v %v", m.AcceptDue, m.AcceptReference)
	}
	if _, err := w.s.Raise(ctx, w.owner, m.ID, "没有人受理"); !errors.Is(err, mediation.ErrState) {
		t.Errorf("passed over within the term: %v", err)
	}
	tick(0)
	w.clock.Advance(m.AcceptDue.Add(time.Second).Sub(w.clock.Now()))
	tick(1)
	tick(0)
	if told := w.told(t, "unaccepted"); len(told) != 1 || told[0].NextID != w.Community.ID {
		t.Errorf("told of the silence: %+v", told)
	}
	if !slices.Contains(w.find(t, w.owner, m.ID).Allowed, "raise") {
		t.Error("the applicant is not told that they may go on")
	}
	if m = ok(w.s.Raise(ctx, w.owner, m.ID, "没有人受理")); m.HostID != w.Community.ID {
		t.Errorf("host %d", m.HostID)
	}
	ok(w.s.Accept(ctx, w.community, m.ID, "张书记", 0))

	m = ask("leaving")
	w.vacate(t, w.Committee.ID)
	tick(1)
	tick(0)
	if m = &w.find(t, w.owner, m.ID).Mediation; m.HostID != w.Community.ID || m.State != mediation.Requested || m.ToldAt != nil {
		t.Errorf("not passed on from an empty committee: %+v", m)
	}
	if m = ask("empty"); m.HostID != w.Community.ID {
		t.Errorf("an empty committee is asked: host %d", m.HostID)
	}
	for _, o := range []int64{w.Community.ID, w.Township.ID, w.Code("housing-bureau").ID} {
		w.vacate(t, o)
	}
	if m = ask("nobody"); m.Level != mediation.ByCity {
		t.Errorf("the last level is the city's: %s", m.Level)
	}
	if told := w.told(t, "unaccepted"); len(told) != 1 {
		t.Fatal(len(told))
	}
	tick(3) // two are passed on to the city, and the city itself has nobody
	tick(2)
	tick(0)
	if told := w.told(t, "unaccepted"); len(told) != 4 || told[3].NextID != 0 {
		t.Errorf("told %d times, at the end %+v", len(told), told[len(told)-1])
	}
}

// TestAnOfficeAsksForOthers: it is no party, its own level is not passed over, and whom it names by a receipt stays unnamed
// until they are willing.
func TestAnOfficeAsksForOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	c := w.file(t, "")
	var receipt string
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&complaint.Complainant{}).Where("case_id = ?", c.ID).Pluck("receipt", &receipt).Error
	})
	r := w.request(w.Committee.ID)
	r.CaseID, r.Others = c.ID, []mediation.NewParty{{Side: mediation.Applicant, Receipt: receipt}, {Side: mediation.Respondent, Name: "赵某", Phone: "13800009999"}}
	m := ok(w.s.Ask(ctx, w.community, r))
	if m.HostID != w.Community.ID { // the committee is a party; the community only asked
		t.Fatalf("host %d", m.HostID)
	}
	v := w.find(t, w.community, m.ID)
	if len(v.Parties) != 3 || slices.ContainsFunc(v.Parties, func(p mediation.PartyView) bool { return p.OrganisationID == w.Community.ID }) {
		t.Fatalf("%+v", v.Parties)
	}
	if v.Parties[0].State != "asked" || v.Parties[0].Name != "当事人" {
		t.Errorf("named before they were willing: %+v", v.Parties[0])
	}
	ok(w.s.Answer(ctx, w.owner, m.ID, true, ""))
	if name := w.find(t, w.community, m.ID).Parties[0].Name; name != "测试人" {
		t.Errorf("willing, and still %q", name)
	}
	other := w.request(w.Community.ID)
	other.ClientRef, other.Others = "own", []mediation.NewParty{{Side: mediation.Applicant, Name: "钱某", Phone: "13800009997"}}
	if m = ok(w.s.Ask(ctx, w.township, other)); m.HostID != w.Township.ID {
		t.Errorf("the township asks for somebody against the community: host %d", m.HostID)
	}
	if m = ok(w.s.Withdraw(ctx, w.township, m.ID, "当事人不想调解")); m.State != mediation.Withdrawn {
		t.Errorf("%s", m.State)
	}
	own := w.request(w.Company.ID)
	own.ClientRef = "for itself"
	if m = ok(w.s.Ask(ctx, w.community, own)); m.HostID != w.Township.ID {
		t.Errorf("the community for itself: host %d", m.HostID)
	}
	for name, others := range map[string][]mediation.NewParty{
		"a receipt of nobody": {{Side: mediation.Applicant, Receipt: "T0"}}, "twice": {{Side: mediation.Applicant, Receipt: receipt}, {Side: mediation.Respondent, Receipt: receipt}},
		"neither name nor phone": {{Side: mediation.Applicant}},
	} {
		r.ClientRef, r.Others = name, others
		if _, err := w.s.Ask(ctx, w.community, r); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.ClientRef, r.Others = "by a resident", []mediation.NewParty{{Side: mediation.Respondent, Name: "赵某", Phone: "13800009999"}}
	if _, err := w.s.Ask(ctx, w.owner, r); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a resident writes down another: %v", err)
	}
	w.in(t, func(tx *store.Tx) error {
		return tx.Model(&org.Organisation{}).Where("id = ?", w.Company.ID).Update("closed_at", tx.Now).Error
	})
	gone := w.request(w.Company.ID)
	gone.ClientRef = "gone"
	if _, err := w.s.Ask(ctx, w.owner, gone); !errors.Is(err, org.ErrOrganisationNotFound) {
		t.Errorf("against an organisation that is no more: %v", err)
	}
}

// TestRemindersOfWhatWasAgreed: whoever owes is reminded once before the day, from the agreement on, and all once after.
func TestRemindersOfWhatWasAgreed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	m := w.open(t, w.chair)
	due := w.clock.Now().Add(240 * time.Hour)
	terms := []mediation.NewTerm{{PartyID: w.find(t, w.owner, m.ID).Parties[1].ID, Text: "退还三百元", DueAt: due}}
	a := ok(w.s.Draft(ctx, w.chair, m.ID, "物业十日内退还三百元", terms)).Agreement
	tick := func(at time.Time, want int) {
		t.Helper()
		w.clock.Advance(at.Sub(w.clock.Now()))
		for _, want := range []int{want, 0} {
			if n, err := w.s.Tick(ctx); n != want || err != nil {
				t.Errorf("told of %d, %v, want %d", n, err, want)
			}
		}
	}
	tick(w.clock.Now().Add(time.Hour), 0)
	ok(w.s.Confirm(ctx, w.company, m.ID, a))
	ok(w.s.Confirm(ctx, w.owner, m.ID, a))
	tick(due.Add(-25*time.Hour), 0)
	tick(due.Add(-23*time.Hour), 1)
	soon := w.told(t, "soon")
	if len(soon) != 1 || len(soon[0].PersonIDs) != 0 || !slices.Equal(soon[0].OfficeIDs, []int64{w.Company.ID}) || !soon[0].On.Equal(due) {
		t.Errorf("%+v", soon)
	}
	tick(due.Add(time.Hour), 1)
	if late := w.told(t, "late"); len(late) != 1 || len(late[0].PersonIDs) != 1 || len(late[0].OfficeIDs) != 1 {
		t.Errorf("%+v", late)
	}
}

// TestTheComplaintSaysHowItEnded: and promises no next level where there is none.
func TestTheComplaintSaysHowItEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	c := w.file(t, "township") // only the city is left
	ask := func(ref string) *mediation.Mediation {
		r := w.request()
		r.CaseID, r.ClientRef = c.ID, ref
		return ok(w.s.Ask(ctx, w.owner, r))
	}
	last := func(want string) {
		t.Helper()
		steps := must[*complaint.View](t)(w.cases.FindOwn(ctx, w.owner, c.ID)).Steps
		if got := steps[len(steps)-1].Text; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	ok(w.s.Decline(ctx, w.bureau, ask("a").ID, "不受理"))
	last("主持单位没有受理调解，可以走司法程序")
	ok(w.s.Withdraw(ctx, w.owner, ask("b").ID, "和解了"))
	last("调解申请已撤回")
	m := ask("c")
	ok(w.s.Accept(ctx, w.bureau, m.ID, "调解员", 0))
	ok(w.s.Fail(ctx, w.bureau, m.ID, "差距太大"))
	last("调解不成，可以走司法程序")
	if told := w.told(t, "fail"); told[0].NextID != 0 {
		t.Errorf("%+v", told[0])
	}
	if steps := w.find(t, w.owner, m.ID); len(steps.Next) != 0 || slices.Contains(steps.Allowed, "raise") {
		t.Errorf("%+v", steps)
	}
}

// TestThePoolCountsWhoIsInIt: those who left take no place, and one of a full pool may be brought up to date.
func TestThePoolCountsWhoIsInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	fill := func(prefix string, gone bool) {
		w.in(t, func(tx *store.Tx) error {
			list := make([]mediation.Lawyer, 499)
			for i := range list {
				list[i] = mediation.Lawyer{Name: "王律师", Firm: "某某律师事务所", Licence: fmt.Sprint(prefix, i), Phone: "0854-8000000", CreatedAt: tx.Now}
				if gone {
					list[i].ClosedAt = &tx.Now
				}
			}
			return tx.CreateInBatches(&list, 50).Error
		})
	}
	fill("gone", true)
	fill("here", false)
	one := mediation.Lawyer{Name: "新律师", Firm: "某某律师事务所", Licence: "new-licence", Phone: "0854-8000000"}
	for range 2 {
		if _, err := w.s.RegisterLawyer(ctx, w.justice, one); err != nil {
			t.Errorf("the pool has one place left, and it is theirs: %v", err)
		}
	}
	one.Licence = "gone7"
	if _, err := w.s.RegisterLawyer(ctx, w.justice, one); !errors.Is(err, mediation.ErrMany) {
		t.Errorf("one comes back to a full pool: %v", err)
	}
	if l := must[[]mediation.LawyerView](t)(w.s.ListLawyers(ctx)); len(l) != 500 || strings.HasPrefix(l[0].Licence, "gone") {
		t.Errorf("%d in the pool", len(l))
	}
}
