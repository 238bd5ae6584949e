package wechat_test

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

func TestSendSubscribe(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{Templates: map[string][]string{notice: {"thing1"}}})
	c, ctx := h.client(), t.Context()
	must(t, h.Consent(person, notice, 1))
	m := wechat.Message{OpenID: sandbox.OpenID(person), TemplateID: notice, Page: "pages/case/detail?id=7", Data: data}

	bad := func(change func(*wechat.Message)) wechat.Message {
		b := m
		change(&b)
		return b
	}
	for _, c2 := range []struct {
		m    wechat.Message
		want *fault.Fault
		code int
	}{
		{bad(func(m *wechat.Message) { m.OpenID = "oNobody" }), wechat.ErrRecipient, 40003},
		{bad(func(m *wechat.Message) { m.TemplateID = "tpl-unknown" }), wechat.ErrTemplate, 40037},
		{bad(func(m *wechat.Message) { m.Data = map[string]string{"thing1": strings.Repeat("长", 21)} }), wechat.ErrTemplate, 47003},
		{bad(func(m *wechat.Message) { m.Page = "https://elsewhere" }), wechat.ErrTemplate, 41030},
	} {
		_, err := c.SendSubscribe(ctx, c2.m)
		refused(t, err, c2.want, c2.code)
		if !wechat.Permanent(err) || wechat.Refused(err) {
			t.Errorf("errcode %d must be permanent and no refusal", c2.code)
		}
	}
	id, err := c.SendSubscribe(ctx, m)
	must(t, err)
	items, _, err := h.Messages("", 0, 10)
	must(t, err)
	if id == "" || len(items) != 1 || items[0].Page != m.Page || items[0].Data["thing1"] != data["thing1"] || items[0].Channel != sandbox.Mini {
		t.Fatalf("id %q, phone shows %+v", id, items)
	}
	_, err = c.SendSubscribe(ctx, m)
	refused(t, err, wechat.ErrRefused, 43101)
	if !wechat.Permanent(err) || !wechat.Refused(err) {
		t.Error("a used-up consent is a refusal, and permanent")
	}
}

func TestSendTemplate(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{Limits: sandbox.Limits{SendsPerDay: 2}})
	c, ctx := h.client(), t.Context()
	m := wechat.Message{OpenID: sandbox.ServiceOpenID(person), TemplateID: notice, Page: "pages/case/detail?id=7", Data: data, IdempotencyKey: "linli-9"}
	_, err := c.SendTemplate(ctx, m)
	refused(t, err, wechat.ErrNotFollowing, 43004)
	if !wechat.Permanent(err) || !wechat.Refused(err) {
		t.Error("not following is a refusal, and permanent")
	}
	must(t, h.Follow(person))
	for range 2 {
		_, err = c.SendTemplate(ctx, m)
		must(t, err)
	}
	items, _, err := h.Messages(m.OpenID, 0, 10)
	must(t, err)
	if len(items) != 2 || items[0].ClientMsgID != "linli-9" || items[0].Page != m.Page || items[0].Channel != sandbox.Service {
		t.Fatalf("phone shows %+v", items)
	}
	_, err = c.SendTemplate(ctx, m)
	refused(t, err, wechat.ErrLimited, 45009)
	if wechat.Permanent(err) {
		t.Error("a quota passes")
	}
}

func TestServiceUser(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	c, ctx := h.client(), t.Context()
	must(t, h.Follow(person))
	got, err := c.ServiceUser(ctx, sandbox.ServiceOpenID(person))
	must(t, err)
	if !got.Following || got.UnionID != sandbox.UnionID(person) {
		t.Errorf("follower: %+v", got)
	}
	must(t, h.Unfollow(person))
	got, err = c.ServiceUser(ctx, sandbox.ServiceOpenID(person))
	if err != nil || got.Following || got.UnionID != "" {
		t.Errorf("after unfollowing: %+v, %v", got, err)
	}
	_, err = c.ServiceUser(ctx, sandbox.OpenID(person)+"&openid="+sandbox.ServiceOpenID(person))
	refused(t, err, wechat.ErrRecipient, 40003)
}

func TestCheckText(t *testing.T) {
	t.Parallel()
	h := newHost(t, sandbox.Options{})
	c, ctx, me := h.client(), t.Context(), sandbox.OpenID(person)
	must(t, h.Follow(person)) // known, but has never opened the mini-program
	_, err := c.CheckText(ctx, me, wechat.SceneForum, "你好")
	refused(t, err, wechat.ErrInactive, 61010)
	h.login(t, person)
	const path = "/wxa/msg_sec_check"
	for _, one := range []struct {
		name, text string
		want       wechat.Verdict
		calls      int
	}{
		{"harmless", "电梯坏了", wechat.Pass, 1},
		{"blank", " \n", wechat.Pass, 0},
		{"risky", "这里有违规测试词", wechat.Risky, 1},
		{"for a person", "这里有待审测试词", wechat.Review, 1},
		{"exactly one piece", strings.Repeat("水", 2500), wechat.Pass, 1},
		{"worst of all pieces", "待审测试词" + strings.Repeat("水", 5000) + "违规测试词", wechat.Risky, 3},
		{"first risky piece ends it", "违规测试词" + strings.Repeat("水", 5000), wechat.Risky, 1},
		{"across the cut", strings.Repeat("水", 2498) + "违规测试词" + strings.Repeat("水", 100), wechat.Risky, 2},
	} {
		before := h.count(path)
		got, err := c.CheckText(ctx, me, wechat.SceneForum, one.text)
		if err != nil || got != one.want || h.count(path)-before != one.calls {
			t.Errorf("%s: %q, %v, %d calls; want %q, %d calls", one.name, got, err, h.count(path)-before, one.want, one.calls)
		}
	}
	_, err = c.CheckText(ctx, me, wechat.SceneForum, strings.Repeat("水", 20001))
	refused(t, err, wechat.ErrTextTooLong, 0)
}
