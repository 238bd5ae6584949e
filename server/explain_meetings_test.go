package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// busy is how many rows each table of meetings holds where its lists are looked at.
const busy = 12_000

// meetingTables are those that no list of a meeting may read from end to end.
var meetingTables = regexp.MustCompile("(?i)(?:FROM|JOIN|UPDATE) `?(meetings|seats|envelopes|ballots|log_marks|log_checkpoints|meeting_comments|meeting_objections|candidates|candidate_backers|paper_forms|proxies|petitions|petition_signatures|meeting_texts|roll_notes|voting_links|meeting_results)\\b")

// busyHall fills the tables of meetings around those of the demo.
func (e *engine) busyHall(t *testing.T, h *demoHall) {
	t.Helper()
	now, estate, hex := e.db.Now(), e.town.actors["owner"].Estate, strings.Repeat("ab", 32)
	var rows struct {
		meetings    []assembly.Meeting
		seats       []assembly.Seat
		envelopes   []assembly.Envelope
		comments    []assembly.Comment
		objections  []assembly.Objection
		candidates  []assembly.Candidate
		backers     []assembly.Backer
		forms       []assembly.Form
		proxies     []assembly.Proxy
		petitions   []assembly.Petition
		signatures  []assembly.Signature
		texts       []assembly.Text
		checkpoints []assembly.Checkpoint
		notes       []assembly.RollNote
		outcomes    []assembly.Outcome
	}
	for i := range busy {
		n, ref, id := int64(i), fmt.Sprint("busy-", i), h.Open+1000+int64(i%200)
		if i%3 == 0 { // a third of everything is the open meeting's own
			id = h.Open
		}
		rows.meetings = append(rows.meetings, assembly.Meeting{Number: ref, EstateID: estate + n%40, State: assembly.Certified, Title: "会议", WrittenBy: n + 1000, ClientRef: ref, NoticedAt: &now, CreatedAt: now})
		rows.seats = append(rows.seats, assembly.Seat{ID: n + 1_000_000, MeetingID: id, EstateID: estate, No: i + 1000, OwnerSetID: n + 1_000_000, HolderSetID: n + 1_000_000, BuildingID: n % 50, AreaMilli: 90_000, Units: "[]", Kind: "natural", Salt: hex, Hash: hex})
		rows.envelopes = append(rows.envelopes, assembly.Envelope{MeetingID: id, EstateID: estate, SeatID: n + 1_000_000, Channel: assembly.ByApp, PersonID: n + 1000, Code: fmt.Sprintf("%016d", i), Secret: hex[:32], ClientRef: ref, InputHash: "h", At: now})
		rows.comments = append(rows.comments, assembly.Comment{EstateID: estate, About: assembly.AboutDrafts, AboutID: id, Text: "意见", State: assembly.Open, PersonID: n + 1000, ClientRef: ref, InputHash: "h", At: now})
		rows.objections = append(rows.objections, assembly.Objection{Number: ref, MeetingID: id, EstateID: estate, Kind: "result", Grounds: "理由", Disputed: "[]", State: "open", PersonID: n + 1000, ClientRef: ref, InputHash: "h", At: now})
		rows.candidates = append(rows.candidates, assembly.Candidate{MeetingID: h.Open + 1000 + n%200, EstateID: estate, OwnerSetID: n + 1, OwnerID: n + 1_000_000, PersonID: n + 1000, NameSealed: e.vault.Seal("王", "candidates.name"), Profile: "介绍", Nominated: assembly.BySelf, ConsentAt: &now, State: assembly.Eligible, Checks: "[]", NominatorID: n + 1000, ClientRef: ref, InputHash: "h", At: now})
		rows.backers = append(rows.backers, assembly.Backer{CandidateID: n + 1, OwnerSetID: n + 1, PersonID: n + 1000, At: now})
		rows.forms = append(rows.forms, assembly.Form{MeetingID: id, EstateID: estate, SeatID: n + 1_000_000, SeatNo: i + 1000, Serial: i + 1000, Number: ref, Way: assembly.ByPaper, State: assembly.FormIssued, IssuedAt: now})
		rows.proxies = append(rows.proxies, assembly.Proxy{Number: ref, MeetingID: id, EstateID: estate, SeatID: n + 1_000_000, SeatNo: i, AgentSealed: e.vault.Seal("王", "proxies.agent"), PaperIndex: ref, PhoneIndex: ref, Powers: "代为表决", StartsAt: now, EndsAt: now, State: assembly.ProxyPending, EnteredBy: n + 1000, ClientRef: ref, InputHash: "h", At: now})
		rows.petitions = append(rows.petitions, assembly.Petition{Number: ref, EstateID: estate + n%40, Title: "提议", Text: "提议", Wanted: "[]", State: assembly.Withdrawn, PersonID: n + 1000, ClientRef: ref, InputHash: "h", CreatedAt: now})
		rows.signatures = append(rows.signatures, assembly.Signature{PetitionID: n + 1, EstateID: estate, OwnerSetID: n + 1, PersonID: n + 1000, SignedAt: now})
		rows.texts = append(rows.texts, assembly.Text{EstateID: estate + n%40, Kind: "comment", SubjectID: n + 1, State: "cleared", At: now})
		rows.checkpoints = append(rows.checkpoints, assembly.Checkpoint{MeetingID: id + 1, Size: n, Root: hex, Purpose: "hourly", Note: "n", KeyLine: "k", At: now})
		rows.notes = append(rows.notes, assembly.RollNote{MeetingID: id, EstateID: estate, Kind: "challenge", Text: "面积不对", State: "refused", PersonID: n + 1000, ClientRef: &ref, InputHash: "h", At: now})
		rows.outcomes = append(rows.outcomes, assembly.Outcome{MeetingID: id + 1, EstateID: estate, Kind: "certificate", Body: "{}", At: now})
	}
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		for _, list := range []any{&rows.meetings, &rows.seats, &rows.envelopes, &rows.comments, &rows.objections, &rows.candidates, &rows.backers, &rows.forms, &rows.proxies, &rows.petitions, &rows.signatures, &rows.texts, &rows.checkpoints, &rows.notes, &rows.outcomes} {
			if err := tx.CreateInBatches(list, 400).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	statement, in := "ANALYZE", e.db.InTx
	if e.db.Dialect != store.SQLite {
		statement, in = "ANALYZE TABLE meetings, seats, envelopes, ballots, meeting_comments, meeting_objections, candidates, candidate_backers, paper_forms, proxies, petitions, petition_signatures, meeting_texts, log_checkpoints, roll_notes, meeting_results", e.db.View
	}
	if err := in(t.Context(), func(tx *store.Tx) error { return tx.Exec(statement).Error }); err != nil {
		t.Fatal(err)
	}
}

// TestMeetingListsUseTheirKeys: with 12,000 rows in each table, the lists of meetings, for offices, owners and everybody, go by keys.
func TestMeetingListsUseTheirKeys(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	h, err := e.town.meetings()
	if err != nil {
		t.Fatal(err)
	}
	e.busyHall(t, h)
	ctx, s, estate := t.Context(), e.assemblies, e.town.actors["owner"].Estate
	chair, owner, community, bureau := e.actor("committee_chair"), e.actor("neighbour"), e.actor("community"), e.actor("bureau")
	code := ""
	if err := e.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&assembly.Envelope{}).Where("meeting_id = ?", h.Certified).Limit(1).Pluck("code", &code).Error
	}); err != nil {
		t.Fatal(err)
	}
	seen := e.everything(t)
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"meetings of an estate", func() error { _, err := s.List(ctx, chair, estate, 0, 21); return err }},
		{"meetings of an estate, for an owner, a page on", func() error { _, err := s.List(ctx, owner, estate, 9000, 21); return err }},
		{"a meeting", func() error { _, err := s.Find(ctx, owner, h.Open); return err }},
		{"the public page", func() error { _, _, err := s.ShowPublic(ctx, h.Open); return err }},
		{"the roster", func() error { _, err := s.ShowRoster(ctx, owner, h.Open, 5000, 100); return err }},
		{"turnout by building", func() error { _, err := s.Turnout(ctx, owner, h.Open); return err }},
		{"comments", func() error {
			_, err := s.ListComments(ctx, owner, assembly.AboutDrafts, h.Open, 5000, 21)
			return err
		}},
		{"candidates", func() error { _, _, err := s.Candidates(ctx, owner, h.Open); return err }},
		{"objections, for an owner", func() error { _, err := s.ListObjections(ctx, owner, h.Open, "", 5000, 21); return err }},
		{"objections, for the convener", func() error { _, err := s.ListObjections(ctx, chair, h.Open, "", 5000, 21); return err }},
		{"notes on the roll", func() error { _, err := s.ListRollNotes(ctx, owner, h.Open, 5000, 21); return err }},
		{"paper forms", func() error { _, err := s.ListForms(ctx, chair, h.Open, "", 5000, 21); return err }},
		{"paper forms in a state", func() error { _, err := s.ListForms(ctx, chair, h.Open, assembly.FormReceived, 0, 21); return err }},
		{"paper reconciled", func() error { _, err := s.Reconcile(ctx, chair, h.Open); return err }},
		{"proxies", func() error { _, err := s.ListProxies(ctx, chair, h.Open, 5000, 21); return err }},
		{"entrusted to me", func() error { _, err := s.ListEntrusted(ctx, owner); return err }},
		{"my seats", func() error { _, _, err := s.OwnSeats(ctx, owner, h.Open); return err }},
		{"a cast among all the others", func() error {
			v, err := s.Find(ctx, owner, h.Open)
			if err != nil {
				return err
			}
			c := assembly.Cast{Actor: owner, MeetingID: h.Open, SeatNo: 1, Way: assembly.ByApp, ClientRef: "plan", InputHash: "h"}
			for _, m := range v.Motions {
				c.Choices = append(c.Choices, assembly.Choice{MotionID: m.ID, Choice: "yes"})
			}
			if _, err := s.Cast(ctx, c); err != nil && fault.Of(err).Kind == fault.Internal {
				return err
			}
			return nil
		}},
		{"petitions", func() error { _, err := s.ListPetitions(ctx, owner, estate, 0, 21); return err }},
		{"texts that wait, community", func() error { _, err := s.ListTexts(ctx, community, 0, 21); return err }},
		{"texts that wait, city", func() error { _, err := s.ListTexts(ctx, bureau, 0, 21); return err }},
		{"checkpoints", func() error { _, err := s.ListCheckpoints(ctx, h.Open, 0, 100); return err }},
		{"a receipt by its code", func() error { _, err := s.Check(ctx, code); return err }},
		{"consistency", func() error {
			last, err := s.LatestCheckpoint(ctx, h.Certified)
			if err == nil {
				_, err = s.Consistency(ctx, h.Certified, last.Size, 0)
			}
			return err
		}},
		{"a person's export", func() error { _, err := s.Export(ctx, owner); return err }},
		{"a person's erasure", func() error { return e.db.InTx(ctx, func(tx *store.Tx) error { return s.Erase(tx, 1500) }) }},
	} {
		*seen = nil
		if err := step.do(); err != nil {
			t.Errorf("%s: %v", step.what, err)
			continue
		}
		looked := map[string]bool{}
		for _, sql := range *seen {
			shape := regexp.MustCompile(`\d+`).ReplaceAllString(sql, "#")
			if looked[shape] || !meetingTables.MatchString(sql) {
				continue
			}
			looked[shape] = true
			for line := range strings.Lines(plans(t, e.db, sql)) {
				if whole(line) && !strings.HasPrefix(line, "SCAN v") { // v is what a statement has made itself
					t.Errorf("%s reads a whole table: %s\n%s", step.what, strings.TrimSpace(line), cut(sql, 600))
				}
			}
		}
		if len(looked) == 0 {
			t.Errorf("%s sent no statement", step.what)
		}
	}
}
