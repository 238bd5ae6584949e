package notify_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// teller is a provider that can be asked what became of a message.
type teller struct {
	*reader
	find func(notify.Outgoing) (bool, error)
}

func (a *teller) Find(_ context.Context, out notify.Outgoing, _ time.Time) (string, bool, error) {
	found, err := a.find(out)
	return "told-" + out.Key, found, err
}

// doubtful loses the answer to the first message it is given.
func doubtful(find func(notify.Outgoing) (bool, error)) *teller {
	lost := false
	return &teller{find: find, reader: &reader{decide: func(notify.Outgoing) error {
		if lost {
			return nil
		}
		lost = true
		return &notify.Failure{Uncertain: true, Err: errors.New("the answer was lost")}
	}}}
}

// TestAProviderIsAskedAfterAWhile: at once it may not know itself what it took a second ago, and a message would go out twice.
func TestAProviderIsAskedAfterAWhile(t *testing.T) {
	for _, known := range []bool{true, false} {
		w := newWorld(t)
		w.Resident(0, org.RoleOwner)
		asked := 0
		phone := doubtful(func(notify.Outgoing) (bool, error) { asked++; return known, nil })
		w.tell(w.notice(1))
		d := w.with(phone, nil)
		w.drain(d)
		w.clock.Advance(50 * time.Second)
		w.drain(d)
		if asked != 0 {
			t.Fatal("it was asked within a minute")
		}
		for range 4 {
			w.clock.Advance(15 * time.Second)
			w.drain(d)
		}
		sent := w.deliveries(notify.Sent)
		if asked != 1 || len(sent) != 1 {
			t.Fatalf("asked %d times, %d are known as sent", asked, len(sent))
		}
		if known && (sent[0].Repeats != 0 || len(phone.read()) != 0 || sent[0].ProviderID == "") {
			t.Errorf("it had arrived, and yet: %d repeats, %d sent again, provider's id %q", sent[0].Repeats, len(phone.read()), sent[0].ProviderID)
		}
		if !known && (sent[0].Repeats != 1 || len(phone.read()) != 1) {
			t.Errorf("it had not arrived: %d repeats, %d sent again", sent[0].Repeats, len(phone.read()))
		}
	}
}

// TestAProviderThatNeverTells: after a day a person decides, and what is new goes out meanwhile.
func TestAProviderThatNeverTells(t *testing.T) {
	w := newWorld(t)
	w.Resident(0, org.RoleOwner)
	asked := make(chan struct{}, 100)
	hold := make(chan struct{})
	phone := doubtful(func(notify.Outgoing) (bool, error) {
		asked <- struct{}{}
		<-hold
		return false, errors.New("no answer")
	})
	d := w.with(phone, nil)
	w.tell(w.notice(1))
	w.drain(d)
	w.clock.Advance(2 * time.Minute)
	w.tell(w.notice(2))
	done := make(chan error, 1)
	go func() { done <- d.Drain(t.Context()) }()
	<-asked
	for deadline := time.Now().Add(time.Minute); len(phone.read()) == 0; <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what is new waits for what the provider says of the past")
		}
	}
	close(hold)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for range 10 {
		w.clock.Advance(3 * time.Hour)
		w.drain(d)
	}
	if held := w.deliveries(notify.Held); len(held) != 1 {
		t.Errorf("%d are left to a person, want the one in doubt", len(held))
	}
	if got := phone.read(); len(got) != 1 {
		t.Errorf("%d were sent, want the new one alone", len(got))
	}
}

// TestTheWindowOfRepeatsBeginsWithTheLaunch: who comes to a lane hours after its sender died does not trust that the provider
// still remembers the key.
func TestTheWindowOfRepeatsBeginsWithTheLaunch(t *testing.T) {
	for _, late := range []bool{false, true} {
		w := newWorld(t)
		w.Resident(0, org.RoleOwner)
		w.phones.err = func() error { return errors.New("not now") }
		w.tell(w.notice(1))
		d := w.with(w.phones, func(o *notify.Options) { o.Ways[plan.Mini].Repeats = 10 * time.Minute })
		w.drain(d)
		waiting := w.deliveries(notify.Waiting)
		w.change(func(tx *store.Tx) error {
			if err := tx.Model(&notify.Text{}).Where("1 = 1").Update("hold", true).Error; err != nil {
				return err
			}
			return tx.Model(&notify.Lane{}).Where("lane = ? AND channel = ?", waiting[0].Lane, plan.Mini).
				Updates(map[string]any{"owner": "dead", "ends_at": tx.Now.Add(25 * time.Second), "launched": "[" + itoa(waiting[0].ID) + "]"}).Error
		})
		w.phones.err = nil
		w.clock.Advance(time.Minute)
		if late {
			w.clock.Advance(time.Hour)
		}
		w.drain(d)
		if held := len(w.deliveries(notify.Held)); held != map[bool]int{false: 0, true: 1}[late] {
			t.Errorf("an hour late %v: %d are left to a person", late, held)
		}
	}
}

// TestWhatPressesGoesOnAtOnce: somebody in danger is not left to a WeChat that fails until it has failed for a day.
func TestWhatPressesGoesOnAtOnce(t *testing.T) {
	for name, trouble := range map[string]error{"down": errors.New("not now"), "the day's limit": &notify.Failure{Limited: true, Err: errors.New("45009")}, "silent": &notify.Failure{Uncertain: true, Err: errors.New("no answer")}} {
		for _, p := range []event.Priority{event.Urgent, event.Normal} {
			w := newWorld(t)
			w.Resident(0, org.RoleOwner)
			texts := &reader{}
			m := news()
			m.Priority, m.Channels = p, []plan.Channel{plan.Mini, plan.SMS}
			d := w.with(&reader{decide: func(notify.Outgoing) error { return trouble }}, func(o *notify.Options) {
				o.Plan = func(event.Event) ([]plan.Message, error) { return []plan.Message{m}, nil }
				o.Ways[plan.SMS] = &notify.Way{Channel: texts, Addresses: notify.Accounts(org.MiniProgram)}
			})
			w.tell(w.notice(1))
			w.change(func(tx *store.Tx) error {
				return tx.Model(&outbox.Message{}).Where("1 = 1").Update("priority", p).Error
			})
			w.drain(d)
			w.clock.Advance(2 * time.Minute)
			w.drain(d)
			want := map[event.Priority]int{event.Urgent: 1, event.Normal: 0}[p]
			if got := len(texts.read()); got != want {
				t.Errorf("%s, %s: %d short messages, want %d", name, p, got, want)
			}
		}
	}
}

// TestWhatMayHaveArrivedEndsWithAPerson: it is not sent again and again, and a refusal of the repeat is no refusal by the person.
func TestWhatMayHaveArrivedEndsWithAPerson(t *testing.T) {
	for name, second := range map[string]error{"never an answer": &notify.Failure{Uncertain: true, Err: errors.New("no answer")}, "no consent is left": &notify.Failure{Code: 43101, Permanent: true, Refused: true, Err: errors.New("43101")}} {
		w := newWorld(t)
		w.Resident(0, org.RoleOwner)
		tries := 0
		m := news()
		m.Hold = false
		d := w.with(&reader{decide: func(notify.Outgoing) error {
			if tries++; tries > 1 {
				return second
			}
			return &notify.Failure{Uncertain: true, Err: errors.New("no answer")}
		}}, func(o *notify.Options) {
			o.Plan = func(event.Event) ([]plan.Message, error) { return []plan.Message{m}, nil }
			o.Ways[plan.Mini].Repeats = 10 * time.Minute
		})
		w.tell(w.notice(1))
		w.drain(d)
		for range 12 {
			w.clock.Advance(time.Hour)
			w.drain(d)
		}
		if held := w.deliveries(notify.Held); len(held) != 1 || tries > 4 {
			t.Errorf("%s: %d tries, %d left to a person, %d refused", name, tries, len(held), len(w.deliveries(notify.Refused)))
		}
	}
}

// TestWhatPressesPassesTheNight: an urgent message about a case does not wait for a normal one that the night holds back.
func TestWhatPressesPassesTheNight(t *testing.T) {
	w := newWorld(t)
	fire := w.Code("fire")
	w.follows(w.Officer(fire, org.Liaison))
	w.clock.Advance(12*time.Hour + 30*time.Minute)
	calm, pressing := toRead(), toRead()
	calm.Ack, pressing.Ack, pressing.Priority = nil, nil, event.Urgent
	filed := w.filed(fire, 0, 1)
	w.tell(filed)
	w.drain(w.planned(calm))
	w.once(0)
	w.tell(event.CaseMoved{Case: filed.(event.CaseFiled).Case, What: "remind"})
	d := w.planned(pressing)
	for range 3 {
		w.drain(d)
		w.clock.Advance(2 * time.Second)
	}
	w.once(1)
}

// TestAMachineWhoseClockIsWrongSendsNothing: by its clock, others that are alive would be dead.
func TestAMachineWhoseClockIsWrongSendsNothing(t *testing.T) {
	if !modelstest.OnServer() {
		t.Skip("SQLite goes by the clock of the machine it is on")
	}
	dsn := modelstest.DSN(t)
	db, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	astray, err := store.Open(t.Context(), store.Options{DSN: dsn + "?timestamp=" + itoa(time.Now().Add(-time.Minute).Unix())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = astray.Close() })
	w := &world{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), t: t, clock: modelstest.NewClock(), redis: modelstest.Redis(t), phones: &phones{got: map[string]int{}}}
	w.Resident(0, org.RoleOwner)
	w.tell(w.notice(1))
	log := &heard{lines: make(chan string, 100)}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	d := w.with(w.phones, func(o *notify.Options) { o.DB, o.Log = astray, slog.New(slog.NewTextHandler(log, nil)) })
	if err := d.Expand(ctx, 1); err != nil {
		t.Fatal(err)
	}
	go d.Run(ctx) // until the test ends
	for !strings.Contains(<-log.lines, "clock") {
		if ctx.Err() != nil {
			t.Fatal("nobody says that the clock is wrong")
		}
	}
	while, enough := context.WithTimeout(ctx, 300*time.Millisecond)
	defer enough()
	if err := d.Drain(while); err == nil {
		t.Error("it says that all is sent")
	}
	w.once(0)
	if off, err := astray.ClockOffset(ctx); err != nil || off < 50*time.Second {
		t.Errorf("the clocks are %s apart, %v", off, err)
	}
}

// heard hands on what is logged.
type heard struct{ lines chan string }

func (h *heard) Write(p []byte) (int, error) {
	select {
	case h.lines <- string(p):
	default:
	}
	return len(p), nil
}

// TestWhoIsErasedInTheAirDoesNotComeBack: the next channel of a message is written to nobody, not to who they were.
func TestWhoIsErasedInTheAirDoesNotComeBack(t *testing.T) {
	w := newWorld(t)
	person := w.Resident(0, org.RoleOwner).PersonID
	const nobody = notify.Erased + 7
	m := news()
	m.Channels = []plan.Channel{plan.Mini, plan.SMS}
	d := w.with(&reader{decide: func(notify.Outgoing) error {
		err := w.DB.InTx(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
			return tx.Model(&notify.Delivery{}).Where("person_id = ?", person).Updates(map[string]any{"person_id": nobody, "recipient_id": nobody}).Error
		})
		return errors.Join(&notify.Failure{Refused: true, Permanent: true, Err: errors.New("43101")}, err)
	}}, func(o *notify.Options) {
		o.Plan = func(event.Event) ([]plan.Message, error) { return []plan.Message{m}, nil }
		o.Ways[plan.SMS] = &notify.Way{Channel: w.phones, Addresses: notify.Accounts(org.MiniProgram)}
	})
	w.tell(w.notice(1))
	w.drain(d)
	w.once(0)
	w.change(func(tx *store.Tx) error {
		var n int64
		if err := tx.Model(&notify.Delivery{}).Where("person_id = ? OR (recipient_kind = 'person' AND recipient_id = ?)", person, person).Count(&n).Error; err != nil {
			return err
		}
		if n != 0 {
			t.Errorf("%d deliveries name who was erased", n)
		}
		return nil
	})
}
