package assembly_test

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// counted is a meeting of n homes, all of which agree, with its provisional result.
func (w *world) counted(n int) (*assembly.Meeting, []*assembly.Receipt) {
	w.t.Helper()
	m := w.open()
	var receipts []*assembly.Receipt
	for i := range n {
		receipts = append(receipts, w.cast(m, i, tally.Yes))
	}
	w.closed(m)
	w.provisional(m)
	return m, receipts
}

// holds enters that an objection to the result holds, with what follows.
func (w *world) holds(m *assembly.Meeting, o *assembly.Objection, follows assembly.Consequence) error {
	_, err := w.s.AnswerObjections(w.t.Context(), w.community, m.ID, assembly.Verdict{Objections: []int64{o.ID}, Uphold: true, Text: "经核对，异议成立，理由公开", Follows: follows})
	return err
}

// TestANewResultIsHeardAgain: whatever publishes a provisional result again, the owners are told and have the days of the frozen rules to object
// to it, and no certificate comes before.
func TestANewResultIsHeardAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m, receipts := w.counted(4)
	o := w.protested(w.owners[1], m, assembly.Protest{Disputed: []string{receipts[0].Code}})
	w.clock.Advance(8 * day)
	first := *w.view(m).ObjectionsUntil
	if err := w.upheldBy(m, o, w.community, w.member); err != nil {
		t.Fatal(err)
	}
	v := w.view(m)
	if want := w.clock.Now().AddDate(0, 0, 7); !v.ObjectionsUntil.After(first) || v.ObjectionsUntil.Before(want) || v.ObjectionsUntil.After(want.Add(24*time.Hour)) || v.DueAt != nil && !v.DueAt.After(*v.ObjectionsUntil) {
		t.Errorf("objections until %v, before it was %v", v.ObjectionsUntil, first)
	}
	if w.outbox("meeting.provisional") != 2 {
		t.Error("the owners were not told of the new result")
	}
	_, err := w.s.Certify(t.Context(), w.fresh, m.ID)
	refused(t, "certified in the same second", err, assembly.ErrState)
	again := w.protested(w.owners[2], m, assembly.Protest{Grounds: "重新计的票我也不同意"})
	w.clock.Advance(8 * day)
	_, err = w.s.Certify(t.Context(), w.fresh, m.ID)
	refused(t, "certified over an objection to the new result", err, assembly.ErrState)
	w.answer(w.community, m, again, false, "经核对，计票没有差错")
	if _, err := w.s.Certify(t.Context(), w.fresh, m.ID); err != nil {
		t.Errorf("a refused objection publishes nothing: %v", err)
	}
	w.verify(m)
}

// TestAnOwnersWithdrawalIsHeardToo: a ballot that comes back because its owner takes the objection back makes a new result as well.
func TestAnOwnersWithdrawalIsHeardToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open()
	other := w.join(0)
	c := w.ballot(m, 0, tally.Yes)
	c.Agreed = true
	r, err := w.s.Cast(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	w.cast(m, 1, tally.Yes)
	w.cast(m, 2, tally.Yes)
	o := w.protested(other, m, assembly.Protest{Receipt: r.Code, Grounds: "我不同意这样投"})
	w.closed(m)
	w.provisional(m)
	w.clock.Advance(8 * day)
	if err := w.s.WithdrawObjection(t.Context(), other, m.ID, o.ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Certify(t.Context(), w.fresh, m.ID)
	refused(t, "certified at once", err, assembly.ErrState)
	w.protested(w.owners[1], m, assembly.Protest{Grounds: "为什么这张票又算了"})
}

// TestWhatFollowsFromAnObjection: one to the result that names no ballot is upheld by two, who say what follows: a new count, nothing (with a
// reason that everybody reads), or no certificate.
func TestWhatFollowsFromAnObjection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m, receipts := w.counted(4)
	o := w.protested(w.owners[1], m, assembly.Protest{Grounds: "公示的时间太短"})
	for _, bad := range []assembly.Consequence{"", "something"} {
		if f := fault.Of(w.holds(m, o, bad)); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Path != "follows" {
			t.Errorf("upheld with %q: %v", bad, f)
		}
	}
	named := w.protested(w.owners[1], m, assembly.Protest{Disputed: []string{receipts[0].Code}})
	if f := fault.Of(w.holds(m, named, assembly.FollowsNothing)); f.Kind != fault.Invalid {
		t.Errorf("ballots count no more and nothing follows: %v", f)
	}
	if _, err := w.s.AnswerObjections(t.Context(), w.community, m.ID, assembly.Verdict{Objections: []int64{named.ID}, Text: "经核对，这张票没有问题"}); err != nil {
		t.Fatal(err)
	}
	if err := w.holds(m, o, assembly.FollowsNothing); err != nil {
		t.Fatal(err)
	}
	refused(t, "entered twice", w.holds(m, o, assembly.FollowsNothing), assembly.ErrState)
	if list, err := w.s.ListObjections(t.Context(), w.chair, m.ID, "open", 0, 10); err != nil || len(list) != 1 || list[0].Follows != assembly.FollowsNothing {
		t.Fatalf("one person decided it: %+v %v", list, err)
	}
	_, err := w.s.ConfirmObjection(t.Context(), w.community, m.ID, o.ID)
	if err == nil {
		t.Error("confirmed by whoever entered it")
	}
	if _, err := w.s.ConfirmObjection(t.Context(), w.member, m.ID, o.ID); err != nil {
		t.Fatal(err)
	}
	list, err := w.s.ListObjections(t.Context(), w.owners[3], m.ID, "upheld", 0, 10)
	if err != nil || len(list) != 1 || list[0].Answer != "经核对，异议成立，理由公开" || list[0].Follows != assembly.FollowsNothing {
		t.Errorf("what a neighbour reads: %+v %v", list, err)
	}
	if w.outbox("meeting.provisional") != 1 {
		t.Error("without a consequence the result was published again")
	}

	o = w.protested(w.owners[2], m, assembly.Protest{Grounds: "计票的程序不对"})
	if err := w.holds(m, o, assembly.FollowsRecount); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ConfirmObjection(t.Context(), w.member, m.ID, o.ID); err != nil || w.outbox("meeting.provisional") != 2 {
		t.Fatalf("a new count is published: %v", err)
	}

	o = w.protested(w.owners[2], m, assembly.Protest{Grounds: "会议通知没有送到四分之一的业主"})
	if err := w.holds(m, o, assembly.FollowsNothing); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.AnswerObjections(t.Context(), w.chair, m.ID, assembly.Verdict{Objections: []int64{o.ID}, Uphold: true, Text: "通知违法，结果不能确认", Follows: assembly.FollowsCancel}); err != nil {
		t.Fatal("who sees it otherwise enters theirs instead:", err)
	}
	if _, err := w.s.ConfirmObjection(t.Context(), w.member, m.ID, o.ID); err != nil {
		t.Fatal(err)
	}
	v := w.view(m)
	if v.State != assembly.Cancelled || !strings.Contains(v.Reason, "通知违法") || v.DueAt != nil || w.outbox("meeting.cancelled") != 1 {
		t.Errorf("not certified: %+v", v.Meeting)
	}
	w.clock.Advance(30 * day)
	_, err = w.s.Certify(t.Context(), w.fresh, m.ID)
	refused(t, "certified all the same", err, assembly.ErrState)
	if _, err := w.s.Tick(t.Context()); err != nil {
		t.Error(err)
	}
	w.verify(m)
}

// TestWhoHadAHandInTheCountDoesNotCertify: publishing any of the provisional results, reading a form, entering or confirming what becomes of an
// objection. Where nobody is left at the convener, the township certifies. An own vote keeps nobody away.
func TestWhoHadAHandInTheCountDoesNotCertify(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	m := w.open()
	r := w.cast(m, 0, tally.Yes)
	f := w.issue(m, 5)[0]
	w.receive(m, f.Number)
	for i := 1; i < 4; i++ {
		w.cast(m, i, tally.Yes)
	}
	w.closed(m)
	w.opened(m, f.Number)
	reader := w.Officer(w.Committee, org.Clerk)
	for _, who := range []org.Actor{reader, w.Officer(w.Committee, org.Clerk)} {
		if _, err := w.s.ReadForm(t.Context(), who, m.ID, f.Number, w.says(tally.Yes)); err != nil {
			t.Fatal(err)
		}
	}
	w.provisional(m) // by the chair
	enters, confirms := w.Officer(w.Committee, org.Clerk), w.Officer(w.Committee, org.Clerk)
	o := w.protested(w.owners[1], m, assembly.Protest{Disputed: []string{r.Code}})
	if err := w.upheldBy(m, o, enters, confirms); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	for what, who := range map[string]org.Actor{"published the first result": w.chair, "published the second": confirms, "entered the objection": enters, "read a form": reader} {
		_, err := w.s.Certify(t.Context(), who, m.ID)
		refused(t, "certified by whoever "+what, err, assembly.ErrSamePerson)
		if !strings.Contains(fault.Of(err).Message, "乡镇") {
			t.Errorf("who can is not said: %v", err)
		}
	}
	_, err := w.s.Certify(t.Context(), w.community, m.ID)
	refused(t, "certified by the community", err, assembly.ErrNotConvener)
	township := w.Officer(w.Township, org.Clerk)
	township.PersonID = w.owners[2].PersonID // who voted
	if _, err := w.s.Certify(t.Context(), township, m.ID); err != nil {
		t.Errorf("certified by the township: %v", err)
	}
}

// TestEachSeatIsAnswered: a request for links says of every seat that it names what became of it.
func TestEachSeatIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open()
	_, _, err := w.s.MakeLinks(t.Context(), w.chair, m.ID, []int{2, 3, 71, 0})
	if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 2 || f.Fields[0].Path != "seats[2]" || !strings.Contains(f.Fields[0].Reason, "71号") || f.Fields[1].Path != "seats[3]" {
		t.Errorf("seats that do not exist: %+v", f)
	}
	w.tx(func(tx *store.Tx) error {
		var n int64
		err := tx.Model(&assembly.Link{}).Where("meeting_id = ?", m.ID).Count(&n).Error
		if n != 0 {
			t.Errorf("%d links were made all the same", n)
		}
		return err
	})
	w.cast(m, 1, tally.Yes) // who may still change their vote
	links, without, err := w.s.MakeLinks(t.Context(), w.chair, m.ID, []int{3, 2, 2})
	if err != nil || len(links) != 2 || len(without) != 0 {
		t.Errorf("%+v %+v %v", links, without, err)
	}
}

// TestASpentSeatGetsNoLink: where a vote is final, a seat that has voted is named instead.
func TestASpentSeatGetsNoLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.local("ballot.change", "none")
	m := w.open()
	w.cast(m, 0, tally.Yes)
	links, without, err := w.s.MakeLinks(t.Context(), w.chair, m.ID, []int{1, 2})
	if err != nil || len(links) != 1 || links[0].SeatNo != 2 || len(without) != 1 || without[0].SeatNo != 1 || !strings.Contains(without[0].Why, "已经投票") {
		t.Errorf("%+v %+v %v", links, without, err)
	}
}
