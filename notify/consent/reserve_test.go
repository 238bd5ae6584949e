package consent_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
)

// TestTwentyWantTheSameConsents: never more are reserved than were earned, whoever comes first.
func TestTwentyWantTheSameConsents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	w.earn(a, 7, progress)
	var got atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			err := w.db.InTx(context.Background(), func(tx *store.Tx) error {
				granted, err := w.s.Reserve(tx, progress, event.Normal, persons([]org.Actor{a, a}))
				if err == nil && granted[a.PersonID] {
					tx.Committed(func() { got.Add(1) })
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got.Load() != 7 {
		t.Errorf("%d reserved of 7", got.Load())
	}
	w.stock(a, progress, 0)
}

// TestBatchesThatOverlap: many writers reserve for the same crowd in any order, while taps and refusals come in. Nobody
// deadlocks into an error, and the sums are right.
func TestBatchesThatOverlap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	crowd := w.people(40)
	for _, a := range crowd {
		w.earn(a, 3, progress)
	}
	var granted, returned atomic.Int32
	var wg sync.WaitGroup
	for n := range 10 {
		some := append([]org.Actor(nil), crowd...)
		rand.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		tap := w.popup(some[0], "accept", progress, notice)
		wg.Go(func() {
			got := int32(0)
			err := w.db.InTx(context.Background(), func(tx *store.Tx) error {
				list, err := w.s.Reserve(tx, progress, event.Normal, persons(some))
				got = int32(len(list))
				return err
			})
			granted.Add(got)
			if err == nil && n%2 == 0 {
				err = w.db.InTx(context.Background(), func(tx *store.Tx) error { return w.s.Return(tx, progress, persons(some[:1])) })
				returned.Add(1)
			}
			if err == nil {
				err = w.s.Push(context.Background(), tap)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	left := 0
	for _, a := range crowd {
		r := w.row(a, progress)
		if r.Stock < 0 {
			t.Errorf("%s: %d consents", a.OpenID, r.Stock)
		}
		left += r.Stock
	}
	if want := 40*3 + 10 + int(returned.Load()) - int(granted.Load()); left != want {
		t.Errorf("%d consents are left, want %d: %d reserved, %d returned", left, want, granted.Load(), returned.Load())
	}
}

// TestWhatIsLeftForWhom: the last consent is not for what everybody is told.
func TestWhatIsLeftForWhom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range event.Priorities {
		for earned, want := range []map[event.Priority]bool{{}, {event.Alarm: true, event.Urgent: true, event.Normal: true}, {event.Alarm: true, event.Urgent: true, event.Normal: true, event.Bulk: true}} {
			a := w.person()
			w.earn(a, earned, notice)
			if got := w.reserve(notice, p, a)[a.PersonID]; got != want[p] {
				t.Errorf("%s with %d consents: %v", p, earned, got)
			}
		}
	}
	a := w.person()
	w.earn(a, 1, notice)
	if w.reserve(notice, event.Priority(9), a)[a.PersonID] {
		t.Error("a priority that nobody knows took the last consent")
	}
	if got := w.reserve(progress, event.Alarm, a); len(got) != 0 {
		t.Errorf("a consent to one template was taken for another: %v", got)
	}
}

// TestReservingForAThousandIsThreeStatements, so that a broadcast stays cheap; and more at once is a mistake.
func TestReservingForAThousandIsThreeStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	crowd := w.people(1000)
	w.tx(func(tx *store.Tx) error {
		rows := make([]consent.Subscription, len(crowd))
		for i, a := range crowd {
			rows[i] = consent.Subscription{OpenID: a.OpenID, Template: notice, PersonID: a.PersonID, Stock: i % 4}
		}
		return tx.CreateInBatches(&rows, 200).Error
	})
	n := 0
	counting, err := store.Open(context.Background(), store.Options{DSN: w.dsn, Now: w.clock.Now, OnSQL: func(sql string) {
		if !strings.HasPrefix(sql, "BEGIN") && !strings.HasPrefix(sql, "COMMIT") {
			n++
		}
	}})
	w.must(err)
	defer func() { _ = counting.Close() }()
	s := consent.New(counting, ids, slog.New(slog.DiscardHandler))
	var granted map[int64]bool
	w.must(counting.InTx(context.Background(), func(tx *store.Tx) (err error) {
		n = 0
		granted, err = s.Reserve(tx, notice, event.Bulk, persons(crowd))
		return err
	}))
	if n > 3 || len(granted) != 500 {
		t.Errorf("%d granted by %d statements", len(granted), n)
	}
	for i, a := range crowd[:8] {
		w.stock(a, notice, []int{0, 1, 1, 2}[i%4])
	}
	many := append(persons(crowd), 1)
	for name, do := range map[string]func(*store.Tx) error{
		"reserve": func(tx *store.Tx) error { _, err := s.Reserve(tx, notice, event.Bulk, many); return err },
		"return":  func(tx *store.Tx) error { return s.Return(tx, notice, many) },
		"refused": func(tx *store.Tx) error { return s.Refused(tx, notice, many) },
	} {
		if err := w.db.InTx(context.Background(), do); err == nil {
			t.Errorf("%s takes more than a thousand people", name)
		}
	}
}

// TestGivenBack: what did not go out is there again, once for each time; what was closed meanwhile stays void.
func TestGivenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.person(), w.person()
	w.earn(a, 3, progress)
	w.earn(b, 1, progress)
	w.reserve(progress, event.Normal, a, b)
	w.reserve(progress, event.Normal, a)
	w.giveBack(progress, a, b, a)
	w.stock(a, progress, 3)
	w.stock(b, progress, 1)
	w.reserve(progress, event.Normal, a)
	w.refuse(progress, a)
	w.giveBack(progress, a)
	w.stock(a, progress, 0)
	if got := w.reserve(progress, event.Alarm, a); len(got) != 0 {
		t.Error("something is reserved from a closed subscription")
	}
	lines := w.entries(a, progress)
	if last := lines[len(lines)-1]; last.Kind != consent.Close || last.N != 2 || last.Source != consent.FromDelivery {
		t.Errorf("the ledger does not say what the refusal voided: %+v", last)
	}
	w.refuse(progress, a, b)
	if again := w.entries(a, progress); len(again) != len(lines) {
		t.Error("a refusal of what is closed already is written down again")
	}
	w.earn(a, 1, progress)
	w.stock(a, progress, 1)
	w.stock(b, progress, 0)
}

// TestLongTermNeverRunsOut until it is refused; and it is a plain one again where WeChat's template is.
func TestLongTermNeverRunsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := map[string]consent.Provided{progress: {ID: "tpl-progress", Long: true}, notice: ids[notice]}
	w.s = consent.New(w.db, long, nil)
	a := w.person()
	if w.reserve(progress, event.Alarm, a)[a.PersonID] {
		t.Error("long-term, but nobody accepted")
	}
	w.earn(a, 1, progress)
	for range 5 {
		if !w.reserve(progress, event.Bulk, a)[a.PersonID] {
			t.Error("a long-term consent ran out")
		}
		w.giveBack(progress, a)
	}
	w.stock(a, progress, 0)
	plain := consent.New(w.db, ids, nil)
	w.tx(func(tx *store.Tx) error {
		got, err := plain.Reserve(tx, progress, event.Alarm, persons([]org.Actor{a}))
		if len(got) != 0 {
			t.Error("a template that is long-term no more never runs out")
		}
		return err
	})
	w.refuse(progress, a)
	if w.reserve(progress, event.Alarm, a)[a.PersonID] {
		t.Error("a refused long-term consent is used")
	}
	w.earn(a, 1, progress)
	if !w.reserve(progress, event.Alarm, a)[a.PersonID] {
		t.Error("an acceptance did not open it again")
	}
}

// TestDisplace: a deadline takes over what a notice holds, never what presses as much, and nothing that is void.
func TestDisplace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, c := w.person(), w.person(), w.person()
	for _, p := range []org.Actor{a, b, c} {
		w.earn(p, 2, notice)
		w.reserve(notice, event.Normal, p)
		w.reserve(notice, event.Normal, p)
	}
	w.refuse(notice, c)
	of := func(who org.Actor, delivery int64, p event.Priority) consent.Reservation {
		return consent.Reservation{PersonID: who.PersonID, DeliveryID: delivery, Priority: p}
	}
	held := []consent.Reservation{of(a, 1, event.Normal), of(a, 2, event.Bulk), of(a, 3, event.Bulk), of(a, 4, event.Normal), of(b, 5, event.Urgent), of(b, 6, event.Alarm), of(c, 7, event.Bulk)}
	displace := func(p event.Priority) (got map[int64]consent.Reservation) {
		w.tx(func(tx *store.Tx) (err error) {
			got, err = w.s.Displace(tx, notice, p, persons([]org.Actor{a, b, c}), held)
			return err
		})
		return got
	}
	for _, p := range []event.Priority{event.Alarm, event.Urgent} {
		if got := displace(p); len(got) != 1 || got[a.PersonID].DeliveryID != 3 {
			t.Errorf("%s takes over %v, want delivery 3 of the first alone", p, got)
		}
	}
	for _, p := range []event.Priority{event.Normal, event.Bulk} {
		if got := displace(p); len(got) != 0 {
			t.Errorf("%s takes over %v", p, got)
		}
	}
	w.stock(a, notice, 0)
	held[0].PersonID = 999_999 // of somebody who was not asked for
	displace(event.Alarm)
}

// TestTheAccountThatMessagesGoTo is the one whose consents count, where a person has two.
func TestTheAccountThatMessagesGoTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.person()
	w.earn(a, 2, progress)
	later := a
	later.OpenID = "o-second-" + a.OpenID
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&org.Identity{PersonID: a.PersonID, Provider: org.MiniProgram, OpenID: later.OpenID, Active: true, SeenAt: tx.Now.AddDate(0, 0, 1), CreatedAt: tx.Now}).Error
	})
	if w.reserve(progress, event.Normal, a)[a.PersonID] {
		t.Error("a consent of one account is used for another")
	}
	w.earn(later, 1, progress)
	if !w.reserve(progress, event.Normal, a)[a.PersonID] {
		t.Error("the account that messages go to has a consent")
	}
	w.stock(a, progress, 2)
	w.stock(later, progress, 0)
}

// TestStockAndErasure: the levels for metrics, and that nothing stays of somebody who is erased.
func TestStockAndErasure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.person(), w.person()
	w.earn(a, 3, progress, notice)
	w.earn(b, 1, progress)
	w.refuse(progress, b)
	level := func() (got map[string]consent.Level) {
		w.must(w.db.View(context.Background(), func(tx *store.Tx) (err error) {
			got, err = w.s.Stock(tx)
			return err
		}))
		return got
	}
	if got := level(); got[progress] != (consent.Level{Accounts: 2, Stock: 3, Closed: 1}) || got[notice] != (consent.Level{Accounts: 1, Stock: 3}) || len(got) != 2 {
		t.Errorf("levels %v", got)
	}
	kept, err := w.s.Export(context.Background(), a)
	if err != nil || len(kept.Subscriptions) != 2 || len(kept.Entries) != 6 {
		t.Errorf("export %+v, %v", kept, err)
	}
	w.tx(func(tx *store.Tx) error {
		if err := tx.Where("person_id = ?", a.PersonID).Delete(&org.Identity{}).Error; err != nil {
			return err
		}
		return w.s.Erase(tx, a.PersonID)
	})
	w.push(w.popup(a, "reject", progress)) // WeChat is late to tell
	if got := level(); got[progress].Accounts != 1 || len(got) != 1 {
		t.Errorf("after the erasure %v", got)
	}
	if len(w.entries(a, progress))+len(w.entries(a, notice)) != 0 {
		t.Error("the ledger still names the account")
	}
	if len(w.entries(b, progress)) != 2 {
		t.Error("somebody else's lines are gone")
	}
}

// TestWhatIsLeftIsWhatWouldBeGranted: the forecast says of each stock and priority what a reservation then finds, and takes nothing.
func TestWhatIsLeftIsWhatWouldBeGranted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for stock := range 4 {
		for _, p := range event.Priorities {
			a := w.person()
			if stock > 0 {
				w.earn(a, stock, progress)
			}
			err := w.db.InTx(t.Context(), func(tx *store.Tx) error {
				left, err := w.s.Left(tx, progress, p, []int64{a.PersonID})
				if err != nil {
					return err
				}
				granted, err := w.s.Reserve(tx, progress, p, []int64{a.PersonID})
				if left[a.PersonID] != granted[a.PersonID] {
					t.Errorf("%d in stock, %s: %v left, %v granted", stock, p, left, granted)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
