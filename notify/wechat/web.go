package wechat

import (
	"context"
	"net/url"

	"github.com/silenceper/wechat/v2/officialaccount/config"
	account "github.com/silenceper/wechat/v2/officialaccount/context"
	"github.com/silenceper/wechat/v2/officialaccount/oauth"
)

func (c *Client) web() *oauth.Oauth {
	return oauth.NewOauth(&account.Context{Config: &config.Config{AppID: c.cfg.ServiceAppID, AppSecret: c.cfg.ServiceSecret}})
}

// WebSignIn is where a page inside WeChat sends somebody to say who they are to the service account, without a question to them
// (snsapi_base); empty without a service account. WeChat sends them back to the page with a code and the state.
func (c *Client) WebSignIn(back, state string) string {
	if c.cfg.ServiceAppID == "" {
		return ""
	}
	at, _ := c.web().GetRedirectURL(back, "snsapi_base", url.QueryEscape(state))
	return at
}

// WebExchange turns a page's code into an identity of the service account. A code works once and for five minutes.
func (c *Client) WebExchange(ctx context.Context, code string) (Identity, error) {
	if c.cfg.ServiceAppID == "" {
		return Identity{}, ErrMisconfigured
	}
	if code == "" || len(code) > longestCode {
		return Identity{}, ErrCode
	}
	var got oauth.ResAccessToken
	err := c.once(ctx, opWeb, func(ctx context.Context) (err error) {
		got, err = c.web().GetUserAccessTokenContext(ctx, url.QueryEscape(code))
		return err
	}, code, url.QueryEscape(code), c.cfg.ServiceSecret)
	switch {
	case err != nil:
		return Identity{}, err
	case got.OpenID == "" || got.IsSnapShotUser != 0: // a stand-in that WeChat shows to pages before somebody opens them in full
		return Identity{}, ErrCode
	}
	return Identity{OpenID: got.OpenID, UnionID: got.UnionID}, nil
}
