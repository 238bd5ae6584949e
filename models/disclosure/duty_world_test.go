package disclosure_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// drawer takes every paper.
type drawer struct{}

func (drawer) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }
func (drawer) IDsFor(context.Context, string, int64) ([]int64, error)                   { return nil, nil }

// eye clears what does not say 脏话.
type eye struct{}

func (eye) Clean(_ context.Context, _, text string) (bool, error) {
	return !strings.Contains(text, "脏话"), nil
}

// world is a town with a board; its clock stands at 2026-03-02 10:00 in Shanghai.
type world struct {
	*modelstest.Town
	*disclosure.Service
	t         *testing.T
	clock     *modelstest.Clock
	company   org.Actor
	committee org.Actor
	community org.Actor
	bureau    org.Actor
	owner     org.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	w := &world{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), t: t, clock: clock}
	w.Service = disclosure.New(db, drawer{}).With(disclosure.Options{Pack: "duyun-2020", Check: eye{}, Blot: func(s string) string { return strings.ReplaceAll(s, "13812345678", "***") }})
	w.company, w.committee, w.community = w.Officer(w.Company, org.Head), w.Officer(w.Committee, org.Chair), w.Officer(w.Community, org.Clerk)
	w.bureau, w.owner = w.Officer(w.Code("housing-bureau"), org.Clerk), w.Resident(0, org.RoleOwner)
	return w
}

// value puts a local value in force from 2026-01-01.
func (w *world) value(key, value string) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: key, Value: value, Article: "试用", EffectiveOn: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), State: "confirmed", EnteredAt: tx.Now}).Error
	})
}

func (w *world) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// on moves the clock to ten in the morning of a day.
func (w *world) on(day string) {
	w.t.Helper()
	at := date(w.t, day).Start().Add(10 * time.Hour)
	if at.Before(w.clock.Now()) {
		w.t.Fatalf("%s has passed", day)
	}
	w.clock.Advance(at.Sub(w.clock.Now()))
}

// pass generates and ticks until nothing is left to do.
func (w *world) pass() {
	w.t.Helper()
	if _, err := w.Generate(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	for {
		n, err := w.Tick(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// duties gives the estate's instances of a code, the oldest first.
func (w *world) duties(code string) []disclosure.Duty {
	w.t.Helper()
	var rows []disclosure.Duty
	if err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		return tx.Where("estate_id = ? AND code = ?", w.Estate.ID, code).Order("from_on, id").Find(&rows).Error
	}); err != nil {
		w.t.Fatal(err)
	}
	return rows
}

func (w *world) one(code string) disclosure.Duty {
	w.t.Helper()
	rows := w.duties(code)
	if len(rows) != 1 {
		w.t.Fatalf("%s: %d instances", code, len(rows))
	}
	return rows[0]
}

func (w *world) row(code string) disclosure.RegisterRow {
	w.t.Helper()
	r, err := w.RegisterPublic(w.t.Context(), w.Estate.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, row := range r.Rows {
		if row.Code == code {
			return row
		}
	}
	w.t.Fatalf("the register has no %s", code)
	return disclosure.RegisterRow{}
}

// told gives the events of a kind about the estate.
func (w *world) told(kind string) []event.Duty {
	w.t.Helper()
	var list []event.Duty
	var rows []outbox.Message
	err := w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		return tx.Where("kind = ? AND estate_id = ?", kind, w.Estate.ID).Order("id").Find(&rows).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range rows {
		e, err := event.Decode(kind, []byte(r.Body))
		if err != nil {
			w.t.Fatal(err)
		}
		list = append(list, *e.(*event.Duty))
	}
	return list
}

// publish puts a notice on the board.
func (w *world) publish(a org.Actor, title string, to disclosure.Audience) int64 {
	w.t.Helper()
	n, err := w.Publish(w.t.Context(), a, disclosure.Draft{EstateID: w.Estate.ID, Kind: disclosure.Posting, Audience: to, Title: title, Body: "正文", ClientRef: title, InputHash: "h"})
	if err != nil {
		w.t.Fatal(err)
	}
	return n.ID
}

// line gives a notice a line of figures that can be asked about.
func (w *world) line(notice int64, version int, label string) int64 {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&disclosure.Figure{NoticeID: notice, Version: version, Seq: 1, Label: label, Book: "income", Codes: "income.revenue", Measure: disclosure.Received, FromOn: ptr(org.DayOf(on(1, 1).Start().Add(day / 2))), ToOn: org.DayOf(on(1, 31).Start().Add(day / 2)), Fen: 1}).Error
	})
	return notice
}
