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
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// TestFiguresAndErasingUseTheirKeys: what a day brought is found by kind and time, what was told of a case by the case.
func TestFiguresAndErasingUseTheirKeys(t *testing.T) {
	t.Parallel()
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
		if err := tx.CreateInBatches(&told, 500).Error; err != nil {
			return err
		}
		var sent []notify.Delivery
		var homes []org.Residence
		for i := range int64(5000) {
			sent = append(sent, notify.Delivery{MessageID: i, RecipientKind: "person", RecipientID: i, PersonID: i, Channel: plan.Mini, Lane: int(i % 8), Priority: event.Normal,
				State: []notify.State{notify.Sent, notify.Waiting}[i%10/9], DueAt: tx.Now.Add(time.Hour), CreatedAt: tx.Now})
			living := fmt.Sprint("crowd/", i)
			homes = append(homes, org.Residence{EstateID: b.estates[i%900].ID, UnitID: i, PersonID: 1_000_000 + i, Role: org.RoleOwner, Since: tx.Now, Living: &living})
		}
		if err := tx.CreateInBatches(&sent, 500).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(&homes, 500).Error
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
	err = e.db.InTx(t.Context(), func(tx *store.Tx) error { // what is read within a commit
		return tx.Callback().Query().Replace("test:figures", note)
	})
	if err != nil {
		t.Fatal(err)
	}
	carry := func() error {
		err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
			return outbox.Append(tx, event.NoticePublished{NoticeID: 1, EstateID: b.estates[0].ID, EstateName: "小区", Sort: "公告", Title: "停水", PublisherName: "社区", At: tx.Now})
		})
		if err != nil {
			return err
		}
		return notify.New(notify.Options{DB: e.db, Redis: e.redis, Ways: e.ways(), Log: e.log}).Drain(t.Context()) // a new one looks at every lane
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
		{"whom an estate's message goes to", "FROM `residences`", "residences_people", carry},
		{"what a lane sends next", "ORDER BY due_at, id", "deliveries_due", carry},
		{"which lanes have something due", "FROM `send_lanes` WHERE (SELECT", "deliveries_due", carry},
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
		if statement == "" {
			t.Errorf("%s: no such statement among %d", c.what, len(seen))
			continue
		}
		if plan := explain(t, e.db, statement); !strings.Contains(plan, c.key) {
			t.Errorf("%s does not use %s:\n%s\n%s", c.what, c.key, statement, plan)
		}
	}
}
