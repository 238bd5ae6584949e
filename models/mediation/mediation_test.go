package mediation_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/mediation"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// files stands in for the file service.
type files struct{}

func (files) Redact(*store.Tx, org.Actor, int64, int64, string, []int64, int64) error { return nil }
func (files) Unname(*store.Tx, string, []int64) error                                 { return nil }
func (files) IDsFor(context.Context, string, int64) ([]int64, error)                  { return nil, nil }
func (files) IDsForAll(context.Context, string, []int64) (map[int64][]int64, error)   { return nil, nil }
func (files) AttachUnnamed(*store.Tx, org.Actor, []int64, string, string, int64, int64) error {
	return nil
}
func (files) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }

type pass struct{}

func (pass) CheckText(context.Context, string, string) (complaint.Verdict, error) {
	return complaint.Pass, nil
}

type world struct {
	*modelstest.Town
	clock                                                *modelstest.Clock
	s                                                    *mediation.Service
	cases                                                *complaint.Service
	owner, neighbour, chair, community, township, bureau org.Actor
	company, justice                                     org.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db, v := modelstest.OpenAt(t, clock), modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, db, v), clock: clock}
	w.cases = complaint.New(db, modelstest.Pack(t), v, pass{}, files{}, slog.New(slog.DiscardHandler))
	w.s = mediation.New(db, modelstest.Pack(t), w.cases, v, files{})
	w.owner, w.neighbour, w.chair = w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleOwner), w.Officer(w.Committee, org.Chair)
	w.community, w.township, w.bureau = w.Officer(w.Community, org.Clerk), w.Officer(w.Township, org.Head), w.Officer(w.Code("housing-bureau"), org.Head)
	w.company, w.justice = w.Officer(w.Company, org.Head), w.Officer(w.Code("justice"), org.Head)
	return w
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *world) request(against ...int64) mediation.Request {
	return mediation.Request{EstateID: w.Estate.ID, Subject: "物业多收停车费，一直不退", Wish: "退还多收的三百元", Respondents: against, Named: true, ClientRef: "r", InputHash: "h"}
}

// TestMediationStory: the committee mediates between an owner and the company with a lawyer of the pool; the text is
// redrawn after an objection, confirmed by both, performed, and over; a stranger reads nothing of it.
func TestMediationStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	lawyer := must[*mediation.Lawyer](t)(w.s.RegisterLawyer(ctx, w.justice, mediation.Lawyer{Name: "王律师", Firm: "某某律师事务所", Licence: "15227202010000001", Phone: "0854-8000000"}))
	if _, err := w.s.RegisterLawyer(ctx, w.Officer(w.Code("fire"), org.Head), mediation.Lawyer{Name: "王律师", Firm: "某某律师事务所", Licence: "15227202010000002", Phone: "0854-8000000"}); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("another department keeps the pool: %v", err)
	}
	unnamed := w.request(w.Company.ID)
	unnamed.Named = false
	if _, err := w.s.Ask(ctx, w.owner, unnamed); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("without knowing that the other side learns who they are: %v", err)
	}
	m := ok(w.s.Ask(ctx, w.owner, w.request(w.Company.ID)))
	if again := ok(w.s.Ask(ctx, w.owner, w.request(w.Company.ID))); again.ID != m.ID || m.Level != mediation.ByCommittee || m.HostID != w.Committee.ID {
		t.Fatalf("%+v, again %d", m, again.ID)
	}
	for _, who := range []org.Actor{w.neighbour, w.community, w.township, w.bureau} {
		if _, err := w.s.Find(ctx, who, m.ID); !errors.Is(err, mediation.ErrNotFound) {
			t.Errorf("somebody who is no party reads it: %v", err)
		}
	}
	if _, err := w.s.Draft(ctx, w.chair, m.ID, "物业十日内退还三百元", nil); !errors.Is(err, mediation.ErrState) {
		t.Errorf("drafted before it was accepted: %v", err)
	}
	ok(w.s.Accept(ctx, w.chair, m.ID, "李主任", lawyer.ID))
	if _, err := w.s.Draft(ctx, w.chair, m.ID, "物业十日内退还三百元", nil); !errors.Is(err, mediation.ErrParties) {
		t.Errorf("drafted although the company has not agreed to take part: %v", err)
	}
	ok(w.s.Answer(ctx, w.company, m.ID, true, ""))
	ok(w.s.PlanSession(ctx, w.chair, m.ID, w.clock.Now().Add(48*time.Hour), "业委会办公室"))
	ok(w.s.WriteMinute(ctx, w.chair, m.ID, "双方核对了缴费记录"))
	v := must[*mediation.View](t)(w.s.Find(ctx, w.company, m.ID))
	due := w.clock.Now().Add(10 * 24 * time.Hour)
	terms := []mediation.NewTerm{{PartyID: v.Parties[1].ID, Text: "退还三百元", DueAt: due}}
	first := ok(w.s.Draft(ctx, w.chair, m.ID, "物业十日内退还二百元", terms))
	ok(w.s.Confirm(ctx, w.company, m.ID, first.Agreement))
	ok(w.s.Object(ctx, w.owner, m.ID, "应该是三百元"))
	second := ok(w.s.Draft(ctx, w.chair, m.ID, "物业十日内退还三百元", terms))
	if _, err := w.s.Confirm(ctx, w.owner, m.ID, first.Agreement); !errors.Is(err, mediation.ErrState) {
		t.Errorf("confirmed a text that no longer counts: %v", err)
	}
	m = ok(w.s.Confirm(ctx, w.owner, m.ID, second.Agreement))
	if m.State != mediation.Drafted {
		t.Errorf("the company's word for another text counts: %s", m.State)
	}
	if _, err := w.s.Confirm(ctx, w.Officer(w.Company, org.Clerk), m.ID, second.Agreement); !errors.Is(err, mediation.ErrHead) {
		t.Errorf("a clerk binds the company: %v", err)
	}
	m = ok(w.s.Confirm(ctx, w.company, m.ID, second.Agreement))
	if m.State != mediation.Agreed || m.CourtUntil == nil || !m.CourtUntil.Equal(w.clock.Now().AddDate(0, 0, 30)) {
		t.Fatalf("%s, court until %v", m.State, m.CourtUntil)
	}
	v = must[*mediation.View](t)(w.s.Find(ctx, w.owner, m.ID))
	if _, err := w.s.FinishTerm(ctx, w.company, m.ID, v.Terms[0].ID, "已经退了"); !errors.Is(err, mediation.ErrNotParty) {
		t.Errorf("who owes says that it is done: %v", err)
	}
	w.clock.Advance(11 * 24 * time.Hour)
	if n, err := w.s.Tick(ctx); n != 1 || err != nil {
		t.Errorf("late: %d, %v", n, err)
	}
	if n, err := w.s.Tick(ctx); n != 0 || err != nil {
		t.Errorf("late twice: %d, %v", n, err)
	}
	m = ok(w.s.FinishTerm(ctx, w.owner, m.ID, v.Terms[0].ID, "今天收到了"))
	if m.State != mediation.Performed {
		t.Errorf("performed: %s", m.State)
	}
	pool := must[[]mediation.LawyerView](t)(w.s.ListLawyers(ctx))
	if len(pool) != 1 || pool[0].All != 1 || pool[0].Open != 0 {
		t.Errorf("%+v", pool)
	}
}

// TestTheLevels: whose own body is a party, or stands below one, does not mediate; a failure goes one level up, in the end
// to court.
func TestTheLevels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	for name, c := range map[string]struct {
		against int64
		level   mediation.Level
		host    int64
	}{
		"the committee": {w.Committee.ID, mediation.ByCommunity, w.Community.ID}, "the community": {w.Community.ID, mediation.ByTownship, w.Township.ID},
		"the township": {w.Township.ID, mediation.ByCity, w.Code("housing-bureau").ID}, "the bureau": {w.Code("housing-bureau").ID, mediation.ByCity, w.Code("leading-group").ID},
	} {
		r := w.request(c.against)
		r.ClientRef = name
		if m := ok(w.s.Ask(ctx, w.owner, r)); m.Level != c.level || m.HostID != c.host {
			t.Errorf("against %s: %s, host %d", name, m.Level, m.HostID)
		}
	}
	m := ok(w.s.Ask(ctx, w.owner, w.request(w.Company.ID)))
	hosts := []org.Actor{w.chair, w.community, w.township, w.bureau}
	for i, host := range hosts {
		ok(w.s.Accept(ctx, host, m.ID, "调解员", 0))
		ok(w.s.Answer(ctx, w.company, m.ID, true, ""))
		m = ok(w.s.Fail(ctx, host, m.ID, "差距太大"))
		if m.State != mediation.Failed {
			t.Fatal(m.State)
		}
		next, err := w.s.Raise(ctx, w.owner, m.ID, "请上一级调解")
		if i < len(hosts)-1 && (err != nil || next.HostID != hosts[i+1].OrganisationID()) {
			t.Fatalf("raised from %s: %+v %v", m.Level, next, err)
		}
		if i == len(hosts)-1 && !errors.Is(err, mediation.ErrNoHost) {
			t.Errorf("above the city: %v", err)
		}
	}
	if m = ok(w.s.ToCourt(ctx, w.owner, m.ID, "准备起诉")); m.State != mediation.Court || m.ClosedAt == nil {
		t.Errorf("%+v", m)
	}
	// An old host still reads what it did; the applicant reads all.
	if v := must[*mediation.View](t)(w.s.Find(ctx, w.chair, m.ID)); len(v.Steps) < 12 || len(v.Allowed) != 0 {
		t.Errorf("%d steps, allowed %v", len(v.Steps), v.Allowed)
	}
}

// TestNobodyIsMadeToTakePart: a refusal ends the level, and a party without an account signs on paper before the host.
func TestNobodyIsMadeToTakePart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	m := ok(w.s.Ask(ctx, w.owner, w.request()))
	ok(w.s.Accept(ctx, w.chair, m.ID, "李主任", 0))
	ok(w.s.AddParty(ctx, w.chair, m.ID, mediation.NewParty{Side: mediation.Respondent, Name: "赵某", Phone: "13800009999"}))
	v := must[*mediation.View](t)(w.s.Find(ctx, w.owner, m.ID))
	other := v.Parties[1]
	if other.Name != "赵某" {
		t.Errorf("%+v", other)
	}
	if _, err := w.s.AnswerOnPaper(ctx, w.chair, m.ID, mediation.Paper{PartyID: v.Parties[0].ID, FileID: 1}, true, ""); !errors.Is(err, mediation.ErrState) {
		t.Errorf("the host answers for somebody with an account: %v", err)
	}
	ok(w.s.AnswerOnPaper(ctx, w.chair, m.ID, mediation.Paper{PartyID: other.ID, FileID: 1}, true, ""))
	ok(w.s.Draft(ctx, w.chair, m.ID, "双方各让一步，互相道歉", nil))
	m = ok(w.s.Confirm(ctx, w.owner, m.ID, ok(w.s.Draft(ctx, w.chair, m.ID, "双方各让一步，不再追究", nil)).Agreement))
	m = ok(w.s.ConfirmOnPaper(ctx, w.chair, m.ID, mediation.Paper{PartyID: other.ID, FileID: 2}))
	if m.State != mediation.Performed { // nothing is left to do
		t.Errorf("%s", m.State)
	}
	r := w.request(w.Company.ID)
	r.ClientRef = "second"
	m = ok(w.s.Ask(ctx, w.owner, r))
	m = ok(w.s.Answer(ctx, w.company, m.ID, false, "不接受调解"))
	if m.State != mediation.Failed {
		t.Errorf("after a refusal: %s", m.State)
	}
	v = must[*mediation.View](t)(w.s.Find(ctx, w.owner, m.ID))
	if !slices.Contains(v.Allowed, "raise") || !slices.Contains(v.Allowed, "court") {
		t.Errorf("allowed %v", v.Allowed)
	}
}

// TestTheLastConfirmationsAtOnce: two parties confirm at the same moment; the agreement binds once.
func TestTheLastConfirmationsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*mediation.Mediation](t)
	m := ok(w.s.Ask(ctx, w.owner, w.request(w.Company.ID)))
	ok(w.s.Accept(ctx, w.chair, m.ID, "李主任", 0))
	ok(w.s.Answer(ctx, w.company, m.ID, true, ""))
	agreement := ok(w.s.Draft(ctx, w.chair, m.ID, "双方各让一步，不再追究", nil)).Agreement
	var wg sync.WaitGroup
	for _, who := range []org.Actor{w.owner, w.company} {
		wg.Go(func() {
			if _, err := w.s.Confirm(context.Background(), who, m.ID, agreement); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	v := must[*mediation.View](t)(w.s.Find(ctx, w.owner, m.ID))
	agreed := 0
	for _, s := range v.Steps {
		if s.Kind == "agree" {
			agreed++
		}
	}
	if v.State != mediation.Performed || agreed != 1 {
		t.Errorf("%s, agreed %d times", v.State, agreed)
	}
}
