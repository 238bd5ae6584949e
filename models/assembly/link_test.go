package assembly_test

import (
	"testing"

	"github.com/linli-city/linli/models/assembly"
)

// TestALetterOutlivesNewLinks: a printed letter leads to its link for as long as the convener does not revoke the seat's links; a link that
// the convener makes anew takes the place of those made before alone.
func TestALetterOutlivesNewLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	ctx := t.Context()
	m := w.open()
	opens := func(token string) error { _, err := w.s.ShowLink(ctx, token); return err }
	letter := func() string {
		t.Helper()
		token, err := w.s.LetterLink(ctx, m.ID, w.sets[0].ID, "the secret that a letter carries")
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	makes := func() string {
		t.Helper()
		list, _, err := w.s.MakeLinks(ctx, w.chair, m.ID, []int{1})
		if err != nil || len(list) != 1 {
			t.Fatal(err, list)
		}
		return list[0].Token
	}
	printed, first := letter(), makes()
	second := makes()
	if again := letter(); again != printed {
		t.Errorf("the letter leads to %s, then to %s", printed, again)
	}
	for name, token := range map[string]string{"the letter's": printed, "the new": second} {
		if err := opens(token); err != nil {
			t.Errorf("%s link after a new one was made: %v", name, err)
		}
	}
	refused(t, "the link made before", opens(first), assembly.ErrNoLink)
	if err := w.s.RevokeLinks(ctx, w.chair, m.ID, 1); err != nil {
		t.Fatal(err)
	}
	letter()
	for _, token := range []string{printed, second} {
		refused(t, "after the convener revoked the seat's links", opens(token), assembly.ErrNoLink)
	}
}
