package campaign_test

import (
	"testing"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
)

// TestAFailedReceiptKeepsToThePause: what WeChat took and could not deliver goes on by text, but not while the campaign is paused,
// and never after it was cancelled.
func TestAFailedReceiptKeepsToThePause(t *testing.T) {
	for name, x := range map[string]struct {
		do          func(w *world, c *campaign.Campaign)
		held, texts int
	}{
		"running":   {func(*world, *campaign.Campaign) {}, 0, 1},
		"paused":    {func(w *world, c *campaign.Campaign) { w.must(w.svc.Pause(t.Context(), w.chair, c.ID, "写错了")) }, 1, 0},
		"cancelled": {func(w *world, c *campaign.Campaign) { w.must(w.svc.Cancel(t.Context(), w.chair, c.ID, "写错了")) }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.own([]owner{{person: w.Person(), phone: "13800001111"}}, 0)
			c := w.launch()
			w.drain()
			var sent notify.Delivery
			w.tx(func(tx *store.Tx) error { return tx.Where("state = ?", notify.Sent).Take(&sent).Error })
			x.do(w, c)
			w.tx(func(tx *store.Tx) error { return w.d.Confirm(tx, plan.Mini, sent.ProviderID, false, 20) })
			if held := w.states()[notify.Paused]; held != x.held && name == "paused" {
				t.Errorf("%d are held", held)
			}
			w.tick()
			w.drain()
			if n := w.sms.total(); n != x.texts {
				t.Errorf("%d texts went out, want %d", n, x.texts)
			}
			if name == "paused" {
				w.must(w.svc.Resume(t.Context(), w.chair, c.ID))
				w.tick()
				w.drain()
				if n := w.sms.total(); n != 1 {
					t.Errorf("%d texts after it goes on", n)
				}
			}
		})
	}
}

func (w *world) must(_ *campaign.Campaign, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
