package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// reader keeps the titles in the order in which they came, and lets a test decide about each.
type reader struct {
	mu     sync.Mutex
	titles []string
	decide func(notify.Outgoing) error
}

func (r *reader) Send(_ context.Context, out notify.Outgoing) (string, error) {
	if r.decide != nil {
		if err := r.decide(out); err != nil {
			return "", err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.titles = append(r.titles, out.Title)
	return "", nil
}

func (r *reader) read() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.titles)
}

func (w *world) with(c notify.Channel, change func(*notify.Options)) *notify.Dispatcher {
	o := notify.Options{DB: w.DB, Redis: w.redis, Senders: inTheAir, Log: quiet, Ways: map[plan.Channel]*notify.Way{
		plan.Mini:    {Channel: c, Addresses: notify.Accounts(org.MiniProgram), Templates: templateIDs()},
		plan.Service: {Channel: c, Addresses: notify.Accounts(org.ServiceAccount), Templates: templateIDs()},
	}}
	if change != nil {
		change(&o)
	}
	return notify.New(o)
}

// follow has an officer follow the service account.
func (w *world) follow(a org.Actor) {
	w.t.Helper()
	err := w.DB.InTx(w.t.Context(), func(tx *store.Tx) error {
		return tx.Create(&org.Identity{PersonID: a.PersonID, Provider: org.ServiceAccount, OpenID: a.Post.OrgName, Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestDangerReachesWhoIsOnDuty: the office that leads by WeChat or, without an account, by a short message; and the number on the
// roster, whoever holds it.
func TestDangerReachesWhoIsOnDuty(t *testing.T) {
	w := newWorld(t)
	owner := w.Resident(0, org.RoleOwner)
	w.follow(w.Officer(w.Code("fire"), org.Head))
	clerk := w.Officer(w.Community, org.Clerk) // follows nothing
	danger := w.filed(w.Code("fire"), 0, owner.PersonID).(event.CaseFiled)
	danger.Urgent = true
	w.tell(danger)
	wechat, texts := &reader{}, &phones{got: map[string]int{}, to: map[string]string{}}
	d := w.with(wechat, func(o *notify.Options) {
		o.Duty = func(*store.Tx, int64) ([]notify.Shift, error) {
			return []notify.Shift{{ShiftID: 7, OrganisationID: w.Community.ID}}, nil
		}
		o.Ways[plan.SMS] = &notify.Way{Channel: texts,
			Addresses: func(_ *store.Tx, people []int64) (map[int64]string, error) {
				return map[int64]string{clerk.PersonID: "13800000001"}, nil
			},
			Shifts: func(*store.Tx, []int64) (map[int64]string, error) { return map[int64]string{7: "13800000002"}, nil }}
	})
	w.drain(d)
	if got := wechat.read(); !slices.Contains(got, "有危险，请马上派人") {
		t.Errorf("WeChat brings %q", got)
	}
	if texts.to["13800000001"] == "" || texts.to["13800000002"] != "有险情，请马上到现场" || len(texts.got) != 2 {
		t.Errorf("the phones got %v", texts.to)
	}
	if n := len(w.deliveries(notify.Unreachable)); n == 0 {
		t.Error("that WeChat did not reach the clerk is not recorded")
	}
}

// TestACaseIsToldInOrder: what happened to a complaint later does not overtake what happened before, whatever fails in between.
func TestACaseIsToldInOrder(t *testing.T) {
	w := newWorld(t)
	owner := w.Resident(0, org.RoleOwner)
	base := w.filed(w.Community, 0, owner.PersonID).(event.CaseFiled).Case
	w.tell(event.CaseFiled{Case: base}, event.CaseAccepted{Case: base}, event.CaseAnswered{Case: base})
	// The later ones are carried first.
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("kind = ?", "complaint.filed").Update("due_at", tx.Now.Add(time.Hour)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	failures := 0
	phone := &reader{decide: func(out notify.Outgoing) error {
		if out.Title == "已收到您的投诉" && failures < 2 {
			failures++
			return errors.New("not now")
		}
		return nil
	}}
	d := w.with(phone, nil)
	for range 6 {
		w.clock.Advance(30 * time.Second)
		w.drain(d)
	}
	if got := phone.read(); !slices.Equal(got, []string{"已收到您的投诉", "您的投诉已受理", "您的投诉有答复了"}) || failures != 2 {
		t.Errorf("after %d failures the resident reads %q", failures, got)
	}
}

// TestAnAlarmPassesACampaign: while every other sender is held up, by bulk and by what is urgent, danger is still told.
func TestAnAlarmPassesACampaign(t *testing.T) {
	w := newWorld(t)
	for range inTheAir {
		p := w.Resident(0, org.RoleOwner).PersonID
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			for i := range int64(7) {
				living := fmt.Sprint(p, "/", i)
				if err := tx.Create(&org.Residence{EstateID: w.Estate.ID + i + 1, UnitID: 1, PersonID: p, Role: org.RoleOwner, Since: tx.Now, Living: &living}).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	owner := w.Resident(1, org.RoleOwner)
	w.follow(w.Officer(w.Community, org.Clerk))
	held, hold := make(chan struct{}, 1000), make(chan struct{})
	phone := &reader{decide: func(out notify.Outgoing) error {
		if out.Template == "notice" {
			held <- struct{}{}
			<-hold
		}
		return nil
	}}
	d := w.with(phone, func(o *notify.Options) {
		o.Plan = func(e event.Event) ([]plan.Message, error) {
			rows, err := plan.For(e)
			if n, ok := e.(*event.NoticePublished); ok && n.NoticeID > 8 {
				rows[0].Priority = event.Urgent
			}
			return rows, err
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { d.Run(ctx) })
	for i := range int64(16) { // an estate in each lane
		n := w.notice(i + 1).(event.NoticePublished)
		n.EstateID = w.Estate.ID + i%8
		w.change(func(tx *store.Tx) error {
			if err := outbox.Append(tx, n); err != nil || n.NoticeID <= 8 {
				return err
			}
			var m outbox.Message
			if err := tx.Order("id DESC").Take(&m).Error; err != nil {
				return err
			}
			return tx.Model(&m).Update("priority", event.Urgent).Error
		})
	}
	for range 2 * 4 * inTheAir { // as many lanes as the process works at a time
		<-held
	}
	danger := w.filed(w.Community, 0, owner.PersonID).(event.CaseFiled)
	danger.Urgent = true
	w.tell(danger)
	for deadline := time.Now().Add(time.Minute); len(phone.read()) == 0; <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the alarm waits behind the campaign")
		}
	}
	close(hold)
	stop()
	running.Wait()
}

// TestLimitsHoldForAllProcesses: two dispatchers together send no more in a minute than the channel may carry, and the rest later.
func TestLimitsHoldForAllProcesses(t *testing.T) {
	w := newWorld(t)
	for range 30 {
		w.Resident(0, org.RoleOwner)
	}
	w.tell(w.notice(1))
	phone := &reader{}
	limit := func(o *notify.Options) { o.Ways[plan.Mini].PerMinute = 11 }
	for minute := 1; minute <= 3; minute++ {
		for _, d := range []*notify.Dispatcher{w.with(phone, limit), w.with(phone, limit)} {
			ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
			_ = d.Drain(ctx) // it does not end while something is due
			stop()
		}
		if got := len(phone.read()); got != min(10*minute, 30) { // a tenth of it is the alarms'
			t.Fatalf("%d were sent in %d minutes", got, minute)
		}
		w.clock.Advance(time.Minute)
	}
	w.drain(w.with(phone, limit))
	if got := len(phone.read()); got != 30 {
		t.Errorf("%d of 30 were sent", got)
	}
}

// TestADayLeavesSomeToWhatPresses: a campaign uses eight tenths of a channel's day, the rest but alarms nine.
func TestADayLeavesSomeToWhatPresses(t *testing.T) {
	w := newWorld(t)
	for range 30 {
		w.Resident(0, org.RoleOwner)
	}
	owner := w.Resident(1, org.RoleOwner)
	w.tell(w.notice(1))
	phone := &reader{}
	d := w.with(phone, func(o *notify.Options) { o.Ways[plan.Mini].PerDay = 20 })
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	_ = d.Drain(ctx)
	stop()
	w.tell(event.CaseAccepted{Case: w.filed(w.Community, 0, owner.PersonID).(event.CaseFiled).Case})
	ctx, stop = context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- d.Drain(ctx) }()
	for deadline := time.Now().Add(time.Minute); !slices.Contains(phone.read(), "您的投诉已受理"); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the campaign ate the whole day")
		}
	}
	stop()
	<-done
	if got := len(phone.read()); got != 17 {
		t.Errorf("%d were sent, want 16 of the campaign and one", got)
	}
}

// TestTheBureauHearsThatNotificationsAreLate, and the page of the bureau and nobody else's says it.
func TestTheBureauHearsThatNotificationsAreLate(t *testing.T) {
	w := newWorld(t)
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	danger := w.filed(w.Community, 0, w.Resident(0, org.RoleOwner).PersonID).(event.CaseFiled)
	danger.Urgent = true
	w.tell(danger)
	d := w.with(&reader{}, nil)
	w.clock.Advance(10 * time.Second)
	if behind, err := d.Watch(t.Context(), true); err != nil || behind {
		t.Errorf("ten seconds are late: %v, %v", behind, err)
	}
	w.clock.Advance(3 * time.Minute)
	behind, err := d.Watch(t.Context(), true)
	if err != nil || !behind {
		t.Fatalf("an alarm that waits for minutes is not late: %v, %v", behind, err)
	}
	s, err := d.FindStatus(t.Context(), bureau)
	if err != nil || len(s.Lag) == 0 || !s.Lag[0].Behind() || s.Lag[0].Priority != event.Alarm {
		t.Errorf("the page says %+v, %v", s, err)
	}
	if _, err := d.FindStatus(t.Context(), w.Officer(w.Community, org.Clerk)); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a community reads it: %v", err)
	}
	w.drain(d)
	rows, err := inbox.New(w.DB).List(t.Context(), bureau, 0, 10)
	if err != nil || len(rows) == 0 || !slices.ContainsFunc(rows, func(r inbox.Entry) bool { return r.Title == "通知发送变慢了" }) {
		t.Errorf("the bureau reads %+v, %v", rows, err)
	}
}
