package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"path/filepath"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
	"github.com/linli-city/linli/server/web"
)

// sandboxPhone plays WeChat and everybody's phone inside the process.
type sandboxPhone struct {
	*sandbox.Sandbox
}

// The accounts of the sandbox. They open nothing anywhere.
var (
	sandboxMini    = sandbox.App{ID: "wxsandboxmini", Secret: "sandbox-mini-secret"}
	sandboxService = sandbox.App{ID: "wxsandboxservice", Secret: "sandbox-service-secret"}
)

// newSandboxPhone starts the sandbox and points the client at it. Its book lies in the data folder, so that what
// phones received survives a restart.
func newSandboxPhone(a *app, c *wechat.Config) (*sandboxPhone, error) {
	templates := map[string][]string{}
	for _, t := range plan.Templates {
		templates[t.Name] = t.Fields
	}
	if c.Token == "" {
		c.Token = rand.Text() // nobody but the sandbox pushes
	}
	box, err := sandbox.New(sandbox.Options{BookPath: filepath.Join(a.cfg.Data, "sandbox-book.jsonl"), MiniApps: []sandbox.App{sandboxMini}, ServiceApp: sandboxService,
		Templates: templates, PushToken: c.Token, PushKey: c.EncodingAESKey, PushAgain: 200 * time.Millisecond}) // nobody is in the way of our own
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func() { _ = box.Close() })
	c.MiniAppID, c.MiniSecret = sandboxMini.ID, sandboxMini.Secret
	c.ServiceAppID, c.ServiceSecret = sandboxService.ID, sandboxService.Secret
	c.Transport = box.Transport()
	return &sandboxPhone{box}, nil
}

// mount shows the sandbox at /sandbox.
func (p *sandboxPhone) mount(site *web.Site) {
	serve := func(c *gin.Context) {
		// The page posts to itself with its own small script.
		c.Header("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; frame-ancestors 'none'")
		p.Pages().ServeHTTP(c.Writer, c.Request)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		site.Unlisted(method, "/sandbox", "the sandbox WeChat's page; never mounted with the real WeChat", serve)
		site.Unlisted(method, "/sandbox/*path", "the sandbox WeChat's controls; never mounted with the real WeChat", serve)
	}
}

// demoSignIn signs somebody in by a code, as a phone does.
func (w *wechatAccount) demoSignIn(ctx context.Context, who string) (openID, unionID string, err error) {
	code, err := w.box.Login(who)
	if err != nil {
		return "", "", err
	}
	openID, unionID, _, err = w.Exchange(ctx, code)
	return openID, unionID, err
}

// demoFollow has somebody follow the service account, of which WeChat tells as it does of everybody, and gives the account
// there.
func (w *wechatAccount) demoFollow(ctx context.Context, who string) (openID, unionID string, err error) {
	if err := w.box.Follow(who); err != nil {
		return "", "", err
	}
	return sandbox.ServiceOpenID(who), sandbox.UnionID(who), w.box.Flush(ctx)
}

// demoConsents is how often each demo resident has agreed to each template.
const demoConsents = 20

// agree has a demo resident agree to every template that the ledger does not know them to take: by taps on their phone, of
// which WeChat tells us, as with everybody.
func (t *demoTown) agree(key string, a org.Actor) error {
	held, err := t.consents.List(t.ctx, a)
	if err != nil {
		return err
	}
	var templates []string
	for _, h := range held {
		if h.Stock == 0 {
			templates = append(templates, h.Template)
		}
	}
	if len(templates) == 0 {
		return nil
	}
	if err := t.wechat.box.ConsentTo(key, demoConsents, templates...); err != nil {
		return err
	}
	return t.wechat.box.Flush(t.ctx)
}
