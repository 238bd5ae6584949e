package main

import (
	"context"
	"net/url"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
	"github.com/linli-city/linli/server/callback"
)

// wechatAccount fits the WeChat client to what the surfaces and domains ask for.
type wechatAccount struct {
	client    *wechat.Client
	now       clock
	box       *sandboxPhone // nil with the real WeChat
	publicURL string
}

// Exchange turns a wx.login code into an account.
func (w *wechatAccount) Exchange(ctx context.Context, code string) (openID, unionID, sessionKey string, err error) {
	id, err := w.client.Exchange(ctx, code)
	return id.OpenID, id.UnionID, id.SessionKey, err
}

// WebSignIn is where a page inside WeChat sends somebody to be named; empty without a service account.
func (w *wechatAccount) WebSignIn(back, state string) string {
	at := w.client.WebSignIn(back, state)
	if at != "" && w.box != nil {
		return sandbox.WebSignIn(w.publicURL, back, state)
	}
	return at
}

// WebExchange turns a page's code into an account of the service account.
func (w *wechatAccount) WebExchange(ctx context.Context, code string) (openID, unionID string, err error) {
	id, err := w.client.WebExchange(ctx, code)
	return id.OpenID, id.UnionID, err
}

// Phone turns a getPhoneNumber code into the number.
func (w *wechatAccount) Phone(ctx context.Context, code string) (string, error) {
	return w.client.Phone(ctx, code)
}

// DecryptPhone opens the encrypted data of older clients.
func (w *wechatAccount) DecryptPhone(sessionKey, data, iv string) (string, error) {
	return w.client.DecryptPhone(sessionKey, data, iv)
}

// CheckText has a complaint's text checked. Whatever is not clean is for a person to look at.
func (w *wechatAccount) CheckText(ctx context.Context, openID, text string) (complaint.Verdict, error) {
	v, err := w.client.CheckText(ctx, openID, wechat.SceneForum, text)
	if err != nil {
		return "", err
	}
	if v == wechat.Pass {
		return complaint.Pass, nil
	}
	return complaint.Risky, nil
}

// meetingTexts is the same check for what owners write around their meetings.
type meetingTexts struct{ w *wechatAccount }

// Clean reports whether the check found nothing.
func (t meetingTexts) Clean(ctx context.Context, openID, text string) (bool, error) {
	v, err := t.w.CheckText(ctx, openID, text)
	return v == complaint.Pass, err
}

// Echo answers the check of our address.
func (w *wechatAccount) Echo(query url.Values) (string, error) {
	return w.client.VerifyEcho(query, w.now())
}

// Push checks and opens one push.
func (w *wechatAccount) Push(query url.Values, body []byte) (callback.Push, error) {
	plain, err := w.client.VerifyPush(query, body, w.now())
	if err != nil {
		return callback.Push{}, err
	}
	e, err := wechat.ParseEvent(plain)
	if err != nil {
		return callback.Push{}, err
	}
	out := callback.Push{Event: consent.Event{Name: e.Name, OpenID: e.From, At: e.At}, MsgID: e.MsgID, Status: e.Status, Key: e.Key, Text: e.Text}
	for _, c := range e.List {
		out.Choices = append(out.Choices, consent.Choice{TemplateID: c.TemplateID, Status: c.Status, MsgID: c.MsgID, Code: c.ErrorCode, Explanation: c.ErrorText})
	}
	return out, nil
}

// Follower tells whether somebody follows the service account, and their union id.
func (w *wechatAccount) Follower(ctx context.Context, openID string) (unionID string, following bool, err error) {
	f, err := w.client.ServiceUser(ctx, openID)
	if wechat.Code(err) == noSuchAccount {
		return "", false, nil // an account of the mini-program
	}
	return f.UnionID, f.Following, err
}

// noSuchAccount is WeChat's code for an openid that is not the service account's.
const noSuchAccount = 40003

// ways are how WeChat reaches people: residents in the mini-program, staff through the service account.
func (w *wechatAccount) ways(templates map[string]string) map[plan.Channel]*notify.Way {
	return map[plan.Channel]*notify.Way{
		plan.Mini:    {Channel: sender(w.client.SendSubscribe), Addresses: notify.Accounts(org.MiniProgram), Templates: templates},
		plan.Service: {Channel: sender(w.client.SendTemplate), Addresses: notify.Accounts(org.ServiceAccount), Templates: templates, Repeats: keepsKey},
	}
}

// keepsKey is for how long the service account drops a repeat of a client_msg_id.
const keepsKey = 10 * time.Minute

type sender func(context.Context, wechat.Message) (string, error)

// Send sends one message.
func (s sender) Send(ctx context.Context, out notify.Outgoing) (string, error) {
	id, err := s(ctx, wechat.Message{OpenID: out.To, TemplateID: out.Template, Page: out.Page, Data: out.Data, IdempotencyKey: out.Key})
	if err != nil {
		err = &notify.Failure{Code: wechat.Code(err), Permanent: wechat.Permanent(err), Refused: wechat.Refused(err), Limited: wechat.Limited(err), Uncertain: wechat.Uncertain(err), Err: err}
	}
	return id, err
}
