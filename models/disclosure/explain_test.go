package disclosure_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// crowd fills the register, the board and the questions of two hundred estates and their companies around the world's own.
func (w *world) crowd() {
	w.t.Helper()
	day := func(n int) *time.Time { d := time.Date(2024, 1, 1+n%900, 0, 0, 0, 0, time.UTC); return &d }
	var duties []disclosure.Duty
	var notices []disclosure.Notice
	var versions []disclosure.Version
	var questions []disclosure.Question
	var papers []disclosure.Paper
	var places []disclosure.Place
	var incidents []disclosure.Incident
	now := w.clock.Now()
	for i := range 8_000 {
		estate, office := int64(1000+i%200), int64(1000+i%50)
		if i%25 == 0 { // a large estate among the small
			estate, office = w.Estate.ID, w.Company.ID
		}
		d := disclosure.Duty{EstateID: estate, Code: fmt.Sprint("code-", i%20), Slot: fmt.Sprint(i), OrganisationID: office, FromOn: *day(i), DueOn: day(i), CreatedAt: now}
		if i%10 != 0 {
			d.DoneAt, d.PublishedOn, d.NoticeID = &now, day(i), int64(100_000+i)
		}
		duties = append(duties, d)
		ref := fmt.Sprint("crowd-", i)
		notices = append(notices, disclosure.Notice{ID: int64(100_000 + i), Number: ref, EstateID: estate, OrganisationID: office, Kind: disclosure.Posting, Audience: disclosure.Everyone, Form: disclosure.FreeText, CurrentVersion: 1, PublishedBy: 1, PublishedAt: now, ClientRef: ref})
		versions = append(versions, disclosure.Version{NoticeID: int64(100_000 + i), Version: 1, Title: "公示", Body: "正文", At: now})
		q := disclosure.Question{Number: ref, EstateID: estate, NoticeID: int64(100_000 + i%500), PersonID: int64(1000 + i%300), Text: "问题", Display: disclosure.Cleared, OrganisationID: office, ClientRef: &ref, CreatedAt: now}
		if i%10 != 0 {
			q.AnsweredAt = &now
		}
		questions = append(questions, q)
		if i < 3000 {
			places = append(places, disclosure.Place{ID: int64(100_000 + i), NoticeID: int64(100_000 + i), Version: 1, EstateID: estate, Name: "公示栏"})
			papers = append(papers, disclosure.Paper{ID: int64(100_000 + i), PlaceID: int64(100_000 + i), NoticeID: int64(100_000 + i), Version: 1, EstateID: estate, HungAt: now, PersonID: 1, RecordedAt: now, ClientRef: ref})
			incidents = append(incidents, disclosure.Incident{PostingID: int64(100_000 + i), NoticeID: int64(100_000 + i), Version: 1, EstateID: estate, Sort: "removed", SeenAt: now, PersonID: 1, RecordedAt: now, State: disclosure.IncidentRejected, ClientRef: ref})
		}
	}
	w.tx(func(tx *store.Tx) error {
		for _, rows := range []any{&duties, &notices, &versions, &questions, &places, &papers, &incidents} {
			if err := tx.CreateInBatches(rows, 500).Error; err != nil {
				return err
			}
		}
		return nil
	})
	w.tx(func(tx *store.Tx) error {
		if tx.Dialect == store.SQLite {
			return tx.Exec("ANALYZE").Error
		}
		return tx.Exec("ANALYZE TABLE disclosure_duties, notices, notice_versions, disclosure_questions, notice_places, notice_postings, notice_incidents").Error
	})
}

// TestListsWalkTheirKeys: every list of duties, notices, questions and postings finds its page by a key, in the key's order where it has one.
func TestListsWalkTheirKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd()
	var seen []string
	note := func(g *gorm.DB) {
		seen = append(seen, g.Dialector.Explain(g.Statement.SQL.String(), g.Statement.Vars...))
	}
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.Callback().Query().After("gorm:query").Register("test:lists", note), tx.Callback().Row().After("gorm:row").Register("test:rows", note))
	}); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	mine := func(state string) func() error {
		return func() error { _, err := w.ListMine(ctx, w.company, state, 20250101, 7, 21); return err }
	}
	for _, c := range []struct {
		what, from, key string
		do              func() error
	}{
		{"what an office has to publish", "FROM `disclosure_duties`", "disclosure_duties_mine", mine("todo")},
		{"what of it is late", "FROM `disclosure_duties`", "disclosure_duties_mine", mine("late")},
		{"what of it is near", "FROM `disclosure_duties`", "disclosure_duties_mine", mine("soon")},
		{"what of it has no day", "FROM `disclosure_duties`", "disclosure_duties_mine", mine("unfixed")},
		{"what of it is done", "FROM `disclosure_duties`", "disclosure_duties_owner", mine("done")},
		{"what is late in the city", "FROM `disclosure_duties`", "disclosure_duties_due", func() error { _, err := w.ListLate(ctx, w.bureau, 0, 0, 21); return err }},
		{"a register", "done_at IS NULL", "disclosure_duties_open", func() error { _, err := w.RegisterPublic(ctx, w.Estate.ID); return err }},
		{"a board", "FROM `notices`", "notices_estate", func() error { _, err := w.ListPublic(ctx, w.Estate.ID, 110_000, 21); return err }},
		{"what was asked about a notice", "FROM `disclosure_questions`", "disclosure_questions_notice", func() error { _, err := w.ListQuestionsPublic(ctx, 100_025, 0, 0, 21); return err }},
		{"what somebody asked", "FROM `disclosure_questions`", "disclosure_questions_person", func() error { _, err := w.ListMyQuestions(ctx, w.owner, 0, 21); return err }},
		{"what an office was asked", "FROM `disclosure_questions`", "disclosure_questions_mine", func() error { _, err := w.ListAsked(ctx, w.company, false, 0, 21); return err }},
		{"what an office answered", "FROM `disclosure_questions`", "disclosure_questions_office", func() error { _, err := w.ListAsked(ctx, w.company, true, 15_000, 21); return err }},
		{"the reports of an estate", "notice_incidents x", "notice_incidents_list", func() error { _, err := w.ListIncidents(ctx, w.community, w.Estate.ID, "", 0, 21); return err }},
		{"the reports of an estate that wait", "notice_incidents x", "notice_incidents_estate", func() error {
			_, err := w.ListIncidents(ctx, w.community, w.Estate.ID, disclosure.IncidentOpen, 0, 21)
			return err
		}},
		{"the clock's reports", "FROM `notice_incidents`", "notice_incidents_watch", func() error { _, err := w.Tick(ctx); return err }},
	} {
		seen = nil
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		found := false
		for _, s := range seen {
			if !strings.Contains(s, c.from) || strings.Contains(s, "`id` IN") {
				continue
			}
			found = true
			plan := w.explained(s)
			key := c.key
			if modelstest.OnServer() { // it weighs keys by its own figures: any of the table's that is bounded will do
				key = key[:strings.LastIndex(key, "_")+1]
			}
			if !strings.Contains(plan, key) || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s:\n%s\n%s", c.what, s, plan)
			}
			break
		}
		if !found {
			t.Errorf("%s: no such statement among %v", c.what, seen)
		}
	}
}

// explained is how the database reads a statement.
func (w *world) explained(statement string) string {
	w.t.Helper()
	var rows []map[string]any
	err := w.DB.View(context.Background(), func(tx *store.Tx) error {
		ask := "EXPLAIN "
		if tx.Dialect == store.SQLite {
			ask = "EXPLAIN QUERY PLAN "
		}
		return tx.Raw(ask + statement).Scan(&rows).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var out strings.Builder
	for _, r := range rows {
		for _, column := range []string{"detail", "table", "key", "Extra"} {
			if r[column] != nil {
				fmt.Fprintf(&out, "%s ", r[column])
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}
