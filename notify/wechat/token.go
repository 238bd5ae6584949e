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
		return a.fetch(ctx)
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

// lookAgain is how long a process that leaves the fetch to another waits between two looks.
const lookAgain = 20 * time.Millisecond

// fetch gives the token that all processes share; where there is none, one of them fetches it and the others wait.
func (a *app) fetch(ctx context.Context) (string, error) {
	for {
		if token, _ := a.cache.Get("").(string); token != "" {
			return token, nil
		}
		if free, mine := a.cache.claim(); mine {
			defer free()
			return a.source.GetAccessTokenContext(ctx)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(lookAgain):
		}
	}
}

// another gives a token in place of one that WeChat refused. A fetch that began before it was dropped may still hand it out.
func (a *app) another(ctx context.Context, bad string) (string, error) {
	a.cache.drop(bad)
	token, err := a.token(ctx)
	if err == nil && token == bad {
		a.cache.drop(bad)
		return a.token(ctx)
	}
	return token, err
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
