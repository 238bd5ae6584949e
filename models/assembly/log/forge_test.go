package log

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// forge changes files of a bundle and signs everything anew, as an operator with the key could.
func forge(t testing.TB, raw []byte, s Signer, change func(files map[string][]byte, cert *Certificate)) []byte {
	t.Helper()
	return forgeAfter(t, raw, s, change, func(map[string][]byte) {})
}

// forgeAfter changes files once more when the certificate has been signed.
func forgeAfter(t testing.TB, raw []byte, s Signer, change func(files map[string][]byte, cert *Certificate), after func(files map[string][]byte)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	var cert Certificate
	if err := decode(files[fileCertificate], "  ", &cert); err != nil {
		t.Fatal(err)
	}
	change(files, &cert)
	listed := func(name string) Listed { return Listed{name, int64(len(files[name])), sumOf(files[name])} }
	cert.Files = nil
	for _, name := range sharedFiles {
		cert.Files = append(cert.Files, listed(name))
	}
	if files[fileCertificate], err = encode(cert, "  "); err != nil {
		t.Fatal(err)
	}
	if files[fileCertNote], err = signNote(certificateText(cert.Meeting, files[fileCertificate]), s); err != nil {
		t.Fatal(err)
	}
	after(files)
	e := Public
	if files[fileOpenings] != nil {
		e = Owners
	}
	var all []*file
	for _, name := range names(e)[2:] {
		all = append(all, byteFile(name, files[name]))
	}
	if err := measureAll(all); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := pack(&out, e, cert.Format, cert.Meeting, all, s); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func other(t testing.TB) Signer {
	t.Helper()
	s, err := NewSM2("linli.example", bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestForgedKey: a whole bundle made with another key, by somebody who has every row, is caught by the pin and by the
// other edition.
func TestForgedKey(t *testing.T) {
	a := hold(t, 20)
	public, owners := a.bundles(t)
	if same := forge(t, owners, a.signer, func(map[string][]byte, *Certificate) {}); !bytes.Equal(same, owners) {
		t.Fatal("forging nothing changes something")
	}
	b := hold(t, 20)
	b.signer, b.c.Keys = other(t), []string{other(t).Key()}
	for i, raw := range b.c.Checkpoints {
		key, err := ParseKey(a.signer.Key())
		if err != nil {
			t.Fatal(err)
		}
		point, err := OpenCheckpoint(raw, key)
		if err != nil {
			t.Fatal(err)
		}
		if b.c.Checkpoints[i], err = point.Sign(b.signer); err != nil {
			t.Fatal(err)
		}
	}
	forged, _ := b.bundles(t)
	fake, err := verifyBytes(forged, Options{})
	if err != nil {
		t.Fatalf("a bundle of its own key verifies by itself: %v", err)
	}
	if _, err := verifyBytes(forged, Options{Pins: []string{a.signer.Key()}}); err == nil || !strings.Contains(err.Error(), "公钥") {
		t.Errorf("under the pin: %v", err)
	}
	if _, err := verifyBytes(public, Options{Pins: []string{Fingerprint(other(t).Key())}}); err == nil {
		t.Error("the true bundle passes under another pin")
	}
	real, err := verifyBytes(owners, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Compare(real, fake); err == nil {
		t.Error("the editions agree")
	}
	signedByOther := forge(t, public, other(t), func(map[string][]byte, *Certificate) {})
	if _, err := verifyBytes(signedByOther, Options{}); err == nil {
		t.Error("a signature by a key outside keys.txt passes")
	}
}

// TestUnsigned: every byte of every file, changed in an archive whose headers and sums were made to fit, by somebody
// without the key.
func TestUnsigned(t *testing.T) {
	a := hold(t, 6)
	_, owners := a.bundles(t)
	z, err := openArchive(bytes.NewReader(owners), int64(len(owners)))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range z.files {
		var content, out bytes.Buffer
		if err := f.write(&content); err != nil {
			t.Fatal(err)
		}
		for at := 0; at < content.Len(); at += 1 + content.Len()/100 {
			bad := bytes.Clone(content.Bytes())
			bad[at] ^= 1
			files := slices.Clone(z.files)
			files[i] = byteFile(f.Name, bad)
			if err := files[i].measure(); err != nil {
				t.Fatal(err)
			}
			out.Reset()
			if err := writeZip(&out, files); err != nil {
				t.Fatal(err)
			}
			if _, err := verifyBytes(out.Bytes(), Options{}); err == nil || i > 1 && !strings.Contains(err.Error(), "清单") {
				t.Fatalf("%s: byte %d: %v", f.Name, at, err)
			}
		}
	}
}

// TestRollNumbers: a roll without gaps, or none.
func TestRollNumbers(t *testing.T) {
	a := hold(t, 6)
	for name, change := range map[string]func(*Seat){
		"a gap": func(s *Seat) { s.No = 3 }, "no unit": func(s *Seat) { s.Units = nil }, "no area": func(s *Seat) { s.Units[0].Area = 0 },
		"a quote": func(s *Seat) { s.Units[0].Code = `1"` }, "scopes out of order": func(s *Seat) { s.Units[0].Scopes = []string{"b", "a"} },
	} {
		seats := []Seat{a.seats[0], {No: 2, Units: []Unit{{Code: "2", Area: 5}}}}
		if _, err := FreezeRoll("x", opens, each2(&seats)); err != nil {
			t.Fatal(err)
		}
		change(&seats[1])
		if _, err := FreezeRoll("x", opens, each2(&seats)); err == nil {
			t.Errorf("frozen with %s", name)
		}
	}
}

// TestResignedBytes: every third byte of the rows that a verifier computes with, changed and signed again with the true key.
func TestResignedBytes(t *testing.T) {
	a := hold(t, 6)
	_, owners := a.bundles(t)
	for _, name := range append([]string{fileLeaves, fileCheckpoints}, ownersFiles...) {
		size := 0
		forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) { size = len(files[name]) })
		for i := 0; i < size; i += 3 {
			forged := forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) { files[name][i] ^= 1 << (i % 7) })
			if _, err := verifyBytes(forged, Options{}); err == nil {
				t.Fatalf("%s: byte %d of %d may change under the true key", name, i, size)
			}
		}
	}
}

// TestWriteRefuses: contents that differ from what was certified do not get out.
func TestWriteRefuses(t *testing.T) {
	a := hold(t, 20)
	a.bundles(t)
	for name, change := range map[string]func(*assembly){
		"another title":      func(a *assembly) { a.c.Meeting.Title = "另一个" },
		"another roll row":   func(a *assembly) { a.seats[0].Units[0].Area++ },
		"another opening":    func(a *assembly) { a.openings[4].Salt[0] ^= 1 },
		"another leaf":       func(a *assembly) { a.leaves[4].Ballot[0] ^= 1 },
		"bytes in the title": func(a *assembly) { a.c.Meeting.Title = "\xff" },
		"a lost certificate": func(a *assembly) { a.c.Certificate.Text = append(a.c.Certificate.Text, ' ') },
		"fewer silent":       func(a *assembly) { a.silent = a.silent[1:] },
	} {
		b := hold(t, 20)
		b.c.Certificate = a.c.Certificate
		change(b)
		if err := Write(io.Discard, Owners, b.c, b.signer); err == nil {
			t.Errorf("%s is written", name)
		}
	}
	stage, early := Provisional, a.at.Add(-48*time.Hour)
	if _, _, err := Certify(a.c, stage, early, a.signer); err == nil {
		t.Error("certified before the last checkpoint")
	}
}
