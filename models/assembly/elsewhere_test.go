package assembly_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// record is the record of a count of four homes: two for the first motion, one against; on the second all three for it.
func (w *world) record(m *assembly.Meeting) assembly.Official {
	all := w.view(m).AreaMilli
	return assembly.Official{Platform: "社区居委会在社区会议室", FileIDs: []int64{1, 2}, ClientRef: w.once(), InputHash: "h", Motions: []assembly.OfficialMotion{
		{Position: 1, Returned: figures(3, all), Void: figures(1, 0), Items: []assembly.OfficialItem{{Yes: figures(2, 177_000), No: figures(1, all-177_000)}}},
		{Position: 2, Returned: figures(3, all), Items: []assembly.OfficialItem{{Yes: figures(3, all)}}},
	}}
}

// tells checks that a refusal says what to do.
func tells(t *testing.T, what string, err, want error, words string) {
	t.Helper()
	if refused(t, what, err, want); err != nil && !strings.Contains(fault.Of(err).Message, words) {
		t.Errorf("%s: %q does not say %q", what, fault.Of(err).Message, words)
	}
}

// TestPaperCountedElsewhere: of a vote on paper for which this system issued no form, the result comes from the record of the count: entered
// with its evidence by one, confirmed by another, judged by the frozen roll, certified by a third. Nothing of it is published before, and
// no paper is taken beside it.
func TestPaperCountedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx := t.Context()
	m := w.open(onPaper, two)
	in := w.record(m)
	_, err := w.s.EnterOfficial(ctx, w.chair, m.ID, in)
	refused(t, "a result before the close", err, assembly.ErrState)
	w.closed(m)
	_, err = w.s.Publish(ctx, w.chair, m.ID)
	tells(t, "a result that nobody entered", err, assembly.ErrNoOfficial, "请先登记计票结果和证据")
	bare := in
	bare.FileIDs = nil
	_, err = w.s.EnterOfficial(ctx, w.chair, m.ID, bare)
	refused(t, "without evidence", err, fault.ErrInvalid)
	row, err := w.s.EnterOfficial(ctx, w.chair, m.ID, in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Publish(ctx, w.chair, m.ID)
	tells(t, "a result that nobody confirmed", err, assembly.ErrNoOfficial, "由另一人对照证据核对")
	_, err = w.s.ConfirmOfficial(ctx, w.chair, m.ID, row.ID, row.SHA256)
	refused(t, "confirmed by who entered", err, assembly.ErrSamePerson)
	_, err = w.s.OpenBox(ctx, w.chair, m.ID, w.box())
	tells(t, "a box beside it", err, assembly.ErrNoPapers, "重新登记")
	_, err = w.s.IssueForms(ctx, w.chair, m.ID, []int{1}, 0)
	tells(t, "a form beside it", err, assembly.ErrNoPapers, "重新登记")
	if _, err := w.s.ConfirmOfficial(ctx, w.member, m.ID, row.ID, row.SHA256); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Publish(ctx, w.chair, m.ID); err != nil {
		t.Fatal(err)
	}
	papers, _, err := w.s.OwnSeats(ctx, w.owners[0], m.ID)
	if err != nil || len(papers) != 1 || !papers[0].Away {
		t.Errorf("the owner is not told that the ballots are elsewhere: %+v %v", papers, err)
	}
	w.clock.Advance(8 * 24 * time.Hour)
	_, err = w.s.Certify(ctx, w.member, m.ID)
	refused(t, "certified by who confirmed the numbers", err, assembly.ErrSamePerson)
	if _, err := w.s.Certify(ctx, w.fresh, m.ID); err != nil {
		t.Fatal(err)
	}
	st := w.view(m).Result
	if st.Tally != nil || st.Imported == nil || st.Imported.Motions[0].Items[0].Strict.Outcome != tally.Pass || st.Imported.Motions[1].Items[0].Strict.Outcome != tally.Pass {
		t.Fatalf("%+v", st)
	}
	body := w.board.published[len(w.board.published)-1].Body
	for _, want := range []string{"本次表决用纸质票，不在本系统计票（社区居委会在社区会议室）", "2/3人", row.SHA256} {
		if !strings.Contains(body, want) {
			t.Errorf("the board does not say %q: %s", want, body)
		}
	}
	if strings.Contains(body, "平台") {
		t.Errorf("the board speaks of a platform: %s", body)
	}
}

// TestNothingToRecount: a bundle of ballots that are counted elsewhere is refused for what it is, before and after the certificate, and nobody is noted as
// having taken one.
func TestNothingToRecount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.recorded(onPaper)
	for _, at := range []string{"before", "after"} {
		_, err := w.s.PublicBundle(t.Context(), m.ID, &bytes.Buffer{})
		tells(t, at+" the certificate, anybody", err, assembly.ErrElsewhere, "不在本系统计票")
		_, err = w.s.OwnersBundle(t.Context(), w.owners[0], m.ID, &bytes.Buffer{})
		tells(t, at+" the certificate, an owner", err, assembly.ErrElsewhere, "召集单位")
		if at == "before" {
			w.certified(m)
		}
	}
	official := w.open(func(c *assembly.Call) { c.Channel = assembly.OnOfficial }, two)
	_, err := w.s.PublicBundle(t.Context(), official.ID, &bytes.Buffer{})
	refused(t, "of the government's platform", err, assembly.ErrElsewhere)
	var n int64
	w.tx(func(tx *store.Tx) error { return tx.Model(&assembly.Download{}).Count(&n).Error })
	if n != 0 {
		t.Errorf("%d downloads of nothing are noted", n)
	}
}

// recorded brings a meeting to a result from elsewhere that two people entered and confirmed.
func (w *world) recorded(channel func(*assembly.Call)) *assembly.Meeting {
	w.t.Helper()
	m := w.open(channel, two)
	w.closed(m)
	row, err := w.s.EnterOfficial(w.t.Context(), w.chair, m.ID, w.record(m))
	if err == nil {
		_, err = w.s.ConfirmOfficial(w.t.Context(), w.member, m.ID, row.ID, row.SHA256)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// TestPaperCountedHere: once this system has issued a form, a result from elsewhere is refused with what to do, and the forms are counted.
func TestPaperCountedHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.open(onPaper, two)
	number := w.issue(m, 1)[0].Number
	w.receive(m, number)
	w.closed(m)
	_, err := w.s.EnterOfficial(t.Context(), w.chair, m.ID, w.record(m))
	tells(t, "a result beside forms", err, assembly.ErrNotOfficial, "请开箱、录入、复核以后公布")
	w.opened(m, number)
	w.read(m, number, tally.Yes, tally.No)
	if st := w.certified(m); st.Imported != nil || st.Tally.Motions[0].Result.Items[0].Yes.Heads != 1 {
		t.Errorf("%+v", st)
	}
	w.verify(m)
}

// TestVerifyImported: a certified result from elsewhere holds, and each row that somebody turns in the database is named.
func TestVerifyImported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	paper := w.recorded(onPaper)
	w.certified(paper)
	w.certified(w.recorded(func(c *assembly.Call) { c.Channel = assembly.OnOfficial }))
	w.issue(w.open(onPaper), 1)
	if c, err := w.verified(); err != nil || c.Outcomes != 4 {
		t.Fatalf("an honest database: %+v %v", c, err)
	}
	for _, x := range []struct{ what, table, where, set, want string }{
		{"another number", "official_results", "meeting_id = {m}", `body = REPLACE(body, '"heads":2', '"heads":3')`, "is not the one that was certified"},
		{"another hash", "official_results", "meeting_id = {m}", "sha256 = '" + strings.Repeat("0", 64) + "'", "is not the one that was certified"},
		{"no confirmation", "official_results", "meeting_id = {m}", "state = 'entered'", "is not the one that was certified"},
		{"confirmed by who entered", "official_results", "meeting_id = {m}", "confirmed_by = entered_by", "no other person confirmed"},
		{"a form of this system beside it", "paper_forms", "meeting_id <> {m}", "meeting_id = {m}", "paper forms: 还没有开箱"},
		{"a confirmation that never was", "audit_entries", "verb = 'assembly.confirm_official' AND subject_id = {m}", `detail = REPLACE(detail, 'sha256', 'sha')`, "knows of no confirmation"},
	} {
		r := strings.NewReplacer("{m}", fmt.Sprint(paper.ID))
		restore := w.turned(x.table, r.Replace(x.where), r.Replace(x.set))
		if _, err := w.verified(); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.what, err, x.want)
		}
		restore()
	}
	if _, err := w.verified(); err != nil {
		t.Errorf("put back: %v", err)
	}
}

// TestRulesByAnImportedDecision: what owners adopted is in force whoever counted.
func TestRulesByAnImportedDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	m := w.recorded(func(c *assembly.Call) {
		c.Channel, c.Motions = assembly.OnPaper, []assembly.Proposal{{Title: "修改议事规则", Body: "第19条改为十日。", Matter: "rules", Question: tally.Question{Kind: tally.Motion}}}
	})
	w.certified(m)
	in := w.rules(assembly.Procedure, w.clock.Now(), assembly.RuleField{Key: "meeting.objection_days", Value: "10", Clause: "第19条"})
	in.MeetingID, in.Evidence = m.ID, ""
	if _, err := w.s.EnterRulebook(t.Context(), w.chair, in); err != nil {
		t.Error(err)
	}
	in.Kind, in.ClientRef = assembly.Covenant, w.once()
	_, err := w.s.EnterRulebook(t.Context(), w.chair, in)
	refused(t, "the covenant by the motion on the rules", err, assembly.ErrNotAdopted)
}
