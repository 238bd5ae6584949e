package wechat

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync/atomic"
)

// attempt watches one request that must not be repeated lightly: whether WeChat may have acted upon it.
type attempt struct{ written, refused atomic.Bool }

type attemptKey struct{}

// begin watches the request that is made with the context.
func (a *attempt) begin(ctx context.Context) context.Context {
	a.written.Store(false)
	a.refused.Store(false)
	return context.WithValue(ctx, attemptKey{}, a)
}

// watched gives the context of a request's way out. A transport of our own has no connections to wait for: what it was given,
// it has.
func watched(ctx context.Context, own bool) (context.Context, *attempt) {
	a, _ := ctx.Value(attemptKey{}).(*attempt)
	if a == nil {
		return ctx, nil
	}
	if own {
		a.written.Store(true)
		return ctx, a
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { a.written.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { a.written.Store(true) },
	}), a
}

// status notes a status that refuses: such a request was certainly not acted upon.
func (a *attempt) status(code int) {
	if a != nil && code >= 300 && code < 500 {
		a.refused.Store(true)
	}
}

// answered notes an errcode. It settles the request, whatever becomes of another with a fresh token.
func (a *attempt) answered(err error) {
	if code, _ := errcode(err); code != 0 {
		a.refused.Store(true)
	}
}

// judge marks the error of a request that WeChat may have acted upon all the same.
func (a *attempt) judge(err error) error {
	var f *failure
	if errors.As(err, &f) && a.written.Load() && !a.refused.Load() {
		f.unsure = true
	}
	return err
}
