package file

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// linkFor is how long a link opens its file.
const linkFor = 10 * time.Minute

// Find returns a stored file. Faults: ErrNotFound.
func (s *Service) Find(ctx context.Context, id int64) (*File, error) {
	var f File
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return store.NotFound(tx.Where("id = ? AND state = 'stored'", id).Take(&f).Error, ErrNotFound)
	})
	if err != nil {
		return nil, err
	}
	return &f, nil
}

// IDsFor lists what is attached to a subject, in the order of upload, at most 100.
func (s *Service) IDsFor(ctx context.Context, subjectKind string, subjectID int64) ([]int64, error) {
	var ids []int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&File{}).Where("subject_kind = ? AND subject_id = ? AND state = 'stored'", subjectKind, subjectID).Order("id").Limit(100).Pluck("id", &ids).Error
	})
	return ids, err
}

// IDsForAll lists what is attached to each of some subjects, in the order of upload, at most 1000 together.
func (s *Service) IDsForAll(ctx context.Context, subjectKind string, subjectIDs []int64) (ids map[int64][]int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		ids, err = s.IDsIn(tx, subjectKind, subjectIDs)
		return err
	})
	return ids, err
}

// IDsIn is IDsForAll in the caller's transaction.
func (s *Service) IDsIn(tx *store.Tx, subjectKind string, subjectIDs []int64) (map[int64][]int64, error) {
	var rows []File
	err := tx.Select("id", "subject_id").Where("subject_kind = ? AND subject_id IN ? AND state = 'stored'", subjectKind, append([]int64{0}, subjectIDs...)).Order("id").Limit(1000).Find(&rows).Error
	ids := map[int64][]int64{}
	for _, f := range rows {
		ids[f.SubjectID] = append(ids[f.SubjectID], f.ID)
	}
	return ids, err
}

// Under pages through what is attached to the subjects that a query selects, by id, in the caller's transaction.
func (s *Service) Under(tx *store.Tx, subjectKind string, subjects *gorm.DB, after int64, limit int) ([]File, error) {
	var rows []File
	err := tx.Where("subject_kind = ? AND subject_id IN (?) AND state = 'stored' AND id > ?", subjectKind, subjects, after).Order("id").Limit(limit).Find(&rows).Error
	return rows, err
}

// Hashes gives the SHA-256 of the clear contents of some files, at most 1,000 of them.
func (s *Service) Hashes(tx *store.Tx, ids []int64) (map[int64]string, error) {
	hashes := make(map[int64]string, len(ids))
	for part := range slices.Chunk(ids[:min(len(ids), 1000)], 900) {
		var rows []File
		if err := tx.Select("id", "sha256").Where("id IN ? AND state = 'stored'", part).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, f := range rows {
			hashes[f.ID] = f.SHA256
		}
	}
	return hashes, nil
}

// Attach ties the actor's own loose uploads to a subject, in the caller's transaction; each upload once.
// Faults: ErrNotFound.
func (s *Service) Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error {
	for _, id := range ids {
		res := tx.Model(&File{}).Where("id = ? AND person_id = ? AND purpose = ? AND state = 'stored' AND subject_id = 0", id, actor.PersonID, purpose).
			Updates(map[string]any{"subject_kind": subjectKind, "subject_id": subjectID, "estate_id": estateID})
		if err := store.MustAffect(res, ErrNotFound.Saying("没有找到这个文件：请重新上传后再提交（上传时的用途 purpose 应为 "+purpose+"）")); err != nil {
			return err
		}
	}
	return nil
}

// Retire takes files off a subject of which they are no longer part, in the caller's transaction. They stay stored, as what was once shown.
// Faults: ErrNotFound.
func (s *Service) Retire(tx *store.Tx, ids []int64, subjectKind string, subjectID int64) error {
	for _, id := range ids {
		res := tx.Model(&File{}).Where("id = ? AND subject_kind = ? AND subject_id = ?", id, subjectKind, subjectID).Update("subject_kind", subjectKind+"_past")
		if err := store.MustAffect(res, ErrNotFound); err != nil {
			return err
		}
	}
	return nil
}

// Move takes files from one subject to another, in the caller's transaction, which has checked both.
// Faults: ErrNotFound.
func (s *Service) Move(tx *store.Tx, ids []int64, fromKind string, fromID int64, toKind string, toID int64) error {
	for _, id := range ids {
		res := tx.Model(&File{}).Where("id = ? AND subject_kind = ? AND subject_id = ? AND state = 'stored'", id, fromKind, fromID).Updates(map[string]any{"subject_kind": toKind, "subject_id": toID})
		if err := store.MustAffect(res, ErrNotFound); err != nil {
			return err
		}
	}
	return nil
}

// Sum is the SHA-256 of a stored file, for trails that have to say which one it was. Faults: ErrNotFound.
func (s *Service) Sum(tx *store.Tx, id int64) (string, error) {
	var f File
	err := tx.Select("id", "sha256").Where("id = ? AND state = 'stored'", id).Take(&f).Error
	return f.SHA256, store.NotFound(err, ErrNotFound)
}

// Pixels gives the size of a picture; zeros for what is none. Faults: ErrNotFound.
func (s *Service) Pixels(tx *store.Tx, id int64) (width, height int, err error) {
	var f File
	err = tx.Select("id", "width", "height").Where("id = ? AND state = 'stored'", id).Take(&f).Error
	return f.Width, f.Height, store.NotFound(err, ErrNotFound)
}

// AttachUnnamed ties the actor's loose uploads to a subject of somebody who stays anonymous: a new row takes over the
// content, and nothing of it leads back to the upload, its person or its entry in the trail.
// Faults: ErrNotFound.
func (s *Service) AttachUnnamed(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error {
	for _, id := range ids {
		var f File
		err := tx.ForUpdate().Where("id = ? AND person_id = ? AND purpose = ? AND state = 'stored' AND subject_id = 0", id, actor.PersonID, purpose).Take(&f).Error
		if err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		if err := tx.Where("id = ?", id).Delete(&File{}).Error; err != nil {
			return err
		}
		f.ID, f.PersonID, f.ClientRef, f.InputHash, f.SHA256, f.CreatedAt = 0, 0, "unnamed:"+rand.Text(), "", "", tx.Now
		f.SubjectKind, f.SubjectID, f.EstateID = subjectKind, subjectID, estateID
		if err := tx.Create(&f).Error; err != nil {
			return err
		}
	}
	return nil
}

// Redact puts a loose upload of the actor's in the place of a picture for those who are not entitled to the original.
// Faults: ErrNotFound.
func (s *Service) Redact(tx *store.Tx, actor org.Actor, photo, redacted int64, subjectKind string, subjectIDs []int64, estateID int64) error {
	if err := s.Attach(tx, actor, []int64{redacted}, "photo", "redaction", photo, estateID); err != nil {
		return err
	}
	res := tx.Model(&File{}).Where("id = ? AND subject_kind = ? AND subject_id IN ? AND state = 'stored'", photo, subjectKind, append([]int64{0}, subjectIDs...)).Update("redacted_id", redacted)
	return store.MustAffect(res, ErrNotFound)
}

// Unname forgets whose uploads the pictures of some subjects were.
func (s *Service) Unname(tx *store.Tx, subjectKind string, subjectIDs []int64) error {
	var ids []int64
	if err := tx.Model(&File{}).Where("subject_kind = ? AND subject_id IN ? AND person_id <> 0", subjectKind, append([]int64{0}, subjectIDs...)).Limit(10_000).Pluck("id", &ids).Error; err != nil {
		return err
	}
	for _, id := range ids {
		err := tx.Model(&File{}).Where("id = ?", id).Updates(map[string]any{"person_id": 0, "client_ref": "unnamed:" + rand.Text(), "input_hash": ""}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// Link makes a URL that opens the file for ten minutes. Whether the person may open it was decided by the caller; 0 is somebody without
// an account.
func (s *Service) Link(f *File, person int64) (string, time.Time) {
	until := s.db.Now().Add(linkFor)
	body := fmt.Sprintf("%d.%d.%d", f.ID, until.Unix(), person)
	return s.o.PublicURL + "/files/" + body + "." + s.sign(body), until
}

func (s *Service) sign(body string) string {
	m := hmac.New(sha256.New, s.o.LinkKey)
	m.Write([]byte("file link\x00" + body))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// OpenToken opens the file of a link; the look is recorded. Faults: ErrLink, ErrNotFound.
func (s *Service) OpenToken(ctx context.Context, token string) (*File, io.ReadCloser, error) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 || !hmac.Equal([]byte(token[i+1:]), []byte(s.sign(token[:i]))) {
		return nil, nil, ErrLink
	}
	parts := strings.Split(token[:i], ".")
	if len(parts) != 3 {
		return nil, nil, ErrLink
	}
	var n [3]int64
	for j, p := range parts {
		var err error
		if n[j], err = strconv.ParseInt(p, 10, 64); err != nil {
			return nil, nil, ErrLink
		}
	}
	if s.db.Now().Unix() >= n[1] {
		return nil, nil, ErrLink
	}
	f, err := s.Find(ctx, n[0])
	if err != nil {
		return nil, nil, err
	}
	body, err := s.open(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		var who audit.Actor = org.Actor{PersonID: n[2], Surface: "link"}
		if n[2] == 0 { // a page that needs no account
			who = audit.Unnamed{Surface: "link"}
		}
		return audit.Append(tx, who, "file.open", audit.Subject{Kind: "file", ID: f.ID, Estate: f.EstateID}, nil)
	})
	if err != nil {
		_ = body.Close()
		return nil, nil, err
	}
	return f, body, nil
}

func (s *Service) open(ctx context.Context, f *File) (io.ReadCloser, error) {
	text, err := s.vault.Open(f.KeySealed, "files.key")
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, ErrNotFound
	}
	r, err := s.blobs.Open(ctx, f.BlobKey)
	if err != nil {
		return nil, err
	}
	return openStream(key, r, f.Size)
}

// OpenForImport opens an uploaded roster for random reading, decrypted into a nameless temporary file: the actor's own
// upload, or one that is attached to an import whose access the register has checked. Faults: ErrNotFound.
func (s *Service) OpenForImport(ctx context.Context, actor org.Actor, id int64) (io.ReaderAt, int64, string, func(), error) {
	f, err := s.Find(ctx, id)
	if err != nil {
		return nil, 0, "", nil, err
	}
	if f.Purpose != Roster || (f.SubjectID == 0 && f.PersonID != actor.PersonID) {
		return nil, 0, "", nil, ErrNotFound
	}
	r, done, err := s.unsealed(ctx, f)
	return r, f.Size, "roster", done, err
}

// OpenHotline opens the actor's own upload of work orders for random reading. Fault: ErrNotFound.
func (s *Service) OpenHotline(ctx context.Context, actor org.Actor, id int64) (r io.ReaderAt, size int64, sha256 string, done func(), err error) {
	return s.openOwn(ctx, actor, id, Hotline)
}

// OpenFees opens the actor's own upload of payments or arrears for random reading. Fault: ErrNotFound.
func (s *Service) OpenFees(ctx context.Context, actor org.Actor, id int64) (r io.ReaderAt, size int64, sha256 string, done func(), err error) {
	return s.openOwn(ctx, actor, id, Fees)
}

func (s *Service) openOwn(ctx context.Context, actor org.Actor, id int64, purpose Purpose) (r io.ReaderAt, size int64, sha256 string, done func(), err error) {
	f, err := s.Find(ctx, id)
	if err != nil {
		return nil, 0, "", nil, err
	}
	if f.Purpose != purpose || f.PersonID != actor.PersonID {
		return nil, 0, "", nil, ErrNotFound
	}
	r, done, err = s.unsealed(ctx, f)
	return r, f.Size, f.SHA256, done, err
}

// OpenSheet opens the actor's own upload of a bank's list for random reading. Fault: ErrNotFound.
func (s *Service) OpenSheet(ctx context.Context, actor org.Actor, id int64) (r io.ReaderAt, size int64, sha256 string, done func(), err error) {
	f, err := s.Find(ctx, id)
	if err != nil {
		return nil, 0, "", nil, err
	}
	if f.Purpose != Bank || f.PersonID != actor.PersonID {
		return nil, 0, "", nil, ErrNotFound
	}
	r, done, err = s.unsealed(ctx, f)
	return r, f.Size, f.SHA256, done, err
}

// unsealed decrypts a file into a nameless temporary one, which done removes.
func (s *Service) unsealed(ctx context.Context, f *File) (io.ReaderAt, func(), error) {
	body, err := s.open(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = body.Close() }()
	tmp, err := os.CreateTemp("", "linli-import-*")
	if err != nil {
		return nil, nil, err
	}
	_ = os.Remove(tmp.Name())
	if _, err := io.Copy(tmp, body); err != nil {
		_ = tmp.Close()
		return nil, nil, err
	}
	return tmp, func() { _ = tmp.Close() }, nil
}
