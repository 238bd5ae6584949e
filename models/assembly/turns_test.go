package assembly_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// many is more meetings than a background step looks at in one turn.
const many = 201

// living makes so many open meetings beside the others, as rows.
func (w *world) living(n int, change func(*assembly.Meeting)) []int64 {
	w.t.Helper()
	now := w.clock.Now()
	opens, closes := now.Add(-day), now.Add(day)
	rows := make([]assembly.Meeting, n)
	for i := range rows {
		rows[i] = assembly.Meeting{Number: fmt.Sprint("X", i), EstateID: w.Estate.ID, Session: assembly.Extraordinary, Title: "临时会议", Convener: assembly.ByCommittee, Basis: assembly.OwnMotion, Channel: assembly.OnSystem, State: assembly.Noticed,
			Version: 1, Terms: "{}", NoticedAt: &opens, OpensAt: &opens, ClosesAt: &closes, ClientRef: w.once(), CreatedAt: now}
		change(&rows[i])
	}
	w.tx(func(tx *store.Tx) error { return tx.CreateInBatches(&rows, 200).Error })
	ids := make([]int64, n)
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids
}

// turns runs a step as often as it asks for, and once more after a failure.
func turns(t *testing.T, step func(context.Context) (bool, error)) {
	t.Helper()
	for range 2 {
		for range 10 {
			if more, err := step(t.Context()); err != nil || !more {
				break
			}
		}
	}
}

// TestEveryBallotIsSequenced: with more meetings that fail than a turn holds, the ballot of the one after them still gets into the hashes.
func TestEveryBallotIsSequenced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	bad := w.living(many, func(*assembly.Meeting) {})
	rows := make([]assembly.Ballot, len(bad))
	for i, id := range bad {
		rows[i] = assembly.Ballot{MeetingID: id, MotionID: id + 1_000_000, SeatID: 1, Version: 1, EnvelopeID: 1, Choice: tally.Yes, Commitment: "no hash"}
	}
	w.tx(func(tx *store.Tx) error { return tx.CreateInBatches(&rows, 200).Error })
	m := w.open()
	w.cast(m, 0, tally.Yes)
	turns(t, w.s.Sequence)
	var waiting int64
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Ballot{}).Where("meeting_id = ? AND leaf >= COALESCE((SELECT size FROM ballot_logs l WHERE l.meeting_id = ballots.meeting_id), 0)", m.ID).Count(&waiting).Error
	})
	if waiting != 0 {
		t.Error("the hashes of its log do not cover a ballot")
	}
}

// TestEveryWindowCloses: with more open meetings than a turn holds, each is seen, and the last one closes.
func TestEveryWindowCloses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	now := w.clock.Now()
	ids := w.living(many+1, func(m *assembly.Meeting) { m.PulseAt = &now })
	last := ids[many]
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Meeting{}).Where("id = ?", last).Update("closes_at", now.Add(time.Minute)).Error
	})
	w.clock.Advance(2 * time.Minute)
	turns(t, w.s.Tick)
	var unseen, closed int64
	w.tx(func(tx *store.Tx) error {
		if err := tx.Model(&assembly.Meeting{}).Where("pulse_at < ?", w.clock.Now()).Count(&unseen).Error; err != nil {
			return err
		}
		return tx.Model(&assembly.Meeting{}).Where("id = ? AND state = ?", last, assembly.Closed).Count(&closed).Error
	})
	if unseen != 0 || closed != 1 {
		t.Errorf("%d meetings were not seen, the last is closed: %d", unseen, closed)
	}
}

// TestEveryLogIsSigned: with more logs that cannot be signed than a turn holds, the one after them is.
func TestEveryLogIsSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	bad := w.living(many, func(*assembly.Meeting) {})
	rows := make([]assembly.Log, len(bad))
	for i, id := range bad {
		rows[i] = assembly.Log{MeetingID: id, Size: 1, Root: "no hash"}
	}
	w.tx(func(tx *store.Tx) error { return tx.CreateInBatches(&rows, 200).Error })
	m := w.open()
	w.cast(m, 0, tally.Yes)
	turns(t, w.s.Sequence)
	turns(t, w.s.SignCheckpoints)
	if _, err := w.s.LatestCheckpoint(t.Context(), m.ID); err != nil {
		t.Error(err)
	}
}

// TestEveryPetitionIsCounted: with more that fail than a turn holds, the one after them is counted again.
func TestEveryPetitionIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	rows := make([]assembly.Petition, many+1)
	for i := range rows {
		rows[i] = assembly.Petition{Number: fmt.Sprint("P", i), EstateID: w.Estate.ID, Title: "要求开会", State: assembly.Signing, Wanted: "[]", ClientRef: w.once(), CreatedAt: w.clock.Now()}
	}
	const broken = 1 << 40 // an estate whose rules cannot be read
	for i := range many {
		rows[i].EstateID = broken
	}
	w.tx(func(tx *store.Tx) error {
		r := assembly.Rulebook{EstateID: broken, Kind: assembly.Procedure, Version: 1, Fields: "no JSON", EffectiveOn: tx.Now.AddDate(0, 0, -2), EnteredAt: tx.Now, State: "confirmed", ConfirmedAt: &tx.Now, ClientRef: w.once()}
		if err := tx.Create(&r).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(&rows, 200).Error
	})
	turns(t, w.s.TickPreparation)
	var p assembly.Petition
	w.tx(func(tx *store.Tx) error { return tx.Where("id = ?", rows[many].ID).Take(&p).Error })
	if p.CheckedAt == nil {
		t.Error("a petition was not counted")
	}
}
