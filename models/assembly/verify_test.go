package assembly_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/store"
)

// mixed is a certified meeting of everything that verify looks at: phones, a change of mind, paper beside a phone, an invalid form, a
// replaced one and one that never came back.
func (w *world) mixed() *assembly.Meeting {
	w.t.Helper()
	m := w.open(two)
	for i := range 4 {
		w.cast(m, i, "yes", "no")
	}
	w.published()
	w.cast(m, 1, "no", "no")
	forms := w.issue(m, 4, 5, 6)
	lost, err := w.s.ReplaceForm(w.t.Context(), w.chair, m.ID, forms[1].Number, "填坏了", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	w.receive(m, forms[0].Number)
	w.receive(m, lost.Number)
	w.closed(m)
	w.opened(m, forms[0].Number, lost.Number)
	w.read(m, forms[0].Number, "yes", "yes")
	w.read(m, lost.Number, "void:several", "yes")
	w.certified(m)
	return m
}

// verified asks for the whole check.
func (w *world) verified() (assembly.Checks, error) { return w.s.Verify(context.Background()) }

// TestVerifyMeetings: an honest meeting holds, and each row that somebody turns in the database is named.
func TestVerifyMeetings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	m := w.mixed()
	running := w.open()
	w.cast(running, 0, "yes") // the hashes do not cover it yet
	c, err := w.verified()
	if err != nil || c.Meetings != 2 || c.Seats != 12 || c.Ballots != 15 || c.Outcomes != 2 || c.Forms != 4 || c.Leaves < 15 {
		t.Fatalf("an honest database: %+v %v", c, err)
	}
	ballot := func(version int) string {
		return fmt.Sprintf("motion_id = (SELECT id FROM motions WHERE meeting_id = %d AND position = 1) AND seat_id = (SELECT id FROM seats WHERE meeting_id = %d AND no = 2) AND version = %d", m.ID, m.ID, version)
	}
	for _, x := range []struct{ what, table, where, set, want string }{
		{"a ballot of another seat's envelope", "ballots", ballot(2), "envelope_id = (SELECT id FROM envelopes e WHERE e.seat_id <> ballots.seat_id ORDER BY id LIMIT 1)", "is not of its envelope"},
		{"an envelope of another meeting", "envelopes", "meeting_id = {m}", "meeting_id = {r}", "is not of its envelope"},
		{"another choice", "ballots", ballot(2), "choice = 'yes'", "is not what its commitment says"},
		{"another choice, waiting", "ballots", "meeting_id = {r}", "choice = 'no'", "is not what its commitment says"},
		{"another commitment", "ballots", ballot(2), "commitment = '" + strings.Repeat("ab", 32) + "'", "is not what its commitment says"},
		{"an old vote that counts again", "ballots", ballot(1), "mark = ''", "stands as counted, by the rule it is superseded"},
		{"a vote set aside in silence", "envelopes", "id = (SELECT envelope_id FROM ballots WHERE " + ballot(2) + ")", "void = 'objection'", "by the rule it is"},
		{"a gap in the log", "ballots", "meeting_id = {m} AND leaf = 0", "leaf = 900", "leaf 0 is missing before ballot"},
		{"a mark of another leaf", "log_marks", "meeting_id = {m} AND closed_at IS NULL", "reason = 'nothing'", "checkpoint"},
		{"a root", "ballot_logs", "meeting_id = {m}", "root = '" + strings.Repeat("0", 64) + "'", "the log is kept as"},
		{"a signed state", "log_checkpoints", "meeting_id = {m}", "size = 1", "it is not the log of"},
		{"a seat's area", "seats", "meeting_id = {m} AND no = 3", "area_milli = 999", "seat 3 is not what was frozen"},
		{"a seat's home", "seats", "meeting_id = {m} AND no = 3", "units = '[]'", "seat 3 is not what was frozen"},
		{"a roll's root", "meetings", "id = {m}", "roll_root = '" + strings.Repeat("0", 64) + "'", "not those of the frozen roll's root"},
		{"the number of seats", "meetings", "id = {m}", "seats = 7", "the roll has 6 seats"},
		{"the statement", "meeting_results", "kind = 'certificate'", "body = REPLACE(body, '\"heads\":6', '\"heads\":5')", "the statement is not what was signed"},
		{"the bundle's certificate", "meeting_results", "kind = 'certificate'", "cert = REPLACE(cert, '6', '5')", "the bundle's certificate is not what was signed"},
		{"no certificate", "meeting_results", "kind = 'certificate'", "kind = 'provisional'", "is not what was signed"},
		{"a law of its own", "motions", "meeting_id = {m} AND position = 1", "law = (SELECT law FROM motions WHERE meeting_id = {m} AND position = 2)", "thresholds and confirmations"},
		{"a form that never was", "paper_forms", "meeting_id = {m} AND serial = 4", "serial = 5", "paper forms: 5 issued"},
		{"a form back from the dead", "paper_forms", "meeting_id = {m} AND state = 'replaced'", "live = 999", "is alive and replaced at once"},
		{"a form without its vote", "paper_forms", "meeting_id = {m} AND state = 'confirmed'", "envelope_id = 0", "对不上"},
	} {
		r := strings.NewReplacer("{m}", fmt.Sprint(m.ID), "{r}", fmt.Sprint(running.ID))
		restore := w.turned(x.table, r.Replace(x.where), r.Replace(x.set))
		if _, err := w.verified(); err == nil || !strings.Contains(err.Error(), x.want) || !strings.Contains(err.Error(), "meeting ") {
			t.Errorf("%s: %v, want %q", x.what, err, x.want)
		}
		restore()
	}
	if _, err := w.verified(); err != nil {
		t.Errorf("put back: %v", err)
	}
}

// turned changes one row past the program, and gives what puts it back.
func (w *world) turned(table, where, set string) (restore func()) {
	w.t.Helper()
	column, _, _ := strings.Cut(set, " =")
	key := map[string]string{"ballot_logs": "meeting_id"}[table]
	if key == "" {
		key = "id"
	}
	var id int64
	var was any
	w.tx(func(tx *store.Tx) error {
		row := map[string]any{}
		if err := tx.Table(table).Select(key + " AS k, " + column + " AS v").Where(where).Order(key).Limit(1).Scan(&row).Error; err != nil {
			return err
		}
		if len(row) == 0 {
			return fmt.Errorf("nothing to turn: %s where %s", table, where)
		}
		id, was = row["k"].(int64), row["v"]
		return tx.Exec(fmt.Sprintf("UPDATE %s SET %s WHERE %s = ?", table, set, key), id).Error
	})
	return func() {
		w.tx(func(tx *store.Tx) error {
			return tx.Exec(fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s = ?", table, column, key), was, id).Error
		})
	}
}

// TestVerifyEveryOutcome: what was published is held against its signature however often it was published.
func TestVerifyEveryOutcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	w.cast(m, 0, "yes")
	w.closed(m)
	w.provisional(m)
	w.tx(func(tx *store.Tx) error {
		var o assembly.Outcome
		if err := tx.Where("meeting_id = ?", m.ID).Take(&o).Error; err != nil {
			return err
		}
		for range 100 {
			o.ID = 0
			if err := tx.Create(&o).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if c, err := w.verified(); err != nil || c.Outcomes != 101 {
		t.Fatalf("%+v %v", c, err)
	}
	w.tx(func(tx *store.Tx) error {
		return tx.Exec("UPDATE meeting_results SET body = REPLACE(body, '\"heads\":4', '\"heads\":5') WHERE id = (SELECT id FROM (SELECT MAX(id) AS id FROM meeting_results) x)").Error
	})
	if _, err := w.verified(); err == nil || !strings.Contains(err.Error(), "is not what was signed") {
		t.Errorf("the last of many is turned: %v", err)
	}
}

// TestVerifyWhileOwnersChangeTheirMinds: ballots, marks and hashes that come while it walks are no false alarm.
func TestVerifyWhileOwnersChangeTheirMinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 12)
	w.local("ballot.change", "until_close")
	m := w.open()
	var casts []assembly.Cast
	for range 12 {
		for _, choice := range []string{"yes", "no"} {
			for i := range 12 {
				casts = append(casts, w.ballot(m, i, choice))
			}
		}
	}
	var wg sync.WaitGroup
	over := make(chan struct{})
	wg.Go(func() {
		defer close(over)
		for _, c := range casts {
			if _, err := w.s.Cast(context.Background(), c); err != nil {
				t.Error(err)
			}
			if _, err := w.s.Sequence(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	for going := true; going; {
		select {
		case <-over:
			going = false
		default:
		}
		if _, err := w.verified(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if c, err := w.verified(); err != nil || c.Ballots != 288 {
		t.Errorf("at the end %+v, %v", c, err)
	}
}
