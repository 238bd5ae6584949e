package main

import (
	"context"
	"crypto/sha1" //nolint:gosec // WeChat's protocol
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

const callbackToken = "callback-token"

// said is what somebody reads of what still comes to their phone.
func (e *engine) said(actor, template string) string {
	e.t.Helper()
	for _, x := range e.must(200, actor, "GET", "/miniapp/v1/subscriptions", nil).json["items"].([]any) {
		if x.(m)["template"] == template {
			return x.(m)["says"].(string)
		}
	}
	return ""
}

// settle waits until the sandbox has pushed what happened.
func (e *engine) settle() {
	e.t.Helper()
	if err := e.wechat.box.Flush(e.t.Context()); err != nil {
		e.t.Fatal(err)
	}
}

// pushed posts a signed push to the callback, as WeChat does without a key.
func (e *engine) pushed(body string) answer {
	e.t.Helper()
	at := strconv.FormatInt(time.Now().Unix(), 10)
	parts := []string{callbackToken, at, "nonce"}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // as above
	q := url.Values{"timestamp": {at}, "nonce": {"nonce"}, "signature": {hex.EncodeToString(sum[:])}}
	return e.call("", http.MethodPost, "/callback/wechat?"+q.Encode(), upload{kind: "text/xml", body: []byte(body)})
}

// engineWith is newEngine with settings of the test's.
func engineWith(t *testing.T, change func(*config.Config)) *engine {
	t.Helper()
	c := testConfig(t)
	change(&c)
	return engineOf(t, c)
}

// TestConsentsFromTheTapToTheSentence: the demo's residents agreed by taps that WeChat pushed, encrypted or not; another tap
// counts once, however often it is told; a refusal leaves them alone; and what WeChat refuses closes.
func TestConsentsFromTheTapToTheSentence(t *testing.T) {
	for _, key := range []string{"", strings.Repeat("k", 43)} {
		e := engineWith(t, func(c *config.Config) {
			c.WeChatPushToken, c.WeChatPushKey = config.NewSecret(callbackToken), config.NewSecret(key)
		})
		want := func(says string) {
			t.Helper()
			if got := e.said("owner", "notice"); !strings.HasPrefix(got, "小区公示通知："+says) {
				t.Errorf("key %q: the owner reads %s, want %s", key, got, says)
			}
		}
		want("还可以收到20条")
		if a := e.must(200, "owner", "GET", "/miniapp/v1/subscriptions/ask?moment=inbox_opened", nil); len(a.json["items"].([]any)) != 0 {
			t.Errorf("somebody with twenty is asked for more: %s", a.body)
		}
		if err := e.wechat.box.ConsentTo("owner", 1, "notice", "residency"); err != nil {
			t.Fatal(err)
		}
		e.settle()
		want("还可以收到21条")
		report := m{"results": []m{{"template_id": "notice", "result": "accept"}}, "settings": m{"main_switch": true}, "client_ref": "tap"}
		e.must(204, "owner", "POST", "/miniapp/v1/subscriptions", report)
		e.must(204, "owner", "POST", "/miniapp/v1/subscriptions", report)
		want("还可以收到21条")
		if a := e.call("owner", "POST", "/miniapp/v1/subscriptions", m{"results": []m{{"template_id": "notice", "result": "reject"}}, "client_ref": "tap"}); a.status != 409 {
			t.Errorf("the same reference for another answer: %d %s", a.status, a.body)
		}
		for name, bad := range map[string]m{
			"unknown template": {"results": []m{{"template_id": "staff_case", "result": "accept"}}, "client_ref": "bad"},
			"somebody else's":  {"results": []m{{"template_id": "notice", "result": "accept"}}, "client_ref": "bad", "open_id": sandbox.OpenID("co_owner")},
			"a thousand":       {"results": slices.Repeat([]m{{"template_id": "notice", "result": "accept"}}, 1000), "client_ref": "bad"},
			"nothing":          {"client_ref": "bad"},
			"no such answer":   {"results": []m{{"template_id": "notice", "result": "gladly"}}, "client_ref": "bad"},
		} {
			if a := e.call("owner", "POST", "/miniapp/v1/subscriptions", bad); a.status != 400 && a.status != 422 {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		want("还可以收到21条")
		if err := e.wechat.box.Block("owner", "notice"); err != nil {
			t.Fatal(err)
		}
		e.settle()
		want("您在微信里设为不接收")
		if got := e.said("co_owner", "notice"); !strings.Contains(got, "还可以收到20条") {
			t.Errorf("a neighbour reads %s", got)
		}
		if a := e.must(200, "owner", "GET", "/miniapp/v1/me/export", nil); !strings.Contains(a.body, `"subscription_entries":[{"template":"notice","kind":"close"`) {
			t.Errorf("the export does not say what is kept: %s", a.body)
		}
	}
}

// TestWeChatIsAlwaysAnswered: a push that comes again is answered as the first, one that nobody signed is not.
func TestWeChatIsAlwaysAnswered(t *testing.T) {
	e := engineWith(t, func(c *config.Config) { c.WeChatPushToken = config.NewSecret(callbackToken) })
	popup := fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":"event","Event":"subscribe_msg_popup_event","List":{"TemplateId":"notice","SubscribeStatusString":"accept","PopupScene":"0"}}`,
		sandbox.OpenID("tenant"), time.Now().Add(time.Hour).Unix())
	scan := fmt.Sprintf("<xml><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>event</MsgType><Event>SCAN</Event><EventKey>1</EventKey></xml>", sandbox.ServiceOpenID("tenant"), time.Now().Unix())
	text := fmt.Sprintf("<xml><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>text</MsgType><Content>你好</Content></xml>", sandbox.ServiceOpenID("tenant"), time.Now().Unix())
	for _, body := range []string{popup, popup, popup, scan, scan, text} {
		if a := e.pushed(body); a.status != 200 || a.body != "success" {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	if got := e.said("tenant", "notice"); !strings.Contains(got, "还可以收到21条") {
		t.Errorf("one tap, told three times: %s", got)
	}
	list := "<List><TemplateId>%s</TemplateId><SubscribeStatusString>accept</SubscribeStatusString><PopupScene>0</PopupScene></List>"
	two := fmt.Sprintf("<xml><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>"+list+list+"</SubscribeMsgPopupEvent></xml>",
		sandbox.OpenID("tenant"), time.Now().Add(2*time.Hour).Unix(), "notice", "residency")
	for range 2 {
		if a := e.pushed(two); a.status != 200 || a.body != "success" {
			t.Errorf("in XML: %d %s", a.status, a.body)
		}
	}
	if got := e.said("tenant", "notice") + e.said("tenant", "residency"); !strings.Contains(got, "22条") || !strings.Contains(got, "21条") {
		t.Errorf("two templates in one tap, in XML: %s", got)
	}
	if a := e.call("", "POST", "/callback/wechat?signature=x&timestamp=1&nonce=2", upload{kind: "text/xml", body: []byte(popup)}); a.status != 403 {
		t.Errorf("nobody signed it: %d %s", a.status, a.body)
	}
}

// TestUnfollowedAndFollowedAgain: nothing goes to somebody who left the service account, everything to who came back, and a
// belated repeat of the leaving changes nothing.
func TestUnfollowedAndFollowedAgain(t *testing.T) {
	e := engineWith(t, func(c *config.Config) { c.WeChatPushToken = config.NewSecret(callbackToken) })
	estate := e.town.actors["owner"].Estate
	person := e.actor("community").PersonID
	reachable := func() bool {
		var accounts map[int64]string
		if err := e.db.View(t.Context(), func(tx *store.Tx) (err error) {
			accounts, err = org.OpenIDs(tx, org.ServiceAccount, []int64{person})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return accounts[person] != ""
	}
	filed := func(ref string) int {
		number := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "楼道里堆满了东西", "client_ref": ref}).json["number"].(string)
		e.drain()
		return e.received("community", number)
	}
	if n := filed("before"); n != 1 {
		t.Fatalf("the community received %d messages", n)
	}
	if err := e.wechat.box.Unfollow("community"); err != nil {
		t.Fatal(err)
	}
	e.settle()
	if reachable() || filed("away") != 0 {
		t.Error("who left is still written to")
	}
	left := fmt.Sprintf("<xml><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>event</MsgType><Event>unsubscribe</Event></xml>", sandbox.ServiceOpenID("community"), time.Now().Unix())
	e.pushed(left)
	if err := e.wechat.box.Follow("community"); err != nil {
		t.Fatal(err)
	}
	e.settle()
	if a := e.pushed(left); a.status != 200 || a.body != "success" {
		t.Errorf("a repeat: %d %s", a.status, a.body)
	}
	if !reachable() || filed("back") != 1 {
		t.Error("who came back is not written to")
	}
	if a := e.pushed(strings.Replace(left, sandbox.ServiceOpenID("community"), "oNobody", 1)); a.status != 200 {
		t.Errorf("somebody unknown leaves: %d %s", a.status, a.body)
	}
}

// TestEveryMomentCanBeAskedFor: the route takes each moment of the table, and no other.
func TestEveryMomentCanBeAskedFor(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	for _, moment := range consent.Moments() {
		e.must(200, "owner", "GET", "/miniapp/v1/subscriptions/ask?moment="+string(moment), nil)
	}
	for _, query := range []string{"", "?moment=", "?moment=sometime"} {
		if a := e.call("owner", "GET", "/miniapp/v1/subscriptions/ask"+query, nil); a.status != 400 && a.status != 422 {
			t.Errorf("%q: %d %s", query, a.status, a.body)
		}
	}
}

// TestDemoTownTwice: a demo on the data of an earlier one has its consents already.
func TestDemoTownTwice(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	if _, err := newDemoTown(context.Background(), e.app); err != nil {
		t.Fatal(err)
	}
	if got := e.said("family", "case_progress"); !strings.Contains(got, "还可以收到20条") {
		t.Errorf("after a second start: %s", got)
	}
}
