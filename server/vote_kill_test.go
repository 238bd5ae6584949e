package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/models/modelstest"
)

// TestKilledWhileVoting kills the serving process, without a word, again and again while owners cast. Who got a receipt is counted once;
// who got none tries again under the same reference and gets one; nothing is counted that nobody cast. LINLI_KILL_CASTS says how many cast.
func TestKilledWhileVoting(t *testing.T) {
	if os.Getenv("LINLI_SERVE_DATA") != "" {
		serveForKilling(t)
		return
	}
	voteWhile(t, testConfig(t), func(s *killed) { s.kill(); s.start() })
}

// TestDatabaseKilledWhileVoting does the same to the database: what it had acknowledged is there when it comes back.
func TestDatabaseKilledWhileVoting(t *testing.T) {
	d := modelstest.MortalServer(t)
	cfg := testConfig(t)
	cfg.Database = config.NewSecret(d.DSN)
	voteWhile(t, cfg, func(*killed) { d.Kill(); d.Raise() })
}

// voteWhile lets owners cast while something dies five times.
func voteWhile(t *testing.T, cfg config.Config, die func(*killed)) {
	t.Helper()
	casts := 2000
	if n, err := strconv.Atoi(os.Getenv("LINLI_KILL_CASTS")); err == nil {
		casts = n
	}
	e := engineOf(t, cfg)
	b := &voteBench{app: e.app, town: e.town, ctx: t.Context(), seats: casts, conns: 16}
	if err := b.seed(); err != nil {
		t.Fatal(err)
	}
	meeting, motion, err := b.open(1)
	if err != nil {
		t.Fatal(err)
	}
	s := &killed{t: t, cfg: cfg, address: freeAddress(t)}
	s.start()
	defer s.kill()
	var next, acknowledged atomic.Int64
	var wg sync.WaitGroup
	for range b.conns {
		wg.Go(func() {
			for {
				seat := int(next.Add(1))
				if seat > casts {
					return
				}
				s.cast(meeting, motion, seat, b.tokens[seat-1])
				acknowledged.Add(1)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for kills := 1; ; kills++ {
		for target := int64(casts * kills / 6); acknowledged.Load() < target && acknowledged.Load() < int64(casts); {
			select {
			case <-done:
			case <-time.After(5 * time.Millisecond):
			}
		}
		if kills == 6 {
			break
		}
		die(s)
	}
	<-done
	yes, counted, _, err := b.recount(meeting)
	if err != nil {
		t.Fatal(err)
	}
	if counted != int64(casts) || yes != counted {
		t.Errorf("%d owners have a receipt, %d ballots are counted, %d of them yes", casts, counted, yes)
	}
	t.Logf("%d casts over 5 kills; %d tries got no answer or a second one", casts, s.again.Load())
}

// killed is a serving process that dies often.
type killed struct {
	t       *testing.T
	cfg     config.Config
	address string
	mu      sync.Mutex
	process *exec.Cmd
	again   atomic.Int64
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// start runs this very test in a process of its own, as a server over the same database.
func (s *killed) start() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process = exec.Command(os.Args[0], "-test.run=^TestKilledWhileVoting$") //nolint:gosec,noctx // this test itself, killed by hand
	s.process.Env = append(os.Environ(), "LINLI_SERVE_DATA="+s.cfg.Data, "LINLI_SERVE_DSN="+s.cfg.DSN(), "LINLI_SERVE_AT="+s.address)
	s.process.Stderr = os.Stderr
	out, err := s.process.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "serving" {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
	}
	s.t.Fatal("the server did not start")
}

func (s *killed) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// cast tries until there is an answer, always under the same reference.
func (s *killed) cast(meeting, motion int64, seat int, token string) {
	body := fmt.Sprintf(`{"seat_no":%d,"client_ref":"k%d","choices":[{"motion_id":%d,"choice":"yes"}]}`, seat, seat, motion)
	for try := range 600 {
		c, err := dialVoter(s.t.Context(), s.address)
		if err == nil {
			var status int
			var answer []byte
			status, answer, err = c.post(fmt.Sprintf("/miniapp/v1/meetings/%d/ballots", meeting), token, body)
			c.close()
			if err == nil && status == 201 {
				return
			}
			if err == nil {
				err = fmt.Errorf("%d %s", status, answer)
			}
		}
		if s.t.Context().Err() != nil {
			return
		}
		s.again.Add(1)
		if try == 599 {
			s.t.Errorf("seat %d: %v", seat, err)
			return
		}
		pause(s.t.Context(), 20*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// serveForKilling serves until it is killed.
func serveForKilling(t *testing.T) {
	var cfg config.Config
	parser, err := kong.New(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"--data", os.Getenv("LINLI_SERVE_DATA"), "--listen", os.Getenv("LINLI_SERVE_AT")}); err != nil {
		t.Fatal(err)
	}
	cfg.Database = config.NewSecret(os.Getenv("LINLI_SERVE_DSN"))
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	a, err := openApp(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("\nserving")
	if err := a.run(t.Context(), l); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
