package web_test

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// turnstile lets "good" in until it is shut.
type turnstile struct{ shut atomic.Bool }

func (d *turnstile) Resident(ctx context.Context, token string) (org.Actor, error) {
	if d.shut.Load() {
		return org.Actor{}, org.ErrSignIn
	}
	return doorman{true}.Resident(ctx, token)
}

func (d *turnstile) Claim(ctx context.Context, token string) (org.Actor, error) {
	return d.Resident(ctx, token)
}

func (d *turnstile) Staff(ctx context.Context, token string, _ int64) (org.Actor, error) {
	return d.Resident(ctx, token)
}

// stage is a running site with one stream of numbers.
type stage struct {
	t       *testing.T
	url     string
	door    *turnstile
	numbers chan int
	closed  chan struct{} // when the stream is given back
	stop    context.CancelFunc
	ended   chan error
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, door: &turnstile{}, numbers: make(chan int, 3), closed: make(chan struct{}), ended: make(chan error, 1)}
	// A request may take a millisecond: a stream that the time-out cut would not live to its first beat.
	site := web.New(web.Options{PublicURL: "http://linli.example", Sessions: s.door, Timeout: time.Millisecond, Beat: 5 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	web.HandleEvents(site.Group("/t/v1", "试", web.Residents), web.Op{ID: "numbers", Path: "/numbers", Summary: "数", Action: org.ManageSelf},
		func(_ context.Context, _ org.Actor, in *web.EventsInput) (*web.Feed[int], error) {
			if in.LastEventID == "13" {
				return nil, web.ErrLimited.After(60)
			}
			return &web.Feed[int]{C: s.numbers, Close: func() { close(s.closed) }, Event: func(n int) web.Event { return web.Event{ID: int64(n), Name: "number", Data: n} }}, nil
		})
	site.OnStop(func() { close(s.numbers) })
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.url = stop, "http://"+l.Addr().String()
	go func() { s.ended <- site.Run(ctx, l) }()
	t.Cleanup(stop)
	return s
}

// open reads a stream; lines gives it line by line and false at its end.
func (s *stage) open(query, last string) (res *http.Response, line func() (string, bool)) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/t/v1/numbers"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer good")
	req.Header.Set("Accept", "text/event-stream")
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	if res, err = http.DefaultClient.Do(req); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	return res, func() (string, bool) {
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text(), true
			}
		}
		return "", false
	}
}

func TestAStreamBeatsAndTells(t *testing.T) {
	s := newStage(t)
	res, line := s.open("", "")
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	if first, _ := line(); first != "retry: 3000" {
		t.Errorf("first %q", first)
	}
	for range 5 {
		if beat, ok := line(); !ok || beat != ": beat" {
			t.Fatalf("%q, %v", beat, ok)
		}
	}
	s.numbers <- 7
	var event []string
	for len(event) < 3 {
		l, ok := line()
		if !ok {
			t.Fatal("the stream ended")
		}
		if l != ": beat" {
			event = append(event, l)
		}
	}
	if got := strings.Join(event, "|"); got != "id: 7|event: number|data: 7" {
		t.Error(got)
	}
	_ = res.Body.Close()
	<-s.closed // the page is gone, and so is its place
}

// TestAStreamEnds: when its time is up, when whoever reads is no longer signed in, and at once when the process stops.
func TestAStreamEnds(t *testing.T) {
	for name, end := range map[string]func(*stage){
		"signed out": func(s *stage) { s.door.shut.Store(true); s.numbers <- 7 },
		"stopping":   func(s *stage) { s.stop() },
	} {
		s := newStage(t)
		_, line := s.open("", "")
		line()
		end(s)
		for {
			l, ok := line()
			if !ok {
				break
			}
			if l != ": beat" {
				t.Errorf("%s: still told %q", name, l)
			}
		}
		<-s.closed
		s.stop()
		if name == "stopping" {
			if err := <-s.ended; err != nil {
				t.Errorf("the site waited for the stream in vain: %v", err)
			}
		}
	}
	s := newStage(t)
	s.numbers <- 7
	_, line := s.open("?seconds=0", "")
	var all []string
	for l, ok := line(); ok; l, ok = line() {
		all = append(all, l)
	}
	if got := strings.Join(all, "|"); got != "retry: 3000|id: 7|event: number|data: 7" {
		t.Error(got)
	}
	<-s.closed
}

func TestAStreamThatIsRefused(t *testing.T) {
	s := newStage(t)
	for last, want := range map[string]int{"13": http.StatusTooManyRequests, "x": http.StatusBadRequest} {
		res, line := s.open("", last)
		l, _ := line()
		if res.StatusCode != want || !strings.Contains(l, `"detail"`) || want == http.StatusTooManyRequests && res.Header.Get("Retry-After") != "60" {
			t.Errorf("%s: %d %v %s", last, res.StatusCode, res.Header, l)
		}
	}
}
