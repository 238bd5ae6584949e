package log

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden bundles")

// TestBundle: both editions verify, are the bytes kept in testdata, agree with each other, and find receipts.
func TestBundle(t *testing.T) {
	a := hold(t, 20)
	public, owners := a.bundles(t)
	for name, raw := range map[string][]byte{"public.zip": public, "owners.zip": owners} {
		if *update {
			if err := os.WriteFile("testdata/"+name, raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if kept, err := os.ReadFile("testdata/" + name); err != nil || !bytes.Equal(kept, raw) {
			t.Errorf("%s is written with other bytes than before, %v", name, err)
		}
	}
	if again := a.write(t, Owners); !bytes.Equal(again, owners) {
		t.Error("the same contents are written with other bytes")
	}
	var said []string
	o := Options{Pins: []string{Fingerprint(a.signer.Key())}, Receipts: []string{a.receipts[0].URL("https://linli.example"), a.receipts[2].Fragment()}}
	one, err := Verify(bytes.NewReader(public), int64(len(public)), o, func(s string) { said = append(said, s) })
	if err != nil {
		t.Fatal(err)
	}
	two, err := Verify(bytes.NewReader(owners), int64(len(owners)), o, func(s string) { said = append(said, s) })
	if err != nil {
		t.Fatal(err)
	}
	if err := Compare(one, two); err != nil {
		t.Error(err)
	}
	text := strings.Join(said, "\n")
	t.Log(text)
	for _, want := range []string{"票权 1 议题 1 第 2 次表决“void”", "在第 9 片叶子，计票", "无效", "已被替代", "重新计票"} {
		if !strings.Contains(text, want) {
			t.Errorf("verify does not say %q:\n%s", want, text)
		}
	}
	if _, err := verifyBytes(public, Options{Receipts: []string{hold(t, 21).receipts[0].Fragment()}}); err == nil {
		t.Error("another meeting's receipt is found")
	}
}

// TestFirstForm: bundles from before the terms were in them are still read, and say that nobody can check with them which ballot gave way;
// a bundle of today does not pass as one of them.
func TestFirstForm(t *testing.T) {
	a := hold(t, 20)
	_, today := a.bundles(t)
	var all []*Verified
	for _, name := range []string{"public-v1.zip", "owners-v1.zip"} {
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		v, err := Verify(bytes.NewReader(raw), int64(len(raw)), Options{}, func(s string) { said = append(said, s) })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !strings.Contains(strings.Join(said, "\n"), "第一版格式") {
			t.Errorf("%s is read without a word of what it lacks", name)
		}
		all = append(all, v)
	}
	if err := Compare(all[0], all[1]); err != nil {
		t.Error(err)
	}
	forged := forge(t, today, a.signer, func(_ map[string][]byte, c *Certificate) { c.Format = formatFirst })
	if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), "冻结的规则") {
		t.Errorf("today's files under the first form: %v", err)
	}
}

// TestFirstFormIsWrittenAgain: what was certified in the first form comes out of the database as it did.
func TestFirstFormIsWrittenAgain(t *testing.T) {
	a := hold(t, 20)
	d, err := a.c.draft(formatFirst)
	if err != nil {
		t.Fatal(err)
	}
	totals, err := d.count()
	if err != nil {
		t.Fatal(err)
	}
	files, err := d.shared()
	if err != nil {
		t.Fatal(err)
	}
	last := d.checkpoints[len(d.checkpoints)-1]
	cert := Certificate{Format: formatFirst, Meeting: d.Meeting.Number, Stage: Confirmed, At: second(a.at.Add(1)), Size: last.Tree.Size, Root: last.Tree.Root, Roll: d.Roll.Root, Motions: totals, Files: list(files)}
	text, err := encode(cert, "  ")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signNote(certificateText(cert.Meeting, text), a.signer)
	if err != nil {
		t.Fatal(err)
	}
	b := hold(t, 20)
	b.c.Certificate = Signed{text, signed}
	for _, e := range []Edition{Public, Owners} {
		raw := b.write(t, e)
		if _, err := verifyBytes(raw, Options{}); err != nil {
			t.Errorf("%s: %v", e, err)
		}
		if bytes.Contains(raw, []byte("which_wins")) || bytes.Contains(raw, []byte(`"way"`)) {
			t.Errorf("%s: something of the second form is in the first", e)
		}
	}
}

// TestPublicHides: no choice, no seat of a ballot, no unit and no salt is in the public edition, nor by which way or in which order a ballot
// came; the frozen terms are in both.
func TestPublicHides(t *testing.T) {
	a := hold(t, 20)
	public, owners := a.bundles(t)
	for _, o := range a.openings {
		for _, secret := range []string{o.Salt.String(), Seal(o.Choice, o.Salt).String()} {
			if bytes.Contains(public, []byte(secret)) {
				t.Fatalf("the public edition holds what opens leaf %d", o.Leaf)
			}
		}
		if state := a.state(o.Leaf); bytes.Contains(owners, []byte(o.Salt.String())) != (state == Counted || o.Choice == "void") {
			t.Errorf("leaf %d is %s", o.Leaf, state)
		}
	}
	for _, word := range []string{`"way"`, `,"order":`, "phone", "paper"} {
		if bytes.Contains(public, []byte(word)) {
			t.Errorf("the public edition holds %s", word)
		}
	}
	for _, raw := range [][]byte{public, owners} {
		if !bytes.Contains(raw, []byte(`"which_wins": "app"`)) || !bytes.Contains(raw, []byte(`"proxy_cap": 3`)) {
			t.Error("an edition has no frozen terms")
		}
	}
	for _, s := range a.seats {
		if bytes.Contains(public, []byte(s.Units[0].Code)) || bytes.Contains(public, []byte(s.Salt.String())) {
			t.Fatalf("the public edition names seat %d", s.No)
		}
	}
}

// TestEveryByte: whatever byte of a small bundle is changed, it is caught, and so is every cut and every added byte.
func TestEveryByte(t *testing.T) {
	a := hold(t, 20)
	public, owners := a.bundles(t)
	pins := Options{Pins: []string{a.signer.Key()}}
	for name, raw := range map[string][]byte{"public": public, "owners": owners} {
		bad := bytes.Clone(raw)
		for i := range bad {
			bad[i] ^= 1 << (i % 8)
			if _, err := verifyBytes(bad, pins); err == nil {
				t.Fatalf("%s: byte %d of %d may change", name, i, len(raw))
			}
			bad[i] = raw[i]
		}
		for n := 0; n < len(raw); n += 1 + n/50 {
			if _, err := verifyBytes(raw[:n], pins); err == nil {
				t.Fatalf("%s cut to %d bytes passes", name, n)
			}
		}
		for _, bad := range [][]byte{append(bytes.Clone(raw), 0), append([]byte{0}, raw...), append(bytes.Clone(raw), raw...), append(bytes.Clone(raw), "PK\x05\x06"...)} {
			if _, err := verifyBytes(bad, pins); err == nil {
				t.Fatalf("%s with something added passes", name)
			}
		}
	}
}

// TestManyBytes: ten thousand places of a large bundle.
func TestManyBytes(t *testing.T) {
	a := hold(t, 2000)
	_, raw := a.bundles(t)
	rng := rand.New(seeded(5))
	for range 10_000 {
		i, old := rng.IntN(len(raw)), byte(0)
		old, raw[i] = raw[i], raw[i]^byte(1+rng.IntN(255))
		if _, err := verifyBytes(raw, Options{}); err == nil {
			t.Fatalf("byte %d of %d may change", i, len(raw))
		}
		raw[i] = old
	}
	if _, err := verifyBytes(raw, Options{}); err != nil {
		t.Fatal(err)
	}
}

// state is what the last mark on a leaf says.
func (a *assembly) state(leaf int64) State {
	state := Counted
	for _, l := range a.leaves {
		if l.Mark != nil && l.Mark.Leaf == leaf {
			state = l.Mark.State
		}
	}
	return state
}
