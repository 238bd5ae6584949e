package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/store"
)

// TestOpenListsUseTheirKeys keeps the plan of what anybody may ask, over 50,000 cases of which one in twenty is
// public: a page walks the key that has its order, so that a stranger's question costs what its answer holds.
func TestOpenListsUseTheirKeys(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	b := &caseBench{app: e.app, ctx: t.Context(), town: e.town, rnd: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // made-up cases
	if err := b.seed(50_000); err != nil {
		t.Fatal(err)
	}
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Exec("UPDATE cases SET visibility = 'private' WHERE id % 20 <> 0").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.analyze(); err != nil {
		t.Fatal(err)
	}
	var seen []string
	err = e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Callback().Query().After("gorm:query").Register("test:open", func(g *gorm.DB) {
			seen = append(seen, g.Dialector.Explain(g.Statement.SQL.String(), g.Statement.Vars...))
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	now := e.db.Now()
	list := func(f complaint.OpenFilter) func() error {
		f.From, f.To, f.Limit = now.Add(-90*24*time.Hour), now, 100
		return func() error { _, err := e.complaints.ListOpen(t.Context(), f); return err }
	}
	for _, c := range []struct {
		what, from string
		do         func() error
		key        string
		sorts      bool
	}{
		{"all of 90 days", "FROM `cases`", list(complaint.OpenFilter{}), "cases_public", false},
		{"open", "FROM `cases`", list(complaint.OpenFilter{States: []string{"open"}}), "cases_public", false},
		{"one service", "FROM `cases`", list(complaint.OpenFilter{Matters: []string{"bench-00"}}), "cases_public|cases_created", false},
		{"a page further on", "FROM `cases`", list(complaint.OpenFilter{Offset: 1000}), "cases_public", false},
		{"by number", "FROM `cases`", list(complaint.OpenFilter{Numbers: []string{"B000000019", "B000000039"}}), "cases_number", true},
		{"updates of a day", "FROM `case_steps`", func() error {
			_, err := e.complaints.OpenUpdates(t.Context(), complaint.OpenFilter{From: now.Add(-24 * time.Hour), To: now, Limit: 100})
			return err
		}, "case_steps_at", false},
		{"updates of one case", "FROM `case_steps`", func() error {
			_, err := e.complaints.OpenUpdates(t.Context(), complaint.OpenFilter{Numbers: []string{"B000000019", "B000000039"}, From: time.Unix(0, 0).UTC(), To: now, Limit: 100})
			return err
		}, "cases_number", true},
	} {
		seen = nil
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		statement := ""
		for _, s := range seen {
			if strings.Contains(s, c.from) {
				statement = s
				break
			}
		}
		plan := explain(t, e.db, statement)
		if !slices.ContainsFunc(strings.Split(c.key, "|"), func(k string) bool { return strings.Contains(plan, k) }) {
			t.Errorf("%s does not use %s:\n%s\n%s", c.what, c.key, statement, plan)
		}
		if !c.sorts && (strings.Contains(plan, "filesort") || strings.Contains(plan, "FOR ORDER BY")) {
			t.Errorf("%s sorts what the key has in order:\n%s\n%s", c.what, statement, plan)
		}
	}
}
