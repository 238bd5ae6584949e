package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/server/web"
)

// populate fills an estate with n seats; one in ten owners has an account.
func (e *engine) populate(t *testing.T, estate, n int64) {
	t.Helper()
	now := e.db.Now()
	var buildings []org.Building
	for i := range n/200 + 1 {
		buildings = append(buildings, org.Building{EstateID: estate, Name: fmt.Sprint("B", i), CreatedAt: now})
	}
	var units []org.Unit
	var sets []org.OwnerSet
	var persons []org.Person
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.CreateInBatches(&buildings, 500).Error; err != nil {
			return err
		}
		for i := range n {
			units = append(units, org.Unit{EstateID: estate, BuildingID: buildings[i/200].ID, Entrance: "1", Number: fmt.Sprint(i), UseKind: "residential", Sold: true, CreatedAt: now, UpdatedAt: now})
			sets = append(sets, org.OwnerSet{EstateID: estate, Kind: "natural", Fingerprint: fmt.Sprint("crowd", i), CreatedAt: now})
			if i%10 == 0 {
				persons = append(persons, org.Person{CreatedAt: now})
			}
		}
		for _, rows := range []any{&units, &sets, &persons} {
			if err := tx.CreateInBatches(rows, 500).Error; err != nil {
				return err
			}
		}
		var owners []org.Owner
		var held []org.Ownership
		var accounts []org.Identity
		var living []org.Residence
		for i := range n {
			o := org.Owner{EstateID: estate, OwnerSetID: sets[i].ID, Position: 1, NameSealed: e.vault.Seal("王", "owners.name"), CreatedAt: now}
			if i%10 == 0 {
				o.PersonID = persons[i/10].ID
				key := fmt.Sprintf("%d/%d/owner", units[i].ID, o.PersonID)
				living = append(living, org.Residence{EstateID: estate, UnitID: units[i].ID, PersonID: o.PersonID, Role: org.RoleOwner, Basis: "roster", Since: now, Living: &key})
				accounts = append(accounts, org.Identity{PersonID: o.PersonID, Provider: org.MiniProgram, OpenID: fmt.Sprint("crowd", i), Active: true, SeenAt: now, CreatedAt: now})
			}
			owners = append(owners, o)
			held = append(held, org.Ownership{EstateID: estate, UnitID: units[i].ID, OwnerSetID: sets[i].ID, Since: now, CurrentUnit: &units[i].ID, Cause: "roster"})
		}
		for _, rows := range []any{&owners, &held, &accounts, &living} {
			if err := tx.CreateInBatches(rows, 500).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// large are the tables that a campaign must not read from end to end.
var large = regexp.MustCompile("(?i)(?:FROM|JOIN|UPDATE) `?(reaches|reach_people|deliveries|units|ownerships|owners|owner_sets|inbox_items|residences|identities|persons|reach_visits|acts|seat_acts|access_log)\\b")

// TestCampaignsUseTheirKeys: in an estate of 50,000 seats the forecast, the choice of seats, the carrying, the evidence, the lists and
// the counts each go by a key.
func TestCampaignsUseTheirKeys(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	e.populate(t, estate, crowded)
	analyze := func() {
		statement, in := "ANALYZE", e.db.InTx
		if e.db.Dialect != store.SQLite {
			statement = "ANALYZE TABLE units, owner_sets, owners, ownerships, persons, identities, residences, reaches, reach_people, deliveries, inbox_items, campaigns, campaign_runs, acts, seat_acts, access_log"
			in = e.db.View
		}
		if err := in(t.Context(), func(tx *store.Tx) error { return tx.Exec(statement).Error }); err != nil {
			t.Fatal(err)
		}
	}
	analyze()
	chair, clerk, ctx := e.actor("committee_chair"), e.actor("community"), t.Context()
	c, err := e.campaigns.Write(ctx, chair, campaign.Words{EstateID: estate, Title: "停水通知", Body: "明天停水", Kind: "notice", Audience: campaign.Owners, Channels: []campaign.Channel{plan.Mini, campaign.Letter, campaign.Visit}, NeedsProof: true, ClientRef: "crowd", InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.campaigns.Submit(ctx, chair, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := e.campaigns.Approve(ctx, clerk, c.ID, 1); err != nil {
		t.Fatal(err)
	}
	e.campaign(t)
	if v, err := e.campaigns.Find(ctx, chair, c.ID); err != nil || v.Progress.Seats != crowded+70 || v.Seats != crowded+70 || v.State != campaign.Running {
		t.Errorf("%d seats were laid out, in batches: %+v, %v", v.Seats, v.Progress, err)
	}
	about := campaign.Subject{Kind: "motion", ID: 1}
	none := "[]"
	deeds, seatDeeds, parts := make([]campaign.Deed, 6000), make([]campaign.SeatDeed, 6000), make([]web.AccessPart, 6000)
	for i := range deeds { // about other things
		deeds[i] = campaign.Deed{PersonID: int64(i + 1), SubjectKind: "motion", SubjectID: 2, At: e.db.Now()}
		seatDeeds[i] = campaign.SeatDeed{SubjectKind: "motion", SubjectID: int64(i + 2), OwnerSets: "[1]", At: e.db.Now()}
		at := e.db.Now().Add(time.Duration(-i) * time.Hour)
		parts[i] = web.AccessPart{AccessEntry: web.AccessEntry{At: at}, Entries: &none}
	}
	err = e.db.InTx(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.CreateInBatches(&deeds, 500).Error, tx.CreateInBatches(&seatDeeds, 500).Error, tx.CreateInBatches(&parts, 500).Error,
			e.campaigns.ActSeats(tx, about, []int64{1, 2, 3}))
	})
	if err != nil {
		t.Fatal(err)
	}
	later := campaign.Run{CampaignID: c.ID, Number: 99, Kind: campaign.ResendRun, State: "sent", MadeAt: e.db.Now()}
	texts := notify.Lane{Channel: plan.SMS, Priority: event.Bulk, Until: e.db.Now(), Launched: "[]"}
	if err := e.db.InTx(ctx, func(tx *store.Tx) error { return errors.Join(tx.Create(&later).Error, tx.Create(&texts).Error) }); err != nil {
		t.Fatal(err)
	}
	analyze()
	seen := e.everything(t)
	last := func() int64 {
		_, rows, err := e.campaigns.Evidence(ctx, chair, c.ID, campaign.AllSeats, 0, 100)
		if err != nil || len(rows) != 100 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		return rows[99].ID
	}
	after := last()
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"forecast list", func() error { _, _, err := e.campaigns.ListForecast(ctx, chair, c.ID, "", 20_000, 100); return err }},
		{"carrying", func() error {
			return e.db.View(ctx, func(tx *store.Tx) error { _, _, err := e.campaigns.Addressees(ctx, tx, 1, 100, 1000); return err })
		}},
		{"carrying a later run", func() error {
			return e.db.View(ctx, func(tx *store.Tx) error {
				_, _, err := e.campaigns.Addressees(ctx, tx, later.ID, 100, 1000)
				return err
			})
		}},
		{"progress", func() error { _, err := e.campaigns.Find(ctx, chair, c.ID); return err }},
		{"list", func() error { _, err := e.campaigns.List(ctx, clerk, 0, "", 0, 21); return err }},
		{"pause", func() error { _, err := e.campaigns.Pause(ctx, chair, c.ID, "等一下"); return err }},
		{"resume", func() error { _, err := e.campaigns.Resume(ctx, chair, c.ID); return err }},
		{"evidence", func() error {
			_, _, err := e.campaigns.Evidence(ctx, chair, c.ID, campaign.AllSeats, after, 100)
			return err
		}},
		{"unconfirmed", func() error {
			_, _, err := e.campaigns.Evidence(ctx, chair, c.ID, campaign.Unconfirmed, after, 100)
			return err
		}},
		{"letters", func() error {
			_, err := e.campaigns.Letters(ctx, chair, c.ID, campaign.LetterSeats, false, after, 50)
			return err
		}},
		{"visits", func() error { _, err := e.campaigns.VisitList(ctx, chair, c.ID, after, 50); return err }},
		{"resend", func() error {
			_, err := e.campaigns.Resend(ctx, chair, c.ID, campaign.Once{ClientRef: "resend"})
			return err
		}},
		{"another rate", func() error { _, err := e.campaigns.SetRate(ctx, chair, c.ID, 600); return err }},
		{"preview", func() error { _, err := e.campaigns.Preview(ctx, chair, c.ID); return err }},
		{"a visit", func() error {
			_, err := e.campaigns.RecordVisit(ctx, chair, after, campaign.Visited{Result: campaign.NotHome, ClientRef: "visit"})
			return err
		}},
		{"an owner who signs in", func() error {
			return e.db.InTx(ctx, func(tx *store.Tx) error { return e.campaigns.Recognised(tx, 1, 1) })
		}},
		{"addresses", func() error {
			return e.db.View(ctx, func(tx *store.Tx) error {
				if _, err := e.campaigns.Phones(tx, estate, []int64{1, -2}); err != nil {
					return err
				}
				_, err := e.campaigns.Links(tx, 1, []int64{-2})
				return err
			})
		}},
		{"choosing among those who have acted", func() error {
			c, err := e.campaigns.Write(ctx, chair, campaign.Words{EstateID: estate, Title: "投票提醒", Body: "请投票", Kind: "notice", Audience: campaign.Owners, Channels: []campaign.Channel{plan.Mini}, ClientRef: "acted", InputHash: "h"})
			if err != nil {
				return err
			}
			err = e.db.InTx(ctx, func(tx *store.Tx) error {
				return tx.Model(&campaign.Campaign{}).Where("id = ?", c.ID).Updates(map[string]any{"subject_kind": about.Kind, "subject_id": about.ID}).Error
			})
			if err != nil {
				return err
			}
			if _, err = e.campaigns.Submit(ctx, chair, c.ID); err == nil {
				_, err = e.campaigns.Approve(ctx, clerk, c.ID, 1)
			}
			if err == nil {
				_, err = e.campaigns.Tick(ctx)
			}
			for _, table := range []string{"acts", "seat_acts"} {
				if !slices.ContainsFunc(*seen, func(s string) bool { return strings.Contains(s, "FROM `"+table+"`") }) {
					t.Errorf("nobody asked %s who has acted", table)
				}
			}
			return err
		}},
		{"choosing, finishing, counting", func() error { _, err := e.campaigns.Tick(ctx); return err }},
		{"receipts of texts", func() error { _, err := e.dispatcher.AskReceipts(ctx); return err }},
		{"the status of the notifier", func() error { _, err := e.dispatcher.FindStatus(ctx, e.actor("bureau")); return err }},
		{"the metrics of campaigns", func() error { _, err := e.campaigns.Standings(ctx, e.actor("bureau")); return err }},
		{"a receipt", func() error {
			err := e.db.InTx(ctx, func(tx *store.Tx) error { return e.dispatcher.Confirm(tx, plan.SMS, "nobody's", true, 0) })
			return ignore(err, notify.ErrUnsettled)
		}},
		{"erasing deliveries", func() error { return e.db.InTx(ctx, func(tx *store.Tx) error { return notify.Erase(tx, 1) }) }},
		{"an export", func() error {
			owner := e.actor("owner")
			_, err := e.campaigns.ListOwn(ctx, owner)
			if err == nil {
				_, err = e.dispatcher.ListOwn(ctx, owner)
			}
			if err == nil {
				_, err = e.inbox.List(ctx, owner, 0, 1000)
			}
			return err
		}},
		{"the access log of a day long ago", func() error {
			then := e.db.Now().Add(-5900 * time.Hour)
			err := web.ReadAccessLog(ctx, e.db, audit.System{}, web.AccessQuery{From: then.Add(-24 * time.Hour), Before: then}, func(web.AccessEntry) error { return nil })
			if !slices.ContainsFunc(*seen, func(s string) bool { return strings.Contains(s, "at >= ") && strings.Contains(s, "at < ") }) {
				t.Error("what came after the day is passed by")
			}
			return err
		}},
		{"purging the access log", func() error { _, err := web.PurgeAccessLog(ctx, e.db, 249*24*time.Hour); return err }},
		{"a scanned letter", func() error {
			err := e.campaigns.ConfirmSlip(ctx, strings.Repeat("a", 26))
			return ignore(err, campaign.ErrSlip)
		}},
		{"a deed", func() error {
			return e.db.InTx(ctx, func(tx *store.Tx) error { return e.campaigns.Act(tx, campaign.Subject{Kind: "motion", ID: 1}, 1) })
		}},
		{"reading", func() error {
			return e.db.InTx(ctx, func(tx *store.Tx) error { return e.campaigns.Read(tx, 1, []int64{1, 2, 3}, true) })
		}},
		{"erasing", func() error { return e.db.InTx(ctx, func(tx *store.Tx) error { return e.campaigns.Erase(tx, 1) }) }},
	} {
		*seen = nil
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		if step.what == "progress" && slices.ContainsFunc(*seen, func(s string) bool { return large.MatchString(s) }) {
			t.Errorf("to look at a large campaign reads its seats: %s", cut(strings.Join(*seen, "\n"), 2000))
		}
		looked := map[string]bool{}
		for _, s := range *seen {
			shape := regexp.MustCompile(`\d+`).ReplaceAllString(s, "#")
			if looked[shape] || !large.MatchString(s) || !strings.HasPrefix(s, "SELECT") && !strings.HasPrefix(s, "UPDATE") && !strings.HasPrefix(s, "DELETE") {
				continue
			}
			looked[shape] = true
			plan := plans(t, e.db, s)
			for line := range strings.Lines(plan) {
				if whole(line) {
					t.Errorf("%s reads a whole table: %s\n%s", step.what, strings.TrimSpace(line), cut(s, 600))
				}
			}
			if strings.Contains(s, "FROM `seat_acts`") && !strings.Contains(plan, "seat_acts_subject") { // not by id, which would pass by those of everything else
				t.Errorf("%s does not go by the subject: %s", step.what, plan)
			}
		}
		t.Logf("%s: %d statements, %d shapes", step.what, len(*seen), len(looked))
	}
}

func ignore(err, expected error) error {
	if err != nil && strings.Contains(err.Error(), expected.Error()) {
		return nil
	}
	return err
}

func cut(s string, n int) string { return s[:min(len(s), n)] }

// campaign lets the clock and the carriers of campaigns work until nothing is left.
func (e *engine) campaign(t *testing.T) {
	t.Helper()
	began := time.Now()
	for more := true; more; {
		var err error
		if more, err = e.campaigns.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	chosen := time.Since(began)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	if err := e.dispatcher.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("seats chosen in %s, carried and sent in %s", chosen.Round(time.Millisecond), (time.Since(began) - chosen).Round(time.Millisecond))
}

// everything keeps every statement that is sent from now on, changes too.
func (e *engine) everything(t *testing.T) *[]string {
	t.Helper()
	var seen []string
	keep := func(g *gorm.DB) {
		seen = append(seen, g.Dialector.Explain(g.Statement.SQL.String(), g.Statement.Vars...))
	}
	for _, in := range []func(context.Context, func(*store.Tx) error) error{e.db.View, e.db.InTx} {
		err := in(t.Context(), func(tx *store.Tx) error {
			c := tx.Callback()
			for _, err := range []error{c.Query().After("gorm:query").Register("test:all", keep), c.Row().After("gorm:row").Register("test:all", keep), c.Update().After("gorm:update").Register("test:all", keep), c.Delete().After("gorm:delete").Register("test:all", keep)} {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return &seen
}

// plans gives a statement's plan, a line a table.
func plans(t *testing.T, db *store.DB, statement string) string {
	t.Helper()
	var out strings.Builder
	err := db.View(t.Context(), func(tx *store.Tx) error {
		var rows []map[string]any
		if tx.Dialect == store.SQLite {
			if err := tx.Raw("EXPLAIN QUERY PLAN " + statement).Scan(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				out.WriteString(fmt.Sprint(r["detail"]) + "\n")
			}
			return nil
		}
		if err := tx.Raw("EXPLAIN " + statement).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			fmt.Fprintf(&out, "%v type %v key %v rows %v %v\n", r["table"], r["type"], r["key"], r["rows"], r["Extra"])
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", cut(statement, 600), err)
	}
	return out.String()
}

// whole reports whether a line of a plan reads a large table from end to end.
func whole(line string) bool {
	if rest, ok := strings.CutPrefix(line, "SCAN "); ok { // SQLite
		return !strings.Contains(rest, "USING") && !strings.HasPrefix(rest, "campaign") && !strings.HasPrefix(rest, "CONSTANT")
	}
	var rows int
	if i := strings.Index(line, " rows "); i >= 0 {
		_, _ = fmt.Sscan(line[i+6:], &rows)
	}
	return (strings.Contains(line, " type ALL ") || strings.Contains(line, " type index ")) && rows > 5000
}
