package inbox_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/inbox"
)

type desk struct {
	t     *testing.T
	db    *store.DB
	redis redis.UniversalClient
}

func newDesk(t *testing.T) *desk {
	return &desk{t: t, db: modelstest.Open(t), redis: modelstest.Redis(t)}
}

func (d *desk) live(most int) *inbox.Live {
	l := inbox.NewLive(d.db, d.redis, 2, most, slog.New(slog.DiscardHandler))
	d.t.Cleanup(l.Close)
	return l
}

var numbers atomic.Int64

// item writes something into an inbox.
func (d *desk) item(kind string, id int64) inbox.Item {
	d.t.Helper()
	it := inbox.Item{MessageID: numbers.Add(1), TextID: 1, RecipientKind: kind, RecipientID: id, EstateID: 1}
	err := d.db.InTx(d.t.Context(), func(tx *store.Tx) error {
		it.CreatedAt = tx.Now
		return tx.Create(&it).Error
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return it
}

func resident(person, session int64) org.Actor {
	return org.Actor{PersonID: person, SessionID: session, Consented: true}
}

func (d *desk) open(l *inbox.Live, a org.Actor, after int64) *inbox.Stream {
	d.t.Helper()
	s, err := l.Open(d.t.Context(), a, after)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// now gives what a page is told at this moment, if anything.
func now(s *inbox.Stream) (inbox.News, bool) {
	select {
	case n, ok := <-s.News():
		return n, ok
	default:
		return inbox.News{}, false
	}
}

func (d *desk) look(l *inbox.Live) {
	d.t.Helper()
	if err := l.Look(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// TestAPageHearsWhateverProcessWrote: the hint goes through Redis.
func TestAPageHearsWhateverProcessWrote(t *testing.T) {
	d := newDesk(t)
	here, there := d.live(10), d.live(10)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { here.Run(ctx) })
	wg.Go(func() { there.Run(ctx) })
	staff := org.Actor{PersonID: 9, SessionID: 2, Consented: true, Post: &org.Acting{PostID: 7}}
	mine, post := d.open(here, resident(7, 1), 0), d.open(here, staff, 0)
	written := d.item("person", 7)
	deadline := time.After(8 * time.Second) // before the look that would find it without a hint
	for heard := false; !heard; {
		there.Told([]inbox.Item{written}) // again until the subscription stands
		select {
		case n := <-mine.News():
			if n.ID != written.ID || n.Unread != 1 {
				t.Errorf("%+v", n)
			}
			heard = true
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatal("no hint came")
		}
	}
	if n, ok := now(post); ok {
		t.Errorf("the post of the same number is told %+v", n)
	}
	stop()
	wg.Wait()
}

// TestADeadRedisOnlyMakesItSlower: the next look finds what no hint told of.
func TestADeadRedisOnlyMakesItSlower(t *testing.T) {
	d := newDesk(t)
	d.redis = redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	l := d.live(10)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { l.Run(ctx) })
	s := d.open(l, resident(7, 1), 0)
	if n, ok := now(s); ok {
		t.Errorf("told of nothing: %+v", n)
	}
	it := d.item("person", 7)
	d.item("person", 8)
	d.look(l)
	if n, ok := now(s); !ok || n.ID != it.ID || n.Unread != 1 {
		t.Errorf("%+v, %v", n, ok)
	}
	d.look(l)
	if n, ok := now(s); ok {
		t.Errorf("told again: %+v", n)
	}
	stop()
	wg.Wait()
}

// TestAPageThatComesBack is told at once of what it missed, and of nothing else; a new one is told how things stand.
func TestAPageThatComesBack(t *testing.T) {
	d := newDesk(t)
	l := d.live(10)
	first, second := d.item("person", 7), d.item("person", 7)
	for after, want := range map[int64]int64{-1: second.ID, first.ID: second.ID, second.ID: 0} {
		s := d.open(l, resident(7, 1), after)
		if n, ok := now(s); ok != (want != 0) || n.ID != want || ok && n.Unread != 2 {
			t.Errorf("after %d: %+v, %v", after, n, ok)
		}
		s.Close()
	}
	s := d.open(l, resident(8, 1), -1)
	if n, ok := now(s); !ok || n.ID != 0 || n.Unread != 0 {
		t.Errorf("an empty inbox: %+v, %v", n, ok)
	}
}

// TestALateCommitIsHeard: an item with a smaller number may come after a greater one.
func TestALateCommitIsHeard(t *testing.T) {
	d := newDesk(t)
	l := d.live(10)
	late := d.item("person", 7)
	err := d.db.InTx(t.Context(), func(tx *store.Tx) error { return tx.Delete(&inbox.Item{}, late.ID).Error })
	if err != nil {
		t.Fatal(err)
	}
	newer := d.item("person", 7)
	s := d.open(l, resident(7, 1), newer.ID)
	err = d.db.InTx(t.Context(), func(tx *store.Tx) error { return tx.Create(&late).Error })
	if err != nil {
		t.Fatal(err)
	}
	d.look(l)
	if n, ok := now(s); !ok || n.ID != newer.ID || n.Unread != 2 {
		t.Errorf("%+v, %v", n, ok)
	}
	if _, err := inbox.New(d.db).MarkReadUpTo(t.Context(), resident(7, 1), newer.ID); err != nil {
		t.Fatal(err)
	}
	d.look(l)
	if n, ok := now(s); ok {
		t.Errorf("reading is no news: %+v", n)
	}
	it := d.item("person", 7)
	d.item("person", 7)
	d.look(l)
	if n, ok := now(s); !ok || n.ID <= it.ID || n.Unread != 2 {
		t.Errorf("after reading: %+v, %v", n, ok)
	}
}

// TestStreamsAreBounded: three of a session, five of a person, so many of a process; whoever closes makes room, and a process that stops ends all.
func TestStreamsAreBounded(t *testing.T) {
	d := newDesk(t)
	l := d.live(6)
	var open []*inbox.Stream
	for range 3 {
		open = append(open, d.open(l, resident(7, 1), 0))
	}
	if _, err := l.Open(t.Context(), resident(7, 1), 0); !errors.Is(err, inbox.ErrTooManyPages) {
		t.Errorf("a fourth of one session: %v", err)
	}
	staff := org.Actor{PersonID: 7, SessionID: 3, Consented: true, Post: &org.Acting{PostID: 70}}
	open = append(open, d.open(l, resident(7, 2), 0), d.open(l, staff, 0))
	if _, err := l.Open(t.Context(), resident(7, 4), 0); !errors.Is(err, inbox.ErrTooManyPages) {
		t.Errorf("a sixth of one person: %v", err)
	}
	open = append(open, d.open(l, resident(8, 5), 0))
	if _, err := l.Open(t.Context(), resident(9, 9), 0); !errors.Is(err, inbox.ErrFull) {
		t.Errorf("a seventh of one process: %v", err)
	}
	open[4].Close()
	open[4] = d.open(l, resident(7, 4), 0)
	open[0].Close()
	open[0].Close()
	open[0] = d.open(l, resident(7, 1), 0)
	l.Close()
	for n, s := range open {
		if _, ok := <-s.News(); ok {
			t.Errorf("stream %d goes on", n)
		}
		s.Close()
	}
	if _, err := l.Open(t.Context(), resident(7, 1), 0); !errors.Is(err, inbox.ErrFull) {
		t.Errorf("a stream of a process that stops: %v", err)
	}
}
