package assembly

import (
	"cmp"
	"slices"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/store"
)

// remarkAfter says what new versions did to the ballots of their seats.
func remarkAfter(tx *store.Tx, m *Meeting, ballots []Ballot) error {
	aside, err := voided(tx, ballots)
	if err != nil {
		return err
	}
	done := map[[2]int64]bool{}
	for _, b := range ballots {
		key := [2]int64{b.MotionID, b.SeatID}
		if b.Version == 1 && b.Choice != tally.Void && !aside[b.EnvelopeID] || done[key] {
			continue
		}
		done[key] = true
		if err := remark(tx, m, b.MotionID, b.SeatID); err != nil {
			return err
		}
	}
	return nil
}

// voided tells which envelopes were taken out of the count before their ballots had a place in the log.
func voided(tx *store.Tx, ballots []Ballot) (map[int64]bool, error) {
	out := map[int64]bool{}
	for part := range slices.Chunk(ballots, 900) {
		ids := make([]int64, len(part))
		for i, b := range part {
			ids[i] = b.EnvelopeID
		}
		var gone []int64
		if err := tx.Model(&Envelope{}).Where("id IN ? AND void <> ''", ids).Pluck("id", &gone).Error; err != nil {
			return nil, err
		}
		for _, id := range gone {
			out[id] = true
		}
	}
	return out, nil
}

// remarkAll looks once more at every seat of which more than a first valid ballot came: a count says nothing that the log does not.
func remarkAll(tx *store.Tx, m *Meeting) error {
	var list []struct{ MotionID, SeatID int64 }
	err := tx.Raw(`SELECT DISTINCT b.motion_id, b.seat_id FROM ballots b JOIN envelopes e ON e.id = b.envelope_id
		WHERE b.meeting_id = ? AND (b.version > 1 OR b.choice = ? OR e.void <> '')`, m.ID, tally.Void).Scan(&list).Error
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := remark(tx, m, x.MotionID, x.SeatID); err != nil {
			return err
		}
	}
	return nil
}

// remark compares the state of a seat's ballots in the log with what stands by the frozen rule, and writes a mark for each that
// differs. Ballots that are not in the log yet are looked at when they are.
func remark(tx *store.Tx, m *Meeting, motion, seat int64) error {
	t, err := m.terms()
	if err != nil {
		return err
	}
	list, err := versionsOf(tx, motion, seat)
	if err != nil {
		return err
	}
	r := rule(list, t.WhichWins)
	for i := range list {
		b, state, reason := &list[i], r.states[i], r.reasons[i]
		was := cmp.Or(b.Mark, string(log.Counted))
		if b.Leaf == nil || was == string(state) {
			continue
		}
		if err := tx.Create(&Mark{MeetingID: m.ID, BallotID: b.ID, State: string(state), Reason: reason}).Error; err != nil {
			return err
		}
		mark := string(state)
		if state == log.Counted {
			mark = ""
		}
		if err := tx.Model(&Ballot{}).Where("id = ?", b.ID).Update("mark", mark).Error; err != nil {
			return err
		}
	}
	return nil
}

// appendMarks appends what waits to be said about earlier ballots.
func (l *Log) appendMarks(tx *store.Tx) error {
	var marks []struct {
		Mark
		Target int64
	}
	err := tx.Raw(`SELECT m.*, COALESCE(b.leaf, -1) AS target FROM log_marks m LEFT JOIN ballots b ON b.id = m.ballot_id
		WHERE m.meeting_id = ? AND m.leaf IS NULL ORDER BY m.id LIMIT ?`, l.MeetingID, sequenceBatch).Scan(&marks).Error
	if err != nil || len(marks) == 0 {
		return err
	}
	leaves, places := make([]log.Hash, len(marks)), make([]place, len(marks))
	for i, k := range marks {
		leaf := log.Leaf{Mark: &log.Mark{Leaf: k.Target, State: log.State(k.State), Reason: k.Reason}}
		if k.ClosedAt != nil {
			leaf, l.Closed = log.Leaf{Closed: k.ClosedAt.UTC()}, true
		}
		leaves[i], places[i] = leaf.Hash(), place{k.ID, l.Size + int64(i)}
	}
	if err := putLeaves(tx, "log_marks", places); err != nil {
		return err
	}
	return l.extend(tx, leaves)
}
