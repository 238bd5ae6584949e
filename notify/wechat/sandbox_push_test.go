package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

// told reads the sandbox's pushes as linli reads WeChat's.
type told struct {
	c    *wechat.Client
	list []wechat.Event
	raw  []string
}

func (k *told) take(_ context.Context, query url.Values, body []byte) error {
	plain, err := k.c.VerifyPush(query, body, time.Now())
	if err != nil {
		return err
	}
	e, err := wechat.ParseEvent(plain)
	k.list, k.raw = append(k.list, e), append(k.raw, string(body))
	return err
}

// TestTheSandboxPushesAsWeChatDoes, plain and encrypted, an object for one template and an array for two, each tap at a
// second of its own.
func TestTheSandboxPushesAsWeChatDoes(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", pushKey} {
		h := newHost(t, sandbox.Options{PushToken: pushToken, PushKey: key})
		k := &told{c: receiver(key)}
		must(t, h.Consent(person, notice, 1)) // nobody to tell
		h.PushTo(k.take)
		must(t, h.Consent(person, notice, 2))
		must(t, h.ConsentTo(person, 1, notice, "tpl-other"))
		must(t, h.Refuse(person, "tpl-other"))
		if _, err := h.client().SendSubscribe(t.Context(), wechat.Message{OpenID: sandbox.OpenID(person), TemplateID: notice, Data: data}); err != nil {
			t.Fatal(err)
		}
		must(t, h.Block(person, notice))
		must(t, h.Follow(person))
		must(t, h.Unfollow(person))
		must(t, h.Flush(t.Context()))
		var got []string
		for _, e := range k.list {
			got = append(got, e.Name)
		}
		want := []string{wechat.EventPopup, wechat.EventPopup, wechat.EventPopup, wechat.EventPopup, wechat.EventSent, wechat.EventChange, wechat.EventFollow, wechat.EventUnfollow}
		if !slices.Equal(got, want) {
			t.Fatalf("pushed %v, want %v", got, want)
		}
		one, two, no, sent, off := k.list[1], k.list[2], k.list[3], k.list[4], k.list[5]
		if len(one.List) != 1 || one.List[0] != (wechat.Choice{TemplateID: notice, Status: "accept", Scene: "0"}) || one.From != sandbox.OpenID(person) || !one.At.After(k.list[0].At) {
			t.Errorf("a tap: %+v", one)
		}
		if len(two.List) != 2 || two.List[1].TemplateID != "tpl-other" || no.List[0].Status != "reject" || off.List[0].Status != "reject" {
			t.Errorf("two templates %+v, refused %+v, switched off %+v", two, no, off)
		}
		if len(sent.List) != 1 || sent.List[0].MsgID == "" || sent.List[0].ErrorCode != "0" || h.Consents(person, notice) != 0 || h.Consents(person, "tpl-other") != 1 {
			t.Errorf("sent %+v, left %d and %d", sent, h.Consents(person, notice), h.Consents(person, "tpl-other"))
		}
		if k.list[6].From != sandbox.ServiceOpenID(person) {
			t.Errorf("follow: %+v", k.list[6])
		}
		if key == "" && (k.raw[1][0] != '{' || k.raw[6][0] != '<') {
			t.Errorf("the mini-program pushes JSON and the service account XML: %s, %s", k.raw[1], k.raw[6])
		}
	}
}

// TestTheSandboxComesAgain with what was not answered, gives up in the end, and keeps nobody waiting meanwhile.
func TestTheSandboxComesAgain(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{PushToken: pushToken, PushAgain: time.Millisecond})
	fail := 2
	tries := 0
	hold := make(chan struct{})
	h.PushTo(func(context.Context, url.Values, []byte) error {
		<-hold
		tries++
		if fail--; fail >= 0 {
			return errors.New("not now")
		}
		return nil
	})
	for n := range 1500 { // more than the queue takes; the taps do not wait
		must(t, h.Consent(fmt.Sprint("somebody", n), notice, 1))
	}
	close(hold)
	must(t, h.Flush(t.Context()))
	if tries < 3 || tries > 1003 {
		t.Errorf("%d tries", tries)
	}
	before := tries
	fail = 1000
	must(t, h.Consent(person, notice, 1))
	must(t, h.Flush(t.Context()))
	if tries-before != 3 {
		t.Errorf("%d tries of a push that nobody answers, want 3", tries-before)
	}
}
