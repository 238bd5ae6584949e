package assembly_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// meetingTables are what somebody with access to the database turns.
var meetingTables = []string{"meetings", "motions", "seats", "envelopes", "ballots", "ballot_logs", "log_marks", "log_tiles", "log_checkpoints", "meeting_results", "roster_postings", "roster_seats"}

// copied keeps those tables, and gives what puts them back as they were.
func (w *world) copied() (restore func()) {
	w.t.Helper()
	kept := map[string][]map[string]any{}
	w.tx(func(tx *store.Tx) error {
		for _, table := range meetingTables {
			var rows []map[string]any
			if err := tx.Table(table).Find(&rows).Error; err != nil {
				return err
			}
			kept[table] = rows
		}
		return nil
	})
	return func() {
		w.tx(func(tx *store.Tx) error {
			for _, table := range meetingTables {
				if err := tx.Exec("DELETE FROM " + table).Error; err != nil {
					return err
				}
				for _, row := range kept[table] {
					if err := tx.Table(table).Create(maps.Clone(row)).Error; err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
}

// turnVotes turns every "yes" on a meeting's motions and re-makes what hangs on it as the program would: commitments, leaves, tiles and the
// log's root.
func (w *world) turnVotes(tx *store.Tx, m *assembly.Meeting) error {
	var size int64
	if err := tx.Raw("SELECT size FROM ballot_logs WHERE meeting_id = ?", m.ID).Scan(&size).Error; err != nil {
		return err
	}
	var rows []struct {
		ID, EnvelopeID    int64
		Position, No      int
		Version           int
		Choice, Secret    string
		Commitment        string
		Leaf              int64
		Turned, Unchanged bool
	}
	err := tx.Raw("SELECT b.*, q.position, s.no, e.secret FROM ballots b JOIN motions q ON q.id = b.motion_id JOIN seats s ON s.id = b.seat_id JOIN envelopes e ON e.id = b.envelope_id WHERE b.meeting_id = ?", m.ID).Scan(&rows).Error
	if err != nil {
		return err
	}
	leaves := map[int64]log.Leaf{}
	for _, b := range rows {
		if b.Choice == "yes" {
			b.Choice = "no"
		}
		secret, err := hex.DecodeString(b.Secret)
		if err != nil {
			return err
		}
		entry := log.Ballot{Meeting: m.Number, Motion: b.Position, Seat: b.No, Version: b.Version}
		commitment := entry.Commit(log.Seal(b.Choice, entry.Salt(secret)))
		if err := tx.Exec("UPDATE ballots SET choice = ?, commitment = ? WHERE id = ?", b.Choice, hex.EncodeToString(commitment[:]), b.ID).Error; err != nil {
			return err
		}
		if b.Leaf < size {
			leaves[b.Leaf] = log.Leaf{Ballot: commitment}
		}
	}
	var marks []assembly.Mark
	if err := tx.Where("meeting_id = ? AND leaf < ?", m.ID, size).Find(&marks).Error; err != nil {
		return err
	}
	for _, k := range marks {
		leaf := log.Leaf{Closed: time.Time{}}
		if k.ClosedAt != nil {
			leaf.Closed = k.ClosedAt.UTC()
		} else {
			var at int64
			if err := tx.Raw("SELECT leaf FROM ballots WHERE id = ?", k.BallotID).Scan(&at).Error; err != nil {
				return err
			}
			leaf = log.Leaf{Mark: &log.Mark{Leaf: at, State: log.State(k.State), Reason: k.Reason}}
		}
		leaves[k.Leaf] = leaf
	}
	var replay log.Replay
	if err := tx.Exec("DELETE FROM log_tiles WHERE meeting_id = ?", m.ID).Error; err != nil {
		return err
	}
	tiling := log.Tiling{Tile: func(x log.Tile) error {
		return tx.Create(&assembly.Tile{MeetingID: m.ID, Level: x.Level, N: x.N, Width: len(x.Data) / 32, Hashes: base64.StdEncoding.EncodeToString(x.Data)}).Error
	}}
	for i := range int64(len(leaves)) {
		replay.Add(leaves[i])
		if err := tiling.Add(leaves[i]); err != nil {
			return err
		}
	}
	if _, err := tiling.End(); err != nil {
		return err
	}
	tree := replay.Tree()
	return tx.Exec("UPDATE ballot_logs SET size = ?, root = ? WHERE meeting_id = ?", tree.Size, hex.EncodeToString(tree.Root[:]), m.ID).Error
}

// signs re-makes the checkpoints of a meeting with some key, as its log stands now.
func (w *world) signs(tx *store.Tx, m *assembly.Meeting, s log.Signer) error {
	var l assembly.Log
	if err := tx.Where("meeting_id = ?", m.ID).Take(&l).Error; err != nil {
		return err
	}
	root, err := hex.DecodeString(l.Root)
	if err != nil {
		return err
	}
	var list []assembly.Checkpoint
	if err := tx.Where("meeting_id = ?", m.ID).Find(&list).Error; err != nil {
		return err
	}
	for _, c := range list {
		note, err := log.Checkpoint{Meeting: m.Number, Tree: log.Tree{Size: l.Size, Root: log.Hash(root)}, At: c.At, Purpose: log.Purpose(c.Purpose)}.Sign(s)
		if err != nil {
			return err
		}
		if err := tx.Exec("UPDATE log_checkpoints SET size = ?, root = ?, note = ?, key_line = ? WHERE id = ?", l.Size, l.Root, string(note), s.Key(), c.ID).Error; err != nil {
			return err
		}
	}
	return nil
}

// reSeat gives a seat another area and re-makes its hash, the root and the totals.
func (w *world) reSeat(tx *store.Tx, m *assembly.Meeting) error {
	var seats []assembly.Seat
	if err := tx.Where("meeting_id = ?", m.ID).Order("no").Find(&seats).Error; err != nil {
		return err
	}
	total := int64(0)
	roll, err := log.FreezeRoll(m.Number, *m.FrozenAt, func(yield func(log.Seat, error) bool) {
		for i := range seats {
			s := &seats[i]
			var units []assembly.SeatUnit
			if err := json.Unmarshal([]byte(s.Units), &units); err != nil {
				yield(log.Seat{}, err)
				return
			}
			if s.No == 1 {
				units[0].Area += 500_000
				s.AreaMilli += 500_000
			}
			total += int64(s.AreaMilli)
			salt, _ := hex.DecodeString(s.Salt)
			row := log.Seat{No: s.No, Salt: log.Hash(salt)}
			for _, u := range units {
				row.Units = append(row.Units, log.Unit{Code: u.Code, Area: u.Area})
			}
			hash := row.Hash(m.Number)
			text, _ := json.Marshal(units)
			err := tx.Exec("UPDATE seats SET units = ?, area_milli = ?, hash = ? WHERE id = ?", string(text), s.AreaMilli, hex.EncodeToString(hash[:]), s.ID).Error
			if !yield(row, err) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	return tx.Exec("UPDATE meetings SET roll_root = ?, area_milli = ? WHERE id = ?", hex.EncodeToString(roll.Root[:]), total, m.ID).Error
}

// TestVerifyByTheTrail: whoever re-makes rows so that they agree with each other is found by what the audit trail noted, and the error says
// what it is.
func TestVerifyByTheTrail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	done := w.mixed()
	running := w.open(two)
	for i := range 4 {
		w.cast(running, i, "yes", "no")
	}
	w.published()
	w.cast(running, 1, "no", "no")
	w.published()
	w.cast(running, 4, "yes") // after the last signed state
	if _, err := w.verified(); err != nil {
		t.Fatalf("an honest database: %v", err)
	}
	thief, err := log.NewEd25519("linli-test", bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	m := done
	exec := func(list ...string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			for _, text := range list {
				r := tx.Exec(strings.NewReplacer("{m}", fmt.Sprint(done.ID), "{r}", fmt.Sprint(running.ID)).Replace(text))
				if r.Error == nil && r.RowsAffected == 0 {
					r.Error = fmt.Errorf("nothing to turn: %s", text)
				}
				if r.Error != nil {
					return r.Error
				}
			}
			return nil
		}
	}
	all := func(list ...func(*store.Tx) error) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			for _, f := range list {
				if err := f(tx); err != nil {
					return err
				}
			}
			return nil
		}
	}
	turn := func(m *assembly.Meeting) func(*store.Tx) error {
		return func(tx *store.Tx) error { return w.turnVotes(tx, m) }
	}
	sign := func(m *assembly.Meeting, s log.Signer) func(*store.Tx) error {
		return func(tx *store.Tx) error { return w.signs(tx, m, s) }
	}
	var everything []string
	for _, table := range meetingTables {
		everything = append(everything, "DELETE FROM "+table)
	}
	before := w.view(m)
	restore := w.copied()
	for _, x := range []struct {
		what string
		do   func(*store.Tx) error
		want string
	}{
		{"a decision reversed and to be signed anew", all(turn(done), exec("DELETE FROM log_checkpoints WHERE meeting_id = {m}", "DELETE FROM meeting_results WHERE meeting_id = {m}", "UPDATE meetings SET state = 'closed', certified_at = NULL, counted_at = NULL, objections_until = NULL WHERE id = {m}")), "it stands as closed, by the audit trail as certified"},
		{"a decision reversed, its state kept", all(turn(done), exec("DELETE FROM log_checkpoints WHERE meeting_id = {m}", "DELETE FROM meeting_results WHERE meeting_id = {m}")), "the ballots give another log"},
		{"results gone, the vote open again", exec("DELETE FROM meeting_results WHERE meeting_id = {m}", "UPDATE meetings SET state = 'noticed', closed_at = NULL, certified_at = NULL, counted_at = NULL WHERE id = {m}"), "it stands as noticed, by the audit trail as certified"},
		{"a draft again", exec("UPDATE meetings SET state = 'draft', frozen_at = NULL, noticed_at = NULL WHERE id = {m}"), "it stands as draft, by the audit trail as certified"},
		{"the first result gone", exec("DELETE FROM meeting_results WHERE meeting_id = {m} AND kind = 'provisional'"), "is published in the audit trail and is gone"},
		{"what is kept with a result", exec("UPDATE meeting_results SET aside = '{}' WHERE meeting_id = {m} AND kind = 'provisional'"), "what is kept with it is another"},
		{"votes turned, signed states gone", all(turn(running), exec("DELETE FROM log_checkpoints WHERE meeting_id = {r}")), "the ballots give another log of"},
		{"votes turned, signed with another key", all(turn(running), sign(running, thief)), "the ballots give another log of"},
		{"signed with another key", sign(running, thief), "which is not the server's and by the audit trail never was"},
		{"signed states gone", exec("DELETE FROM log_checkpoints WHERE meeting_id = {r}"), "is in the audit trail and is gone"},
		{"a vote turned before it is signed", func(tx *store.Tx) error {
			if err := exec("UPDATE ballots SET choice = 'abstain' WHERE meeting_id = {r} AND choice = 'yes' AND leaf >= (SELECT size FROM ballot_logs WHERE meeting_id = {r})")(tx); err != nil {
				return err
			}
			return w.turnVotes(tx, &assembly.Meeting{ID: running.ID, Number: running.Number, FrozenAt: running.FrozenAt})
		}, "the ballots give another log of"},
		{"only the last vote turned", func(tx *store.Tx) error { return w.turnWaiting(tx, running) }, "its receipt or its ballots are not what the audit trail has"},
		{"a seat's area with everything above it", func(tx *store.Tx) error { return w.reSeat(tx, running) }, "the audit trail has frozen another"},
		{"a threshold lowered", exec("UPDATE motions SET law = REPLACE(law, '2', '1') WHERE meeting_id = {r} AND position = 1"), "not those of the notice that the audit trail has"},
		{"terms", exec("UPDATE meetings SET terms = REPLACE(terms, 'first_valid', 'last_valid') WHERE id = {r}"), "not those of the notice that the audit trail has"},
		{"the words of the notice", exec("UPDATE meetings SET notice = 'x' WHERE id = {r}"), "not those of the notice that the audit trail has"},
		{"a title", exec("UPDATE meetings SET title = '另一次会议' WHERE id = {r}"), "not those of the notice that the audit trail has"},
		{"a motion's text, decided", exec("UPDATE motions SET body = '更换3号梯曳引机，预算八十万元。' WHERE meeting_id = {m} AND position = 1"), "not those of the notice that the audit trail has"},
		{"confirmed by whoever wrote it", exec("UPDATE motions SET confirmed_by = written_by WHERE meeting_id = {r}"), "not those of the notice that the audit trail has"},
		{"the close moved", exec("UPDATE meetings SET closes_at = opens_at WHERE id = {r}"), "its window is not the one that the audit trail has announced"},
		{"the days for objections", exec("UPDATE meetings SET objections_until = counted_at WHERE id = {m}"), "the days for objections"},
		{"revoked by nobody", exec("UPDATE meetings SET revoked_at = certified_at WHERE id = {m}"), "its revocation is not the one"},
		{"another owner may vote", exec("UPDATE seats SET holder_set_id = holder_set_id + 1 WHERE meeting_id = {r} AND no = 6"), "vote for seat 6, by the audit trail owners"},
		{"another owner on the roll", exec("UPDATE seats SET owner_set_id = owner_set_id + 1, holder_set_id = holder_set_id + 1 WHERE meeting_id = {r} AND no = 6"), "the owners of the seats are not those that the audit trail has frozen"},
		{"who voted", exec("UPDATE envelopes SET person_id = person_id + 1 WHERE meeting_id = {r}"), "submitted it, by the audit trail person"},
		{"for whom an agent voted", exec("UPDATE envelopes SET owner_id = 77 WHERE meeting_id = {r}"), "its receipt or its ballots are not what the audit trail has"},
		{"the way of a vote", exec("UPDATE envelopes SET channel = 'link' WHERE meeting_id = {r}"), `it came by "link", by the audit trail by "app"`},
		{"the time of a vote", exec("UPDATE envelopes SET at = (SELECT opens_at FROM meetings WHERE id = {r}) WHERE meeting_id = {r}"), "by the audit trail at"},
		{"the form of a paper", exec("UPDATE envelopes SET form_id = form_id + 1 WHERE meeting_id = {m} AND form_id <> 0"), "its receipt or its ballots are not what the audit trail has"},
		{"a receipt's code", exec("UPDATE envelopes SET code = 'X' WHERE meeting_id = {r} AND id = (SELECT id FROM (SELECT MAX(id) AS id FROM envelopes WHERE meeting_id = {r}) x)"), "its receipt or its ballots are not what the audit trail has"},
		{"a vote set aside by nobody", exec("UPDATE envelopes SET void = 'objection' WHERE id = (SELECT id FROM (SELECT MAX(id) AS id FROM envelopes WHERE meeting_id = {r}) x)", "UPDATE ballots SET mark = 'invalid' WHERE envelope_id = (SELECT MAX(id) FROM envelopes WHERE meeting_id = {r})"), `it stands out of the count for "objection", by the audit trail for ""`},
		{"the last vote gone", exec("DELETE FROM ballots WHERE meeting_id = {r} AND leaf >= (SELECT size FROM ballot_logs WHERE meeting_id = {r})", "DELETE FROM envelopes WHERE id = (SELECT id FROM (SELECT MAX(id) AS id FROM envelopes WHERE meeting_id = {r}) x)"), "was submitted by the audit trail and is gone"},
		{"a posted row", exec("UPDATE roster_seats SET units = REPLACE(units, '101', '109') WHERE posting_id = (SELECT id FROM roster_postings WHERE meeting_id = {m}) AND no = 1"), "the rows of posting 1 are not those of its hash"},
		{"a posting's hash", exec("UPDATE roster_postings SET hash = 'x' WHERE meeting_id = {m}"), "the rows of posting 1 are not those of its hash"},
		{"how long the roster stood", exec("UPDATE roster_postings SET ends_at = at WHERE meeting_id = {m}"), "posting 1 of the roster is not the one"},
		{"a posting gone", exec("DELETE FROM roster_postings WHERE meeting_id = {m}"), "posting 1 of the roster is in the audit trail and is gone"},
		{"a meeting gone", exec("DELETE FROM meetings WHERE id = {m}"), fmt.Sprintf("meeting %d is in the audit trail and is gone", m.ID)},
		{"everything gone", exec(everything...), "is in the audit trail and is gone"},
		{"a meeting of nobody", exec("UPDATE meetings SET id = 999, state = 'draft', frozen_at = NULL, noticed_at = NULL WHERE id = {r}"), "meeting 999: the audit trail knows of no such meeting"},
		{"a tile damaged", exec("UPDATE log_tiles SET hashes = 'AAAA' || SUBSTR(hashes, 5) WHERE meeting_id = {r}"), "tile 0/0 of the log is not what the leaves give"},
		{"a tile emptied", exec("UPDATE log_tiles SET hashes = '' WHERE meeting_id = {r}"), "tile 0/0 of the log is not what the leaves give"},
		{"the tiles gone", exec("DELETE FROM log_tiles WHERE meeting_id = {r}"), "tile 0/0 of the log is gone"},
		{"a tile too many", exec("INSERT INTO log_tiles (meeting_id, level, n, width, hashes) VALUES ({r}, 1, 0, 0, '')"), "the log has 2 tiles, the leaves give 1"},
	} {
		do := x.do
		if w.DB.Dialect != "sqlite" && x.what == "a tile damaged" {
			do = exec("UPDATE log_tiles SET hashes = CONCAT('AAAA', SUBSTR(hashes, 5)) WHERE meeting_id = {r}")
		}
		w.tx(do)
		if _, err := w.verified(); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.what, err, x.want)
		}
		restore()
	}
	if _, err := w.verified(); err != nil {
		t.Errorf("put back: %v", err)
	}
	if after := w.view(m); after.Outcome.SHA256 != before.Outcome.SHA256 {
		t.Error("the tables are not put back as they were")
	}
}

// turnWaiting turns what the hashes do not cover yet.
func (w *world) turnWaiting(tx *store.Tx, m *assembly.Meeting) error {
	var b struct {
		ID             int64
		Position, No   int
		Version        int
		Choice, Secret string
	}
	err := tx.Raw("SELECT b.*, q.position, s.no, e.secret FROM ballots b JOIN motions q ON q.id = b.motion_id JOIN seats s ON s.id = b.seat_id JOIN envelopes e ON e.id = b.envelope_id WHERE b.meeting_id = ? AND b.leaf >= (SELECT size FROM ballot_logs l WHERE l.meeting_id = b.meeting_id) ORDER BY b.id LIMIT 1", m.ID).Scan(&b).Error
	if err != nil {
		return err
	}
	secret, err := hex.DecodeString(b.Secret)
	if err != nil {
		return err
	}
	entry := log.Ballot{Meeting: m.Number, Motion: b.Position, Seat: b.No, Version: b.Version}
	commitment := entry.Commit(log.Seal("no", entry.Salt(secret)))
	return tx.Exec("UPDATE ballots SET choice = 'no', commitment = ? WHERE id = ?", hex.EncodeToString(commitment[:]), b.ID).Error
}

// TestVerifyFromBeforeTheNotes: meetings that began before the trail noted so much verify, with the keys of their time.
func TestVerifyFromBeforeTheNotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	m := w.mixed()
	w.tx(func(tx *store.Tx) error {
		if err := tx.Exec("DELETE FROM audit_entries WHERE verb IN ('assembly.checkpoint', 'assembly.key', 'assembly.void', 'assembly.count')").Error; err != nil {
			return err
		}
		var list []audit.Entry
		if err := tx.Where("verb LIKE 'assembly.%' AND detail <> ''").Find(&list).Error; err != nil {
			return err
		}
		for _, e := range list {
			x := map[string]any{}
			if err := json.Unmarshal([]byte(e.Detail), &x); err != nil {
				return err
			}
			delete(x, "sets")
			delete(x, "objections")
			delete(x, "holder")
			if e.Verb == "assembly.cast" || e.Verb == "assembly.notify" {
				delete(x, "sha256")
			}
			text, err := json.Marshal(x)
			if err != nil {
				return err
			}
			if err := tx.Exec("UPDATE audit_entries SET detail = ? WHERE id = ?", string(text), e.ID).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if _, err := w.verified(); err != nil {
		t.Errorf("before any note: %v", err)
	}
	options := w.options
	var err error
	if options.Signer, err = log.NewEd25519("linli-next", bytes.Repeat([]byte{8}, 32)); err != nil {
		t.Fatal(err)
	}
	w.s = assembly.New(options) // another key since
	if _, err := w.verified(); err != nil {
		t.Errorf("signed with the key of its time: %v", err)
	}
	w.clock.Advance(time.Hour)
	next := w.open()
	w.cast(next, 0, "yes")
	w.published()
	if _, err := w.verified(); err != nil {
		t.Errorf("beside a meeting of now: %v", err)
	}
	w.tx(func(tx *store.Tx) error {
		return tx.Exec("UPDATE meetings SET state = 'closed' WHERE id = ?", m.ID).Error
	})
	if _, err := w.verified(); err == nil || !strings.Contains(err.Error(), "it stands as closed, by the audit trail as certified") {
		t.Errorf("an old decision taken back: %v", err)
	}
}

// TestVerifyWhatMayChange: what the rules let change after the notice is no tampering, and its own change is noted.
func TestVerifyWhatMayChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	w.buyer(0, "BUYER-1")
	w.cast(m, 1, "yes")
	if _, err := w.s.Extend(t.Context(), w.chair, m.ID, 2, "票数不够，延长两天"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.verified(); err != nil {
		t.Errorf("sold and extended: %v", err)
	}
	restore := w.turned("seats", fmt.Sprintf("meeting_id = %d AND no = 1", m.ID), "holder_set_id = owner_set_id")
	if _, err := w.verified(); err == nil || !strings.Contains(err.Error(), "vote for seat 1, by the audit trail owners") {
		t.Errorf("given back to the seller: %v", err)
	}
	restore()
	w.closed(m)
	w.certified(m)
	if _, err := w.s.Revoke(t.Context(), w.Officer(w.Township, org.Head), m.ID, "某某法院（2026）黔27民初1号判决撤销", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.verified(); err != nil {
		t.Errorf("certified and revoked: %v", err)
	}
	defer w.turned("meetings", fmt.Sprintf("id = %d", m.ID), "revoked_for = '判决驳回'")()
	if _, err := w.verified(); err == nil || !strings.Contains(err.Error(), "its revocation is not the one") {
		t.Errorf("another judgment: %v", err)
	}
}

// TestVerifyACountTakenBack: a certified meeting that is put back and goes through its last steps anew, by the program and its own key, is found
// even where no row tells of the first time.
func TestVerifyACountTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	m := w.open()
	for i := range 5 {
		w.cast(m, i, "yes")
	}
	w.closed(m)
	w.certified(m)
	w.tx(func(tx *store.Tx) error {
		for _, text := range []string{"DELETE FROM log_checkpoints WHERE purpose = 'final'", "DELETE FROM meeting_results", "UPDATE meetings SET state = 'closed', counted_at = NULL, certified_at = NULL, objections_until = NULL"} {
			if err := tx.Exec(text).Error; err != nil {
				return err
			}
		}
		return nil
	})
	w.certified(m)
	_, err := w.verified()
	if err == nil || !strings.Contains(err.Error(), "by the audit trail it became provisional when it was certified already") {
		t.Errorf("certified twice: %v", err)
	}
	w.tx(func(tx *store.Tx) error { // and with other votes nothing is published at all: their signed states are not there
		for _, text := range []string{"DELETE FROM log_checkpoints", "DELETE FROM meeting_results", "UPDATE meetings SET state = 'closed', counted_at = NULL, certified_at = NULL, objections_until = NULL"} {
			if err := tx.Exec(text).Error; err != nil {
				return err
			}
		}
		return w.turnVotes(tx, m)
	})
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err == nil {
		t.Error("a turned count is published")
	}
}

// TestVerifySetBack: a demo's days verify as they were set back, and nowhere else.
func TestVerifySetBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	if err := w.s.SetBack(t.Context(), m.ID, map[string]time.Time{"noticed_at": w.clock.Now().AddDate(0, 0, -3), "closes_at": w.clock.Now().AddDate(0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.verified(); err != nil {
		t.Error(err)
	}
	options := w.options
	options.Production = true
	w.s = assembly.New(options)
	if _, err := w.verified(); err == nil || !strings.Contains(err.Error(), "its days were set back") {
		t.Errorf("in production: %v", err)
	}
	if err := w.s.SetBack(t.Context(), m.ID, map[string]time.Time{"closes_at": w.clock.Now()}); err == nil {
		t.Error("set back in production")
	}
}

// TestVerifyAfterAnotherKey: what was signed with a key that was in use verifies after it was changed.
func TestVerifyAfterAnotherKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	w.cast(m, 0, "yes")
	w.published()
	options := w.options
	var err error
	if options.Signer, err = log.NewEd25519("linli-next", bytes.Repeat([]byte{8}, 32)); err != nil {
		t.Fatal(err)
	}
	w.s = assembly.New(options)
	if _, err := w.verified(); err != nil {
		t.Errorf("signed with a key that was in use: %v", err)
	}
	w.cast(m, 1, "yes")
	w.closed(m)
	w.provisional(m)
	if _, err := w.verified(); err != nil {
		t.Errorf("signed with two: %v", err)
	}
}

// TestVerifyManyTiles: a log of several levels gives the tiles that the program wrote, in whatever steps it did.
func TestVerifyManyTiles(t *testing.T) {
	t.Parallel()
	kept := map[string][]byte{}
	store := tileStore(kept)
	var tree log.Tree
	var replay log.Replay
	tiling := log.Tiling{Tile: func(x log.Tile) error {
		at := fmt.Sprint(x.Level, "/", x.N)
		if !bytes.Equal(kept[at], x.Data) {
			return fmt.Errorf("tile %s differs", at)
		}
		return nil
	}}
	var leaves []log.Leaf
	for i := range 70_000 {
		leaves = append(leaves, log.Leaf{Ballot: log.Hash{byte(i), byte(i >> 8), byte(i >> 16)}})
	}
	for at, n := 0, 1; at < len(leaves); at, n = at+n, n*3%4001+1 {
		var hashes []log.Hash
		for _, l := range leaves[at:min(at+n, len(leaves))] {
			hashes = append(hashes, l.Hash())
		}
		var err error
		if tree, err = log.Append(tree, store, hashes); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range leaves {
		replay.Add(l)
		if err := tiling.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	n, err := tiling.End()
	if err != nil || n != int64(len(kept)) || replay.Tree() != tree {
		t.Errorf("%d tiles of %d, %v, %v", n, len(kept), replay.Tree() == tree, err)
	}
}

type tileStore map[string][]byte

func (k tileStore) LoadTiles(list []log.Tile) error {
	for i := range list {
		list[i].Data = k[fmt.Sprint(list[i].Level, "/", list[i].N)]
	}
	return nil
}

func (k tileStore) SaveTiles(list []log.Tile) error {
	for _, x := range list {
		k[fmt.Sprint(x.Level, "/", x.N)] = bytes.Clone(x.Data)
	}
	return nil
}
