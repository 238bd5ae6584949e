package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

type callKey struct{}

// call is what is known of a request while it runs; one goroutine at a time writes it.
type call struct {
	id        string
	operation string
	person    int64
	post      int64
	unnamed   bool
}

// RequestID gives the id of the request that ctx belongs to.
func RequestID(ctx context.Context) string {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c.id
	}
	return ""
}

// Unnamed keeps who calls out of every log of this request: whoever complains anonymously was promised that nothing of
// them is kept. That somebody called, what, when and how it ended stays.
func Unnamed(ctx context.Context) {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		c.unnamed = true
	}
}

// note records for the logs who called what.
func note(ctx context.Context, operation string, actor org.Actor) {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		c.operation, c.person = operation, actor.Named()
		if actor.Post != nil {
			c.post = actor.Post.PostID
		}
	}
}

// methods are the verbs that some route may have. A caller may send any word of up to sixty kilobytes as one, and every
// word would be a series of the metrics and a field of the log.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// otherMethod stands for what is none of methods.
const otherMethod = "other"

// known is the outermost of all: nothing behind it sees a method that the caller made up.
func known() gin.HandlerFunc {
	return func(c *gin.Context) {
		if !slices.Contains(methods, c.Request.Method) {
			c.Request.Method = otherMethod
		}
		c.Next()
	}
}

// verb refuses what is no method of ours.
func verb() gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.Request.Method == otherMethod {
			writeProblem(c, fromHuma(c, http.StatusMethodNotAllowed, nil))
			return
		}
		c.Next()
	}
}

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

func requestID() gin.HandlerFunc {
	return func(c *gin.Context) {
		id := c.GetHeader("X-Request-Id")
		if !saneID.MatchString(id) {
			id = rand.Text()
		}
		c.Header("X-Request-Id", id)
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), callKey{}, &call{id: id}))
		c.Next()
	}
}

// accessLog writes one line a request: never a query, a token, a body or a name.
func accessLog(log *slog.Logger, keep *AccessLog) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := time.Now()
		c.Next()
		info := c.Request.Context().Value(callKey{}).(*call)
		signedIn, address := info.person != 0, c.ClientIP()
		if info.unnamed {
			info.person, info.post, address = 0, 0, ""
		}
		log.LogAttrs(c.Request.Context(), slog.LevelInfo, "request",
			slog.String("method", c.Request.Method), slog.String("route", c.FullPath()), slog.Int("status", c.Writer.Status()),
			slog.Int64("ms", time.Since(began).Milliseconds()), slog.Int("bytes", max(0, c.Writer.Size())),
			slog.String("request_id", info.id), slog.Int64("person", info.person), slog.Int64("post", info.post))
		if keep != nil && signedIn {
			keep.Add(AccessEntry{RequestID: info.id, PersonID: info.person, PostID: info.post, Operation: info.operation, Status: c.Writer.Status(), Address: address})
		}
	}
}

func (s *Site) recover() gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			if r := recover(); r != nil {
				s.log.ErrorContext(c.Request.Context(), "panic", "request_id", RequestID(c.Request.Context()), "panic", r, "stack", string(debug.Stack()))
				if !c.Writer.Written() {
					writeProblem(c, fromFault(c.Request.Context(), fault.ErrInternal))
				}
				c.Abort()
			}
		}()
		c.Next()
	}
}

func headers(https bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if !strings.HasPrefix(c.Request.URL.Path, "/docs") {
			h.Set("Cache-Control", "no-store")
		}
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		c.Next()
	}
}

// cors answers browsers of the named origins; a mini-program needs none.
func cors(origins []string) gin.HandlerFunc {
	return func(c *gin.Context) {
		origin := c.GetHeader("Origin")
		if origin == "" || !slices.Contains(origins, origin) {
			c.Next()
			return
		}
		h := c.Writer.Header()
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After")
		if c.Request.Method == http.MethodOptions && c.GetHeader("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID, X-Linli-Post, X-Request-Id")
			h.Set("Access-Control-Max-Age", "600")
			c.AbortWithStatus(http.StatusNoContent)
			return
		}
		c.Next()
	}
}

func writeProblem(c *gin.Context, p *Problem) {
	for k, v := range p.GetHeaders() {
		c.Writer.Header()[k] = v
	}
	c.Header("Content-Type", "application/problem+json")
	if p.RequestID == "" {
		p.RequestID = RequestID(c.Request.Context())
	}
	c.Status(p.Status)
	_ = json.NewEncoder(c.Writer).Encode(p)
	c.Abort()
}

// Problem words an error for a route with a format of its own, and logs what is internal.
func (s *Site) Problem(c *gin.Context, err error) *Problem {
	return problem(c.Request.Context(), s.log, err)
}

// Fail writes an error from a route outside the API document.
func (s *Site) Fail(c *gin.Context, err error) {
	writeProblem(c, problem(c.Request.Context(), s.log, err))
}
