package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

// Caller is the key under which an address is held to a rate. A household has a whole /64 of IPv6 addresses.
func Caller(c *gin.Context) string {
	ip, err := netip.ParseAddr(c.ClientIP())
	if err != nil {
		return "ip:" + c.ClientIP()
	}
	if ip = ip.Unmap(); ip.Is6() {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			return "ip:" + net.String()
		}
	}
	return "ip:" + ip.String()
}

// outsideHost is the host of the public address; none where that is this machine itself, as in a demo.
func outsideHost(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if ip, err := netip.ParseAddr(host); host == "localhost" || (err == nil && ip.IsLoopback()) {
		return ""
	}
	return host
}

// inside reports whether a request comes from this machine or its private network itself: what a proxy passes on comes
// from anywhere, and so does what asks for the public host.
func inside(r *http.Request, outside string) bool {
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded-") || slices.Contains([]string{"X-Real-Ip", "Forwarded", "Via"}, name) {
			return false
		}
	}
	if host := (&url.URL{Host: r.Host}).Hostname(); outside != "" && strings.EqualFold(strings.TrimSuffix(host, "."), outside) {
		return false
	}
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := a.Addr().Unmap()
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}

// readable refuses an address that is not text: a database would refuse it later, as our own mistake.
func readable() gin.HandlerFunc {
	return func(c *gin.Context) {
		ok := utf8.ValidString(c.Request.URL.Path)
		for name, values := range c.Request.URL.Query() {
			ok = ok && utf8.ValidString(name)
			for _, v := range values {
				ok = ok && utf8.ValidString(v)
			}
		}
		if !ok {
			writeProblem(c, fromHuma(c, http.StatusBadRequest, nil))
			return
		}
		c.Next()
	}
}

// Typed reads what somebody typed into a form as the API reads JSON: text without what nobody sees, lines ended as
// everywhere (browsers send CRLF, which would count twice).
func Typed(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || unseen(r) {
			return -1
		}
		return r
	}, s)
}

// patience gives every body the site's time-out to arrive; routes with more time take it with readBy.
func (s *Site) patience() gin.HandlerFunc {
	return func(c *gin.Context) {
		s.readBy(c, s.timeout)
		c.Next()
	}
}

// readBy says until when the body must have arrived. Without one, a few thousand callers who send a byte and wait hold
// every connection.
func (s *Site) readBy(c *gin.Context, timeout time.Duration) {
	if c.Request.ContentLength != 0 {
		_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(timeout)) // a test's writer has none
	}
}

// noRoute answers for what is not there; an address that somebody typed with a slash at the end leads to the one without.
func noRoute(c *gin.Context) {
	if p := "/" + strings.Trim(c.Request.URL.Path, "/"); c.Request.Method == http.MethodGet && p != "/" && p != c.Request.URL.Path {
		c.Redirect(http.StatusPermanentRedirect, (&url.URL{Path: p, RawQuery: c.Request.URL.RawQuery}).String())
		return
	}
	writeProblem(c, fromHuma(c, http.StatusNotFound, nil))
}
