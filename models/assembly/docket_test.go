package assembly_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// protested objects to a result, or to a ballot of the own seat.
func (w *world) protested(who org.Actor, m *assembly.Meeting, p assembly.Protest) *assembly.Objection {
	w.t.Helper()
	p.ClientRef, p.InputHash = w.once(), "h"
	if p.Grounds == "" {
		p.Grounds = "这张票不是我投的"
	}
	o, err := w.s.Protest(w.t.Context(), who, m.ID, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// upholds enters that an objection holds.
func (w *world) upholds(who org.Actor, m *assembly.Meeting, o *assembly.Objection) error {
	_, err := w.s.AnswerObjections(w.t.Context(), who, m.ID, assembly.Verdict{Objections: []int64{o.ID}, Uphold: true, Text: "经核对，异议成立"})
	return err
}

func (w *world) provisional(m *assembly.Meeting) {
	w.t.Helper()
	if _, err := w.s.Publish(w.t.Context(), w.chair, m.ID); err != nil {
		w.t.Fatal(err)
	}
}

// TestAFormThatTheOwnerDidNotCast: a single owner says before the close that the form in the box is not theirs. It is read as every other, is
// kept aside until somebody has answered, and the docket never says what stands on it before the result does.
func TestAFormThatTheOwnerDidNotCast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	forms := w.issue(m, 1, 2)
	_, err := w.s.Protest(t.Context(), w.owners[0], m.ID, assembly.Protest{Form: forms[0].Number, Grounds: "这张票不是我投的", ClientRef: w.once()})
	refused(t, "a form that is in nobody's box", err, assembly.ErrState)
	w.receive(m, forms[0].Number)
	w.receive(m, forms[1].Number)
	w.cast(m, 2, tally.Yes)
	w.cast(m, 3, tally.Yes)
	papers, _, err := w.s.OwnSeats(t.Context(), w.owners[0], m.ID)
	if err != nil || len(papers[0].Boxed) != 1 || papers[0].Boxed[0].Number != forms[0].Number {
		t.Fatalf("the owner sees in the box %+v, %v", papers[0].Boxed, err)
	}
	_, err = w.s.Protest(t.Context(), w.owners[1], m.ID, assembly.Protest{Form: forms[0].Number, Grounds: "别人家的票也不对", ClientRef: w.once()})
	refused(t, "a neighbour objects to it", err, assembly.ErrNoSeat)
	o := w.protested(w.owners[0], m, assembly.Protest{Form: forms[0].Number})
	_, err = w.s.Protest(t.Context(), w.owners[0], m.ID, assembly.Protest{Form: forms[0].Number, Grounds: "再说一遍不是我", ClientRef: w.once()})
	refused(t, "the same again", err, assembly.ErrState)
	list, err := w.s.ListObjections(t.Context(), w.chair, m.ID, "open", 0, 10)
	if err != nil || len(list) != 1 || list[0].Kind != assembly.NotMine || list[0].SeatNo != 1 || list[0].Way != assembly.ByPaper || list[0].Form != forms[0].Number || list[0].Effect != "" {
		t.Fatalf("the convener sees %+v, %v", list, err)
	}
	w.closed(m)
	w.opened(m, forms[0].Number, forms[1].Number)
	refused(t, "upheld before it is read", w.upheldBy(m, o, w.community, w.member), assembly.ErrState)
	for _, f := range forms {
		w.read(m, f.Number, tally.No)
	}
	w.provisional(m)
	if got := w.view(m).Result.Tally.Motions[0].Result; got.Returned.Heads != 3 || got.Items[0].No.Heads != 1 {
		t.Errorf("while it is open %+v", got)
	}
	w.verify(m)
	if _, err := w.s.AnswerObjections(t.Context(), w.community, m.ID, assembly.Verdict{Objections: []int64{o.ID}, Text: "笔迹是业主本人的，有录像为证"}); err != nil {
		t.Fatal(err)
	}
	done, err := w.s.ConfirmObjection(t.Context(), w.Officer(w.Township, org.Clerk), m.ID, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	var e assembly.Effect
	if err := json.Unmarshal([]byte(done.Effect), &e); err != nil || len(e.Motions) != 1 || e.With != nil || strings.Contains(done.Effect, "heads") {
		t.Errorf("with and without: %v %s", err, done.Effect)
	}
	if got := w.view(m).Result.Tally.Motions[0].Result; got.Returned.Heads != 4 || got.Items[0].No.Heads != 2 {
		t.Errorf("found to be the owner's own %+v", got)
	}
	w.verify(m)
}

// upheldBy enters that an objection holds by one, and confirms it by another.
func (w *world) upheldBy(m *assembly.Meeting, o *assembly.Objection, first, second org.Actor) error {
	if err := w.upholds(first, m, o); err != nil {
		return err
	}
	_, err := w.s.ConfirmObjection(w.t.Context(), second, m.ID, o.ID)
	return err
}

// TestAFormEndsBeforeTheClose: upheld while people vote, the number is dead like that of a replaced form, and the owner votes themself.
func TestAFormEndsBeforeTheClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	f := w.issue(m, 1)[0]
	w.receive(m, f.Number)
	o := w.protested(w.owners[0], m, assembly.Protest{Form: f.Number})
	if err := w.upheldBy(m, o, w.community, w.chair); err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *store.Tx) error {
		var got assembly.Form
		err := tx.Where("id = ?", f.ID).Take(&got).Error
		if got.State != assembly.FormReplaced || got.Live != nil || !strings.Contains(got.ReplacedFor, o.Number) {
			t.Errorf("the form is %+v", got)
		}
		return err
	})
	if err := w.s.AskPaper(t.Context(), w.owners[0], m.ID, 1, false); err != nil {
		t.Fatal(err)
	}
	w.cast(m, 0, tally.Yes)
	w.cast(m, 1, tally.Yes)
	w.closed(m)
	box := w.box(f.Number) // nobody may take it out again
	box.Explained = map[string]string{f.Number: "业主说不是本人投的，异议成立"}
	if _, err := w.s.OpenBox(t.Context(), w.chair, m.ID, box); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.SignOpening(t.Context(), w.member, m.ID, []int64{1}); err != nil {
		t.Fatal(err)
	}
	w.provisional(m)
	if got := w.view(m).Result.Tally.Motions[0].Result; got.Returned.Heads != 2 {
		t.Errorf("counted %+v", got)
	}
}

// TestABallotThatTheOwnerDidNotCast: what an agent by a document cast stays aside with all that came from the same hand; what the owner cast
// counts. Nobody objects to what they cast themselves, and it may still come to light while objections are heard.
func TestABallotThatTheOwnerDidNotCast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("ballot.change", "until_close")
	m := w.open()
	heir := w.heir()
	own := w.cast(m, 0, tally.No)
	var codes []string
	for _, choice := range []string{tally.Abstain, tally.Yes} {
		c := w.ballot(m, 0, choice)
		c.Actor = heir
		r, err := w.s.Cast(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, r.Code)
	}
	w.cast(m, 1, tally.Yes)
	c := w.ballot(m, 2, tally.Yes)
	c.Actor, c.OwnerID, c.Way = org.Actor{}, w.owners[2].Homes[0].OwnerID, assembly.ByLink // by a phone that another held
	linked, err := w.s.Cast(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Protest(t.Context(), w.owners[0], m.ID, assembly.Protest{Receipt: own.Code, Grounds: "这是我自己投的", ClientRef: w.once()})
	refused(t, "against what one cast oneself", err, assembly.ErrNoSeat)
	_, err = w.s.Protest(t.Context(), heir, m.ID, assembly.Protest{Receipt: own.Code, Grounds: "我才是继承人", ClientRef: w.once()})
	refused(t, "by the agent against the owner's", err, assembly.ErrNoSeat)
	w.protested(w.owners[0], m, assembly.Protest{Receipt: codes[0]})
	w.closed(m)
	w.provisional(m)
	if got := w.view(m).Result.Tally.Motions[0].Result; got.Returned.Heads != 3 || got.Items[0].No.Heads != 1 || got.Items[0].Yes.Heads != 2 {
		t.Errorf("the owner's own does not stand: %+v", got)
	}
	w.verify(m)
	_, err = w.s.Protest(t.Context(), heir, m.ID, assembly.Protest{Receipt: codes[1], Grounds: "我自己投的票", ClientRef: w.once()})
	refused(t, "by whoever cast it", err, assembly.ErrNoSeat)
	late := w.protested(w.owners[2], m, assembly.Protest{Receipt: linked.Code})
	if got := w.view(m).Result.Tally.Motions[0].Result; late.Kind != assembly.NotMine || got.Returned.Heads != 3 {
		t.Errorf("said after the close, before anybody has looked at it: %+v, %+v", late, got)
	}
	if err := w.upheldBy(m, late, w.community, w.member); err != nil {
		t.Fatal(err)
	}
	if got := w.view(m).Result.Tally.Motions[0].Result; got.Returned.Heads != 2 {
		t.Errorf("and upheld: %+v", got)
	}
	w.verify(m)
}

// TestASecondPersonUpholds: one enters that an objection against a ballot holds, and another of the convener's people confirms it; until then
// the ballot counts. Who cast it, read it or objected has no say.
func TestASecondPersonUpholds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	r := w.cast(m, 0, tally.Yes)
	f := w.issue(m, 4)[0]
	w.receive(m, f.Number)
	w.cast(m, 1, tally.Yes)
	w.closed(m)
	w.opened(m, f.Number)
	w.read(m, f.Number, tally.Yes)
	w.provisional(m)
	returned := func(want int64, when string) {
		t.Helper()
		if got := w.view(m).Result.Tally.Motions[0].Result.Returned.Heads; got != want {
			t.Errorf("%s: %d take part, want %d", when, got, want)
		}
	}
	o := w.protested(w.owners[1], m, assembly.Protest{Disputed: []string{r.Code}})
	as := func(at, who org.Actor) org.Actor { at.PersonID = who.PersonID; return at }
	refused(t, "entered by whoever cast it", w.upholds(as(w.chair, w.owners[0]), m, o), assembly.ErrHandled)
	refused(t, "entered by whoever objects", w.upholds(as(w.chair, w.owners[1]), m, o), assembly.ErrSamePerson)
	_, err := w.s.ConfirmObjection(t.Context(), w.member, m.ID, o.ID)
	refused(t, "confirmed before it is entered", err, assembly.ErrState)
	if err := w.upholds(w.community, m, o); err != nil {
		t.Fatal(err)
	}
	returned(3, "entered by one")
	refused(t, "entered twice", w.upholds(w.member, m, o), assembly.ErrState)
	_, err = w.s.ConfirmObjection(t.Context(), w.community, m.ID, o.ID)
	refused(t, "confirmed by another office", err, assembly.ErrNotConvener)
	_, err = w.s.ConfirmObjection(t.Context(), as(w.member, w.community), m.ID, o.ID)
	refused(t, "confirmed by the same human at another post", err, assembly.ErrSamePerson)
	_, err = w.s.ConfirmObjection(t.Context(), as(w.member, w.owners[0]), m.ID, o.ID)
	refused(t, "confirmed by whoever cast it", err, assembly.ErrHandled)
	w.clock.Advance(8 * day)
	_, err = w.s.Certify(t.Context(), w.fresh, m.ID)
	refused(t, "certified while it waits", err, assembly.ErrState)
	if got, err := w.s.ConfirmObjection(t.Context(), w.member, m.ID, o.ID); err != nil || got.State != "upheld" || got.EnteredBy != w.community.PersonID || got.AnsweredBy != w.member.PersonID {
		t.Fatalf("%v %+v", err, got)
	}
	returned(2, "confirmed by another")
	w.verify(m)
}

// TestWhoReadAFormDoesNotJudgeIt: neither of the two who read it answers an objection to it.
func TestWhoReadAFormDoesNotJudgeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	f := w.issue(m, 1)[0]
	w.receive(m, f.Number)
	w.cast(m, 1, tally.Yes)
	w.closed(m)
	w.opened(m, f.Number)
	w.read(m, f.Number, tally.Yes)
	w.provisional(m)
	o := w.protested(w.owners[0], m, assembly.Protest{Form: f.Number})
	for _, who := range []org.Actor{w.chair, w.member} {
		refused(t, "entered by who read it", w.upholds(who, m, o), assembly.ErrHandled)
		_, err := w.s.AnswerObjections(t.Context(), who, m.ID, assembly.Verdict{Objections: []int64{o.ID}, Text: "我看没有问题"})
		refused(t, "refused by who read it", err, assembly.ErrHandled)
	}
	if err := w.upheldBy(m, o, w.community, w.Officer(w.Township, org.Clerk)); err != nil {
		t.Errorf("by the community and the township: %v", err)
	}
}

// TestManyOfOneKind: some objections are answered with one text, all of them or none; the docket is paged, by its state.
func TestManyOfOneKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	w.cast(m, 0, tally.Yes)
	w.closed(m)
	w.provisional(m)
	var ids []int64
	for i := range 5 {
		ids = append(ids, w.protested(w.owners[i%2], m, assembly.Protest{Grounds: fmt.Sprint("公示时间太短，第", i, "次说")}).ID)
	}
	answer := func(who org.Actor, ids []int64) error {
		_, err := w.s.AnswerObjections(t.Context(), who, m.ID, assembly.Verdict{Objections: ids, Text: "公示七日，符合冻结的规则"})
		return err
	}
	refused(t, "one of them is not there", answer(w.community, append(ids[:4:4], 999_999)), assembly.ErrState)
	list, err := w.s.ListObjections(t.Context(), w.chair, m.ID, "open", ids[1], 2)
	if err != nil || len(list) != 2 || list[0].ID != ids[2] {
		t.Fatalf("the second page %+v, %v", list, err)
	}
	if err := answer(w.community, ids[:4]); err != nil {
		t.Fatal(err)
	}
	if list, err = w.s.ListObjections(t.Context(), w.chair, m.ID, "open", 0, 10); err != nil || len(list) != 1 || list[0].ID != ids[4] {
		t.Errorf("left open %+v, %v", list, err)
	}
}

// TestDoubtsOfOneKind: what is to be looked at before the freeze is paged, by its kind, and many of one kind are answered at once; one that has an
// answer of its own keeps it.
func TestDoubtsOfOneKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 7)
	w.tx(func(tx *store.Tx) error {
		if err := tx.Model(&org.OwnerSet{}).Where("estate_id = ?", w.Estate.ID).Update("review", org.PaperMissing).Error; err != nil {
			return err
		}
		return tx.Model(&org.Unit{}).Where("id = ?", w.Units[0].ID).Updates(map[string]any{"sold": false, "delivered": false}).Error
	})
	m := w.call()
	m, err := w.s.Post(t.Context(), w.chair, m.ID, w.clock.Now().Add(7*day))
	if err != nil {
		t.Fatal(err)
	}
	page, kinds, err := w.s.ListDoubts(t.Context(), w.chair, m.ID, "paper_missing", 0, 4)
	if err != nil || len(page) != 4 || kinds["paper_missing"] != 6 || kinds["no_developer"] != 1 {
		t.Fatalf("the first page %+v of %v, %v", page, kinds, err)
	}
	rest, _, err := w.s.ListDoubts(t.Context(), w.chair, m.ID, "paper_missing", page[3].No, 4)
	if err != nil || len(rest) != 2 || rest[0].Key == page[3].Key {
		t.Fatalf("the second page %+v, %v", rest, err)
	}
	_, _, err = w.s.ListDoubts(t.Context(), w.owners[1], m.ID, "", 0, 4)
	refused(t, "an owner lists them", err, org.ErrForbidden)
	w.clock.Advance(8 * day)
	_, err = w.s.Freeze(t.Context(), w.chair, m.ID, map[string]string{"paper_missing": "已逐户核对原件"})
	refused(t, "with another kind left", err, assembly.ErrUnreviewed)
	if _, err := w.s.Freeze(t.Context(), w.chair, m.ID, map[string]string{"paper_missing": "已逐户核对原件", "no_developer": "建设单位已注销", rest[1].Key: "到户核对了护照"}); err != nil {
		t.Fatal(err)
	}
	answers := map[string]int{}
	notes, err := w.s.ListRollNotes(t.Context(), w.chair, m.ID, 0, 20)
	for _, n := range notes {
		answers[n.Answer]++
	}
	if err != nil || answers["已逐户核对原件"] != 5 || answers["到户核对了护照"] != 1 || answers["建设单位已注销"] != 1 {
		t.Errorf("kept %v, %v", answers, err)
	}
}

// TestTheOwnersAgreeAgain: while people vote, a co-owner takes back an objection that was upheld; the seat votes anew, and what was set
// aside stays so.
func TestTheOwnersAgreeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	other := w.join(0)
	m := w.open()
	c := w.ballot(m, 0, tally.Yes)
	c.Agreed = true
	r, err := w.s.Cast(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	o, err := w.s.Protest(t.Context(), other, m.ID, assembly.Protest{Receipt: r.Code, Grounds: "我不同意这样投", ClientRef: w.once(), InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.upholds(w.chair, m, o); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ConfirmObjection(t.Context(), w.member, m.ID, o.ID); err != nil {
		t.Fatal(err)
	}
	anew := w.ballot(m, 0, tally.No)
	anew.Agreed = true
	_, err = w.s.Cast(t.Context(), anew)
	refused(t, "cast again while they do not agree", err, assembly.ErrFought)
	refused(t, "taken back by somebody else", w.s.WithdrawObjection(t.Context(), w.owners[0], m.ID, o.ID), assembly.ErrState)
	if err := w.s.WithdrawObjection(t.Context(), other, m.ID, o.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Cast(t.Context(), anew); err != nil {
		t.Fatal(err)
	}
	w.closed(m)
	w.provisional(m)
	if got := w.view(m).Result.Tally.Motions[0].Result; got.Returned.Heads != 1 || got.Items[0].No.Heads != 1 {
		t.Errorf("counted %+v", got)
	}
}
