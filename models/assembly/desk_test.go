package assembly_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func (w *world) paper(kind assembly.CredentialKind, until time.Duration) assembly.NewCredential {
	in := assembly.NewCredential{UnitID: w.Units[0].ID, Kind: kind, Words: "公证书（2026）都证字第12号", From: w.clock.Now(), FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h"}
	if until != 0 {
		in.Until = w.clock.Now().Add(until)
	}
	return in
}

// TestWhoVotesByADocument: nobody before another person has accepted it, nobody before or after its days, nobody after it was revoked, for no
// other seat; the owner learns of the vote at once, and may object.
func TestWhoVotesByADocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx := t.Context()
	m := w.open()
	heir, other := w.Person(), w.Officer(w.Community, org.Clerk)
	vote := func(who org.Actor, seat int) error {
		c := w.ballot(m, 0, tally.Yes)
		c.Actor, c.SeatNo = who, seat
		_, err := w.s.Cast(ctx, c)
		return err
	}
	refused(t, "without a document", vote(heir, 1), assembly.ErrNoSeat)
	_, err := w.s.Find(ctx, heir, m.ID)
	refused(t, "a stranger reads the meeting", err, assembly.ErrNotFound)
	a, err := w.s.AskCredential(ctx, heir, w.paper(assembly.Heir, 0))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "with a document that nobody has looked at", vote(heir, 1), assembly.ErrNoSeat)
	_, err = w.s.ReviewCredential(ctx, heir, a.ID, true, "自己审核自己的材料")
	refused(t, "a resident reviews", err, org.ErrForbidden)
	_, err = w.s.ReviewCredential(ctx, w.chair, a.ID, true, "业委会来审核材料")
	refused(t, "the committee reviews", err, org.ErrForbidden)
	same := w.community
	same.PersonID = heir.PersonID
	_, err = w.s.ReviewCredential(ctx, same, a.ID, true, "换个岗位审核自己")
	refused(t, "the same human at a post", err, assembly.ErrSamePerson)
	if _, err := w.s.ReviewCredential(ctx, w.community, a.ID, true, "核对了公证书原件"); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ReviewCredential(ctx, other, a.ID, false, "再审一次看看")
	refused(t, "reviewed twice", err, assembly.ErrCredential)
	refused(t, "another seat", vote(heir, 2), assembly.ErrNoSeat)
	papers, _, err := w.s.OwnSeats(ctx, heir, m.ID)
	if err != nil || len(papers) != 1 || papers[0].Seat.No != 1 {
		t.Fatalf("the heir's seats: %d, %v", len(papers), err)
	}
	if err := vote(heir, 1); err != nil {
		t.Fatal(err)
	}
	if w.outbox("ballot.shared") != 1 {
		t.Error("the owner in the roster was not told")
	}
	papers, _, err = w.s.OwnSeats(ctx, w.owners[0], m.ID)
	if err != nil || len(papers[0].Cast) != 1 {
		t.Fatal(err)
	}
	if _, err := w.s.Protest(ctx, w.owners[0], m.ID, assembly.Protest{Receipt: papers[0].Cast[0].Code, Grounds: "我没有去世，也没有委托他", ClientRef: "p", InputHash: "h"}); err != nil {
		t.Errorf("the owner may not object: %v", err)
	}
	if _, err := w.s.RevokeCredential(ctx, other, a.ID, "公证书被撤销了"); err != nil {
		t.Fatal(err)
	}
	refused(t, "after it was revoked", vote(heir, 1), assembly.ErrNoSeat)
	_, err = w.s.Find(ctx, heir, m.ID)
	refused(t, "reads after it was revoked", err, assembly.ErrNotFound)
	refused(t, "staff at a post", vote(w.bureau, 1), org.ErrForbidden)
}

// TestDocumentsHaveTheirDays: an end that has come ends the right, and kinds that the owner set rules out are refused.
func TestDocumentsHaveTheirDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	ctx := t.Context()
	agent := w.Person()
	for _, kind := range []assembly.CredentialKind{assembly.Agent, assembly.Representative} {
		if _, err := w.s.AskCredential(ctx, agent, w.paper(kind, 90*day)); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s of a single natural owner: %v", kind, err)
		}
	}
	if _, err := w.s.AskCredential(ctx, agent, w.paper(assembly.Guardian, 0)); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a guardian without an end: %v", err)
	}
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.OwnerSet{}).Where("id = ?", w.sets[0].ID).Update("kind", "legal").Error
	})
	m := w.open()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Person{}).Where("id = ?", agent.PersonID).Update("phone_index", w.Vault.Index("phone", "13700000001")).Error
	})
	in := w.paper(assembly.Agent, 3*day)
	in.Phone = "13700000002"
	_, err := w.s.AskCredential(ctx, w.community, in)
	refused(t, "for a phone that nobody has", err, assembly.ErrNoPerson)
	in.Phone = "13700000001"
	a, err := w.s.AskCredential(ctx, w.community, in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ReviewCredential(ctx, w.community, a.ID, true, "自己录入自己审核")
	refused(t, "whoever entered it reviews", err, assembly.ErrSamePerson)
	elsewhere := w.Officer(w.Code("housing-bureau"), org.Clerk)
	_, err = w.s.ReviewCredential(ctx, elsewhere, a.ID, true, "住建局来审核材料")
	refused(t, "an office without the desk", err, org.ErrForbidden)
	if _, err := w.s.ReviewCredential(ctx, w.Officer(w.Township, org.Clerk), a.ID, true, "核对了营业执照和授权书"); err != nil {
		t.Fatal(err)
	}
	c := w.ballot(m, 0, tally.No)
	c.Actor = agent
	if _, err := w.s.Cast(ctx, c); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(4 * day)
	c.ClientRef = w.once()
	_, err = w.s.Cast(ctx, c)
	refused(t, "after its last day", err, assembly.ErrNoSeat)
	list, err := w.s.ListCredentials(ctx, w.community, w.Estate.ID, "", 0, 10)
	if err != nil || len(list) != 1 || list[0].Valid || list[0].Unit != "1幢1单元101" {
		t.Errorf("%v %+v", err, list)
	}
}
