package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// TestFiguresAndErasingUseTheirKeys: what a day brought is found by kind and time, what was told of a case by the case.
func TestFiguresAndErasingUseTheirKeys(t *testing.T) {
	e := newEngine(t)
	b := &caseBench{app: e.app, ctx: t.Context(), town: e.town, rnd: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // made-up cases
	if err := b.seed(50_000); err != nil {
		t.Fatal(err)
	}
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		var told []outbox.Message
		for i := range 2000 {
			told = append(told, outbox.Message{Kind: "complaint.filed", Body: fmt.Sprintf(`{"case_id":%d,"person_ids":[1]}`, i), CaseID: int64(i), State: outbox.Done, DueAt: tx.Now, CreatedAt: tx.Now})
		}
		return tx.CreateInBatches(&told, 500).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.analyze(); err != nil {
		t.Fatal(err)
	}
	var seen []string
	note := func(g *gorm.DB) {
		seen = append(seen, g.Dialector.Explain(g.Statement.SQL.String(), g.Statement.Vars...))
	}
	err = e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Callback().Query().After("gorm:query").Register("test:figures", note)
	})
	if err != nil {
		t.Fatal(err)
	}
	now := e.db.Now()
	week := complaint.Period{From: now.Add(-7 * 24 * time.Hour), To: now}
	day := complaint.Period{From: now.Add(-20 * 24 * time.Hour), To: now.Add(-19 * 24 * time.Hour)}
	for _, c := range []struct {
		what, from, key string
		do              func() error
	}{
		{"what ended on a day", "'lapse'", "case_steps_kind", func() error {
			_, err := e.complaints.ListBacklog(t.Context(), e.actor("bureau"), day, complaint.Backlog{})
			return err
		}},
		{"what ended in a week in one estate", "'lapse'", "cases_estate", func() error {
			_, err := e.complaints.ListBacklog(t.Context(), e.actor("bureau"), week, complaint.Backlog{EstateID: b.estates[0].ID})
			return err
		}},
		{"what an office had on a day", "FROM `case_parties`", "case_parties_closed", func() error {
			_, err := e.complaints.BacklogCases(t.Context(), e.actor("bureau"), calendar.DateOf(now.Add(-14*24*time.Hour)), complaint.DayOpen, complaint.Backlog{LeadID: b.offices[0]}, 0, 21)
			return err
		}},
		{"what was told of a case", "FROM `outbox_messages`", "outbox_messages_case", func() error {
			return e.db.View(t.Context(), func(tx *store.Tx) error {
				_, err := outbox.Forget(tx, []int64{1_000_000, 1_000_001})
				return err
			})
		}},
	} {
		seen = nil
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		statement := ""
		for _, s := range seen {
			if strings.Contains(s, c.from) && !strings.Contains(s, "cases.created_at <") {
				statement = s
			}
		}
		if plan := explain(t, e.db, statement); !strings.Contains(plan, c.key) {
			t.Errorf("%s does not use %s:\n%s\n%s", c.what, c.key, statement, plan)
		}
	}
}
