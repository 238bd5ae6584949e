package log

import (
	"archive/zip"
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"io"
)

// The files of a bundle, in their order. The first three belong to one edition, those to leaves.jsonl to both, the rest
// to owners.
const (
	fileManifest     = "manifest.json"
	fileManifestNote = "manifest.note"
	fileCertificate  = "certificate.json"
	fileCertNote     = "certificate.note"
	fileReadme       = "README.txt"
	fileKeys         = "keys.txt"
	fileMeeting      = "meeting.json"
	fileRoll         = "roll.json"
	fileEvents       = "events.jsonl"
	fileDelivery     = "delivery.json"
	fileCheckpoints  = "checkpoints.jsonl"
	fileLeaves       = "leaves.jsonl"
	fileSeats        = "seats.jsonl"
	fileSilence      = "silence.jsonl"
	fileOpenings     = "openings.jsonl"
)

var (
	sharedFiles = []string{fileReadme, fileKeys, fileMeeting, fileRoll, fileEvents, fileDelivery, fileCheckpoints, fileLeaves}
	ownersFiles = []string{fileSeats, fileSilence, fileOpenings}
)

// names lists what a bundle of an edition holds.
func names(e Edition) []string {
	all := append([]string{fileManifest, fileManifestNote, fileCertificate, fileCertNote}, sharedFiles...)
	if e == Owners {
		all = append(all, ownersFiles...)
	}
	return all
}

// file is one file of a bundle. It is written twice, once to be measured: the headers then hold sizes and sums, which
// every unpacking program understands.
type file struct {
	Listed
	crc   uint32
	write func(io.Writer) error
}

// measure writes the file to nowhere and notes what it is.
func (f *file) measure() error {
	sum, crc := sha256.New(), crc32.NewIEEE()
	n := &counter{}
	if err := f.write(io.MultiWriter(sum, crc, n)); err != nil {
		return err
	}
	f.Size, f.crc, f.Sum = n.n, crc.Sum32(), Sum(sum.Sum(nil))
	return nil
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

var errUnsteady = errors.New("log: a file came out otherwise the second time")

// writeZip writes measured files in one fixed form: stored, no times, no comments, no extra fields. So the bytes of the
// archive follow from its names and contents, and a verifier writes it again and compares.
func writeZip(w io.Writer, files []*file) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		to, err := z.CreateRaw(&zip.FileHeader{Name: f.Name, Method: zip.Store, CRC32: f.crc, CompressedSize64: uint64(f.Size), UncompressedSize64: uint64(f.Size),
			ModifiedDate: 1<<5 | 1}) //nolint:staticcheck // 1 January 1980, the zero of ZIP; Modified would add an extra field
		if err != nil {
			return err
		}
		sum, n := sha256.New(), &counter{}
		if err := f.write(io.MultiWriter(to, sum, n)); err != nil {
			return err
		}
		if n.n != f.Size || Sum(sum.Sum(nil)) != f.Sum {
			return errUnsteady
		}
	}
	return z.Close()
}
