package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/silenceper/wechat/v2/util"
)

// Message is one message to one account. Data holds the template's keys ("thing1") and their values.
type Message struct {
	OpenID     string
	TemplateID string
	Page       string // of the mini-program, with its query; empty means none
	Data       map[string]string
	// IdempotencyKey lets WeChat drop a repeat of a service-account message within about ten minutes. Subscribe
	// messages have no such thing: a repeat there arrives twice.
	IdempotencyKey string
}

type value struct {
	Value string `json:"value"`
}

// SendSubscribe sends a mini-program subscribe message, which uses up one consent of the person, and returns WeChat's
// message id, empty if WeChat gives none. Errors: see Permanent, Refused, Limited and Uncertain.
func (c *Client) SendSubscribe(ctx context.Context, m Message) (string, error) {
	return c.send(ctx, c.mini, opSubscribe, m.OpenID, "/cgi-bin/message/subscribe/send", map[string]any{
		"touser": m.OpenID, "template_id": m.TemplateID, "page": m.Page, "data": values(m.Data),
		"miniprogram_state": "formal", "lang": "zh_CN",
	})
}

// SendTemplate sends a template message of the service account to a follower; a tap opens Page in the mini-program.
func (c *Client) SendTemplate(ctx context.Context, m Message) (string, error) {
	body := map[string]any{"touser": m.OpenID, "template_id": m.TemplateID, "data": values(m.Data)}
	if m.IdempotencyKey != "" {
		body["client_msg_id"] = m.IdempotencyKey
	}
	if m.Page != "" {
		body["miniprogram"] = map[string]string{"appid": c.cfg.MiniAppID, "pagepath": m.Page}
	}
	return c.send(ctx, c.service, opTemplate, m.OpenID, "/cgi-bin/message/template/send", body)
}

// send posts by itself because the SDK's senders take no context, and give either the message id or a typed error.
func (c *Client) send(ctx context.Context, a *app, op, openID, path string, body map[string]any) (string, error) {
	var try attempt
	var got struct {
		answer
		MsgID int64 `json:"msgid"`
	}
	err := c.call(ctx, a, op, func(ctx context.Context, token string) error {
		raw, err := util.PostJSONContext(try.begin(ctx), realBase+path+"?access_token="+url.QueryEscape(token), body)
		if err != nil {
			return err
		}
		if err := decode(raw, &got, &got.answer); err != nil {
			try.answered(err)
			return err
		}
		if !bytes.Contains(raw, []byte(`"errcode"`)) {
			return errUnreadable // nothing but an explicit 0 means that it went out
		}
		return nil
	}, openID)
	if err != nil || got.MsgID == 0 {
		return "", try.judge(err)
	}
	return strconv.FormatInt(got.MsgID, 10), nil
}

// decode reads an answer that must be an object with an errcode or content.
func decode(raw []byte, into any, a *answer) error {
	*a = answer{}
	if json.Unmarshal(raw, into) != nil {
		return errUnreadable
	}
	return a.err()
}

func values(data map[string]string) map[string]value {
	out := make(map[string]value, len(data))
	for k, v := range data {
		out[k] = value{v}
	}
	return out
}
