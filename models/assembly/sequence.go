package assembly

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// sequenceBatch is how many ballots get their place in the log in one transaction.
const sequenceBatch = 4000

// inUse are the states of a meeting whose log may still grow.
var inUse = []State{Noticed, Closed, Provisional}

// Sequence gives the ballots that have none their places in the logs of their meetings, behind the writes. It reports whether more
// may wait. One process at a time does it; whoever else tries waits for the log's row.
func (s *Service) Sequence(ctx context.Context) (bool, error) {
	more := false
	var errs []error
	for _, state := range inUse {
		var ids []int64
		err := s.db.View(ctx, func(tx *store.Tx) (err error) {
			full := false
			ids, full, err = s.turns.next("sequence "+string(state), unplaced(tx, state), "meetings.id", perTurn)
			more = more || full
			return err
		})
		if err != nil {
			return false, err
		}
		for _, id := range ids {
			n := 0
			err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
				n, err = s.sequence(tx, id)
				return err
			})
			if err != nil {
				errs = append(errs, fmt.Errorf("sequence meeting %d: %w", id, err))
			}
			more = more || n >= sequenceBatch
		}
	}
	return more, errors.Join(errs...)
}

// unplaced finds the meetings in a state of which a ballot or a mark has no place in the log yet.
func unplaced(tx *store.Tx, state State) *gorm.DB {
	return tx.Model(&Meeting{}).Where("state = ? AND (EXISTS (SELECT 1 FROM ballots b WHERE b.meeting_id = meetings.id AND b.leaf IS NULL) OR EXISTS (SELECT 1 FROM log_marks k WHERE k.meeting_id = meetings.id AND k.leaf IS NULL))", state)
}

// logOf takes the row of a meeting's log.
func logOf(tx *store.Tx, meeting int64) (*Log, error) {
	var rows []Log
	if err := tx.ForUpdate().Where("meeting_id = ?", meeting).Limit(1).Find(&rows).Error; err != nil || len(rows) == 1 {
		return first(rows), err
	}
	row := Log{MeetingID: meeting}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return nil, err
	}
	err := tx.ForUpdate().Where("meeting_id = ?", meeting).Take(&row).Error
	return &row, err
}

func first[T any](rows []T) *T {
	if len(rows) == 0 {
		return nil
	}
	return &rows[0]
}

// sequence appends one batch of ballots, then what became of earlier ones.
func (s *Service) sequence(tx *store.Tx, meeting int64) (int, error) {
	var waiting []int64
	if err := tx.Model(&Ballot{}).Where("meeting_id = ? AND leaf IS NULL", meeting).Limit(1).Pluck("id", &waiting).Error; err != nil {
		return 0, err
	}
	var marks []int64
	if err := tx.Model(&Mark{}).Where("meeting_id = ? AND leaf IS NULL", meeting).Limit(1).Pluck("id", &marks).Error; err != nil || len(waiting)+len(marks) == 0 {
		return 0, err
	}
	l, err := logOf(tx, meeting)
	if err != nil {
		return 0, err
	}
	var ballots []Ballot
	if err := tx.Where("meeting_id = ? AND leaf IS NULL", meeting).Order("id").Limit(sequenceBatch).Find(&ballots).Error; err != nil {
		return 0, err
	}
	if err := l.appendBallots(tx, ballots); err != nil {
		return 0, err
	}
	var m Meeting
	if err := tx.Where("id = ?", meeting).Take(&m).Error; err != nil {
		return 0, err
	}
	if err := s.tellCast(tx, &m, ballots); err != nil {
		return 0, err
	}
	if err := remarkAfter(tx, &m, ballots); err != nil {
		return 0, err
	}
	return len(ballots), l.appendMarks(tx)
}

func (l *Log) tree() (log.Tree, error) {
	if l.Root == "" {
		return log.Tree{Root: log.EmptyRoot}, nil
	}
	root, err := unhex(l.Root)
	return log.Tree{Size: l.Size, Root: root}, err
}

func unhex(text string) (h log.Hash, err error) {
	raw, err := hex.DecodeString(text)
	if err == nil && len(raw) != len(h) {
		err = fmt.Errorf("a hash has %d bytes", len(raw))
	}
	if err == nil {
		h = log.Hash(raw)
	}
	return h, err
}

// extend appends hashes of leaves to the tree.
func (l *Log) extend(tx *store.Tx, leaves []log.Hash) error {
	old, err := l.tree()
	if err != nil {
		return err
	}
	now, err := log.Append(old, tiles{tx, l.MeetingID}, leaves)
	if err != nil {
		return err
	}
	l.Size, l.Root = now.Size, hex.EncodeToString(now.Root[:])
	return tx.Model(&Log{}).Where("meeting_id = ?", l.MeetingID).Select("size", "root", "closed").Updates(l).Error
}

func (l *Log) appendBallots(tx *store.Tx, ballots []Ballot) error {
	if len(ballots) == 0 {
		return nil
	}
	leaves, places := make([]log.Hash, len(ballots)), make([]place, len(ballots))
	for i, b := range ballots {
		commitment, err := unhex(b.Commitment)
		if err != nil {
			return fmt.Errorf("ballot %d: %w", b.ID, err)
		}
		leaves[i] = log.Leaf{Ballot: commitment}.Hash()
		at := l.Size + int64(i)
		ballots[i].Leaf, places[i] = &at, place{b.ID, at}
	}
	if err := putLeaves(tx, "ballots", places); err != nil {
		return err
	}
	return l.extend(tx, leaves)
}

type place struct{ id, leaf int64 }

// putLeaves writes the places of many rows, a statement for each run of rows that follow each other: an update by a list of a
// thousand ids and places costs the database a comparison of each with each.
func putLeaves(tx *store.Tx, table string, places []place) error {
	for len(places) > 0 {
		n := 1
		for n < len(places) && places[n].leaf-places[n].id == places[0].leaf-places[0].id {
			n++
		}
		err := tx.Exec("UPDATE "+table+" SET leaf = id + ? WHERE id BETWEEN ? AND ? AND leaf IS NULL", places[0].leaf-places[0].id, places[0].id, places[n-1].id).Error
		if err != nil {
			return err
		}
		places = places[n:]
	}
	return nil
}

// tellCast says which seats have voted, so that nobody reminds them. A message names at most 900.
func (s *Service) tellCast(tx *store.Tx, m *Meeting, ballots []Ballot) error {
	seats := make([]int64, len(ballots))
	for i, b := range ballots {
		seats[i] = b.SeatID
	}
	slices.Sort(seats)
	for part := range slices.Chunk(slices.Compact(seats), 900) {
		a, err := s.agendas.of(tx, m)
		if err != nil {
			return err
		}
		told := event.BallotsCast{Assembly: m.eventOf(a.estate, tx.Now)}
		if err := tx.Model(&Seat{}).Where("id IN ?", part).Pluck("holder_set_id", &told.OwnerSetIDs).Error; err != nil {
			return err
		}
		if err := outbox.Append(tx, told); err != nil {
			return err
		}
	}
	return nil
}

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
	var list []version
	err = tx.Raw(`SELECT b.id, b.motion_id, b.seat_id, b.version, b.envelope_id, b.choice, b.leaf, b.mark, e.channel, e.void, e.at
		FROM ballots b JOIN envelopes e ON e.id = b.envelope_id WHERE b.motion_id = ? AND b.seat_id = ? ORDER BY b.version`, motion, seat).Scan(&list).Error
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

// tiles keeps the tiles of one meeting's log in the database.
type tiles struct {
	tx      *store.Tx
	meeting int64
}

// LoadTiles reads tiles.
func (t tiles) LoadTiles(want []log.Tile) error {
	for i := range want {
		var row Tile
		if err := t.tx.Where("meeting_id = ? AND level = ? AND n = ?", t.meeting, want[i].Level, want[i].N).Take(&row).Error; err != nil {
			return fmt.Errorf("tile %d/%d: %w", want[i].Level, want[i].N, err)
		}
		raw, err := base64.StdEncoding.DecodeString(row.Hashes)
		if err != nil {
			return err
		}
		want[i].Data = raw
	}
	return nil
}

// SaveTiles writes tiles; a fuller one takes the place of the one that it begins with.
func (t tiles) SaveTiles(list []log.Tile) error {
	for _, x := range list {
		row := Tile{MeetingID: t.meeting, Level: x.Level, N: x.N, Width: len(x.Data) / 32, Hashes: base64.StdEncoding.EncodeToString(x.Data)}
		err := t.tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "meeting_id"}, {Name: "level"}, {Name: "n"}}, DoUpdates: clause.AssignmentColumns([]string{"width", "hashes"})}).Create(&row).Error
		if err != nil {
			return err
		}
	}
	return nil
}
