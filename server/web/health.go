package web

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// checkPatience is how long one readiness check may take.
const checkPatience = 2 * time.Second

func (s *Site) mountHealth(reg *prometheus.Registry) {
	s.Unlisted(http.MethodGet, "/healthz", "liveness", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	s.Unlisted(http.MethodGet, "/readyz", "readiness", s.ready)
	if reg != nil {
		all := gin.WrapH(promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
		s.Unlisted(http.MethodGet, "/metrics", "Prometheus", func(c *gin.Context) {
			if !inside(c.Request, s.outside) {
				noRoute(c)
				return
			}
			all(c)
		})
	}
}

// Check is one thing that linli uses. Without what is essential it cannot serve; without the rest people still sign in,
// file and read, and taking the process out of service would only make that worse.
type Check struct {
	Name      string
	Essential bool
	Do        func(context.Context) error
}

// ready runs every check at once and names what is missing.
func (s *Site) ready(c *gin.Context) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	checks := map[string]string{}
	status := http.StatusOK
	for _, check := range s.checks {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(c.Request.Context(), checkPatience)
			defer cancel()
			err := check.Do(ctx)
			mu.Lock()
			defer mu.Unlock()
			checks[check.Name] = "ok"
			if err == nil {
				return
			}
			s.log.WarnContext(ctx, "something is missing", "check", check.Name, "essential", check.Essential, "error", err.Error())
			checks[check.Name] = "missing"
			if check.Essential {
				status = http.StatusServiceUnavailable
			}
		})
	}
	wg.Wait()
	c.JSON(status, gin.H{"ready": status == http.StatusOK, "checks": checks})
}

type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newMetrics(reg *prometheus.Registry) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_http_requests_total", Help: "Requests by route, method and status."}, []string{"route", "method", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "linli_http_request_seconds", Help: "Duration by route.", Buckets: prometheus.DefBuckets}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "linli_http_in_flight", Help: "Requests being served."}),
	}
	if reg != nil {
		reg.MustRegister(m.requests, m.seconds, m.inFlight)
	}
	return m
}

func (m *metrics) observe() gin.HandlerFunc {
	return func(c *gin.Context) {
		began := time.Now()
		m.inFlight.Inc()
		defer m.inFlight.Dec()
		c.Next()
		m.requests.WithLabelValues(c.FullPath(), c.Request.Method, strconv.Itoa(c.Writer.Status())).Inc()
		if c.Writer.Header().Get("Content-Type") != eventStream { // a page that stays open is not a slow answer
			m.seconds.WithLabelValues(c.FullPath()).Observe(time.Since(began).Seconds())
		}
	}
}
