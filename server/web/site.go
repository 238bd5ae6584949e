// Package web is the HTTP kit under every surface: typed operations over gin and huma, problem documents, sign-in,
// limits, logs, metrics and health. It knows org's Actor and no domain.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/web/limit"
)

// Limiter holds callers to a rate.
type Limiter interface {
	Allow(ctx context.Context, key string, r limit.Rule) (retryAfter time.Duration, ok bool)
}

// Options configure a site.
type Options struct {
	PublicURL string
	Version   string
	Origins   []string // CORS; none by default
	Proxies   []string // CIDRs whose X-Forwarded-For is believed; none by default
	MaxBody   int64    // 0 means 1 MiB
	Timeout   time.Duration
	Beat      time.Duration // of idle event streams; 0 means 20 seconds
	Sessions  SignIn
	Limiter   Limiter
	Access    *AccessLog // nil keeps none
	Checks    []Check
	Registry  *prometheus.Registry
	Logger    *slog.Logger
	Outermost []gin.HandlerFunc // tracing
}

// Site is the running engine.
type Site struct {
	Engine   *gin.Engine
	API      huma.API
	log      *slog.Logger
	sessions SignIn
	limiter  Limiter
	maxBody  int64
	timeout  time.Duration
	beat     time.Duration
	stops    []func()
	checks   []Check
	unlisted map[string]string
	outside  string // the host by which residents come, unless that is this machine
}

// New builds the engine with everything but the surfaces' operations.
func New(o Options) *Site {
	installErrors()
	gin.SetMode(gin.ReleaseMode)
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Beat == 0 {
		o.Beat = usualBeat
	}
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.MaxMultipartMemory = 1 << 20 // what is more waits on the disk
	// gin would build the address from a header that anybody may send; noRoute does it from the path alone.
	e.RedirectTrailingSlash = false
	e.ContextWithFallback = true
	_ = e.SetTrustedProxies(o.Proxies)
	s := &Site{Engine: e, log: o.Logger, sessions: o.Sessions, limiter: o.Limiter, maxBody: o.MaxBody, timeout: o.Timeout, beat: o.Beat, checks: o.Checks, unlisted: map[string]string{}, outside: outsideHost(o.PublicURL)}
	e.Use(known())
	e.Use(o.Outermost...)
	e.Use(requestID(), newMetrics(o.Registry).observe(), accessLog(o.Logger, o.Access), s.recover(), headers(strings.HasPrefix(o.PublicURL, "https://")), verb(), cors(o.Origins), readable(), s.patience())
	e.NoRoute(noRoute)
	e.NoMethod(func(c *gin.Context) { writeProblem(c, fromHuma(c, http.StatusMethodNotAllowed, nil)) })
	s.API = humagin.New(e, s.document(o))
	s.mountHealth(o.Registry)
	s.mountDocs()
	return s
}

func (s *Site) document(o Options) huma.Config {
	c := huma.DefaultConfig("邻里 linli", o.Version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/openapi", "", ""
	c.CreateHooks = nil // no $schema links in bodies
	c.Formats = formats()
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Info.Description = "都匀“1+1+N”小区治理服务接口。居民端 /miniapp/v1，工作端 /office/v1，公开 /public/v1，Open311 GeoReport v2 在 /open311/v2。错误一律为 application/problem+json（RFC 9457）。"
	c.Servers = []*huma.Server{{URL: o.PublicURL}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer", Description: "登录后得到的令牌"}}
	return c
}

// schemaName keeps the surfaces' types apart in the document: each surface has a view of its own of the same thing.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if pkg == "." || pkg == "web" || pkg == "fault" {
		return name
	}
	return strings.ToUpper(pkg[:1]) + strings.ReplaceAll(pkg[1:], "-", "") + name
}

// Unlisted mounts a route that is not part of the API document: pages, files, push callbacks. why is kept for the
// test that walks every route.
func (s *Site) Unlisted(method, path, why string, h gin.HandlerFunc) {
	s.unlisted[method+" "+path] = why
	s.Engine.Handle(method, path, h)
}

// Form mounts a page's form: a post of at most 64 KiB, limited per address; refused is what the limited ones get.
func (s *Site) Form(path, why string, rate limit.Rule, h, refused gin.HandlerFunc) {
	s.FormWithFiles(path, why, rate, 64<<10, s.timeout, h, refused)
}

// FormWithFiles mounts a form with which pictures come. They may take the whole timeout to arrive; what is done with them has
// the site's own after that.
func (s *Site) FormWithFiles(path, why string, rate limit.Rule, maxBody int64, timeout time.Duration, h, refused gin.HandlerFunc) {
	s.Unlisted(http.MethodPost, path, why, func(c *gin.Context) {
		if err := s.Hold(c, "", rate); err != nil {
			c.Header("Retry-After", strconv.Itoa(fault.Of(err).RetryAfter))
			refused(c)
			return
		}
		s.readBy(c, timeout)
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
		ctx, cancel := context.WithTimeout(c.Request.Context(), timeout+s.timeout)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		h(c)
	})
}

// UnlistedRoutes names the routes outside the API document and why they are.
func (s *Site) UnlistedRoutes() map[string]string { return s.unlisted }

// OnStop adds what ends requests that would go on for long, such as event streams. It is called while the site is wired.
func (s *Site) OnStop(f ...func()) { s.stops = append(s.stops, f...) }

// stopPatience is how long running requests may take to finish at the end.
const stopPatience = 20 * time.Second

// Run serves on a listener until ctx ends, then lets running requests finish.
func (s *Site) Run(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: s.Engine, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	for _, f := range s.stops {
		srv.RegisterOnShutdown(f)
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	defer cancel()
	err := srv.Shutdown(stop)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return errors.Join(err, served)
	}
	return err
}
