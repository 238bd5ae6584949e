// Package callback takes what WeChat pushes to us. A push is believed only when its signature and age hold.
package callback

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// Event is a push that has been checked and decrypted.
type Event struct {
	Name   string // subscribe, unsubscribe, …
	OpenID string
}

// WeChat checks pushes and looks people up.
type WeChat interface {
	// Echo answers the check of the server's address.
	Echo(query url.Values) (string, error)
	// Push checks and opens one push.
	Push(query url.Values, body []byte) (Event, error)
	// UnionOf gives the union id of somebody who follows the service account; "" when WeChat does not tell.
	UnionOf(ctx context.Context, serviceOpenID string) (string, error)
}

// Deps are the services behind the surface.
type Deps struct {
	WeChat WeChat
	Org    *org.Service
	Log    *slog.Logger
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
			err = d.take(c.Request.Context(), c.Request.URL.Query(), body)
		}
		if err != nil {
			site.Fail(c, err)
			return
		}
		c.String(http.StatusOK, "success")
	})
}

// take acts on a push. Following the service account ties it to the person of the same union id; WeChat repeats a push
// that is not answered, and all of this is harmless to repeat.
func (d Deps) take(ctx context.Context, query url.Values, body []byte) error {
	e, err := d.WeChat.Push(query, body)
	if err != nil {
		return err
	}
	switch e.Name {
	case "subscribe":
		union, err := d.WeChat.UnionOf(ctx, e.OpenID)
		if err != nil {
			return err
		}
		if union == "" {
			d.Log.WarnContext(ctx, "a follower without union id cannot be tied to a person; bind the accounts to one open platform")
			return nil
		}
		_, err = d.Org.SignIn(ctx, org.ServiceAccount, e.OpenID, union)
		return err
	case "unsubscribe":
		return d.Org.Unfollow(ctx, e.OpenID)
	}
	return nil
}
