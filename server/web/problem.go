package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/linli-city/linli/models/fault"
)

// Problem is a problem document (RFC 9457). Detail is a Chinese sentence that says what to do; Code is stable.
type Problem struct {
	Type      string        `json:"type" doc:"URI reference of the problem type"`
	Title     string        `json:"title" doc:"HTTP status text"`
	Status    int           `json:"status" doc:"HTTP status"`
	Detail    string        `json:"detail" doc:"给人看的说明，告诉您下一步怎么做"`
	Code      string        `json:"code" doc:"稳定的错误代码，例如 complaint.not_found"`
	RequestID string        `json:"request_id,omitempty" doc:"请求编号，反馈问题时请提供"`
	Errors    []fault.Field `json:"errors,omitempty" doc:"填写有误的地方"`

	retryAfter int
}

// Error satisfies error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus satisfies huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes answers problem documents.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders satisfies huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

// statuses is the one map from kinds of fault to HTTP.
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusBadRequest, fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Closed: http.StatusConflict,
	fault.Limited: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable, fault.Internal: http.StatusInternalServerError,
}

// problem turns any error into a problem document. What is internal is logged here, once, and nowhere shown.
func problem(ctx context.Context, log *slog.Logger, err error) *Problem {
	var ready *Problem
	if errors.As(err, &ready) {
		return ready
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fromHuma(ctx, http.StatusRequestEntityTooLarge, nil)
	}
	f := fault.Of(err)
	switch {
	case errors.Is(err, context.Canceled):
		f = fault.New(fault.Unavailable, "request.cancelled", "请求已取消")
	case errors.Is(err, context.DeadlineExceeded) && f.Kind == fault.Internal:
		f = fault.New(fault.Unavailable, "request.timeout", "系统忙，这次没有办完，请稍后再试")
		log.WarnContext(ctx, "request timed out", "request_id", RequestID(ctx), "error", err.Error())
	case f.Kind == fault.Internal:
		log.ErrorContext(ctx, "request failed", "request_id", RequestID(ctx), "error", err.Error())
	}
	return fromFault(ctx, f)
}

func fromFault(ctx context.Context, f *fault.Fault) *Problem {
	status := statuses[f.Kind]
	return &Problem{Type: "urn:linli:problem:" + f.Code, Title: http.StatusText(status), Status: status, Detail: f.Message, Code: f.Code,
		RequestID: RequestID(ctx), Errors: f.Fields, retryAfter: f.RetryAfter}
}

// Unprocessable answers with 422 what an operation's own reader refuses about its content, with every field.
func Unprocessable(ctx context.Context, err error) error {
	f := fault.Of(err)
	if f.Kind != fault.Invalid {
		return err
	}
	p := fromFault(ctx, f)
	p.Status, p.Title = http.StatusUnprocessableEntity, http.StatusText(http.StatusUnprocessableEntity)
	return p
}

// byStatus words what the framework itself refuses.
var byStatus = map[int]*fault.Fault{
	http.StatusBadRequest:            fault.New(fault.Invalid, "request.malformed", "请求的内容读不懂，请检查格式"),
	http.StatusNotFound:              fault.New(fault.NotFound, "route.not_found", "没有这个地址"),
	http.StatusMethodNotAllowed:      fault.New(fault.Invalid, "route.method", "这个地址不支持这种操作"),
	http.StatusNotAcceptable:         fault.New(fault.Invalid, "request.not_acceptable", "只能以 JSON 答复"),
	http.StatusRequestTimeout:        fault.New(fault.Unavailable, "request.slow", "上传太慢，已中断，请换个网络再试"),
	http.StatusRequestEntityTooLarge: fault.New(fault.Invalid, "request.too_large", "上传的内容太大了，请压缩后再试"),
	http.StatusUnsupportedMediaType:  fault.New(fault.Invalid, "request.media_type", "不支持这种内容格式，请使用 JSON"),
	http.StatusUnprocessableEntity:   fault.ErrInvalid,
}

var installOnce sync.Once

// installErrors makes huma speak problem documents in Chinese. huma keeps this in package variables.
func installErrors() {
	installOnce.Do(func() {
		translateMessages()
		huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
			c := context.Background()
			if ctx != nil {
				c = ctx.Context()
			}
			return fromHuma(c, status, errs)
		}
		huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
			return fromHuma(context.Background(), status, errs)
		}
	})
}

func fromHuma(ctx context.Context, status int, errs []error) *Problem {
	var tooLarge *http.MaxBytesError
	for _, err := range errs {
		var p *Problem
		if errors.As(err, &p) {
			return p
		}
		if errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
	}
	f, ok := byStatus[status]
	if !ok {
		f = fault.ErrInternal
	}
	p := fromFault(ctx, f)
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	p.Status, p.Title = status, http.StatusText(status)
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			detail := d.ErrorDetail()
			p.Errors = append(p.Errors, fault.Field{Path: fieldPath(detail.Location), Reason: inChinese(detail.Message)})
		}
	}
	return p
}
