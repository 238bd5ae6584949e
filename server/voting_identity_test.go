package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/wechat"
)

// inWeChat is a browser inside WeChat.
func (e *engine) inWeChat() *plain {
	p := e.plain()
	p.client.Transport = wechatBrowser{}
	return p
}

type wechatBrowser struct{}

func (wechatBrowser) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 12) MicroMessenger/8.0.49")
	return http.DefaultTransport.RoundTrip(r)
}

// leave follows a page to where WeChat is asked, and gives that address.
func (p *plain) leave(link string) *url.URL {
	p.t.Helper()
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	defer func() { p.client.CheckRedirect = nil }()
	res, err := p.client.Get(p.url + link + "/wechat") //nolint:noctx // a test
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close()
	at, err := url.Parse(res.Header.Get("Location"))
	if err != nil || at.Query().Get("state") == "" {
		p.t.Fatalf("it leads to %s, %v", at, err)
	}
	return at
}

// back is what WeChat sends a browser back to, as somebody.
func (e *engine) back(link, state, who string) string {
	e.t.Helper()
	code, err := e.wechat.box.WebLogin(who)
	if err != nil {
		e.t.Fatal(err)
	}
	return link + "/wechat?" + url.Values{"code": {code}, "state": {state}}.Encode()
}

// TestVotingByWeChat: an owner whose WeChat is bound enters without a code, and casts; a state works once, in its browser, on its link
// and for ten minutes; somebody else's WeChat opens nothing.
func TestVotingByWeChat(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	link, other := e.link(id, 1), e.link(id, 2)
	if _, page := e.plain().get(link); strings.Contains(page, "用微信登录") {
		t.Error("a browser outside WeChat is sent there")
	}
	p := e.inWeChat()
	if _, page := p.get(link); !strings.Contains(page, `href="`+link+`/wechat"`) || !strings.Contains(page, "发短信验证码") {
		t.Errorf("inside WeChat: %s", page)
	}
	at := p.leave(link)
	if got := at.Query().Get("redirect_uri"); got != e.cfg.PublicURL+link+"/wechat" {
		t.Errorf("WeChat would send them back to %s", got)
	}
	state := at.Query().Get("state")
	for what, f := range map[string]func() (int, string){
		"another browser": func() (int, string) { return e.inWeChat().get(e.back(link, state, "owner")) },
		"another link":    func() (int, string) { return p.get(e.back(other, state, "co_owner")) },
		"a made-up state": func() (int, string) { return p.get(e.back(link, "made-up-made-up-made-up", "owner")) },
		"a made-up code": func() (int, string) {
			return p.get(link + "/wechat?code=0SBXmade-up&state=" + p.leave(link).Query().Get("state"))
		},
		"somebody else": func() (int, string) { return p.get(e.back(link, p.leave(link).Query().Get("state"), "owner_foreign")) },
		"nobody known":  func() (int, string) { return p.get(e.back(link, p.leave(link).Query().Get("state"), "a stranger")) },
		"a used state": func() (int, string) {
			old := p.leave(link).Query().Get("state")
			p.get(e.back(link, old, "a stranger"))
			return p.get(e.back(link, old, "owner"))
		},
		"a state too old": func() (int, string) {
			old := p.leave(link).Query().Get("state")
			e.age(old)
			return p.get(e.back(link, old, "owner"))
		},
	} {
		if status, page := f(); status < 400 || strings.Contains(page, "下一步：核对") || !strings.Contains(page, "短信验证码") {
			t.Errorf("%s: %d %s", what, status, page)
		}
	}
	status, page := p.get(e.back(link, state, "owner"))
	if status != 200 || !strings.Contains(page, "下一步：核对") {
		t.Fatalf("the owner: %d %s", status, page)
	}
	form := marks(page, "yes")
	form.Set("agreed", "1")
	_, page = p.post(link, form)
	cast := fields(page, "cast")
	if status, page = p.post(link, cast); status != 200 || !strings.Contains(page, "data:image/png") {
		t.Fatalf("the ballot: %d %s", status, page)
	}
	var box assembly.Envelope
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error { return tx.Where("meeting_id = ?", id).Take(&box).Error })
	if err != nil || box.PersonID == 0 || box.OwnerID != 0 || box.Channel != assembly.ByLink {
		t.Errorf("the envelope %+v, %v", box, err)
	}
	if _, page = p.get(other); !strings.Contains(page, "发短信验证码") {
		t.Error("who was named on one link is named on another")
	}
}

// age ends a state or a ticket.
func (e *engine) age(secret string) {
	e.t.Helper()
	sum := sha256.Sum256([]byte(secret))
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
		res := tx.Model(&assembly.Visit{}).Where("secret_hash = ?", hex.EncodeToString(sum[:])).Update("expires_at", tx.Now)
		if res.RowsAffected != 1 {
			return fmt.Errorf("%d rows", res.RowsAffected)
		}
		return res.Error
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// TestVotingWithoutAServiceAccount: where WeChat is not set up for pages, nobody is offered it.
func TestVotingWithoutAServiceAccount(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	link := e.link(id, 1)
	e.wechat.client = wechat.New(wechat.Config{})
	p := e.inWeChat()
	if _, page := p.get(link); strings.Contains(page, "用微信登录") {
		t.Error("a button that leads nowhere")
	}
	if _, page := p.get(link + "/wechat"); !strings.Contains(page, "发短信验证码") {
		t.Error("the way itself is open")
	}
}

// TestNobodyLocksAnOwnerOut: a stranger with the link and the owner's number tries codes and numbers until nothing more is taken from
// them; the owner's code still works in the browser that asked for it.
func TestNobodyLocksAnOwnerOut(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	link, phone := e.link(id, 2), demoPhone("demo-estate", 11)
	owner, stranger := e.plain(), e.plain()
	_, page := owner.get(link)
	form := fields(page, "code")
	form.Set("phone", phone)
	_, mine := owner.post(link, form)

	_, page = stranger.get(link)
	form = fields(page, "code")
	form.Set("phone", phone)
	_, page = stranger.post(link, form) // the text is on its way already
	guess := fields(page, "check")
	guess.Set("phone", phone)
	guess.Set("code", "000000")
	limited := false
	for range 12 {
		status, page := stranger.post(link, guess)
		if strings.Contains(page, "下一步：核对") {
			t.Fatal("a guess opens the link")
		}
		limited = limited || status == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("a browser may try for ever")
	}
	form = fields(mine, "check")
	form.Set("phone", phone)
	form.Set("code", e.texted(phone))
	if status, page := owner.post(link, form); status != 200 || !strings.Contains(page, "下一步：核对") {
		t.Errorf("the owner is locked out: %d %s", status, page)
	}
}
