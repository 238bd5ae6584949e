package consent_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
)

const (
	progress  = "case_progress"
	residency = "residency"
	notice    = "notice"
)

// ids are what WeChat calls the templates.
var ids = map[string]consent.Provided{progress: {ID: "tpl-progress"}, residency: {ID: "tpl-residency"}, notice: {ID: "tpl-notice"}, "staff_case": {ID: "tpl-staff"}}

// world is a ledger with a clock that the test turns.
type world struct {
	t     testing.TB
	db    *store.DB
	dsn   string
	clock *modelstest.Clock
	s     *consent.Service
	refs  int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, dsn: modelstest.DSN(t), clock: modelstest.NewClock()}
	modelstest.Migrated(t, w.dsn)
	var err error
	w.db, err = store.Open(context.Background(), store.Options{DSN: w.dsn, Now: w.clock.Now, OnSQL: modelstest.Record(), MaxOpen: 16})
	w.must(err)
	t.Cleanup(func() { _ = w.db.Close() })
	w.s = consent.New(w.db, ids, slog.New(slog.DiscardHandler))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tx(f func(*store.Tx) error) {
	w.t.Helper()
	w.must(w.db.InTx(context.Background(), f))
}

// people makes people with an account each.
func (w *world) people(n int) []org.Actor {
	w.t.Helper()
	var list []org.Actor
	w.tx(func(tx *store.Tx) error {
		list = nil
		persons := make([]org.Person, n)
		for i := range persons {
			persons[i].CreatedAt = tx.Now
		}
		if err := tx.Create(&persons).Error; err != nil {
			return err
		}
		accounts := make([]org.Identity, n)
		for i, p := range persons {
			// The order of the accounts is not that of the people.
			openID := fmt.Sprintf("o%03d-%d", (p.ID*7919)%1000, p.ID)
			accounts[i] = org.Identity{PersonID: p.ID, Provider: org.MiniProgram, OpenID: openID, Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}
			list = append(list, org.Actor{PersonID: p.ID, OpenID: openID, Surface: "miniapp", Consented: true})
		}
		return tx.Create(&accounts).Error
	})
	return list
}

func (w *world) person() org.Actor { return w.people(1)[0] }

func persons(list []org.Actor) []int64 {
	out := make([]int64, len(list))
	for i, a := range list {
		out[i] = a.PersonID
	}
	return out
}

// popup is the push of a tap, at a second of its own.
func (w *world) popup(a org.Actor, status string, names ...string) consent.Event {
	w.refs++
	e := consent.Event{Name: consent.Popup, OpenID: a.OpenID, At: w.clock.Now().Add(time.Duration(w.refs) * time.Second)}
	for _, n := range names {
		e.Choices = append(e.Choices, consent.Choice{TemplateID: ids[n].ID, Status: status})
	}
	return e
}

// report is what the client says of a tap.
func (w *world) report(answer string, names ...string) consent.Report {
	w.refs++
	r := consent.Report{ClientRef: fmt.Sprint("ref", w.refs)}
	for _, n := range names {
		r.Results = append(r.Results, consent.Result{TemplateID: ids[n].ID, Answer: answer})
	}
	return r
}

func (w *world) push(e consent.Event) {
	w.t.Helper()
	w.must(w.s.Push(context.Background(), e))
}

func (w *world) tell(a org.Actor, r consent.Report) {
	w.t.Helper()
	w.must(w.s.Report(context.Background(), a, r))
}

// earn gives somebody consents, by taps that lie far apart.
func (w *world) earn(a org.Actor, n int, names ...string) {
	w.t.Helper()
	for range n {
		w.push(w.popup(a, "accept", names...))
	}
}

func (w *world) row(a org.Actor, name string) consent.Subscription {
	w.t.Helper()
	var rows []consent.Subscription
	w.must(w.db.View(context.Background(), func(tx *store.Tx) error {
		return tx.Where("open_id = ? AND template = ?", a.OpenID, name).Find(&rows).Error
	}))
	if len(rows) == 0 {
		return consent.Subscription{}
	}
	return rows[0]
}

func (w *world) stock(a org.Actor, name string, want int) {
	w.t.Helper()
	if got := w.row(a, name).Stock; got != want {
		w.t.Errorf("%s: %d consents of %s, want %d", a.OpenID, got, name, want)
	}
}

func (w *world) entries(a org.Actor, name string) (list []consent.Entry) {
	w.t.Helper()
	w.must(w.db.View(context.Background(), func(tx *store.Tx) error {
		return tx.Where("open_id = ? AND template = ?", a.OpenID, name).Order("id").Find(&list).Error
	}))
	return list
}

func (w *world) reserve(name string, p event.Priority, list ...org.Actor) (granted map[int64]bool) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) (err error) {
		granted, err = w.s.Reserve(tx, name, p, persons(list))
		return err
	})
	return granted
}

func (w *world) giveBack(name string, list ...org.Actor) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error { return w.s.Return(tx, name, persons(list)) })
}

func (w *world) refuse(name string, list ...org.Actor) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error { return w.s.Refused(tx, name, persons(list)) })
}

func (w *world) ask(a org.Actor, m consent.Moment) []string {
	w.t.Helper()
	offers, err := w.s.Ask(context.Background(), a, m)
	w.must(err)
	var list []string
	for _, o := range offers {
		id := o.TemplateID
		if o.Silent {
			id += "!"
		}
		list = append(list, id)
	}
	return list
}
