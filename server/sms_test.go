package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/notify/channeltest"
	"github.com/linli-city/linli/notify/sms"
	"github.com/linli-city/linli/notify/sms/smstest"
	"github.com/linli-city/linli/server/session"
)

// withProvider is linli with a provider of short messages behind a front that misbehaves.
func withProvider(t *testing.T) (*engine, *smstest.Provider, *channeltest.Front) {
	t.Helper()
	p := smstest.New(time.Now)
	front := channeltest.NewFront(t, channeltest.FrontOptions{Provider: p, Spare: func(r *http.Request) bool { return r.Header.Get("x-acs-action") == "QuerySendDetails" }})
	e := newEngine(t, func(c *config.Config) {
		c.SMSKeyID, c.SMSKeySecret, c.SMSSign, c.SMSEndpoint = p.KeyID, config.NewSecret(p.Secret), "都匀邻里", front.URL
		c.SMSTemplates = config.Templates{}
		for name, id := range p.Codes() {
			c.SMSTemplates[name] = config.Template{ID: id}
		}
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
	})
	return e, p, front
}

// TestCodesGoThroughTheProvider: a code reaches the phone by the registered template, under a good signature, and proves it.
func TestCodesGoThroughTheProvider(t *testing.T) {
	t.Parallel()
	e, p, front := withProvider(t)
	if e.call("", "GET", "/sandbox-texts", nil).status != 404 {
		t.Error("real texts are shown to everybody")
	}
	ask := func(status int, phone, code string) {
		t.Helper()
		if a := e.must(status, "", "POST", "/public/v1/phone-codes", m{"phone": phone}); code != "" && a.json["code"] != code {
			t.Errorf("%s: %s", phone, a.body)
		}
	}
	proves := func(phone string) {
		t.Helper()
		all := p.Texts()
		last := all[len(all)-1]
		if last.Phone != phone || last.Sign != "都匀邻里" || last.Template != "SMS_1" || last.OutID == "" {
			t.Errorf("%+v", last)
		}
		e.must(200, "", "POST", "/public/v1/phone-codes/check", m{"phone": phone, "code": last.Params["code"]})
	}
	ask(204, "13600006661", "")
	proves("13600006661")

	// The answer is lost, and the provider knows the text: the caller hears that it was sent.
	front.Play(channeltest.Lost)
	ask(204, "13600006662", "")
	proves("13600006662")

	// Nobody knows: the caller hears so, and the second tap is not sent within the minute.
	front.Play(channeltest.Cut)
	ask(503, "13600006663", "phone.text_unsure")
	ask(429, "13600006663", "phone.code_sent")

	// The provider says no: nothing was sent, and the next tap sends.
	front.Play(channeltest.None)
	p.Refuse("isv.AMOUNT_NOT_ENOUGH")
	ask(503, "13600006664", "phone.text_failed")
	p.Refuse("")
	ask(204, "13600006664", "")
	proves("13600006664")
	if n := len(p.Texts()); n != 3 {
		t.Errorf("%d texts", n)
	}
	front.Play(channeltest.Dead)
	ask(503, "13600006665", "phone.text_failed")
}

// TestNoProviderNoTexts: with the real WeChat and no provider, codes say that there are none.
func TestNoProviderNoTexts(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.WeChatMiniID, cfg.WeChatMiniSecret = "wx1", config.NewSecret("mini-secret")
	a, err := openApp(context.Background(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	if a.texter != nil || a.texts != nil {
		t.Error("something sends short messages")
	}
	if err := a.codes.Send(t.Context(), "13600006666"); !errors.Is(err, session.ErrNoTexts) {
		t.Error(err)
	}
}

// TestSandboxTexts shows what phones received, and fails on demand.
func TestSandboxTexts(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	const phone = "13600006667"
	fault := func(status int, body any) { t.Helper(); e.must(status, "", "POST", "/sandbox-texts/faults", body) }
	fault(204, m{"mode": sms.Limit, "count": 1})
	e.must(503, "", "POST", "/public/v1/phone-codes", m{"phone": phone})
	fault(204, m{"mode": sms.Lost, "count": 1})
	e.must(204, "", "POST", "/public/v1/phone-codes", m{"phone": phone})
	var texts []struct{ Phone, Text string }
	if err := json.Unmarshal([]byte(e.must(200, "", "GET", "/sandbox-texts", nil).body), &texts); err != nil || len(texts) != 1 || texts[0].Phone != phone || !strings.Contains(texts[0].Text, "验证码") {
		t.Errorf("%+v, %v", texts, err)
	}
	fault(400, m{"mode": "explode"})
	if status, _ := e.with(map[string]string{"Sec-Fetch-Site": "cross-site"}, "POST", "/sandbox-texts/faults", m{"mode": sms.Down}); status != http.StatusForbidden {
		t.Errorf("another page's button: %d", status)
	}
}

// TestADemoTextsNobody: the people of a demo are made up, and their numbers may be somebody's.
func TestADemoTextsNobody(t *testing.T) {
	t.Parallel()
	cfg := config.Config{Data: t.TempDir(), WeChatMiniID: "wx1", SMSKeyID: "LTAI"}
	got, err := demoConfig(cfg, "http://127.0.0.1:1", true)
	if err != nil || got.SMS() || !got.Sandbox() {
		t.Errorf("%v, %v, %v", got.SMS(), got.Sandbox(), err)
	}
}
