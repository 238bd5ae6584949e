package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

func (w *world) wants(a org.Actor, kind string, m notify.Mode) {
	w.t.Helper()
	if _, err := notify.NewPreferences(w.DB, plan.Default().Quiet()).Set(w.t.Context(), a, nil, map[string]notify.Mode{kind: m}); err != nil {
		w.t.Fatal(err)
	}
}

// got counts what came to phones.
func (w *world) got() int {
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	return len(w.phones.got)
}

// TestWhatPeopleChoose: at once, once a day, or in the inbox alone; the inbox has everything.
func TestWhatPeopleChoose(t *testing.T) {
	w := newWorld(t)
	usual, daily, none, other := w.Resident(0, org.RoleOwner), w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleOwner), w.Resident(1, org.RoleOwner)
	w.wants(daily, "notice", notify.Digested)
	w.wants(none, "notice", notify.Off)
	w.wants(other, "progress", notify.Off)
	d := w.dispatcher()
	for n := range 5 {
		w.tell(w.notice(int64(n + 1)))
	}
	w.drain(d)
	for name, a := range map[string]org.Actor{"usual": usual, "daily": daily, "none": none, "other": other} {
		if w.inboxOf(a) != 5 {
			t.Errorf("%s has %d in the inbox", name, w.inboxOf(a))
		}
	}
	if w.got() != 10 || len(w.deliveries(notify.Digest)) != 5 {
		t.Errorf("%d came at once, %d wait for the digest", w.got(), len(w.deliveries(notify.Digest)))
	}
	w.clock.Advance(8*time.Hour - time.Second) // one second before six
	if n, err := d.SendDigests(t.Context()); n != 0 || err != nil {
		t.Errorf("%d digests before their time, %v", n, err)
	}
	w.clock.Advance(time.Second)
	if n, err := d.SendDigests(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d digests, %v", n, err)
	}
	w.drain(d)
	w.once(11)
	if len(w.deliveries(notify.Sent)) != 16 || len(w.deliveries(notify.Merged)) != 0 {
		t.Errorf("%d are recorded as sent, %d as merged", len(w.deliveries(notify.Sent)), len(w.deliveries(notify.Merged)))
	}
	var text notify.Text
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Where("kind = 'digest'").Take(&text).Error }); err != nil {
		t.Fatal(err)
	}
	if text.Body != "您有5条新消息：小区的公示、公告和通知5条。请打开小程序查看。" || !strings.Contains(text.Data, "您有5条新消息") {
		t.Errorf("the digest says %q, %s", text.Body, text.Data)
	}
	if w.inboxOf(daily) != 5 {
		t.Error("the digest is in the inbox besides what it counts")
	}
}

// TestTheHourIsTheirs: a digest goes out at the hour that its person chose, and not at night.
func TestTheHourIsTheirs(t *testing.T) {
	w := newWorld(t)
	a := w.Resident(0, org.RoleOwner)
	p := notify.NewPreferences(w.DB, plan.Default().Quiet())
	for hour, ok := range map[int]bool{-1: false, 3: false, 22: false, 24: false, 7: true, 9: true} {
		if _, err := p.Set(t.Context(), a, &hour, nil); (err == nil) != ok {
			t.Errorf("%d o'clock: %v", hour, err)
		}
	}
	nine := 9
	c, err := p.Set(t.Context(), a, &nine, map[string]notify.Mode{"notice": notify.Digested})
	if err != nil || c.Hour != 9 {
		t.Fatal(c, err)
	}
	w.tell(w.notice(1)) // at ten: it waits for the next day
	w.drain(w.dispatcher())
	if rows := w.deliveries(notify.Digest); len(rows) != 1 || !rows[0].DueAt.Equal(w.clock.Now().Add(23*time.Hour)) {
		t.Errorf("%+v", rows)
	}
}

// TestWhatCannotBeSwitchedOff is refused with the clause, whoever asks, and ignored where it was chosen before it was fixed.
func TestWhatCannotBeSwitchedOff(t *testing.T) {
	w := newWorld(t)
	owner, officer := w.Resident(0, org.RoleOwner), w.Officer(w.Code("fire"), org.Head)
	p := notify.NewPreferences(w.DB, plan.Default().Quiet())
	for kind, a := range map[string]org.Actor{"answer": owner, "work": officer} {
		for _, m := range []notify.Mode{notify.Off, notify.Digested} {
			_, err := p.Set(t.Context(), a, nil, map[string]notify.Mode{kind: m})
			var f *fault.Fault
			if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || !strings.Contains(f.Fields[0].Reason, "五(") {
				t.Errorf("%s %s: %v", kind, m, err)
			}
		}
		if _, err := p.Set(t.Context(), a, nil, map[string]notify.Mode{kind: notify.On}); err != nil {
			t.Errorf("%s on: %v", kind, err)
		}
	}
	if _, err := p.Set(t.Context(), owner, nil, map[string]notify.Mode{"work": notify.Off}); err == nil {
		t.Error("a resident chooses about the work of offices")
	}
	if _, err := p.Set(t.Context(), owner, nil, map[string]notify.Mode{"notice": "loud"}); err == nil {
		t.Error("a mode that does not exist is taken")
	}
	c, err := p.Find(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Kinds {
		if k.Kind == "work" || k.Mode != notify.On || (k.Kind == "answer") != strings.Contains(k.Why, "答复要由您确认") {
			t.Errorf("%+v", k)
		}
	}
	w.change(func(tx *store.Tx) error {
		return tx.Model(&notify.Preference{}).Where("person_id = ? AND post_id = ? AND kind = 'work'", officer.PersonID, officer.Post.PostID).Update("mode", notify.Off).Error
	})
	w.follows(officer)
	w.tell(w.filed(w.Code("fire"), 0, owner.PersonID))
	w.drain(w.planned(toRead()))
	w.once(1)
}

// TestEachPostItsOwn: what somebody wants at one post is not what they want at another, or at home, and an alarm comes anyway.
func TestEachPostItsOwn(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	quiet, loud := w.follows(w.Officer(fire, org.Head)), w.follows(w.Officer(fire, org.Clerk))
	w.wants(quiet, "follow", notify.Off)
	home := quiet
	home.Post = nil
	w.wants(home, "notice", notify.Off)
	known := toRead()
	known.Kind = "follow"
	w.tell(w.filed(fire, 0, 1))
	w.drain(w.planned(known))
	if rows := w.deliveries(notify.Sent); len(rows) != 1 || rows[0].PersonID != loud.PersonID {
		t.Errorf("%+v", rows)
	}
	alarm := known
	alarm.Priority = event.Alarm
	urgent := w.filed(fire, 0, 1).(event.CaseFiled)
	urgent.Urgent = true
	w.tell(urgent)
	w.drain(w.planned(alarm))
	if rows := w.deliveries(notify.Sent); len(rows) != 3 {
		t.Errorf("an alarm reached %d of 2", len(rows)-1)
	}
}

// TestTwentyDigesters: each message is in one digest, and each person gets one.
func TestTwentyDigesters(t *testing.T) {
	w := newWorld(t)
	const people, notices = 10, 4
	for n := range people {
		w.wants(w.Resident(n%3, org.RoleOwner), "notice", notify.Digested)
	}
	for n := range notices {
		w.tell(w.notice(int64(n + 1)))
	}
	d := w.dispatcher()
	w.drain(d)
	w.clock.Advance(8 * time.Hour)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := d.SendDigests(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.drain(d)
	w.once(people)
	inDigest := map[int64]int{}
	for _, r := range w.deliveries(notify.Sent) {
		inDigest[r.DigestID]++
	}
	if inDigest[0] != people || len(inDigest) != people+1 {
		t.Errorf("%d digests of %d people", len(inDigest)-1, people)
	}
	for id, n := range inDigest {
		if id != 0 && n != notices {
			t.Errorf("%d messages in a digest, want %d", n, notices)
		}
	}
}

// news is for everybody in the estate.
func news() plan.Message {
	return plan.Message{To: []plan.To{plan.Residents}, Kind: "notice", Title: "停水", Body: "停水。", Template: "notice", Values: []string{"小区", "停水", "社区", "今天"}, Channels: []plan.Channel{plan.Mini}, Priority: event.Bulk}
}

// TestADigestGoesOnByTheNextChannel, and what is in it is settled as it was itself.
func TestADigestGoesOnByTheNextChannel(t *testing.T) {
	for _, c := range []struct {
		channels []plan.Channel
		want     notify.State
	}{{[]plan.Channel{plan.Mini, plan.SMS}, notify.Sent}, {[]plan.Channel{plan.Mini}, notify.Refused}} {
		w := newWorld(t)
		w.wants(w.Resident(0, org.RoleOwner), "notice", notify.Digested)
		m := news()
		m.Channels = c.channels
		d := w.planned(m)
		w.tell(w.notice(1), w.notice(2))
		w.drain(d)
		w.clock.Advance(8 * time.Hour)
		tries := 0
		w.phones.err = func() error {
			if tries++; tries == 1 {
				return &failure{Code: 43101, Refused: true}
			}
			return nil
		}
		if _, err := d.SendDigests(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.drain(d)
		n := 0
		for _, r := range w.deliveries(c.want) {
			if r.DigestID != 0 {
				n++
			}
		}
		if n != 2 {
			t.Errorf("by %v: %d of 2 are %s", c.channels, n, c.want)
		}
	}
}

// TestADigestThatWasNotTried: what is in it does not stay open for ever.
func TestADigestThatWasNotTried(t *testing.T) {
	w := newWorld(t)
	w.wants(w.Resident(0, org.RoleOwner), "notice", notify.Digested)
	d := w.dispatcher()
	w.tell(w.notice(1), w.notice(2))
	w.drain(d)
	w.clock.Advance(8 * time.Hour)
	if _, err := d.SendDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.deliveries(notify.Merged)) != 2 {
		t.Fatalf("%d are settled before their digest went out", 2-len(w.deliveries(notify.Merged)))
	}
	w.change(func(tx *store.Tx) error { // as when there is no consent for it
		return tx.Model(&notify.Delivery{}).Where("state = ?", notify.Waiting).Update("state", notify.Unreachable).Error
	})
	if _, err := d.SendDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(w.deliveries(notify.Unreachable)); n != 3 {
		t.Errorf("%d of 3 are known not to have arrived", n)
	}
}

// TestAClosedCaseIsForgottenInDigestsToo: a digest has the words of its newest message, which may name a case.
func TestAClosedCaseIsForgottenInDigestsToo(t *testing.T) {
	w := newWorld(t)
	a := w.Resident(0, org.RoleOwner)
	w.wants(a, "progress", notify.Digested)
	m := plan.Message{To: []plan.To{plan.Complainant}, Kind: "progress", Title: "您的投诉已受理", Body: "已受理。", Template: "case_progress", Values: []string{"T1", "油烟", "办理中", "今天", "请留意"}, Channels: []plan.Channel{plan.Mini}, Priority: event.Normal}
	d := w.planned(m)
	w.tell(w.filed(w.Code("fire"), 0, a.PersonID))
	w.drain(d)
	w.clock.Advance(8 * time.Hour)
	if _, err := d.SendDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.drain(d)
	w.once(1)
	w.change(func(tx *store.Tx) error { return w.dispatcher().Forget(tx, []int64{1}) })
	if left := w.deliveries(notify.Sent); len(left) != 0 {
		t.Errorf("who complained is still to be seen: %+v", left)
	}
}

// TestAnErasedPersonWantsNothing, and every change is in the trail.
func TestAnErasedPersonWantsNothing(t *testing.T) {
	w := newWorld(t)
	a := w.Resident(0, org.RoleOwner)
	nine := 9
	if _, err := notify.NewPreferences(w.DB, plan.Default().Quiet()).Set(t.Context(), a, &nine, map[string]notify.Mode{"notice": notify.Off}); err != nil {
		t.Fatal(err)
	}
	var trail int64
	w.change(func(tx *store.Tx) error {
		if err := tx.Model(&audit.Entry{}).Where("verb = ?", "preference.set").Count(&trail).Error; err != nil {
			return err
		}
		return notify.ErasePreferences(tx, a.PersonID)
	})
	if trail != 1 {
		t.Errorf("%d entries in the trail", trail)
	}
	c, err := notify.NewPreferences(w.DB, plan.Default().Quiet()).Find(t.Context(), a)
	if err != nil || c.Hour != 18 {
		t.Error(c, err)
	}
	for _, k := range c.Kinds {
		if k.Mode != notify.On {
			t.Errorf("%+v", k)
		}
	}
}

// TestTheNightIsQuiet: what does not press waits for the morning, each phone at its own minute; what presses comes and says why.
func TestTheNightIsQuiet(t *testing.T) {
	w := newWorld(t)
	for n := range 60 {
		w.Resident(n%3, org.RoleOwner)
	}
	w.clock.Advance(12*time.Hour + 30*time.Minute) // half past ten at night
	d := w.planned(news())
	w.tell(w.notice(1))
	w.drain(d)
	w.once(0)
	morning := w.clock.Now().Add(8*time.Hour + 30*time.Minute)
	minutes := map[time.Time]int{}
	for _, r := range w.deliveries(notify.Waiting) {
		minutes[r.DueAt]++
		if r.DueAt.Before(morning) || !r.DueAt.Before(morning.Add(30*time.Minute)) {
			t.Fatalf("due at %s", r.DueAt)
		}
	}
	if len(minutes) != 30 {
		t.Errorf("sixty phones at %d minutes", len(minutes))
	}
	fire := w.Code("fire")
	lead := w.follows(w.Officer(fire, org.Head))
	alarm := toRead()
	alarm.Priority, alarm.Body = event.Alarm, strings.Repeat("险", 600)
	urgent := w.filed(fire, 0, 1).(event.CaseFiled)
	urgent.Urgent = true
	w.tell(urgent)
	w.drain(w.planned(alarm))
	w.once(1)
	if body := w.newest(lead).Body; !strings.HasSuffix(body, "…紧急事项，夜间也会通知。") || len([]rune(body)) != 600 {
		t.Errorf("it says %d characters, the last %q", len([]rune(body)), string([]rune(body)[585:]))
	}
	w.clock.Advance(9 * time.Hour)
	w.drain(d)
	w.once(61)
	w.tell(urgent)
	w.drain(w.planned(alarm))
	if body := w.newest(lead).Body; strings.Contains(body, "夜间") {
		t.Error("it speaks of the night by day")
	}
}

// TestTheEveningEnds: neither the next try nor what is still in the queue goes out by night.
func TestTheEveningEnds(t *testing.T) {
	for name, evening := range map[string]func(*world, *notify.Dispatcher){
		"failed": func(w *world, d *notify.Dispatcher) {
			w.phones.err = func() error { return errors.New("not now") }
			w.drain(d)
			w.phones.err = nil
		},
		"failed at night": func(w *world, d *notify.Dispatcher) {
			w.phones.err = func() error { w.clock.Advance(2 * time.Minute); return errors.New("not now") }
			w.drain(d)
			w.phones.err = nil
		},
		"in the queue": func(w *world, d *notify.Dispatcher) {
			var m outbox.Message
			if err := w.DB.View(w.t.Context(), func(tx *store.Tx) error { return tx.Order("id DESC").Take(&m).Error }); err != nil {
				w.t.Fatal(err)
			}
			if err := d.Expand(w.t.Context(), m.ID); err != nil {
				w.t.Fatal(err)
			}
		},
	} {
		w := newWorld(t)
		for n := range inTheAir {
			w.Resident(n%3, org.RoleOwner)
		}
		w.clock.Advance(12*time.Hour - time.Minute)
		d := w.planned(news())
		w.tell(w.notice(1))
		evening(w, d)
		if due := w.deliveries(notify.Waiting)[0].DueAt; name == "failed at night" && due.Before(w.clock.Now().Add(time.Hour)) {
			t.Errorf("tried again by night, at %s", due)
		}
		w.clock.Advance(2 * time.Minute)
		w.drain(d)
		w.clock.Advance(time.Hour)
		w.drain(d)
		w.once(0)
		rows := w.deliveries(notify.Waiting)
		morning := time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)
		for _, r := range rows {
			if r.DueAt.Before(morning) || r.DueAt.After(morning.Add(30*time.Minute)) {
				t.Errorf("%s: due at %s", name, r.DueAt)
			}
		}
		w.clock.Advance(9 * time.Hour)
		w.drain(d)
		w.once(inTheAir)
		if len(rows) != inTheAir {
			t.Errorf("%s: %d waited", name, len(rows))
		}
	}
}

func (w *world) holders(post int64) string {
	w.t.Helper()
	var list []string
	for _, state := range []notify.State{notify.Waiting, notify.Digest, notify.Vacant, notify.Moved} {
		for _, r := range w.deliveries(state) {
			if r.RecipientID == post {
				list = append(list, fmt.Sprintf("%s:%d", state, r.PersonID))
			}
		}
	}
	return strings.Join(list, " ")
}

// TestWhatWaitsGoesToTheNewHolder: not to the old one; with nobody at the post it waits for a day.
func TestWhatWaitsGoesToTheNewHolder(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	old := w.follows(w.Officer(fire, org.Liaison))
	next := w.follows(w.Person())
	w.phones.err = func() error { return errors.New("not now") }
	d := w.planned(toRead())
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	service := org.New(w.DB, w.Vault, nil, nil)
	service.OnStaffing(notify.NewHandover(plan.Default().Quiet()))
	if err := service.ReleaseHolder(t.Context(), old, old.Post.PostID, old.PersonID); err != nil {
		t.Fatal(err)
	}
	if got, want := w.holders(old.Post.PostID), fmt.Sprintf("vacant:0 moved:%d", old.PersonID); got != want {
		t.Errorf("with nobody there: %s, want %s", got, want)
	}
	w.phones.err = nil
	w.clock.Advance(time.Hour)
	w.drain(d)
	w.once(0)
	head := w.Officer(w.Code("leading-group"), org.Head)
	inv, err := service.InvitePostHolder(t.Context(), head, old.Post.PostID, org.Holder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.Accept(t.Context(), next, inv.Token); err != nil {
		t.Fatal(err)
	}
	w.drain(d)
	w.once(1)
	if rows := w.deliveries(notify.Sent); len(rows) != 1 || rows[0].PersonID != next.PersonID {
		t.Errorf("%+v", rows)
	}
}

// TestWhoComesBackToAPost has again what waited there when they left, and so has the empty post.
func TestWhoComesBackToAPost(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	a, b := w.follows(w.Officer(fire, org.Liaison)), w.follows(w.Person())
	w.phones.err = func() error { return errors.New("not now") }
	d := w.planned(toRead())
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	post := a.Post.PostID
	h := notify.NewHandover(plan.Default().Quiet())
	change := func(from, to org.Actor) {
		w.change(func(tx *store.Tx) error {
			if err := tx.Where("post_id = ?", post).Delete(&org.PostHolder{}).Error; err != nil {
				return err
			}
			if err := h.Ended(tx, post, from.PersonID); err != nil {
				return err
			}
			holding := fmt.Sprintf("%d/%d", post, to.PersonID)
			if err := tx.Create(&org.PostHolder{PostID: post, PersonID: to.PersonID, Role: org.Holder, Since: tx.Now, Holding: &holding}).Error; err != nil {
				return err
			}
			return h.Began(tx, post, to.PersonID)
		})
	}
	change(a, b)
	change(b, a)
	if got, want := w.holders(post), fmt.Sprintf("pending:%d", a.PersonID); !strings.Contains(got, want) {
		t.Errorf("back at the post: %s, want %s", got, want)
	}
	change(a, b)
	w.phones.err = nil
	w.clock.Advance(time.Hour)
	w.drain(d)
	w.once(1)
	if rows := w.deliveries(notify.Sent); len(rows) != 1 || rows[0].PersonID != b.PersonID {
		t.Errorf("%+v", rows)
	}
}

// TestNobodyComesToAPost: after a day the level above has what waited there, once and with the reason, unless it had it for being unread.
func TestNobodyComesToAPost(t *testing.T) {
	for _, unread := range []bool{false, true} {
		w := newWorld(t)
		fire := w.Code("fire")
		old, above := w.follows(w.Officer(fire, org.Liaison)), w.follows(w.Officer(w.Code("leading-group"), org.Head))
		m := toRead(plan.NextAbove)
		if !unread {
			m.Ack = nil
		}
		w.phones.err = func() error { return errors.New("not now") }
		d := w.planned(m)
		w.tell(w.filed(fire, 0, 1))
		w.drain(d)
		w.change(func(tx *store.Tx) error {
			if err := tx.Where("post_id = ?", old.Post.PostID).Delete(&org.PostHolder{}).Error; err != nil {
				return err
			}
			return notify.NewHandover(plan.Quiet{}).Ended(tx, old.Post.PostID, old.PersonID)
		})
		w.phones.err = nil
		w.clock.Advance(23 * time.Hour)
		w.chase(d)
		if n := w.inboxOf(above); len(w.deliveries(notify.Vacant)) != 1 || (n == 1) != unread {
			t.Errorf("within the day %d wait and above has %d", len(w.deliveries(notify.Vacant)), n)
		}
		w.clock.Advance(time.Hour)
		for range 2 {
			w.chase(d)
		}
		if n := w.inboxOf(above); n != 1 || len(w.deliveries(notify.Vacant)) != 0 {
			t.Errorf("after it %d wait and above has %d", len(w.deliveries(notify.Vacant)), n)
		}
		if e := w.newest(above); !unread && !strings.Contains(e.Body, "岗位没有人，转报您单位。") {
			t.Errorf("above reads %q", e.Body)
		}
		w.once(1)
	}
}

// TestADeputyAtThePostHasItToo: what the one who leaves had waiting is not sent twice to who was told as well.
func TestADeputyAtThePostHasItToo(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	old, deputy := w.follows(w.Officer(fire, org.Liaison)), w.follows(w.Person())
	w.change(func(tx *store.Tx) error {
		holding := fmt.Sprintf("%d/%d", old.Post.PostID, deputy.PersonID)
		return tx.Create(&org.PostHolder{PostID: old.Post.PostID, PersonID: deputy.PersonID, Role: org.Deputy, Since: tx.Now, Holding: &holding}).Error
	})
	w.phones.err = func() error { return errors.New("not now") }
	d := w.planned(toRead())
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	service := org.New(w.DB, w.Vault, nil, nil)
	service.OnStaffing(notify.NewHandover(plan.Default().Quiet()))
	if err := service.ReleaseHolder(t.Context(), old, old.Post.PostID, old.PersonID); err != nil {
		t.Fatal(err)
	}
	w.phones.err = nil
	w.clock.Advance(time.Hour)
	w.drain(d)
	w.once(1)
	if rows := w.deliveries(notify.Sent); rows[0].PersonID != deputy.PersonID {
		t.Errorf("%+v", rows)
	}
}

// TestWhatWaitsGoesToWhoStandsIn: the one who is left at the post is away; nothing waits for a next holder then.
func TestWhatWaitsGoesToWhoStandsIn(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	old, deputy, colleague := w.follows(w.Officer(fire, org.Liaison)), w.Person(), w.follows(w.Officer(fire, org.Clerk))
	d := w.planned(toRead())
	w.phones.err = func() error { return errors.New("not now") }
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	w.change(func(tx *store.Tx) error {
		holding := fmt.Sprintf("%d/%d", old.Post.PostID, deputy.PersonID)
		if err := tx.Create(&org.PostHolder{PostID: old.Post.PostID, PersonID: deputy.PersonID, Role: org.Deputy, Since: tx.Now, Holding: &holding}).Error; err != nil {
			return err
		}
		today := org.DayOf(tx.Now)
		if err := tx.Create(&org.Absence{PostID: old.Post.PostID, PersonID: deputy.PersonID, StandInID: colleague.Post.PostID, StartsOn: today, EndsOn: today, CreatedAt: tx.Now}).Error; err != nil {
			return err
		}
		if err := tx.Where("person_id = ?", colleague.PersonID).Delete(&notify.Delivery{}).Error; err != nil { // it was told on its own account
			return err
		}
		if err := tx.Model(&org.PostHolder{}).Where("person_id = ?", old.PersonID).Updates(map[string]any{"holding": nil, "ends_at": tx.Now}).Error; err != nil {
			return err
		}
		return notify.NewHandover(plan.Quiet{}).Ended(tx, old.Post.PostID, old.PersonID)
	})
	w.phones.err = nil
	w.clock.Advance(time.Hour)
	w.drain(d)
	w.once(1)
	if rows := w.deliveries(notify.Sent); rows[0].PersonID != colleague.PersonID || len(w.deliveries(notify.Vacant)) != 0 {
		t.Errorf("%+v, and %d wait for a holder", rows, len(w.deliveries(notify.Vacant)))
	}
}

// TestWhoIsAwayIsStoodInFor: the post that stands in is told, the post's own inbox has it too, and the phone of who is away is left
// in peace; before and after, all is as always.
func TestWhoIsAwayIsStoodInFor(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	away, colleague := w.follows(w.Officer(fire, org.Head)), w.follows(w.Officer(fire, org.Clerk))
	stranger := w.Officer(w.Community, org.Clerk)
	service := org.New(w.DB, w.Vault, nil, nil)
	day := func(n int) time.Time { return org.DayOf(w.clock.Now()).AddDate(0, 0, n) }
	for name, c := range map[string]struct {
		in   org.NewAbsence
		want error
	}{
		"no deputy":         {org.NewAbsence{StartsOn: day(1), EndsOn: day(2)}, org.ErrNoStandIn},
		"another office":    {org.NewAbsence{StartsOn: day(1), EndsOn: day(2), StandInID: stranger.Post.PostID}, org.ErrPostNotFound},
		"oneself":           {org.NewAbsence{StartsOn: day(1), EndsOn: day(2), StandInID: away.Post.PostID}, org.ErrPostNotFound},
		"over":              {org.NewAbsence{StartsOn: day(-3), EndsOn: day(-1), StandInID: colleague.Post.PostID}, fault.ErrInvalid},
		"the wrong way":     {org.NewAbsence{StartsOn: day(3), EndsOn: day(2), StandInID: colleague.Post.PostID}, fault.ErrInvalid},
		"for years":         {org.NewAbsence{StartsOn: day(0), EndsOn: day(400), StandInID: colleague.Post.PostID}, fault.ErrInvalid},
		"so it should work": {org.NewAbsence{StartsOn: day(1), EndsOn: day(2), StandInID: colleague.Post.PostID}, nil},
	} {
		if _, err := service.StateAbsence(t.Context(), away, c.in); (c.want == nil) != (err == nil) || c.want != nil && fault.Of(err).Code != fault.Of(c.want).Code {
			t.Errorf("%s: %v", name, err)
		}
	}
	again, err := service.StateAbsence(t.Context(), away, org.NewAbsence{StartsOn: day(1), EndsOn: day(2), StandInID: colleague.Post.PostID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.StateAbsence(t.Context(), away, org.NewAbsence{StartsOn: day(2), EndsOn: day(4), StandInID: colleague.Post.PostID}); !errors.Is(err, org.ErrAbsenceOverlaps) {
		t.Errorf("an overlap: %v", err)
	}
	if list, err := service.ListAbsences(t.Context(), away); err != nil || len(list) != 1 || list[0].ID != again.ID {
		t.Errorf("%+v, %v", list, err)
	}
	headsOnly := toRead()
	headsOnly.To = []plan.To{plan.Heads}
	d := w.planned(headsOnly)
	tell := func() (phonesOfAway, phonesOfColleague, inboxOfAway, inboxOfColleague int) {
		w.tell(event.CaseMoved{Case: w.filed(fire, 0, 1).(event.CaseFiled).Case, What: "appealed", ToID: fire.ID, ToName: fire.Name})
		w.drain(d)
		for _, r := range w.deliveries(notify.Sent) {
			switch r.PersonID {
			case away.PersonID:
				phonesOfAway++
			case colleague.PersonID:
				phonesOfColleague++
			}
		}
		return phonesOfAway, phonesOfColleague, w.inboxOf(away), w.inboxOf(colleague)
	}
	check := func(when string, want [4]int) {
		t.Helper()
		a, b, c, d := tell()
		if got := [4]int{a, b, c, d}; got != want {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	check("before", [4]int{1, 0, 1, 0})
	w.clock.Advance(24 * time.Hour)
	check("on the first day", [4]int{1, 1, 2, 1})
	if err := service.EndAbsence(t.Context(), stranger, again.ID); !errors.Is(err, org.ErrAbsenceNotFound) {
		t.Errorf("somebody else ends it: %v", err)
	}
	if err := service.EndAbsence(t.Context(), away, again.ID); err != nil {
		t.Fatal(err)
	}
	check("back early", [4]int{2, 1, 3, 1})
	if _, err := service.StateAbsence(t.Context(), away, org.NewAbsence{StartsOn: day(0), EndsOn: day(0), StandInID: colleague.Post.PostID}); err != nil {
		t.Fatal(err)
	}
	w.change(func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("post_id = ?", colleague.Post.PostID).Updates(map[string]any{"holding": nil, "ends_at": tx.Now}).Error
	})
	check("with nobody to stand in", [4]int{3, 1, 4, 1})
}

// TestReadUpTo marks what somebody has seen, and nothing of others or of what came after.
func TestReadUpTo(t *testing.T) {
	w := newWorld(t)
	a, b := w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleOwner)
	box := inbox.New(w.DB)
	for n := range 3 {
		w.tell(w.notice(int64(n + 1)))
	}
	w.drain(w.dispatcher())
	seen := w.newest(a).ID
	w.tell(w.notice(4))
	w.drain(w.dispatcher())
	if n, err := box.Mark(t.Context(), a, nil, seen); err != nil || n != 3 {
		t.Errorf("%d marked, %v", n, err)
	}
	for who, want := range map[int64]int64{a.PersonID: 1, b.PersonID: 4} {
		if n, err := box.Unread(t.Context(), org.Actor{PersonID: who}); err != nil || n != want {
			t.Errorf("%d unread, want %d, %v", n, want, err)
		}
	}
	if rows, err := box.ListUnread(t.Context(), a, 0, 10); err != nil || len(rows) != 1 || rows[0].ID <= seen {
		t.Errorf("%+v, %v", rows, err)
	}
	for _, bad := range []struct {
		ids  []int64
		upTo int64
	}{{nil, 0}, {[]int64{1}, 1}} {
		if _, err := box.Mark(t.Context(), a, bad.ids, bad.upTo); !errors.Is(err, inbox.ErrMark) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
