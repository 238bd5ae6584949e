package wechat

import "context"

// The operations; each has a breaker of its own, so that a dead content check does not stop sign-in.
const (
	opLogin     = "login"
	opPhone     = "phone"
	opCheck     = "check"
	opSubscribe = "subscribe"
	opTemplate  = "template"
	opFollower  = "follower"
	opScene     = "scene"
	opWeb       = "web"
)

// once runs do without an access token. Secrets are cut out of any error.
func (c *Client) once(ctx context.Context, op string, do func(context.Context) error, secrets ...string) error {
	return c.explain(op, c.guard(ctx, op, do), secrets)
}

// call runs do with an access token of a. When WeChat no longer takes the token, it is dropped and do runs exactly
// once more with a fresh one. Secrets, the tokens among them, are cut out of any error.
func (c *Client) call(ctx context.Context, a *app, op string, do func(ctx context.Context, token string) error, secrets ...string) error {
	try := func(ctx context.Context, token string) error {
		secrets = append(secrets, token)
		return do(pin(ctx, token), token)
	}
	err := c.guard(ctx, op, func(ctx context.Context) error {
		token, err := a.token(ctx)
		if err != nil {
			return err
		}
		if err = try(ctx, token); !stale(err) {
			return err
		}
		if token, err = a.another(ctx, token); err != nil {
			return err
		}
		return try(ctx, token)
	})
	return c.explain(op, err, secrets)
}

// guard gives do its route and deadline, behind the breaker of the operation.
func (c *Client) guard(ctx context.Context, op string, do func(context.Context) error) error {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	_, err := c.breakers[op].Execute(func() (struct{}, error) { return struct{}{}, do(ctx) })
	return err
}

// stale reports that WeChat refused the access token itself.
func stale(err error) bool {
	switch code, _ := errcode(err); code {
	case 40001, 40014, 42001:
		return true
	}
	return false
}
