package log

import (
	"bytes"
	"testing"
)

// FuzzVerify: garbage is refused in words, without a panic.
func FuzzVerify(f *testing.F) {
	a := hold(f, 6)
	public, owners := a.bundles(f)
	f.Add(public)
	f.Add(owners)
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := verifyBytes(raw, Options{}); err == nil && !bytes.Equal(raw, public) && !bytes.Equal(raw, owners) {
			t.Error("another bundle verifies without a key")
		}
	})
}

// FuzzForged: garbage inside a well-formed, well-signed bundle is refused without a panic.
func FuzzForged(f *testing.F) {
	a := hold(f, 6)
	_, owners := a.bundles(f)
	all := append(names(Owners)[4:], fileManifestNote)
	for i, name := range all {
		forge(f, owners, a.signer, func(files map[string][]byte, _ *Certificate) { f.Add(uint8(i), files[name]) })
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		name := all[int(which)%len(all)]
		forged := forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) { files[name] = content })
		_, _ = verifyBytes(forged, Options{})
	})
}

// FuzzLines: a line that is read is the line that is written, and nothing panics.
func FuzzLines(f *testing.F) {
	a := hold(f, 6)
	for i, l := range a.leaves {
		f.Add(l.appendLine(nil, int64(i)))
	}
	f.Add(a.seats[0].appendLine(nil))
	f.Add(a.openings[1].appendLine(nil, true))
	f.Add(a.openings[1].appendLine(nil, false))
	f.Add(Silent{1, 2}.appendLine(nil))
	f.Fuzz(func(t *testing.T, line []byte) {
		if l, index, ok := scanLeaf(line); ok && !bytes.Equal(l.appendLine(nil, index), line) {
			t.Errorf("leaf %q", line)
		}
		if s, ok := scanSeat(line); ok && !bytes.Equal(s.appendLine(nil), line) {
			t.Errorf("seat %q", line)
		}
		if s, ok := scanSilent(line); ok && !bytes.Equal(s.appendLine(nil), line) {
			t.Errorf("silent %q", line)
		}
		if o, choice, opened, ok := scanOpening(line); ok && opened {
			if o.Choice = string(choice); !bytes.Equal(o.appendLine(nil, true), line) {
				t.Errorf("opening %q", line)
			}
		}
		_ = decode(line, "", &Event{})
		_, _ = parseCheckpoint(string(line))
		_, _ = ParseKey(string(line))
		_, _, _ = ParseFragment(string(line))
		_, _ = ParseCode(string(line))
	})
}
