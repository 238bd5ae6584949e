package wechat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/notify/channeltest"
	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

// impatient is how long a client waits for a host that says nothing.
const impatient = 2 * time.Second

// TestContractMini holds subscribe messages to what every channel promises.
func TestContractMini(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{Why: "WeChat tells nobody what became of a subscribe message", Open: func(t *testing.T) *channeltest.World {
		return newWorld(t, sandbox.OpenID, func(c *wechat.Client) sender { return c.SendSubscribe })
	}})
}

// TestContractService holds template messages to the same.
func TestContractService(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{Why: "WeChat drops a repeated client_msg_id for ten minutes instead", Open: func(t *testing.T) *channeltest.World {
		return newWorld(t, sandbox.ServiceOpenID, func(c *wechat.Client) sender { return c.SendTemplate })
	}})
}

type sender func(context.Context, wechat.Message) (string, error)

// newWorld is a client before a sandbox, with one person who can be reached and one who does not want it.
func newWorld(t *testing.T, openID func(string) string, by func(*wechat.Client) sender) *channeltest.World {
	t.Helper()
	s, err := sandbox.New(sandbox.Options{MiniApps: []sandbox.App{miniApp}, ServiceApp: serviceApp})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	const cold = "乙"
	must(t, s.Consent(person, notice, 100))
	must(t, s.Follow(person))
	must(t, s.Follow(cold))
	must(t, s.Unfollow(cold))
	must(t, s.Consent(cold, "tpl-other", 1))
	var tokens secrets
	front := channeltest.NewFront(t, channeltest.FrontOptions{Provider: s.API(), Seen: tokens.note,
		Spare: func(r *http.Request) bool { return r.URL.Path == tokenPath },
		Quote: func(text string) string {
			raw, _ := json.Marshal(map[string]any{"errcode": 45009, "errmsg": "invalid openid " + openID(person) + " in " + text})
			return string(raw)
		}})
	calm, hasty := by(client(func(c *wechat.Config) { c.BaseURL = front.URL })), by(client(func(c *wechat.Config) { c.BaseURL, c.Timeout = front.URL, impatient }))
	send := calm
	message := func(who string, n int) channeltest.Outgoing {
		title := fmt.Sprintf("停水通知%02d", n)
		return channeltest.Outgoing{Key: fmt.Sprintf("linli-%d", n), To: openID(who), Template: notice, Page: "pages/notice/detail?id=7", Title: title,
			Data: map[string]string{"thing1": title, "phrase2": "请知悉"}}
	}
	return &channeltest.World{
		Send: func(ctx context.Context, out channeltest.Outgoing) (string, error) {
			return send(ctx, wechat.Message{OpenID: out.To, TemplateID: out.Template, Page: out.Page, Data: out.Data, IdempotencyKey: out.Key})
		},
		Good:     func(n int) channeltest.Outgoing { return message(person, n) },
		Bad:      channeltest.Outgoing{Key: "linli-0", To: "oNobodyThere", Template: notice, Title: "停水通知", Data: data},
		Refusing: message(cold, 1),
		Arrived: func() (all []channeltest.Arrival) {
			items, _, err := s.Messages("", 0, 500)
			must(t, err)
			for _, m := range items {
				all = append(all, channeltest.Arrival{To: m.OpenID, Words: fmt.Sprint(m.Data)})
			}
			return all
		},
		Play: func(k channeltest.Trouble) bool {
			switch k {
			case channeltest.Limited:
				must(t, s.SetFault(sandbox.Fault{Mode: sandbox.Rate, Path: "/message/"}))
				return true
			case channeltest.None:
				must(t, s.SetFault(sandbox.Fault{Mode: sandbox.OK}))
			case channeltest.Silent:
				send = hasty
			}
			return front.Play(k)
		},
		Waiting: front.Waiting(),
		Classify: func(err error) channeltest.Verdict {
			return channeltest.Verdict{Permanent: wechat.Permanent(err), Refused: wechat.Refused(err), Limited: wechat.Limited(err), Uncertain: wechat.Uncertain(err)}
		},
		Secrets: func() []string {
			return append(tokens.all(), miniApp.Secret, serviceApp.Secret, openID(person), strings.TrimPrefix(openID(person), "oSBX"))
		},
	}
}

// secrets are the access tokens that a host was shown.
type secrets struct {
	mu   sync.Mutex
	list []string
}

func (s *secrets) note(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, r.URL.Query().Get("access_token"))
}

func (s *secrets) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}
