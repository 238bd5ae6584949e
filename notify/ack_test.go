package notify_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// toRead is what the tests' plan tells the lead of a complaint: to be read within a quarter of an hour.
func toRead(steps ...plan.Step) plan.Message {
	return plan.Message{To: []plan.To{plan.Lead}, Kind: "work", Title: "有新的投诉要办理", Body: "请及时受理。", Template: "staff_case", Values: []string{"T1", "油烟", "测试小区", "今天", "请尽快受理"},
		Channels: []plan.Channel{plan.Service}, Priority: event.Normal, Ack: &plan.Ack{After: 15 * time.Minute, Then: steps}}
}

// planned is a dispatcher with a plan of one message, and with short messages.
func (w *world) planned(m plan.Message, change ...func(*notify.Options)) *notify.Dispatcher {
	everybody := func(_ *store.Tx, people []int64) (map[int64]string, error) {
		numbers := map[int64]string{}
		for _, p := range people {
			numbers[p] = "sms"
		}
		return numbers, nil
	}
	ways := map[plan.Channel]*notify.Way{
		plan.Mini:    {Channel: w.phones, Addresses: notify.Accounts(org.MiniProgram), Templates: templateIDs()},
		plan.Service: {Channel: w.phones, Addresses: notify.Accounts(org.ServiceAccount), Templates: templateIDs()},
		plan.SMS:     {Channel: w.phones, Addresses: everybody},
	}
	o := notify.Options{DB: w.DB, Redis: w.redis, Ways: ways, Senders: inTheAir, Quiet: plan.Default().Quiet(), Log: slog.New(slog.DiscardHandler), Plan: func(e event.Event) ([]plan.Message, error) {
		if c, ok := e.(interface{ Base() event.Case }); ok {
			m.Except, m.SubjectKind, m.SubjectID = c.Base().AboutID, "case", c.Base().CaseID
		}
		return []plan.Message{m}, nil
	}}
	for _, f := range change {
		f(&o)
	}
	return notify.New(o)
}

// follows gives somebody an account of the service account.
func (w *world) follows(a org.Actor) org.Actor {
	w.change(func(tx *store.Tx) error {
		return tx.Create(&org.Identity{PersonID: a.PersonID, Provider: org.ServiceAccount, OpenID: a.OpenID, Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}).Error
	})
	return a
}

func (w *world) change(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) chase(d *notify.Dispatcher) {
	w.t.Helper()
	if _, err := d.Chase(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.drain(d)
}

// newest gives the last thing in an inbox.
func (w *world) newest(a org.Actor) inbox.Entry {
	w.t.Helper()
	rows, err := inbox.New(w.DB).List(w.t.Context(), a, 0, 1)
	if err != nil || len(rows) == 0 {
		w.t.Fatalf("nothing in the inbox: %v", err)
	}
	return rows[0]
}

func (w *world) read(a org.Actor) {
	w.t.Helper()
	if _, err := inbox.New(w.DB).MarkReadUpTo(w.t.Context(), a, w.newest(a).ID); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) acks() []notify.Ack {
	w.t.Helper()
	var rows []notify.Ack
	if err := w.DB.View(w.t.Context(), func(tx *store.Tx) error { return tx.Order("step, id").Find(&rows).Error }); err != nil {
		w.t.Fatal(err)
	}
	return rows
}

func (w *world) states() string {
	var list []string
	for _, a := range w.acks() {
		list = append(list, string(a.State))
	}
	return strings.Join(list, " ")
}

func (w *world) deputise(a, deputy org.Actor) {
	w.change(func(tx *store.Tx) error {
		return tx.Model(&org.Post{}).Where("id = ?", a.Post.PostID).Update("deputy_post_id", deputy.Post.PostID).Error
	})
}

// by counts the deliveries that arrived through a channel.
func (w *world) by(c plan.Channel) int {
	n := 0
	for _, d := range w.deliveries(notify.Sent) {
		if d.Channel == c {
			n++
		}
	}
	return n
}

// TestUnreadIsPassedOn: first by another channel, then to the deputy, then to the level above, each after as long again, until
// somebody reads.
func TestUnreadIsPassedOn(t *testing.T) {
	w := newWorld(t)
	fire, group := w.Code("fire"), w.Code("leading-group")
	lead := w.follows(w.Officer(fire, org.Liaison))
	deputy, above := w.follows(w.Officer(w.Company, org.Clerk)), w.follows(w.Officer(group, org.Head))
	d := w.planned(toRead(plan.NextSMS, plan.NextDeputy, plan.NextAbove))
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	w.deputise(lead, deputy) // after the first message, which it must not get
	w.clock.Advance(14 * time.Minute)
	w.chase(d)
	if w.states() != "open" || w.by(plan.SMS) != 0 {
		t.Fatalf("chased before its time: %s", w.states())
	}
	w.clock.Advance(time.Minute)
	w.chase(d)
	if w.by(plan.SMS) != 1 || w.inboxOf(lead) != 1 || w.inboxOf(deputy)+w.inboxOf(above) != 0 {
		t.Errorf("first step: %d short messages, %d and %d in inboxes", w.by(plan.SMS), w.inboxOf(lead), w.inboxOf(deputy)+w.inboxOf(above))
	}
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if e := w.newest(deputy); !strings.HasPrefix(e.Body, fire.Name+"30分钟未读，转请您代看。") || e.SubjectID != 1 || w.inboxOf(above) != 0 {
		t.Errorf("the deputy reads %q of %d; above has %d", e.Body, e.SubjectID, w.inboxOf(above))
	}
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if e := w.newest(above); !strings.HasPrefix(e.Body, fire.Name) && !strings.HasPrefix(e.Body, w.Company.Name) || !strings.HasSuffix(e.Body, "转报您单位。请及时受理。") {
		t.Errorf("above reads %q", e.Body)
	}
	if w.phones.last[above.OpenID]["thing5"] == "请尽快受理" || !strings.Contains(w.phones.last[above.OpenID]["thing5"], "未读") {
		t.Errorf("WeChat tells above %v", w.phones.last[above.OpenID])
	}
	w.read(above)
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if w.states() != "rerouted rerouted rerouted read" || w.inboxOf(above) != 1 {
		t.Errorf("in the end: %s", w.states())
	}
	w.clock.Advance(24 * time.Hour)
	w.chase(d)
	if len(w.acks()) != 4 {
		t.Errorf("it goes on after it was read: %s", w.states())
	}
}

// TestOneWhoReadsHasReadForTheOffice: whoever holds one of its posts, even after others were asked, or whose post takes part only
// because its holder is away.
func TestOneWhoReadsHasReadForTheOffice(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	head, clerk, above := w.Officer(fire, org.Head), w.Officer(fire, org.Clerk), w.Officer(w.Code("leading-group"), org.Head)
	d := w.planned(toRead(plan.NextAbove))
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	w.read(clerk)
	w.clock.Advance(time.Hour)
	w.chase(d)
	if w.inboxOf(above) != 0 || w.states() != "read read" {
		t.Errorf("passed on although the clerk read it: %s", w.states())
	}
	d = w.planned(toRead(plan.NextAbove, plan.NextAbove))
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if w.inboxOf(above) != 1 {
		t.Fatalf("above has %d", w.inboxOf(above))
	}
	w.read(head)
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if w.states() != "read read rerouted rerouted read" {
		t.Errorf("the office read after all: %s", w.states())
	}
}

// TestAnOfficeThatActsNeedNotRead: a step in the case is worth more than a look at the message; another office's is not.
func TestAnOfficeThatActsNeedNotRead(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	w.Officer(fire, org.Head)
	above := w.Officer(w.Code("leading-group"), org.Head)
	d := w.planned(toRead(plan.NextAbove))
	for n, other := range []org.Organisation{fire, w.Community} {
		w.tell(w.filed(fire, 0, 1))
		w.drain(d)
		w.change(func(tx *store.Tx) error { return notify.Acted(tx, 1, other.ID) })
		w.clock.Advance(15 * time.Minute)
		w.chase(d)
		if w.inboxOf(above) != n {
			t.Errorf("after %s acted: above has %d", other.Name, w.inboxOf(above))
		}
	}
}

// TestAnOfficeThatActedBeforeItWasTold: the step came while the message was still to be carried, so no wait was there to end.
func TestAnOfficeThatActedBeforeItWasTold(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	w.Officer(fire, org.Head)
	above := w.Officer(w.Code("leading-group"), org.Head)
	var stepped time.Time
	d := w.planned(toRead(plan.NextAbove), func(o *notify.Options) {
		o.Stepped = func(_ *store.Tx, caseID int64, offices []int64, after time.Time) (bool, error) {
			return caseID == 1 && slices.Contains(offices, fire.ID) && stepped.After(after), nil
		}
	})
	stepped = w.clock.Now() // what led to the message is no answer to it
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if w.inboxOf(above) != 1 {
		t.Errorf("above was told %d times of what nobody touched", w.inboxOf(above))
	}
	w.tell(w.filed(fire, 0, 1))
	w.clock.Advance(time.Minute)
	stepped = w.clock.Now()
	w.clock.Advance(time.Minute)
	w.drain(d)
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if w.inboxOf(above) != 1 || !strings.Contains(w.states(), "acted") {
		t.Errorf("above was told %d times: %s", w.inboxOf(above), w.states())
	}
}

// TestWhoHadItByTheNextChannelBefore is still to read: the steps that follow are theirs too.
func TestWhoHadItByTheNextChannelBefore(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	byText, byWeChat := w.Officer(fire, org.Liaison), w.follows(w.Officer(fire, org.Clerk)) // the first follows no account
	deputy, other := w.Officer(w.Company, org.Clerk), w.Officer(w.Community, org.Clerk)
	w.deputise(byText, deputy)
	w.deputise(byWeChat, other)
	m := toRead(plan.NextSMS, plan.NextDeputy)
	m.Channels = []plan.Channel{plan.Service, plan.SMS}
	d := w.planned(m)
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	if w.by(plan.SMS) != 1 || w.by(plan.Service) != 1 {
		t.Fatalf("%d by short message, %d by WeChat", w.by(plan.SMS), w.by(plan.Service))
	}
	for range 2 {
		w.clock.Advance(15 * time.Minute)
		w.chase(d)
	}
	if w.by(plan.SMS) < 2 || w.inboxOf(other) != 1 || w.inboxOf(deputy) != 1 {
		t.Errorf("%d short messages; of the deputies one has %d, the other %d", w.by(plan.SMS), w.inboxOf(other), w.inboxOf(deputy))
	}
}

// TestNeverToTheBodyComplainedAbout: the way up leads past it, and past who is one body with it.
func TestNeverToTheBodyComplainedAbout(t *testing.T) {
	w := newWorld(t)
	township, bureau := w.Officer(w.Township, org.Head), w.Officer(w.Code("housing-bureau"), org.Head)
	office, group := w.Officer(w.Code("leading-group-office"), org.Head), w.Officer(w.Code("leading-group"), org.Head)
	w.Officer(w.Community, org.Clerk)
	d := w.planned(toRead(plan.NextAbove))
	w.tell(w.filed(w.Community, w.Township.ID, 1), w.filed(w.Township, office.Post.OrganisationID, 2))
	w.drain(d)
	had := w.inboxOf(township)
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if w.inboxOf(township) != had || w.inboxOf(office) != 0 {
		t.Errorf("of a complaint about itself the township was told %d times, the bureau's office %d times", w.inboxOf(township), w.inboxOf(office))
	}
	if w.inboxOf(bureau) != 1 || w.inboxOf(group) != 1 {
		t.Errorf("beyond them the bureau was told %d times, the group %d times", w.inboxOf(bureau), w.inboxOf(group))
	}
}

// TestBeyondAVacantLevel: where nobody is at the level above, the way leads on, past the body complained about as well.
func TestBeyondAVacantLevel(t *testing.T) {
	w := newWorld(t)
	w.Officer(w.Community, org.Clerk) // and nobody at the township
	bureau, group := w.Officer(w.Code("housing-bureau"), org.Head), w.Officer(w.Code("leading-group"), org.Head)
	d := w.planned(toRead(plan.NextAbove))
	w.tell(w.filed(w.Community, bureau.Post.OrganisationID, 1))
	w.drain(d)
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if w.inboxOf(bureau) != 0 || w.inboxOf(group) != 1 {
		t.Errorf("the bureau, complained about, was told %d times, the group %d times", w.inboxOf(bureau), w.inboxOf(group))
	}
}

// TestNobodyIsLeft: with nobody to pass it on to, the ack says so, at once and for good.
func TestNobodyIsLeft(t *testing.T) {
	w := newWorld(t)
	w.Officer(w.Code("fire"), org.Head)
	d := w.planned(toRead(plan.Step(plan.Letter), plan.NextDeputy, plan.NextAbove)) // nobody prints letters, it has no deputy, and nobody is above
	w.tell(w.filed(w.Code("fire"), 0, 1))
	w.drain(d)
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if w.states() != "exhausted" {
		t.Error(w.states())
	}
}

// TestTwentyChasers: each step is taken once, whoever comes first.
func TestTwentyChasers(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	w.Officer(fire, org.Head)
	w.Officer(fire, org.Clerk)
	above := w.Officer(w.Code("leading-group"), org.Head)
	d := w.planned(toRead(plan.NextAbove))
	const cases = 5
	for range cases {
		w.tell(w.filed(fire, 0, 1))
	}
	w.drain(d)
	w.clock.Advance(15 * time.Minute)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := d.Chase(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var carriers int64
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("kind = ?", notify.Rerouted).Count(&carriers).Error
	}); err != nil {
		t.Fatal(err)
	}
	open := strings.Count(w.states(), "open")
	if w.inboxOf(above) != cases || carriers != cases || open != cases || len(w.acks()) != 3*cases {
		t.Errorf("%d in the inbox above, %d messages, %d open of %d acks; want %d", w.inboxOf(above), carriers, open, len(w.acks()), cases)
	}
}

// TestTheNightIsNotCounted: what reaches no phone by night need not be read by night; an alarm must.
func TestTheNightIsNotCounted(t *testing.T) {
	w := newWorld(t)
	w.Officer(w.Code("fire"), org.Head)
	w.clock.Advance(12*time.Hour + 30*time.Minute) // half past ten at night
	w.tell(w.filed(w.Code("fire"), 0, 1))
	w.drain(w.planned(toRead(plan.NextAbove)))
	alarm := toRead(plan.NextAbove)
	alarm.Priority = event.Alarm
	urgent := w.filed(w.Code("fire"), 0, 1).(event.CaseFiled)
	urgent.Urgent = true
	w.tell(urgent)
	w.drain(w.planned(alarm))
	acks := w.acks()
	if morning := w.clock.Now().Add(8*time.Hour + 30*time.Minute); len(acks) != 2 || acks[0].DueAt.Before(morning.Add(15*time.Minute)) || acks[0].DueAt.After(morning.Add(45*time.Minute)) {
		t.Errorf("the ordinary one is to be read by %v", acks)
	}
	if !acks[1].DueAt.Equal(w.clock.Now().Add(15 * time.Minute)) {
		t.Errorf("the alarm is to be read by %s", acks[1].DueAt)
	}
}

// anyCase lets everybody read, or nobody.
type anyCase struct{ err error }

func (c anyCase) MayRead(*store.Tx, org.Actor, int64) error { return c.err }

// TestTheTimelineSaysWhoHasRead: offices and posts, no complainants, and to those who may not read the case nothing.
func TestTheTimelineSaysWhoHasRead(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	lead, above := w.Officer(fire, org.Head), w.Officer(w.Code("leading-group"), org.Head)
	d := w.planned(toRead(plan.NextAbove))
	owner := w.Resident(0, org.RoleOwner)
	w.tell(w.filed(fire, 0, owner.PersonID))
	w.drain(d)
	told := plan.Message{To: []plan.To{plan.Complainant}, Title: "已收到您的投诉", Body: "已收到。"}
	w.tell(w.filed(fire, 0, owner.PersonID))
	w.drain(w.planned(told))
	line := notify.NewTimeline(w.DB, anyCase{})
	says := func() string {
		rows, err := line.List(t.Context(), above, 1, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, r := range rows {
			if r.Post == "测试岗位" { // the others are the pack's, and nobody holds them
				list = append(list, r.Organisation+" "+r.Says)
			} else if r.Says != "已送达，岗位现在没有人" {
				t.Errorf("%s of %s: %s", r.Post, r.Organisation, r.Says)
			}
		}
		return strings.Join(list, "; ")
	}
	if got, want := says(), fire.Name+" 已送达"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	w.clock.Advance(15 * time.Minute)
	w.chase(d)
	if got, want := says(), above.Post.OrgName+" 已送达; "+fire.Name+" 15分钟未读已转报"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	w.read(above)
	w.read(lead)
	if got := says(); !strings.HasPrefix(got, above.Post.OrgName+" 已读; "+fire.Name+" 15分钟未读已转报，") || !strings.HasSuffix(got, "已读") {
		t.Errorf("%q", got)
	}
	first, err := line.List(t.Context(), above, 1, 0, 1)
	if err != nil || len(first) != 1 {
		t.Fatal(first, err)
	}
	if rest, err := line.List(t.Context(), above, 1, first[0].ID, 10); err != nil || len(rest) != 3 {
		t.Errorf("second page: %v, %v", rest, err)
	}
	if rows, err := notify.NewTimeline(w.DB, anyCase{org.ErrForbidden}).List(t.Context(), above, 1, 0, 10); err == nil {
		t.Errorf("whoever may not read the case is told %v", rows)
	}
	if rows, err := line.List(t.Context(), owner, 1, 0, 10); err == nil {
		t.Errorf("a resident is told %v", rows)
	}
}

// TestWhatIsDoneNeedNotBeRead: a whistle answered by an office is not chased there and still is at the others'; a decided
// application is chased nowhere. Hours of work count where the plan says so.
func TestWhatIsDoneNeedNotBeRead(t *testing.T) {
	w := newWorld(t)
	d := w.dispatcher()
	fire, market := w.Officer(w.Code("fire"), org.Clerk), w.Officer(w.Code("urban-enforcement"), org.Clerk)
	blown := event.Whistle{WhistleID: 3, EstateID: w.Estate.ID, What: "blown", AskedID: w.Community.ID, TownshipID: w.Township.ID, CalledIDs: []int64{fire.Post.OrganisationID, market.Post.OrganisationID}, At: w.clock.Now()}
	w.tell(blown)
	w.drain(d)
	arrived := blown
	arrived.What, arrived.ToID = "arrived", fire.Post.OrganisationID
	w.tell(arrived)
	w.drain(d)
	by := map[int64]notify.AckState{}
	for _, a := range w.acks() {
		by[a.OrganisationID] = a.State
	}
	if by[fire.Post.OrganisationID] != notify.AckActed || by[market.Post.OrganisationID] != notify.AckOpen {
		t.Errorf("after one has come: %v", by)
	}
	closed := blown
	closed.What = "closed"
	w.tell(closed)
	w.drain(d)
	if got := w.states(); got != "acted acted" {
		t.Errorf("after the whistle: %s", got)
	}
}

// TestHoursOfWork: what is for hours of work is not passed on over a weekend.
func TestHoursOfWork(t *testing.T) {
	w := newWorld(t)
	d := w.dispatcher()
	clerk, township := w.Officer(w.Community, org.Clerk), w.Officer(w.Township, org.Clerk)
	home := event.Residency{ApplicationID: 9, EstateID: w.Estate.ID, EstateName: "测试小区", UnitName: "1幢101", PersonID: 1, At: w.clock.Now()}
	w.tell(event.ResidencyRequested{Residency: home})
	w.drain(d)
	rows := w.acks()
	if len(rows) == 0 || !rows[0].Working || rows[0].SubjectKind != "application" || rows[0].SubjectID != 9 {
		t.Fatalf("%+v", rows)
	}
	want := plan.Default().Working().Add(calendar.National(), rows[0].CreatedAt, 16*time.Hour)
	if quiet := w.clock.Now().Add(16 * time.Hour); !rows[0].DueAt.Equal(want) || rows[0].DueAt.Before(quiet) {
		t.Errorf("to be read by %s, want %s", rows[0].DueAt, want)
	}
	// To have looked at it is not enough: whoever waits for the answer still waits.
	w.read(clerk)
	w.clock.Advance(rows[0].DueAt.Sub(w.clock.Now()) + time.Second)
	w.chase(d)
	if got := w.newest(township).Body; !strings.Contains(got, "上班时间16小时未办，转报您单位") {
		t.Errorf("the township is told %q", got)
	}
	w.tell(event.ResidencyDecided{Residency: home, Accepted: true})
	w.drain(d)
	for _, a := range w.acks() {
		if a.State == notify.AckOpen {
			t.Errorf("decided and still %s", a.State)
		}
	}
}
