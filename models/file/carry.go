package file

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/linli-city/linli/models/file/blob"
	"github.com/linli-city/linli/models/store"
)

// Blobs gives every stored blob, sealed as it is, with its size, for a backup. A file that was deleted since the
// listing is left out.
func (s *Service) Blobs(ctx context.Context, give func(key string, size int64, r io.Reader) error) error {
	after := int64(0)
	for {
		var rows []File
		err := s.db.View(ctx, func(tx *store.Tx) error {
			return tx.Where("id > ? AND state = 'stored'", after).Order("id").Limit(sweepBatch).Find(&rows).Error
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, f := range rows {
			after = f.ID
			r, err := s.blobs.Open(ctx, f.BlobKey)
			if errors.Is(err, blob.ErrNotFound) {
				if _, gone := s.Find(ctx, f.ID); errors.Is(gone, ErrNotFound) {
					continue
				}
			}
			if err != nil {
				return fmt.Errorf("file %d: %w", f.ID, err)
			}
			err = errors.Join(give(f.BlobKey, sealedSize(f.Size), r), r.Close())
			if err != nil {
				return fmt.Errorf("file %d: %w", f.ID, err)
			}
		}
	}
}

// PutBlob puts a blob of a backup back.
func (s *Service) PutBlob(ctx context.Context, key string, size int64, r io.Reader) error {
	return s.blobs.Put(ctx, key, r, size)
}
