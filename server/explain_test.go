package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// planned is a list whose plan is kept: who asks for it, and the keys that its statements over the large tables use.
type planned struct {
	who, what string
	do        func(org.Actor) error
	keys      []string // one for each statement over the cases, in their order; "a|b" where either serves
	sorts     bool     // a small set may be sorted: the open cases of an area, those of an estate, what waits for a review
}

// TestListsUseTheirKeys keeps the plan of every list of complaints over 50,000 cases: each walks the one key that has its
// order, so that a page costs what the page holds and not what the city has.
func TestListsUseTheirKeys(t *testing.T) {
	t.Parallel()
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
	seen := e.record(t)
	for _, c := range b.planned(e) {
		var a org.Actor
		var err error
		if e.town.actors[c.who].Surface == "office" {
			a, err = e.sessions.Staff(t.Context(), e.town.actors[c.who].Token, 0)
		} else {
			a, err = e.sessions.Resident(t.Context(), e.town.actors[c.who].Token)
		}
		if err != nil {
			t.Fatal(err)
		}
		*seen = nil
		if err := c.do(a); err != nil {
			t.Fatal(err)
		}
		statements := slices.DeleteFunc(slices.Clone(*seen), func(s string) bool { return !walks(s) })
		if len(statements) < len(c.keys) {
			t.Errorf("%s, %s sends %d statements over the cases, want %d: %q", c.who, c.what, len(statements), len(c.keys), *seen)
			continue
		}
		for i, keys := range c.keys {
			plan := explain(t, e.db, statements[i])
			if strings.Contains(plan, "Impossible WHERE") {
				continue // the server sees that nothing can fit
			}
			if !slices.ContainsFunc(strings.Split(keys, "|"), func(k string) bool { return strings.Contains(plan, k) }) {
				t.Errorf("%s, %s does not use %s:\n%s\n%s", c.who, c.what, keys, statements[i], plan)
			}
			if !c.sorts && (strings.Contains(plan, "filesort") || strings.Contains(plan, "FOR ORDER BY")) {
				t.Errorf("%s, %s sorts what the key has in order:\n%s\n%s", c.who, c.what, statements[i], plan)
			}
		}
	}
}

// walks reports whether a statement goes over the cases in an order, rather than fetching some that are known.
func walks(s string) bool {
	return strings.Contains(s, "ORDER BY") && (strings.Contains(s, "FROM `cases`") || strings.Contains(s, "FROM case_grams g") || strings.Contains(s, "FROM `case_parties`") || strings.Contains(s, "FROM `case_complainants`"))
}

// record keeps every query that is sent from now on.
func (e *engine) record(t *testing.T) *[]string {
	t.Helper()
	var seen []string
	err := e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Callback().Query().After("gorm:query").Register("test:seen", func(g *gorm.DB) {
			seen = append(seen, g.Dialector.Explain(g.Statement.SQL.String(), g.Statement.Vars...))
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return &seen
}

// planned are the lists: those of open work, all with each filter for each kind of office, searches, and the residents'.
func (b *caseBench) planned(e *engine) []planned {
	ctx := b.ctx
	list := func(f complaint.Filter) func(org.Actor) error {
		f.Limit = 21
		return func(a org.Actor) error { _, err := e.complaints.List(ctx, a, f); return err }
	}
	search := func(text string, l complaint.WorkList) func(org.Actor) error {
		return func(a org.Actor) error {
			_, err := e.complaints.Search(ctx, a, text, complaint.Filter{List: l, Limit: 20})
			return err
		}
	}
	const department, company, committee = "department_urban_enforcement", "company", "committee_chair"
	var all []planned
	for _, who := range []string{"community", "township", "bureau", department, company, committee} {
		all = append(all, planned{who, "waiting", list(complaint.Filter{List: complaint.WaitingCases}), []string{"case_parties_waiting"}, false},
			planned{who, "unit", list(complaint.Filter{List: complaint.UnitCases}), []string{"case_parties_open"}, false},
			planned{who, "mine", list(complaint.Filter{List: complaint.PostCases}), []string{"case_parties_post"}, false})
	}
	areas := map[string]string{"community": "cases_community", "township": "cases_township", "bureau": "cases_queue", committee: "cases_estate_queue"}
	for who, key := range areas {
		all = append(all, planned{who, "area", list(complaint.Filter{List: complaint.AreaCases}), []string{key}, false})
	}
	// Each way to see a case is a walk of its own: as a party, and in the area. The whole city's is chosen by what is asked.
	const party = "case_parties_organisation"
	ways := map[string][]string{"community": {party, "cases_by_community"}, "township": {party, "cases_by_township"}, committee: {party, "cases_estate"}, department: {party}, company: {party}}
	for _, f := range b.filters() {
		what := "all" + more(f)
		value := ""
		for _, v := range []struct {
			on  bool
			key string
		}{{f.EstateID != 0, "cases_estate|cases_estate_queue"}, {f.State != "", "cases_by_state"}, {f.Matter != "", "cases_by_matter"}, {f.Source != "", "cases_by_source"}, {f.LeadID != 0, "cases_by_lead"},
			{f.Urgent, "cases_by_urgent"}, {f.Overdue, "cases_queue|cases_by_state|cases_township|cases_community|cases_estate_queue"}, {!f.From.IsZero(), "PRIMARY"}} {
			if v.on {
				value += "|" + v.key
			}
		}
		all = append(all, planned{"bureau", what, list(f), dated(f, []string{"PRIMARY" + value}), f.Overdue || f.EstateID != 0})
		for who, keys := range ways {
			keys = slices.Clone(keys)
			for i, k := range keys {
				switch { // where a value is rarer than the area, its key serves as well
				case k != party:
					keys[i] += value
				case f.Overdue:
					keys[i] += "|case_parties_open"
				}
			}
			all = append(all, planned{who, what, list(f), dated(f, keys), f.Overdue || f.EstateID != 0})
		}
	}
	for _, who := range []string{"community", "township", "bureau", department} {
		for _, l := range []complaint.WorkList{complaint.AllCases, complaint.WaitingCases, complaint.AreaCases} {
			all = append(all, planned{who, "search in " + string(l), search("电梯停运", l), []string{"grams"}, l != complaint.AllCases || who == department})
		}
	}
	all = append(all, planned{"bureau", "search of something rare", search("凤凰树", complaint.AllCases), []string{"grams"}, false})
	estate := b.town.actors["owner"].Estate
	return append(all,
		planned{"owner", "own", func(a org.Actor) error {
			_, err := e.complaints.ListOwn(ctx, a, complaint.Filter{Limit: 21})
			return err
		}, []string{"case_complainants_person"}, false},
		planned{"owner", "neighbours", func(a org.Actor) error {
			_, err := e.complaints.ListNeighbours(ctx, a, estate, complaint.Filter{Limit: 21})
			return err
		}, []string{"cases_estate|cases_estate_queue"}, true},
		planned{"owner", "similar", func(a org.Actor) error {
			_, err := e.complaints.ListSimilar(ctx, a, complaint.Draft{EstateID: estate, Text: "三单元电梯停运两天"})
			return err
		}, []string{"cases_estate|cases_estate_queue"}, true},
		planned{"bureau", "review", func(a org.Actor) error { _, err := e.complaints.ListReview(ctx, a, 0, 21); return err }, []string{"cases_display|cases_public"}, true})
}

// dated puts the look for the first case of a day before the walks of a list that names days.
func dated(f complaint.Filter, keys []string) []string {
	if f.From.IsZero() {
		return keys
	}
	return append([]string{"cases_created", "cases_created"}, keys...)
}

// explain gives a statement's plan with the names of the keys that it uses. SQLite says "INTEGER PRIMARY KEY" or nothing
// for a table that it walks by its key; "grams" stands for the key of the pairs of letters.
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
				if strings.HasPrefix(line, "SCAN cases") && !strings.Contains(line, "INDEX") || strings.HasPrefix(line, "SEARCH cases USING INTEGER PRIMARY KEY") {
					line += " PRIMARY"
				}
				if strings.HasPrefix(line, "SEARCH g USING") && strings.Contains(line, "gram=?") {
					line += " grams"
				}
				out.WriteString(line + "\n")
			}
			return nil
		}
		if err := tx.Raw("EXPLAIN " + statement).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			key := fmt.Sprint(r["key"])
			switch table := fmt.Sprint(r["table"]); {
			case table == "g" && key == "PRIMARY":
				key = "grams"
			case table != "cases" && key == "PRIMARY":
				key = "its own"
			}
			fmt.Fprintf(&out, "%s key %s rows %v %v\n", r["table"], key, r["rows"], r["Extra"])
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return out.String()
}
