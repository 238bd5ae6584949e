// Package wechatpay is WeChat Pay v3 (JSAPI) for the checkout, by the official client. It keeps no state and logs nothing: what WeChat
// says, and what the client says of it, may hold keys and people.
package wechatpay

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/validators"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/linli-city/linli/models/checkout"
)

// Options are how WeChat is reached.
type Options struct {
	// Timeout bounds each call; bills may take ten times as long.
	Timeout time.Duration
	// Transport is http.DefaultTransport where it is nil.
	Transport http.RoundTripper
}

// Client is one merchant.
type Client struct {
	merchant checkout.Merchant
	api      *core.Client
	bills    *core.Client // files are not signed: their hash is
	notices  *notify.Handler
	refusals *validators.WechatPayResponseValidator
}

const (
	maxAnswer = 1 << 20
	maxBill   = 64 << 20
	host      = "api.mch.weixin.qq.com"
	spareHost = "api2.mch.weixin.qq.com"
)

// ErrKeys says that a merchant's keys cannot work. It quotes none.
var ErrKeys = errors.New("wechatpay: the merchant's keys cannot be read")

// Open makes a merchant's client, or refuses keys that cannot work.
func (o Options) Open(m checkout.Merchant) (*Client, error) {
	key, err := utils.LoadPrivateKey(strings.TrimSpace(m.PrivateKey))
	if err != nil || len(m.APIv3Key) != 32 {
		return nil, ErrKeys
	}
	verifier, err := verifierOf(m)
	if err != nil {
		return nil, err
	}
	c := &Client{merchant: m, refusals: validators.NewWechatPayResponseValidator(verifier)}
	ctx := context.Background()
	base := o.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	auth := option.WithMerchantCredential(m.MchID, m.Serial, key)
	if c.api, err = core.NewClient(ctx, auth, option.WithVerifier(verifier), option.WithHTTPClient(&http.Client{Timeout: o.Timeout, Transport: bounded{base, maxAnswer}})); err != nil {
		return nil, ErrKeys
	}
	if c.bills, err = core.NewClient(ctx, auth, option.WithoutValidator(), option.WithHTTPClient(&http.Client{Timeout: 10 * o.Timeout, Transport: bounded{base, maxBill}})); err != nil {
		return nil, ErrKeys
	}
	if c.notices, err = notify.NewRSANotifyHandler(m.APIv3Key, verifier); err != nil {
		return nil, ErrKeys
	}
	return c, nil
}

// verifierOf is what WeChat's signatures are held against: its public key by the key's id, or its platform certificates.
func verifierOf(m checkout.Merchant) (auth.Verifier, error) {
	if m.PlatformID != "" {
		key, err := utils.LoadPublicKey(strings.TrimSpace(m.PlatformPEM))
		if err != nil {
			return nil, ErrKeys
		}
		return verifiers.NewSHA256WithRSAPubkeyVerifier(m.PlatformID, *key), nil
	}
	var list []*x509.Certificate
	for rest := []byte(m.PlatformPEM); ; {
		block, more := pem.Decode(rest)
		if block == nil {
			break
		}
		rest = more
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, ErrKeys
		}
		if _, ok := cert.PublicKey.(*rsa.PublicKey); !ok { // the client would panic
			return nil, ErrKeys
		}
		list = append(list, cert)
	}
	if len(list) == 0 {
		return nil, ErrKeys
	}
	return verifiers.NewSHA256WithRSAVerifier(core.NewCertificateMapWithList(list)), nil
}

// bounded ends an answer that is longer than any honest one.
type bounded struct {
	http.RoundTripper
	most int64
}

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, b.most)
	}
	return res, err
}

// plain says what went wrong without the headers and bodies that the client's own errors quote.
func (c *Client) plain(what string, err error) error {
	if err == nil {
		return nil
	}
	var api *core.APIError
	if !errors.As(err, &api) {
		if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
			return fmt.Errorf("wechatpay %s: no answer in time", what)
		}
		return fmt.Errorf("wechatpay %s: no answer that can be believed", what)
	}
	// The client does not look at the signature of a refusal. One that is signed must be WeChat's; one that names no code of WeChat's, such
	// as a proxy's, says nothing.
	if api.StatusCode >= 500 || api.StatusCode == http.StatusTooManyRequests || code(api.Code) == "" || !c.genuine(api) {
		return fmt.Errorf("wechatpay %s: answered %d %s", what, api.StatusCode, code(api.Code))
	}
	switch api.Code {
	case "ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS":
		return checkout.ErrNoSuch
	case "ORDERPAID", "ORDER_PAID":
		return checkout.ErrPaid
	case "NO_STATEMENT_EXIST":
		return errEmptyBill
	case "STATEMENT_CREATING":
		return checkout.ErrNoBill
	}
	return &checkout.Refused{Code: code(api.Code)}
}

// genuine holds the signature of a refusal against WeChat's key; not all refusals are signed.
func (c *Client) genuine(api *core.APIError) bool {
	if api.Header.Get(consts.WechatPaySignature) == "" {
		return true
	}
	again := &http.Response{Header: api.Header, Body: io.NopCloser(strings.NewReader(api.Body))}
	return c.refusals.Validate(context.Background(), again) == nil
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// code keeps of WeChat's error code what a code is made of.
func code(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), 40)]
}
