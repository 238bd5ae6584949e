package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestListsUseTheirKeys keeps the plan of every work list over 50,000 cases: each walks the one key that has its order,
// so that a page costs what the page holds and not what the city has.
func TestListsUseTheirKeys(t *testing.T) {
	e := newEngine(t)
	b := &caseBench{app: e.app, ctx: t.Context(), town: e.town, rnd: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // made-up cases
	if err := b.seed(50_000); err != nil {
		t.Fatal(err)
	}
	for n := 1; n > 0; {
		var err error
		if n, err = e.complaints.IndexTexts(t.Context(), 10_000); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.analyze(); err != nil {
		t.Fatal(err)
	}
	var seen []string
	err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Callback().Query().After("gorm:query").Register("test:seen", func(g *gorm.DB) {
			seen = append(seen, g.Dialector.Explain(g.Statement.SQL.String(), g.Statement.Vars...))
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	list := func(f complaint.Filter) func(org.Actor) error {
		f.Limit = 21
		return func(a org.Actor) error { _, err := e.complaints.List(t.Context(), a, f); return err }
	}
	search := func(text string) func(org.Actor) error {
		return func(a org.Actor) error {
			_, err := e.complaints.Search(t.Context(), a, text, complaint.Filter{List: complaint.AllCases, Limit: 20})
			return err
		}
	}
	for _, c := range []struct {
		who, what string
		do        func(org.Actor) error
		key       string
	}{
		{"community", "waiting", list(complaint.Filter{List: complaint.WaitingCases}), "case_parties_waiting"},
		{"department_urban_enforcement", "waiting", list(complaint.Filter{List: complaint.WaitingCases}), "case_parties_waiting"},
		{"community", "unit", list(complaint.Filter{List: complaint.UnitCases}), "case_parties_open"},
		{"community", "mine", list(complaint.Filter{List: complaint.PostCases}), "case_parties_post"},
		{"community", "area", list(complaint.Filter{List: complaint.AreaCases}), "cases_community"},
		{"township", "area", list(complaint.Filter{List: complaint.AreaCases}), "cases_township"},
		{"bureau", "area", list(complaint.Filter{List: complaint.AreaCases}), "cases_queue"},
		{"bureau", "all", list(complaint.Filter{List: complaint.AllCases}), "PRIMARY"},
		{"bureau", "all of an estate", list(complaint.Filter{List: complaint.AllCases, EstateID: b.estates[3].ID}), "cases_estate"},
		{"community", "search", search("电梯停运"), "PRIMARY"},
		{"bureau", "search of something rare", search("凤凰树"), "PRIMARY"},
	} {
		a, err := e.sessions.Staff(t.Context(), e.town.actors[c.who].Token, 0)
		if err != nil {
			t.Fatal(err)
		}
		seen = nil
		if err := c.do(a); err != nil {
			t.Fatal(err)
		}
		statement := ""
		for _, s := range seen {
			if strings.Contains(s, "FROM `cases`") || strings.Contains(s, "FROM case_grams g") {
				statement = s
				break
			}
		}
		plan := explain(t, e.db, statement)
		if !strings.Contains(plan, c.key) {
			t.Errorf("%s, %s does not use %s:\n%s\n%s", c.who, c.what, c.key, statement, plan)
		}
		if strings.Contains(plan, "filesort") || strings.Contains(plan, "FOR ORDER BY") {
			t.Errorf("%s, %s sorts what the key has in order:\n%s\n%s", c.who, c.what, statement, plan)
		}
	}
}

// explain gives a statement's plan with the names of the keys that it uses. SQLite says "INTEGER PRIMARY KEY" or nothing
// for a table that it walks by its key.
func explain(t *testing.T, db *store.DB, statement string) string {
	t.Helper()
	var out strings.Builder
	err := db.View(t.Context(), func(tx *store.Tx) error {
		var rows []map[string]any
		if tx.Dialect == store.SQLite {
			if err := tx.Raw("EXPLAIN QUERY PLAN " + statement).Scan(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				line := fmt.Sprint(r["detail"])
				if strings.HasPrefix(line, "SCAN cases") && !strings.Contains(line, "INDEX") || strings.Contains(line, "PRIMARY KEY") {
					line += " PRIMARY"
				}
				out.WriteString(line + "\n")
			}
			return nil
		}
		if err := tx.Raw("EXPLAIN " + statement).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			fmt.Fprintf(&out, "%s key %s rows %v %v\n", r["table"], r["key"], r["rows"], r["Extra"])
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return out.String()
}
