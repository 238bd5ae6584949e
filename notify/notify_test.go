package notify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// phones count what they receive by key; err, when set, decides what happens instead.
type phones struct {
	mu   sync.Mutex
	got  map[string]int
	last map[string]map[string]string // what each account read last
	to   map[string]string            // and its title
	err  func() error
	wait func()
}

func (p *phones) Send(_ context.Context, out notify.Outgoing) (string, error) {
	if p.wait != nil {
		p.wait()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		if err := p.err(); err != nil {
			return "", err
		}
	}
	p.got[out.Key]++
	if p.to != nil {
		p.to[out.To] = out.Title
	}
	if p.last != nil {
		p.last[out.To] = out.Data
	}
	return "provider-" + out.Key, nil
}

type failure = notify.Failure

type world struct {
	*modelstest.Town
	t      *testing.T
	clock  *modelstest.Clock
	redis  redis.UniversalClient
	phones *phones
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	return &world{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), t: t, clock: clock, redis: modelstest.Redis(t), phones: &phones{got: map[string]int{}, last: map[string]map[string]string{}}}
}

// quiet is a log that nobody reads.
var quiet = slog.New(slog.DiscardHandler)

// inTheAir is how many deliveries of a lane are in flight at once.
const inTheAir = 8

func (w *world) dispatcher() *notify.Dispatcher {
	ids := templateIDs()
	ways := map[plan.Channel]*notify.Way{
		plan.Mini:    {Channel: w.phones, Addresses: notify.Accounts(org.MiniProgram), Templates: ids},
		plan.Service: {Channel: w.phones, Addresses: notify.Accounts(org.ServiceAccount), Templates: ids},
	}
	return notify.New(notify.Options{DB: w.DB, Redis: w.redis, Ways: ways, Senders: inTheAir, Log: quiet})
}

func templateIDs() map[string]string {
	ids := map[string]string{}
	for _, x := range plan.Templates {
		ids[x.Name] = x.Name
	}
	return ids
}

func (w *world) tell(events ...event.Event) {
	w.t.Helper()
	err := w.DB.InTx(w.t.Context(), func(tx *store.Tx) error {
		for _, e := range events {
			if err := outbox.Append(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) notice(n int64) event.Event {
	return event.NoticePublished{NoticeID: n, EstateID: w.Estate.ID, EstateName: "测试小区", Sort: "公告", Title: "停水通知", PublisherName: "社区", At: w.clock.Now()}
}

func (w *world) drain(d *notify.Dispatcher) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	if err := d.Drain(ctx); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) deliveries(state notify.State) []notify.Delivery {
	w.t.Helper()
	var rows []notify.Delivery
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		return tx.Where("state = ?", state).Find(&rows).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

func (w *world) once(want int) {
	w.t.Helper()
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	if len(w.phones.got) != want {
		w.t.Errorf("%d deliveries arrived, want %d", len(w.phones.got), want)
	}
	for key, n := range w.phones.got {
		if n != 1 {
			w.t.Errorf("%s arrived %d times", key, n)
		}
	}
}

// TestEachOnceUnderFourDispatchers: several processes share the work, and Redis is wiped in the middle.
func TestEachOnceUnderFourDispatchers(t *testing.T) {
	w := newWorld(t)
	const people, notices = 12, 40
	for i := range people {
		w.Resident(i%3, org.RoleOwner)
	}
	for i := range notices {
		w.tell(w.notice(int64(i + 1)))
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var four [4]*notify.Dispatcher
	for i := range four {
		four[i] = w.dispatcher()
	}
	for _, d := range four {
		wg.Go(func() { d.Run(ctx) })
	}
	wiped := false
	for deadline := time.Now().Add(2 * time.Minute); len(w.deliveries(notify.Sent)) < people*notices; {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d sent", len(w.deliveries(notify.Sent)), people*notices)
		}
		if sent := len(w.deliveries(notify.Sent)); !wiped && sent > people*notices/4 {
			wiped = true
			modelstest.Wipe(t, w.redis)
		}
		w.clock.Advance(time.Second) // what Redis lost is due again after half a minute
		<-time.After(5 * time.Millisecond)
	}
	stop()
	wg.Wait()
	w.once(people * notices)
	var boxes int64
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Model(&inbox.Item{}).Count(&boxes).Error }); err != nil || boxes != people*notices {
		t.Errorf("%d inbox items, %v", boxes, err)
	}
}

func (w *world) filed(lead org.Organisation, about int64, person int64) event.Event {
	return event.CaseFiled{Case: event.Case{CaseID: 1, Number: "T1", EstateID: w.Estate.ID, EstateName: "测试小区", Matter: "油烟", Clause: "五(四)3", LeadID: lead.ID, LeadName: lead.Name, AboutID: about, PersonIDs: []int64{person}, At: w.clock.Now()}}
}

func (w *world) inboxOf(a org.Actor) int {
	w.t.Helper()
	rows, err := inbox.New(w.DB).List(w.t.Context(), a, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(rows)
}

func TestWhoIsToldOfAComplaint(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	owner, neighbour := w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleOwner)
	lead, chair, clerk, company := w.Officer(fire, org.Head), w.Officer(w.Committee, org.Chair), w.Officer(w.Community, org.Clerk), w.Officer(w.Company, org.Head)
	w.tell(w.filed(fire, 0, owner.PersonID))
	w.drain(w.dispatcher())
	for name, c := range map[string]struct {
		a    org.Actor
		want int
	}{"complainant": {owner, 1}, "lead": {lead, 1}, "committee": {chair, 1}, "community": {clerk, 1}, "company": {company, 0}, "neighbour": {neighbour, 0}} {
		if got := w.inboxOf(c.a); got != c.want {
			t.Errorf("%s was told %d times, want %d", name, got, c.want)
		}
	}
	w.tell(w.filed(w.Community, w.Committee.ID, owner.PersonID))
	w.drain(w.dispatcher())
	if got := w.inboxOf(chair); got != 1 {
		t.Errorf("the committee was told of a complaint about itself (%d)", got)
	}
	if n, err := inbox.New(w.DB).MarkRead(t.Context(), neighbour, []int64{1, 2, 3, 4, 5}); err != nil || n != 0 {
		t.Errorf("somebody else's messages were marked: %d, %v", n, err)
	}
}

// TestNobodyAtThePost: the post's inbox waits for the next holder, and the office above is told now.
func TestNobodyAtThePost(t *testing.T) {
	w := newWorld(t)
	head := w.Officer(w.Township, org.Head)
	empty := w.Officer(w.Community, org.Clerk)
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("post_id = ?", empty.Post.PostID).Updates(map[string]any{"holding": nil, "ends_at": tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	w.tell(w.filed(w.Community, 0, w.Resident(0, org.RoleOwner).PersonID))
	w.drain(w.dispatcher())
	if w.inboxOf(empty) == 0 || w.inboxOf(head) == 0 {
		t.Errorf("the empty post has %d messages, the township %d", w.inboxOf(empty), w.inboxOf(head))
	}
}

// TestTheOneAboveIsTheOneComplainedAbout: a way up to a living post-holder never ends at the body of the complaint.
func TestTheOneAboveIsTheOneComplainedAbout(t *testing.T) {
	w := newWorld(t)
	head, chief := w.Officer(w.Township, org.Head), w.Officer(w.Code("leading-group"), org.Head) // nobody is at the community
	w.tell(w.filed(w.Community, w.Township.ID, w.Resident(0, org.RoleOwner).PersonID))
	w.drain(w.dispatcher())
	if w.inboxOf(head) != 0 {
		t.Error("the township was told of a complaint about itself")
	}
	if w.inboxOf(chief) == 0 {
		t.Error("nobody above the township was told")
	}
	office, bureau := w.Officer(w.Code("leading-group-office"), org.Head), w.Officer(w.Code("housing-bureau"), org.Head)
	w.tell(w.filed(w.Code("leading-group-office"), bureau.Post.OrganisationID, w.Resident(1, org.RoleOwner).PersonID))
	w.drain(w.dispatcher())
	if w.inboxOf(office) != 0 || w.inboxOf(bureau) != 0 {
		t.Error("the bureau's own office was told of a complaint about the bureau")
	}
}

// TestAnAppealIsForTheHead: of the office that is asked its head is told, and nobody else there.
func TestAnAppealIsForTheHead(t *testing.T) {
	w := newWorld(t)
	head, clerk := w.Officer(w.Code("housing-bureau"), org.Head), w.Officer(w.Code("housing-bureau"), org.Clerk)
	owner := w.Resident(0, org.RoleOwner)
	w.tell(event.CaseMoved{Case: w.filed(w.Community, 0, owner.PersonID).(event.CaseFiled).Case, What: "appealed", ToID: head.Post.OrganisationID, ToName: head.Post.OrgName})
	w.drain(w.dispatcher())
	if w.inboxOf(head) != 1 || w.inboxOf(clerk) != 0 || w.inboxOf(owner) != 0 {
		t.Errorf("the head has %d messages, the clerk %d, the resident %d", w.inboxOf(head), w.inboxOf(clerk), w.inboxOf(owner))
	}
}

// TestWhatDidNotArriveTellsNothing: the list of undelivered messages must not tell a body who complained of it.
func TestWhatDidNotArriveTellsNothing(t *testing.T) {
	w := newWorld(t)
	bureau, group := w.Officer(w.Code("housing-bureau"), org.Head), w.Officer(w.Code("leading-group-office"), org.Head)
	w.tell(w.filed(w.Code("fire"), 0, w.Resident(0, org.RoleOwner).PersonID))
	w.tell(w.filed(w.Code("leading-group"), bureau.Post.OrganisationID, w.Resident(1, org.RoleOwner).PersonID))
	w.drain(w.dispatcher())
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.Model(&outbox.Message{}).Where("1 = 1").Update("state", outbox.Dead).Error; err != nil {
			return err
		}
		return tx.Model(&notify.Delivery{}).Where("1 = 1").Update("state", notify.Refused).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []org.Actor{bureau, group} {
		rows, err := notify.ListUndelivered(t.Context(), w.DB, a, 0, 100)
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s lists %d, %v", a.Post.OrgName, len(rows), err)
		}
		for _, r := range rows {
			if r.AboutID != 0 || r.PersonID != 0 || r.RecipientKind == "person" && r.RecipientID != 0 {
				t.Errorf("%s sees %+v", a.Post.OrgName, r)
			}
		}
		stuck, err := notify.ListStuck(t.Context(), w.DB, a)
		if err != nil || len(stuck) != 1 {
			t.Errorf("%s lists %d stuck messages, %v", a.Post.OrgName, len(stuck), err)
		}
	}
}

// TestEachAudienceItsWords: WeChat gives the lead and the others of one event different words.
func TestEachAudienceItsWords(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	for _, a := range []org.Actor{w.Officer(fire, org.Head), w.Officer(w.Committee, org.Chair)} {
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Create(&org.Identity{PersonID: a.PersonID, Provider: org.ServiceAccount, OpenID: a.Post.OrgName, Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.tell(w.filed(fire, 0, w.Resident(0, org.RoleOwner).PersonID))
	w.drain(w.dispatcher())
	if lead, other := w.phones.last[fire.Name]["thing5"], w.phones.last[w.Committee.Name]["thing5"]; lead != "请尽快受理" || other != "请知悉并协助" {
		t.Errorf("the lead reads %q, the committee %q", lead, other)
	}
}

// TestASlowSenderLeavesTheRest: when the first sends of a batch take longer than the claim lasts, another process
// takes the rest over, and only what was in flight can arrive twice.
func TestASlowSenderLeavesTheRest(t *testing.T) {
	w := newWorld(t)
	for i := range 30 {
		w.Resident(i%3, org.RoleOwner)
	}
	w.tell(w.notice(1))
	var begin sync.Once
	begun, hold := make(chan struct{}), make(chan struct{})
	w.phones.wait = func() {
		begin.Do(func() { close(begun) })
		<-hold
	}
	slow, done := w.dispatcher(), make(chan error, 1)
	go func() { done <- slow.Drain(t.Context()) }()
	<-begun
	w.clock.Advance(61 * time.Second)
	other := &phones{got: map[string]int{}}
	first := w.phones
	w.phones = other
	d := w.dispatcher()
	w.drain(d)
	w.clock.Advance(time.Minute) // what was in doubt is tried again after a pause
	w.drain(d)
	close(hold)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	twice, repeats := 0, 0
	for key := range other.got {
		twice += first.got[key]
	}
	for _, r := range w.deliveries(notify.Sent) {
		repeats += r.Repeats
	}
	if len(other.got) != 30 || twice != inTheAir || repeats != inTheAir {
		t.Errorf("%d of 30 arrived, %d of them twice and %d said to be repeats although %d were in flight", len(other.got), twice, repeats, inTheAir)
	}
}

func TestTroubleIsTriedAgainAndEnds(t *testing.T) {
	w := newWorld(t)
	w.Resident(0, org.RoleOwner)
	w.phones.err = func() error { return &failure{Code: -1} }
	w.tell(w.notice(1))
	d := w.dispatcher()
	for range 23 {
		w.drain(d)
		w.clock.Advance(time.Hour)
	}
	if dead := w.deliveries(notify.Dead); len(dead) != 0 {
		t.Fatalf("given up although the trouble lasts less than a day: %+v", dead)
	}
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	if rows, err := notify.ListUndelivered(t.Context(), w.DB, bureau, 0, 10); err != nil || len(rows) != 1 || rows[0].State != notify.Waiting {
		t.Errorf("the bureau does not see that it keeps failing: %+v, %v", rows, err)
	}
	for range 3 {
		w.drain(d)
		w.clock.Advance(time.Hour)
	}
	dead := w.deliveries(notify.Dead)
	if len(dead) != 1 || dead[0].ErrorCode != -1 {
		t.Fatalf("after a day of trouble: %+v", dead)
	}
	if err := d.Replay(t.Context(), w.Officer(w.Community, org.Clerk), dead[0].ID); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a community replays: %v", err)
	}
	if _, err := d.ReplayAll(t.Context(), w.Officer(w.Community, org.Clerk), w.clock.Now().AddDate(0, 0, -2)); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a community replays all: %v", err)
	}
	if n, err := d.ReplayAll(t.Context(), bureau, w.clock.Now()); err != nil || n != 0 {
		t.Errorf("replayed what is older: %d, %v", n, err)
	}
	if n, err := d.ReplayAll(t.Context(), bureau, w.clock.Now().AddDate(0, 0, -2)); err != nil || n != 1 {
		t.Fatalf("replayed %d, %v", n, err)
	}
	for range 8 { // a replayed one gets its tries again although it is old
		w.drain(d)
		w.clock.Advance(time.Hour)
	}
	if again := w.deliveries(notify.Dead); len(again) != 1 || again[0].Attempts != 6 {
		t.Fatalf("after the replay: %+v", again)
	}
	w.phones.err = nil
	if err := d.Replay(t.Context(), bureau, dead[0].ID); err != nil {
		t.Fatal(err)
	}
	w.drain(d)
	w.once(1)
	if err := d.Replay(t.Context(), bureau, dead[0].ID); !errors.Is(err, notify.ErrDeliveryNotFound) {
		t.Errorf("what arrived is replayed: %v", err)
	}
}

func TestPermanentErrorsAreNotTriedAgain(t *testing.T) {
	for code, c := range map[int]struct {
		f    failure
		want notify.State
	}{43101: {failure{Code: 43101, Refused: true}, notify.Refused}, 47003: {failure{Code: 47003, Permanent: true}, notify.Dead}} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			w := newWorld(t)
			w.Resident(0, org.RoleOwner)
			tries := 0
			w.phones.err = func() error { tries++; return &c.f }
			w.tell(w.notice(1))
			d := w.dispatcher()
			for range 3 {
				w.drain(d)
				w.clock.Advance(time.Hour)
			}
			if rows := w.deliveries(c.want); tries != 1 || len(rows) != 1 || rows[0].ErrorCode != code {
				t.Errorf("%d tries, %+v", tries, rows)
			}
		})
	}
}

// TestASenderThatDied: what it had in the air is in doubt, and goes out again or waits for a person as the plan says; what it
// had not launched goes out once.
func TestASenderThatDied(t *testing.T) {
	for _, hold := range []bool{false, true} {
		w := newWorld(t)
		for range inTheAir {
			w.Resident(0, org.RoleOwner)
		}
		w.phones.err = func() error { return errors.New("not now") }
		w.tell(w.notice(1))
		d := w.dispatcher()
		w.drain(d)
		waiting := w.deliveries(notify.Waiting)
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			if err := tx.Model(&notify.Text{}).Where("1 = 1").Update("hold", hold).Error; err != nil {
				return err
			}
			return tx.Model(&notify.Lane{}).Where("lane = ? AND channel = ?", waiting[0].Lane, plan.Mini).
				Updates(map[string]any{"owner": "dead", "ends_at": tx.Now.Add(25 * time.Second), "launched": fmt.Sprintf("[%d,%d]", waiting[3].ID, waiting[7].ID)}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		w.phones.err = nil
		w.clock.Advance(20 * time.Second)
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if err := d.Drain(ctx); err == nil {
			t.Error("the lane of a sender that may be alive was taken")
		}
		stop()
		w.once(0)
		w.clock.Advance(6 * time.Second)
		w.drain(d)
		w.clock.Advance(time.Minute)
		w.drain(d)
		doubtful := len(w.deliveries(notify.Held))
		for _, r := range w.deliveries(notify.Sent) {
			doubtful += r.Repeats
		}
		if doubtful != 2 {
			t.Errorf("%d were in doubt, want 2", doubtful)
		}
		if hold {
			w.once(inTheAir - 2)
		} else {
			w.once(inTheAir)
		}
	}
}

func TestRedisDownLosesNothing(t *testing.T) {
	w := newWorld(t)
	w.Resident(0, org.RoleOwner)
	good := w.redis
	w.redis = redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	w.tell(w.notice(1))
	dead := w.dispatcher()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { dead.Run(ctx) })
	for deadline := time.Now().Add(time.Minute); len(w.deliveries(notify.Sent)) == 0 && time.Now().Before(deadline); {
		<-time.After(5 * time.Millisecond)
	}
	stop()
	wg.Wait()
	w.once(1) // without Redis the process carries it itself
	w.redis = good
	w.clock.Advance(time.Minute)
	w.drain(w.dispatcher())
	w.once(1)
}

// TestAMessageThatCannotBeCarried waits for the bureau, who can have it carried again.
func TestAMessageThatCannotBeCarried(t *testing.T) {
	w := newWorld(t)
	w.Resident(0, org.RoleOwner)
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	w.tell(w.notice(1))
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("1 = 1").Updates(map[string]any{"state": outbox.Dead, "attempts": 9}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	stuck, err := notify.ListStuck(t.Context(), w.DB, bureau)
	if err != nil || len(stuck) != 1 {
		t.Fatalf("%+v, %v", stuck, err)
	}
	if err := notify.ReplayMessage(t.Context(), w.DB, w.Officer(w.Community, org.Clerk), stuck[0].ID); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a community replays: %v", err)
	}
	if err := notify.ReplayMessage(t.Context(), w.DB, bureau, stuck[0].ID); err != nil {
		t.Fatal(err)
	}
	w.drain(w.dispatcher())
	w.once(1)
	if err := notify.ReplayMessage(t.Context(), w.DB, bureau, stuck[0].ID); !errors.Is(err, notify.ErrMessageNotFound) {
		t.Errorf("what was carried is replayed: %v", err)
	}
}
