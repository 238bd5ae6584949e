package assembly_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// onPaper makes a meeting one that binds on paper.
func onPaper(c *assembly.Call) { c.Channel = assembly.OnPaper }

// two gives a meeting a second motion.
func two(c *assembly.Call) {
	c.Motions = append(c.Motions, assembly.Proposal{Title: "改建门卫室为快递驿站", Body: "改变门卫室的用途。", Matter: "common_parts", Question: tally.Question{Kind: tally.Motion}})
}

// term changes a value that newWorld has set, or sets one.
func (w *world) term(key, value string) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error { return tx.Where("name = ?", key).Delete(&org.LocalValue{}).Error })
	w.local(key, value)
}

// issue gives forms to seats, in their order.
func (w *world) issue(m *assembly.Meeting, seats ...int) []assembly.Form {
	w.t.Helper()
	forms, err := w.s.IssueForms(w.t.Context(), w.chair, m.ID, seats, 0)
	if err != nil || len(forms) != len(seats) {
		w.t.Fatalf("%d forms: %v", len(forms), err)
	}
	return forms
}

func (w *world) receive(m *assembly.Meeting, number string) *assembly.FormReceipt {
	w.t.Helper()
	r, err := w.s.ReceiveForm(w.t.Context(), w.chair, m.ID, number)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// box is an opening before two neighbours.
func (w *world) box(found ...string) assembly.Box {
	return assembly.Box{Place: "社区会议室", Scrutineers: []assembly.Scrutineer{{Name: "王监票", Phone: "13700000001", As: "业主代表", Independent: true}, {Name: "李监票", Phone: "13700000002", As: "社区工作人员", Independent: true}},
		Found: found, Minutes: "封条完好，当众开箱清点。", ClientRef: w.once(), InputHash: "h"}
}

func (w *world) opened(m *assembly.Meeting, found ...string) {
	w.t.Helper()
	if _, err := w.s.OpenBox(w.t.Context(), w.chair, m.ID, w.box(found...)); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.s.SignOpening(w.t.Context(), w.member, m.ID, []int64{1}); err != nil {
		w.t.Fatal(err)
	}
}

// says is a look at a form: one choice for each motion, or "void:reason".
func (w *world) says(choices ...string) assembly.Read {
	in := assembly.Read{FileID: 1, ClientRef: w.once(), InputHash: "h"}
	for i, c := range choices {
		reason, void := strings.CutPrefix(c, "void:")
		x := assembly.ReadChoice{Position: i + 1, Choice: c}
		if void {
			x.Choice, x.Void = "", reason
		}
		in.Choices = append(in.Choices, x)
	}
	return in
}

// read enters a form by one person and confirms it by another.
func (w *world) read(m *assembly.Meeting, number string, choices ...string) {
	w.t.Helper()
	for i, who := range []org.Actor{w.chair, w.member} {
		l, err := w.s.ReadForm(w.t.Context(), who, m.ID, number, w.says(choices...))
		if err != nil || l.State != []assembly.FormState{assembly.FormEntered, assembly.FormConfirmed}[i] {
			w.t.Fatalf("look %d: %+v %v", i+1, l, err)
		}
	}
}

// TestPaperMeeting walks a meeting on paper alone from the first form to the certificate.
func TestPaperMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	ctx := t.Context()
	m := w.open(onPaper, two)
	_, err := w.s.Cast(ctx, w.ballot(m, 0, "yes"))
	refused(t, "a phone in a meeting on paper", err, assembly.ErrElectronic)

	forms := w.issue(m, 1, 2, 3, 4, 5, 6)
	if again := w.issue(m, 3); again[0].ID != forms[2].ID {
		t.Errorf("a second form for a seat: %s", again[0].Number)
	}
	next, err := w.s.ReplaceForm(ctx, w.chair, m.ID, forms[1].Number, "填坏了", 0)
	if err != nil || next.Number == forms[1].Number || next.SeatNo != 2 {
		t.Fatalf("replaced by %+v: %v", next, err)
	}
	_, err = w.s.ReceiveForm(ctx, w.chair, m.ID, forms[1].Number)
	refused(t, "a dead number", err, assembly.ErrFormDead)
	_, err = w.s.ReceiveForm(ctx, w.chair, m.ID, "00001-59")
	refused(t, "two digits swapped", err, assembly.ErrFormNumber)
	_, err = w.s.ReceiveForm(ctx, w.chair, m.ID, "H19990101-0001/"+forms[0].Number)
	refused(t, "a form of another meeting", err, assembly.ErrNoForm)

	w.clock.Advance(time.Hour)
	in := []string{forms[0].Number, next.Number, forms[2].Number, forms[3].Number, forms[4].Number}
	first := w.receive(m, m.Scan(in[0]))
	w.clock.Advance(time.Hour)
	if again := w.receive(m, in[0]); !again.Again || !again.Form.ReceivedAt.Equal(*first.Form.ReceivedAt) {
		t.Errorf("the second scan: %+v", again)
	}
	for _, n := range in[1:] {
		w.receive(m, n)
	}
	_, err = w.s.ReplaceForm(ctx, w.chair, m.ID, in[0], "想改主意", 0)
	refused(t, "a replacement of what is in the box", err, assembly.ErrFormIn)
	if r, err := w.s.Turnout(ctx, w.owners[5], m.ID); err != nil || r.Voted.Heads != 5 {
		t.Errorf("while voting runs: %+v %v", r, err)
	}
	_, err = w.s.OpenBox(ctx, w.chair, m.ID, w.box(in...))
	refused(t, "a box opened before the close", err, assembly.ErrState)
	_, err = w.s.ReadForm(ctx, w.chair, m.ID, in[0], w.says("yes", "yes"))
	refused(t, "choices seen before the close", err, assembly.ErrState)

	w.closed(m)
	_, err = w.s.ReceiveForm(ctx, w.chair, m.ID, forms[5].Number)
	refused(t, "a form after the close", err, assembly.ErrClosed)
	_, err = w.s.ReadForm(ctx, w.chair, m.ID, in[0], w.says("yes", "yes"))
	refused(t, "a look before the opening", err, assembly.ErrBoxNotOpened)
	_, err = w.s.Publish(ctx, w.chair, m.ID)
	refused(t, "a result before the opening", err, assembly.ErrPapers)
	alone := w.box(in...)
	alone.Scrutineers = alone.Scrutineers[:1]
	_, err = w.s.OpenBox(ctx, w.chair, m.ID, alone)
	refused(t, "one scrutineer", err, assembly.ErrScrutineers)
	w.opened(m, in...)

	w.read(m, in[0], "yes", "yes")
	w.read(m, in[1], "yes", "void:several")
	w.read(m, in[2], "no", "abstain")
	_, err = w.s.Publish(ctx, w.chair, m.ID)
	refused(t, "a result with forms that nobody has read", err, assembly.ErrPapers)
	w.differ(m, in[3])
	w.unsigned(m, in[4])

	st := w.certified(m)
	one, both := st.Tally.Motions[0], st.Tally.Motions[1]
	if item := one.Result.Items[0]; item.Yes.Heads != 3 || item.No.Heads != 1 || one.Result.Void.Heads != 1 || one.Invalid != 1 {
		t.Errorf("motion 1: %+v", one)
	}
	if item := both.Result.Items[0]; item.Yes.Heads != 2 || item.Abstain.Heads != 1 || both.Result.Void.Heads != 2 {
		t.Errorf("motion 2, where a void choice is no abstention: %+v", both)
	}
	w.verify(m)
	r, err := w.s.Reconcile(ctx, w.chair, m.ID)
	if err != nil || !r.Closes() || r.Issued != 7 || r.Returned != 5 || r.Unreturned != 1 || r.Replaced != 1 || r.Found != 5 || r.Confirmed != 5 || r.Invalid != 1 {
		t.Errorf("reconciliation %+v: %v", r, err)
	}
}

// differ reads a form differently twice; a third look settles it.
func (w *world) differ(m *assembly.Meeting, number string) {
	w.t.Helper()
	ctx := w.t.Context()
	if _, err := w.s.ReadForm(ctx, w.chair, m.ID, number, w.says("yes", "yes")); err != nil {
		w.t.Fatal(err)
	}
	_, err := w.s.ReadForm(ctx, w.chair, m.ID, number, w.says("yes", "yes"))
	refused(w.t, "confirmed by who entered", err, assembly.ErrSamePerson)
	l, err := w.s.ReadForm(ctx, w.member, m.ID, number, w.says("yes", "no"))
	if err != nil || l.State != assembly.FormDiffers {
		w.t.Fatalf("a look that differs: %+v %v", l, err)
	}
	_, err = w.s.Publish(ctx, w.chair, m.ID)
	refused(w.t, "a result with a form about which two people differ", err, assembly.ErrPapers)
	if l, err = w.s.ReadForm(ctx, w.community, m.ID, number, w.says("yes", "yes")); err != nil || l.State != assembly.FormConfirmed || l.Round != 3 {
		w.t.Fatalf("the third look: %+v %v", l, err)
	}
	_, err = w.s.ReadForm(ctx, w.member, m.ID, number, w.says("yes", "yes"))
	refused(w.t, "a look after that", err, assembly.ErrFormDone)
}

// unsigned is a form that is not valid as a whole: it is kept, with its reason, and is no abstention.
func (w *world) unsigned(m *assembly.Meeting, number string) {
	w.t.Helper()
	for _, who := range []org.Actor{w.member, w.chair} {
		if _, err := w.s.ReadForm(w.t.Context(), who, m.ID, number, assembly.Read{Void: "no_signature", FileID: 1, ClientRef: w.once(), InputHash: "h"}); err != nil {
			w.t.Fatal(err)
		}
	}
	w.tx(func(tx *store.Tx) error {
		var e assembly.Envelope
		if err := tx.Where("meeting_id = ? AND void <> ''", m.ID).Take(&e).Error; err != nil {
			return err
		}
		if e.Void != assembly.InvalidForm || !strings.Contains(e.VoidFor, "没有签名") || e.PersonID != 0 || e.FormID == 0 {
			w.t.Errorf("the envelope of an unsigned form: %+v", e)
		}
		return nil
	})
}

// TestTwentyClerksOnOneForm: whoever comes second confirms, once; the ballot is cast once.
func TestTwentyClerksOnOneForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx := t.Context()
	m := w.open(onPaper)
	n := w.issue(m, 1)[0].Number
	w.receive(m, n)
	w.closed(m)
	w.opened(m, n)
	if _, err := w.s.ReadForm(ctx, w.chair, m.ID, n, w.says("yes")); err != nil {
		t.Fatal(err)
	}
	var clerks []org.Actor
	var reads []assembly.Read
	for range 20 {
		clerks, reads = append(clerks, w.Officer(w.Community, org.Clerk)), append(reads, w.says("yes"))
	}
	results := make([]error, len(clerks))
	var wg sync.WaitGroup
	for i := range clerks {
		wg.Go(func() { _, results[i] = w.s.ReadForm(ctx, clerks[i], m.ID, n, reads[i]) })
	}
	wg.Wait()
	won := -1
	for i, err := range results {
		switch {
		case err == nil && won >= 0:
			t.Error("two clerks confirmed")
		case err == nil:
			won = i
		case !errors.Is(err, assembly.ErrFormDone):
			t.Errorf("clerk %d: %v", i, err)
		}
	}
	if won < 0 {
		t.Fatal("nobody confirmed")
	}
	if l, err := w.s.ReadForm(ctx, clerks[won], m.ID, n, reads[won]); err != nil || l.State != assembly.FormConfirmed {
		t.Errorf("the same press again: %+v %v", l, err)
	}
	w.tx(func(tx *store.Tx) error {
		var envelopes, ballots int64
		err := errors.Join(tx.Model(&assembly.Envelope{}).Where("meeting_id = ?", m.ID).Count(&envelopes).Error, tx.Model(&assembly.Ballot{}).Where("meeting_id = ?", m.ID).Count(&ballots).Error)
		if envelopes != 1 || ballots != 1 {
			t.Errorf("%d envelopes, %d ballots", envelopes, ballots)
		}
		return err
	})
}

// TestBoxDiffers: what was received and what was found must agree; each difference is named and explained, and nothing is lost
// from the sum.
func TestBoxDiffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	ctx := t.Context()
	m := w.open(onPaper)
	forms := w.issue(m, 1, 2, 3, 4)
	dead := forms[3].Number
	if _, err := w.s.ReplaceForm(ctx, w.chair, m.ID, dead, "遗失后补发", 0); err != nil {
		t.Fatal(err)
	}
	w.receive(m, forms[0].Number)
	w.receive(m, forms[1].Number)
	w.closed(m)
	// One of the two is not there; one without a receipt, a dead number and a foreign piece of paper are.
	b := w.box(forms[0].Number, forms[2].Number, dead, "手写的一张")
	_, err := w.s.OpenBox(ctx, w.chair, m.ID, b)
	refused(t, "a box that differs", err, assembly.ErrBoxDiffers)
	if n := len(fault.Of(err).Fields); n != 4 {
		t.Errorf("%d differences named: %v", n, fault.Of(err).Fields)
	}
	b.Explained = map[string]string{}
	for _, n := range []string{forms[1].Number, forms[2].Number, dead, "手写的一张"} {
		b.Explained[n] = "监票人当场核对，情况属实"
	}
	if _, err := w.s.OpenBox(ctx, w.chair, m.ID, b); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.OpenBox(ctx, w.chair, m.ID, b); err != nil {
		t.Errorf("the same press again: %v", err)
	}
	_, err = w.s.OpenBox(ctx, w.chair, m.ID, w.box(forms[0].Number))
	refused(t, "a second opening", err, assembly.ErrState)
	_, err = w.s.SignOpening(ctx, w.chair, m.ID, []int64{1})
	refused(t, "signed minutes put in by who opened", err, assembly.ErrSamePerson)
	for _, n := range []string{forms[1].Number, forms[2].Number} {
		_, err = w.s.ReadForm(ctx, w.chair, m.ID, n, w.says("yes"))
		refused(t, "a form that was not there, or had no receipt", err, assembly.ErrState)
	}
	w.read(m, forms[0].Number, "yes")
	if r, err := w.s.Reconcile(ctx, w.chair, m.ID); err != nil || r.Closes() || !strings.Contains(strings.Join(r.Says, ""), "笔录") {
		t.Errorf("without the signed minutes: %+v %v", r, err)
	}
	if _, err := w.s.SignOpening(ctx, w.member, m.ID, []int64{1}); err != nil {
		t.Fatal(err)
	}
	r, err := w.s.Reconcile(ctx, w.chair, m.ID)
	if err != nil || !r.Closes() || r.Issued != 5 || r.Returned != 3 || r.Unreturned != 1 || r.Replaced != 1 || r.Missing != 1 || r.Stray != 1 || len(r.Differences) != 4 {
		t.Errorf("%+v %v", r, err)
	}

	// A row that somebody took away is missed.
	w.tx(func(tx *store.Tx) error { return tx.Where("id = ?", forms[2].ID).Delete(&assembly.Form{}).Error })
	_, err = w.s.Publish(ctx, w.chair, m.ID)
	refused(t, "a sum that does not close", err, assembly.ErrPapers)
	if !strings.Contains(fault.Of(err).Message, "发出5张，收回2张、未收回1张、换发作废1张，合计4张") {
		t.Error(fault.Of(err).Message)
	}
}

// TestPaperAgainstPhone: of a phone's ballot and a paper the frozen rule says which counts; the paper's time is its receipt, whenever
// it was read. The other is kept.
func TestPaperAgainstPhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule  string
		phone time.Duration // after the paper
		wins  string        // the phone says yes, the paper no
	}{
		{"first_valid", time.Hour, "no"}, {"first_valid", -time.Hour, "yes"}, {"app", time.Hour, "yes"}, {"app", -time.Hour, "yes"},
		{"paper", time.Hour, "no"}, {"paper", -time.Hour, "no"}, {"last_before_close", time.Hour, "yes"}, {"last_before_close", -time.Hour, "no"},
	} {
		t.Run(fmt.Sprint(c.rule, c.phone), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 4)
			w.term("ballot.which_wins", c.rule)
			m := w.open()
			n := w.issue(m, 1)[0].Number
			if c.phone < 0 {
				w.cast(m, 0, "yes")
				w.clock.Advance(time.Hour)
			}
			w.receive(m, n)
			if c.phone > 0 {
				w.clock.Advance(time.Hour)
				w.cast(m, 0, "yes")
			}
			w.closed(m)
			w.opened(m, n)
			w.read(m, n, "no")
			st := w.certified(m)
			w.verify(m)
			got := st.Tally.Motions[0]
			yes, no := int64(0), int64(0)
			if c.wins == "yes" {
				yes = 1
			} else {
				no = 1
			}
			if item := got.Result.Items[0]; item.Yes.Heads != yes || item.No.Heads != no || got.Superseded != 1 {
				t.Errorf("%+v", got)
			}
			papers, _, err := w.s.OwnSeats(t.Context(), w.owners[0], m.ID)
			if err != nil || len(papers[0].Cast) != 2 {
				t.Fatalf("the voter sees %+v %v", papers, err)
			}
			for _, v := range papers[0].Cast {
				if counts := v.Counts == "counted"; counts != (v.Way.Electronic() == (c.wins == "yes")) {
					t.Errorf("the voter is told %+v", v)
				}
			}
		})
	}
}

// TestAskedForPaper: who asked for paper has no phone until it is taken back, and that ends when the form is in the box.
func TestAskedForPaper(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx := t.Context()
	m := w.open()
	if err := w.s.AskPaper(ctx, w.owners[0], m.ID, 1, true); err != nil {
		t.Fatal(err)
	}
	_, err := w.s.Cast(ctx, w.ballot(m, 0, "yes"))
	refused(t, "a phone after paper was asked for", err, assembly.ErrPaperAsked)
	w.receive(m, w.issue(m, 1)[0].Number)
	refused(t, "taken back with the form in the box", w.s.AskPaper(ctx, w.owners[0], m.ID, 1, false), assembly.ErrAlreadyCast)
}

// TestWhoCounts: nobody opens or reads papers who works for a property company or is an agent in the meeting.
func TestWhoCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("proxy.cap", "2")
	ctx := t.Context()
	m := w.open(onPaper)
	n := w.issue(m, 1)[0].Number
	w.receive(m, n)
	staff, agent := w.Officer(w.Committee, org.Clerk), w.Officer(w.Committee, org.Clerk)
	w.employ(staff, "13711110001")
	w.called(agent, "13711110002")
	w.authorised(m, 2, "13711110002", "P-AGENT-1")
	stands := w.Officer(w.Committee, org.Clerk)
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&assembly.Candidate{MeetingID: m.ID, EstateID: m.EstateID, PersonID: stands.PersonID, Nominated: assembly.BySelf, State: assembly.Eligible, ClientRef: w.once(), At: tx.Now}).Error
	})
	w.closed(m)
	for _, who := range []org.Actor{staff, agent, stands} {
		_, err := w.s.OpenBox(ctx, who, m.ID, w.box(n))
		refused(t, "opened by somebody with an interest", err, assembly.ErrCounter)
	}
	for _, phone := range []string{"13711110001", "13711110002"} {
		b := w.box(n)
		b.Scrutineers[1].Phone = phone
		_, err := w.s.OpenBox(ctx, w.chair, m.ID, b)
		refused(t, "a scrutineer with an interest", err, assembly.ErrScrutineers)
	}
	w.opened(m, n)
	for _, who := range []org.Actor{staff, agent, stands} {
		_, err := w.s.ReadForm(ctx, who, m.ID, n, w.says("yes"))
		refused(t, "read by somebody with an interest", err, assembly.ErrCounter)
	}
	_, err := w.s.ReadForm(ctx, w.owners[1], m.ID, n, w.says("yes"))
	refused(t, "read by a resident", err, org.ErrForbidden)
	town := modelstest.NewTown(t, w.DB, w.Vault)
	_, err = w.s.ReadForm(ctx, town.Officer(town.Committee, org.Chair), m.ID, n, w.says("yes"))
	refused(t, "read by a foreign committee", err, assembly.ErrNotFound)
}

// called gives an account a phone.
func (w *world) called(a org.Actor, phone string) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Person{}).Where("id = ?", a.PersonID).Updates(map[string]any{"phone_sealed": w.Vault.Seal(phone, "persons.phone"), "phone_index": w.Vault.Index("phone", phone)}).Error
	})
}

// employ gives an account a phone and a post in the estate's property company.
func (w *world) employ(a org.Actor, phone string) {
	w.t.Helper()
	w.called(a, phone)
	w.tx(func(tx *store.Tx) error {
		p := org.Post{OrganisationID: w.Company.ID, Kind: org.Clerk, Title: "客服", CreatedAt: tx.Now}
		if err := tx.Create(&p).Error; err != nil {
			return err
		}
		holding := fmt.Sprintf("%d/holder", p.ID)
		return tx.Create(&org.PostHolder{PostID: p.ID, PersonID: a.PersonID, Role: org.Holder, Since: tx.Now, Holding: &holding}).Error
	})
}

// TestAssistedVote: a helper fills in a form in front of a second person, who says so; neither is enough alone, and the helper does
// not read it afterwards.
func TestAssistedVote(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx := t.Context()
	m := w.open()
	n := w.issue(m, 1)[0].Number
	in := assembly.Assistance{Mode: "visit", Statement: "本人视力不好，请工作人员按我说的勾选，内容无误。", SpokeAt: w.clock.Now(), FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h"}
	late := in
	late.SpokeAt = w.clock.Now().Add(time.Hour)
	_, err := w.s.RecordAssisted(ctx, w.community, m.ID, n, late)
	refused(t, "a visit that is still to come", err, fault.ErrInvalid)
	for range 2 {
		if _, err := w.s.RecordAssisted(ctx, w.community, m.ID, n, in); err != nil {
			t.Fatal(err)
		}
	}
	_, err = w.s.ReceiveForm(ctx, w.chair, m.ID, n)
	refused(t, "in the box before the second person", err, assembly.ErrNotAttested)
	_, err = w.s.AttestAssisted(ctx, w.community, m.ID, n)
	refused(t, "attested by the helper", err, assembly.ErrSamePerson)
	if _, err := w.s.AttestAssisted(ctx, w.member, m.ID, n); err != nil {
		t.Fatal(err)
	}
	w.receive(m, n)
	w.closed(m)
	w.opened(m, n)
	_, err = w.s.ReadForm(ctx, w.community, m.ID, n, w.says("yes"))
	refused(t, "read by the helper", err, assembly.ErrCounter)
	w.read(m, n, "yes")
	if st := w.certified(m); st.Tally.Motions[0].Result.Items[0].Yes.Heads != 1 {
		t.Errorf("%+v", st.Tally)
	}
	papers, _, err := w.s.OwnSeats(ctx, w.owners[0], m.ID)
	if err != nil || len(papers[0].Cast) != 1 || papers[0].Cast[0].Way != assembly.ByAssisted {
		t.Errorf("the owner sees %+v %v", papers, err)
	}
}

func figures(heads int64, milli area.Milli) *assembly.Figures {
	s := milli.String()
	return &assembly.Figures{Heads: &heads, Area: &s}
}

// TestOfficialPlatform: the government's numbers are entered by one, confirmed by another, and judged by the frozen roll; what the
// platform does not say stays unknown.
func TestOfficialPlatform(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx := t.Context()
	m := w.open(func(c *assembly.Call) { c.Channel = assembly.OnOfficial }, two)
	_, err := w.s.IssueForms(ctx, w.chair, m.ID, []int{1}, 0)
	refused(t, "a form where the platform binds", err, assembly.ErrNoPapers)
	n, all := figures, w.view(m).AreaMilli
	in := assembly.Official{Platform: "贵州省业主电子投票平台", FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h", Motions: []assembly.OfficialMotion{
		{Position: 2, Returned: n(3, all), Items: []assembly.OfficialItem{{Yes: &assembly.Figures{}}}},
		{Position: 1, Returned: n(3, all), Items: []assembly.OfficialItem{{Yes: n(2, 177_000), No: n(1, all-177_000)}}},
	}}
	_, err = w.s.EnterOfficial(ctx, w.chair, m.ID, in)
	refused(t, "a result before the close", err, assembly.ErrState)
	w.closed(m)
	_, err = w.s.Publish(ctx, w.chair, m.ID)
	refused(t, "a result that nobody entered", err, assembly.ErrNoOfficial)
	bad := in
	bad.Motions = []assembly.OfficialMotion{in.Motions[0], {Position: 1, Returned: n(1, 88_500), Items: []assembly.OfficialItem{{Yes: n(2, 177_000)}}}}
	_, err = w.s.EnterOfficial(ctx, w.chair, m.ID, bad)
	refused(t, "numbers that contradict each other", err, tally.ErrInput)
	bad.Motions = in.Motions[:1]
	_, err = w.s.EnterOfficial(ctx, w.chair, m.ID, bad)
	refused(t, "a motion left out", err, fault.ErrInvalid)
	row, err := w.s.EnterOfficial(ctx, w.chair, m.ID, in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ConfirmOfficial(ctx, w.chair, m.ID, row.ID, row.SHA256)
	refused(t, "confirmed by who entered", err, assembly.ErrSamePerson)
	_, err = w.s.ConfirmOfficial(ctx, w.member, m.ID, row.ID, "other")
	refused(t, "confirmed unread", err, assembly.ErrStale)
	_, err = w.s.Publish(ctx, w.chair, m.ID)
	refused(t, "a result that nobody confirmed", err, assembly.ErrNoOfficial)
	if _, err := w.s.ConfirmOfficial(ctx, w.member, m.ID, row.ID, row.SHA256); err != nil {
		t.Fatal(err)
	}
	st := w.certified(m)
	if st.Tally != nil || st.Imported == nil {
		t.Fatalf("%+v", st)
	}
	first, second := st.Imported.Motions[0].Items[0], st.Imported.Motions[1].Items[0]
	if first.Strict.Outcome != tally.Pass || first.WithClause.Outcome != tally.Pass || second.Strict.Outcome != tally.Undecidable {
		t.Errorf("%+v\n%+v", first, second)
	}
	body := w.board.published[len(w.board.published)-1].Body
	for _, want := range []string{"贵州省业主电子投票平台", "2/3人", "数字不全，无法判断", "yes.heads", row.SHA256} {
		if !strings.Contains(body, want) {
			t.Errorf("the board does not say %q: %s", want, body)
		}
	}
	if _, err := w.verified(); err != nil {
		t.Errorf("server verify: %v", err)
	}
}
