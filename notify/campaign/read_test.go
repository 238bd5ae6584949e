package campaign_test

import (
	"testing"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/inbox"
)

// TestMarkingAndOpening: what is marked as read together with everything else is an attempt that somebody noticed, even where it is
// the only one; who opens it later has opened it, although it was read before.
func TestMarkingAndOpening(t *testing.T) {
	w := newWorld(t)
	who := w.Person()
	set := w.own([]owner{{person: who}}, 0)
	c := w.launch()
	w.drain()
	newest := func(a org.Actor) inbox.Entry {
		items, err := w.inbox.List(t.Context(), a, 0, 1)
		if err != nil || len(items) != 1 {
			t.Fatalf("%d in the inbox, %v", len(items), err)
		}
		return items[0]
	}
	item := newest(who)
	how := func(want campaign.How, proves bool) {
		t.Helper()
		if r := w.seat(c, set); r.ConfirmedHow != want || r.ConfirmedHow.Proves() != proves {
			t.Errorf("confirmed by %q, want %q", r.ConfirmedHow, want)
		}
	}
	how("", false)
	if n, err := w.inbox.Mark(t.Context(), w.Person(), []int64{item.ID}, 0); err != nil || n != 0 {
		t.Errorf("a stranger marked %d, %v", n, err)
	}
	how("", false)
	if n, err := w.inbox.Mark(t.Context(), who, nil, item.ID); err != nil || n != 1 {
		t.Errorf("marked %d, %v", n, err)
	}
	how(campaign.ByMarking, false)
	if n, err := w.inbox.Mark(t.Context(), who, []int64{item.ID}, 0); err != nil || n != 0 {
		t.Errorf("opened what is read: %d, %v", n, err)
	}
	how(campaign.ByReading, true)
}
