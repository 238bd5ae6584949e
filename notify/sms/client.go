package sms

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

// Config is what a Client needs.
type Config struct {
	KeyID, Secret string // of the access key
	Sign          string // the signature, as it stands between 【】
	// Templates are the provider's codes by our names.
	Templates map[string]string
	// Endpoint is the provider's host, with http:// in front for a test's; empty means dysmsapi.aliyuncs.com.
	Endpoint string
	// Timeout bounds one request; 0 means 5 s.
	Timeout time.Duration
	// Now is the time that requests are signed with and days are counted by; nil means the machine's.
	Now    func() time.Time
	Logger *slog.Logger
}

const (
	realEndpoint   = "dysmsapi.aliyuncs.com"
	apiVersion     = "2017-05-25"
	defaultTimeout = 5 * time.Second
	// largestAnswer holds a page of fifty texts many times over.
	largestAnswer = 1 << 20
)

// Client speaks to Aliyun's SMS service. It is safe for concurrent use; make one per process.
type Client struct {
	cfg  Config
	key  accessKey
	base string
	http *http.Client
	log  *slog.Logger
}

var network = func() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	t.MaxResponseHeaderBytes = 64 << 10
	return t
}()

// New makes a client. It does not connect.
func New(cfg Config) *Client {
	if cfg.Endpoint == "" {
		cfg.Endpoint = realEndpoint
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Client{cfg: cfg, key: accessKey{cfg.KeyID, cfg.Secret}, base: cfg.Endpoint, log: cfg.Logger}
	if !strings.Contains(c.base, "://") {
		c.base = "https://" + c.base
	}
	c.http = &http.Client{
		Transport: network,
		// The address carries the number and the text: it goes to the provider and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// call makes one request and reads its answer. Every error is an *Error.
func (c *Client) call(ctx context.Context, op string, params map[string]string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	// From the moment that there is a connection the provider may have the request. A POST is not repeated by the transport
	// unless not a byte of it was written.
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { written.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { written.Store(true) },
	})
	r, err := c.request(ctx, op, params)
	if err != nil {
		return unanswered(op, false, err)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return unanswered(op, written.Load(), err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, largestAnswer+1))
	if err != nil {
		return unanswered(op, true, err)
	}
	return c.read(ctx, op, res.StatusCode, raw, into)
}

// request is a signed one. The parameters are in the query, where the API's description has them.
func (c *Client) request(ctx context.Context, op string, params map[string]string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/?"+canonical(params), http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "linli")
	r.Header.Set("x-acs-action", op)
	r.Header.Set("x-acs-version", apiVersion)
	r.Header.Set("x-acs-date", c.cfg.Now().UTC().Format("2006-01-02T15:04:05Z"))
	r.Header.Set("x-acs-signature-nonce", rand.Text())
	c.key.authorize(r)
	return r, nil
}

var (
	// codeShape has no digits: whatever a stranger answers, no number comes in with it.
	codeShape    = regexp.MustCompile(`^[A-Za-z][A-Za-z_.-]{1,63}$`)
	requestShape = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

const fine = "OK"

// read takes an answer apart: nothing but an explicit OK is one.
func (c *Client) read(ctx context.Context, op string, status int, raw []byte, into any) error {
	var head struct {
		Code      string
		RequestID string `json:"RequestId"`
	}
	if len(raw) > largestAnswer || json.Unmarshal(raw, &head) != nil || !codeShape.MatchString(head.Code) {
		return unreadable(op, status)
	}
	if head.Code == fine {
		if status != http.StatusOK || json.Unmarshal(raw, into) != nil {
			return unreadable(op, status)
		}
		return nil
	}
	if !requestShape.MatchString(head.RequestID) {
		head.RequestID = ""
	}
	e := refusal(op, head.Code, status, head.RequestID, "")
	if e.meaning.alert {
		c.log.ErrorContext(ctx, "no texts go out until somebody acts", "operation", op, "code", e.Code, "request", e.request)
	}
	return e
}
