package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestMeetingsUseTheirKeys: a page of a posted roster or of its differences costs what the page holds, and background work on meetings what
// lives and is due, however many meetings a city has had.
func TestMeetingsUseTheirKeys(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	meeting := e.pastMeetings(t, estate)
	seen := e.record(t)
	for _, c := range []struct {
		what, from string
		keys       []string // "a|b" where either serves
		do         func(org.Actor) error
	}{
		{"the posted roster", "roster_seats", []string{"roster_seats_no"}, func(a org.Actor) error {
			_, err := e.assemblies.ShowRoster(t.Context(), a, meeting, 40, 21)
			return err
		}},
		{"how it was posted last", "roster_postings", []string{"roster_postings_version"}, func(a org.Actor) error {
			_, err := e.assemblies.ShowRoster(t.Context(), a, meeting, 40, 21)
			return err
		}},
		{"an earlier posting", "roster_seats", []string{"roster_seats_no"}, func(a org.Actor) error {
			_, err := e.assemblies.ShowPosting(t.Context(), a, meeting, 1, 40, 21)
			return err
		}},
		{"all postings", "roster_postings", []string{"roster_postings_version"}, func(a org.Actor) error { _, err := e.assemblies.ListPostings(t.Context(), a, meeting); return err }},
		{"the differences", "roll_differences", []string{"roll_differences_meeting"}, func(a org.Actor) error {
			_, err := e.assemblies.ListDiscrepancies(t.Context(), a, meeting, 40, 21)
			return err
		}},
		{"how many differ", "SUM(number)", []string{"roll_differences_meeting"}, func(a org.Actor) error { _, err := e.assemblies.Find(t.Context(), a, meeting+1); return err }},
		{"what the log waits for", "EXISTS (SELECT 1 FROM ballots", []string{"meetings_clock", "ballots_leaf", "log_marks_leaf"}, func(org.Actor) error { _, err := e.assemblies.Sequence(t.Context()); return err }},
		{"which windows run", "opens_at <=", []string{"meetings_clock"}, func(org.Actor) error { _, err := e.assemblies.Tick(t.Context()); return err }},
		{"which rules govern", "FROM `rulebooks`", []string{"rulebooks_version", "meetings_estate|its own"}, func(a org.Actor) error {
			_, err := e.assemblies.ListRulebooks(t.Context(), a, estate, assembly.Procedure)
			return err
		}},
	} {
		owner := e.actor("owner")
		*seen = nil
		if err := c.do(owner); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		at := slices.IndexFunc(*seen, func(s string) bool {
			return strings.Contains(s, c.from) && (c.from != "FROM `rulebooks`" || strings.Contains(s, "NOT IN"))
		})
		if at < 0 {
			t.Errorf("%s: no such statement among %q", c.what, *seen)
			continue
		}
		plan := explain(t, e.db, (*seen)[at])
		for _, key := range c.keys {
			if !slices.ContainsFunc(strings.Split(key, "|"), func(k string) bool { return strings.Contains(plan, k) }) {
				t.Errorf("%s does not use %s:\n%s\n%s", c.what, key, (*seen)[at], plan)
			}
		}
	}
}

// pastMeetings makes the meetings of years in many estates, one of them with a posted roster, and the next with a frozen roll. It gives the
// first.
func (e *engine) pastMeetings(t *testing.T, estate int64) int64 {
	t.Helper()
	now := e.db.Now()
	opens, closes := now.Add(-24*time.Hour), now.Add(24*time.Hour)
	meetings := make([]assembly.Meeting, 20_000)
	for i := range meetings {
		meetings[i] = assembly.Meeting{Number: fmt.Sprint("X", i), EstateID: int64(1_000 + i%900), Session: assembly.Regular, Title: "定期会议", Convener: assembly.ByCommittee, Basis: assembly.OwnMotion, Channel: assembly.OnSystem, State: assembly.Certified,
			Version: 1, Terms: "{}", NoticedAt: &opens, OpensAt: &opens, ClosesAt: &closes, PulseAt: &now, ClientRef: fmt.Sprint("x", i), CreatedAt: now}
		if i%200 == 0 {
			meetings[i].State = assembly.Noticed
		}
	}
	own := []*assembly.Meeting{&meetings[10_001], &meetings[10_002]}
	for _, m := range own {
		m.EstateID, m.State, m.PostedAt, m.ChallengeUntil = estate, assembly.Posted, &now, &closes
	}
	own[1].State, own[1].FrozenAt = assembly.Frozen, &now
	var postings []assembly.Posting
	var seats []assembly.PostedSeat
	var differ []assembly.Discrepancy
	var ballots []assembly.Ballot
	var marks []assembly.Mark
	var logs []assembly.Log
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.CreateInBatches(&meetings, 500).Error; err != nil {
			return err
		}
		for i := range int64(2_000) {
			m := meetings[i].ID
			ballots = append(ballots, assembly.Ballot{MeetingID: m, MotionID: 1_000 + i, SeatID: 1, Version: 1, EnvelopeID: 1, Choice: "yes", Leaf: i})
			logs = append(logs, assembly.Log{MeetingID: m, Size: i + 1})
			marks = append(marks, assembly.Mark{MeetingID: m, BallotID: i, State: "counted", Leaf: i})
			differ = append(differ, assembly.Discrepancy{MeetingID: m, EstateID: estate, Kind: assembly.UnitAdded, Unit: "1幢101", Number: 1, Cause: assembly.ByRegister})
			postings = append(postings, assembly.Posting{ID: i + 1, MeetingID: m, Version: 1, EndsAt: now, At: now})
			for no := range 5 {
				seats = append(seats, assembly.PostedSeat{PostingID: i + 1, No: no + 1, Units: "[]"})
			}
		}
		for v := range int64(2) {
			id := 5_000 + v
			postings = append(postings, assembly.Posting{ID: id, MeetingID: own[0].ID, EstateID: estate, Version: int(v + 1), EndsAt: now, At: now})
			for no := range 2_000 {
				seats = append(seats, assembly.PostedSeat{PostingID: id, No: no + 1, Units: "[]"})
			}
		}
		r := assembly.Rulebook{EstateID: estate, Kind: assembly.Procedure, Version: 1, Fields: "[]", EffectiveOn: now.AddDate(0, 0, -3), EnteredAt: now, State: "confirmed", ConfirmedAt: &now, ClientRef: "r"}
		rules := []assembly.Rulebook{r}
		for i := range 2_000 {
			r.EstateID, r.ClientRef = int64(1_000+i), fmt.Sprint("r", i)
			rules = append(rules, r)
		}
		for _, rows := range []any{&postings, &seats, &differ, &ballots, &marks, &logs, &rules} {
			if err := tx.CreateInBatches(rows, 500).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = e.analyze(t)
	}
	if err != nil {
		t.Fatal(err)
	}
	return own[0].ID
}

// analyze gives the database its statistics of what meetings keep.
func (e *engine) analyze(t *testing.T) error {
	t.Helper()
	if e.db.Dialect == store.SQLite {
		return (&caseBench{app: e.app, ctx: t.Context()}).analyze()
	}
	return e.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Exec("ANALYZE TABLE meetings, ballots, log_marks, roster_postings, roster_seats, roll_differences, rulebooks").Error
	})
}
