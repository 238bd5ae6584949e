package wechat_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // WeChat's protocol
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/notify/wechat"
)

const (
	pushToken = "push-token"
	pushKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	pushEvent = `{"ToUserName":"gh_1","FromUserName":"oX","CreateTime":1772413200,"MsgType":"event","Event":"subscribe_msg_popup_event","List":[{"TemplateId":"t1","SubscribeStatusString":"accept","PopupScene":"0"},{"TemplateId":"t2","SubscribeStatusString":"reject","PopupScene":"0"}]}`
)

var pushNow = time.Unix(1772413200, 0)

func sign(parts ...string) string {
	parts = append([]string{pushToken}, parts...)
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

func pushQuery(at time.Time, sealed string) url.Values {
	ts := strconv.FormatInt(at.Unix(), 10)
	q := url.Values{"timestamp": {ts}, "nonce": {"n1"}, "signature": {sign(ts, "n1")}}
	if sealed != "" {
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", sign(ts, "n1", sealed))
	}
	return q
}

func sealPush(t *testing.T, message, app string) string {
	t.Helper()
	key := decode(t, pushKey+"=")
	b := append([]byte("0123456789abcdef"), binary.BigEndian.AppendUint32(nil, uint32(len(message)))...)
	b = append(append(b, message...), app...)
	pad := 32 - len(b)%32
	b = append(b, strings.Repeat(string(rune(pad)), pad)...)
	block, err := aes.NewCipher(key)
	must(t, err)
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b)
}

func receiver(aesKey string) *wechat.Client {
	return client(func(c *wechat.Config) { c.Token, c.EncodingAESKey = pushToken, aesKey })
}

func TestEcho(t *testing.T) {
	t.Parallel()
	c := receiver(pushKey)
	q := pushQuery(pushNow, "")
	q.Set("echostr", "4711")
	if got, err := c.VerifyEcho(q, pushNow); err != nil || got != "4711" {
		t.Errorf("echo %q, %v", got, err)
	}
	q.Set("signature", sign("other"))
	_, err := c.VerifyEcho(q, pushNow)
	refused(t, err, wechat.ErrPush, 0)
	_, err = client().VerifyEcho(pushQuery(pushNow, ""), pushNow)
	refused(t, err, wechat.ErrPush, 0)
}

func TestPlainPush(t *testing.T) {
	t.Parallel()
	c := receiver("")
	if got, err := c.VerifyPush(pushQuery(pushNow, ""), []byte(pushEvent), pushNow); err != nil || string(got) != pushEvent {
		t.Errorf("plain push: %q, %v", got, err)
	}
	for name, at := range map[string]time.Time{"old": pushNow.Add(6 * time.Minute), "from the future": pushNow.Add(-6 * time.Minute)} {
		if _, err := c.VerifyPush(pushQuery(pushNow, ""), []byte(pushEvent), at); err == nil {
			t.Errorf("a push %s was accepted", name)
		}
	}
	q := pushQuery(pushNow, "")
	q.Set("nonce", "n2")
	_, err := c.VerifyPush(q, []byte(pushEvent), pushNow)
	refused(t, err, wechat.ErrPush, 0)
}

func TestSealedPush(t *testing.T) {
	t.Parallel()
	c := receiver(pushKey)
	body := func(sealed string) []byte { return fmt.Appendf(nil, `{"ToUserName":"gh_1","Encrypt":%q}`, sealed) }
	for _, app := range []string{miniApp.ID, serviceApp.ID} {
		sealed := sealPush(t, pushEvent, app)
		for _, b := range [][]byte{body(sealed), []byte("<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>")} {
			if got, err := c.VerifyPush(pushQuery(pushNow, sealed), b, pushNow); err != nil || string(got) != pushEvent {
				t.Errorf("sealed push to %s: %q, %v", app, got, err)
			}
		}
	}
	sealed := sealPush(t, pushEvent, miniApp.ID)
	if _, err := c.VerifyPush(pushQuery(pushNow, sealed), []byte(pushEvent), pushNow); err == nil {
		t.Error("a plain push was accepted though a key is set")
	}
	if _, err := c.VerifyPush(pushQuery(pushNow, ""), body(sealed), pushNow); err == nil {
		t.Error("accepted without msg_signature: the body is not covered by the other signature")
	}
	other := sealPush(t, strings.Replace(pushEvent, "oX", "oY", 1), miniApp.ID)
	if _, err := c.VerifyPush(pushQuery(pushNow, sealed), body(other), pushNow); err == nil {
		t.Error("accepted with the signature of another body")
	}
	foreign := sealPush(t, pushEvent, "wxsomebody")
	if _, err := c.VerifyPush(pushQuery(pushNow, foreign), body(foreign), pushNow); err == nil {
		t.Error("accepted though meant for another account")
	}
	garbage := base64.StdEncoding.EncodeToString(make([]byte, 64))
	if _, err := c.VerifyPush(pushQuery(pushNow, garbage), body(garbage), pushNow); err == nil {
		t.Error("accepted what the key did not encrypt")
	}
}

func TestParseEvent(t *testing.T) {
	t.Parallel()
	e, err := wechat.ParseEvent([]byte(pushEvent))
	must(t, err)
	if e.Name != wechat.EventPopup || e.From != "oX" || !e.At.Equal(pushNow) || len(e.List) != 2 || e.List[0].Status != "accept" || e.List[1].TemplateID != "t2" {
		t.Errorf("popup: %+v", e)
	}
	e, err = wechat.ParseEvent([]byte(`<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oX]]></FromUserName><CreateTime>1772413200</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event></xml>`))
	must(t, err)
	if e.Name != wechat.EventFollow || e.To != "gh_1" || e.From != "oX" || !e.At.Equal(pushNow) {
		t.Errorf("follow: %+v", e)
	}
	e, err = wechat.ParseEvent([]byte(`<xml><ToUserName>gh_1</ToUserName><FromUserName>oX</FromUserName><CreateTime>1772413200</CreateTime><MsgType>event</MsgType><Event>subscribe_msg_change_event</Event><SubscribeMsgChangeEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgChangeEvent></xml>`))
	must(t, err)
	if e.Name != wechat.EventChange || len(e.List) != 1 || e.List[0].Status != "reject" {
		t.Errorf("change: %+v", e)
	}
	e, err = wechat.ParseEvent([]byte(`{"ToUserName":"gh_1","FromUserName":"oX","CreateTime":"1772413200","MsgType":"event","Event":"subscribe_msg_sent_event","List":{"TemplateId":"t1","MsgID":1700827132819554304,"ErrorCode":"0"}}`))
	must(t, err)
	if e.Name != wechat.EventSent || len(e.List) != 1 || e.List[0].MsgID != "1700827132819554304" || e.List[0].ErrorCode != "0" {
		t.Errorf("sent: %+v", e)
	}
	// What a message came to, in the words of XML; and what WeChat's own example does to a change.
	e, err = wechat.ParseEvent([]byte(`<xml><ToUserName>gh_1</ToUserName><FromUserName>oX</FromUserName><CreateTime>1772413200</CreateTime><MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>t1</TemplateId><MsgID>17</MsgID><ErrorCode>20</ErrorCode><ErrorStatus>system</ErrorStatus></List><List><TemplateId>t2</TemplateId><MsgID>18</MsgID><ErrorCode>0</ErrorCode></List></SubscribeMsgSentEvent></xml>`))
	must(t, err)
	if len(e.List) != 2 || e.List[0] != (wechat.Choice{TemplateID: "t1", MsgID: "17", ErrorCode: "20", ErrorText: "system"}) || e.List[1].ErrorCode != "0" {
		t.Errorf("sent in XML: %+v", e)
	}
	e, err = wechat.ParseEvent([]byte(`<xml><FromUserName>oX</FromUserName><CreateTime>1772413200</CreateTime><Event>subscribe_msg_change_event</Event><SubscribeMsgPopupEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgPopupEvent></xml>`))
	must(t, err)
	if e.Name != wechat.EventChange || len(e.List) != 1 || e.List[0].Status != "reject" {
		t.Errorf("change in a popup's element: %+v", e)
	}
	for _, one := range []string{`"List":{"TemplateId":"t1","SubscribeStatusString":"accept","PopupScene":2}`, `"SubscribeMsgPopupEvent":{"List":[{"TemplateId":"t1","SubscribeStatusString":"accept","PopupScene":"2"}]}`} {
		e, err = wechat.ParseEvent([]byte(`{"FromUserName":"oX","CreateTime":1772413200,"Event":"subscribe_msg_popup_event",` + one + `}`))
		must(t, err)
		if len(e.List) != 1 || e.List[0] != (wechat.Choice{TemplateID: "t1", Status: "accept", Scene: "2"}) {
			t.Errorf("popup as %s: %+v", one, e)
		}
	}
	e, err = wechat.ParseEvent([]byte(`<xml><ToUserName>gh_1</ToUserName><FromUserName>oX</FromUserName><CreateTime>1772413200</CreateTime><MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status></xml>`))
	must(t, err)
	if e.Name != wechat.EventFinished || e.MsgID != "200163836" || e.Status != "failed:user block" || e.Text != "" {
		t.Errorf("finished: %+v", e)
	}
	for _, key := range []string{"<Event>SCAN</Event><EventKey>12345678</EventKey>", "<Event>subscribe</Event><EventKey>qrscene_12345678</EventKey><Ticket>t</Ticket>"} {
		e, err = wechat.ParseEvent([]byte("<xml><FromUserName>oX</FromUserName><CreateTime>1772413200</CreateTime><MsgType>event</MsgType>" + key + "</xml>"))
		must(t, err)
		if e.Key != "12345678" {
			t.Errorf("scanned: %+v", e)
		}
	}
	e, err = wechat.ParseEvent([]byte(`<xml><FromUserName>oX</FromUserName><CreateTime>1772413200</CreateTime><MsgType>text</MsgType><Content> 12345678 </Content><MsgId>7</MsgId></xml>`))
	must(t, err)
	if e.Text != " 12345678 " || e.Name != "" {
		t.Errorf("text: %+v", e)
	}
	for _, bad := range []string{"", "{}", "<xml>", "null", `{"FromUserName":"oX","CreateTime":"soon"}`, strings.Replace(pushEvent, "[{", "["+strings.Repeat(`{"TemplateId":"t"},`, 20)+"{", 1)} {
		if _, err := wechat.ParseEvent([]byte(bad)); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
