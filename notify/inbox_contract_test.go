package notify_test

import (
	"context"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// TestContractInbox holds the inbox to its own promises: it is written and not sent, so that being there is having arrived. A
// message is there once for each recipient, however often it is carried and by how many at once; it is unread until its reader says
// so, for them alone; an open page hears of it once; and none of it needs a way out of the app.
func TestContractInbox(t *testing.T) {
	w := newWorld(t)
	var people []org.Actor
	for i := range 3 {
		people = append(people, w.Resident(i, org.RoleOwner))
	}
	live := inbox.NewLive(w.DB, w.redis, 1, 10, quiet)
	t.Cleanup(live.Close)
	told := func(items []inbox.Item) { live.Told(items) }
	carrier := func() *notify.Dispatcher {
		return notify.New(notify.Options{DB: w.DB, Redis: w.redis, Ways: map[plan.Channel]*notify.Way{}, Told: told, Log: quiet})
	}
	page, err := live.Open(t.Context(), people[0], -1)
	if err != nil {
		t.Fatal(err)
	}
	if n := <-page.News(); n.Unread != 0 {
		t.Errorf("before: %+v", n)
	}
	w.tell(w.notice(1))
	again := func() {
		carriers := []*notify.Dispatcher{carrier(), carrier(), carrier()}
		var wg sync.WaitGroup
		for _, d := range carriers {
			wg.Go(func() {
				if err := d.Drain(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := live.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	again()
	heard := <-page.News()
	// It is carried once more, as after a process that died before it could say that it was done.
	w.change(func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("1 = 1").Updates(map[string]any{"state": outbox.Pending, "owner": "", "progress": "", "due_at": tx.Now}).Error
	})
	again()
	select {
	case n := <-page.News():
		t.Errorf("the page hears it again: %+v", n)
	default:
	}
	box := inbox.New(w.DB)
	unread := func(a org.Actor) int64 {
		t.Helper()
		n, err := box.Unread(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i, a := range people {
		items, err := box.List(t.Context(), a, 0, 10)
		if err != nil || len(items) != 1 || items[0].ReadAt != nil || items[0].Title == "" || items[0].Body == "" || unread(a) != 1 {
			t.Fatalf("person %d has %+v, %v", i, items, err)
		}
	}
	if first := w.newest(people[0]); heard.ID != first.ID || heard.Unread != 1 {
		t.Errorf("the page heard of %+v, and there is %d", heard, first.ID)
	}
	w.read(people[0])
	if unread(people[0]) != 0 || unread(people[1]) != 1 || w.newest(people[0]).ReadAt == nil {
		t.Error("reading is not each one's own")
	}
}
