package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

type benchVoteCmd struct {
	Seats       int `default:"20000" help:"多少份表决权，各投一票"`
	Connections int `default:"64" help:"同时多少个连接"`
	Rounds      int `default:"3" help:"量几轮，每轮一次新会议"`
}

// Run has the owners of one large estate cast over HTTP on loopback, through the engine that serve mounts and its background work,
// each seat once and one motion a request; an answer comes after the commit. It prints ballots a second and how long each waited,
// the recount, and how fast the same database commits single rows alone. It needs an empty database.
func (c benchVoteCmd) Run(e *environment) error {
	e.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})) // a line a ballot on the screen is not what is measured
	return e.benchTown(func(a *app, town *demoTown) error {
		b := &voteBench{app: a, town: town, ctx: e.ctx, seats: c.Seats, conns: c.Connections}
		say := func(format string, args ...any) error { _, err := fmt.Fprintf(e.out, format+"\n", args...); return err }
		if err := b.seed(); err != nil {
			return err
		}
		durable, err := b.durability()
		if err != nil {
			return err
		}
		if err := say("database %s (%s); %d seats, one ballot each, %d connections, sign-in, permission, limits, audit and outbox on", a.db.Dialect, durable, c.Seats, c.Connections); err != nil {
			return err
		}
		return b.serving(func(address string) error {
			for n := range c.Rounds {
				if err := b.round(n+1, address, say); err != nil {
					return err
				}
			}
			rate, err := b.commitRate()
			if err != nil {
				return err
			}
			return say("reference: single rows committed alone on the same database, %d at a time: %.0f/s; peak memory %d MiB", b.conns, rate, peakMiB())
		})
	})
}

type voteBench struct {
	*app
	town   *demoTown
	ctx    context.Context
	seats  int
	conns  int
	estate int64
	tokens []string
}

// durability says what the database promises of a commit.
func (b *voteBench) durability() (string, error) {
	if b.db.Dialect == store.SQLite {
		return "WAL, synchronous=FULL", nil
	}
	var out string
	err := b.db.View(b.ctx, func(tx *store.Tx) error {
		for _, name := range []string{"version", "innodb_flush_log_at_trx_commit", "sync_binlog", "log_bin"} {
			var value string
			if err := tx.Raw("SELECT @@" + name).Scan(&value).Error; err != nil {
				return err
			}
			out += name + "=" + value + " "
		}
		return nil
	})
	return out[:max(0, len(out)-1)], err
}

// serving runs the whole engine on a free port while f measures.
func (b *voteBench) serving(f func(address string) error) error {
	l, err := (&net.ListenConfig{}).Listen(b.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := b.mount(b.ctx); err != nil {
		return err
	}
	collectLess()
	ctx, stop := context.WithCancel(b.ctx)
	var wg sync.WaitGroup
	var failed error
	wg.Go(func() { failed = b.run(ctx, l) })
	err = f(l.Addr().String())
	stop()
	wg.Wait()
	return errors.Join(err, failed)
}

// round opens a meeting and has every seat vote.
func (b *voteBench) round(n int, address string, say func(string, ...any) error) error {
	meeting, motion, err := b.open(n)
	if err != nil {
		return err
	}
	if err := b.told(); err != nil {
		return err
	}
	var next atomic.Int64
	waits := make([][]time.Duration, b.conns)
	errs := make([]error, b.conns)
	var wg sync.WaitGroup
	began := time.Now()
	for i := range b.conns {
		wg.Go(func() { waits[i], errs[i] = b.voter(address, meeting, motion, n, &next) })
	}
	wg.Wait()
	took := time.Since(began)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	all := slices.Concat(waits...)
	slices.SortFunc(all, cmp.Compare)
	p := func(q int) time.Duration { return all[(len(all)-1)*q/100].Round(100 * time.Microsecond) }
	yes, counted, recount, err := b.recount(meeting)
	if err != nil {
		return err
	}
	if counted != int64(len(all)) || yes != counted {
		return fmt.Errorf("%d ballots were acknowledged, %d are counted, %d of them yes", len(all), counted, yes)
	}
	return say("round %d: %d ballots in %.2f s: %.0f/s; p50 %v, p99 %v, slowest %v; recounted %d in %v", n, len(all), took.Seconds(), float64(len(all))/took.Seconds(), p(50), p(99), p(100), counted, recount.Round(time.Millisecond))
}

// told waits until everybody has been told that the meeting is called, which is days before anybody votes.
func (b *voteBench) told() error {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Minute)
	defer cancel()
	for {
		var rows []int64
		err := b.db.View(ctx, func(tx *store.Tx) error {
			return tx.Model(&outbox.Message{}).Where("state IN ?", []outbox.State{outbox.Pending, outbox.Published}).Limit(1).Pluck("id", &rows).Error
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// voter casts for one seat after the other over one connection.
func (b *voteBench) voter(address string, meeting, motion int64, round int, next *atomic.Int64) ([]time.Duration, error) {
	c, err := dialVoter(b.ctx, address)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var waits []time.Duration
	for {
		seat := int(next.Add(1))
		if seat > b.seats {
			return waits, nil
		}
		body := fmt.Sprintf(`{"seat_no":%d,"client_ref":"b%d-%d","choices":[{"motion_id":%d,"choice":"yes"}]}`, seat, round, seat, motion)
		began := time.Now()
		status, answer, err := c.post(fmt.Sprintf("/miniapp/v1/meetings/%d/ballots", meeting), b.tokens[seat-1], body)
		if err != nil {
			return waits, err
		}
		if status != 201 {
			return waits, fmt.Errorf("seat %d: %d %s", seat, status, answer)
		}
		waits = append(waits, time.Since(began))
	}
}

// recount counts the meeting from its ballots and times it.
func (b *voteBench) recount(meeting int64) (yes, counted int64, took time.Duration, err error) {
	began := time.Now()
	t, err := b.assemblies.Recount(b.ctx, meeting)
	if err != nil {
		return 0, 0, 0, err
	}
	r := t.Motions[0].Result
	return r.Items[0].Yes.Heads, r.Returned.Heads, time.Since(began), nil
}

// commitRate inserts rows one by one, each with its own commit.
func (b *voteBench) commitRate() (float64, error) {
	create := "CREATE TABLE bench_rows (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT)"
	if b.db.Dialect != store.SQLite {
		create = "CREATE TABLE bench_rows (id BIGINT AUTO_INCREMENT PRIMARY KEY, body VARCHAR(200))"
	}
	if err := b.exec(create); err != nil {
		return 0, err
	}
	defer func() { _ = b.exec("DROP TABLE bench_rows") }()
	var next atomic.Int64
	errs := make([]error, b.conns)
	var wg sync.WaitGroup
	began := time.Now()
	for i := range b.conns {
		wg.Go(func() {
			for errs[i] == nil && next.Add(1) <= int64(b.seats) {
				errs[i] = b.exec("INSERT INTO bench_rows (body) VALUES ('one row as wide as a ballot with its commitment and its receipt, about a hundred and twenty bytes long')")
			}
		})
	}
	wg.Wait()
	return float64(b.seats) / time.Since(began).Seconds(), errors.Join(errs...)
}

func (b *voteBench) exec(sql string) error {
	return b.db.InTx(b.ctx, func(tx *store.Tx) error { return tx.Exec(sql).Error })
}
