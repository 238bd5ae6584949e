package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store/dump"
)

// An archive is a tar of, in this order: what keys it needs, every file as it is sealed, and the database. The
// database comes last, so that a restore that breaks off leaves an empty database behind.
const (
	keysEntry     = "keys.json"
	filesPrefix   = "files/"
	databaseEntry = "database.dump"
)

// backupHead is keys.json.
type backupHead struct {
	At        time.Time         `json:"at"`
	Version   string            `json:"version"`
	Keys      map[string]string `json:"keys"`       // fingerprints of the field keys, by id
	AuditHead string            `json:"audit_head"` // give it to `server verify --head` after a restore
}

type backupCmd struct {
	Out string `help:"写到哪个文件；不填放在备份文件夹，以时间命名"`
}

// Run writes an archive, beside its final name first.
func (c backupCmd) Run(e *environment) error {
	return e.withApp(func(a *app) error {
		if err := a.db.CheckSchema(e.ctx); err != nil {
			return err
		}
		path := c.Out
		if path == "" {
			path = filepath.Join(e.cfg.BackupDir, "linli-"+time.Now().UTC().Format("20060102-150405")+".tar")
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		tmp, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		m, n, err := a.backup(e.ctx, tmp)
		if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
			return errors.Join(err, os.Remove(tmp.Name()))
		}
		if err := os.Rename(tmp.Name(), path); err != nil {
			return err
		}
		rows := int64(0)
		for _, t := range m.Tables {
			rows += t.Rows
		}
		_, err = fmt.Fprintf(e.out, "backup %s: %d tables, %d rows, %d files; keep the field keys elsewhere, without them it cannot be read\n", path, len(m.Tables), rows, n)
		return err
	})
}

// backup writes an archive of a consistent snapshot while linli serves.
func (a *app) backup(ctx context.Context, w io.Writer) (dump.Manifest, int, error) {
	free, err := a.holdSweeps(ctx)
	if err != nil {
		return dump.Manifest{}, 0, err
	}
	defer free()
	tmp, err := os.CreateTemp("", "linli-dump-*")
	if err != nil {
		return dump.Manifest{}, 0, err
	}
	_ = os.Remove(tmp.Name())
	defer func() { _ = tmp.Close() }()
	// Noted before the snapshot: what is sealed in between is in the archive and not in the note, never the other way.
	head, err := audit.Head(ctx, a.db)
	if err != nil {
		return dump.Manifest{}, 0, err
	}
	m, err := dump.Write(ctx, a.db, tmp)
	if err != nil {
		return m, 0, err
	}
	t := tar.NewWriter(w)
	raw, err := json.Marshal(backupHead{At: m.At, Version: version, Keys: a.vault.Fingerprint(), AuditHead: head})
	if err != nil {
		return m, 0, err
	}
	if err := addEntry(t, keysEntry, int64(len(raw)), strings.NewReader(string(raw))); err != nil {
		return m, 0, err
	}
	n := 0
	err = a.files.Blobs(ctx, func(key string, size int64, r io.Reader) error {
		n++
		return addEntry(t, filesPrefix+key, size, r)
	})
	if err != nil {
		return m, n, err
	}
	size, err := tmp.Seek(0, io.SeekEnd)
	if err != nil {
		return m, n, err
	}
	if err := addEntry(t, databaseEntry, size, io.NewSectionReader(tmp, 0, size)); err != nil {
		return m, n, err
	}
	return m, n, t.Close()
}

func addEntry(t *tar.Writer, name string, size int64, r io.Reader) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := io.Copy(t, r)
	return err
}

type restoreCmd struct {
	File string `arg:"" type:"existingfile" help:"备份文件"`
}

// Run restores an archive into an empty installation.
func (c restoreCmd) Run(e *environment) error {
	return e.withApp(func(a *app) error {
		if _, err := a.db.Migrate(e.ctx); err != nil {
			return err
		}
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		head, files, err := a.restore(e.ctx, f)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "restored %d files and the database of %s; now run: server verify --head %s\n", files, head.At.Format(time.RFC3339), head.AuditHead)
		return err
	})
}

var errArchive = errors.New("restore: this is not a whole archive of `server backup`; nothing was put into the database")

// restore reads an archive. The keys, and that the database is empty, are checked before anything is written.
func (a *app) restore(ctx context.Context, r io.Reader) (head backupHead, files int, err error) {
	t := tar.NewReader(r)
	first, err := t.Next()
	if err != nil || first.Name != keysEntry || first.Size > 1<<20 {
		return head, 0, errArchive
	}
	if err := json.NewDecoder(t).Decode(&head); err != nil {
		return head, 0, errArchive
	}
	if err := a.haveKeys(head.Keys); err != nil {
		return head, 0, err
	}
	if err := dump.CheckEmpty(ctx, a.db); err != nil {
		return head, 0, err
	}
	for {
		entry, err := t.Next()
		if err != nil {
			return head, files, errArchive
		}
		key, isFile := strings.CutPrefix(entry.Name, filesPrefix)
		if !isFile {
			if entry.Name != databaseEntry {
				return head, files, errArchive
			}
			_, err := dump.Load(ctx, a.db, t)
			return head, files, err
		}
		if err := a.files.PutBlob(ctx, key, entry.Size, t); err != nil {
			return head, files, err
		}
		files++
	}
}

// haveKeys makes sure that every key of an archive is at hand: without it, what was restored could never be read.
func (a *app) haveKeys(want map[string]string) error {
	have := a.vault.Fingerprint()
	var missing []string
	for id, print := range want {
		if have[id] != print {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("restore: the keyset lacks the keys %s of this backup; set LINLI_FIELD_KEYS to the file that was in use then", strings.Join(missing, ", "))
	}
	return nil
}
