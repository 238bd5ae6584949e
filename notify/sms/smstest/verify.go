package smstest

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

var authorization = regexp.MustCompile(`^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})$`)

// verify says why a request is refused, "" when it is signed as it must be.
func (p *Provider) verify(r *http.Request, body []byte) string {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return "IncompleteSignature"
	}
	if m[1] != p.KeyID {
		return "InvalidAccessKeyId.NotFound"
	}
	if r.Header.Get("x-acs-version") != "2017-05-25" {
		return "InvalidVersion"
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", r.Header.Get("x-acs-date"))
	if err != nil || p.Now().Sub(at).Abs() > 15*time.Minute {
		return "InvalidTimeStamp.Expired"
	}
	nonce := r.Header.Get("x-acs-signature-nonce")
	if nonce == "" || p.nonces[nonce] {
		return "SignatureNonceUsed"
	}
	p.nonces[nonce] = true
	hash := fmt.Sprintf("%x", sha256.Sum256(body))
	names := strings.Split(m[2], ";")
	if r.Header.Get("x-acs-content-sha256") != hash || !slices.IsSorted(names) || !covers(names, r.Header) {
		return "SignatureDoesNotMatch"
	}
	lines := []string{r.Method, "/", query(r.URL.Query())}
	for _, name := range names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		lines = append(lines, name+":"+strings.TrimSpace(value))
	}
	lines = append(lines, "", m[2], hash)
	mac := hmac.New(sha256.New, []byte(p.Secret))
	_, _ = fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sha256.Sum256([]byte(strings.Join(lines, "\n"))))
	if !hmac.Equal([]byte(fmt.Sprintf("%x", mac.Sum(nil))), []byte(m[3])) {
		return "SignatureDoesNotMatch"
	}
	return ""
}

// covers reports whether the host, the content type and every x-acs header is under the signature.
func covers(names []string, h http.Header) bool {
	if !slices.Contains(names, "host") {
		return false
	}
	for name := range h {
		name = strings.ToLower(name)
		if (name == "content-type" || strings.HasPrefix(name, "x-acs-")) && !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// query writes the parameters as RFC 3986 has them, byte by byte.
func query(v url.Values) string {
	var names []string
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, percent(name)+"="+percent(v.Get(name)))
	}
	return strings.Join(pairs, "&")
}

func percent(s string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	var b strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte(unreserved, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		_, _ = fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
