package file

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Upload is a file as somebody sends it. Name is only used to tell CSV from other text.
type Upload struct {
	Purpose   Purpose
	ClientRef string
	Name      string
	Body      io.Reader
}

// Upload checks, cleans, seals and stores a file. The same ref with the same bytes answers the first file.
// Faults: org.ErrForbidden, ErrTooLarge, ErrType, ErrDocument, ErrHEIC, ErrPicture, ErrPixels, ErrSheet, ErrRefReused,
// ErrUploading.
func (s *Service) Upload(ctx context.Context, actor org.Actor, in Upload) (*File, error) {
	if err := actor.Must(org.UploadFile); err != nil {
		return nil, err
	}
	return s.upload(ctx, actor, in)
}

// UploadUnnamed stores a picture of somebody without an account, whose phone was proved: holder is their keyed digest. The
// same place under the same holder with other bytes takes the place of the earlier picture, unless that is attached.
// Faults: ErrTooLarge, ErrType, ErrHEIC, ErrPicture, ErrPixels, ErrRefReused, ErrUploading.
func (s *Service) UploadUnnamed(ctx context.Context, holder string, place int, body io.Reader) (*File, error) {
	in := Upload{Purpose: Photo, ClientRef: unnamedRef(holder, place), Body: body}
	f, err := s.upload(ctx, audit.Unnamed{Surface: "slip"}, in)
	if !errors.Is(err, ErrRefReused) {
		return f, err
	}
	again, ok := body.(io.ReadSeeker)
	if !ok {
		return nil, err
	}
	if _, err := again.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err := s.DropUnnamed(ctx, holder, place, place+1); err != nil {
		return nil, err
	}
	return s.upload(ctx, audit.Unnamed{Surface: "slip"}, in)
}

// DropUnnamed takes a holder's loose pictures off some places; the sweep deletes them.
func (s *Service) DropUnnamed(ctx context.Context, holder string, from, to int) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		for place := from; place < to; place++ {
			err := tx.Model(&File{}).Where("person_id = 0 AND client_ref = ? AND subject_id = 0 AND state = 'stored'", unnamedRef(holder, place)).Update("client_ref", "unnamed:"+rand.Text()).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// UnnamedBy lists what a holder has uploaded, by place.
func (s *Service) UnnamedBy(ctx context.Context, holder string, places int) ([]int64, error) {
	refs := make([]string, places)
	for i := range refs {
		refs[i] = unnamedRef(holder, i)
	}
	var ids []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&File{}).Where("person_id = 0 AND client_ref IN ? AND state = 'stored'", refs).Order("client_ref").Pluck("id", &ids).Error
	})
	return ids, err
}

func unnamedRef(holder string, place int) string { return fmt.Sprint("slip:", holder, ":", place) }

// upload is Upload for whoever may: the surfaces have asked.
func (s *Service) upload(ctx context.Context, actor audit.Actor, in Upload) (*File, error) {
	person, _, _, _ := actor.AuditTrail()
	if limits[in.Purpose] == 0 {
		return nil, ErrPurpose
	}
	if in.ClientRef == "" || len(in.ClientRef) > 64 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "client_ref", Reason: "提交编号要有，且不超过64个字节"})
	}
	raw, err := spool(in.Body, limits[in.Purpose])
	if err != nil {
		return nil, err
	}
	defer raw.close()
	if before, err := s.uploaded(ctx, person, in.ClientRef, raw.sha256); before != nil || err != nil {
		return before, err
	}
	f := &File{PersonID: person, Purpose: in.Purpose, ClientRef: in.ClientRef, InputHash: raw.sha256, State: "writing", BlobKey: strings.ToLower(rand.Text())}
	clean, err := s.clean(f, raw, in.Name)
	if err != nil {
		return nil, err
	}
	err = s.keep(ctx, actor, f, clean)
	if errors.Is(err, errRunning) {
		return s.await(ctx, person, in.ClientRef, raw.sha256)
	}
	if err != nil {
		return nil, fmt.Errorf("store file: %w", err)
	}
	return f, nil
}

const (
	// storing is how long a request may take to store a file; a row that is older broke off.
	storing = 2 * time.Minute
	// awaiting is how long a second tap waits for the first.
	awaiting = 15 * time.Second
)

// errRunning says that another request stores the same upload at this moment.
var errRunning = errors.New("file: the same upload is being stored")

// await answers a second tap with the first one's file.
func (s *Service) await(ctx context.Context, person int64, ref, hash string) (*File, error) {
	ctx, cancel := context.WithTimeout(ctx, awaiting)
	defer cancel()
	for {
		f, err := s.uploaded(ctx, person, ref, hash)
		if f != nil || err != nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ErrUploading
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// spooled is an upload in a file that has no name any more.
type spooled struct {
	*os.File
	size   int64
	sha256 string
}

func (s *spooled) close() { _ = s.Close() }

// spool copies at most max bytes to a nameless temporary file, hashing them.
func spool(r io.Reader, most int64) (*spooled, error) {
	f, err := os.CreateTemp("", "linli-upload-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name())
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(r, most+1))
	if err == nil && n > most {
		err = ErrTooLarge
	}
	if err == nil && n == 0 {
		err = ErrPicture.Saying("文件是空的，请重新选择")
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &spooled{File: f, size: n, sha256: hex.EncodeToString(h.Sum(nil))}, nil
}

func (s *Service) uploaded(ctx context.Context, person int64, ref, hash string) (*File, error) {
	var found *File
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var f File
		err := tx.Where("person_id = ? AND client_ref = ?", person, ref).Take(&f).Error
		if err != nil {
			return store.NotFound(err, nil)
		}
		if f.InputHash != hash {
			return ErrRefReused
		}
		if f.State == "stored" {
			found = &f
		}
		return nil
	})
	return found, err
}

// clean turns an upload into what is stored: a picture anew, or a document as it is.
func (s *Service) clean(f *File, raw *spooled, name string) (io.ReadSeeker, error) {
	head := make([]byte, 512)
	n, _ := raw.ReadAt(head, 0)
	kind := sniff(head[:n])
	switch {
	case kind == "image/heic":
		return nil, ErrHEIC
	case f.Purpose == Roster || f.Purpose == Hotline || f.Purpose == Bank || f.Purpose == Fees:
		if kind != "application/zip" && !strings.HasSuffix(strings.ToLower(name), ".csv") {
			return nil, ErrSheet
		}
		f.MediaType = "application/octet-stream"
		return s.asIs(f, raw)
	case f.Purpose == Sound:
		if !sound(head[:n]) {
			return nil, ErrSound
		}
		f.MediaType = "application/octet-stream" // only ever downloaded
		return s.asIs(f, raw)
	case kind == "application/pdf" && f.Purpose != Photo:
		f.MediaType = kind
		return s.asIs(f, raw)
	case pictures[kind]:
		return s.picture(f, raw)
	case f.Purpose == Photo:
		return nil, ErrType
	}
	return nil, ErrDocument
}

// sound reports whether a file begins like a recording of a phone or an exchange.
func sound(head []byte) bool {
	at := func(i int, text string) bool { return len(head) >= i+len(text) && string(head[i:i+len(text)]) == text }
	frame := len(head) > 1 && head[0] == 0xff && head[1]&0xe0 == 0xe0 // MP3 without a tag, AAC
	return at(0, "ID3") || at(0, "#!AMR") || at(0, "RIFF") && at(8, "WAVE") || at(4, "ftypM4A") || at(4, "ftyp3gp") || at(4, "ftypmp42") || at(4, "ftypisom") || frame
}

func (s *Service) asIs(f *File, raw *spooled) (io.ReadSeeker, error) {
	f.Size, f.SHA256 = raw.size, raw.sha256
	return io.NewSectionReader(raw, 0, raw.size), nil
}

func (s *Service) picture(f *File, raw *spooled) (io.ReadSeeker, error) {
	s.decoding <- struct{}{}
	defer func() { <-s.decoding }()
	out, w, h, err := reencode(io.NewSectionReader(raw, 0, raw.size))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(out)
	f.MediaType, f.Width, f.Height, f.Size, f.SHA256 = "image/jpeg", w, h, int64(len(out)), hex.EncodeToString(sum[:])
	return bytes.NewReader(out), nil
}

// keep writes the row, then the blob, then marks the row stored: a crash leaves a row that the sweep finds.
func (s *Service) keep(ctx context.Context, actor audit.Actor, f *File, clean io.Reader) error {
	key := newKey()
	f.KeySealed = s.vault.Seal(hex.EncodeToString(key), "files.key")
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		// An upload that broke off may be tried again under its ref.
		err := tx.Where("person_id = ? AND client_ref = ? AND state = 'writing' AND created_at < ?", f.PersonID, f.ClientRef, tx.Now.Add(-storing)).Delete(&File{}).Error
		if err != nil {
			return err
		}
		f.ID, f.CreatedAt = 0, tx.Now
		if err := tx.Create(f).Error; err != nil {
			return store.Duplicate(err, errRunning)
		}
		return audit.Append(tx, actor, "file.upload", audit.Subject{Kind: "file", ID: f.ID}, map[string]any{"purpose": f.Purpose, "sha256": f.SHA256})
	})
	if err != nil {
		return err
	}
	if err := s.put(ctx, key, f, clean); err != nil {
		// The next try must not wait for this one.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return errors.Join(err, s.db.InTx(ctx, func(tx *store.Tx) error {
			return tx.Where("id = ? AND state = 'writing'", f.ID).Delete(&File{}).Error
		}))
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		return store.MustAffect(tx.Model(&File{}).Where("id = ? AND state = 'writing'", f.ID).Update("state", "stored"), errors.New("file row vanished while writing"))
	})
	if err == nil {
		f.State = "stored"
	}
	return err
}

func (s *Service) put(ctx context.Context, key []byte, f *File, clean io.Reader) error {
	sealed, size, err := sealStream(key, clean, f.Size)
	if err != nil {
		return err
	}
	return s.blobs.Put(ctx, f.BlobKey, sealed, size)
}
