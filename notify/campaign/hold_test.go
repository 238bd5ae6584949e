package campaign_test

import (
	"slices"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
)

// allow lets a person's account have consents for notices.
func (w *world) allow(a org.Actor, n int) {
	w.t.Helper()
	for range n {
		w.clock.Advance(time.Second)
		e := consent.Event{Name: consent.Popup, OpenID: w.openID(a), At: w.clock.Now(), Choices: []consent.Choice{{TemplateID: "notice", Status: "accept"}}}
		if err := w.consents.Push(w.t.Context(), e); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) left(a org.Actor) int {
	w.t.Helper()
	var s consent.Subscription
	account := w.openID(a)
	w.tx(func(tx *store.Tx) error { return tx.Where("open_id = ?", account).Take(&s).Error })
	return s.Stock
}

// TestAPauseKeepsNoConsents: a vote may have them meanwhile. When the campaign goes on, those who have one left are told by WeChat
// and the others by the next channel.
func TestAPauseKeepsNoConsents(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.consents = consent.New(w.DB, map[string]consent.Provided{"notice": {ID: "notice"}}, nil)
	})
	w.build(2)
	rich, poor := w.Person(), w.Person()
	w.own([]owner{{person: rich, phone: "13900000001"}}, 0)
	w.own([]owner{{person: poor, phone: "13900000002"}}, 1)
	w.allow(rich, 2)
	w.allow(poor, 2)
	c := w.launch()
	if err := w.d.Expand(t.Context(), w.message(c)); err != nil {
		t.Fatal(err)
	}
	if w.left(rich) != 1 || w.left(poor) != 1 {
		t.Fatalf("%d and %d left once it is written", w.left(rich), w.left(poor))
	}
	if _, err := w.svc.Pause(t.Context(), w.chair, c.ID, "等一下"); err != nil {
		t.Fatal(err)
	}
	if w.left(rich) != 2 || w.left(poor) != 2 {
		t.Errorf("%d and %d left while it is paused", w.left(rich), w.left(poor))
	}
	w.tx(func(tx *store.Tx) error {
		granted, err := w.consents.Reserve(tx, "notice", event.Urgent, []int64{poor.PersonID})
		if !granted[poor.PersonID] {
			t.Error("a vote finds none")
		}
		return err
	})
	if _, err := w.svc.Resume(t.Context(), w.chair, c.ID); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if w.mini.to(w.openID(rich)) != 1 || w.sms.to("13900000001") != 0 || w.left(rich) != 1 {
		t.Errorf("who has some: %d by WeChat, %d by short message, %d left", w.mini.to(w.openID(rich)), w.sms.to("13900000001"), w.left(rich))
	}
	if w.mini.to(w.openID(poor)) != 0 || w.sms.to("13900000002") != 1 || w.left(poor) != 1 {
		t.Errorf("who has none to spare: %d by WeChat, %d by short message, %d left", w.mini.to(w.openID(poor)), w.sms.to("13900000002"), w.left(poor))
	}
}

// digested has notices wait for a person's digest.
func (w *world) digested(a org.Actor, m notify.Mode) {
	w.t.Helper()
	if _, err := notify.NewPreferences(w.DB, plan.Quiet{}).Set(w.t.Context(), a, nil, map[string]notify.Mode{"notice": m}); err != nil {
		w.t.Fatal(err)
	}
}

// TestWhatWaitsForADigestIsHeldToo, goes on as its person wants it by then, and is given up with the rest.
func TestWhatWaitsForADigestIsHeldToo(t *testing.T) {
	w := newWorld(t)
	people := w.crowd(3)
	for _, a := range people {
		w.digested(a, notify.Digested)
	}
	c := w.launch(onlyWeChat)
	w.drain()
	w.tick()
	if by := w.states(); by[notify.Digest] != 3 || w.again(c).State != campaign.Running {
		t.Fatalf("%v, and the campaign is %s", by, w.again(c).State)
	}
	if _, err := w.svc.Pause(t.Context(), w.chair, c.ID, "等一下"); err != nil {
		t.Fatal(err)
	}
	if by := w.states(); by[notify.Paused] != 3 {
		t.Errorf("paused: %v", by)
	}
	w.digested(people[1], notify.On)
	w.digested(people[2], notify.Off)
	if _, err := w.svc.Resume(t.Context(), w.chair, c.ID); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if by := w.states(); by[notify.Digest] != 1 || by[notify.Sent] != 1 || by[notify.Cancelled] != 1 || w.mini.to(w.openID(people[1])) != 1 {
		t.Errorf("going on: %v", by)
	}
	if _, err := w.svc.Cancel(t.Context(), w.chair, c.ID, "不发了"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(24 * time.Hour)
	if _, err := w.d.SendDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if w.mini.total() != 1 {
		t.Errorf("%d messages, one of them in the digest of a cancelled campaign", w.mini.total())
	}
}

// TestADeedStopsRemindersAlone where the first notice has to be served on everybody.
func TestADeedStopsRemindersAlone(t *testing.T) {
	for _, proof := range []bool{true, false} {
		w := newWorld(t)
		a := w.crowd(1)[0]
		w.digested(a, notify.Digested)
		subject, end := campaign.Subject{Kind: "motion", ID: 7}, w.clock.Now().AddDate(0, 0, 30)
		c := w.launch(onlyWeChat, func(x *campaign.Words) {
			x.SubjectKind, x.SubjectID, x.NeedsProof, x.RemindEvery, x.EndsAt = subject.Kind, subject.ID, proof, 2, &end
		})
		if err := w.d.Expand(t.Context(), w.message(c)); err != nil {
			t.Fatal(err)
		}
		w.tx(func(tx *store.Tx) error { return w.svc.Act(tx, subject, a.PersonID) })
		want := map[bool]notify.State{true: notify.Waiting, false: notify.Cancelled}[proof]
		if by := w.states(); by[want] != 1 {
			t.Errorf("proof %v: %v", proof, by)
		}
	}
}

// TestTheRateIsKeptInTheMorning: what is written by night, and what its rate takes into the night, is spread from the morning on.
func TestTheRateIsKeptInTheMorning(t *testing.T) {
	w := newWorld(t, func(w *world) { w.quiet = plan.Quiet{From: "22:00", To: "07:00"} })
	w.crowd(6)
	w.clock.Advance(11*time.Hour + 59*time.Minute) // one minute to ten at night
	night, morning := w.clock.Now().Add(time.Minute), w.clock.Now().Add(9*time.Hour+time.Minute)
	c := w.launch(func(x *campaign.Words) { x.PerMinute = 2 })
	if err := w.d.Expand(t.Context(), w.message(c)); err != nil {
		t.Fatal(err)
	}
	due := func() (list []time.Duration) {
		var rows []notify.Delivery
		w.tx(func(tx *store.Tx) error { return tx.Order("due_at, id").Find(&rows).Error })
		for _, r := range rows {
			from := night
			if !r.DueAt.Before(night) {
				from = morning
			}
			list = append(list, r.DueAt.Sub(from))
		}
		return list
	}
	if want := []time.Duration{-time.Minute, -30 * time.Second, 0, 30 * time.Second, time.Minute, 90 * time.Second}; !slices.Equal(due(), want) {
		t.Errorf("due %v around the night", due())
	}
	if _, err := w.svc.Pause(t.Context(), w.chair, c.ID, "等一下"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Hour)
	if _, err := w.svc.Resume(t.Context(), w.chair, c.ID); err != nil {
		t.Fatal(err)
	}
	first := due()[0]
	for i, d := range due() {
		if d < 0 || d != first+time.Duration(i)*30*time.Second {
			t.Errorf("resumed by night, due %v in the morning", due())
			break
		}
	}
}
