package assembly_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// election opens the vote on owners 0 to n-1 as candidates for the places of a committee.
func (w *world) election(n int, list assembly.FinalList) *assembly.Meeting {
	w.t.Helper()
	m := w.call(func(c *assembly.Call) {
		c.Motions = []assembly.Proposal{{Title: "选举业主委员会", Body: "从候选人中选举。", Matter: "committee", Question: tally.Question{Kind: tally.Election, Fill: 5}}}
	})
	for i := range n {
		x, err := w.nominate(w.owners[i], m, i, "")
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.s.CheckCandidate(w.t.Context(), w.chair, x.ID, holds()); err != nil {
			w.t.Fatal(err)
		}
		w.clock.Advance(time.Minute)
	}
	list.Position, list.OrderedBy = 1, "time"
	m, err := w.s.FixList(w.t.Context(), w.chair, m.ID, m.Version, list)
	if err != nil {
		w.t.Fatal(err)
	}
	if m, err = w.s.Post(w.t.Context(), w.chair, m.ID, w.clock.Now().Add(7*day)); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	return w.notify(w.freeze(m))
}

// tied brings an election of nine to its provisional result: c1 and c2 have the same votes for one place and one alternate.
func (w *world) tied() *assembly.Meeting {
	w.t.Helper()
	m := w.election(3, assembly.FinalList{Fill: 1, Alternates: 1, Size: 5, Sitting: 4})
	for i := range 9 {
		w.cast(m, i, []string{"c1=yes,c2=yes,c3=yes", "c1=yes,c2=yes,c3=no"}[i/6])
	}
	w.closed(m)
	w.provisional(m)
	return m
}

func drew(order ...string) assembly.Drew {
	return assembly.Drew{Order: order, Minutes: "两支签放入不透明的盒子，由到场业主代表抽取。", FileIDs: []int64{1},
		Witnesses: []assembly.Scrutineer{{Name: "王监票", Phone: "13700000001", Independent: true}, {Name: "李监票", Phone: "13700000002", Independent: true}}}
}

// TestLotsAreDrawn: an election with equal votes is not certified until the lots were announced, drawn before independent witnesses and
// recorded; what they decided stands in the certificate and on the board, and the bundle verifies with the record's hash in it.
func TestLotsAreDrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	w.term("election.tie", "lot")
	w.local("election.lot_notice_days", "3")
	ctx := t.Context()
	m := w.tied()
	e := w.view(m).Result.Tally.Motions[0].Result.Elected
	if len(e.Members) != 0 || len(e.Open) != 2 || e.Open[0].By != tally.ByLot {
		t.Fatalf("before the drawing %+v", e)
	}
	announce := func(who org.Actor, in time.Duration) error {
		_, err := w.s.AnnounceDrawing(ctx, who, m.ID, 1, w.clock.Now().Add(in), "社区会议室", "")
		return err
	}
	record := func(who org.Actor, d assembly.Drew) error {
		_, err := w.s.RecordDrawing(ctx, who, m.ID, 1, d)
		return err
	}
	refused(t, "recorded before it is announced", record(w.chair, drew("c2", "c1")), assembly.ErrUnplanned)
	refused(t, "announced for the third day", announce(w.chair, 3*day), assembly.ErrLotSoon)
	refused(t, "announced by another office", announce(w.community, 4*day), assembly.ErrNotConvener)
	rival := w.chair
	rival.PersonID = w.owners[2].PersonID
	refused(t, "announced by a candidate", announce(rival, 4*day), assembly.ErrStake)
	if err := announce(w.chair, 4*day); err != nil || w.outbox("meeting.lots") != 1 {
		t.Fatal(err)
	}
	refused(t, "recorded before its time", record(w.chair, drew("c2", "c1")), assembly.ErrLotSoon)
	w.clock.Advance(9 * day)
	_, err := w.s.Certify(ctx, w.fresh, m.ID)
	refused(t, "certified undrawn", err, assembly.ErrUndrawn)
	refused(t, "recorded by a candidate", record(rival, drew("c2", "c1")), assembly.ErrStake)
	if err := record(w.chair, drew("c2")); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("one of two is left out: %v", err)
	}
	if err := record(w.chair, drew("c2", "c3")); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("somebody who is not equal: %v", err)
	}
	alone := drew("c2", "c1")
	alone.Witnesses = alone.Witnesses[:1]
	refused(t, "one witness", record(w.chair, alone), assembly.ErrScrutineers)
	named := drew("c2", "c1")
	named.Witnesses[0].Name = "测试人"
	refused(t, "a witness with a candidate's name", record(w.chair, named), assembly.ErrScrutineers)
	standing := drew("c2", "c1")
	w.called(w.owners[0], "13733330001")
	standing.Witnesses[1].Phone = "13733330001"
	refused(t, "a candidate as witness", record(w.chair, standing), assembly.ErrScrutineers)
	if err := record(w.member, drew("c2", "c1")); err != nil || w.outbox("meeting.drawn") != 1 {
		t.Fatal(err)
	}
	refused(t, "drawn once more", record(w.member, drew("c1", "c2")), assembly.ErrNoTie)
	w.verify(m)
	_, err = w.s.Certify(ctx, w.Officer(w.Township, org.Clerk), m.ID)
	refused(t, "certified before the owners could object to what was drawn", err, assembly.ErrState)
	w.protested(w.owners[2], m, assembly.Protest{Grounds: "抽签的时候没有公开"})
	if list, err := w.s.ListObjections(ctx, w.community, m.ID, "open", 0, 10); err != nil || len(list) != 1 {
		t.Fatalf("to the drawing: %+v %v", list, err)
	} else if w.answer(w.community, m, &list[0].Objection, false, "有录像，当众抽签"); w.outbox("meeting.provisional") != 1 {
		t.Error("refusing an objection published the result again")
	}
	w.clock.Advance(8 * day)
	_, err = w.s.Certify(ctx, w.member, m.ID)
	refused(t, "certified by whoever recorded the drawing", err, assembly.ErrSamePerson)
	if _, err := w.s.Certify(ctx, w.Officer(w.Township, org.Clerk), m.ID); err != nil {
		t.Fatal(err)
	}
	c := w.view(m).Result.Tally.Motions[0]
	if e := c.Result.Elected; strings.Join(e.Members, " ") != "c2" || strings.Join(e.Alternates, " ") != "c1" || len(e.Open) != 0 {
		t.Errorf("elected %+v", e)
	}
	if c.Lot == nil || c.Lot.Method != log.PublicLot || len(c.Lot.Records) != 1 || strings.Join(c.Lot.Between, " ") != "c2 c1" {
		t.Errorf("the statement says of the lots %+v", c.Lot)
	}
	if body := w.board.published[0].Body; !strings.Contains(body, "先后由抽签决定：2号测试人、1号测试人（当众抽签）") || !strings.Contains(body, c.Lot.Records[0].String()) {
		t.Errorf("the board says %s", body)
	}
	public, _ := w.verify(m)
	if !slices.ContainsFunc(w.said(public), func(line string) bool { return strings.Contains(line, "抽签的先后 c2、c1") }) {
		t.Error("the verifier says nothing of the lots")
	}
	chosen, err := w.s.ChosenBy(ctx, m.ID)
	if err != nil || chosen == nil || len(chosen.People) != 2 || chosen.People[0].PersonID != w.owners[1].PersonID || chosen.People[0].Alternate || !chosen.People[1].Alternate || chosen.People[1].PersonID != w.owners[0].PersonID ||
		chosen.Size != 5 || chosen.Sitting != 4 || chosen.Number != m.Number || chosen.People[0].Name != "测试人" {
		t.Errorf("whoever seats them reads %+v, %v", chosen, err)
	}
	list, err := w.s.ListDrawings(ctx, w.owners[5], m.ID)
	if err != nil || len(list) != 1 || list[0].Called != "2号测试人、1号测试人" || list[0].SHA256 != c.Lot.Records[0].String() {
		t.Errorf("%v %+v", err, list)
	}
}

// TestADrawingDoesNotDisappear: announced for another time, the drawing before it stays for the owners to see; once its hour has come, with the reason.
func TestADrawingDoesNotDisappear(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	w.term("election.tie", "lot")
	w.local("election.lot_notice_days", "3")
	m := w.tied()
	announce := func(reason string) error {
		_, err := w.s.AnnounceDrawing(t.Context(), w.chair, m.ID, 1, w.clock.Now().Add(4*day), "社区会议室", reason)
		return err
	}
	for range 2 {
		if err := announce(""); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(4 * day)
	if err := announce(""); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("its hour has passed, and nobody says why: %v", err)
	}
	if err := announce("停电"); err != nil {
		t.Fatal(err)
	}
	list, err := w.s.ListDrawings(t.Context(), w.owners[5], m.ID)
	if err != nil || len(list) != 3 || list[0].Minutes != "未举行：时间到之前改期" || list[1].Minutes != "未举行：停电" || list[2].Minutes != "" || list[2].Waiting == nil {
		t.Errorf("%v %+v", err, list)
	}
}

// TestTheDaysBeforeADrawingAreSet: how long before lots are announced is nobody's guess: unset, no notice of such an election goes out and no drawing
// is announced, and the value is named.
func TestTheDaysBeforeADrawingAreSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	w.term("election.tie", "lot")
	w.local("election.lot_notice_days", "3")
	m := w.tied()
	w.tx(func(tx *store.Tx) error { // a notice from before the value was asked for
		if err := tx.Where("name = ?", "election.lot_notice_days").Delete(&org.LocalValue{}).Error; err != nil {
			return err
		}
		terms := strings.Replace(m.Terms, `"lot_notice_days":3,`, "", 1)
		return tx.Model(&assembly.Meeting{}).Where("id = ? AND terms <> ?", m.ID, terms).Update("terms", terms).Error
	})
	announce := func() error {
		_, err := w.s.AnnounceDrawing(t.Context(), w.chair, m.ID, 1, w.clock.Now().Add(9*day), "社区会议室", "")
		return err
	}
	if err := announce(); !errors.Is(err, rulepack.ErrUnset) || !strings.Contains(err.Error(), "当众抽签至少提前几天公告") {
		t.Errorf("announced without a rule: %v", err)
	}
	w.local("election.lot_notice_days", "9")
	refused(t, "a day short", announce(), assembly.ErrLotSoon)
}

// said is what the verifier says of a bundle.
func (w *world) said(raw []byte) (lines []string) {
	w.t.Helper()
	if _, err := log.Verify(bytes.NewReader(raw), int64(len(raw)), log.Options{}, func(line string) { lines = append(lines, line) }); err != nil {
		w.t.Fatal(err)
	}
	return lines
}

// TestACandidateHasNoSay: neither a candidate nor who owns a home with one answers objections or certifies; the township may.
func TestACandidateHasNoSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	kin := w.join(0)
	m := w.election(3, assembly.FinalList{Fill: 3, Size: 5, Sitting: 2})
	for i := range 9 {
		c := w.ballot(m, i, "c1=yes,c2=yes,c3=yes")
		c.Agreed = true
		if _, err := w.s.Cast(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	w.closed(m)
	w.provisional(m)
	o := w.protested(w.owners[8], m, assembly.Protest{Grounds: "公示的时间太短"})
	township := w.Officer(w.Township, org.Clerk)
	as := func(who org.Actor) org.Actor { at := w.member; at.PersonID = who.PersonID; return at }
	answer := func(who org.Actor) error {
		_, err := w.s.AnswerObjections(t.Context(), who, m.ID, assembly.Verdict{Objections: []int64{o.ID}, Text: "公示七日，符合规则"})
		return err
	}
	for what, who := range map[string]org.Actor{"a candidate": as(w.owners[1]), "a candidate's co-owner": as(kin)} {
		err := answer(who)
		refused(t, what+" answers", err, assembly.ErrStake)
		if !strings.Contains(fault.Of(err).Message, "乡镇") {
			t.Errorf("%s is not told who can: %v", what, err)
		}
	}
	if err := answer(township); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	for what, who := range map[string]org.Actor{"a candidate": as(w.owners[1]), "a candidate's co-owner": as(kin)} {
		_, err := w.s.Certify(t.Context(), who, m.ID)
		refused(t, what+" certifies", err, assembly.ErrStake)
	}
	_, err := w.s.Certify(t.Context(), w.community, m.ID)
	refused(t, "the community certifies", err, assembly.ErrNotConvener)
	if _, err := w.s.Certify(t.Context(), township, m.ID); err != nil {
		t.Errorf("the township certifies: %v", err)
	}
}

// TestTheTownshipFinishesElectionsAlone: of a meeting without an election it takes no step for the convener.
func TestTheTownshipFinishesElectionsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	w.cast(m, 0, tally.Yes)
	w.closed(m)
	w.provisional(m)
	w.clock.Advance(8 * day)
	_, err := w.s.Certify(t.Context(), w.Officer(w.Township, org.Clerk), m.ID)
	refused(t, "the township certifies a meeting of the committee", err, assembly.ErrNotConvener)
}
