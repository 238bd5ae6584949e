package assembly_test

import (
	"bytes"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestBundlesVerify: both editions of a meeting with changed minds, an objection and silent seats pass the verifier that knows nothing
// of the database, and the public one holds no home and no choice.
func TestBundlesVerify(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	w.local("ballot.silence_rule", "议事规则第12条")
	w.local("ballot.silence_covers", "both")
	w.served[w.sets[7].ID], w.served[w.sets[8].ID] = "proven", "attempted"
	m := w.open(func(c *assembly.Call) {
		c.Motions = append(c.Motions, assembly.Proposal{Title: "利用外墙做广告", Body: "三年期，收入归业主。", Matter: "common_parts", Beside: "other", Question: tally.Question{Kind: tally.Motion}})
	})
	disputed := w.cast(m, 0, tally.Yes, tally.No)
	for i := 1; i < 6; i++ {
		w.cast(m, i, tally.Yes, tally.Abstain)
	}
	w.cast(m, 1, tally.No, tally.No)
	if _, err := w.s.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.SignCheckpoints(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.cast(m, 6, tally.Abstain, tally.Yes)
	_, err := w.s.PublicBundle(t.Context(), m.ID, &bytes.Buffer{})
	refused(t, "before there is a result", err, assembly.ErrNoBundle)
	w.closed(m)
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	w.verify(m)
	o, err := w.s.Protest(t.Context(), w.owners[2], m.ID, assembly.Protest{Grounds: "不是本人投的", Disputed: []string{disputed.Code}, ClientRef: w.once()})
	if err != nil {
		t.Fatal(err)
	}
	w.answer(w.community, m, o, true, "经核对，确非本人所投")
	w.verify(m)
	w.clock.Advance(8 * 24 * 3600 * 1e9)
	if _, err := w.s.Certify(t.Context(), w.fresh, m.ID); err != nil {
		t.Fatal(err)
	}
	public, owners := w.verify(m)
	for _, word := range []string{"1幢", `"choice"`} { // three digits alone turn up in hashes
		if bytes.Contains(public, []byte(word)) {
			t.Errorf("the public edition holds %s", word)
		}
	}
	if len(owners) <= len(public) {
		t.Error("the owners' edition holds no more than the public one")
	}
	_, err = w.s.OwnersBundle(t.Context(), w.stranger(), m.ID, &bytes.Buffer{})
	refused(t, "somebody without a seat", err, assembly.ErrNotFound)
	var taken []assembly.Download
	w.tx(func(tx *store.Tx) error { return tx.Where("meeting_id = ?", m.ID).Find(&taken).Error })
	if len(taken) != 3 || taken[0].PersonID != w.owners[3].PersonID {
		t.Errorf("downloads %+v", taken)
	}
}

// verify takes both editions and holds them against each other and themselves.
func (w *world) verify(m *assembly.Meeting) (public, owners []byte) {
	w.t.Helper()
	var a, b bytes.Buffer
	if _, err := w.s.PublicBundle(w.t.Context(), m.ID, &a); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.s.OwnersBundle(w.t.Context(), w.owners[3], m.ID, &b); err != nil {
		w.t.Fatal(err)
	}
	var checked []*log.Verified
	for _, raw := range [][]byte{a.Bytes(), b.Bytes()} {
		v, err := log.Verify(bytes.NewReader(raw), int64(len(raw)), log.Options{}, func(string) {})
		if err != nil {
			w.t.Fatal(err)
		}
		checked = append(checked, v)
	}
	if err := log.Compare(checked[0], checked[1]); err != nil {
		w.t.Error(err)
	}
	return a.Bytes(), b.Bytes()
}

// stranger owns in another estate.
func (w *world) stranger() org.Actor {
	a := w.Person()
	a.Homes = []org.Home{{ResidenceID: 1, EstateID: w.Estate.ID + 1, UnitID: 1, OwnerID: 1, Role: org.RoleOwner}}
	return a
}
