package campaign_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
)

// carrier is a provider that counts what each address receives; fail decides what happens instead.
type carrier struct {
	mu      sync.Mutex
	got     map[string]int
	keys    map[string]int
	letters map[string]string
	fail    func(to string) error
	wait    func()
}

func (c *carrier) Send(_ context.Context, out notify.Outgoing) (string, error) {
	if c.wait != nil {
		c.wait()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		if err := c.fail(out.To); err != nil {
			return "", err
		}
	}
	c.got[out.To]++
	c.letters[out.To] = out.Letter
	c.keys[out.Key]++
	return "p-" + out.Key, nil
}

func (c *carrier) to(address string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got[address]
}

func (c *carrier) total() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.got {
		n += k
	}
	return n
}

func newCarrier() *carrier {
	return &carrier{got: map[string]int{}, keys: map[string]int{}, letters: map[string]string{}}
}

// photos attach whatever they are asked to; what the file service does is tested there.
type photos struct{}

func (photos) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }

// Sum is what a photo of that number would have.
func (photos) Sum(_ *store.Tx, id int64) (string, error) { return fmt.Sprintf("%064d", id), nil }

type world struct {
	*modelstest.Town
	t          *testing.T
	clock      *modelstest.Clock
	redis      redis.UniversalClient
	mini, sms  *carrier
	stock      map[int64]bool
	quiet      plan.Quiet
	meanwhile  func()           // while a forecast is made
	consents   *consent.Service // nil where WeChat asks for none
	svc        *campaign.Service
	inbox      *inbox.Service
	d          *notify.Dispatcher
	chair      org.Actor // of the committee
	member     org.Actor
	clerk      org.Actor // of the community
	manager    org.Actor // of the company
	numberings int
}

func newWorld(t *testing.T, change ...func(*world)) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	w := &world{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), t: t, clock: clock, redis: modelstest.Redis(t), mini: newCarrier(), sms: newCarrier()}
	for _, f := range change {
		f(w)
	}
	w.svc = campaign.New(campaign.Options{DB: db, Vault: w.Vault, Files: photos{}, Pack: "duyun-2020", SMS: true, Quiet: w.quiet, Log: slog.New(slog.DiscardHandler),
		Blot: complaint.ForAnybody, Lines: func(context.Context, int64) ([]campaign.Line, error) {
			return []campaign.Line{{Name: "社区", Phone: "0854-8221234"}}, nil
		},
		Text: func(title, place, letter string) string { return title + "/" + place + "/" + letter },
		Stock: func(_ *store.Tx, _ string, _ event.Priority, persons []int64) (map[int64]bool, error) {
			if w.meanwhile != nil {
				w.meanwhile()
			}
			has := map[int64]bool{}
			for _, p := range persons {
				has[p] = w.stock == nil || w.stock[p]
			}
			return has, nil
		}})
	w.inbox = inbox.New(db)
	w.inbox.OnRead(w.svc.Read)
	w.d = w.dispatcher()
	w.svc.Through(w.d)
	w.chair, w.member = w.Officer(w.Committee, org.Chair), w.Officer(w.Committee, org.Member)
	w.clerk, w.manager = w.Officer(w.Community, org.Clerk), w.Officer(w.Company, org.Head)
	return w
}

func (w *world) dispatcher() *notify.Dispatcher { return w.dispatcherWith(w.svc.Addressees) }

func (w *world) dispatcherWith(who notify.Addressees) *notify.Dispatcher {
	ways := map[plan.Channel]*notify.Way{
		plan.Mini: {Channel: w.mini, Addresses: notify.Accounts(org.MiniProgram), Templates: map[string]string{"notice": "notice"}, Consents: w.consents},
		plan.SMS:  {Channel: w.sms, Addresses: org.New(w.DB, w.Vault, nil, nil).Phones, Roster: w.svc.Phones, Letters: w.svc.Links},
	}
	return notify.New(notify.Options{DB: w.DB, Redis: w.redis, Ways: ways, Senders: 8, Log: slog.New(slog.DiscardHandler), Addressees: who, Admit: w.svc.Admit, Quiet: w.quiet})
}

func (w *world) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// owner is somebody whom the roster names: with an account, a phone, or neither.
type owner struct {
	person org.Actor
	phone  string
}

// own gives units to owners as one set.
func (w *world) own(owners []owner, units ...int) org.OwnerSet {
	w.t.Helper()
	set := org.OwnerSet{EstateID: w.Estate.ID, Kind: "natural", Fingerprint: fmt.Sprint("f", w.numberings)}
	w.numberings++
	w.tx(func(tx *store.Tx) error {
		set.CreatedAt = tx.Now
		if err := tx.Create(&set).Error; err != nil {
			return err
		}
		for i, o := range owners {
			row := org.Owner{EstateID: w.Estate.ID, OwnerSetID: set.ID, Position: i + 1, NameSealed: w.Vault.Seal("王小明", "owners.name"), PhoneSealed: w.Vault.Seal(o.phone, "owners.phone"),
				PhoneIndex: w.Vault.Index("phone", o.phone), PersonID: o.person.PersonID, CreatedAt: tx.Now}
			if err := tx.Create(&row).Error; err != nil {
				return err
			}
		}
		for _, u := range units {
			if err := w.give(tx, set.ID, w.Units[u].ID); err != nil {
				return err
			}
		}
		return nil
	})
	return set
}

func (w *world) give(tx *store.Tx, set, unit int64) error {
	return tx.Create(&org.Ownership{EstateID: w.Estate.ID, UnitID: unit, OwnerSetID: set, Since: tx.Now, CurrentUnit: &unit, Cause: "roster"}).Error
}

// build adds units to the building until it has n.
func (w *world) build(n int) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		for len(w.Units) < n {
			u := org.Unit{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Entrance: "2", Number: fmt.Sprint(len(w.Units) + 1), AreaMilli: 80_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
			w.Units = append(w.Units, u)
		}
		return nil
	})
}

// once is a new intention.
func (w *world) once() campaign.Once {
	w.numberings++
	return campaign.Once{ClientRef: fmt.Sprint("o", w.numberings), InputHash: "h"}
}

// crowd makes n units, each with an owner who has an account.
func (w *world) crowd(n int) []org.Actor {
	w.t.Helper()
	w.build(n)
	people := make([]org.Actor, n)
	for i := range n {
		people[i] = w.Person()
		w.own([]owner{{person: people[i]}}, i)
	}
	return people
}

// words are a campaign to the whole estate.
func (w *world) words(change ...func(*campaign.Words)) campaign.Words {
	w.numberings++
	x := campaign.Words{EstateID: w.Estate.ID, Title: "停水通知", Body: "明天上午停水，请提前储水。", Kind: "notice", Audience: campaign.Owners, Channels: []campaign.Channel{plan.Mini, plan.SMS, campaign.Letter, campaign.Visit},
		ClientRef: fmt.Sprint("c", w.numberings), InputHash: "h"}
	for _, f := range change {
		f(&x)
	}
	return x
}

func (w *world) write(change ...func(*campaign.Words)) *campaign.Campaign {
	w.t.Helper()
	c, err := w.svc.Write(w.t.Context(), w.member, w.words(change...))
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// launch writes a campaign, has it approved and chooses its seats; nothing is sent yet.
func (w *world) launch(change ...func(*campaign.Words)) *campaign.Campaign {
	w.t.Helper()
	c := w.write(change...)
	if _, err := w.svc.Submit(w.t.Context(), w.member, c.ID); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.svc.Approve(w.t.Context(), w.chair, c.ID, 1); err != nil {
		w.t.Fatal(err)
	}
	w.tick()
	return w.again(c)
}

func (w *world) tick() {
	w.t.Helper()
	for more := true; more; {
		var err error
		if more, err = w.svc.Tick(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) drain() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	if err := w.d.Drain(ctx); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) again(c *campaign.Campaign) *campaign.Campaign {
	w.t.Helper()
	var now campaign.Campaign
	w.tx(func(tx *store.Tx) error { return tx.Where("id = ?", c.ID).Take(&now).Error })
	return &now
}

func (w *world) rows(c *campaign.Campaign, p campaign.Pick) []campaign.Row {
	w.t.Helper()
	_, rows, err := w.svc.Evidence(w.t.Context(), w.chair, c.ID, p, 0, 500)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// seat is the row of an owner set.
func (w *world) seat(c *campaign.Campaign, set org.OwnerSet) campaign.Row {
	w.t.Helper()
	rows := w.rows(c, campaign.AllSeats)
	i := slices.IndexFunc(rows, func(r campaign.Row) bool { return r.OwnerSetID == set.ID })
	if i < 0 {
		w.t.Fatalf("no row for the owners %d", set.ID)
	}
	return rows[i]
}

// read opens everything in a person's inbox.
func (w *world) read(a org.Actor) int {
	w.t.Helper()
	a.Post = nil
	items, err := w.inbox.List(w.t.Context(), a, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	ids := make([]int64, len(items))
	for i, x := range items {
		ids[i] = x.ID
	}
	if len(ids) == 0 {
		return 0
	}
	if _, err := w.inbox.MarkRead(w.t.Context(), a, ids); err != nil {
		w.t.Fatal(err)
	}
	return len(ids)
}

func (w *world) openID(a org.Actor) string {
	w.t.Helper()
	var ids map[int64]string
	w.tx(func(tx *store.Tx) (err error) {
		ids, err = org.OpenIDs(tx, org.MiniProgram, []int64{a.PersonID})
		return err
	})
	return ids[a.PersonID]
}

// states counts the deliveries by their state.
func (w *world) states() map[notify.State]int {
	w.t.Helper()
	var rows []notify.Delivery
	w.tx(func(tx *store.Tx) error { return tx.Find(&rows).Error })
	by := map[notify.State]int{}
	for _, r := range rows {
		by[r.State]++
	}
	return by
}

// message is that of a campaign's latest run.
func (w *world) message(c *campaign.Campaign) int64 {
	w.t.Helper()
	var r campaign.Run
	w.tx(func(tx *store.Tx) error { return tx.Where("campaign_id = ?", c.ID).Order("number DESC").Take(&r).Error })
	return r.MessageID
}
