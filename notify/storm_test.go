package notify_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/notify/wechat"
	"github.com/linli-city/linli/notify/wechat/sandbox"
)

// TestMain lets the test binary be a worker process that a test may kill.
func TestMain(m *testing.M) {
	if os.Getenv("LINLI_STORM_DSN") != "" {
		if err := work(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const stormSenders = 8

// work runs a dispatcher on the stores and the WeChat that the environment names, until it is told to end.
func work() error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{DSN: os.Getenv("LINLI_STORM_DSN"), MaxOpen: 16})
	if err != nil {
		return err
	}
	r := redis.NewUniversalClient(redisOptions(os.Getenv("LINLI_STORM_REDIS")))
	c := wechat.New(wechat.Config{MiniAppID: "mini", MiniSecret: "secret", BaseURL: os.Getenv("LINLI_STORM_WECHAT"), Redis: r, Timeout: time.Second})
	ways := map[plan.Channel]*notify.Way{plan.Mini: {Channel: mini{c}, Addresses: notify.Accounts(org.MiniProgram), Templates: templateIDs()}}
	d := notify.New(notify.Options{DB: db, Redis: r, Ways: ways, Senders: stormSenders, Rest: 2 * time.Second, Log: slog.New(slog.NewTextHandler(os.Stdout, nil))})
	fmt.Println("ready")
	d.Run(ctx)
	return nil
}

func redisOptions(address string) *redis.UniversalOptions {
	hosts, cluster := strings.CutPrefix(address, "cluster:")
	return &redis.UniversalOptions{Addrs: strings.Split(strings.TrimSuffix(strings.TrimPrefix(hosts, "redis://"), "/0"), ","), IsClusterMode: cluster, MaxRetries: 1,
		DialTimeout: time.Second, ReadTimeout: 3 * time.Second, PoolSize: 40}
}

// mini is the mini-program's subscribe messages.
type mini struct{ *wechat.Client }

func (m mini) Send(ctx context.Context, out notify.Outgoing) (string, error) {
	id, err := m.SendSubscribe(ctx, wechat.Message{OpenID: out.To, TemplateID: out.Template, Page: out.Page, Data: out.Data})
	if err != nil {
		err = &notify.Failure{Code: wechat.Code(err), Permanent: wechat.Permanent(err), Refused: wechat.Refused(err), Limited: wechat.Limited(err), Uncertain: wechat.Uncertain(err), Err: err}
	}
	return id, err
}

// storm is a town whose residents are told much through a WeChat in another process than the senders.
type storm struct {
	*testing.T
	town   *modelstest.Town
	dsn    string
	redis  *modelstest.MortalRedis
	box    *sandbox.Sandbox
	wechat string
	people int
	got    map[string]int // how often each account got a message about each subject, of those read so far
	read   int
	last   int64
}

func newStorm(t *testing.T, people, messages int) *storm {
	s := &storm{T: t, dsn: modelstest.DSN(t), redis: modelstest.Mortal(t), people: people, got: map[string]int{}}
	db, err := store.Open(t.Context(), store.Options{DSN: s.dsn, MaxOpen: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.town = modelstest.NewTown(t, db, modelstest.Vault(t))
	s.box, err = sandbox.New(sandbox.Options{MiniApps: []sandbox.App{{ID: "mini", Secret: "secret"}}, SlowFor: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.box.API())
	t.Cleanup(func() { server.CloseClientConnections(); server.Close(); _ = s.box.Close() })
	s.wechat = server.URL
	err = db.InTx(t.Context(), func(tx *store.Tx) error {
		for i := range people {
			who := fmt.Sprint("storm", i)
			if err := s.box.Consent(who, "notice", messages+50); err != nil {
				return err
			}
			p := org.Person{PhoneIndex: who, CreatedAt: tx.Now}
			if err := tx.Create(&p).Error; err != nil {
				return err
			}
			living := fmt.Sprintf("%d/%d/owner", p.ID, p.ID)
			if err := tx.Create(&org.Identity{PersonID: p.ID, Provider: org.MiniProgram, OpenID: sandbox.OpenID(who), Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}).Error; err != nil {
				return err
			}
			if err := tx.Create(&org.Residence{EstateID: s.town.Estate.ID, UnitID: p.ID, PersonID: p.ID, Role: org.RoleOwner, Basis: "roster", Since: tx.Now, Living: &living}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// worker starts a sender process; what it gives kills it with SIGKILL.
func (s *storm) worker() (kill func()) {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "LINLI_STORM_DSN="+s.dsn, "LINLI_STORM_REDIS="+s.redis.Address, "LINLI_STORM_WECHAT="+s.wechat)
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		s.Fatalf("the worker says %q", lines.Text())
	}
	go func() {
		for lines.Scan() {
			fmt.Println(lines.Text())
		}
		_ = cmd.Wait()
	}()
	kill = func() { _ = cmd.Process.Signal(syscall.SIGKILL) }
	s.Cleanup(kill)
	return kill
}

// booked reads what is new in the sandbox's book and gives how much stands in it.
func (s *storm) booked() int {
	s.Helper()
	for {
		items, next, err := s.box.Messages("", s.last, 500)
		if err != nil {
			s.Fatal(err)
		}
		for _, m := range items {
			s.got[m.OpenID+m.Page]++
			s.read, s.last = s.read+1, max(s.last, m.ID)
		}
		if next == 0 {
			return s.read
		}
	}
}

// reach waits until the phones have got so many messages.
func (s *storm) reach(n int) {
	s.Helper()
	for deadline := time.Now().Add(5 * time.Minute); s.booked() < n; <-time.After(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("%d of %d after five minutes: %s", s.booked(), n, s.state())
		}
	}
}

// state says how far messages and deliveries are.
func (s *storm) state() string {
	var messages, deliveries []struct {
		State string
		N     int
		Due   string
		Error string
	}
	err := s.town.DB.View(context.WithoutCancel(s.Context()), func(tx *store.Tx) error {
		err := tx.Model(&outbox.Message{}).Select("state, COUNT(*) AS n, MIN(due_at) AS due, MAX(last_error) AS error").Group("state").Find(&messages).Error
		return errors.Join(err, tx.Model(&notify.Delivery{}).Select("state, COUNT(*) AS n, MIN(due_at) AS due, MAX(last_error) AS error").Group("state").Find(&deliveries).Error)
	})
	return fmt.Sprint(messages, deliveries, err)
}

// settled waits until the database knows of every message, and gives how many went out again after a doubt.
func (s *storm) settled(n int) (repeats int64) {
	s.Helper()
	for deadline := time.Now().Add(5 * time.Minute); ; <-time.After(50 * time.Millisecond) {
		var sent int64
		err := s.town.DB.View(s.Context(), func(tx *store.Tx) error {
			if err := tx.Model(&notify.Delivery{}).Where("state = ?", notify.Sent).Count(&sent).Error; err != nil {
				return err
			}
			return tx.Model(&notify.Delivery{}).Select("COALESCE(SUM(repeats), 0)").Scan(&repeats).Error
		})
		if err != nil {
			s.Fatal(err)
		}
		if sent == int64(n) {
			return repeats
		}
		if time.Now().After(deadline) {
			s.Fatalf("%d of %d are recorded as sent", sent, n)
		}
	}
}

// counts gives how many messages each phone got of each subject that was missing or came more than once.
func (s *storm) counts(messages int) (missing, twice int) {
	s.Helper()
	s.booked()
	for _, n := range s.got {
		twice += n - 1
	}
	return s.people*messages - len(s.got), twice
}

// tell publishes notices from one number to another.
func (s *storm) tell(from, to int) {
	w := &world{Town: s.town, t: s.T, clock: modelstest.NewClock()}
	for i := from; i < to; i++ {
		w.tell(w.notice(int64(i + 1)))
	}
}

func (s *storm) wipe() {
	c := redis.NewUniversalClient(redisOptions(s.redis.Address))
	defer func() { _ = c.Close() }()
	modelstest.Wipe(s.T, c)
}

// stormPeople are told each message of a storm.
const stormPeople = 50

// stormSize is how many messages go to how many people; LINLI_STORM=50000 makes it that many deliveries.
func stormSize(t *testing.T) (people, messages int) {
	if testing.Short() {
		t.Skip("processes are killed in the whole suite")
	}
	total := 1500
	if text := os.Getenv("LINLI_STORM"); text != "" {
		var err error
		if total, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	return stormPeople, total / stormPeople
}

// TestRedisKilledAndWiped: each person gets each message exactly once, whatever happens to Redis, and a WeChat that hangs,
// talks nonsense or has had enough loses nothing. What it takes while it says that it does not comes once more, and no more.
func TestRedisKilledAndWiped(t *testing.T) {
	people, messages := stormSize(t)
	s, all := newStorm(t, people, messages), people*messages
	s.worker()
	s.worker()
	s.tell(0, messages/2)
	s.reach(all / 10)
	s.redis.Kill()
	s.tell(messages/2, messages)
	s.reach(all * 3 / 10)
	s.redis.Raise()
	const few = 4 // with one more in a row the client would let WeChat rest for a quarter of a minute
	for i, f := range []sandbox.Fault{{Mode: sandbox.TokenExpired, Count: 3}, {Mode: sandbox.Rate, Count: 40}, {Mode: sandbox.Garbage, Count: few}, {Mode: sandbox.Busy, Count: few}, {Mode: sandbox.Down, Count: few}, {Mode: sandbox.Slow, Count: few}, {Mode: sandbox.Lies, Count: few}} {
		if err := s.box.SetFault(f); err != nil {
			t.Fatal(err)
		}
		s.reach(all * (6 + i) / 16)
		s.wipe()
	}
	repeats := s.settled(all)
	missing, twice := s.counts(messages)
	if missing != 0 || twice > few {
		t.Errorf("%d messages are missing and %d came more than once, WeChat lied about %d; %d went out again after a doubt", missing, twice, few, repeats)
	}
	t.Logf("%d deliveries, Redis killed once and wiped seven times, 3 dead tokens, 40 refusals for the day's limit, %d each of nonsense, busy, cut, silent and lying: %d missing, %d came twice", all, few, missing, twice)
}

// TestWorkersKilled: nothing is missing, and what comes twice was in the air at a kill, and is known.
func TestWorkersKilled(t *testing.T) {
	const killed = 2
	people, messages := stormSize(t)
	s, all := newStorm(t, people, messages), people*messages
	kills := []func(){s.worker(), s.worker()}
	s.tell(0, messages)
	for i := range killed {
		s.reach(all * (i + 1) / 4)
		kills[0]()
		kills = append(kills[1:], s.worker())
	}
	repeats := s.settled(all)
	missing, twice := s.counts(messages)
	if most := killed * 8 * stormSenders; missing != 0 || int64(twice) > repeats || twice > most {
		t.Errorf("%d messages are missing; %d came twice, %d are known to have gone out again, %d could have been in the air", missing, twice, repeats, most)
	}
	t.Logf("%d deliveries, %d kills: %d in doubt went out again, %d came twice", all, killed, repeats, twice)
}
