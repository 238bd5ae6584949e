package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// doorman lets the token "good" in.
type doorman struct{ consented bool }

func (d doorman) Resident(_ context.Context, token string) (org.Actor, error) {
	if token != "good" {
		return org.Actor{}, org.ErrSignIn
	}
	return org.Actor{PersonID: 7, Consented: d.consented, Surface: "miniapp"}, nil
}

// Claim believes the tokens "first" and "second" to be sessions of one person.
func (d doorman) Claim(ctx context.Context, token string) (org.Actor, error) {
	if session := slices.Index([]string{"first", "second"}, token); session >= 0 {
		return org.Actor{Claim: &org.Claim{SessionID: int64(session), PersonID: 7}}, nil
	}
	return d.Resident(ctx, token)
}

func (d doorman) Staff(ctx context.Context, token string, post int64) (org.Actor, error) {
	a, err := d.Resident(ctx, token)
	if err == nil && post == 99 {
		err = org.ErrNotYourPost
	}
	return a, err
}

type echoInput struct {
	Body struct {
		Text  string `json:"text" minLength:"3" maxLength:"10"`
		Count int    `json:"count,omitempty" minimum:"1"`
	}
}

type echoOutput struct {
	Body struct {
		Text string `json:"text"`
	}
}

func echo(_ context.Context, _ org.Actor, in *echoInput) (*echoOutput, error) {
	out := &echoOutput{}
	switch out.Body.Text = in.Body.Text; in.Body.Text {
	case "boom":
		panic("secret of the database")
	case "gone":
		return nil, org.ErrSignIn
	case "oops":
		return nil, errors.New("secret of the database")
	case "fault":
		return nil, fault.New(fault.Limited, "echo.limited", "慢一点").After(7)
	}
	return out, nil
}

type site struct {
	url  string
	logs *bytes.Buffer
	*web.Site
}

func newSite(t *testing.T, consented bool, checks ...web.Check) *site {
	t.Helper()
	var logs bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&lockedWriter{w: &logs}, nil))
	s := web.New(web.Options{PublicURL: "https://linli.example", Origins: []string{"https://office.example"}, Sessions: doorman{consented}, Limiter: limit.New(nil, log),
		Registry: prometheus.NewRegistry(), Logger: log, Checks: checks})
	g := s.Group("/t/v1", "试", web.Residents)
	web.Handle(g, web.Op{ID: "echo", Method: http.MethodPost, Path: "/echo", Summary: "回声", Action: org.ManageSelf, Rate: &limit.Rule{Name: "echo", Rate: 50, Per: time.Minute, Burst: 50}}, echo)
	web.Handle(g, web.Op{ID: "claimedEcho", Method: http.MethodPost, Path: "/claimed", Summary: "回声", Action: org.ManageSelf, Rate: &limit.Rule{Name: "claimed", Rate: 50, Per: time.Hour, Burst: 50}, Claims: true}, echo)
	web.Handle(s.Group("/s/v1", "试", web.Staff), web.Op{ID: "staffEcho", Method: http.MethodPost, Path: "/echo", Summary: "回声", Action: org.EnterRules}, echo)
	srv := httptest.NewServer(s.Engine)
	t.Cleanup(srv.Close)
	return &site{url: srv.URL, logs: &logs, Site: s}
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (s *site) post(t *testing.T, path, token, body string, head ...string) (*http.Response, web.Problem) {
	t.Helper()
	return s.send(t, http.MethodPost, path, token, body, head...)
}

func (s *site) send(t *testing.T, method, path, token, body string, head ...string) (*http.Response, web.Problem) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var p web.Problem
	_ = json.Unmarshal(raw, &p)
	return res, p
}

var chinese = regexp.MustCompile(`\p{Han}`)

// TestEveryRefusalIsAProblemDocument: one shape, a stable code, a Chinese sentence, the wrong fields, no internals.
func TestEveryRefusalIsAProblemDocument(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	for name, c := range map[string]struct {
		path, token, body string
		status            int
		code, field       string
	}{
		"no sign-in":        {"/t/v1/echo", "", `{"text":"hello"}`, 401, "session.missing", ""},
		"a wrong token":     {"/t/v1/echo", "bad", `{"text":"hello"}`, 401, "session.missing", ""},
		"too short":         {"/t/v1/echo", "good", `{"text":"a"}`, 400, "invalid", "text"},
		"wrong type":        {"/t/v1/echo", "good", `{"text":"abc","count":"x"}`, 400, "invalid", "count"},
		"missing":           {"/t/v1/echo", "good", `{}`, 400, "invalid", "body"},
		"unknown property":  {"/t/v1/echo", "good", `{"text":"abc","more":1}`, 400, "invalid", "more"},
		"half a JSON":       {"/t/v1/echo", "good", `{"text":`, 400, "", ""},
		"no body":           {"/t/v1/echo", "good", ``, 400, "", ""},
		"a huge body":       {"/t/v1/echo", "good", `{"text":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "request.too_large", ""},
		"an internal error": {"/t/v1/echo", "good", `{"text":"oops"}`, 500, "internal", ""},
		"a panic":           {"/t/v1/echo", "good", `{"text":"boom"}`, 500, "internal", ""},
		"a fault":           {"/t/v1/echo", "good", `{"text":"fault"}`, 429, "echo.limited", ""},
		"no such route":     {"/t/v1/none", "good", ``, 404, "route.not_found", ""},
		"not for residents": {"/s/v1/echo", "good", `{"text":"hello"}`, 403, "permission.denied", ""},
	} {
		res, p := s.post(t, c.path, c.token, c.body)
		if res.StatusCode != c.status || res.Header.Get("Content-Type") != "application/problem+json" || (c.code != "" && p.Code != c.code) || !chinese.MatchString(p.Detail) || p.RequestID == "" || p.Status != c.status {
			t.Errorf("%s: %d %s %+v", name, res.StatusCode, res.Header.Get("Content-Type"), p)
		}
		if strings.Contains(fmt.Sprint(p), "secret") {
			t.Errorf("%s shows internals: %+v", name, p)
		}
		for _, f := range p.Errors {
			if !chinese.MatchString(f.Reason) {
				t.Errorf("%s: %q is not Chinese", name, f.Reason)
			}
		}
		if c.field != "" && (len(p.Errors) == 0 || p.Errors[0].Path != c.field) {
			t.Errorf("%s names %+v, want %s", name, p.Errors, c.field)
		}
	}
	if res, _ := s.post(t, "/t/v1/echo", "good", `{"text":"fault"}`); res.Header.Get("Retry-After") != "7" {
		t.Error("a limit does not say how long to wait")
	}
	if res, p := s.send(t, http.MethodDelete, "/t/v1/echo", "good", ""); res.StatusCode != 405 || p.Code != "route.method" {
		t.Errorf("wrong method: %d %+v", res.StatusCode, p)
	}
	if _, p := s.post(t, "/s/v1/echo", "good", `{"text":"hello"}`, "X-Linli-Post", "99"); p.Code != "post.not_yours" {
		t.Errorf("somebody else's post: %+v", p)
	}
}

func TestNothingBeforeConsent(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	if res, p := s.post(t, "/t/v1/echo", "good", `{"text":"hello"}`); res.StatusCode != 403 || p.Code != "privacy.consent_missing" {
		t.Errorf("%d %+v", res.StatusCode, p)
	}
}

func TestLogsTellNoSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	s.post(t, "/t/v1/echo?phone=13800138000", "good", `{"text":"张三"}`)
	s.post(t, "/t/v1/echo", "ll_verysecrettoken", `{"text":"hello"}`)
	for _, bad := range []string{"good\"", "verysecret", "13800138000", "张三", "Bearer"} {
		if strings.Contains(s.logs.String(), bad) {
			t.Errorf("the log holds %q", bad)
		}
	}
	if !strings.Contains(s.logs.String(), `"route":"/t/v1/echo"`) || !strings.Contains(s.logs.String(), `"person":7`) {
		t.Error("the log does not say what happened: " + s.logs.String())
	}
}

// TestAMadeUpMethodLeavesNothing: it answers 405 everywhere, and neither the log nor the metrics keep its name.
func TestAMadeUpMethodLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	made := strings.Repeat("MADEUP", 5000)
	for _, path := range []string{"/t/v1/echo", "/no-such", "/healthz"} {
		if res, p := s.send(t, made, path, "", ""); res.StatusCode != http.StatusMethodNotAllowed || p.RequestID == "" {
			t.Errorf("%s: %d %+v", path, res.StatusCode, p)
		}
		if res, _ := s.send(t, "TRACE", path, "", ""); res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("TRACE %s: %d", path, res.StatusCode)
		}
	}
	if strings.Contains(s.logs.String(), "MADEUP") || !strings.Contains(s.logs.String(), `"method":"other"`) {
		t.Error("the log keeps the name, or nothing")
	}
	res, err := http.Get(s.url + "/metrics") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || strings.Contains(string(body), "MADEUP") || !strings.Contains(string(body), `method="other"`) {
		t.Errorf("the metrics keep the name, or nothing: %v", err)
	}
}

// TestPicturesThatArriveLateAreStillKept: the time that a form's body may take is not taken from what is done with it.
func TestPicturesThatArriveLateAreStillKept(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	left := make(chan time.Duration, 1)
	s.FormWithFiles("/form", "a form", limit.Rule{Name: "form", Rate: 10, Per: time.Minute, Burst: 10}, 1<<10, time.Minute, func(c *gin.Context) {
		until, _ := c.Request.Context().Deadline()
		left <- time.Until(until)
		c.Status(http.StatusOK)
	}, func(*gin.Context) {})
	s.post(t, "/form", "", "a=b")
	if d := <-left; d < time.Minute+10*time.Second {
		t.Errorf("%s for a body that may take a minute", d)
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	if res, _ := s.post(t, "/t/v1/echo", "good", `{"text":"hello"}`, "X-Request-Id", "from-the-proxy-1"); res.Header.Get("X-Request-Id") != "from-the-proxy-1" {
		t.Error("a sane request id is not kept")
	}
	if res, _ := s.post(t, "/t/v1/echo", "good", `{"text":"hello"}`, "X-Request-Id", "a b<script>"); strings.Contains(res.Header.Get("X-Request-Id"), "<") || res.Header.Get("X-Request-Id") == "" {
		t.Error("an odd request id is kept")
	}
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	res, _ := s.send(t, http.MethodOptions, "/t/v1/echo", "", "", "Origin", "https://office.example", "Access-Control-Request-Method", "POST")
	if res.StatusCode != 204 || res.Header.Get("Access-Control-Allow-Origin") != "https://office.example" {
		t.Errorf("a known origin: %d %v", res.StatusCode, res.Header)
	}
	res, _ = s.send(t, http.MethodOptions, "/t/v1/echo", "", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
	if res.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("an unknown origin is let in")
	}
	for _, h := range []string{"X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Strict-Transport-Security"} {
		if res.Header.Get(h) == "" {
			t.Errorf("no %s", h)
		}
	}
}

func TestReadinessNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	well := func(context.Context) error { return nil }
	ill := func(context.Context) error { return errors.New("x") }
	for name, c := range map[string]struct {
		checks []web.Check
		status int
		says   []string
	}{
		"all well":            {[]web.Check{{Name: "a", Essential: true, Do: well}, {Name: "b", Do: well}}, 200, []string{`"ready":true`, `"a":"ok"`, `"b":"ok"`}},
		"cannot serve":        {[]web.Check{{Name: "a", Essential: true, Do: ill}, {Name: "b", Do: well}}, 503, []string{`"ready":false`, `"a":"missing"`, `"b":"ok"`}},
		"serves all the same": {[]web.Check{{Name: "a", Essential: true, Do: well}, {Name: "b", Do: ill}}, 200, []string{`"ready":true`, `"a":"ok"`, `"b":"missing"`}},
	} {
		s := newSite(t, true, c.checks...)
		res, err := http.Get(s.url + "/readyz") //nolint:noctx // a test on loopback
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
		for _, want := range c.says {
			if !strings.Contains(string(raw), want) {
				t.Errorf("%s: no %s in %s", name, want, raw)
			}
		}
	}
}

// TestDocumentationNeedsNoNetwork fetches the page and everything it names from the site itself.
func TestDocumentationNeedsNoNetwork(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	get := func(path string) string {
		res, err := http.Get(s.url + path) //nolint:noctx // a test on loopback
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		raw, _ := io.ReadAll(res.Body)
		if res.StatusCode != 200 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		return string(raw)
	}
	page := get("/docs")
	for _, ref := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if strings.Contains(ref[1], "//") {
			t.Errorf("the page loads %s from elsewhere", ref[1])
			continue
		}
		get(ref[1])
	}
	var doc struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(get("/openapi.json")), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") || doc.Paths["/t/v1/echo"] == nil {
		t.Errorf("openapi: %v %s", err, doc.OpenAPI)
	}
}

func TestCursorsOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	rows := []int64{9, 8, 7}
	self := func(n int64) int64 { return n }
	list := web.Paged(web.Page{Limit: 2}, rows, self, self)
	if len(list.Body.Items) != 2 || list.Body.Next == "" {
		t.Fatalf("%+v", list)
	}
	if id, err := (web.Page{Cursor: list.Body.Next}).From(); err != nil || id != 8 {
		t.Errorf("%d, %v", id, err)
	}
	for _, bad := range []string{"x", "cDE6", "cDE6LTE", "OA", "'; DROP TABLE", "cDE6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk"} {
		if _, err := (web.Page{Cursor: bad}).From(); !errors.Is(err, web.ErrCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestStopFinishesWhatRuns: a request that runs when the stop comes is answered.
func TestStopFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	s := web.New(web.Options{PublicURL: "http://x", Sessions: doorman{true}, Logger: log})
	started, release := make(chan struct{}), make(chan struct{})
	web.HandleOpen(s.Group("/t", "试", web.Anybody), web.Op{ID: "slow", Method: http.MethodGet, Path: "/slow", Summary: "慢"}, func(context.Context, *web.Empty) (*echoOutput, error) {
		close(started)
		<-release
		return &echoOutput{}, nil
	})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.Run(ctx, l); err != nil {
			t.Error(err)
		}
	})
	status := 0
	wg.Go(func() {
		res, err := http.Get("http://" + l.Addr().String() + "/t/slow") //nolint:noctx // a test on loopback
		if err != nil {
			t.Error(err)
			return
		}
		_ = res.Body.Close()
		status = res.StatusCode
	})
	<-started
	stop()
	close(release)
	wg.Wait()
	if status != 200 {
		t.Errorf("the running request got %d", status)
	}
}

func TestAccessLogKeepsEveryCall(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	began := clock.Now()
	a := web.NewAccessLog(db, slog.New(slog.DiscardHandler))
	var wg sync.WaitGroup
	for person := range int64(20) {
		wg.Go(func() {
			for i := range 300 { // more than the queue holds
				a.Add(web.AccessEntry{RequestID: fmt.Sprint("r", i), PersonID: person + 1, PostID: 3, Operation: "echo", Status: 200, Address: "10.0.0.1"})
			}
		})
	}
	wg.Wait()
	clock.Advance(time.Hour)
	a.Add(web.AccessEntry{RequestID: "later", Operation: "fileComplaint", Status: 201})
	a.Close()
	read := func(q web.AccessQuery) (list []web.AccessEntry) {
		err := web.ReadAccessLog(t.Context(), db, audit.System{}, q, func(e web.AccessEntry) error { list = append(list, e); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	all := web.AccessQuery{From: began, Before: began.Add(2 * time.Hour)}
	if n := len(read(all)); n != 6001 {
		t.Errorf("%d of 6001 calls are in the log", n)
	}
	of := all
	of.PersonID = 7
	list := read(of)
	seen := map[string]bool{}
	for _, e := range list {
		seen[e.RequestID] = true
		if want := (web.AccessEntry{At: began.UTC(), RequestID: e.RequestID, PersonID: 7, PostID: 3, Operation: "echo", Status: 200, Address: "10.0.0.1"}); e != want {
			t.Fatalf("%+v, want %+v", e, want)
		}
	}
	if len(seen) != 300 || len(list) != 300 {
		t.Errorf("%d calls of one person, %d of them different", len(list), len(seen))
	}
	if list := read(web.AccessQuery{From: began.Add(time.Second), Before: all.Before}); len(list) != 1 || list[0].RequestID != "later" || list[0].PersonID != 0 {
		t.Errorf("from a second later: %+v", list)
	}
	if n := len(read(web.AccessQuery{From: began, Before: began.Add(time.Hour)})); n != 6000 {
		t.Errorf("%d before the last", n)
	}
	var looks int64
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&audit.Entry{}).Where("verb = 'access.read' AND detail LIKE ?", fmt.Sprintf(`%%"from":%d%%`, began.Unix())).Count(&looks).Error
	}); err != nil || looks != 3 {
		t.Errorf("%d of 3 looks are in the trail, %v", looks, err)
	}
	if _, err := web.PurgeAccessLog(t.Context(), db, 90*24*time.Hour); !errors.Is(err, web.ErrKeep) {
		t.Errorf("purged within six months: %v", err)
	}
	clock.Advance(190*24*time.Hour - 30*time.Minute)
	for _, want := range []bool{true, false} {
		if more, err := web.PurgeAccessLog(t.Context(), db, 190*24*time.Hour); err != nil || more != want {
			t.Errorf("purged %v, want %v, %v", more, want, err)
		}
	}
	if list := read(all); len(list) != 1 {
		t.Errorf("%d are left, one is not old enough", len(list))
	}
}

// TestAccessLogFromBefore: what was written when every call had a row is read like the rest.
func TestAccessLogFromBefore(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	at := clock.Now()
	call := web.AccessEntry{At: at.UTC(), RequestID: "r", PersonID: 5, Operation: "echo", Status: 200, Address: "10.0.0.1"}
	if err := db.InTx(t.Context(), func(tx *store.Tx) error { return tx.Create(&web.AccessPart{AccessEntry: call}).Error }); err != nil {
		t.Fatal(err)
	}
	var list []web.AccessEntry
	err := web.ReadAccessLog(t.Context(), db, audit.System{}, web.AccessQuery{From: at, Before: at.Add(time.Second), PersonID: 5}, func(e web.AccessEntry) error { list = append(list, e); return nil })
	if err != nil || len(list) != 1 || list[0] != call {
		t.Errorf("%+v, %v, want %+v", list, err, call)
	}
}

// TestAccessLogWhenTheClockIsSet: entries far apart in time share no part, so that each is found by its time and ends with its year.
func TestAccessLogWhenTheClockIsSet(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	began := clock.Now()
	a := web.NewAccessLog(db, slog.New(slog.DiscardHandler))
	for _, ahead := range []time.Duration{0, 50 * time.Second, 20 * 365 * 24 * time.Hour, 30 * time.Second} {
		clock.Advance(began.Add(ahead).Sub(clock.Now()))
		a.Add(web.AccessEntry{RequestID: ahead.String(), PersonID: 1, Operation: "echo", Status: 200})
	}
	a.Close()
	read := func(from, before time.Time) string {
		var list []string
		err := web.ReadAccessLog(t.Context(), db, audit.System{}, web.AccessQuery{From: from, Before: before}, func(e web.AccessEntry) error { list = append(list, e.RequestID); return nil })
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	if got := read(began, began.Add(time.Hour)); got != "0s 30s 50s" {
		t.Errorf("the hour has %q", got)
	}
	if got := read(began, began.Add(20*time.Second)); got != "0s" {
		t.Errorf("the first seconds have %q", got)
	}
	clock.Advance(began.Add(400 * 24 * time.Hour).Sub(clock.Now()))
	for more := true; more; {
		var err error
		if more, err = web.PurgeAccessLog(t.Context(), db, 365*24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(began, began.Add(30*365*24*time.Hour)); got != "175200h0m0s" {
		t.Errorf("after a year there is %q", got)
	}
}

// TestABodyHasATimeToArrive: who sends one byte and waits does not keep a connection.
func TestABodyHasATimeToArrive(t *testing.T) {
	t.Parallel()
	s := web.New(web.Options{PublicURL: "http://x", Sessions: doorman{true}, Logger: slog.New(slog.DiscardHandler), Timeout: 300 * time.Millisecond})
	s.Form("/form", "a form", limit.Rule{Name: "f", Rate: 1, Per: time.Second, Burst: 9}, func(c *gin.Context) { _ = c.PostForm("a"); c.Status(204) }, func(*gin.Context) {})
	s.Unlisted(http.MethodPost, "/raw", "a post of its own", func(c *gin.Context) { _, _ = io.ReadAll(c.Request.Body); c.Status(204) })
	s.Unlisted(http.MethodGet, "/slow", "takes longer than a body may", func(c *gin.Context) {
		time.Sleep(600 * time.Millisecond)
		c.String(200, "%v", c.Request.Context().Err())
	})
	srv := httptest.NewServer(s.Engine)
	t.Cleanup(srv.Close)
	var wg sync.WaitGroup
	for _, path := range []string{"/form", "/raw"} {
		wg.Go(func() {
			c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = c.Close() }()
			_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na", path)
			_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := io.ReadAll(c); err != nil {
				t.Errorf("%s holds its connection: %v", path, err)
			}
		})
	}
	wg.Wait()
	res, err := http.Get(srv.URL + "/slow") //nolint:noctx // a test on loopback
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if raw, _ := io.ReadAll(res.Body); string(raw) != "<nil>" {
		t.Errorf("an answer without a body was cut off: %s", raw)
	}
}

// TestAnAddressWithASlash leads to the one without, wherever a header points.
func TestAnAddressWithASlash(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	for _, path := range []string{"/healthz/", "//healthz/"} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
		req.Header.Set("X-Forwarded-Prefix", "//evil.example")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != 308 || res.Header.Get("Location") != "/healthz" {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
}

// TestAClaimIsNamed: whom a token names is held to one rate over all their devices and stands in the log of calls, however a call ends;
// only where it turns out that they are not signed in, nobody does.
func TestAClaimIsNamed(t *testing.T) {
	s := newSite(t, true)
	status := func(token, text string) int {
		res, _ := s.post(t, "/t/v1/claimed", token, `{"text":"`+text+`"}`)
		return res.StatusCode
	}
	for _, call := range []struct {
		text         string
		status, name int
	}{{"hello", 200, 7}, {"x", 400, 7}, {"boom", 500, 7}, {"gone", 401, 0}} {
		if got := status("first", call.text); got != call.status {
			t.Errorf("%s: %d", call.text, got)
		}
		if want := fmt.Sprintf(`"status":%d`, call.status); !slices.ContainsFunc(strings.Split(s.logs.String(), "\n"), func(line string) bool {
			return strings.Contains(line, want) && strings.Contains(line, fmt.Sprintf(`"person":%d,`, call.name))
		}) {
			t.Errorf("%s is logged otherwise: %s", call.text, s.logs.String())
		}
	}
	passed := 4
	for i := range 60 {
		if status([]string{"first", "second"}[i%2], "hello") == 200 {
			passed++
		}
	}
	if passed != 50 {
		t.Errorf("%d calls of one person passed", passed)
	}
}
