package complaint_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// noFiles stands in for the file service where a test attaches nothing.
type noFiles struct{}

func (noFiles) Redact(*store.Tx, org.Actor, int64, int64, string, []int64, int64) error { return nil }
func (noFiles) Unname(*store.Tx, string, []int64) error                                 { return nil }
func (noFiles) IDsFor(context.Context, string, int64) ([]int64, error)                  { return nil, nil }
func (noFiles) IDsForAll(context.Context, string, []int64) (map[int64][]int64, error) {
	return nil, nil
}
func (f noFiles) AttachUnnamed(tx *store.Tx, a org.Actor, ids []int64, purpose, kind string, id, estate int64) error {
	return f.Attach(tx, a, ids, purpose, kind, id, estate)
}
func (noFiles) Attach(_ *store.Tx, _ org.Actor, ids []int64, _, _ string, _, _ int64) error {
	if len(ids) > 0 {
		return fault.New(fault.NotFound, "file.not_found", "")
	}
	return nil
}

// checker answers as the test says.
type checker struct {
	verdict complaint.Verdict
	err     error
}

func (c *checker) CheckText(context.Context, string, string) (complaint.Verdict, error) {
	return c.verdict, c.err
}

type world struct {
	*modelstest.Town
	clock *modelstest.Clock
	check *checker
	s     *complaint.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db, v := modelstest.OpenAt(t, clock), modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, db, v), clock: clock, check: &checker{verdict: complaint.Pass}}
	w.s = complaint.New(db, modelstest.Pack(t), v, w.check, noFiles{}, slog.New(slog.DiscardHandler))
	return w
}

func (w *world) draft(matter string) complaint.Draft {
	return complaint.Draft{EstateID: w.Estate.ID, Matter: matter, Text: "楼下夜里一直有很大的噪声", Visibility: complaint.Public, ClientRef: "ref-1", InputHash: "h1"}
}

func (w *world) file(t *testing.T, by org.Actor, d complaint.Draft) *complaint.Case {
	t.Helper()
	c, err := w.s.File(t.Context(), by, d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// report is an answer in its four elements.
func report(did string) complaint.Input {
	return complaint.Input{Report: &complaint.Report{AcceptedOn: "3月2日上午", Contacted: "电话联系投诉人", Did: did, Next: "已办完"}}
}

// matterLedBy finds an ordinary matter of the mandate list that an office leads alone.
func (w *world) matterLedBy(t *testing.T, code string) string {
	t.Helper()
	for _, m := range modelstest.Pack(t).Matters {
		if m.Lead == code && len(m.Then) == 0 && m.About == "" && m.Class == rulepack.Ordinary {
			return m.Code
		}
	}
	t.Fatalf("no matter is led by %s", code)
	return ""
}

func TestStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.Resident(0, org.RoleOwner)
	enforcement := w.Officer(w.Code("urban-enforcement"), org.Head)
	c := w.file(t, owner, w.draft(w.matterLedBy(t, "urban-enforcement")))
	if c.LeadID != enforcement.Post.OrganisationID || c.State != complaint.Dispatched || c.Clause == "" || c.ClauseText == "" {
		t.Fatalf("filed case = %+v", c)
	}
	if c.DueAt == nil || !c.DueReference {
		t.Errorf("due = %v, reference = %v; the unconfirmed clock must be marked 参考时限", c.DueAt, c.DueReference)
	}
	ctx := t.Context()
	if _, err := w.s.Act(ctx, enforcement, c.ID, complaint.Answer, report("今天受理并联系了店主，已要求整改")); !errors.Is(err, complaint.ErrMove) {
		t.Errorf("answer before accepting: %v", err)
	}
	steps := []func() (*complaint.Case, error){
		func() (*complaint.Case, error) {
			return w.s.Act(ctx, enforcement, c.ID, complaint.Accept, complaint.Input{})
		},
		func() (*complaint.Case, error) {
			return w.s.Act(ctx, enforcement, c.ID, complaint.Answer, report("今天受理并联系了店主，已要求整改"))
		},
		func() (*complaint.Case, error) {
			return w.s.ActOwn(ctx, owner, c.ID, complaint.Return, complaint.Input{Text: "夜里还是一样吵"})
		},
		func() (*complaint.Case, error) {
			return w.s.Act(ctx, enforcement, c.ID, complaint.Answer, report("再次上门，店主已停用音响，今晚复查"))
		},
		func() (*complaint.Case, error) {
			return w.s.ActOwn(ctx, owner, c.ID, complaint.Confirm, complaint.Input{})
		},
	}
	for i, step := range steps {
		if _, err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	v, err := w.s.FindOwn(ctx, owner, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if v.State != complaint.Closed || v.Returns != 1 || len(v.Steps) != 6 || v.Steps[5].State != v.State {
		t.Errorf("closed case: state %s, returns %d, %d steps", v.State, v.Returns, len(v.Steps))
	}
	for _, s := range v.Steps {
		if s.By == "测试人" {
			t.Error("the timeline names a person")
		}
	}
	var told []string
	err = w.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("estate_id = ?", w.Estate.ID).Order("id").Pluck("kind", &told).Error
	})
	want := "[complaint.filed complaint.accepted complaint.answered complaint.returned complaint.answered complaint.confirmed]"
	if err != nil || fmt.Sprint(told) != want {
		t.Errorf("told %v (%v), want %s", told, err, want)
	}
}

func TestFileTwiceIsOneCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.Resident(0, org.RoleOwner)
	var wg sync.WaitGroup
	ids := make([]int64, 20)
	for i := range ids {
		wg.Go(func() {
			c, err := w.s.File(context.Background(), owner, w.draft(""))
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = c.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("twenty taps made several cases: %v", ids)
		}
	}
	other := w.draft("")
	other.InputHash = "another text"
	if _, err := w.s.File(t.Context(), owner, other); !errors.Is(err, complaint.ErrRefReused) {
		t.Errorf("the ref with another text: %v", err)
	}
}

// TestOneOfTwentyAccepts: twenty officers of one office, each at a post of their own, take the same case at the same
// moment; one has it, and everybody else is told that it is taken.
func TestOneOfTwentyAccepts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var officers []org.Actor
	for range 20 {
		officers = append(officers, w.Officer(w.Community, org.Clerk))
	}
	c := w.file(t, w.Resident(0, org.RoleOwner), w.draft(""))
	var mu sync.Mutex
	var wg sync.WaitGroup
	var won []org.Actor
	for _, officer := range officers {
		wg.Go(func() {
			_, err := w.s.Act(context.Background(), officer, c.ID, complaint.Accept, complaint.Input{})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won = append(won, officer)
			case !errors.Is(err, complaint.ErrMove):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d accepted", len(won))
	}
	v, err := w.s.Find(t.Context(), won[0], c.ID)
	if err != nil || v.Post != won[0].Post.PostID {
		t.Errorf("the case is with post %d, accepted by %d, %v", v.Post, won[0].Post.PostID, err)
	}
	accepted := 0
	for _, st := range v.Steps {
		if st.Kind == complaint.Accept {
			accepted++
		}
	}
	if accepted != 1 {
		t.Errorf("%d steps of accepting", accepted)
	}
}

func TestTransferLeavesTheLeadUntilSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	community, fire := w.Officer(w.Community, org.Clerk), w.Officer(w.Code("fire"), org.Head)
	c := w.file(t, w.Resident(0, org.RoleOwner), w.draft(""))
	if c.LeadID != w.Community.ID {
		t.Fatalf("an unmatched case is led by %d, want the community", c.LeadID)
	}
	if _, err := w.s.Find(ctx, fire, c.ID); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("an office that is no party sees the case: %v", err)
	}
	in := complaint.Input{ToID: fire.Post.OrganisationID, Clause: "五(六)2", Text: "消防通道被占"}
	if _, err := w.s.Act(ctx, community, c.ID, complaint.Transfer, in); err != nil {
		t.Fatal(err)
	}
	v, err := w.s.Find(ctx, fire, c.ID)
	if err != nil || v.LeadID != w.Community.ID || v.State != complaint.Offered {
		t.Fatalf("offered: %+v, %v", v, err)
	}
	if _, err := w.s.Act(ctx, community, c.ID, complaint.Accept, complaint.Input{}); !errors.Is(err, complaint.ErrNotLead) {
		t.Errorf("the old lead signs for the other: %v", err)
	}
	got, err := w.s.Act(ctx, fire, c.ID, complaint.Accept, complaint.Input{})
	if err != nil || got.LeadID != fire.Post.OrganisationID {
		t.Fatalf("signed: %+v, %v", got, err)
	}
	in.Clause = "九(九)9"
	if _, err := w.s.Act(ctx, fire, c.ID, complaint.Transfer, in); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a clause that does not exist: %v", err)
	}
}

func TestTheBodyComplainedAboutNeverSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	d := w.draft("")
	d.About = "committee"
	c := w.file(t, w.Resident(0, org.RoleOwner), d)
	if c.AboutID != w.Committee.ID || c.LeadID == w.Committee.ID {
		t.Fatalf("about %d, lead %d", c.AboutID, c.LeadID)
	}
	chair := w.Officer(w.Committee, org.Chair)
	if _, err := w.s.Find(ctx, chair, c.ID); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("the committee finds the case about itself: %v", err)
	}
	rows, err := w.s.List(ctx, chair, complaint.Filter{Limit: 10})
	if err != nil || len(rows) != 0 {
		t.Errorf("the committee lists %d cases (%v)", len(rows), err)
	}
	if _, err := w.s.Act(ctx, w.Officer(w.Community, org.Clerk), c.ID, complaint.Transfer, complaint.Input{ToID: w.Committee.ID, Clause: "五(六)2", Text: "请自查"}); !errors.Is(err, complaint.ErrAboutParty) {
		t.Errorf("transfer to the body complained about: %v", err)
	}
}

func TestAnotherEstateFindsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	other := modelstest.NewTown(t, w.DB, w.Vault)
	c := w.file(t, w.Resident(0, org.RoleOwner), w.draft(""))
	for name, a := range map[string]org.Actor{"community": other.Officer(other.Community, org.Clerk), "committee": other.Officer(other.Committee, org.Chair), "township": other.Officer(other.Township, org.Head)} {
		if _, err := w.s.Find(ctx, a, c.ID); !errors.Is(err, complaint.ErrNotFound) {
			t.Errorf("%s of another township: %v", name, err)
		}
	}
	stranger := other.Resident(0, org.RoleOwner)
	if _, err := w.s.FindOwn(ctx, stranger, c.ID); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := w.s.File(ctx, stranger, w.draft("")); !errors.Is(err, org.ErrEstateNotFound) {
		t.Errorf("filing in an estate where one does not live: %v", err)
	}
	if _, err := w.s.ListNeighbours(ctx, stranger, w.Estate.ID, complaint.Filter{Limit: 5}); !errors.Is(err, org.ErrEstateNotFound) {
		t.Errorf("neighbours: %v", err)
	}
}

func TestContentCheckHoldsOnlyTheDisplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	owner, neighbour := w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleOwner)
	w.check.err = errors.New("down")
	c := w.file(t, owner, w.draft(""))
	if c.State != complaint.Dispatched || c.Display != complaint.Unchecked {
		t.Fatalf("state %s, display %s: the dispatch must not wait for the check", c.State, c.Display)
	}
	shown := func() int {
		rows, err := w.s.ListNeighbours(ctx, neighbour, w.Estate.ID, complaint.Filter{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	if shown() != 0 {
		t.Error("an unchecked text is shown")
	}
	w.clock.Advance(2*time.Hour + time.Second)
	if n, err := w.s.Rescreen(ctx); err != nil || n != 1 {
		t.Fatalf("rescreened %d, %v", n, err)
	}
	clerk := w.Officer(w.Community, org.Clerk)
	queue, err := w.s.ListReview(ctx, clerk, 0, 5)
	if err != nil || len(queue) != 1 {
		t.Fatalf("after two hours a person looks: %d in the queue, %v", len(queue), err)
	}
	if err := w.s.Screen(ctx, clerk, c.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if shown() != 1 {
		t.Error("a cleared text is not shown")
	}
}

// TestClockKnowsTheHolidays: seven working days over the Spring Festival of 2026, and over days that the bureau entered.
func TestClockKnowsTheHolidays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock.Advance(-w.clock.Now().Sub(time.Date(2026, 2, 12, 2, 0, 0, 0, time.UTC))) // Thursday before the festival
	matter := w.matterLedBy(t, "urban-enforcement")
	owner := w.Resident(0, org.RoleOwner)
	due := func(ref string) string {
		d := w.draft(matter)
		d.ClientRef = ref
		return w.file(t, owner, d).DueAt.In(org.Shanghai).Format("2006-01-02 15:04:05")
	}
	// 13 and 14 (a Saturday of work), the festival from 15 to 23, 24 to 27, and 28 (again a Saturday of work).
	if got := due("a"); got != "2026-02-28 23:59:59" {
		t.Errorf("due %s", got)
	}
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: "calendar.days", Value: "2026-02-25 休", Article: "某通知", EffectiveOn: org.DayOf(tx.Now), State: "confirmed", EnteredAt: tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := due("b"); got != "2026-03-02 23:59:59" {
		t.Errorf("with a day off that the bureau entered: due %s", got)
	}
}

// with takes another stand-in for the file service.
func (w *world) with(t *testing.T, files complaint.Files) {
	t.Helper()
	w.s = complaint.New(w.DB, modelstest.Pack(t), w.Vault, w.check, files, slog.New(slog.DiscardHandler))
}

// listen takes another content check.
func (w *world) listen(t *testing.T, check complaint.Checker) {
	t.Helper()
	w.s = complaint.New(w.DB, modelstest.Pack(t), w.Vault, check, noFiles{}, slog.New(slog.DiscardHandler))
}
