package log

import (
	"bytes"
	_ "embed"
	"io"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
)

//go:embed readme.txt
var readme []byte

//go:embed readme-v1.txt
var readmeFirst []byte

// readmes go with the forms of bundles: a certificate holds the hash of its own.
var readmes = map[string][]byte{Format: readme, formatFirst: readmeFirst}

// Write writes one edition of a bundle. It refuses contents that have changed since they were certified, and for owners
// it counts everything once more, so no bundle leaves that would not verify. The manifest's signer must be among the
// keys.
func Write(w io.Writer, e Edition, c Contents, s Signer) error {
	var cert Certificate
	if err := decode(c.Certificate.Text, "  ", &cert); err != nil {
		return err
	}
	d, err := c.draft(cert.Format)
	if err != nil {
		return err
	}
	files, err := d.shared()
	if err != nil {
		return err
	}
	if err := openSigned(c.Certificate, d); err != nil {
		return err
	}
	if !sameFiles(cert.Files, list(files)) {
		return errFormat("内容在出具证书以后变了，不能再用这份证书")
	}
	if e == Owners {
		private, err := d.private(&cert)
		if err != nil {
			return err
		}
		files = append(files, private...)
	}
	head := []*file{byteFile(fileCertificate, c.Certificate.Text), byteFile(fileCertNote, c.Certificate.Note)}
	if err := measureAll(head); err != nil {
		return err
	}
	return pack(w, e, cert.Format, c.Meeting.Number, append(head, files...), s)
}

// pack writes the manifest, its signature and the files.
func pack(w io.Writer, e Edition, format, meeting string, files []*file, s Signer) error {
	for _, f := range files {
		if f.Size > mostSmall && !strings.HasSuffix(f.Name, ".jsonl") {
			return errFormat("%s 太大", f.Name)
		}
	}
	text, err := encode(Manifest{Format: format, Edition: e, Meeting: meeting, Files: list(files)}, "  ")
	if err != nil {
		return err
	}
	signed, err := signNote(manifestText(meeting, e, text), s)
	if err != nil {
		return err
	}
	head := []*file{byteFile(fileManifest, text), byteFile(fileManifestNote, signed)}
	if err := measureAll(head); err != nil {
		return err
	}
	return writeZip(w, append(head, files...))
}

// private are the files for owners.
func (d *draft) private(cert *Certificate) ([]*file, error) {
	totals, err := d.count()
	if err != nil {
		return nil, err
	}
	got, err := encode(totals, "")
	if err != nil {
		return nil, err
	}
	want, err := encode(cert.Motions, "")
	if err != nil {
		return nil, err
	}
	if sum := d.debtors(); !bytes.Equal(got, want) || (sum == nil) != (cert.Debtors == nil) || sum != nil && *sum != *cert.Debtors {
		return nil, errFormat("重新计票与证书不一致，不能写出业主版")
	}
	silent := d.Silent
	if silent == nil {
		silent = func(func(Silent, error) bool) {}
	}
	files := []*file{
		lineFile(fileSeats, d.Seats, func(b []byte, s Seat) ([]byte, error) { return s.appendLine(b), nil }),
		lineFile(fileSilence, silent, func(b []byte, s Silent) ([]byte, error) { return s.appendLine(b), nil }),
		lineFile(fileOpenings, d.Openings, func(b []byte, o Opening) ([]byte, error) {
			if o.Leaf < 0 || o.Leaf >= int64(len(d.leaves)) {
				return nil, errUnsteady
			}
			if d.format == formatFirst {
				o.Way = ""
				return o.appendLine(b, d.ledger.opened(o.Leaf)), nil
			}
			return o.appendLine(b, d.ledger.opened(o.Leaf) || o.Choice == tally.Void && d.ledger.states[o.Leaf] == Superseded), nil
		}),
	}
	return files, measureAll(files)
}

// openSigned refuses a certificate that none of the contents' keys has signed.
func openSigned(s Signed, d *draft) error {
	text, err := openNote(s.Note, d.keys)
	if err != nil {
		return err
	}
	if text != certificateText(d.Meeting.Number, s.Text) {
		return errFormat("签名不是这份证书的")
	}
	return nil
}

func sameFiles(a, b []Listed) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
