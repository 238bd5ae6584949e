package log

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly/tally"
)

// TestLots: bundles with lots verify, and say what the order rests on; an operator with the key who takes the order from elsewhere, the log
// included, or drops what it rests on, is found out in either edition.
func TestLots(t *testing.T) {
	a := hold(t, 20)
	m := &a.c.Meeting.Motions[2]
	m.Question.Tie, m.Question.Lot, m.Lot = tally.ByLot, []string{"f", "a"}, &Lot{Method: PublicLot, Records: []Sum{{1}}}
	public, owners := a.bundles(t)
	for _, raw := range [][]byte{public, owners} {
		if _, err := verifyBytes(raw, Options{}); err != nil {
			t.Fatal(err)
		}
		refuses(t, a, raw, "nothing explains it", `"method": "public"`, `"method": "none"`, "抽签方式")
		refuses(t, a, raw, "from the log", `"method": "public"`, `"method": "seed"`, "抽签方式")
	}
}

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
