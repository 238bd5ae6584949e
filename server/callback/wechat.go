// Package callback takes what WeChat pushes to us. A push is believed only when its signature and age hold.
package callback

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// WeChat checks pushes and looks people up.
type WeChat interface {
	// Echo answers the check of the server's address.
	Echo(query url.Values) (string, error)
	// Push checks and opens one push.
	Push(query url.Values, body []byte) (Push, error)
	// Follower tells whether somebody follows the service account, and their union id; "" when WeChat does not tell.
	Follower(ctx context.Context, serviceOpenID string) (unionID string, following bool, err error)
}

// Push is what WeChat pushed.
type Push struct {
	consent.Event
	MsgID, Status string // of a template message and how it ended
	Key           string // in the code that was scanned
	Text          string // that somebody wrote to the service account
}

// Deps are the services behind the surface.
type Deps struct {
	WeChat   WeChat
	Org      *org.Service
	Consents *consent.Service
	// Finished is told what became of a template message.
	Finished func(ctx context.Context, msgID string, arrived bool) error
	Limiter  web.Limiter
	Log      *slog.Logger
}

const maxPush = 64 << 10

// Routes mounts the surface.
func Routes(site *web.Site, d Deps) {
	site.Unlisted(http.MethodGet, "/callback/wechat", "WeChat checks our address", func(c *gin.Context) {
		echo, err := d.WeChat.Echo(c.Request.URL.Query())
		if err != nil {
			site.Fail(c, err)
			return
		}
		c.String(http.StatusOK, "%s", echo)
	})
	site.Unlisted(http.MethodPost, "/callback/wechat", "WeChat pushes events", func(c *gin.Context) {
		body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxPush))
		if err == nil {
			err = d.Take(c.Request.Context(), c.Request.URL.Query(), body)
		}
		if err != nil {
			site.Fail(c, err)
			return
		}
		c.String(http.StatusOK, "success")
	})
}

// Take checks a push and acts on it. WeChat repeats a push that was not answered in time, and all of this is harmless to
// repeat. What nobody here asked for, such as a text that is no code, is answered and dropped.
func (d Deps) Take(ctx context.Context, query url.Values, body []byte) error {
	e, err := d.WeChat.Push(query, body)
	if err != nil {
		return err
	}
	switch e.Name {
	case consent.Popup, consent.Change, consent.Sent:
		return whenSettled(ctx, func() error { return d.Consents.Push(ctx, e.Event) })
	case finished:
		return whenSettled(ctx, func() error { return d.Finished(ctx, e.MsgID, e.Status == "success") })
	case "subscribe":
		if err := d.bind(ctx, e.OpenID, e.Key); err != nil {
			return err
		}
		return d.once(ctx, e, d.follow)
	case "SCAN":
		return d.bind(ctx, e.OpenID, e.Key)
	case "":
		return d.bind(ctx, e.OpenID, strings.TrimSpace(e.Text))
	case "unsubscribe":
		return d.once(ctx, e, d.Org.Unfollow)
	}
	return nil
}

const (
	// mostWait is how long a push waits for what it is about to be written down; WeChat hangs up after five seconds.
	mostWait   = 4 * time.Second
	betweenTry = 200 * time.Millisecond
)

// whenSettled acts on what became of a message, which WeChat may say before the batch that it went out in is written down.
// One that is still not there then is refused, and WeChat says it again.
func whenSettled(ctx context.Context, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, mostWait)
	defer cancel()
	for {
		err := do()
		if !errors.Is(err, notify.ErrUnsettled) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(betweenTry):
		}
	}
}

// finished is WeChat's name of the push that says how a template message ended.
const finished = "TEMPLATESENDJOBFINISH"

// once drops a push that was acted on: a belated repeat of an old one must not undo a newer one.
func (d Deps) once(ctx context.Context, e Push, do func(context.Context, string) error) error {
	seen, err := d.Consents.Seen(ctx, e.Event)
	if err != nil || seen {
		return err
	}
	if err := do(ctx, e.OpenID); err != nil {
		return err
	}
	return d.Consents.Remember(ctx, e.Event)
}

var (
	codeShape = regexp.MustCompile(`^[0-9]{8}$`)
	// codeRate holds an account to a few codes: whoever guesses one is told what somebody else is told at work.
	codeRate = limit.Rule{Name: "account-code", Rate: 5, Per: time.Hour, Burst: 5}
)

// bind ties a follower to whoever at work asked for the code that they sent or scanned. A repeat finds the code used.
func (d Deps) bind(ctx context.Context, openID, code string) error {
	if !codeShape.MatchString(code) {
		return nil
	}
	if _, ok := d.Limiter.Allow(ctx, "wechat:"+openID, codeRate); !ok {
		d.Log.WarnContext(ctx, "somebody sends too many codes to the service account")
		return nil
	}
	union, following, err := d.WeChat.Follower(ctx, openID)
	if err != nil || !following { // an account of the mini-program, which may write as well, follows nothing
		return err
	}
	_, err = d.Org.BindAccount(ctx, openID, union, code)
	return err
}

// follow ties the service account to the person of the same union id.
func (d Deps) follow(ctx context.Context, openID string) error {
	union, _, err := d.WeChat.Follower(ctx, openID)
	if err != nil {
		return err
	}
	if union == "" {
		d.Log.WarnContext(ctx, "a follower without union id cannot be tied to a person; bind the accounts to one open platform")
		return nil
	}
	_, err = d.Org.SignIn(ctx, org.ServiceAccount, openID, union)
	return err
}
