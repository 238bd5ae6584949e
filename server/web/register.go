package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web/limit"
)

// SignIn turns a bearer token into an actor; server/session satisfies it.
type SignIn interface {
	// Resident builds the actor with their homes. Faults: org.ErrSignIn.
	Resident(ctx context.Context, token string) (org.Actor, error)
	// Claim is Resident for an operation that proves the claim in its own transaction. Faults: org.ErrSignIn.
	Claim(ctx context.Context, token string) (org.Actor, error)
	// Staff builds the actor in a post; post 0 means the session's own. Faults: org.ErrSignIn, org.ErrNotYourPost.
	Staff(ctx context.Context, token string, post int64) (org.Actor, error)
}

// Who says who may call the operations of a group.
type Who int

// The kinds of groups.
const (
	Anybody   Who = iota // no sign-in
	Residents            // bearer token, acting as a resident
	Staff                // bearer token, acting in the post that X-Linli-Post names
)

// Group is a set of operations with one prefix and one way to sign in.
type Group struct {
	site   *Site
	who    Who
	prefix string
	tag    string
}

// Group opens a group of operations.
func (s *Site) Group(prefix, tag string, who Who) *Group {
	return &Group{site: s, who: who, prefix: prefix, tag: tag}
}

// Op describes an operation.
type Op struct {
	ID      string // unique, camelCase
	Method  string
	Path    string
	Summary string // Chinese
	Detail  string
	Status  int        // of success; 0 means 200
	Action  org.Action // permission; empty only in groups for anybody
	// Unconsented lets people in who have not agreed to the privacy notice: what they need to do just that.
	Unconsented bool
	MaxBody     int64 // 0 means the site's default
	Timeout     time.Duration
	// OwnReader leaves the body to the operation, which reads it more strictly than its schema can say.
	OwnReader bool
	// Claims leaves it to the operation of a resident to prove who calls, in the transaction that acts: one look less.
	Claims  bool
	content string // of success, where it is no view
	// Rate limits calls per person, or per address where nobody is signed in.
	Rate *limit.Rule
}

type actorKey struct{}

// actorOf gives the actor that the middleware signed in.
func actorOf(ctx context.Context) org.Actor {
	a, _ := ctx.Value(actorKey{}).(org.Actor)
	return a
}

// ErrLimited says that somebody calls too often.
var ErrLimited = fault.New(fault.Limited, "request.limited", "操作太频繁了，请稍等一会儿再试")

// Handle adds an operation of somebody signed in: its handler binds, calls one service and builds the view.
func Handle[I, O any](g *Group, op Op, handler func(context.Context, org.Actor, *I) (*O, error)) {
	register(g, op, func(ctx context.Context, in *I) (*O, error) { return handler(ctx, actorOf(ctx), in) })
}

// HandleOpen adds an operation that needs no sign-in.
func HandleOpen[I, O any](g *Group, op Op, handler func(context.Context, *I) (*O, error)) {
	register(g, op, handler)
}

// register is compiled once for each pair of forms: whatever does not hang on them is in operation, or building a surface takes minutes.
func register[I, O any](g *Group, op Op, handler func(context.Context, *I) (*O, error)) {
	log := g.site.log
	huma.Register(g.site.API, g.operation(op), func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, problem(ctx, log, err)
		}
		return out, nil
	})
}

// operation describes an operation, with what stands before it.
func (g *Group) operation(op Op) huma.Operation {
	o := huma.Operation{OperationID: op.ID, Method: op.Method, Path: g.prefix + op.Path, Summary: op.Summary, Description: op.Detail,
		Tags: []string{g.tag}, DefaultStatus: op.Status, MaxBodyBytes: -1, SkipValidateBody: op.OwnReader, Extensions: map[string]any{}}
	if op.Action != "" {
		o.Extensions["x-linli-action"] = string(op.Action)
	}
	if op.content != "" {
		o.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{op.content: {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	}
	if g.who != Anybody {
		o.Security = []map[string][]string{{"bearer": {}}}
	}
	if g.who == Staff {
		o.Parameters = append(o.Parameters, &huma.Param{Name: "X-Linli-Post", In: "header", Description: "以哪个岗位办理；不填则用登录时的岗位",
			Schema: &huma.Schema{Type: "integer", Format: "int64"}})
	}
	o.Middlewares = append(o.Middlewares, g.site.bounds(op), g.site.admit(g.who, op))
	return o
}

// bounds sets the body limit and the time-out of an operation. The reader is bounded here because huma does not bound
// multipart bodies.
func (s *Site) bounds(op Op) func(huma.Context, func(huma.Context)) {
	maxBody, timeout := op.MaxBody, op.Timeout
	if maxBody == 0 {
		maxBody = s.maxBody
	}
	if timeout == 0 {
		timeout = s.timeout
	}
	return func(hc huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(hc)
		if c.Request.ContentLength > maxBody {
			s.refuse(hc, fromHuma(hc.Context(), http.StatusRequestEntityTooLarge, nil))
			return
		}
		s.readBy(c, timeout)
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
		ctx, cancel := context.WithTimeout(hc.Context(), timeout)
		defer cancel()
		next(huma.WithContext(hc, ctx))
	}
}

// admit signs the caller in, holds the call to its rate and asks the permission table.
func (s *Site) admit(who Who, op Op) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		actor, err := s.signIn(hc, who, op.Claims)
		if err == nil && who != Anybody && actor.Claim == nil {
			err = allowed(actor, op)
		}
		if err == nil {
			err = s.hold(hc, actor, op)
		}
		note(hc.Context(), op.ID, actor)
		if err != nil {
			s.refuse(hc, problem(hc.Context(), s.log, err))
			return
		}
		next(huma.WithValue(hc, actorKey{}, actor))
		if actor.Claim != nil && humagin.Unwrap(hc).Writer.Status() == http.StatusUnauthorized {
			note(hc.Context(), op.ID, org.Actor{}) // it was not proved
		}
	}
}

func (s *Site) signIn(hc huma.Context, who Who, claims bool) (org.Actor, error) {
	if who == Anybody {
		return org.Actor{}, nil
	}
	token, ok := strings.CutPrefix(hc.Header("Authorization"), "Bearer ")
	if !ok || len(token) > 200 {
		return org.Actor{}, org.ErrSignIn
	}
	if who == Residents && claims {
		return s.sessions.Claim(hc.Context(), token)
	}
	if who == Residents {
		return s.sessions.Resident(hc.Context(), token)
	}
	post, err := parsePost(hc.Header("X-Linli-Post"))
	if err != nil {
		return org.Actor{}, err
	}
	return s.sessions.Staff(hc.Context(), token, post)
}

func allowed(actor org.Actor, op Op) error {
	if !op.Unconsented && !actor.Consented {
		return org.ErrNoConsent
	}
	return actor.Must(op.Action)
}

func (s *Site) hold(hc huma.Context, actor org.Actor, op Op) error {
	if op.Rate == nil || s.limiter == nil {
		return nil
	}
	key := Caller(humagin.Unwrap(hc))
	if person := actor.Named(); person != 0 {
		key = "person:" + itoa(person)
	}
	wait, ok := s.limiter.Allow(hc.Context(), key, *op.Rate)
	if !ok {
		return ErrLimited.After(int(wait.Seconds()) + 1)
	}
	return nil
}

// Hold counts a call of a route outside the API document against a rule, under the caller's key or, without one, their
// address. Fault: ErrLimited.
func (s *Site) Hold(c *gin.Context, key string, r limit.Rule) error {
	if s.limiter == nil {
		return nil
	}
	if key == "" {
		key = Caller(c)
	}
	wait, ok := s.limiter.Allow(c.Request.Context(), key, r)
	if !ok {
		return ErrLimited.After(int(wait.Seconds()) + 1)
	}
	return nil
}

// refuse writes a problem document from a middleware.
func (s *Site) refuse(hc huma.Context, p *Problem) {
	writeProblem(humagin.Unwrap(hc), p)
}
