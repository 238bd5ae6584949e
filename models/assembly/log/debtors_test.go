package log

import (
	"bytes"
	"strings"
	"testing"
)

// TestDebtors: with a clause that limits who owes fees both editions verify, and neither names a seat of the list: the certificate holds a
// hash that nobody can guess the list from, and whoever verifies is told what it cannot count again.
func TestDebtors(t *testing.T) {
	held := func(salt Hash, seats ...int) *assembly {
		a := hold(t, 20)
		a.c.Meeting.Debtors, a.c.Debtors, a.c.DebtorsSalt = "议事规则第20条", seats, salt
		return a
	}
	a := held(Hash{1}, 3, 7)
	public, owners := a.bundles(t)
	for name, raw := range map[string][]byte{"public": public, "owners": owners} {
		if bytes.Contains(raw, []byte("debtors.jsonl")) || bytes.Contains(raw, []byte(`{"seat":3}`)) {
			t.Errorf("the %s edition says who owes", name)
		}
		var said strings.Builder
		v, err := Verify(bytes.NewReader(raw), int64(len(raw)), Options{}, func(line string) { said.WriteString(line) })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := v.Certificate.Motions[0]
		if l := got.Debtors; l.Seats.Heads != 2 || l.Result.Scope != got.Result.Scope || l.Result.Returned.Heads+1 != got.Result.Returned.Heads { // one of them voted
			t.Errorf("%s: with %v, without %+v", name, got.Result.Returned, l)
		}
		if told := strings.Contains(said.String(), "不能重算"); told != (name == "owners") {
			t.Errorf("%s: says that it cannot count the list again: %t", name, told)
		}
		if *v.Certificate.Debtors != *a.c.debtors() {
			t.Errorf("%s: the certificate's hash is not the list's", name)
		}
	}
	for name, other := range map[string]*assembly{"another list": held(Hash{1}, 3, 8), "another salt": held(Hash{2}, 3, 7)} {
		if *other.c.debtors() == *a.c.debtors() {
			t.Errorf("%s has the same hash", name)
		}
		other.c.Certificate = a.c.Certificate
		if err := Write(&bytes.Buffer{}, Owners, other.c, a.signer); err == nil || !strings.Contains(err.Error(), "与证书不一致") {
			t.Errorf("%s than was certified: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		change func(*Certificate)
		want   string
	}{
		"no result":          {func(c *Certificate) { c.Motions[0].Debtors = nil }, "欠费条款"},
		"no hash":            {func(c *Certificate) { c.Debtors = nil }, "欠费名单的哈希"},
		"more than the list": {func(c *Certificate) { c.Motions[0].Debtors.Result.Returned.Heads -= 2 }, "可能的范围"},
		"more than all":      {func(c *Certificate) { c.Motions[0].Debtors.Result.Returned.Area += 1_000_000_000 }, "可能的范围"},
		"another whole":      {func(c *Certificate) { c.Motions[0].Debtors.Result.Scope.Heads-- }, "可能的范围"},
	} {
		for _, raw := range [][]byte{public, owners} {
			forged := forge(t, raw, a.signer, func(_ map[string][]byte, cert *Certificate) { c.change(cert) })
			if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", name, err, c.want)
			}
		}
	}
	b := hold(t, 20)
	b.c.Debtors = []int{2}
	if _, _, err := Certify(b.c, Confirmed, b.at, b.signer); err == nil {
		t.Error("a list without a clause is certified")
	}
}
