package h5

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// WeChat names whoever opens a page inside it.
type WeChat interface {
	// WebSignIn is where to send them, to come back with a code and the state; empty where WeChat is not set up for pages.
	WebSignIn(back, state string) string
	// WebExchange turns the code into an account.
	WebExchange(ctx context.Context, code string) (openID, unionID string, err error)
}

// inWeChat reports whether the page is open inside WeChat and may ask it who somebody is.
func (d Deps) inWeChat(c *gin.Context) bool {
	return d.WeChat != nil && strings.Contains(c.Request.UserAgent(), "MicroMessenger") && d.WeChat.WebSignIn(d.PublicURL, "") != ""
}

// voteWeChat sends a browser to WeChat, and takes it when it comes back. A reload after that shows the page.
func (d Deps) voteWeChat(c *gin.Context) {
	if err := d.site.Hold(c, "", voteRate); err != nil {
		busy(c)
		return
	}
	v, ok := d.arrive(c)
	if !ok {
		return
	}
	at := "/v/" + v.Token
	if v.Voter.proved() || !d.inWeChat(c) {
		c.Redirect(http.StatusFound, at)
		return
	}
	state := web.Typed(c.Query("state"))
	if state == "" {
		state, err := d.Assemblies.LeaveForWeChat(c.Request.Context(), v.Token, d.browser(c))
		if err != nil {
			fail(c, err)
			return
		}
		c.Redirect(http.StatusFound, d.WeChat.WebSignIn(d.PublicURL+at+"/wechat", state))
		return
	}
	ticket, err := d.backFromWeChat(c, v.Token, state)
	if err != nil {
		d.showVote(c, v, voteForm{}, err)
		return
	}
	d.keep(c, wechatCookie, ticket, int(assembly.PersonVisit.Seconds()))
	c.Redirect(http.StatusFound, at)
}

func (d Deps) backFromWeChat(c *gin.Context, token, state string) (ticket string, err error) {
	ctx, browser := c.Request.Context(), d.browser(c)
	if err := d.mayProve(c, token); err != nil {
		return "", err
	}
	if err := d.Assemblies.BackFromWeChat(ctx, token, browser, state); err != nil {
		return "", err
	}
	openID, unionID, err := d.WeChat.WebExchange(ctx, web.Typed(c.Query("code")))
	if err != nil && fault.Of(err).Kind == fault.Unauthenticated { // a code that is used, over or made up
		return "", assembly.ErrWeChatStale
	}
	if err != nil {
		return "", err
	}
	person, err := d.Org.PersonOfAccount(ctx, openID, unionID)
	if errors.Is(err, org.ErrNoAccount) {
		return "", assembly.ErrWeChatOwner
	}
	if err != nil {
		return "", err
	}
	return d.Assemblies.OpenAs(ctx, token, browser, person)
}
