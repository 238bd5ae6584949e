// Package wechat speaks to WeChat for sign-in, phone numbers, the content check and messages. It alone may import the
// WeChat SDK and reach WeChat's hosts; besides them it touches the token cache in Redis, and it knows no domain.
package wechat

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/silenceper/wechat/v2/miniprogram/config"
	mini "github.com/silenceper/wechat/v2/miniprogram/context"
)

// Config is what a Client needs. Empty ServiceAppID means that there is no service account.
type Config struct {
	MiniAppID, MiniSecret       string
	ServiceAppID, ServiceSecret string
	// BaseURL replaces https://api.weixin.qq.com, a path prefix included.
	BaseURL string
	// Transport carries the requests; nil means the network. The sandbox offers one that needs no listener.
	Transport http.RoundTripper
	// Timeout bounds one method, with its token and its one retry; 0 means 5 s.
	Timeout time.Duration
	// Redis shares access tokens between processes; nil keeps them in this one.
	Redis redis.UniversalClient
	// Token and EncodingAESKey verify what WeChat pushes. With a key, messages that are not encrypted are refused.
	Token, EncodingAESKey string
	Logger                *slog.Logger
}

const (
	realBase       = "https://api.weixin.qq.com"
	defaultTimeout = 5 * time.Second
)

// Client speaks for one mini-program and one service account. It is safe for concurrent use; make one per process.
type Client struct {
	cfg      Config
	route    *route
	mini     *app
	service  *app
	sdk      *mini.Context
	breakers map[string]*breaker
	log      *slog.Logger
}

// New makes a client. It does not connect.
func New(cfg Config) *Client {
	if cfg.BaseURL == "" {
		cfg.BaseURL = realBase
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Client{cfg: cfg, log: cfg.Logger, route: newRoute(cfg)}
	c.mini = newApp(cfg, cfg.MiniAppID, cfg.MiniSecret)
	c.service = newApp(cfg, cfg.ServiceAppID, cfg.ServiceSecret)
	c.sdk = &mini.Context{
		Config:                   &config.Config{AppID: cfg.MiniAppID, AppSecret: cfg.MiniSecret, UseStableAK: true},
		AccessTokenContextHandle: pinned{},
	}
	c.breakers = map[string]*breaker{}
	for _, op := range []string{opLogin, opPhone, opCheck, opSubscribe, opTemplate, opFollower, opScene, opWeb} {
		c.breakers[op] = newBreaker(op, c.log)
	}
	return c
}

// begin gives a call its route and its deadline.
func (c *Client) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithValue(ctx, routeKey{}, c.route), c.cfg.Timeout)
}

func newRoute(cfg Config) *route {
	r := &route{via: cfg.Transport, own: cfg.Transport != nil}
	if r.via == nil {
		r.via = network
	}
	if base, err := url.Parse(cfg.BaseURL); err == nil {
		r.base = base
	}
	return r
}
