package file_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestARedactionKeepsTheOriginal: the picture stays what it was, with the other one named beside it; only the reviewer's own loose
// upload can take its place, once, and only for a picture of the subjects that the caller has checked.
func TestARedactionKeepsTheOriginal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := photo(t, 1)
	taken := w.put(t, file.Photo, "taken", raw)
	before := w.content(t, taken)
	err := w.db.InTx(t.Context(), func(tx *store.Tx) error {
		return w.Attach(tx, someone, []int64{taken.ID}, "photo", "case_step", 11, 5)
	})
	if err != nil {
		t.Fatal(err)
	}
	reviewer := org.Actor{PersonID: 8, Surface: "office"}
	masked, err := w.Upload(t.Context(), reviewer, file.Upload{Purpose: file.Photo, ClientRef: "masked", Name: "p", Body: bytes.NewReader(photo(t, 3))})
	if err != nil {
		t.Fatal(err)
	}
	loose := w.put(t, file.Photo, "others", raw)
	redact := func(by org.Actor, photo, with int64, steps ...int64) error {
		return w.db.InTx(t.Context(), func(tx *store.Tx) error { return w.Redact(tx, by, photo, with, "case_step", steps, 5) })
	}
	for what, err := range map[string]error{
		"with somebody else's upload":       redact(reviewer, taken.ID, loose.ID, 11),
		"a picture of another case":         redact(reviewer, taken.ID, masked.ID, 12),
		"a picture of no case at all":       redact(reviewer, loose.ID, masked.ID, 11),
		"a picture when there are no steps": redact(reviewer, taken.ID, masked.ID),
	} {
		if !errors.Is(err, file.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := redact(reviewer, taken.ID, masked.ID, 10, 11); err != nil {
		t.Fatal(err)
	}
	if err := redact(reviewer, taken.ID, masked.ID, 11); !errors.Is(err, file.ErrNotFound) {
		t.Errorf("the same upload twice: %v", err)
	}
	kept, err := w.Find(t.Context(), taken.ID)
	if err != nil || kept.RedactedID != masked.ID || kept.SHA256 != taken.SHA256 || kept.PersonID != someone.PersonID || !bytes.Equal(w.content(t, kept), before) {
		t.Errorf("the original: %+v, %v", kept, err)
	}
	instead, err := w.Find(t.Context(), kept.RedactedID)
	if err != nil || instead.SubjectKind != "redaction" || instead.SubjectID != taken.ID || bytes.Equal(w.content(t, instead), before) {
		t.Errorf("what stands in its place: %+v, %v", instead, err)
	}
	if ids, err := w.IDsFor(t.Context(), "case_step", 11); err != nil || len(ids) != 1 || ids[0] != taken.ID {
		t.Errorf("the step lists %v, %v", ids, err)
	}
}
