package sandbox

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // #nosec G505 -- what WeChat states for its bills
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RoundTrip implements http.RoundTripper: it answers what the client asks of WeChat.
func (b *Box) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	b.mu.Lock()
	f := b.fault(r.URL.Path)
	var status int
	var answer any
	if f == nil || !f.Before {
		status, answer = b.answer(r, body)
	}
	key, id := b.own, b.keyID
	if f != nil && f.Forge {
		key = b.merchant
	}
	b.mu.Unlock()
	if f != nil {
		if f.Late > 0 {
			select {
			case <-time.After(f.Late):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
		switch {
		case f.Spoil:
			if file, ok := answer.([]byte); ok {
				answer = bytes.ReplaceAll(file, []byte("物业费"), []byte("停车费"))
			}
		case f.Status != 0:
			status, answer = f.Status, refusal{f.Code, "按要求出错"}
		case !f.Forge && f.Late == 0:
			return nil, errDropped
		}
	}
	return reply(r, status, answer, key, id)
}

var errDropped = errors.New("sandbox: the answer is lost")

func (b *Box) fault(path string) *Fault {
	for i, f := range b.faults {
		if strings.Contains(path, f.Path) {
			b.faults = append(b.faults[:i:i], b.faults[i+1:]...)
			return &f
		}
	}
	return nil
}

type refusal struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// reply signs an answer as WeChat does.
func reply(r *http.Request, status int, answer any, key *rsa.PrivateKey, id string) (*http.Response, error) {
	raw, plain := answer.([]byte)
	if !plain && answer != nil {
		var err error
		if raw, err = json.Marshal(answer); err != nil {
			return nil, err
		}
	}
	h, err := sign(key, id, raw, time.Now()) // the client looks at the real clock
	if err != nil {
		return nil, err
	}
	if answer != nil && !plain {
		h.Set("Content-Type", "application/json")
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Body: io.NopCloser(bytes.NewReader(raw)), ContentLength: int64(len(raw)), Request: r}, nil
}

func sign(key *rsa.PrivateKey, id string, body []byte, at time.Time) (http.Header, error) {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), rand.Text()
	sum := sha256.Sum256([]byte(stamp + "\n" + nonce + "\n" + string(body) + "\n"))
	signed, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	h := http.Header{}
	h.Set("Wechatpay-Timestamp", stamp)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Serial", id)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signed))
	return h, err
}

// authorised holds a call's signature against the merchant's key, as WeChat does.
func (b *Box) authorised(r *http.Request, body []byte) bool {
	parts := map[string]string{}
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for _, p := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(p, "=")
		parts[name] = strings.Trim(value, `"`)
	}
	signed, err := base64.StdEncoding.DecodeString(parts["signature"])
	if err != nil || scheme != "WECHATPAY2-SHA256-RSA2048" || parts["mchid"] != MchID {
		return false
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%s\n", r.Method, r.URL.RequestURI(), parts["timestamp"], parts["nonce_str"], body))
	return rsa.VerifyPKCS1v15(&b.merchant.PublicKey, crypto.SHA256, sum[:], signed) == nil
}

func (b *Box) answer(r *http.Request, body []byte) (int, any) {
	if !b.authorised(r, body) {
		return http.StatusUnauthorized, refusal{"SIGN_ERROR", "签名错误"}
	}
	path := r.URL.Path
	number, isOrder := strings.CutPrefix(path, "/v3/pay/transactions/out-trade-no/")
	back, isRefund := strings.CutPrefix(path, "/v3/refund/domestic/refunds/")
	switch {
	case path == "/v3/pay/transactions/jsapi":
		return b.prepay(body)
	case isOrder && strings.HasSuffix(number, "/close"):
		return b.close(strings.TrimSuffix(number, "/close"))
	case isOrder:
		return b.query(number)
	case path == "/v3/refund/domestic/refunds":
		return b.takeRefund(body)
	case isRefund:
		if got := b.refunds[back]; got != nil {
			return http.StatusOK, got.view(b)
		}
		return http.StatusNotFound, refusal{"RESOURCE_NOT_EXISTS", "退款单不存在"}
	case path == "/v3/bill/tradebill":
		return b.stateBill(r.URL.Query().Get("bill_date"))
	case path == "/v3/billdownload/file":
		return http.StatusOK, b.bills[r.URL.Query().Get("token")]
	}
	return http.StatusNotFound, refusal{"NOT_FOUND", "没有这个接口"}
}

func (b *Box) stateBill(day string) (int, any) {
	text := b.bill(day)
	if text == nil {
		return http.StatusBadRequest, refusal{"NO_STATEMENT_EXIST", "账单不存在"}
	}
	b.bills[day] = text
	sum := sha1.Sum(text) // #nosec G401 -- see above
	return http.StatusOK, map[string]string{"hash_type": "SHA1", "hash_value": hex.EncodeToString(sum[:]), "download_url": b.file + "?token=" + day}
}
