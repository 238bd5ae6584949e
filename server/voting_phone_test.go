package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// phone is a resident's phone: a real Chromium, as wide as one.
type phone struct {
	*engine
	ctx context.Context
}

// do runs steps in the browser.
func (p *phone) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// run runs a script on the page.
func (p *phone) run(script string) string {
	p.t.Helper()
	said, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return said
}

// shows waits for words on the page, then holds the page to what every page owes a phone.
func (p *phone) shows(what string, words ...string) string {
	p.t.Helper()
	var page look
	for _, word := range words {
		for until := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			got, err := chromedp.Run(p.ctx, chromedp.Evaluate[look](looking))
			if err == nil {
				page = got
			}
			if strings.Contains(page.Text, word) {
				break
			}
			if time.Now().After(until) {
				p.t.Fatalf("%s does not show %q:\n%s %v", what, word, page.Text, err)
			}
		}
	}
	if page.Width > 390 {
		p.t.Errorf("%s is %d wide on a phone", what, page.Width)
	}
	for _, url := range page.Loaded {
		if !strings.HasPrefix(url, p.url) && !strings.HasPrefix(url, "data:") {
			p.t.Errorf("%s loads %s", what, url)
		}
	}
	small, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](tooSmall))
	if err != nil || len(small) > 0 {
		p.t.Errorf("%s is too small to read or to touch: %v %v", what, small, err)
	}
	p.shootWhole("voting-" + what)
	return page.Text
}

// tooSmall lists texts below 18 pixels and buttons below 48, outside the footer and of what is for machines.
const tooSmall = `[...document.querySelectorAll('.large p, .large li, .large label, .large dd, .large dt, .large button, .large a.button, .large legend, .large label.box')].filter(e => e.offsetParent && !e.closest('.mono'))
.filter(e => parseFloat(getComputedStyle(e).fontSize) < 18 || /^(BUTTON)$/.test(e.tagName) && e.offsetHeight < 48 || e.matches('a.button, label.box') && e.offsetHeight < 48).map(e => e.tagName + ' ' + e.className + ' ' + e.textContent.slice(0, 20))`

// press clicks what a selector finds.
func (p *phone) press(selector string) {
	p.t.Helper()
	p.do(selector, chromedp.Click(chromedp.CSS(selector)))
}

// TestAMeetingOnAPhone walks a meeting in a real browser: the link, the code, the vote, the receipt, the check; then the count, and
// what the public page says of it.
func TestAMeetingOnAPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()))
	link, number := e.link(id, 2), demoPhone("demo-estate", 11)
	p := &phone{e, ctx}
	p.do("link", chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+link))
	p.shows("1-link", "1幢1单元102", "怎样才算通过", "先核对手机号")
	p.do("phone", chromedp.SendKeys(chromedp.CSS("#phone"), number))
	p.press(`button[value="code"]`)
	p.shows("2-code", "请看手机短信")
	p.do("code", chromedp.SendKeys(chromedp.CSS("#code"), e.texted(number)))
	p.press(`button[value="check"]`)
	p.shows("3-vote", "改聘得分第一的公司", "下一步：核对")
	// By the keyboard alone: the focus stands on the first answer, and an arrow moves it.
	p.do("keys", chromedp.Focus(chromedp.CSS(`article:first-of-type input[value="yes"]`)), chromedp.KeyEvent(" "))
	p.press(`input[value="B"]`)
	for i := 1; i <= 6; i++ {
		p.press(fmt.Sprintf(`article:nth-of-type(3) fieldset:nth-of-type(%d) input[value="%s"]`, i, map[bool]string{true: "yes", false: "no"}[i < 6]))
	}
	p.shows("4-chosen", "下一步：核对")
	p.press("form > button")
	p.shows("5-review", "还没有投出去", "同意", "改聘得分第一的公司", "周先生：反对")
	// An impatient thumb: the button twice.
	p.run(`(() => { const b = document.querySelector('form button'); b.click(); b.click(); return ''; })()`)
	text := p.shows("6-receipt", "已收到您的票", "保存图片")
	code := regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`).FindString(text)
	at := p.run(`[...document.querySelectorAll('a')].map(a => a.href).find(h => h.includes('#'))`)
	if code == "" {
		t.Fatal("no receipt")
	}
	secret := at[strings.Index(at, "#"):]
	p.do("back", chromedp.Navigate(e.url+link))
	p.shows("7-again", "这份表决权已经投过票", code)

	p.do("form", chromedp.Navigate(e.url+"/h5/ballots"), chromedp.SendKeys(chromedp.CSS("#code"), strings.ToLower(strings.ReplaceAll(code, "-", " "))))
	p.press("form button")
	p.shows("8-waiting", "已收下，等待公布")
	e.publish()
	p.check(code, secret, "9-check")
	// More is cast and published: the phone remembers what it saw.
	e.cast(id, 3, 40)
	e.backdateCheckpoint(id)
	e.publish()
	p.do("leave", chromedp.Navigate("about:blank"))
	p.do("check", chromedp.Navigate(e.url+"/h5/ballots/"+code))
	if text := p.shows("10-later", "记录只有增加，没有改动", "证明成立"); strings.Contains(text, "您选的是") {
		t.Error("opened without the receipt")
	}
	p.do("public", chromedp.Navigate(fmt.Sprintf("%s/h5/meetings/%d", e.url, id)))
	p.shows("11-meeting", "还差", "有多少人投了票", "核验我的票")
	e.finish(id)
	p.do("result", chromedp.Navigate(fmt.Sprintf("%s/h5/meetings/%d", e.url, id)))
	p.shows("12-result", "结果已确认", "不通过")
}

// check opens the receipt's address as the camera does, and waits for what the phone finds.
func (p *phone) check(code, secret, what string) {
	p.t.Helper()
	p.do("leave", chromedp.Navigate("about:blank"))
	p.do("check", chromedp.Navigate(p.url+"/h5/ballots/"+code+secret))
	p.shows(what, "这张票在最近公布的记录里", "您的票确实在公布的记录里", "您的手机本地解开：您选的是“同意”", "您选的是“选项B”", "张阿姨：同意；")
	if hash := p.run("location.hash"); hash != "" {
		p.t.Errorf("the key stays in the address: %q", hash)
	}
}

// TestReadAloudAndForgedLogs: where the browser speaks, a motion is read in its order; a log that does not begin with the one that
// the phone has seen is reported.
func TestReadAloudAndForgedLogs(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	p := &phone{e, ctx}
	p.do("link", chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+e.link(id, 2)))
	p.shows("read", "怎样才算通过")
	said := p.run(`(() => { let said = ''; speechSynthesis.speak = w => { said = w.lang + w.text; }; const b = document.querySelector('[data-read]'); b.click(); return said + b.textContent + b.hidden; })()`)
	if !strings.HasPrefix(said, "zh-CN议题一：使用维修资金") || !strings.Contains(said, "依据：民法典") || !strings.HasSuffix(said, "停止朗读false") {
		t.Errorf("read aloud: %q", said)
	}
	code := e.cast(id, 3, 3)[0]
	e.publish()
	p.do("check", chromedp.Navigate(e.url+"/h5/ballots/"+url.PathEscape(code)))
	p.shows("proved", "证明成立")
	p.run(`(() => { const k = Object.keys(localStorage)[0], v = JSON.parse(localStorage[k]); v.root = 'A' + v.root.slice(1); localStorage[k] = JSON.stringify(v); return ''; })()`)
	p.do("forge", chromedp.Reload())
	p.shows("forged", "以前看到的记录和现在的对不上")
	p.do("other secret", chromedp.Navigate("about:blank"))
	p.do("other secret", chromedp.Navigate(e.url+"/h5/ballots/"+code+"#AAAAAAAAAAAAAAAAAAAAAA.3"))
	p.shows("other-secret", "这张回执打不开这一条记录")
}

// shootWhole keeps a picture of a page from its top to its foot where LINLI_TEST_SHOTS names a folder, for people to look at.
func (p *phone) shootWhole(name string) {
	dir := os.Getenv("LINLI_TEST_SHOTS")
	if dir == "" {
		return
	}
	shot, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600)
	}
	if err != nil {
		p.t.Error(err)
	}
}
