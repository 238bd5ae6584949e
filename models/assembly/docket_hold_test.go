package assembly_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// heads checks how many seats take part.
func (w *world) heads(m *assembly.Meeting, want int64, when string) {
	w.t.Helper()
	if got := w.view(m).Result.Tally.Motions[0].Result.Returned.Heads; got != want {
		w.t.Errorf("%s: %d take part, want %d", when, got, want)
	}
	w.verify(m)
}

// heir may vote for the first seat beside its owner.
func (w *world) heir() org.Actor {
	w.t.Helper()
	heir := w.Person()
	a, err := w.s.AskCredential(w.t.Context(), heir, w.paper(assembly.Heir, 0))
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.s.ReviewCredential(w.t.Context(), w.Officer(w.Township, org.Clerk), a.ID, true, "核对了公证书原件"); err != nil {
		w.t.Fatal(err)
	}
	return heir
}

// castBy casts for a seat by somebody else than its first owner.
func (w *world) castBy(who org.Actor, m *assembly.Meeting, seat int, choice string) *assembly.Receipt {
	w.t.Helper()
	c := w.ballot(m, seat, choice)
	c.Actor = who
	r, err := w.s.Cast(w.t.Context(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestWhatTwoObjectionsHold: two objections hold the same ballots, and one of them was upheld by two people. With the other taken back the
// ballots stay out.
func TestWhatTwoObjectionsHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("ballot.change", "until_close")
	m := w.open()
	heir := w.heir()
	first, second := w.castBy(heir, m, 0, tally.Yes), w.castBy(heir, m, 0, tally.No)
	w.cast(m, 1, tally.Yes)
	w.cast(m, 2, tally.Yes)
	a, b := w.protested(w.owners[0], m, assembly.Protest{Receipt: first.Code}), w.protested(w.owners[0], m, assembly.Protest{Receipt: second.Code})
	w.closed(m)
	w.provisional(m)
	w.heads(m, 2, "both open")
	if err := w.upheldBy(m, b, w.community, w.member); err != nil {
		t.Fatal(err)
	}
	if err := w.s.WithdrawObjection(t.Context(), w.owners[0], m.ID, a.ID); err != nil {
		t.Fatal(err)
	}
	w.heads(m, 2, "one upheld, the other taken back")
}

// TestTheResultsObjectionStands: a neighbour's objection to a ballot was upheld while the owner's own was open. The owner's own does not hold, and
// the ballot stays out by the neighbour's.
func TestTheResultsObjectionStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	r := w.castBy(w.heir(), m, 0, tally.Yes)
	w.cast(m, 1, tally.Yes)
	own := w.protested(w.owners[0], m, assembly.Protest{Receipt: r.Code})
	w.closed(m)
	w.provisional(m)
	o := w.protested(w.owners[1], m, assembly.Protest{Disputed: []string{r.Code}, Grounds: "公证书是假的"})
	if err := w.upheldBy(m, o, w.community, w.member); err != nil {
		t.Fatal(err)
	}
	w.answer(w.community, m, own, false, "继承人有公证书，可以投票")
	w.heads(m, 1, "the owner's own is rejected")
}

// TestASpouseAsksForPaper: an owner objects to what the other cast by phone. A form that the other puts into the box is as much aside, be the
// objection open or upheld by then, and counts again where it is taken back. What comes after it was upheld is a new ballot.
func TestASpouseAsksForPaper(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		upheld string // when
		want   int64
	}{{"open", "", 1}, {"upheld", "before the close", 1}, {"before", "before the form", 2}} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 4)
			m := w.open()
			spouse := w.join(0)
			c := w.ballot(m, 0, tally.Yes)
			c.Agreed = true
			r, err := w.s.Cast(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			o := w.protested(spouse, m, assembly.Protest{Receipt: r.Code, Grounds: "我们没有商量过"})
			uphold := func() {
				if err := w.upheldBy(m, o, w.community, w.chair); err != nil {
					t.Fatal(err)
				}
				w.clock.Advance(day)
			}
			if x.upheld == "before the form" {
				uphold()
			}
			f := w.issue(m, 1)[0]
			w.receive(m, f.Number)
			if x.upheld == "before the close" {
				uphold()
			}
			w.cast(m, 1, tally.Yes)
			w.closed(m)
			w.opened(m, f.Number)
			w.read(m, f.Number, tally.Yes)
			w.provisional(m)
			w.heads(m, x.want, "published")
			if x.upheld == "" {
				if err := w.s.WithdrawObjection(t.Context(), spouse, m.ID, o.ID); err != nil {
					t.Fatal(err)
				}
				w.heads(m, 2, "taken back")
			}
		})
	}
}

// TestTwoPeopleRejectToo: that an owner did cast what they say they did not is for two people as well, and until then the ballot stays aside. Who
// sees it otherwise than the first enters that instead. Whoever let in the paper by which it was cast has no say.
func TestTwoPeopleRejectToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	heir, reviewer := w.Person(), w.Officer(w.Township, org.Clerk)
	a, err := w.s.AskCredential(t.Context(), heir, w.paper(assembly.Heir, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ReviewCredential(t.Context(), reviewer, a.ID, true, "核对了公证书原件"); err != nil {
		t.Fatal(err)
	}
	r := w.castBy(heir, m, 0, tally.Yes)
	w.cast(m, 1, tally.Yes)
	o := w.protested(w.owners[0], m, assembly.Protest{Receipt: r.Code})
	w.closed(m)
	w.provisional(m)
	reject := func(who org.Actor) error {
		_, err := w.s.AnswerObjections(t.Context(), who, m.ID, assembly.Verdict{Objections: []int64{o.ID}, Text: "公证书是真的"})
		return err
	}
	refused(t, "by whoever accepted the heir's paper", reject(reviewer), assembly.ErrHandled)
	if err := reject(w.community); err != nil {
		t.Fatal(err)
	}
	w.heads(m, 1, "rejected by one")
	refused(t, "the same from another", reject(w.member), assembly.ErrState)
	if err := w.upholds(w.member, m, o); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ConfirmObjection(t.Context(), w.member, m.ID, o.ID)
	refused(t, "confirmed by whoever entered the other view", err, assembly.ErrSamePerson)
	if err := reject(w.member); err != nil {
		t.Fatal(err)
	}
	if got, err := w.s.ConfirmObjection(t.Context(), w.chair, m.ID, o.ID); err != nil || got.State != "rejected" {
		t.Fatalf("%+v %v", got, err)
	}
	w.heads(m, 2, "rejected by two")
}

// TestNoChoiceShowsInTheEffect: the docket says what comes out with the disputed ballots and without, never numbers from which a seat's choice
// shows, and nothing at all while papers are still to be read.
func TestNoChoiceShowsInTheEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 7)
	m := w.open()
	heir := w.heir()
	own := w.castBy(heir, m, 0, tally.Yes)
	var codes []string
	for i := 1; i < 6; i++ {
		codes = append(codes, w.cast(m, i, tally.Yes).Code)
	}
	f := w.issue(m, 7)[0]
	w.receive(m, f.Number)
	early := w.protested(w.owners[0], m, assembly.Protest{Receipt: own.Code})
	w.closed(m)
	if err := w.upholds(w.community, m, early); err != nil {
		t.Fatal(err)
	}
	effect := func(o *assembly.Objection) (e assembly.Effect) {
		t.Helper()
		w.tx(func(tx *store.Tx) error { return tx.Where("id = ?", o.ID).Take(o).Error })
		if o.Effect != "" {
			if err := json.Unmarshal([]byte(o.Effect), &e); err != nil {
				t.Fatal(err)
			}
		}
		return e
	}
	if effect(early); early.Effect != "" {
		t.Errorf("with a form unread: %s", early.Effect)
	}
	w.opened(m, f.Number)
	w.read(m, f.Number, tally.Yes)
	if _, err := w.s.ConfirmObjection(t.Context(), w.member, m.ID, early.ID); err != nil {
		t.Fatal(err)
	}
	if e := effect(early); len(e.Motions) != 1 || e.Turns || e.With != nil || strings.Contains(early.Effect, "heads") {
		t.Errorf("of one seat: %s", early.Effect)
	}
	w.provisional(m)
	many := w.protested(w.owners[0], m, assembly.Protest{Disputed: codes, Grounds: "这五张票是一个人投的"})
	if err := w.upholds(w.community, m, many); err != nil {
		t.Fatal(err)
	}
	if e := effect(many); !e.Turns || e.Motions[0].With.Outcome != tally.Pass || e.Motions[0].Without.Outcome != tally.Fail || e.With.Motions[0].Result.Returned.Heads != 6 || e.Without.Motions[0].Result.Returned.Heads != 1 {
		t.Errorf("of five: %s", many.Effect)
	}
}

// TestObjectingForNothing: an objection that holds no ballot changes no result when it is taken back, and nobody does that without end.
func TestObjectingForNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	f := w.issue(m, 1)[0]
	w.receive(m, f.Number)
	w.cast(m, 1, tally.Yes)
	w.closed(m)
	w.opened(m, f.Number)
	w.read(m, f.Number, tally.Yes)
	w.provisional(m)
	published := w.view(m).Outcome.ID
	for range 10 {
		o := w.protested(w.owners[0], m, assembly.Protest{Form: f.Number})
		if err := w.s.WithdrawObjection(t.Context(), w.owners[0], m.ID, o.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.view(m).Outcome.ID; got != published {
		t.Errorf("published as %d, then as %d", published, got)
	}
	_, err := w.s.Protest(t.Context(), w.owners[0], m.ID, assembly.Protest{Form: f.Number, Grounds: "这张票不是我投的", ClientRef: w.once()})
	refused(t, "for the eleventh time", err, assembly.ErrState)
	w.protested(w.owners[1], m, assembly.Protest{Grounds: "公示的时间不够"})
}
