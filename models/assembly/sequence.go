package assembly

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/assembly/log"
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
			ids, full, err = s.turns.next("sequence "+string(state), unplaced(tx, state), "meetings.id")
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
