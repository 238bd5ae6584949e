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
	for _, want := range []string{"票权 1 议题 1 第 2 次表决“void”", "在第 8 片叶子，计票", "无效", "已被替代", "重新计票"} {
		if !strings.Contains(text, want) {
			t.Errorf("verify does not say %q:\n%s", want, text)
		}
	}
	if _, err := verifyBytes(public, Options{Receipts: []string{hold(t, 21).receipts[0].Fragment()}}); err == nil {
		t.Error("another meeting's receipt is found")
	}
}

// TestPublicHides: no choice, no seat of a ballot, no unit and no salt is in the public edition.
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
