package log

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
)

// store keeps tiles in memory as a database would.
type store map[[2]int64][]byte

func (s store) LoadTiles(tiles []Tile) error {
	for i, t := range tiles {
		tiles[i].Data = s[[2]int64{int64(t.Level), t.N}]
	}
	return nil
}

func (s store) SaveTiles(tiles []Tile) error {
	for _, t := range tiles {
		key := [2]int64{int64(t.Level), t.N}
		if !bytes.HasPrefix(t.Data, s[key]) {
			return errors.New("a tile changed")
		}
		s[key] = t.Data
	}
	return nil
}

// seeded gives the same bytes on every run.
func seeded(n uint64) *rand.ChaCha8 {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], n)
	return rand.NewChaCha8(seed)
}

// TestTree: a log that grows in batches of any size has the root of the plain tree, its tiles only grow, and its proofs
// hold for this package, for another implementation and for nothing else.
func TestTree(t *testing.T) {
	rng := rand.New(seeded(1))
	s, tree, plain, front := store{}, Tree{Root: EmptyRoot}, []tlog.Hash{}, frontier{}
	trees := []Tree{tree}
	var hashes []Hash
	for _, batch := range []int{1, 1, 2, 3, 249, 256, 1, 600, 0, 4096, 61_000, 7} {
		leaves := make([]Hash, batch)
		for i := range leaves {
			rng.Uint64()
			binary.BigEndian.PutUint64(leaves[i][:], rng.Uint64())
			hs, err := tlog.StoredHashesForRecordHash(int64(len(hashes)), tlog.Hash(leaves[i]), memory(plain))
			if err != nil {
				t.Fatal(err)
			}
			plain = append(plain, hs...)
			hashes = append(hashes, leaves[i])
			front.add(tlog.Hash(leaves[i]))
		}
		var err error
		if tree, err = Append(tree, s, leaves); err != nil {
			t.Fatal(err)
		}
		want, err := tlog.TreeHash(tree.Size, memory(plain))
		if err != nil || Hash(want) != tree.Root || front.root() != tree.Root {
			t.Fatalf("size %d: root %s, frontier %s, want %s, %v", tree.Size, tree.Root, front.root(), want, err)
		}
		trees = append(trees, tree)
	}
	for range 200 {
		now := trees[rng.IntN(len(trees)-1)+1]
		i := rng.Int64N(now.Size)
		p, err := Include(now, s, i)
		if err != nil || p.Leaf != hashes[i] || p.Check() != nil {
			t.Fatalf("leaf %d in %d: %v", i, now.Size, err)
		}
		var path [][]byte
		for _, h := range p.Hashes {
			path = append(path, h[:])
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), uint64(now.Size), p.Leaf[:], path, now.Root[:]); err != nil {
			t.Fatal(err)
		}
		old := trees[rng.IntN(len(trees))]
		if old.Size > now.Size {
			old, now = now, old
		}
		c, err := Extend(old, now, s)
		if err != nil {
			t.Fatal(err)
		}
		path = nil
		for _, h := range c.Hashes {
			path = append(path, h[:])
		}
		if old.Size > 0 {
			if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(old.Size), uint64(now.Size), path, old.Root[:], now.Root[:]); err != nil {
				t.Fatal(err)
			}
		}
		if p.Leaf[3] ^= 1; p.Check() == nil {
			t.Fatal("another leaf is in the tree")
		}
		if c.OldRoot[9] ^= 1; c.Check() == nil {
			t.Fatal("another beginning fits the tree")
		}
	}
	for key := range s { // a damaged store never becomes a root or a proof
		s[key] = append([]byte{s[key][0] ^ 1}, s[key][1:]...)
	}
	if _, err := Append(tree, s, []Hash{{1}}); err == nil {
		t.Error("appended to damaged tiles")
	}
	if _, err := Include(tree, s, 5); err == nil {
		t.Error("proved from damaged tiles")
	}
	if _, err := Append(tree, store{}, []Hash{{1}}); err == nil {
		t.Error("appended to missing tiles")
	}
}

// TestCode: every wrong character and every swap of neighbours is caught, whatever people do with case and dashes.
func TestCode(t *testing.T) {
	for n := range uint64(20) {
		r, err := NewReceipt(seeded(n), 7)
		if err != nil {
			t.Fatal(err)
		}
		typed := strings.ToLower(strings.NewReplacer("0", "o", "1", "l").Replace(GroupCode(r.Code)))
		if got, ok := ParseCode(typed); !ok || got != r.Code {
			t.Fatalf("%s typed as %s reads %s", r.Code, typed, got)
		}
		for i := range r.Code {
			for _, c := range alphabet {
				if wrong := r.Code[:i] + string(c) + r.Code[i+1:]; wrong != r.Code {
					if _, ok := ParseCode(wrong); ok {
						t.Fatalf("%s passes for %s", wrong, r.Code)
					}
				}
			}
			if i > 0 && r.Code[i] != r.Code[i-1] {
				if _, ok := ParseCode(r.Code[:i-1] + r.Code[i:i+1] + r.Code[i-1:i] + r.Code[i+1:]); ok {
					t.Fatalf("%s passes with %d and %d swapped", r.Code, i-1, i)
				}
			}
		}
		url := r.URL("https://linli.example/")
		secret, seat, ok := ParseFragment(url)
		if !ok || secret != r.Secret || seat != 7 || !strings.HasPrefix(url, "https://linli.example/h5/ballots/"+r.Code+"#") {
			t.Fatalf("%s reads %x %d", url, secret, seat)
		}
	}
	for _, bad := range []string{"", "U234-5678-9ABC-DEFG", "0000", strings.Repeat("0", 17)} {
		if _, ok := ParseCode(bad); ok {
			t.Errorf("%q is a code", bad)
		}
	}
}

// TestCommitment holds the commitment's bytes still and shows that each part is in it.
func TestCommitment(t *testing.T) {
	secret := []byte("0123456789abcdef")
	b := Ballot{Meeting: "DY-2026-0001", Motion: 2, Seat: 17, Version: 1}
	seal := Seal("yes", b.Salt(secret))
	if got := b.Commit(seal).String(); got != "7JfS2U8oTvlZh1KeLizVvk38g1Xfeu7HB2Bj9QoOv+M=" {
		t.Errorf("commitment %s", got)
	}
	if got := (Leaf{Ballot: b.Commit(seal)}).Hash().String(); got != "bAfbEs64OtomoQGBEE4cnrfhiX/jIBgvArhsnPip8zs=" {
		t.Errorf("leaf %s", got)
	}
	seen := map[Hash]string{b.Commit(seal): "itself"}
	for name, h := range map[string]Hash{
		"meeting": Ballot{"DY-2026-0002", 2, 17, 1}.Commit(seal), "motion": Ballot{b.Meeting, 1, 17, 1}.Commit(seal),
		"seat": Ballot{b.Meeting, 2, 18, 1}.Commit(seal), "version": Ballot{b.Meeting, 2, 17, 2}.Commit(seal),
		"choice": b.Commit(Seal("no", b.Salt(secret))), "salt": b.Commit(Seal("yes", Ballot{b.Meeting, 2, 17, 2}.Salt(secret))), "secret": b.Commit(Seal("yes", b.Salt(secret[1:]))),
	} {
		if other, ok := seen[h]; ok {
			t.Errorf("%s commits like %s", name, other)
		}
		seen[h] = name
	}
	mark := Mark{Leaf: 3, State: Superseded, Reason: "changed"}
	if (Leaf{Mark: &mark}).Hash() == (Leaf{Ballot: Hash{3}}).Hash() || (Leaf{Mark: &mark}).Hash() == (Leaf{Closed: time.Unix(3, 0)}).Hash() {
		t.Error("leaves of two forms are one")
	}
}

// TestCheckpoint: both kinds of key sign, a changed byte is never another spelling, and another key is refused.
func TestCheckpoint(t *testing.T) {
	seed := bytes.Repeat([]byte{7}, 32)
	ed, err := NewEd25519("linli.example", seed)
	if err != nil {
		t.Fatal(err)
	}
	gm, err := NewSM2("linli.example", seed)
	if err != nil {
		t.Fatal(err)
	}
	c := Checkpoint{Meeting: "DY-2026-0001", Tree: Tree{Size: 3, Root: Hash{1, 2}}, At: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC), Purpose: Hourly}
	for _, s := range []Signer{ed, gm} {
		key, err := ParseKey(s.Key())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := c.Sign(s)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := c.Sign(s); !bytes.Equal(again, raw) {
			t.Error("the same checkpoint is signed with other bytes")
		}
		if got, err := OpenCheckpoint(raw, key); err != nil || got != c {
			t.Fatalf("%+v, %v", got, err)
		}
		for i := range raw {
			for bit := range 8 {
				bad := bytes.Clone(raw)
				bad[i] ^= 1 << bit
				if _, err := OpenCheckpoint(bad, key); err == nil {
					t.Fatalf("byte %d bit %d changed in\n%s", i, bit, bad)
				}
			}
		}
		for _, bad := range [][]byte{append(bytes.Clone(raw), '\n'), append([]byte{'\n'}, raw...), append(bytes.Clone(raw), raw[bytes.LastIndex(raw, []byte("—")):]...), nil} {
			if _, err := OpenCheckpoint(bad, key); err == nil {
				t.Errorf("accepted\n%s", bad)
			}
		}
		for i := range s.Key() {
			bad := []byte(s.Key())
			bad[i] ^= 1
			if _, err := ParseKey(string(bad)); err == nil {
				t.Fatalf("key with byte %d changed is a key", i)
			}
		}
		if !sameKey(s.Key(), " "+s.Key()+"\n") || !sameKey(s.Key(), strings.ToUpper(strings.ReplaceAll(Fingerprint(s.Key()), " ", ":"))) || sameKey(s.Key(), "") {
			t.Error("a pin is not recognised")
		}
	}
	raw, _ := c.Sign(gm)
	key, _ := ParseKey(ed.Key())
	if _, err := OpenCheckpoint(raw, key); err == nil {
		t.Error("another key's checkpoint is accepted")
	}
	for _, bad := range []Checkpoint{{Meeting: "", Purpose: Hourly}, {Meeting: "a\nb", Purpose: Hourly}, {Meeting: "a", Purpose: "often"}, {Meeting: "a", Purpose: Hourly, Tree: Tree{Size: -1}}} {
		if _, err := bad.Sign(ed); err == nil {
			t.Errorf("signed %+v", bad)
		}
	}
}
