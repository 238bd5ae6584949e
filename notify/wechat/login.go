package wechat

import (
	"context"
	"net/url"

	"github.com/silenceper/wechat/v2/miniprogram/auth"
	"github.com/silenceper/wechat/v2/miniprogram/business"
)

// Identity is who signed in. UnionID is empty unless the mini-program is bound to an open platform account.
type Identity struct {
	OpenID, UnionID string
	// SessionKey opens encrypted data of this sign-in. It is a secret: seal it, never send it to a phone.
	SessionKey string
}

// longestCode bounds what a phone may hand in as a code.
const longestCode = 200

// Exchange turns a wx.login code into an identity. A code works once and for five minutes.
func (c *Client) Exchange(ctx context.Context, code string) (Identity, error) {
	if code == "" || len(code) > longestCode {
		return Identity{}, ErrCode
	}
	var got auth.ResCode2Session
	err := c.once(ctx, opLogin, func(ctx context.Context) (err error) {
		// The SDK writes the code into the address as it is: unescaped, a phone could add parameters of its own.
		got, err = auth.NewAuth(c.sdk).Code2SessionContext(ctx, url.QueryEscape(code))
		if err == nil && (got.OpenID == "" || got.SessionKey == "") {
			err = errUnreadable
		}
		return err
	}, code, url.QueryEscape(code))
	if err != nil {
		return Identity{}, err
	}
	return Identity{OpenID: got.OpenID, UnionID: got.UnionID, SessionKey: got.SessionKey}, nil
}

// Phone turns a getPhoneNumber code into the number without its country code, or with it for numbers abroad.
func (c *Client) Phone(ctx context.Context, code string) (string, error) {
	if code == "" || len(code) > longestCode {
		return "", ErrPhoneCode
	}
	var got business.PhoneInfo
	err := c.call(ctx, c.mini, opPhone, func(ctx context.Context, _ string) (err error) {
		got, err = business.NewBusiness(c.sdk).GetPhoneNumberWithContext(ctx, &business.GetPhoneNumberRequest{Code: code})
		if err == nil && got.PurePhoneNumber == "" {
			err = errUnreadable
		}
		return err
	}, code)
	if err != nil {
		return "", err
	}
	if got.Watermark.AppID != "" && got.Watermark.AppID != c.cfg.MiniAppID {
		return "", ErrCodeForeign
	}
	return national(got.PurePhoneNumber, got.CountryCode), nil
}

// national is a mainland number by itself and any other with its country code.
func national(number, country string) string {
	if country == "" || country == "86" {
		return number
	}
	return "+" + country + number
}
