package joint_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// files stands in for the file service.
type files struct{}

func (files) Redact(*store.Tx, org.Actor, int64, int64, string, []int64, int64) error { return nil }
func (files) Unname(*store.Tx, string, []int64) error                                 { return nil }
func (files) IDsFor(context.Context, string, int64) ([]int64, error)                  { return nil, nil }
func (files) IDsForAll(context.Context, string, []int64) (map[int64][]int64, error)   { return nil, nil }
func (f files) AttachUnnamed(tx *store.Tx, a org.Actor, ids []int64, purpose, kind string, id, estate int64) error {
	return f.Attach(tx, a, ids, purpose, kind, id, estate)
}
func (files) Attach(_ *store.Tx, _ org.Actor, ids []int64, _, _ string, _, _ int64) error {
	for _, id := range ids {
		if id > 1000 {
			return fault.New(fault.NotFound, "file.not_found", "")
		}
	}
	return nil
}

type pass struct{}

func (pass) CheckText(context.Context, string, string) (complaint.Verdict, error) {
	return complaint.Pass, nil
}

type world struct {
	*modelstest.Town
	clock                                                       *modelstest.Clock
	cases                                                       *complaint.Service
	s                                                           *joint.Service
	owner, community, head, fire, planning, enforcement, office org.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db, v := modelstest.OpenAt(t, clock), modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, db, v), clock: clock}
	log := slog.New(slog.DiscardHandler)
	w.cases = complaint.New(db, modelstest.Pack(t), v, pass{}, files{}, log)
	w.s = joint.New(db, modelstest.Pack(t), w.cases, files{}, log)
	w.owner, w.community, w.head = w.Resident(0, org.RoleOwner), w.Officer(w.Community, org.Clerk), w.Officer(w.Township, org.Head)
	w.fire, w.planning, w.enforcement = w.Officer(w.Code("fire"), org.Head), w.Officer(w.Code("natural-resources"), org.Liaison), w.Officer(w.Code("urban-enforcement"), org.Clerk)
	w.office = w.Officer(w.Code("leading-group-office"), org.Head)
	return w
}

func (w *world) file(t *testing.T, about string) *complaint.Case {
	t.Helper()
	c, err := w.cases.File(t.Context(), w.owner, complaint.Draft{EstateID: w.Estate.ID, About: about, Text: "小区消防通道被违章搭建占用", ClientRef: "case" + about, InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// request is the table-top case: an illegal building in the fire lane calls fire, planning and enforcement at once.
func (w *world) request(caseID int64) joint.Request {
	return joint.Request{CaseID: caseID, Reason: "违章搭建占用消防通道，要认定、清障和执法同时到场", Sort: joint.Simple, Place: "东门消防通道", Lat: 26_258_000, Lng: 107_518_000,
		Calls:     []joint.Call{{w.fire.Post.OrganisationID, "清障", "五(六)2"}, {w.planning.Post.OrganisationID, "认定", "五(三)4"}, {w.enforcement.Post.OrganisationID, "执法", "五(四)6"}},
		ClientRef: "w1", InputHash: "h1"}
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

func (w *world) blow(t *testing.T, caseID int64) *joint.Whistle {
	t.Helper()
	ok := must[*joint.Whistle](t)
	wh := ok(w.s.Ask(t.Context(), w.community, w.request(caseID)))
	return ok(w.s.Sign(t.Context(), w.head, wh.ID, true, ""))
}

func (w *world) find(t *testing.T, a org.Actor, id int64) *joint.View {
	t.Helper()
	return must[*joint.View](t)(w.s.Find(t.Context(), a, id))
}

// TestWhistleStory: asked by the community, signed by the head, three offices come, minutes and a task, closed and rated
// by whoever blew it, and all of it in the complainant's timeline.
func TestWhistleStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	c := w.file(t, "")
	wh := ok(w.s.Ask(ctx, w.community, w.request(c.ID)))
	if again := ok(w.s.Ask(ctx, w.community, w.request(c.ID))); again.ID != wh.ID {
		t.Error("a double tap asked twice")
	}
	if _, err := w.s.Find(ctx, w.fire, wh.ID); !errors.Is(err, joint.ErrWhistle) {
		t.Errorf("an office reads a whistle that was not blown: %v", err)
	}
	if _, err := w.s.Sign(ctx, w.Officer(w.Township, org.Clerk), wh.ID, true, ""); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a clerk signs: %v", err)
	}
	wh = ok(w.s.Sign(ctx, w.head, wh.ID, true, "同意"))
	if wh.State != joint.Blown || wh.DueAt == nil || !wh.DueReference {
		t.Fatalf("blown: %+v", wh)
	}
	if _, err := w.cases.Find(ctx, w.fire, c.ID); err != nil {
		t.Errorf("a called office does not read the complaint: %v", err)
	}
	if _, err := w.s.Close(ctx, w.community, wh.ID, "占道搭建已当场拆除，通道恢复"); !errors.Is(err, joint.ErrOpen) {
		t.Errorf("closed before anybody came: %v", err)
	}
	for i, a := range []org.Actor{w.fire, w.planning, w.enforcement} {
		ok(w.s.CheckIn(ctx, a, wh.ID, joint.Arrival{Lat: 26_258_300, Lng: 107_518_000, FileID: int64(i + 1)}))
	}
	ok(w.s.WriteMinute(ctx, w.fire, wh.ID, "现场测量通道净宽2.1米", "m1", "h"))
	ok(w.s.GiveTask(ctx, w.community, wh.ID, joint.NewTask{OrganisationID: w.enforcement.Post.OrganisationID, Text: "三日内拆除", DueAt: w.clock.Now().Add(72 * time.Hour), ClientRef: "t1", InputHash: "h"}))
	v := w.find(t, w.enforcement, wh.ID)
	if len(v.Tasks) != 1 || len(v.Minutes) != 1 || v.Calls[0].Metres != 33 {
		t.Fatalf("%d tasks, %d minutes, %d metres", len(v.Tasks), len(v.Minutes), v.Calls[0].Metres)
	}
	if _, err := w.s.FinishTask(ctx, w.fire, v.Tasks[0].ID, "已拆除"); !errors.Is(err, joint.ErrTask) {
		t.Errorf("another office finishes the task: %v", err)
	}
	if _, err := w.s.FinishTask(ctx, w.enforcement, v.Tasks[0].ID, "已拆除"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Close(ctx, w.fire, wh.ID, "占道搭建已当场拆除，通道恢复"); err == nil {
		t.Error("a called office closes the whistle")
	}
	ok(w.s.Close(ctx, w.community, wh.ID, "占道搭建已当场拆除，通道恢复"))
	yes := complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Partly}
	for _, a := range []org.Actor{w.fire, w.planning, w.enforcement} {
		ok(w.s.Rate(ctx, w.community, wh.ID, a.Post.OrganisationID, yes, "来得很快"))
	}
	if _, err := w.s.Rate(ctx, w.fire, wh.ID, w.fire.Post.OrganisationID, yes, ""); err == nil {
		t.Error("an office rates itself")
	}
	own, err := w.cases.FindOwn(ctx, w.owner, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, s := range own.Steps {
		kinds = append(kinds, string(s.Kind))
	}
	if want := "[file whistle_asked whistle check_in check_in check_in whistle_closed]"; fmt.Sprint(kinds) != want {
		t.Errorf("the complainant reads %v, want %v", kinds, want)
	}
	var told []string
	err = w.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("kind LIKE 'whistle.%' OR kind LIKE 'task.%'").Order("id").Pluck("kind", &told).Error
	})
	if err != nil || len(slices.Compact(told)) != 7 {
		t.Errorf("told %v, %v", told, err)
	}
}

// TestRefusalIsDecided: only by a clause, only once, by the leading group's office.
func TestRefusalIsDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	wh := w.blow(t, w.file(t, "").ID)
	if _, err := w.s.Refuse(ctx, w.planning, wh.ID, "九(九)9", "不归我们管"); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("by a clause that does not exist: %v", err)
	}
	ok(w.s.Refuse(ctx, w.planning, wh.ID, "五(四)6", "无规划许可的搭建由执法局查处"))
	if _, err := w.s.CheckIn(ctx, w.planning, wh.ID, joint.Arrival{FileID: 1}); !errors.Is(err, joint.ErrState) {
		t.Errorf("came after refusing: %v", err)
	}
	if _, err := w.s.DecideRefusal(ctx, w.head, wh.ID, w.planning.Post.OrganisationID, false, "要到场认定"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the township decides: %v", err)
	}
	ok(w.s.DecideRefusal(ctx, w.office, wh.ID, w.planning.Post.OrganisationID, false, "要到场认定"))
	if _, err := w.s.Refuse(ctx, w.planning, wh.ID, "五(四)6", "还是不来"); !errors.Is(err, joint.ErrState) {
		t.Errorf("refused again: %v", err)
	}
	ok(w.s.Refuse(ctx, w.fire, wh.ID, "五(六)1", "没有火灾隐患"))
	ok(w.s.DecideRefusal(ctx, w.office, wh.ID, w.fire.Post.OrganisationID, true, "通道未受影响"))
	ok(w.s.CheckIn(ctx, w.planning, wh.ID, joint.Arrival{Lat: 26_258_000, Lng: 107_518_000, FileID: 1}))
	ok(w.s.CheckIn(ctx, w.enforcement, wh.ID, joint.Arrival{Lat: 26_258_000, Lng: 107_518_000, FileID: 2}))
	ok(w.s.Close(ctx, w.head, wh.ID, "占道搭建已当场拆除，通道恢复"))
}

// TestWhoStaysAwayIsAbsent: late whistles are told of once; then they close, and who did not come is on record.
func TestWhoStaysAwayIsAbsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	wh := w.blow(t, w.file(t, "").ID)
	w.clock.Advance(25 * time.Hour)
	for i, want := range []int{1, 0} {
		if n, err := w.s.Tick(ctx); err != nil || n != want {
			t.Errorf("tick %d told of %d, %v", i, n, err)
		}
	}
	ok(w.s.Close(ctx, w.community, wh.ID, "三个单位都没有到场，已请领导小组督办"))
	for _, c := range w.find(t, w.office, wh.ID).Calls {
		if c.State != joint.Absent {
			t.Errorf("%s is %s", c.Office, c.State)
		}
	}
	no := complaint.Rating{Response: complaint.No, Solved: complaint.No, Satisfied: complaint.No}
	ok(w.s.Rate(ctx, w.community, wh.ID, w.fire.Post.OrganisationID, no, "没有来"))
}

// TestTheRadiusIsLaw: with a local radius in force, who is away says why; without a position too.
func TestTheRadiusIsLaw(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	err := w.DB.InTx(ctx, func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: "complaint.whistle.radius", Value: "300", Article: "某通知", EffectiveOn: org.DayOf(tx.Now), State: "confirmed", EnteredAt: tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	wh := w.blow(t, w.file(t, "").ID)
	for code, in := range map[string]joint.Arrival{"whistle.too_far": {Lat: 26_300_000, Lng: 107_518_000, FileID: 1}, "whistle.no_position": {FileID: 1}} {
		if _, err := w.s.CheckIn(ctx, w.fire, wh.ID, in); fault.Of(err).Code != code {
			t.Errorf("from %+v: %v", in, err)
		}
	}
	ok(w.s.CheckIn(ctx, w.fire, wh.ID, joint.Arrival{Lat: 26_300_000, Lng: 107_518_000, Reason: "车辆在途，先视频到场", FileID: 1}))
	i := slices.IndexFunc(w.find(t, w.fire, wh.ID).Calls, func(c joint.SummonsView) bool { return c.OrganisationID == w.fire.Post.OrganisationID })
	if c := w.find(t, w.fire, wh.ID).Calls[i]; !c.Away || c.Metres < 4000 {
		t.Errorf("%+v", c)
	}
	ok(w.s.CheckIn(ctx, w.planning, wh.ID, joint.Arrival{Lat: 26_259_000, Lng: 107_518_000, FileID: 2}))
}

// TestTheBodyComplainedAboutIsNeverCalled: nor does it read the whistle.
func TestTheBodyComplainedAboutIsNeverCalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.file(t, "urban-enforcement")
	// Led by the leading group's office; the community sees it as one of its area.
	r := w.request(c.ID)
	if _, err := w.s.Ask(ctx, w.community, r); !errors.Is(err, complaint.ErrAboutParty) {
		t.Fatalf("called the body complained about: %v", err)
	}
	r.Calls = r.Calls[:2]
	wh := must[*joint.Whistle](t)(w.s.Ask(ctx, w.community, r))
	must[*joint.Whistle](t)(w.s.Sign(ctx, w.head, wh.ID, true, ""))
	if _, err := w.s.Find(ctx, w.enforcement, wh.ID); !errors.Is(err, joint.ErrWhistle) {
		t.Errorf("it reads the whistle: %v", err)
	}
	r.ClientRef, r.Calls = "w2", []joint.Call{{w.Community.ID, "清障", "五(六)2"}}
	if _, err := w.s.Ask(ctx, w.community, r); !errors.Is(err, joint.ErrUnit) {
		t.Errorf("called a community: %v", err)
	}
	other := modelstest.NewTown(t, w.DB, w.Vault)
	if _, err := w.s.Find(ctx, other.Officer(other.Township, org.Head), wh.ID); !errors.Is(err, joint.ErrWhistle) {
		t.Errorf("another township reads it: %v", err)
	}
	if _, err := w.s.Ask(ctx, other.Officer(other.Community, org.Clerk), w.request(c.ID)); !errors.Is(err, complaint.ErrNotFound) {
		t.Errorf("another community asks for it: %v", err)
	}
}

// TestOneOfTwentySigns: the head's phone sends twice and more; the offices are called once.
func TestOneOfTwentySigns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wh := must[*joint.Whistle](t)(w.s.Ask(t.Context(), w.community, w.request(w.file(t, "").ID)))
	var mu sync.Mutex
	var wg sync.WaitGroup
	won := 0
	for range 20 {
		wg.Go(func() {
			_, err := w.s.Sign(context.Background(), w.head, wh.ID, true, "")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !errors.Is(err, joint.ErrState):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d signed", won)
	}
	if v := w.find(t, w.fire, wh.ID); !strings.HasPrefix(v.Number, "S") || len(v.Calls) != 3 {
		t.Errorf("%+v", v)
	}
}

// TestCheckInFigures: one office came, one stayed away, one was excused; each number leads to its whistles.
func TestCheckInFigures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, ok := t.Context(), must[*joint.Whistle](t)
	wh := w.blow(t, w.file(t, "").ID)
	ok(w.s.CheckIn(ctx, w.fire, wh.ID, joint.Arrival{Lat: 26_258_000, Lng: 107_518_000, FileID: 1}))
	ok(w.s.Refuse(ctx, w.planning, wh.ID, "五(六)2", "不归我们管"))
	ok(w.s.DecideRefusal(ctx, w.office, wh.ID, w.planning.OrganisationID(), true, "确实不归"))
	w.clock.Advance(30 * 24 * time.Hour)
	ok(w.s.Close(ctx, w.community, wh.ID, "违建已拆除，通道恢复畅通"))
	ok(w.s.Rate(ctx, w.community, wh.ID, w.fire.OrganisationID(), complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.No}, ""))
	p := complaint.Period{From: w.clock.Now().AddDate(0, -2, 0), To: w.clock.Now().Add(time.Hour)}
	rows := must[[]joint.CheckIns](t)(w.s.ListCheckIns(ctx, w.office, p))
	want := map[int64]map[string]int64{w.fire.OrganisationID(): {"called": 1, "arrived": 1, "rated": 1, "response": 1, "solved": 1}, w.planning.OrganisationID(): {"excused": 1, "refused": 1},
		w.enforcement.OrganisationID(): {"called": 1, "absent": 1}}
	if len(rows) != 3 {
		t.Fatalf("%+v", rows)
	}
	for _, r := range rows {
		for name, n := range r.Counts {
			if n != want[r.OrganisationID][name] {
				t.Errorf("%s %s = %d, want %d", r.Name, name, n, want[r.OrganisationID][name])
			}
			behind := must[[]joint.View](t)(w.s.ListCheckInWhistles(ctx, w.office, p, r.OrganisationID, name, 0, 10))
			if int64(len(behind)) != n {
				t.Errorf("behind %s %s stand %d", r.Name, name, len(behind))
			}
		}
	}
	if own := must[[]joint.CheckIns](t)(w.s.ListCheckIns(ctx, w.fire, p)); len(own) != 1 {
		t.Errorf("fire sees %d rows", len(own))
	}
}
