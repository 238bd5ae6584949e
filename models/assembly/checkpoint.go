package assembly

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// checkpointEvery is how often a growing log is signed while people vote: more often than the hour that is promised.
const checkpointEvery = 50 * time.Minute

// SignCheckpoints signs the logs that have grown since their last checkpoint an hour ago or more, and reports whether more wait. The first
// follows the first ballot.
func (s *Service) SignCheckpoints(ctx context.Context) (bool, error) {
	var ids []int64
	more := false
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		ids, more, err = s.turns.next("checkpoints", grown(tx), "l.meeting_id")
		return err
	})
	if err != nil {
		return false, err
	}
	var errs []error
	for _, id := range ids {
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			var m Meeting
			if err := tx.Select("id", "number").Where("id = ?", id).Take(&m).Error; err != nil {
				return err
			}
			l, err := logOf(tx, id)
			if err != nil {
				return err
			}
			if l.SignedAt != nil && tx.Now.Sub(*l.SignedAt) < checkpointEvery {
				return nil
			}
			_, err = s.checkpoint(tx, &m, l, log.Hourly)
			return err
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("sign log of meeting %d: %w", id, err))
		}
	}
	return more, errors.Join(errs...)
}

// grown finds the logs with entries that no checkpoint covers yet, and that were not signed lately.
func grown(tx *store.Tx) *gorm.DB {
	return tx.Table("ballot_logs l").Joins("JOIN meetings m ON m.id = l.meeting_id").
		Where("m.state IN ? AND l.size > COALESCE((SELECT MAX(c.size) FROM log_checkpoints c WHERE c.meeting_id = l.meeting_id), 0) AND (l.signed_at IS NULL OR l.signed_at <= ?)", inUse, tx.Now.Add(-checkpointEvery))
}

// checkpoint signs the log as it stands.
func (s *Service) checkpoint(tx *store.Tx, m *Meeting, l *Log, why log.Purpose) (*Checkpoint, error) {
	tree, err := l.tree()
	if err != nil {
		return nil, err
	}
	note, err := log.Checkpoint{Meeting: m.Number, Tree: tree, At: tx.Now, Purpose: why}.Sign(s.o.Signer)
	if err != nil {
		return nil, err
	}
	row := &Checkpoint{MeetingID: m.ID, Size: l.Size, Root: l.Root, Purpose: string(why), Note: string(note), KeyLine: s.o.Signer.Key(), At: tx.Now}
	if err := tx.Create(row).Error; err != nil {
		return nil, err
	}
	if err := s.noteCheckpoint(tx, row); err != nil {
		return nil, err
	}
	return row, tx.Model(&Log{}).Where("meeting_id = ?", m.ID).Update("signed_at", tx.Now).Error
}

// ListCheckpoints gives the signed states of a meeting's log to anybody, oldest first, after one.
// Fault: ErrNotFound.
func (s *Service) ListCheckpoints(ctx context.Context, meeting, after int64, limit int) ([]Checkpoint, error) {
	var rows []Checkpoint
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := public(tx, meeting); err != nil {
			return err
		}
		return tx.Where("meeting_id = ? AND id > ?", meeting, after).Order("id").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// ErrNoCheckpoint says that nothing has been published yet.
var ErrNoCheckpoint = fault.New(fault.Conflict, "log.no_checkpoint", "这次会议的表决记录还没有公布，请稍后再查")
