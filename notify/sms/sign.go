package sms

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// accessKey signs requests as Aliyun's signature method V3 asks (ACS3-HMAC-SHA256, "V3版本请求体&签名机制").
type accessKey struct{ id, secret string }

const algorithm = "ACS3-HMAC-SHA256"

// nothing is the digest of an empty body: all parameters are in the query.
var nothing = digest("")

// signed are the headers that the signature covers, in their order.
var signed = []string{"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}

// authorize signs a request without a body, whose query is canonical and whose x-acs headers are set.
func (k accessKey) authorize(r *http.Request) {
	r.Header.Set("x-acs-content-sha256", nothing)
	var b strings.Builder
	b.WriteString(r.Method + "\n/\n" + r.URL.RawQuery + "\n")
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		b.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	names := strings.Join(signed, ";")
	b.WriteString("\n" + names + "\n" + nothing)
	mac := hmac.New(sha256.New, []byte(k.secret))
	mac.Write([]byte(algorithm + "\n" + digest(b.String())))
	r.Header.Set("Authorization", algorithm+" Credential="+k.id+",SignedHeaders="+names+",Signature="+hex.EncodeToString(mac.Sum(nil)))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// canonical writes parameters in the order of their names, escaped after RFC 3986.
func canonical(params map[string]string) string {
	pairs := make([]string, 0, len(params))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, escape(name)+"="+escape(params[name]))
	}
	return strings.Join(pairs, "&")
}

// escape differs from a form's escaping in the space alone.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
