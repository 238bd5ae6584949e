package assembly_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

// owes enters and confirms that an owner owes fees.
func (w *world) owes(m *assembly.Meeting, i int) *assembly.Debtor {
	w.t.Helper()
	d, err := w.s.EnterDebtor(w.t.Context(), w.chair, m.ID, assembly.Debt{UnitID: w.Units[i].ID, Owed: "2025年1月起的物业费", FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h"})
	if err != nil {
		w.t.Fatal(err)
	}
	if d, err = w.s.ConfirmDebtor(w.t.Context(), w.member, m.ID, d.ID); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// TestBothTalliesOfDebtors: who owes fees votes, and the result counts them; with a clause of the estate it is shown beside it what the
// result would be without the list, whose entries two people made, and of which one that is contested takes no vote away.
func TestBothTalliesOfDebtors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	ctx := t.Context()
	w.local("voting.debtors_limited", "yes")
	m := w.call()
	in := assembly.Debt{UnitID: w.Units[0].ID, Owed: "2025年1月起的物业费", FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h"}
	bare := in
	bare.FileIDs = nil
	_, err := w.s.EnterDebtor(ctx, w.chair, m.ID, bare)
	refused(t, "without evidence", err, fault.ErrInvalid)
	_, err = w.s.EnterDebtor(ctx, w.community, m.ID, in)
	refused(t, "by another office", err, assembly.ErrNotConvener)
	d, err := w.s.EnterDebtor(ctx, w.chair, m.ID, in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.s.EnterDebtor(ctx, w.chair, m.ID, in); err != nil || again.ID != d.ID {
		t.Errorf("sent twice: %v", err)
	}
	in.ClientRef = w.once()
	_, err = w.s.EnterDebtor(ctx, w.member, m.ID, in)
	refused(t, "the same owners again", err, assembly.ErrDebtor)
	_, err = w.s.ConfirmDebtor(ctx, w.chair, m.ID, d.ID)
	refused(t, "confirmed by who entered it", err, assembly.ErrSamePerson)
	if list, _, err := w.s.ListDebtors(ctx, w.owners[0], m.ID, 0, 10); err == nil && len(list) != 0 {
		t.Errorf("an owner reads an entry that nobody has confirmed: %v", list)
	}
	if _, err = w.s.ConfirmDebtor(ctx, w.member, m.ID, d.ID); err != nil {
		t.Fatal(err)
	}
	if w.outbox("ballot.debtor") != 1 {
		t.Error("the owners were not told")
	}
	w.owes(m, 1)
	contested, dropped := w.owes(m, 2), w.owes(m, 3)
	unconfirmed := in
	unconfirmed.UnitID, unconfirmed.ClientRef = w.Units[4].ID, w.once()
	if _, err = w.s.EnterDebtor(ctx, w.chair, m.ID, unconfirmed); err != nil {
		t.Fatal(err)
	}
	m = w.after(m)
	_, err = w.s.EnterDebtor(ctx, w.chair, m.ID, assembly.Debt{UnitID: w.Units[5].ID, Owed: "2025年1月起", FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h"})
	refused(t, "after the freeze", err, assembly.ErrState)
	_, err = w.s.ObjectDebt(ctx, w.owners[1], m.ID, contested.ID, "我没有欠费，这里有收据")
	refused(t, "somebody else's entry", err, assembly.ErrNoDebtor)
	if _, err = w.s.ObjectDebt(ctx, w.owners[2], m.ID, contested.ID, "我没有欠费，这里有收据"); err != nil {
		t.Fatal(err)
	}
	if list, _, err := w.s.ListDebtors(ctx, w.chair, m.ID, 0, 10); err != nil || len(list) != 5 {
		t.Errorf("the convener reads %d entries, %v", len(list), err)
	}
	if list, _, err := w.s.ListDebtors(ctx, w.community, m.ID, 0, 10); err != nil || len(list) != 1 || list[0].ID != contested.ID {
		t.Errorf("the community, which answers, reads %v, %v: only what an owner objected to is its business", list, err)
	}
	_, _, err = w.s.ListDebtors(ctx, w.bureau, m.ID, 0, 10)
	refused(t, "an office that does not work on it", err, org.ErrForbidden)
	if _, err = w.s.DropDebtor(ctx, w.member, m.ID, dropped.ID, "十一月已经交清"); err != nil {
		t.Fatal(err)
	}
	if list, _, err := w.s.ListDebtors(ctx, w.owners[0], m.ID, 0, 10); err != nil || len(list) != 1 || list[0].ID != d.ID {
		t.Errorf("an owner reads %v, %v", list, err)
	}
	m = w.notify(m)
	for i := range 5 {
		w.cast(m, i, map[bool]string{true: tally.Yes, false: tally.No}[i < 3])
	}
	w.closed(m)
	if _, err := w.s.Publish(ctx, w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	got := w.view(m).Result.Tally.Motions[0]
	if got.Result.Outcome != "pass" || got.Result.Returned.Heads != 5 {
		t.Errorf("the result counts everybody: %s, %d", got.Result.Outcome, got.Result.Returned.Heads)
	}
	l := got.Debtors
	if l == nil || l.Seats.Heads != 2 || l.Result.Returned.Heads != 3 || l.Result.Scope.Heads != 6 || l.Result.Outcome != "fail" || !l.Turns || !strings.Contains(l.Clause, "测试") {
		t.Fatalf("with the clause: %+v", l)
	}
	if _, err = w.s.AnswerDebt(ctx, w.chair, m.ID, contested.ID, false, "收据是别户的"); err == nil {
		t.Error("an answer after the result was published")
	}
	w.verify(m)
	var bundle bytes.Buffer
	if _, err := w.s.OwnersBundle(ctx, w.owners[5], m.ID, &bundle); err != nil || bytes.Contains(bundle.Bytes(), []byte(`{"seat":1}`)) || !bytes.Contains(bundle.Bytes(), []byte("debtors_sha256")) {
		t.Errorf("an owner's bundle tells who owes, or lacks the hash of the list: %v", err)
	}
	w.clock.Advance(8 * 24 * 3600 * 1e9)
	if _, err := w.s.Certify(ctx, w.fresh, m.ID); err != nil {
		t.Fatal(err)
	}
	if said := w.board.published[len(w.board.published)-1].Body; !strings.Contains(said, "结果：通过") || !strings.Contains(said, "不计入、仍留在总数里的话：未通过") || !strings.Contains(said, "结果不同") {
		t.Errorf("the board says %s", said)
	}
}

// TestAnsweredDebts: an objection is answered by another person than who entered the debt; refused, the list stands.
func TestAnsweredDebts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx := t.Context()
	w.local("voting.debtors_limited", "yes")
	m := w.call()
	kept, gone := w.owes(m, 0), w.owes(m, 1)
	m = w.after(m)
	for i, d := range []*assembly.Debtor{kept, gone} {
		if _, err := w.s.ObjectDebt(ctx, w.owners[i], m.ID, d.ID, "我没有欠费"); err != nil {
			t.Fatal(err)
		}
		_, err := w.s.ObjectDebt(ctx, w.owners[i], m.ID, d.ID, "我没有欠费")
		refused(t, "twice", err, assembly.ErrDebtor)
		_, err = w.s.AnswerDebt(ctx, w.chair, m.ID, d.ID, i == 1, "已经核对过账单")
		refused(t, "by who entered it", err, assembly.ErrSamePerson)
		_, err = w.s.AnswerDebt(ctx, w.member, m.ID, d.ID, i == 1, "已经核对过账单")
		refused(t, "answered by who confirmed it", err, assembly.ErrSamePerson)
		if _, err = w.s.AnswerDebt(ctx, w.community, m.ID, d.ID, i == 1, "已经核对过账单"); err != nil {
			t.Fatal(err)
		}
	}
	m = w.notify(m)
	w.cast(m, 0, tally.Yes)
	w.cast(m, 1, tally.Yes)
	w.closed(m)
	if _, err := w.s.Publish(ctx, w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	if l := w.view(m).Result.Tally.Motions[0].Debtors; l.Seats.Heads != 1 || l.Result.Returned.Heads != 1 {
		t.Errorf("%+v", l)
	}
}

// TestNoListWithoutAClause: where the estate has no clause, everybody votes and there is no list.
func TestNoListWithoutAClause(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.call()
	_, err := w.s.EnterDebtor(t.Context(), w.chair, m.ID, assembly.Debt{UnitID: w.Units[0].ID, Owed: "2025年1月起的物业费", FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h"})
	refused(t, "without a clause", err, assembly.ErrNoDebtClause)
	m = w.notify(w.after(m))
	w.cast(m, 0, tally.Yes)
	w.closed(m)
	if _, err := w.s.Publish(t.Context(), w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	if l := w.view(m).Result.Tally.Motions[0].Debtors; l != nil {
		t.Errorf("%+v", l)
	}
}

// after brings a drafted meeting to its frozen roll.
func (w *world) after(m *assembly.Meeting) *assembly.Meeting {
	w.t.Helper()
	m, err := w.s.Post(w.t.Context(), w.chair, m.ID, w.clock.Now().AddDate(0, 0, 7))
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(8 * 24 * 3600 * 1e9)
	return w.freeze(m)
}
