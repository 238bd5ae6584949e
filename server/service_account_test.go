package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

// TestStaffBindTheServiceAccount: where WeChat tells no union ids, somebody at work ties their account by a code that they send or
// scan. A code works once; what somebody else is told through is not taken from them; guesses are few; who no longer follows is
// told no more, and following again does not bind again.
func TestStaffBindTheServiceAccount(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(c *config.Config) { c.WeChatPushToken = config.NewSecret(callbackToken) })
	box := e.wechat.box
	box.PartAccounts()
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		e.settle()
	}
	bound := func() bool {
		t.Helper()
		return e.must(200, "community", "GET", "/office/v1/service-account", nil).json["bound"].(bool)
	}
	ask := func() (code, qr string) {
		t.Helper()
		a := e.must(201, "community", "POST", "/office/v1/service-account/codes", nil)
		code, qr = a.json["code"].(string), a.json["qr"].(string)
		if !regexp.MustCompile(`^[0-9]{8}$`).MatchString(code) || !strings.HasPrefix(qr, "http") {
			t.Fatalf("code %q, %q", code, qr)
		}
		return code, qr
	}
	do(box.Unfollow("community"))
	if bound() {
		t.Fatal("who left is still told")
	}
	do(box.Follow("工作微信"))
	if bound() {
		t.Error("a follower of whom nothing is known is tied to somebody")
	}
	code, _ := ask()
	do(box.Write("没有关注的人", code))
	do(box.Write("owner", "你好"))
	mini := fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":"text","Content":%q}`, sandbox.OpenID("owner"), time.Now().Unix(), code)
	if a := e.pushed(mini); a.status != 200 || bound() {
		t.Errorf("an account of the mini-program is tied: %d", a.status)
	}
	do(box.Write("工作微信", " "+code+"\n"))
	if !bound() {
		t.Fatal("the code ties nothing")
	}
	number := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": e.town.actors["owner"].Estate, "text": "楼道里堆满了东西", "client_ref": "bind"}).json["number"].(string)
	e.drain()
	if e.received("工作微信", number) != 1 || e.received("community", number) != 0 {
		t.Error("the message does not go to the account that was tied")
	}

	// Another one takes its place, by the QR code, and the old one is told no more. A code works once.
	code, _ = ask()
	do(box.Scan("新微信", code))
	do(box.Follow("捡到数字的人"))
	do(box.Write("捡到数字的人", code))
	if open := e.serviceAccounts("community"); len(open) != 1 || open[0] != sandbox.ServiceOpenID("新微信") {
		t.Errorf("told through %v", open)
	}

	// Somebody else's account stays theirs.
	code, _ = ask()
	do(box.Write("township", code))
	if len(e.serviceAccounts("township")) != 1 || e.serviceAccounts("community")[0] != sandbox.ServiceOpenID("新微信") {
		t.Error("somebody else's account was taken")
	}

	// Guessing.
	code, _ = ask()
	do(box.Follow("猜的人"))
	for i := range 5 {
		do(box.Write("猜的人", fmt.Sprintf("0000000%d", i)))
	}
	do(box.Write("猜的人", code))
	if e.serviceAccounts("community")[0] == sandbox.ServiceOpenID("猜的人") {
		t.Error("the sixth guess in an hour counts")
	}

	do(box.Unfollow("新微信"))
	if bound() {
		t.Error("who no longer follows is told")
	}
	do(box.Follow("新微信"))
	if bound() {
		t.Error("following again ties again")
	}
	var verbs []string
	err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&audit.Entry{}).Where("verb IN ? AND subject_id = ?", []string{"person.account_code", "person.bind_account", "person.unbind_account"}, e.actor("community").PersonID).Order("id").Pluck("verb", &verbs).Error
	})
	if want := "person.account_code person.bind_account person.account_code person.bind_account person.account_code person.account_code person.unbind_account"; err != nil || strings.Join(verbs, " ") != want {
		t.Errorf("the trail has %v, %v", verbs, err)
	}
}

// serviceAccounts are the active accounts through which somebody is told.
func (e *engine) serviceAccounts(actor string) (open []string) {
	e.t.Helper()
	err := e.db.View(e.t.Context(), func(tx *store.Tx) error {
		return tx.Table("identities").Where("person_id = ? AND provider = 'service' AND active = ?", e.actor(actor).PersonID, true).Order("id").Pluck("open_id", &open).Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return open
}
