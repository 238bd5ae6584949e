package wechat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/silenceper/wechat/v2/util"
	"github.com/sony/gobreaker/v2"

	"github.com/linli-city/linli/models/fault"
)

// failure is every error that leaves a call. It holds no error of the SDK or of the network: those carry addresses
// with tokens and secrets in them.
type failure struct {
	op     string
	code   int
	fault  *fault.Fault
	ended  error // context.Canceled or DeadlineExceeded, when that is why
	detail string
	unsure bool // WeChat may have done it all the same
}

func (f *failure) Error() string {
	if f.code != 0 {
		return fmt.Sprintf("wechat %s: %s: errcode %d: %s", f.op, f.fault.Code, f.code, f.detail)
	}
	return fmt.Sprintf("wechat %s: %s: %s", f.op, f.fault.Code, f.detail)
}

// Unwrap shows the fault for people and how the context ended.
func (f *failure) Unwrap() []error {
	if f.ended == nil {
		return []error{f.fault}
	}
	return []error{f.fault, f.ended}
}

func (c *Client) explain(op string, err error, secrets []string) error {
	if err == nil {
		return nil
	}
	f := &failure{op: op, fault: ErrUnavailable}
	var timeout net.Error
	code, text := errcode(err)
	switch {
	case code != 0:
		f.code, f.fault, f.detail = code, meaning(op, code), text
	case errors.Is(err, errNoApp), errors.Is(err, errNoRoute):
		f.fault, f.detail = ErrMisconfigured, bare(err)
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		f.detail = "not asked, it failed repeatedly"
	case errors.Is(err, context.Canceled):
		f.ended, f.detail = context.Canceled, "the caller went away"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		f.fault, f.ended, f.detail = ErrSlow, context.DeadlineExceeded, "no answer in time"
	default:
		f.detail = bare(err)
	}
	f.detail = c.redact(f.detail, secrets)
	if f.fault == ErrMisconfigured {
		c.log.Error("wechat refuses this installation's settings", "operation", op, "errcode", f.code, "detail", f.detail)
	}
	return f
}

// bare drops the address from a network error.
func bare(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	return err.Error()
}

// answer is the error part of every answer.
type answer struct {
	Code int    `json:"errcode"`
	Text string `json:"errmsg"`
}

func (a answer) Error() string { return a.Text }

// err is a as an error, nil when all is well.
func (a answer) err() error {
	if a.Code == 0 {
		return nil
	}
	return a
}

// sdkText is how the SDK writes an errcode where it has no type for it.
var sdkText = regexp.MustCompile(`(?s)^[\w ]+ error : errcode=(-?\d+) , err(?:or)?msg=(.*)$`)

// errcode finds WeChat's code and words in an error.
func errcode(err error) (int, string) {
	if err == nil {
		return 0, ""
	}
	var a answer
	if errors.As(err, &a) {
		return a.Code, a.Text
	}
	var common *util.CommonError
	if errors.As(err, &common) {
		return int(common.ErrCode), common.ErrMsg
	}
	if m := sdkText.FindStringSubmatch(err.Error()); m != nil {
		code, _ := strconv.Atoi(m[1])
		return code, m[2]
	}
	return 0, ""
}

// secretText finds named secrets in text whose values are not known here.
var secretText = regexp.MustCompile(`(?i)(access_token|refresh_token|secret|session_key|js_code|encrypteddata)(["']?\s*[=:]\s*["']?)[^\s&"',}]+`)

const (
	longestDetail = 200
	// shortestSecret keeps a code of a letter or two, which is none, from mangling every message.
	shortestSecret = 4
)

// redact cuts the installation's secrets, the call's own and anything named like one out of a text, and shortens it.
func (c *Client) redact(text string, secrets []string) string {
	text = secretText.ReplaceAllString(text, "$1$2***")
	own := []string{c.cfg.MiniSecret, c.cfg.ServiceSecret, c.cfg.Token, c.cfg.EncodingAESKey}
	for _, s := range append(own, secrets...) {
		if len(s) >= shortestSecret {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	if r := []rune(text); len(r) > longestDetail {
		text = string(r[:longestDetail]) + "…"
	}
	return text
}
