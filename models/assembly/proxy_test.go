package assembly_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

func (w *world) authority(seat int, phone, paper string) assembly.Authority {
	return assembly.Authority{SeatNo: seat, Agent: "赵代理", Paper: paper, Phone: phone, Powers: "代为表决本次会议的议题", From: w.clock.Now().Add(-time.Hour), To: w.clock.Now().AddDate(0, 1, 0), FileIDs: []int64{1},
		ClientRef: w.once(), InputHash: "h"}
}

// given is an authorisation that the owner of a seat uploaded.
func (w *world) given(m *assembly.Meeting, seat int, phone, paper string) *assembly.Proxy {
	w.t.Helper()
	p, err := w.s.GiveProxy(w.t.Context(), w.owners[seat-1], m.ID, w.authority(seat, phone, paper))
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) authorised(m *assembly.Meeting, seat int, phone, paper string) *assembly.Proxy {
	w.t.Helper()
	p, err := w.s.ReviewProxy(w.t.Context(), w.chair, m.ID, w.given(m, seat, phone, paper).ID, true, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) asAgent(m *assembly.Meeting, a org.Actor, p *assembly.Proxy, choices ...string) (*assembly.Receipt, error) {
	c := w.ballot(m, 0, choices...)
	return w.s.CastAsAgent(w.t.Context(), a, p.ID, assembly.Cast{Choices: c.Choices, ClientRef: w.once(), InputHash: "h"})
}

// TestAgentVotes: with a reviewed document, in its term, for its seat and nothing else; what was cast is not taken back.
func TestAgentVotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("proxy.cap", "2")
	ctx := t.Context()
	m := w.open()
	agent, stranger := w.Person(), w.Person()
	w.called(agent, "13722220001")
	w.called(stranger, "13722220002")
	_, err := w.s.GiveProxy(ctx, w.owners[1], m.ID, w.authority(1, "13722220001", "PAPER-1"))
	refused(t, "an authorisation for a neighbour's seat", err, assembly.ErrNoSeat)
	in := w.authority(1, "13722220001", "PAPER-1")
	p, err := w.s.GiveProxy(ctx, w.owners[0], m.ID, in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.s.GiveProxy(ctx, w.owners[0], m.ID, in); err != nil || again.ID != p.ID {
		t.Errorf("the same press again: %+v %v", again, err)
	}
	in.InputHash = "other"
	_, err = w.s.GiveProxy(ctx, w.owners[0], m.ID, in)
	refused(t, "the same ref with another content", err, assembly.ErrRefReused)
	for _, sealed := range []string{p.AgentSealed, p.PaperSealed, p.PhoneSealed} {
		if strings.Contains(sealed, "赵") || strings.Contains(sealed, "PAPER-1") || strings.Contains(sealed, "1372222") {
			t.Errorf("in the clear: %s", sealed)
		}
	}
	_, err = w.asAgent(m, agent, p, "yes")
	refused(t, "cast before the review", err, assembly.ErrNoProxy)
	if _, err := w.s.ReviewProxy(ctx, w.chair, m.ID, p.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	_, err = w.asAgent(m, stranger, p, "yes")
	refused(t, "cast by somebody else", err, assembly.ErrNoProxy)
	c := w.ballot(m, 1, "yes")
	c.Actor, c.ProxyID = agent, p.ID
	_, err = w.s.Cast(ctx, c)
	refused(t, "cast for another seat", err, assembly.ErrNoProxy)
	if list, err := w.s.ListEntrusted(ctx, agent); err != nil || len(list) != 1 || list[0].Why != nil {
		t.Errorf("the agent sees %+v %v", list, err)
	}
	if e, err := w.s.ShowEntrusted(ctx, agent, p.ID); err != nil || e.Paper.Seat.No != 1 {
		t.Errorf("the agent's paper: %+v %v", e, err)
	}
	r, err := w.asAgent(m, agent, p, "yes")
	if err != nil || r.ProxyID != p.ID || r.SeatNo != 1 || r.PersonID != agent.PersonID {
		t.Fatalf("%+v %v", r, err)
	}
	_, err = w.s.RevokeProxy(ctx, w.owners[0], p.ID, "")
	refused(t, "revoked after the cast", err, assembly.ErrProxyUsed)
	w.closed(m)
	if st := w.certified(m); st.Tally.Motions[0].Result.Items[0].Yes.Heads != 1 {
		t.Errorf("%+v", st.Tally)
	}
}

// TestRevokedProxy: until the agent casts, the owner takes it back, and then votes themselves.
func TestRevokedProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("proxy.cap", "2")
	ctx := t.Context()
	m := w.open()
	agent := w.Person()
	w.called(agent, "13722220001")
	p := w.authorised(m, 1, "13722220001", "PAPER-1")
	_, err := w.s.RevokeProxy(ctx, w.owners[1], p.ID, "")
	refused(t, "revoked by a neighbour", err, assembly.ErrNoProxy)
	if _, err := w.s.RevokeProxy(ctx, w.owners[0], p.ID, ""); err != nil {
		t.Fatal(err)
	}
	_, err = w.asAgent(m, agent, p, "yes")
	refused(t, "cast after the revocation", err, assembly.ErrNoProxy)
	w.cast(m, 0, "no")

	// With the form in the box it is as good as cast.
	p = w.authorised(m, 2, "", "PAPER-1")
	forms, err := w.s.IssueForms(ctx, w.chair, m.ID, []int{2}, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.receive(m, forms[0].Number)
	_, err = w.s.RevokeProxy(ctx, w.owners[1], p.ID, "")
	refused(t, "revoked with the form in the box", err, assembly.ErrProxyUsed)
	w.closed(m)
	w.opened(m, forms[0].Number)
	w.read(m, forms[0].Number, "yes")
	w.tx(func(tx *store.Tx) error {
		var e assembly.Envelope
		err := tx.Where("meeting_id = ? AND form_id <> 0", m.ID).Take(&e).Error
		if e.ProxyID != p.ID {
			t.Errorf("the paper's envelope names %d", e.ProxyID)
		}
		return err
	})
}

// TestCastAgainstRevocation: an agent's cast and the owner's revocation at the same moment: one of them came first, and it holds.
func TestCastAgainstRevocation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	w.local("proxy.cap", "20")
	m := w.open()
	agent := w.Person()
	w.called(agent, "13722220001")
	var wg sync.WaitGroup
	casts, revoked := make([]error, 10), make([]error, 10)
	var proxies []*assembly.Proxy
	var inputs []assembly.Cast
	for i := range 10 {
		proxies = append(proxies, w.authorised(m, i+1, "13722220001", "PAPER-1"))
		inputs = append(inputs, assembly.Cast{Choices: w.ballot(m, i, "yes").Choices, ClientRef: w.once(), InputHash: "h"})
	}
	for i, p := range proxies {
		wg.Go(func() { _, casts[i] = w.s.CastAsAgent(t.Context(), agent, p.ID, inputs[i]) })
		wg.Go(func() { _, revoked[i] = w.s.RevokeProxy(t.Context(), w.owners[i], p.ID, "") })
	}
	wg.Wait()
	for i := range proxies {
		if (casts[i] == nil) == (revoked[i] == nil) {
			t.Errorf("seat %d: cast %v, revoked %v", i+1, casts[i], revoked[i])
		}
	}
}

// TestProxyCap counts the owners for whom one agent stands, by the agent's paper, whatever name and phone they come with.
func TestProxyCap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	ctx := t.Context()
	w.local("proxy.cap", "2")
	m := w.open()
	a := w.authorised(m, 1, "", "52270119800101123x")
	w.authorised(m, 2, "13722220001", "52270119800101123X")
	third := w.given(m, 3, "13722220002", " 52270119800101123X ")
	_, err := w.s.ReviewProxy(ctx, w.chair, m.ID, third.ID, true, "")
	refused(t, "one over the cap", err, assembly.ErrProxyCap)
	if !strings.Contains(fault.Of(err).Message, "最多代理2户") {
		t.Error(fault.Of(err).Message)
	}
	w.authorised(m, 4, "", "52270119800101999X") // another agent
	_, err = w.s.ReviewProxy(ctx, w.chair, m.ID, w.given(m, 1, "", "PAPER-OTHER").ID, true, "")
	refused(t, "two agents for one seat", err, assembly.ErrState)
	if _, err := w.s.RevokeProxy(ctx, w.owners[0], a.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ReviewProxy(ctx, w.chair, m.ID, third.ID, true, ""); err != nil {
		t.Errorf("after a revocation there is room: %v", err)
	}
}

// TestProxyWithoutRule: where nobody has said how many owners an agent may stand for, none is accepted, and the value is named.
func TestProxyWithoutRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx := t.Context()
	m := w.open()
	p := w.given(m, 1, "", "PAPER-1")
	_, err := w.s.ReviewProxy(ctx, w.chair, m.ID, p.ID, true, "")
	refused(t, "accepted without a rule", err, rulepack.ErrUnset)
	if !strings.Contains(fault.Of(err).Message, "一名代理人最多代理的业主数") {
		t.Error(fault.Of(err).Message)
	}
	w.local("proxy.cap", "2") // too late for this meeting
	_, err = w.s.ReviewProxy(ctx, w.chair, m.ID, p.ID, true, "")
	refused(t, "a rule from after the notice", err, rulepack.ErrUnset)
	if _, err := w.s.ReviewProxy(ctx, w.chair, m.ID, p.ID, false, "没有规定上限"); err != nil {
		t.Errorf("refusing is always possible: %v", err)
	}
}

// TestWhoIsNoAgent: staff of the estate's company, an owner of the very seat; and nobody reviews what they entered.
func TestWhoIsNoAgent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("proxy.cap", "2")
	ctx := t.Context()
	m := w.open()
	w.employ(w.Person(), "13733330001")
	_, err := w.s.GiveProxy(ctx, w.owners[0], m.ID, w.authority(1, "13733330001", "PAPER-1"))
	refused(t, "company staff", err, assembly.ErrProxyAgent)
	own := w.authority(1, "", "")
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Owner{}).Where("owner_set_id = ?", w.sets[0].ID).Update("paper_index", w.Vault.Index("paper", "OWN-PAPER")).Error
	})
	own.Paper = "own-paper"
	_, err = w.s.GiveProxy(ctx, w.owners[0], m.ID, own)
	refused(t, "the owner themselves", err, assembly.ErrProxyAgent)
	p, err := w.s.GiveProxy(ctx, w.chair, m.ID, w.authority(2, "", "PAPER-2"))
	if err != nil || p.ByOwner {
		t.Fatalf("entered by an officer: %+v %v", p, err)
	}
	_, err = w.s.ReviewProxy(ctx, w.chair, m.ID, p.ID, true, "")
	refused(t, "reviewed by who entered it", err, assembly.ErrSamePerson)
	if _, err := w.s.ReviewProxy(ctx, w.member, m.ID, p.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	row, err := w.s.FindProxy(ctx, w.member, m.ID, p.ID)
	if err != nil || row.Agent != "赵代理" || row.Paper != "PAPER-2" {
		t.Errorf("for the review: %+v %v", row, err)
	}
	if list, err := w.s.ListProxies(ctx, w.chair, m.ID, 0, 10); err != nil || len(list) != 1 || list[0].Agent != "赵*" || list[0].Paper != "" {
		t.Errorf("in the list: %+v %v", list, err)
	}
	if list, err := w.s.ListProxies(ctx, w.owners[0], m.ID, 0, 10); err != nil || len(list) != 0 {
		t.Errorf("a neighbour's list: %+v %v", list, err)
	}
}

// TestOnePersonHasOneCap: the cap counts the households of one person, however their paper is written, and with another paper by the same phone.
func TestOnePersonHasOneCap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	w.local("proxy.cap", "3")
	m := w.open()
	give := func(seat int, phone, paper string) error {
		t.Helper()
		p, err := w.s.GiveProxy(t.Context(), w.owners[seat-1], m.ID, w.authority(seat, phone, paper))
		if err != nil {
			t.Fatalf("seat %d: %v", seat, err)
		}
		_, err = w.s.ReviewProxy(t.Context(), w.chair, m.ID, p.ID, true, "")
		return err
	}
	for i, paper := range []string{"52270119900101123X", "522701 19900101 123x", "５２２７０１-１９９００１０１-１２３Ｘ"} {
		if err := give(i+1, "13733330001", paper); err != nil {
			t.Fatalf("%s: %v", paper, err)
		}
	}
	refused(t, "the same paper, with dots", give(4, "", "522701.19900101.123X"), assembly.ErrProxyCap)
	refused(t, "another paper by the same phone", give(5, "13733330001", "G12345678"), assembly.ErrProxyCap)
	if err := give(6, "13733330002", "52270119900101124X"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	w.tx(func(tx *store.Tx) error { // as a roster of before was indexed: by what was typed
		return tx.Model(&org.Owner{}).Where("owner_set_id = ?", w.sets[3].ID).Updates(map[string]any{"paper_index": w.Vault.Index("paper as typed", "522701 19800101 1234"), "paper_sealed": w.Vault.Seal("522701 19800101 1234", "owners.paper")}).Error
	})
	own := w.authority(4, "", "522701198001011234")
	_, err := w.s.GiveProxy(t.Context(), w.owners[3], m.ID, own)
	refused(t, "the owner themselves, as the roster wrote them", err, assembly.ErrProxyAgent)
}

// TestPartOfTheMotions: an agent votes on what the document names and on nothing else.
func TestPartOfTheMotions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("proxy.cap", "2")
	ctx := t.Context()
	m := w.open(two)
	agent := w.Person()
	w.called(agent, "13722220001")
	in := w.authority(1, "13722220001", "PAPER-1")
	in.Positions = []int{2}
	p, err := w.s.GiveProxy(ctx, w.owners[0], m.ID, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ReviewProxy(ctx, w.chair, m.ID, p.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	_, err = w.asAgent(m, agent, p, "yes", "yes")
	refused(t, "a motion that the document does not name", err, assembly.ErrNoProxy)
	c := w.ballot(m, 0, "yes")
	if _, err := w.s.CastAsAgent(ctx, agent, p.ID, assembly.Cast{Choices: c.Choices[1:], ClientRef: w.once(), InputHash: "h"}); err != nil {
		t.Fatal(err)
	}
	w.closed(m)
	st := w.certified(m)
	w.verify(m)
	if st.Tally.Motions[0].Result.Returned.Heads != 0 || st.Tally.Motions[1].Result.Items[0].Yes.Heads != 1 {
		t.Errorf("%+v", st.Tally)
	}
}

// TestTheRestIsTheOwners: where a ballot is final, an agent who voted on one motion leaves the other to the owner, who cannot vote on the
// first again; both count, each for its motion.
func TestTheRestIsTheOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("proxy.cap", "2")
	w.local("ballot.change", "none")
	ctx := t.Context()
	m := w.open(two)
	agent := w.Person()
	w.called(agent, "13722220001")
	in := w.authority(1, "13722220001", "PAPER-1")
	in.Positions = []int{1}
	p, err := w.s.GiveProxy(ctx, w.owners[0], m.ID, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ReviewProxy(ctx, w.chair, m.ID, p.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	whole := w.ballot(m, 0, "no", "no")
	first := w.ballot(m, 0, "yes", "no")
	first.Choices = first.Choices[:1]
	if _, err := w.s.CastAsAgent(ctx, agent, p.ID, assembly.Cast{Choices: first.Choices, ClientRef: w.once(), InputHash: "h"}); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Cast(ctx, whole)
	refused(t, "voted on both", err, assembly.ErrAlreadyCast)
	rest := w.ballot(m, 0, "no", "no")
	rest.Choices = rest.Choices[1:]
	if _, err := w.s.Cast(ctx, rest); err != nil {
		t.Fatal(err)
	}
	again := w.ballot(m, 0, "yes", "yes")
	again.Choices = again.Choices[1:]
	_, err = w.s.Cast(ctx, again)
	refused(t, "voted on the rest twice", err, assembly.ErrAlreadyCast)
	papers, _, err := w.s.OwnSeats(ctx, w.owners[0], m.ID)
	if err != nil || len(papers) != 1 || !papers[0].Motions[0].Spent || !papers[0].Motions[1].Spent || len(papers[0].Cast) != 2 || papers[0].Cast[0].Counts != "counted" || papers[0].Cast[1].Counts != "counted" {
		t.Errorf("the owner sees %+v %v", papers, err)
	}
	w.closed(m)
	st := w.certified(m)
	if a, b := st.Tally.Motions[0].Result.Items[0], st.Tally.Motions[1].Result.Items[0]; a.Yes.Heads != 1 || b.No.Heads != 1 || b.Yes.Heads != 0 {
		t.Errorf("counted %+v and %+v", a, b)
	}
}

// TestTheOwnersWillStands: where votes may be changed, an agent does not change what an owner voted in person; and an agent who lost the
// answer gets it, also when the term of the document has ended since.
func TestTheOwnersWillStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("proxy.cap", "2")
	w.local("ballot.change", "until_close")
	ctx := t.Context()
	m := w.open()
	agent := w.Person()
	w.called(agent, "13722220001")
	p := w.authorised(m, 1, "13722220001", "PAPER-1")
	first := assembly.Cast{Choices: w.ballot(m, 0, "yes").Choices, ClientRef: w.once(), InputHash: "h"}
	r, err := w.s.CastAsAgent(ctx, agent, p.ID, first)
	if err != nil {
		t.Fatal(err)
	}
	w.cast(m, 0, "no")
	_, err = w.asAgent(m, agent, p, "yes")
	refused(t, "an agent over the owner", err, assembly.ErrNoProxy)
	w.clock.Advance(45 * 24 * time.Hour)
	again, err := w.s.CastAsAgent(ctx, agent, p.ID, first)
	if err != nil || again.Code != r.Code {
		t.Errorf("the lost answer: %+v %v", again, err)
	}
	other := first
	other.Choices = w.ballot(m, 0, "no").Choices
	other.InputHash = "other"
	_, err = w.s.CastAsAgent(ctx, agent, p.ID, other)
	refused(t, "another content after the term", err, assembly.ErrNoProxy)
}

// TestInvalidProxy: an upheld objection takes out what the agent cast; it stays, marked, and the result is counted anew.
func TestInvalidProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("proxy.cap", "2")
	ctx := t.Context()
	m := w.open()
	agent := w.Person()
	w.called(agent, "13722220001")
	p := w.authorised(m, 1, "13722220001", "PAPER-1")
	r, err := w.asAgent(m, agent, p, "yes")
	if err != nil {
		t.Fatal(err)
	}
	w.cast(m, 1, "yes")
	beside := w.cast(m, 2, "yes")
	own := w.protested(w.owners[0], m, assembly.Protest{Receipt: r.Code, Grounds: "委托书上的签名不是我签的"})
	w.closed(m)
	w.provisional(m)
	o := w.protested(w.owners[1], m, assembly.Protest{Disputed: []string{r.Code}, Grounds: "委托书上的签名是假的"})
	loose, other := w.protested(w.owners[1], m, assembly.Protest{Grounds: "公示的时间不够"}), w.protested(w.owners[0], m, assembly.Protest{Disputed: []string{beside.Code}, Grounds: "那一票也不对"})
	invalidate := func(who org.Actor, by *assembly.Objection) error {
		_, err := w.s.InvalidateProxy(ctx, who, m.ID, p.ID, by.ID, "签名不是业主本人的")
		return err
	}
	refused(t, "before the objection is upheld", invalidate(w.community, o), assembly.ErrState)
	w.answer(w.community, m, loose, true, "公示的时间是不够")
	refused(t, "by an objection to something else", invalidate(w.community, loose), assembly.ErrState)
	w.answer(w.community, m, other, true, "经核对，异议成立")
	refused(t, "by an objection to another ballot", invalidate(w.community, other), assembly.ErrState)
	w.tx(func(tx *store.Tx) error { // as one person could, once
		return tx.Model(&assembly.Objection{}).Where("id = ?", o.ID).Update("state", "upheld").Error
	})
	refused(t, "upheld by one person", invalidate(w.community, o), assembly.ErrState)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&assembly.Objection{}).Where("id = ?", o.ID).Update("state", "open").Error
	})
	refused(t, "upheld by whoever accepted the document", w.upholds(w.chair, m, o), assembly.ErrHandled)
	w.answer(w.community, m, o, true, "经笔迹核对，异议成立")
	refused(t, "by whoever accepted it", invalidate(w.chair, o), assembly.ErrHandled)
	if err := invalidate(w.community, o); err != nil {
		t.Fatal(err)
	}
	w.answer(w.community, m, own, false, "业主本人在场，另一件已经处理") // and puts nothing back
	w.verify(m)
	if got := w.view(m).Result.Tally.Motions[0]; got.Result.Items[0].Yes.Heads != 1 || got.Invalid != 2 {
		t.Errorf("%+v", got)
	}
	w.tx(func(tx *store.Tx) error {
		var e assembly.Envelope
		var b assembly.Ballot
		err := errors.Join(tx.Where("code = ?", r.Code).Take(&e).Error, tx.Where("envelope_id = ?", r.ID).Take(&b).Error)
		if e.Void != "proxy_invalid" || b.Mark != "invalid" {
			t.Errorf("kept as %+v, %+v", e, b)
		}
		return err
	})
}

// TestAFormByAnInvalidProxy: what the agent put into the box before the authorisation fell is read, and does not count.
func TestAFormByAnInvalidProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("proxy.cap", "2")
	ctx := t.Context()
	m := w.open()
	agent := w.Person()
	w.called(agent, "13722220001")
	p := w.authorised(m, 1, "13722220001", "PAPER-1")
	r, err := w.asAgent(m, agent, p, "yes")
	if err != nil {
		t.Fatal(err)
	}
	forms, err := w.s.IssueForms(ctx, w.chair, m.ID, []int{1}, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.receive(m, forms[0].Number)
	w.cast(m, 1, "yes")
	o := w.protested(w.owners[0], m, assembly.Protest{Receipt: r.Code})
	if err := w.upheldBy(m, o, w.community, w.member); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.InvalidateProxy(ctx, w.community, m.ID, p.ID, o.ID, "签名不是业主本人的"); err != nil {
		t.Fatal(err)
	}
	w.closed(m)
	w.opened(m, forms[0].Number)
	w.read(m, forms[0].Number, "yes")
	w.provisional(m)
	w.heads(m, 1, "both of the agent's are out")
}
