package notify_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// network sends texts and says only on being asked what became of them.
type network struct {
	*phones
	fates map[string]notify.Fate // by phone
	err   error

	mu    sync.Mutex
	asked map[string]int
}

func (n *network) Track(_ context.Context, out notify.Outgoing, _ time.Time) (notify.Fate, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil {
		return "", n.err
	}
	if !strings.HasPrefix(out.Key, "linli-") {
		return "", errors.New("a key that was never sent")
	}
	n.asked[out.To]++
	return n.fates[out.To], nil
}

// texted is a dispatcher that tells people by text first, and then in the mini-program.
func (w *world) texted(n *network, numbers map[int64]string) *notify.Dispatcher {
	ways := map[plan.Channel]*notify.Way{
		plan.Mini: {Channel: w.phones, Addresses: notify.Accounts(org.MiniProgram), Templates: templateIDs()},
		plan.SMS:  {Channel: n, Addresses: func(*store.Tx, []int64) (map[int64]string, error) { return numbers, nil }},
	}
	m := plan.Message{To: []plan.To{plan.Residents}, Kind: "notice", Title: "停水通知", Body: "明天停水", Template: "notice", Values: []string{"停水", "测试小区", "今天"}, Priority: event.Normal, Channels: []plan.Channel{plan.SMS, plan.Mini}}
	return notify.New(notify.Options{DB: w.DB, Redis: w.redis, Ways: ways, Senders: inTheAir, Quiet: plan.Default().Quiet(), Log: quiet, Plan: func(event.Event) ([]plan.Message, error) { return []plan.Message{m}, nil }})
}

func (w *world) askReceipts(d *notify.Dispatcher) {
	w.t.Helper()
	if _, err := d.AskReceipts(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// TestReceiptsAreAskedFor: a text that arrived is confirmed and left alone, one that did not goes on by the next channel, once and
// not at night, and one of which nobody knows is asked about less and less often, and after three days no more.
func TestReceiptsAreAskedFor(t *testing.T) {
	w := newWorld(t)
	n := &network{phones: w.phones, fates: map[string]notify.Fate{"arrives": notify.Arrived, "fails": notify.Lost}, asked: map[string]int{}}
	numbers := map[int64]string{}
	for i, number := range []string{"arrives", "fails", "unknown"} {
		numbers[w.Resident(i, org.RoleOwner).PersonID] = number
	}
	d := w.texted(n, numbers)
	w.tell(w.notice(1))
	w.drain(d)
	if got := w.by(plan.SMS); got != 3 {
		t.Fatalf("%d texts went out", got)
	}
	w.askReceipts(d)
	if len(n.asked) != 0 {
		t.Errorf("asked before anybody can know: %v", n.asked)
	}
	w.clock.Advance(12 * time.Hour) // the clock of the tests begins in the morning
	began := w.clock.Now()
	n.err = errors.New("nobody answers")
	if _, err := d.AskReceipts(t.Context()); err == nil {
		t.Error("trouble is not told")
	}
	n.err = nil
	for _, x := range w.deliveries(notify.Sent) {
		if x.ConfirmedAt != nil {
			t.Error("trouble is taken for a receipt")
		}
	}
	w.clock.Advance(24 * time.Hour)
	for range 3 {
		w.askReceipts(d)
	}
	if want := map[string]int{"arrives": 1, "fails": 1, "unknown": 1}; !maps.Equal(n.asked, want) {
		t.Errorf("asked %v, want %v", n.asked, want)
	}
	gone := w.deliveries(notify.Dead)
	if len(gone) != 1 || numbers[gone[0].PersonID] != "fails" {
		t.Errorf("failed: %+v", gone)
	}
	next := w.deliveries(notify.Waiting)
	if len(next) != 1 || next[0].Channel != plan.Mini || numbers[next[0].PersonID] != "fails" || !next[0].DueAt.After(w.clock.Now().Add(8*time.Hour)) {
		t.Errorf("in its place, after the night that began at %s: %+v", began, next)
	}
	confirmed := slices.DeleteFunc(w.deliveries(notify.Sent), func(x notify.Delivery) bool { return x.ConfirmedAt == nil })
	if len(confirmed) != 1 || numbers[confirmed[0].PersonID] != "arrives" || !confirmed[0].ConfirmedAt.Equal(w.clock.Now()) {
		t.Errorf("confirmed: %+v", confirmed)
	}
	w.drain(d)
	w.clock.Advance(11 * time.Hour)
	w.drain(d)
	if got := w.by(plan.Mini); got != 1 {
		t.Errorf("%d went on by the next channel", got)
	}
}

// TestReceiptsAreAskedForLessAndLess counts the questions about one text over a week.
func TestReceiptsAreAskedForLessAndLess(t *testing.T) {
	w := newWorld(t)
	n := &network{phones: w.phones, asked: map[string]int{}}
	d := w.texted(n, map[int64]string{w.Resident(0, org.RoleOwner).PersonID: "unknown"})
	w.tell(w.notice(1))
	w.drain(d)
	after := func(total time.Duration, step time.Duration) int {
		for range int(total / step) {
			w.clock.Advance(step)
			w.askReceipts(d)
		}
		return n.asked["unknown"]
	}
	if got := after(10*time.Minute, 30*time.Second); got < 3 || got > 5 {
		t.Errorf("%d questions in ten minutes", got)
	}
	if got := after(72*time.Hour, 30*time.Minute); got < 8 || got > 13 {
		t.Errorf("%d questions in three days", got)
	}
	before := n.asked["unknown"]
	if got := after(4*24*time.Hour, 6*time.Hour); got != before {
		t.Errorf("%d questions after three days", got-before)
	}
}

// TestConfirmKeepsToItsChannel: providers number their messages each by themselves.
func TestConfirmKeepsToItsChannel(t *testing.T) {
	w := newWorld(t)
	n := &network{phones: w.phones, asked: map[string]int{}}
	d := w.texted(n, map[int64]string{w.Resident(0, org.RoleOwner).PersonID: "x"})
	w.tell(w.notice(1))
	w.drain(d)
	sent := w.deliveries(notify.Sent)[0]
	confirm := func(c plan.Channel, ok bool) {
		w.change(func(tx *store.Tx) error { return d.Confirm(tx, c, sent.ProviderID, ok, 20) })
	}
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error { return d.Confirm(tx, plan.Mini, sent.ProviderID, false, 20) })
	if !errors.Is(err, notify.ErrUnsettled) {
		t.Errorf("a number that nobody knows yet: %v", err)
	}
	if len(w.deliveries(notify.Sent)) != 1 {
		t.Fatal("another channel's number failed it")
	}
	confirm(plan.SMS, false)
	confirm(plan.SMS, false)
	if dead, next := w.deliveries(notify.Dead), w.deliveries(notify.Waiting); len(dead) != 1 || dead[0].ErrorCode != 20 || len(next) != 1 {
		t.Errorf("failed: %+v, goes on: %+v", dead, next)
	}
	confirm(plan.SMS, true)
	if x := w.deliveries(notify.Dead); len(x) != 1 || x[0].ConfirmedAt != nil {
		t.Errorf("confirmed after it failed: %+v", x)
	}
}
