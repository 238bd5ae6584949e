package file_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/file/blob"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

type world struct {
	*file.Service
	db    *store.DB
	clock *modelstest.Clock
	dir   string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clock: modelstest.NewClock(), dir: t.TempDir()}
	w.db = modelstest.OpenAt(t, w.clock)
	blobs, err := blob.NewFolder(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	w.Service = file.New(w.db, modelstest.Vault(t), blobs, file.Options{LinkKey: []byte("0123456789abcdef0123456789abcdef"), PublicURL: "http://x", Log: slog.New(slog.DiscardHandler)})
	return w
}

var someone = org.Actor{PersonID: 7, Surface: "miniapp"}

func (w *world) put(t *testing.T, purpose file.Purpose, ref string, raw []byte) *file.File {
	t.Helper()
	f, err := w.Upload(t.Context(), someone, file.Upload{Purpose: purpose, ClientRef: ref, Name: "p", Body: bytes.NewReader(raw)})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// content follows a link.
func (w *world) content(t *testing.T, f *file.File) []byte {
	t.Helper()
	url, _ := w.Link(f, someone.PersonID)
	_, body, err := w.OpenToken(t.Context(), strings.TrimPrefix(url, "http://x/files/"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	raw, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// photo is a JPEG whose left half is black, with an EXIF segment that holds a place and an orientation.
func photo(t *testing.T, turn uint16) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := 20; x < 40; x++ {
			img.SetGray(x, y, color.Gray{Y: 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, turn)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00GPSLatitude 26.2581N"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	seg := append([]byte{0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	raw := b.Bytes()
	return append(append(append([]byte{0xFF, 0xD8}, seg...), body...), raw[2:]...)
}

func TestPhotosLoseWhereTheyWereTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := append(photo(t, 6), "PK\x03\x04 an archive behind the picture"...)
	f := w.put(t, file.Photo, "a", raw)
	got := w.content(t, f)
	for _, s := range []string{"GPS", "Exif", "archive", "26.2581"} {
		if bytes.Contains(got, []byte(s)) {
			t.Errorf("the stored photo still holds %q", s)
		}
	}
	img, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil || img.Bounds().Dx() != 20 || img.Bounds().Dy() != 40 || f.Width != 20 {
		t.Fatalf("turned photo: %v, %v", img.Bounds(), err)
	}
	top, _, _, _ := img.At(10, 5).RGBA() // turned right, the left half is on top
	bottom, _, _, _ := img.At(10, 35).RGBA()
	if top > 0x4000 || bottom < 0xC000 {
		t.Errorf("the photo lies on its side: top %x, bottom %x", top, bottom)
	}
}

// bomb is a PNG of a few bytes that claims thirty thousand by thirty thousand pixels.
func bomb() []byte {
	head := append([]byte("IHDR"), 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 6, 0, 0, 0)
	raw := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(head))
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	whole := photo(t, 1)
	for name, c := range map[string]struct {
		purpose file.Purpose
		raw     []byte
		want    error
	}{
		"a page as a photo":    {file.Photo, []byte("<html><script>"), file.ErrType},
		"a PDF as a photo":     {file.Photo, []byte("%PDF-1.7"), file.ErrType},
		"half a photo":         {file.Photo, whole[:len(whole)/2], file.ErrPicture},
		"a bomb":               {file.Photo, bomb(), file.ErrPixels},
		"HEIC":                 {file.Photo, []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), file.ErrHEIC},
		"nothing":              {file.Photo, nil, file.ErrPicture},
		"too much":             {file.Photo, make([]byte, 11<<20), file.ErrTooLarge},
		"a program as proof":   {file.Document, []byte("\x7fELF"), file.ErrDocument},
		"a page as a sound":    {file.Sound, []byte("<html><script>"), file.ErrSound},
		"a picture as a sound": {file.Sound, whole, file.ErrSound},
		"a picture as roster":  {file.Roster, whole, file.ErrSheet},
		"an unknown purpose":   {"avatar", whole, file.ErrPurpose},
		"a script named photo": {file.Photo, []byte("GIF89a<script>"), file.ErrType},
	} {
		_, err := w.Upload(t.Context(), someone, file.Upload{Purpose: c.purpose, ClientRef: name, Name: "a.jpg", Body: bytes.NewReader(c.raw)})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUploadTwiceIsOneFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.put(t, file.Photo, "same", photo(t, 1)), w.put(t, file.Photo, "same", photo(t, 1))
	if a.ID != b.ID {
		t.Error("a repeated upload made a second file")
	}
	_, err := w.Upload(t.Context(), someone, file.Upload{Purpose: file.Photo, ClientRef: "same", Body: bytes.NewReader(photo(t, 3))})
	if !errors.Is(err, file.ErrRefReused) {
		t.Errorf("the ref with another photo: %v", err)
	}
}

// TestTwentyTapsAreOneFile: while one request stores, the others wait and answer its file; a try that failed does not
// hold up the next.
func TestTwentyTapsAreOneFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := photo(t, 1)
	ids := make([]int64, 20)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			f, err := w.Upload(t.Context(), someone, file.Upload{Purpose: file.Photo, ClientRef: "taps", Name: "p", Body: bytes.NewReader(raw)})
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = f.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("twenty taps made several files: %v", ids)
		}
	}
	if err := os.Chmod(w.dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, failed := w.Upload(t.Context(), someone, file.Upload{Purpose: file.Photo, ClientRef: "again", Name: "p", Body: bytes.NewReader(raw)})
	if err := os.Chmod(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if failed == nil && os.Getuid() != 0 {
		t.Error("a folder that cannot be written took a file")
	}
	w.put(t, file.Photo, "again", raw)
}

func TestStoredFilesAreSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := []byte("%PDF-1.7 " + strings.Repeat("房产证号 520101 ", 20_000)) // several chunks
	f := w.put(t, file.Document, "pdf", secret)
	if !bytes.Equal(w.content(t, f), secret) {
		t.Fatal("the content changed")
	}
	path := filepath.Join(w.dir, f.BlobKey[:2], f.BlobKey)
	raw, err := os.ReadFile(path)
	if err != nil || bytes.Contains(raw, []byte("520101")) {
		t.Fatalf("the folder shows the content (%v)", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if n, err := w.Verify(t.Context()); err != nil || n != 1 {
		t.Errorf("verify: %d, %v", n, err)
	}
	for name, bad := range map[string][]byte{"a byte": append(append(bytes.Clone(raw[:70_000]), raw[70_000]^1), raw[70_001:]...), "cut off": raw[:len(raw)-65_552], "lengthened": append(bytes.Clone(raw), 0)} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Verify(t.Context()); err == nil && name != "lengthened" {
			t.Errorf("%s changed unnoticed", name)
		}
	}
}

func TestLinksExpireAndCannotBeForged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.put(t, file.Photo, "l", photo(t, 1))
	url, until := w.Link(f, 7)
	token := strings.TrimPrefix(url, "http://x/files/")
	for _, bad := range []string{"", "1.2.3", token + "x", "9" + token, strings.Replace(token, ".7.", ".8.", 1)} {
		if _, _, err := w.OpenToken(t.Context(), bad); !errors.Is(err, file.ErrLink) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	w.clock.Advance(until.Sub(w.clock.Now()))
	if _, _, err := w.OpenToken(t.Context(), token); !errors.Is(err, file.ErrLink) {
		t.Errorf("an old link: %v", err)
	}
}

func TestOneOfTwentyAttaches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.put(t, file.Photo, "x", photo(t, 1))
	attach := func(a org.Actor, subject int64) error {
		return w.db.InTx(context.Background(), func(tx *store.Tx) error {
			return w.Attach(tx, a, []int64{f.ID}, "photo", "case", subject, 1)
		})
	}
	if err := attach(org.Actor{PersonID: 8}, 1); !errors.Is(err, file.ErrNotFound) {
		t.Errorf("somebody else's upload was attached: %v", err)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	won := 0
	for i := range 20 {
		wg.Go(func() {
			err := attach(someone, int64(i+1))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, file.ErrNotFound) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("attached %d times", won)
	}
}

func TestSweepTakesOnlyWhatNobodyUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	loose, used := w.put(t, file.Photo, "loose", photo(t, 1)), w.put(t, file.Photo, "used", photo(t, 1))
	err := w.db.InTx(t.Context(), func(tx *store.Tx) error {
		return w.Attach(tx, someone, []int64{used.ID}, "photo", "case", 1, 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.Sweep(t.Context()); err != nil || n != 0 {
		t.Errorf("swept %d at once (%v)", n, err)
	}
	w.clock.Advance(25 * time.Hour)
	if n, err := w.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("swept %d (%v)", n, err)
	}
	if _, err := os.Stat(filepath.Join(w.dir, loose.BlobKey[:2], loose.BlobKey)); !os.IsNotExist(err) {
		t.Error("the blob of a swept upload is left")
	}
	if len(w.content(t, used)) == 0 {
		t.Error("an attached file was swept")
	}
}

func FuzzPicture(f *testing.F) {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 3)))
	f.Add(b.Bytes())
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 4, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) { _, _ = file.Reencode(raw) })
}
