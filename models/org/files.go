package org

import (
	"context"
	"io"

	"github.com/linli-city/linli/models/store"
)

// Files is what the register needs of the file store.
type Files interface {
	// OpenForImport opens an uploaded roster for random reading; close removes what was made for it.
	OpenForImport(ctx context.Context, actor Actor, id int64) (r io.ReaderAt, size int64, name string, close func(), err error)
	// Attach ties uploads of the actor to what they prove, in the caller's transaction.
	Attach(tx *store.Tx, actor Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
}
