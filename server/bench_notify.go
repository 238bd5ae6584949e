package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
)

type benchNotifyCmd struct {
	People int `default:"100000" help:"一次通知多少人"`
	Rounds int `default:"3" help:"量几轮"`
}

// Run tells everybody of one large estate something, through a channel that takes each message at once, and prints how fast
// inbox items and deliveries are written and recorded as sent; how long a danger alarm takes meanwhile; and how fast the same
// Redis reads and acknowledges bare stream entries. It needs an empty database.
func (c benchNotifyCmd) Run(e *environment) error {
	dir, err := os.MkdirTemp("", "linli-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	e.cfg.Data, e.cfg.WeChatMiniID = dir, ""
	return e.withApp(func(a *app) error {
		if err := a.onlyDemo(e.ctx); err != nil {
			return err
		}
		if _, err := a.db.Migrate(e.ctx); err != nil {
			return err
		}
		town, err := newDemoTown(e.ctx, a)
		if err != nil {
			return err
		}
		if err := a.dispatcher.Drain(e.ctx); err != nil { // what the demo town tells is not measured
			return err
		}
		b := &notifyBench{app: a, town: town, people: c.People}
		if err := b.seed(e.ctx); err != nil {
			return err
		}
		say := func(format string, args ...any) error { _, err := fmt.Fprintf(e.out, format+"\n", args...); return err }
		if err := say("database %s: one event to %d people, sent by a channel that takes each at once", a.db.Dialect, c.People); err != nil {
			return err
		}
		for round := range c.Rounds {
			if err := b.round(e.ctx, int64(round+1), say); err != nil {
				return err
			}
		}
		rate, err := streamRate(e.ctx, a.redis, c.People)
		if err != nil {
			return err
		}
		return say("reference: bare stream entries read and acknowledged, 50 at a time, on the same Redis: %.0f/s", rate)
	})
}

// instantPhone takes every message at once, counts them, and knows when each complaint came.
type instantPhone struct {
	took atomic.Int64 // but complaints
	mu   sync.Mutex
	came map[string]time.Time // by receipt number
}

// Send takes a message.
func (p *instantPhone) Send(_ context.Context, out notify.Outgoing) (string, error) {
	n := out.Data["character_string1"]
	if n == "" {
		p.took.Add(1)
		return out.Key, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.came[n]; !known {
		p.came[n] = time.Now()
	}
	return out.Key, nil
}

func (p *instantPhone) complaints() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.came)
}

type notifyBench struct {
	*app
	town   *demoTown
	people int
	estate org.Estate
}

// consentsEach is how many messages each resident has allowed.
const consentsEach = 100

// seed gives one estate its residents, each with an account and consents.
func (b *notifyBench) seed(ctx context.Context) error {
	return b.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.Where("id = ?", b.town.actors["owner"].Estate).Take(&b.estate).Error; err != nil {
			return err
		}
		officer := org.Identity{PersonID: b.town.actors["community"].person, Provider: org.ServiceAccount, OpenID: "bench-officer", Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}
		if err := tx.Create(&officer).Error; err != nil {
			return err
		}
		for done := 0; done < b.people; done += 5000 {
			var people []org.Person
			var accounts []org.Identity
			var homes []org.Residence
			var allowed []consent.Subscription
			for i := range min(5000, b.people-done) {
				people = append(people, org.Person{PhoneIndex: fmt.Sprint("bench", done+i), CreatedAt: tx.Now})
			}
			if err := tx.CreateInBatches(&people, 1000).Error; err != nil {
				return err
			}
			for _, p := range people {
				living := fmt.Sprintf("%d/%d/owner", p.ID, p.ID)
				accounts = append(accounts, org.Identity{PersonID: p.ID, Provider: org.MiniProgram, OpenID: fmt.Sprint("bench-", p.ID), Active: true, SeenAt: tx.Now, CreatedAt: tx.Now})
				allowed = append(allowed, consent.Subscription{OpenID: fmt.Sprint("bench-", p.ID), Template: "notice", PersonID: p.ID, Stock: consentsEach})
				homes = append(homes, org.Residence{EstateID: b.estate.ID, UnitID: p.ID, PersonID: p.ID, Role: org.RoleOwner, Basis: "roster", Since: tx.Now, Living: &living})
			}
			if err := tx.CreateInBatches(&accounts, 1000).Error; err != nil {
				return err
			}
			if err := tx.CreateInBatches(&homes, 1000).Error; err != nil {
				return err
			}
			if err := tx.CreateInBatches(&allowed, 1000).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// round carries one event to everybody, with an alarm every 50 ms meanwhile, from the same estate and from others.
func (b *notifyBench) round(ctx context.Context, n int64, say func(string, ...any) error) error {
	residents, offices := &instantPhone{came: map[string]time.Time{}}, &instantPhone{came: map[string]time.Time{}}
	ways := b.ways()
	ways[plan.Mini].Channel, ways[plan.Service].Channel = residents, offices
	d := notify.New(notify.Options{DB: b.db, Redis: b.redis, Ways: ways, Shards: int(b.cfg.Shards.N), Log: b.log})
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { d.Run(ctx) })
	began := time.Now()
	id, err := b.tell(ctx, event.NoticePublished{NoticeID: n, EstateID: b.estate.ID, EstateName: b.estate.Name, Sort: "公告", Title: "停水通知", PublisherName: "社区", At: b.db.Now()})
	if err != nil {
		return err
	}
	calm, told := make(chan struct{}), map[string]time.Time{}
	var raising sync.WaitGroup
	var failed error
	raising.Go(func() { failed = b.raise(ctx, n, told, calm) })
	written, err := b.until(ctx, func(tx *store.Tx) (bool, error) {
		var open int64
		err := tx.Model(&outbox.Message{}).Where("id = ? AND state <> ?", id, outbox.Done).Count(&open).Error
		return open == 0, err
	})
	if err != nil {
		return err
	}
	quiet := func(tx *store.Tx) (bool, error) {
		if residents.took.Load() < int64(b.people) { // counting what waits is not free
			return false, nil
		}
		var unsent int64
		err := tx.Model(&notify.Delivery{}).Where("state IN ?", []notify.State{notify.Waiting, notify.Unknown}).Where("priority = ?", event.Bulk).Count(&unsent).Error
		return unsent == 0, err
	}
	sent, err := b.until(ctx, quiet)
	if err != nil {
		return err
	}
	close(calm)
	raising.Wait()
	if failed != nil {
		return failed
	}
	_, err = b.until(ctx, func(*store.Tx) (bool, error) { return offices.complaints() >= len(told), nil })
	if err != nil {
		return err
	}
	stop()
	running.Wait()
	var waits []time.Duration
	for number, at := range told {
		waits = append(waits, offices.came[number].Sub(at))
	}
	slices.SortFunc(waits, cmp.Compare)
	p := func(q int) time.Duration { return waits[(len(waits)-1)*q/100].Round(100 * time.Microsecond) }
	rate := func(at time.Time) float64 { return float64(b.people) / at.Sub(began).Seconds() }
	return say("round %d: written in %.2f s (%.0f people/s), all recorded as sent in %.2f s (%.0f deliveries/s); %d alarms meanwhile: median %v, 99th percentile %v, slowest %v; peak memory %d MiB",
		n, written.Sub(began).Seconds(), rate(written), sent.Sub(began).Seconds(), rate(sent), len(waits), p(50), p(99), p(100), peakMiB())
}

// until asks every 10 ms whether something is so and tells when it was.
func (b *notifyBench) until(ctx context.Context, is func(*store.Tx) (bool, error)) (time.Time, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		yes := false
		err := b.db.View(ctx, func(tx *store.Tx) (err error) { yes, err = is(tx); return err })
		if yes || err != nil {
			return time.Now(), err
		}
		select {
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		case <-tick.C:
		}
	}
}

func (b *notifyBench) tell(ctx context.Context, e event.Event) (id int64, err error) {
	err = b.db.InTx(ctx, func(tx *store.Tx) error {
		if err := outbox.Append(tx, e); err != nil {
			return err
		}
		return tx.Model(&outbox.Message{}).Select("MAX(id)").Scan(&id).Error
	})
	return id, err
}

// raise tells of danger every 50 ms until calm is closed.
func (b *notifyBench) raise(ctx context.Context, round int64, told map[string]time.Time, calm <-chan struct{}) error {
	lead, err := b.town.code("demo-community")
	if err != nil {
		return err
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for i := int64(0); ; i++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-calm:
			return nil
		case <-tick.C:
		}
		number := fmt.Sprintf("A%d-%d", round, i)
		told[number] = time.Now()
		_, err := b.tell(ctx, event.CaseFiled{Case: event.Case{CaseID: round<<20 + i, Number: number, EstateID: b.estate.ID + i%4, EstateName: b.estate.Name, Matter: "燃气泄漏", LeadID: lead.ID, LeadName: lead.Name,
			PersonIDs: []int64{b.town.actors["owner"].person}, Urgent: true, At: b.db.Now()}})
		if err != nil {
			return err
		}
	}
}

// streamRate reads and acknowledges n entries of one stream as the dispatcher does, with nothing done for them.
func streamRate(ctx context.Context, r redis.UniversalClient, n int) (float64, error) {
	const key, group = "bench:{raw}", "bench"
	defer r.Del(context.WithoutCancel(ctx), key)
	if err := r.XGroupCreateMkStream(ctx, key, group, "0").Err(); err != nil {
		return 0, err
	}
	for done := 0; done < n; done += 1000 {
		pipe := r.Pipeline()
		for i := range min(1000, n-done) {
			pipe.XAdd(ctx, &redis.XAddArgs{Stream: key, Values: []any{"id", done + i}})
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	for read := 0; read < n; {
		res, err := r.XReadGroup(ctx, &redis.XReadGroupArgs{Group: group, Consumer: "one", Streams: []string{key, ">"}, Count: 50, Block: time.Second}).Result()
		if err != nil {
			return 0, err
		}
		ids := make([]string, len(res[0].Messages))
		for i, m := range res[0].Messages {
			ids[i] = m.ID
		}
		if err := r.XAck(ctx, key, group, ids...).Err(); err != nil {
			return 0, err
		}
		read += len(ids)
	}
	return float64(n) / time.Since(began).Seconds(), nil
}
