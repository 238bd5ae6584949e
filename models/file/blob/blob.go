// Package blob keeps sealed bytes under keys: in a folder, or in a bucket of an S3-compatible store.
package blob

import (
	"context"
	"errors"
	"io"
	"regexp"
)

// ErrNotFound says that nothing is kept under the key.
var ErrNotFound = errors.New("blob: nothing is kept under this key")

// Store keeps blobs. All methods may be called from many goroutines.
type Store interface {
	// Put keeps size bytes of r under key, durably and all or nothing.
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	// Open reads a blob. Faults: ErrNotFound.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes a blob; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// Check reports whether the store can be used.
	Check(ctx context.Context) error
}

var validKey = regexp.MustCompile(`^[a-z0-9]{8,64}$`)

// errKey is a programming error: keys are made by the file service, never by people.
var errKey = errors.New("blob: malformed key")
