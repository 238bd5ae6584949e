package wechat

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/silenceper/wechat/v2/util"
)

// largestAnswer bounds what is read of an answer; the SDK reads all there is.
const largestAnswer = 1 << 20

// The SDK has one HTTP client for the whole process, without a time-out. It is replaced once, before anything runs,
// by one that takes its destination from the context of the request: so Clients with different hosts live side by
// side, and a call that did not come through a Client cannot reach WeChat at all. The SDK's root package is never
// imported: its init sets the process's logrus to debug on stdout.
func init() {
	util.DefaultHTTPClient = &http.Client{
		Transport: router{},
		// A redirect would carry the access token in the address to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

var network = func() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}()

type routeKey struct{}

// route is where a Client's requests go. A nil base is an address that could not be read.
type route struct {
	base *url.URL
	via  http.RoundTripper
	own  bool // via is no network
}

var errNoRoute = errors.New("wechat: request without a usable destination")

// statusError is an answer that is not 200.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("status %d", int(s)) }

type router struct{}

func (router) RoundTrip(r *http.Request) (*http.Response, error) {
	to, ok := r.Context().Value(routeKey{}).(*route)
	why := r.Context().Err() // a transport of our own may not look
	if !ok || to.base == nil || to.base.Host == "" || r.URL.Scheme+"://"+r.URL.Host != realBase {
		why = errNoRoute
	}
	if why != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, why
	}
	ctx, try := watched(r.Context(), to.own)
	out := r.Clone(ctx)
	out.URL.Scheme, out.URL.Host, out.Host = to.base.Scheme, to.base.Host, to.base.Host
	out.URL.Path = strings.TrimSuffix(to.base.Path, "/") + r.URL.Path
	res, err := to.via.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		try.status(res.StatusCode)
		_ = res.Body.Close()
		return nil, statusError(res.StatusCode)
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, largestAnswer), res.Body}
	return res, nil
}
