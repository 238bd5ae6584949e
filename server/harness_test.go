package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/models/modelstest"
)

// testConfig is the embedded default in a folder of the test; with a database or Redis server at hand, on those.
func testConfig(t testing.TB) config.Config {
	t.Helper()
	var c config.Config
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"--data", t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	if modelstest.OnServer() {
		c.Database = config.NewSecret(modelstest.DSN(t))
	}
	if address := modelstest.RedisURL(t); address != "" {
		c.Redis = config.NewSecret(address)
	}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMain has every statement of every test looked at, where that is asked for.
func TestMain(m *testing.M) {
	onSQL = modelstest.Record()
	m.Run()
}

// engine is the whole of linli with the demo town, as serve mounts it.
type engine struct {
	*app
	t    testing.TB
	town *demoTown
	url  string

	noticed m // the last notice of a meeting, as its convener saw it
}

func newEngine(t testing.TB, change ...func(*config.Config)) *engine {
	t.Helper()
	c := testConfig(t)
	for _, f := range change {
		f(&c)
	}
	return engineOf(t, c)
}

func engineOf(t testing.TB, c config.Config, tune ...func(*app)) *engine {
	t.Helper()
	modelstest.Migrated(t, c.DSN())
	a, err := openApp(context.Background(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	for _, f := range tune {
		f(a)
	}
	if err := a.mount(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.access.Close)
	town, err := newDemoTown(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.site.Engine)
	t.Cleanup(srv.Close)
	return &engine{app: a, t: t, town: town, url: srv.URL}
}

// answer is what came back.
type answer struct {
	status int
	body   string
	json   map[string]any
}

func (a answer) int(name string) int64 {
	f, _ := a.json[name].(float64)
	return int64(f)
}

// call sends one request as an actor of the demo town; "" is nobody.
func (e *engine) call(actor, method, path string, body any) answer {
	e.t.Helper()
	var r io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case upload:
		r, kind = bytes.NewReader(b.body), b.kind
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			e.t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, r)
	if err != nil {
		e.t.Fatal(err)
	}
	if r != nil {
		req.Header.Set("Content-Type", kind)
	}
	if actor != "" {
		who := e.town.actors[actor]
		if who == nil {
			e.t.Fatalf("no actor %q", actor)
			return answer{}
		}
		req.Header.Set("Authorization", "Bearer "+who.Token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, body: string(raw)}
	if strings.HasPrefix(a.body, "{") {
		_ = json.Unmarshal(raw, &a.json)
	}
	return a
}

// must is call that has to give a status.
func (e *engine) must(status int, actor, method, path string, body any) answer {
	e.t.Helper()
	a := e.call(actor, method, path, body)
	if a.status != status {
		e.t.Fatalf("%s %s as %s: %d %s", method, path, actor, a.status, a.body)
	}
	return a
}

type upload struct {
	kind string
	body []byte
}
