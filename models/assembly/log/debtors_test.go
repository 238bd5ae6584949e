package log

import (
	"strings"
	"testing"
)

// TestDebtors: with a clause that limits who owes fees both editions verify, the public one names no seat of the list, and a list that is
// another than the one counted is found.
func TestDebtors(t *testing.T) {
	held := func() (*assembly, []byte, []byte) {
		a := hold(t, 20)
		a.c.Meeting.Debtors, a.c.Debtors = "议事规则第20条", []int{2, 3}
		public, owners := a.bundles(t)
		return a, public, owners
	}
	a, public, owners := held()
	for name, raw := range map[string][]byte{"public": public, "owners": owners} {
		if _, err := verifyBytes(raw, Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if strings.Contains(string(public), fileDebtors+"\n") || strings.Contains(string(public), `{"seat":2}`) {
		t.Error("the public edition says who owes")
	}
	for name, c := range map[string]struct{ text, want string }{
		"one less":         {"{\"seat\":2}\n", "重新计票"},
		"one more":         {"{\"seat\":2}\n{\"seat\":3}\n{\"seat\":4}\n", "重新计票"},
		"out of order":     {"{\"seat\":3}\n{\"seat\":2}\n", "排序"},
		"outside the roll": {"{\"seat\":2}\n{\"seat\":21}\n", "不在名册里"},
		"not so written":   {"{\"seat\": 2}\n", ""},
	} {
		forged := forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) { files[fileDebtors] = []byte(c.text) })
		if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	forged := forge(t, owners, a.signer, func(files map[string][]byte, _ *Certificate) { delete(files, fileDebtors) })
	if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), "对不上") {
		t.Errorf("no list: %v", err)
	}
	forged = forge(t, public, a.signer, func(_ map[string][]byte, c *Certificate) { c.Motions[0].Debtors = nil })
	if _, err := verifyBytes(forged, Options{}); err == nil || !strings.Contains(err.Error(), "欠费条款") {
		t.Errorf("no result: %v", err)
	}
	b := hold(t, 20)
	b.c.Debtors = []int{2}
	if _, _, err := Certify(b.c, Confirmed, b.at, b.signer); err == nil {
		t.Error("a list without a clause is certified")
	}
}
