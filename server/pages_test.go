package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser opens a headless Chromium of a phone's size. Without one the test is skipped; the test command says so.
func browser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("Chromium is not installed")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(390, 844),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), append(opts, more...)...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(stop)
	return ctx
}

// look is what a page shows on a phone, how wide it is, and what it loaded from where.
type look struct {
	Text   string   `json:"text"`
	Width  int      `json:"width"`
	Loaded []string `json:"loaded"`
}

const looking = `({text: document.body.innerText, width: document.documentElement.scrollWidth, loaded: performance.getEntriesByType("resource").map(r => r.name)})`

// TestPagesOnAPhone opens the pages that people reach by link or QR code, as a resident on a phone: the words are there,
// nothing runs off the side, nothing is asked of other hosts.
func TestPagesOnAPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	notice := e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "posting", "audience": "public", "title": "关于更换电梯钢丝绳的公示",
		"body": "编号" + strings.Repeat("0123456789", 30) + "<script>alert(1)</script>", "client_ref": "page"}).int("id")
	hidden := e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "posting", "audience": "residents", "title": "仅业主可见的公示", "body": "正文", "client_ref": "page2"}).int("id")
	inv, err := e.org.InvitePostHolder(t.Context(), e.actor("bureau"), e.town.actors["bureau_second"].Post, "deputy")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		fmt.Sprintf("/h5/estates/%d/board", estate): "关于更换电梯钢丝绳的公示", fmt.Sprintf("/h5/notices/%d", notice): "<script>alert(1)</script>",
		fmt.Sprintf("/h5/notices/%d", hidden): "没有找到这份公示", fmt.Sprintf("/h5/estates/%d/complain", estate): "获取验证码", fmt.Sprintf("/h5/estates/%d/slip", estate): "扫一扫", "/h5/receipts": "受理编号", "/h5/invitations/" + inv.Token: "经办人", "/h5/invitations/wrong": "邀请无效", "/sandbox": "不是真的微信",
	} {
		err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+path))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		page, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if !strings.Contains(page.Text, want) {
			t.Errorf("%s does not show %q:\n%s", path, want, page.Text)
		}
		if strings.Contains(path, "board") && strings.Contains(page.Text, "仅业主可见") {
			t.Error("the public board shows what is for residents")
		}
		if page.Width > 390 {
			t.Errorf("%s is %d wide on a phone", path, page.Width)
		}
		for _, url := range page.Loaded {
			if !strings.HasPrefix(url, e.url) && !strings.HasPrefix(url, "data:") {
				t.Errorf("%s loads %s", path, url)
			}
		}
		e.shoot(ctx, path)
	}
}

// shoot keeps a picture of the page where LINLI_TEST_SHOTS names a folder, for people to look at.
func (e *engine) shoot(ctx context.Context, path string) {
	dir := os.Getenv("LINLI_TEST_SHOTS")
	if dir == "" {
		return
	}
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(strings.Trim(path, "/"), "/", "-")+".png"), shot, 0o600)
	}
	if err != nil {
		e.t.Error(err)
	}
}
