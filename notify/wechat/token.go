package wechat

import (
	"context"
	"errors"
	"time"

	"github.com/silenceper/wechat/v2/credential"
	"golang.org/x/sync/singleflight"
)

// app is one account at WeChat with its access token.
type app struct {
	id       string
	cache    *tokenCache
	source   credential.AccessTokenContextHandle
	flight   singleflight.Group
	patience time.Duration
}

var (
	errNoApp      = errors.New("account is not configured")
	errUnreadable = errors.New("unreadable answer")
)

func newApp(cfg Config, id, secret string) *app {
	cache := &tokenCache{redis: cfg.Redis, key: "linli:wechat:token:" + id, log: cfg.Logger}
	// The stable token lets several processes fetch without making each other's token invalid.
	return &app{id: id, cache: cache, patience: cfg.Timeout, source: credential.NewStableAccessToken(id, secret, "", cache)}
}

// token gives a usable access token. However many ask, one fetch is under way, and nobody waits past the own
// deadline: the SDK's lock knows no context, and its callers would queue for one time-out after the other.
func (a *app) token(ctx context.Context) (string, error) {
	if a.id == "" {
		return "", errNoApp
	}
	answer := a.flight.DoChan("", func() (any, error) {
		// The fetch serves everybody who waits, so it outlives the caller that began it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.patience)
		defer cancel()
		return a.source.GetAccessTokenContext(ctx)
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case got := <-answer:
		token, _ := got.Val.(string)
		if got.Err == nil && token == "" {
			return "", errUnreadable
		}
		return token, got.Err
	}
}

type tokenKey struct{}

// pin fixes the token that the SDK uses within one attempt, so that the one that failed is known.
func pin(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, tokenKey{}, token)
}

// pinned hands the SDK the token of the attempt.
type pinned struct{}

func (pinned) GetAccessTokenContext(ctx context.Context) (string, error) {
	token, ok := ctx.Value(tokenKey{}).(string)
	if !ok {
		return "", errNoApp
	}
	return token, nil
}

// GetAccessToken is for SDK methods that take no context; none of them is used.
func (pinned) GetAccessToken() (string, error) { return "", errNoApp }
