package wechat

import (
	"context"
	"net/url"

	"github.com/silenceper/wechat/v2/util"
)

// Follower is an account as the service account sees it. UnionID, given only while Following, links it to the
// mini-program's account of the same person.
type Follower struct {
	OpenID, UnionID string
	Following       bool
}

// ServiceUser looks up an account of the service account.
func (c *Client) ServiceUser(ctx context.Context, openID string) (Follower, error) {
	var got struct {
		answer
		OpenID    string `json:"openid"`
		UnionID   string `json:"unionid"`
		Subscribe int    `json:"subscribe"`
	}
	err := c.call(ctx, c.service, opFollower, func(ctx context.Context, token string) error {
		query := url.Values{"access_token": {token}, "openid": {openID}, "lang": {"zh_CN"}}
		raw, err := util.HTTPGetContext(ctx, realBase+"/cgi-bin/user/info?"+query.Encode())
		if err != nil {
			return err
		}
		if err := decode(raw, &got, &got.answer); err != nil {
			return err
		}
		if got.OpenID == "" {
			return errUnreadable
		}
		return nil
	})
	if err != nil {
		return Follower{}, err
	}
	return Follower{OpenID: got.OpenID, UnionID: got.UnionID, Following: got.Subscribe == 1}, nil
}
