package assembly_test

import (
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
)

// published gives what was cast its place in the log and signs it.
func (w *world) published() {
	w.t.Helper()
	if _, err := w.s.Sequence(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.s.SignCheckpoints(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) check(code string) *assembly.Inspected {
	w.t.Helper()
	c, err := w.s.Check(w.t.Context(), code)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// TestCheckMyBallot: a receipt's code tells that the ballot waits, is published, was replaced and what counts now, with a proof that
// holds against the signed checkpoint, and nothing of seat or choice.
func TestCheckMyBallot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	m := w.open()
	r := w.cast(m, 0, tally.No)
	if c := w.check(log.GroupCode(r.Code)); c.Published() || c.Checkpoint != nil || c.Ballots[0].State != "" || c.Meeting != m.Number {
		t.Errorf("before it is published: %+v", c)
	}
	w.published()
	c := w.check(strings.ToLower(r.Code))
	b := c.Ballots[0]
	if !c.Published() || b.State != log.Counted || b.Proof.Check() != nil || c.Checkpoint.Root != hex.EncodeToString(b.Proof.Root[:]) {
		t.Fatalf("published: %+v", c)
	}
	secret, seat, ok := log.ParseFragment(r.URL("https://x"))
	entry := log.Ballot{Meeting: c.Meeting, Motion: b.Position, Seat: seat, Version: b.Version}
	if leaf := (log.Leaf{Ballot: entry.Commit(log.Seal(tally.No, entry.Salt(secret[:])))}); !ok || leaf.Hash() != b.Proof.Leaf {
		t.Error("the receipt does not open the leaf")
	}
	if raw, _ := json.Marshal(c); regexp.MustCompile(`"no"|\b101\b`).Match(raw) {
		t.Errorf("more is told than may be: %s", raw)
	}
	// Others vote and the owner changes their mind: the first checkpoint is behind the log.
	for i := 1; i < 5; i++ {
		w.cast(m, i, tally.Yes)
	}
	again := w.cast(m, 0, tally.Yes)
	if _, err := w.s.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := w.check(again.Code); c.Published() || c.Ballots[0].State != "" || c.Ballots[0].Version != 2 {
		t.Errorf("in the log and not signed yet: %+v", c.Ballots)
	}
	if c := w.check(r.Code); !c.Published() || c.Ballots[0].Proof.Check() != nil {
		t.Errorf("against an older checkpoint: %+v", c.Ballots)
	}
	w.clock.Advance(time.Hour)
	w.published()
	if c := w.check(r.Code); c.Ballots[0].State != log.Superseded || c.Ballots[0].Reason != "changed" || c.Ballots[0].Proof.Check() != nil {
		t.Errorf("replaced: %+v", c.Ballots)
	}
	for _, code := range []string{"", "0000", r.Code[1:] + r.Code[:1], strings.Repeat("0", 16)} {
		_, err := w.s.Check(t.Context(), code)
		refused(t, code, err, assembly.ErrNoReceipt)
	}
}

// TestConsistency: every published state begins with every earlier one; what was never published is not proved.
func TestConsistency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	m := w.open()
	_, err := w.s.Consistency(t.Context(), m.ID, 1, 0)
	refused(t, "nothing is published", err, assembly.ErrNoCheckpoint)
	_, err = w.s.LatestCheckpoint(t.Context(), m.ID)
	refused(t, "nothing is published", err, assembly.ErrNoCheckpoint)
	for i := range 5 {
		w.cast(m, i, tally.Yes)
		w.published()
		w.clock.Advance(time.Hour)
	}
	last, err := w.s.LatestCheckpoint(t.Context(), m.ID)
	if err != nil || last.Size != 5 {
		t.Fatalf("%+v %v", last, err)
	}
	for from := int64(1); from <= 5; from++ {
		for to := from; to <= 5; to++ {
			p, err := w.s.Consistency(t.Context(), m.ID, from, to)
			if err != nil || p.Check() != nil || p.OldSize != from || p.Size != to {
				t.Errorf("%d to %d: %+v %v", from, to, p, err)
			}
		}
		if p, err := w.s.Consistency(t.Context(), m.ID, from, 0); err != nil || p.Size != 5 {
			t.Errorf("%d to the latest: %v", from, err)
		}
	}
	for _, sizes := range [][2]int64{{6, 0}, {-1, 0}, {1, 7}, {3, 2}} {
		_, err := w.s.Consistency(t.Context(), m.ID, sizes[0], sizes[1])
		refused(t, "a size that was not published", err, assembly.ErrNoSize)
	}
	_, err = w.s.Consistency(t.Context(), m.ID+1000, 1, 0)
	refused(t, "no meeting", err, assembly.ErrNotFound)
}
