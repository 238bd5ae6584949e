package notify_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// TestAReplayGoesToWhoIsThereNow: what did not reach somebody who has left the post since is not sent to them.
func TestAReplayGoesToWhoIsThereNow(t *testing.T) {
	w := newWorld(t)
	fire, bureau := w.Code("fire"), w.Officer(w.Code("housing-bureau"), org.Head)
	old := w.follows(w.Officer(fire, org.Liaison))
	m := toRead()
	m.Ack = nil
	d := w.planned(m)
	w.phones.err = func() error { return &failure{Permanent: true, Err: fmt.Errorf("broken")} }
	w.tell(w.filed(fire, 0, 1))
	w.drain(d)
	if n := len(w.deliveries(notify.Dead)); n != 1 {
		t.Fatalf("%d are given up", n)
	}
	next := w.Resident(0, org.RoleOwner)
	w.follows(next)
	w.phones.err, w.phones.to = nil, map[string]string{}
	h := notify.NewHandover(plan.Quiet{})
	w.change(func(tx *store.Tx) error {
		if err := tx.Model(&org.PostHolder{}).Where("person_id = ?", old.PersonID).Updates(map[string]any{"holding": nil}).Error; err != nil {
			return err
		}
		if err := h.Ended(tx, old.Post.PostID, old.PersonID); err != nil {
			return err
		}
		holding := fmt.Sprintf("%d/%d", old.Post.PostID, next.PersonID)
		return tx.Create(&org.PostHolder{PostID: old.Post.PostID, PersonID: next.PersonID, Role: "holder", Since: tx.Now, Holding: &holding}).Error
	})
	if n, err := d.ReplayAll(t.Context(), bureau, w.clock.Now().Add(-time.Hour)); err != nil || n != 1 {
		t.Fatalf("replayed %d, %v", n, err)
	}
	w.drain(d)
	w.once(1)
	sent := w.deliveries(notify.Sent)
	if len(sent) != 1 || sent[0].PersonID != next.PersonID {
		t.Errorf("it went to %+v", sent)
	}
}

// TestAReplayLeavesStoppedCampaigns: what was cancelled is not sent because somebody replays all that failed.
func TestAReplayLeavesStoppedCampaigns(t *testing.T) {
	w := newWorld(t)
	bureau := w.Officer(w.Code("housing-bureau"), org.Head)
	w.Resident(0, org.RoleOwner)
	stopped := false
	d := w.with(w.phones, func(o *notify.Options) {
		o.Admit = func(_ *store.Tx, e event.Event, _ []notify.Delivery) error {
			if _, ok := e.(*event.CampaignSent); ok && stopped {
				return notify.ErrNotNow
			}
			return nil
		}
		o.Plan = func(event.Event) ([]plan.Message, error) { return []plan.Message{news()}, nil }
	})
	w.phones.err = func() error { return &failure{Permanent: true, Err: fmt.Errorf("broken")} }
	w.tell(event.CampaignSent{CampaignID: 1, RunID: 1, EstateID: w.Estate.ID, Title: "停水通知", At: w.clock.Now()})
	w.drain(d)
	w.phones.err, stopped = nil, true
	if n, err := d.ReplayAll(t.Context(), bureau, w.clock.Now().Add(-time.Hour)); err != nil || n != 0 {
		t.Errorf("replayed %d, %v", n, err)
	}
	stopped = false
	if n, err := d.ReplayAll(t.Context(), bureau, w.clock.Now().Add(-time.Hour)); err != nil || n != 1 {
		t.Errorf("replayed %d, %v", n, err)
	}
}
