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

// sequenceBatch is how many entries of a log are taken into its hashes in one transaction.
const sequenceBatch = 4000

// inUse are the states of a meeting whose log may still grow.
var inUse = []State{Noticed, Closed, Provisional}

// Sequence takes what was written into the hashes over the logs of the meetings, behind the writes. It reports whether more may
// wait. One process at a time does it; whoever else tries waits for the log's row.
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

// unplaced finds the meetings in a state of which a ballot or a mark has its place beyond the hashes: what waits first has the next one.
func unplaced(tx *store.Tx, state State) *gorm.DB {
	return tx.Model(&Meeting{}).Joins("LEFT JOIN ballot_logs l ON l.meeting_id = meetings.id").
		Where("meetings.state = ? AND (EXISTS (SELECT 1 FROM ballots b WHERE b.meeting_id = meetings.id AND b.leaf = COALESCE(l.size, 0)) OR EXISTS (SELECT 1 FROM log_marks k WHERE k.meeting_id = meetings.id AND k.leaf = COALESCE(l.size, 0)))", state)
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

// sequenced is a ballot on its way into the hashes, and whose seat it is.
type sequenced struct {
	ID, Leaf    int64
	Commitment  string
	HolderSetID int64
}

// sequence takes one batch of entries into the hashes, in the order of their places. A place that is still empty ends it.
func (s *Service) sequence(tx *store.Tx, meeting int64) (int, error) {
	l, err := logOf(tx, meeting)
	if err != nil {
		return 0, err
	}
	var ballots []sequenced
	err = tx.Table("ballots b").Joins("LEFT JOIN seats s ON s.id = b.seat_id").Select("b.id, b.leaf, b.commitment, COALESCE(s.holder_set_id, 0) AS holder_set_id").
		Where("b.meeting_id = ? AND b.leaf >= ? AND b.leaf < ?", meeting, l.Size, l.Size+sequenceBatch).Order("b.leaf").Scan(&ballots).Error
	if err != nil {
		return 0, err
	}
	marks, err := marksOf(tx, meeting, l.Size, l.Size+sequenceBatch)
	if err != nil {
		return 0, err
	}
	var leaves []log.Hash
	taken := 0 // of the ballots
	for at := l.Size; ; at++ {
		switch {
		case taken < len(ballots) && ballots[taken].Leaf == at:
			commitment, err := unhex(ballots[taken].Commitment)
			if err != nil {
				return 0, fmt.Errorf("ballot %d: %w", ballots[taken].ID, err)
			}
			leaves = append(leaves, log.Leaf{Ballot: commitment}.Hash())
			taken++
			continue
		case len(marks) > 0 && marks[0].at == at:
			leaves = append(leaves, marks[0].leaf.Hash())
			l.Closed = l.Closed || !marks[0].leaf.Closed.IsZero()
			marks = marks[1:]
			continue
		}
		break
	}
	if len(leaves) == 0 {
		return 0, nil
	}
	if err := l.extend(tx, leaves); err != nil {
		return 0, err
	}
	var m Meeting
	if err := tx.Where("id = ?", meeting).Take(&m).Error; err != nil {
		return 0, err
	}
	return len(leaves), s.tellCast(tx, &m, ballots[:taken])
}

// sequenceAll leaves nothing of a meeting, which the caller keeps, outside the hashes of its log.
func (s *Service) sequenceAll(tx *store.Tx, m *Meeting) error {
	for {
		n, err := s.sequence(tx, m.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	p, err := m.pen(tx)
	if err != nil {
		return err
	}
	l, err := logOf(tx, m.ID)
	if err == nil && l.Size != p.next {
		err = fmt.Errorf("place %d in the log of meeting %d is empty", l.Size, m.ID)
	}
	return err
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

// tellCast says which seats have voted, so that nobody reminds them. A message names at most 900.
func (s *Service) tellCast(tx *store.Tx, m *Meeting, ballots []sequenced) error {
	sets := make([]int64, 0, len(ballots))
	for _, b := range ballots {
		if b.HolderSetID != 0 { // verify names a seat that is gone; the log goes on
			sets = append(sets, b.HolderSetID)
		}
	}
	slices.Sort(sets)
	for part := range slices.Chunk(slices.Compact(sets), 900) {
		a, err := s.agendas.of(tx, m)
		if err != nil {
			return err
		}
		if err := outbox.Append(tx, event.BallotsCast{Assembly: m.eventOf(a.estate, tx.Now), OwnerSetIDs: part}); err != nil {
			return err
		}
	}
	return nil
}
