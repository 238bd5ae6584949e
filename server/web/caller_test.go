package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
)

// TestAHouseholdIsOneCaller: all addresses of a /64 are one, of IPv4 each is its own.
func TestAHouseholdIsOneCaller(t *testing.T) {
	key := func(remote string) string {
		gin.SetMode(gin.ReleaseMode)
		c, e := gin.CreateTestContext(httptest.NewRecorder())
		_ = e.SetTrustedProxies(nil)
		c.Request = httptest.NewRequest("GET", "/", nil)
		c.Request.RemoteAddr = remote
		return Caller(c)
	}
	for _, same := range [][2]string{{"[2408:8411:1:2::1]:1", "[2408:8411:1:2:aaaa::9]:2"}, {"1.2.3.4:1", "[::ffff:1.2.3.4]:2"}} {
		if key(same[0]) != key(same[1]) {
			t.Errorf("%s and %s are %s and %s", same[0], same[1], key(same[0]), key(same[1]))
		}
	}
	for _, other := range [][2]string{{"[2408:8411:1:2::1]:1", "[2408:8411:1:3::1]:1"}, {"1.2.3.4:1", "1.2.3.5:1"}} {
		if key(other[0]) == key(other[1]) {
			t.Errorf("%s and %s are both %s", other[0], other[1], key(other[0]))
		}
	}
}

// TestFiguresStayInside: the machine itself and its network read the metrics; what a proxy passes on does not.
func TestFiguresStayInside(t *testing.T) {
	for remote, want := range map[string]bool{"127.0.0.1:1": true, "10.1.2.3:1": true, "[::1]:1": true, "[fd00::1]:1": true, "8.8.8.8:1": false, "[2408::1]:1": false, "": false} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = remote
		if inside(r, "linli.example") != want {
			t.Errorf("%q: %v", remote, !want)
		}
		for _, h := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"} {
			r.Header = http.Header{}
			r.Header.Set(h, "1.1 proxy")
			if inside(r, "linli.example") {
				t.Errorf("%q through a proxy that says %s", remote, h)
			}
		}
		r.Header = http.Header{}
		for _, host := range []string{"linli.example", "LINLI.example:443", "linli.example."} {
			if r.Host = host; inside(r, outsideHost("https://linli.example")) {
				t.Errorf("%q for the public host %s", remote, host)
			}
		}
	}
	for public, want := range map[string]string{"https://Linli.example:8443": "linli.example", "http://127.0.0.1:8080": "", "http://localhost:1": "", "http://[::1]:1": "", "": ""} {
		if got := outsideHost(public); got != want {
			t.Errorf("%q is %q", public, got)
		}
	}
}

func TestTyped(t *testing.T) {
	for in, want := range map[string]string{"a\r\nb\rc": "a\nb\nc", "路\xff灯\x00": "路灯", "a\u202eb\tc": "ab\tc"} {
		if got := Typed(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}
