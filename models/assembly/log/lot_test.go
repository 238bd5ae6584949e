package log

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly/tally"
)

// drawn holds a meeting whose election leaves ties to lots drawn by a method.
func drawn(t *testing.T, lot *Lot) *assembly {
	t.Helper()
	a := hold(t, 20)
	m := &a.c.Meeting.Motions[2]
	m.Question.Tie, m.Lot = tally.ByLot, lot
	m.Question.Lot = []string{"f", "a"}
	if lot.Method == SeedLot {
		for _, raw := range a.c.Checkpoints {
			key, err := ParseKey(a.signer.Key())
			if err != nil {
				t.Fatal(err)
			}
			c, err := OpenCheckpoint(raw, key)
			if err != nil {
				t.Fatal(err)
			}
			if c.Purpose == Close {
				m.Question.Lot = DrawLots(a.c.Meeting.Number, 3, c.Tree.Root, m.Question.Options)
			}
		}
	}
	return a
}

// TestLots: bundles with lots verify, and say what the order rests on; an operator with the key who writes another order, or drops what it rests
// on, is found out in either edition.
func TestLots(t *testing.T) {
	for _, lot := range []Lot{{Method: PublicLot, Records: []Sum{{1}}}, {Method: SeedLot}} {
		a := drawn(t, &lot)
		public, owners := a.bundles(t)
		for _, raw := range [][]byte{public, owners} {
			if _, err := verifyBytes(raw, Options{}); err != nil {
				t.Fatalf("%s: %v", lot.Method, err)
			}
			for name, c := range map[string]struct{ from, to, want string }{
				"nothing explains it": {fmt.Sprintf(`"method": %q`, lot.Method), `"method": "none"`, "抽签方式"},
				"the other method":    {fmt.Sprintf(`"method": %q`, lot.Method), fmt.Sprintf(`"method": %q`, map[string]string{PublicLot: SeedLot, SeedLot: PublicLot}[lot.Method]), "抽签方式"},
			} {
				refuses(t, a, raw, lot.Method+": "+name, c.from, c.to, c.want)
			}
			if lot.Method == SeedLot {
				order := a.c.Meeting.Motions[2].Question.Lot
				refuses(t, a, raw, "two exchanged", lines(order[0], order[1]), lines(order[1], order[0]), "不是由截止时的表决记录算出来的")
			}
		}
	}
}

func lines(a, b string) string { return fmt.Sprintf("\"lot\": [\n          %q,\n          %q", a, b) }

func refuses(t *testing.T, a *assembly, raw []byte, name, from, to, want string) {
	t.Helper()
	forged := forge(t, raw, a.signer, func(files map[string][]byte, _ *Certificate) {
		changed := bytes.Replace(files[fileMeeting], []byte(from), []byte(to), 1)
		if bytes.Equal(changed, files[fileMeeting]) {
			t.Fatalf("%s: the meeting has no %s:\n%s", name, from, changed)
		}
		files[fileMeeting] = changed
	})
	_, err := verifyBytes(forged, Options{})
	var f *Failure
	if !errors.As(err, &f) || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: verify says %v, want %q", name, err, want)
	}
}

// TestDrawLots: the order is fixed for good, other meetings and motions have others, and each candidate comes first about as often as the others.
func TestDrawLots(t *testing.T) {
	keys := []string{"c1", "c2", "c3"}
	if got := fmt.Sprint(DrawLots("DY-1", 1, Hash{9}, keys), DrawLots("DY-1", 2, Hash{9}, keys), DrawLots("DY-2", 1, Hash{9}, keys)); got != "[c3 c2 c1] [c1 c2 c3] [c3 c2 c1]" {
		t.Error(got)
	}
	first := map[string]int{}
	for i := range 3000 {
		first[DrawLots("DY-1", 1, Hash{byte(i), byte(i >> 8)}, keys)[0]]++
	}
	for _, key := range keys {
		if n := first[key]; n < 900 || n > 1100 {
			t.Errorf("%s comes first %d times of 3000", key, n)
		}
	}
}
