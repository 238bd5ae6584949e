package wechat

import (
	"crypto/sha1" //nolint:gosec // WeChat's protocol signs with SHA-1
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// pushAge is how old or how far ahead a push may be; older ones are replays.
	pushAge = 5 * time.Minute
	// largestPush bounds a push.
	largestPush = 1 << 20
)

// VerifyEcho checks the GET by which WeChat tests the address and returns what to answer.
func (c *Client) VerifyEcho(query url.Values, now time.Time) (string, error) {
	if !c.signed(query, "signature", "", now) || query.Get("echostr") == "" {
		return "", ErrPush
	}
	return query.Get("echostr"), nil
}

// VerifyPush checks a pushed message (signature, age and, with an EncodingAESKey, the signature of the encrypted
// body, its padding and the receiving account) and returns the plain body, JSON or XML. Within the age a message may
// come again: WeChat repeats what was not answered, so handling must be harmless to repeat.
func (c *Client) VerifyPush(query url.Values, body []byte, now time.Time) ([]byte, error) {
	if len(body) == 0 || len(body) > largestPush || !c.signed(query, "signature", "", now) {
		return nil, ErrPush
	}
	if c.cfg.EncodingAESKey == "" {
		return body, nil
	}
	sealed := encrypted(body)
	if sealed == "" || !c.signed(query, "msg_signature", sealed, now) {
		return nil, ErrPush
	}
	return c.openPush(sealed)
}

// signed checks a signature: SHA-1 over the sorted token, timestamp, nonce and, if any, encrypted body.
func (c *Client) signed(query url.Values, name, sealed string, now time.Time) bool {
	if c.cfg.Token == "" {
		return false
	}
	at, err := strconv.ParseInt(query.Get("timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(at, 0)).Abs() > pushAge {
		return false
	}
	parts := []string{c.cfg.Token, query.Get("timestamp"), query.Get("nonce")}
	if sealed != "" {
		parts = append(parts, sealed)
	}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // as above
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(query.Get(name))) == 1
}

// encrypted finds the encrypted part of a JSON or XML body.
func encrypted(body []byte) string {
	var envelope struct {
		Encrypt string `json:"Encrypt" xml:"Encrypt"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		envelope.Encrypt = ""
		if xml.Unmarshal(body, &envelope) != nil {
			return ""
		}
	}
	return envelope.Encrypt
}

// openPush decrypts 16 random bytes, the length, the message and the appid, padded to 32.
func (c *Client) openPush(sealed string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(c.cfg.EncodingAESKey + "=")
	if err != nil || len(key) != 32 {
		return nil, ErrMisconfigured
	}
	data, err := strictBase64(sealed)
	if err != nil {
		return nil, ErrPush
	}
	plain, err := openCBC(key, key[:16], data, 32)
	if err != nil || len(plain) < 20 {
		return nil, ErrPush
	}
	size, rest := uint64(binary.BigEndian.Uint32(plain[16:20])), plain[20:]
	if size > uint64(len(rest)) {
		return nil, ErrPush
	}
	to := string(rest[size:])
	if to == "" || to != c.cfg.MiniAppID && to != c.cfg.ServiceAppID {
		return nil, ErrPush
	}
	return rest[:size], nil
}
