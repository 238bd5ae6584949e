package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/linli-city/linli/models/store"
)

const (
	looseFor   = 24 * time.Hour // an upload that was never attached
	writingFor = time.Hour      // an upload that broke off
	sweepBatch = 200
)

// Erase destroys the keys of what a person gave as proof or never attached: nobody can read them any more, and
// the next sweep deletes them. The photos of a complaint stay with it, and what an office put up stays with the office.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	return tx.Model(&File{}).Where("person_id = ? AND (subject_id = 0 OR subject_kind IN ?)", person, []string{"application", "area_claim"}).
		Updates(map[string]any{"state": "erased", "key_sealed": ""}).Error
}

// Sweep deletes uploads that were never attached within a day, those that broke off and those that were erased, at most
// 200. The row goes
// first, with the key: a blob without its row is unreadable, a row without its blob would be an error for somebody.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	var rows []File
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		err := tx.Where("(subject_id = 0 AND ((state = 'stored' AND created_at < ?) OR (state = 'writing' AND created_at < ?))) OR state = 'erased'", tx.Now.Add(-looseFor), tx.Now.Add(-writingFor)).
			Limit(sweepBatch).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]int64, len(rows))
		for i, f := range rows {
			ids[i] = f.ID
		}
		return tx.Where("id IN ? AND (subject_id = 0 OR state = 'erased')", ids).Delete(&File{}).Error
	})
	if err != nil {
		return 0, fmt.Errorf("sweep files: %w", err)
	}
	for _, f := range rows {
		if err := s.blobs.Delete(ctx, f.BlobKey); err != nil {
			s.o.Log.WarnContext(ctx, "blob of a swept file not deleted", "file", f.ID, "error", err.Error())
		}
	}
	return len(rows), nil
}

// Verify reads every stored file and compares it with its hash. It returns how many it read; the error names the first
// that does not hold.
func (s *Service) Verify(ctx context.Context) (int, error) {
	n, after := 0, int64(0)
	for {
		var rows []File
		err := s.db.View(ctx, func(tx *store.Tx) error {
			return tx.Where("id > ? AND state = 'stored'", after).Order("id").Limit(sweepBatch).Find(&rows).Error
		})
		if err != nil || len(rows) == 0 {
			return n, err
		}
		after = rows[len(rows)-1].ID
		for i := range rows {
			if err := s.verify(ctx, &rows[i]); err != nil {
				return n, fmt.Errorf("file %d: %w", rows[i].ID, err)
			}
			n++
		}
	}
}

func (s *Service) verify(ctx context.Context, f *File) error {
	body, err := s.open(ctx, f)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, body); err != nil {
		return err
	}
	// What belongs to nobody keeps no hash that the trail knows; its seal has just been checked by reading it.
	if f.SHA256 != "" && hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return errTampered
	}
	return nil
}
