package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

// TestWhatArrivedIsConfirmed: WeChat says of every message what became of it, and one that staff did not get is known as such.
func TestWhatArrivedIsConfirmed(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(c *config.Config) { c.WeChatPushToken = config.NewSecret(callbackToken) })
	e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": e.town.actors["owner"].Estate, "text": "楼道里堆满了东西", "client_ref": "r"})
	e.drain()
	e.settle()
	var sent []notify.Delivery
	err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Where("state = ? AND channel IN ?", notify.Sent, []plan.Channel{plan.Mini, plan.Service}).Order("id").Find(&sent).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[plan.Channel]notify.Delivery{}
	for _, d := range sent {
		if seen[d.Channel] = d; d.ConfirmedAt == nil {
			t.Errorf("nothing is known of %d by %s", d.ID, d.Channel)
		}
	}
	staff, ok := seen[plan.Service]
	if !ok || len(seen) != 2 {
		t.Fatalf("sent by %v", seen)
	}
	// It is still open what became of one.
	err = e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&notify.Delivery{}).Where("id = ?", staff.ID).Update("confirmed_at", nil).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	finished := func(id string) int {
		return e.pushed(fmt.Sprintf("<xml><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>%s</MsgID><Status>failed:user block</Status></xml>",
			sandbox.ServiceOpenID("community"), time.Now().Unix(), id)).status
	}
	if status := finished("4711"); status != 503 {
		t.Errorf("of a message that is not written down yet: %d, and WeChat does not say it again", status)
	}
	// The push comes while the batch in which it went out is still being written down.
	name := func(id string) error {
		return e.db.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&notify.Delivery{}).Where("id = ?", staff.ID).Update("provider_id", id).Error
		})
	}
	if err := name("not yet"); err != nil {
		t.Fatal(err)
	}
	answered := make(chan int, 1)
	go func() { answered <- finished(staff.ProviderID) }()
	if err := name(staff.ProviderID); err != nil {
		t.Fatal(err)
	}
	if status := <-answered; status != 200 {
		t.Errorf("of a message: %d", status)
	}
	err = e.db.View(t.Context(), func(tx *store.Tx) error { return tx.Where("id = ?", staff.ID).Take(&staff).Error })
	if err != nil || staff.State != notify.Dead || staff.ErrorCode != -1 {
		t.Errorf("what was not delivered is %s, %v", staff.State, err)
	}
}
