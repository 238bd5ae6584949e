package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder keeps blobs as files below a directory, spread over 256 sub-directories.
type Folder struct{ dir string }

// NewFolder makes the directory when it is missing.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("file folder: %w", err)
	}
	return &Folder{dir: dir}, nil
}

func (f *Folder) path(key string) string { return filepath.Join(f.dir, key[:2], key) }

// Put writes beside the final name, syncs, and renames: a crash leaves the whole blob or none.
func (f *Folder) Put(ctx context.Context, key string, r io.Reader, size int64) (err error) {
	if !validKey.MatchString(key) {
		return errKey
	}
	dir := filepath.Dir(f.path(key))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".put-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	n, err := io.Copy(tmp, readerWithContext{ctx, r})
	if err != nil {
		return err
	}
	if n != size {
		return fmt.Errorf("blob: wrote %d of %d bytes", n, size)
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), f.path(key)); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}

// Open reads a blob.
func (f *Folder) Open(_ context.Context, key string) (io.ReadCloser, error) {
	if !validKey.MatchString(key) {
		return nil, errKey
	}
	file, err := os.Open(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return file, err
}

// Delete removes a blob.
func (f *Folder) Delete(_ context.Context, key string) error {
	if !validKey.MatchString(key) {
		return errKey
	}
	err := os.Remove(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Check writes and removes a file.
func (f *Folder) Check(context.Context) error {
	tmp, err := os.CreateTemp(f.dir, ".check-*")
	if err != nil {
		return err
	}
	return errors.Join(tmp.Close(), os.Remove(tmp.Name()))
}

type readerWithContext struct {
	ctx context.Context
	r   io.Reader
}

func (r readerWithContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
