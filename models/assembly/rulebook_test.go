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

func (w *world) rules(kind assembly.RulebookKind, from time.Time, fields ...assembly.RuleField) assembly.NewRulebook {
	return assembly.NewRulebook{EstateID: w.Estate.ID, Kind: kind, Fields: fields, EffectiveOn: from, Evidence: "2024年第一次业主大会通过", FileIDs: []int64{1}, ClientRef: w.once(), InputHash: "h"}
}

func (w *world) inForce(in assembly.NewRulebook) *assembly.Rulebook {
	w.t.Helper()
	r, err := w.s.EnterRulebook(w.t.Context(), w.chair, in)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.s.ConfirmRulebook(w.t.Context(), w.member, r.ID, true, ""); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestRulesOfProcedure: a field is what the law leaves to them, in its bounds; another person confirms; a version holds from its day above
// the city's values, never in the past of what a notice has frozen, and says what it changed.
func TestRulesOfProcedure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx, now := t.Context(), w.clock.Now()
	for what, f := range map[string]assembly.RuleField{
		"a threshold of the law":   {Key: "meeting.petition_share", Value: ">=1/10", Clause: "第3条"},
		"what the bureau supplies": {Key: "meeting.petition_measure", Value: "heads", Clause: "第3条"},
		"an unknown key":           {Key: "meeting.tea_break", Value: "5", Clause: "第3条"},
		"a word that is not one":   {Key: "ballot.change", Value: "twice", Clause: "第3条"},
		"days out of bounds":       {Key: "meeting.objection_days", Value: "400", Clause: "第3条"},
		"no clause":                {Key: "meeting.objection_days", Value: "10"},
	} {
		if _, err := w.s.EnterRulebook(ctx, w.chair, w.rules(assembly.Procedure, now, f)); fault.Of(err).Kind != fault.Invalid || !strings.HasPrefix(fault.Of(err).Fields[0].Path, "fields[0].") {
			t.Errorf("%s: %v", what, err)
		}
	}
	ten := assembly.RuleField{Key: "meeting.objection_days", Value: "10", Clause: "第19条"}
	silence := assembly.RuleField{Key: "ballot.silence_rule", Value: "未投票的从多数", Clause: "第16条"}
	r, err := w.s.EnterRulebook(ctx, w.chair, w.rules(assembly.Procedure, now, ten, silence))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "confirmed by whoever entered it", w.s.ConfirmRulebook(ctx, w.chair, r.ID, true, ""), assembly.ErrSamePerson)
	stranger := w.Officer(w.organisationOf("别处"), org.Clerk)
	refused(t, "another estate's committee", w.s.ConfirmRulebook(ctx, stranger, r.ID, true, ""), assembly.ErrNoRulebook)
	if t1 := w.view(w.open()).Terms; t1.ObjectionDays != 7 || t1.Silence != "" {
		t.Errorf("in force before it was confirmed: %+v", t1)
	}
	if err := w.s.ConfirmRulebook(ctx, w.member, r.ID, true, ""); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("in force from a day before it was confirmed: %v", err)
	}
	if err := w.s.ConfirmRulebook(ctx, w.member, r.ID, false, "执行日期已过"); err != nil {
		t.Fatal(err)
	}
	r = w.inForce(w.rules(assembly.Procedure, w.clock.Now(), ten, silence))
	refused(t, "confirmed twice", w.s.ConfirmRulebook(ctx, w.member, r.ID, true, ""), assembly.ErrRulebook)
	w.tx(func(tx *store.Tx) error { // of a later day than the estate's own
		return tx.Create(&org.LocalValue{Name: "meeting.objection_days", Value: "8", Article: "测试", EffectiveOn: tx.Now, State: "confirmed", EnteredBy: 1, EnteredAt: tx.Now, ConfirmedBy: 2, ConfirmedAt: &tx.Now}).Error
	})
	m := w.open()
	v := w.view(m)
	if v.Terms.ObjectionDays != 10 || v.Terms.Silence == "" || v.RulesID != r.ID {
		t.Fatalf("%+v of rules %d", v.Terms, v.RulesID)
	}
	found := false
	for _, s := range v.Terms.Sources {
		if s.Key == "meeting.objection_days" {
			found = s.Article == "业主大会议事规则（第2版）第19条"
		}
	}
	if !found {
		t.Errorf("the clause is not cited: %+v", v.Terms.Sources)
	}
	w.inForce(w.rules(assembly.Procedure, w.clock.Now().AddDate(0, 0, 30), assembly.RuleField{Key: "meeting.objection_days", Value: "12", Clause: "第20条"}, assembly.RuleField{Key: "ballot.change", Value: "none", Clause: "第14条"}))
	list, err := w.s.ListRulebooks(ctx, w.owners[0], w.Estate.ID, assembly.Procedure)
	if err != nil || len(list) != 2 || list[0].InForce || !list[1].InForce || len(list[0].Changes) != 3 || list[0].Changes[0].Before.Value != "10" || list[0].Changes[2].After != nil {
		t.Fatalf("%v %+v", err, list)
	}
	w.clock.Advance(31 * day)
	if list, err = w.s.ListRulebooks(ctx, w.owners[0], w.Estate.ID, assembly.Procedure); err != nil || !list[0].InForce || list[1].InForce {
		t.Errorf("the later version does not hold from its day: %v", err)
	}
	if again := w.view(m); again.Terms.ObjectionDays != 10 || again.RulesID != r.ID {
		t.Errorf("a meeting's frozen terms moved: %+v", again.Terms)
	}
}

func (w *world) organisationOf(name string) (o org.Organisation) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		o = org.Organisation{Kind: org.Committee, Code: "else-" + w.once(), Name: name, CreatedAt: tx.Now}
		return tx.Create(&o).Error
	})
	return o
}

// TestAdoptedByAMeeting: a version that names the meeting which adopted it is taken only if that meeting passed it.
func TestAdoptedByAMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	m := w.open(func(c *assembly.Call) {
		c.Motions = []assembly.Proposal{{Title: "修改议事规则", Body: "第19条改为十日。", Matter: "rules", Question: tally.Question{Kind: tally.Motion}}}
	})
	in := w.rules(assembly.Procedure, w.clock.Now(), assembly.RuleField{Key: "meeting.objection_days", Value: "10", Clause: "第19条"})
	in.MeetingID, in.Evidence = m.ID, ""
	_, err := w.s.EnterRulebook(t.Context(), w.chair, in)
	refused(t, "before the certificate", err, assembly.ErrNotAdopted)
	for i := range 3 {
		w.cast(m, i, tally.Yes)
	}
	w.closed(m)
	w.certified(m)
	if _, err := w.s.EnterRulebook(t.Context(), w.chair, in); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("in force from before the certificate: %v", err)
	}
	in.EffectiveOn = w.clock.Now()
	if _, err := w.s.EnterRulebook(t.Context(), w.chair, in); err != nil {
		t.Error(err)
	}
	in.Kind, in.ClientRef = assembly.Covenant, w.once()
	_, err = w.s.EnterRulebook(t.Context(), w.chair, in)
	refused(t, "the covenant by the motion on the rules", err, assembly.ErrNotAdopted)
}

// TestFirstMeetingFollowsItsGroup: the estate has no rules yet, so the group's posted voting rules hold, and silence never counts.
func TestFirstMeetingFollowsItsGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.withoutCommittee()
	ctx, township := t.Context(), w.Officer(w.Township, org.Head)
	g, err := w.s.RequestGroup(ctx, township, assembly.GroupRequest{EstateID: w.Estate.ID, Kind: assembly.FirstGroup, Text: "业主书面要求", ClientRef: "g", InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	in := w.rules(assembly.VotingRules, w.clock.Now(), assembly.RuleField{Key: "meeting.objection_days", Value: "5", Clause: "第六项"})
	in.GroupID = g.ID
	_, err = w.s.EnterRulebook(ctx, township, in)
	refused(t, "voting rules of a group that is not formed", err, assembly.ErrNoGroup)
	if _, err = w.s.ListMembers(ctx, township, g.ID, w.members(4), w.clock.Now().Add(7*day)); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	if _, err := w.s.Form(ctx, township, g.ID); err != nil {
		t.Fatal(err)
	}
	bad := in
	bad.Fields = []assembly.RuleField{{Key: "ballot.silence_rule", Value: "未投票的从多数", Clause: "第七项"}}
	if _, err := w.s.EnterRulebook(ctx, township, bad); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("silence counts in a first meeting: %v", err)
	}
	in.EffectiveOn = w.clock.Now()
	r, err := w.s.EnterRulebook(ctx, township, in)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.ConfirmRulebook(ctx, w.community, r.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	old := w.rules(assembly.Procedure, w.clock.Now(), assembly.RuleField{Key: "meeting.objection_days", Value: "20", Clause: "第1条"})
	o, err := w.s.EnterRulebook(ctx, township, old)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.ConfirmRulebook(ctx, w.community, o.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	w.chair, w.member = township, w.community
	m, err := w.s.Convene(ctx, township, w.firstCall(g.ID))
	if err != nil {
		t.Fatal(err)
	}
	if m, err = w.s.Post(ctx, township, m.ID, w.clock.Now().Add(7*day)); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	if v := w.view(w.notifyOnly(w.freeze(m))); v.Terms.ObjectionDays != 5 || v.RulesID != r.ID {
		t.Errorf("%+v of rules %d", v.Terms, v.RulesID)
	}
	w.prepare()
	w.clock.Advance(91 * day)
	w.prepare()
	if v, err := w.s.FindGroup(ctx, w.owners[0], g.ID); err != nil || v.State != assembly.Done || v.OverdueAt != nil {
		t.Errorf("%v %+v", err, v)
	}
}

// TestModelTexts: the program's own until the township puts its version in front, and the earlier ones stay.
func TestModelTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	ctx, township := t.Context(), w.Officer(w.Township, org.Clerk)
	list, err := w.s.Models(ctx, w.owners[0], w.Estate.ID)
	if err != nil || len(list) != 3 {
		t.Fatal(err)
	}
	for _, m := range list {
		if !strings.Contains(m.Body, "【") || m.Version != 0 || m.From != "" {
			t.Errorf("%s: %+v", m.Kind, m)
		}
	}
	_, err = w.s.PutModel(ctx, w.community, assembly.ModelRules, "本办事处议事规则", strings.Repeat("全文", 20))
	refused(t, "the community", err, org.ErrForbidden)
	for _, body := range []string{"第一版", "第二版"} {
		if _, err := w.s.PutModel(ctx, township, assembly.ModelRules, "本办事处议事规则", strings.Repeat(body, 20)); err != nil {
			t.Fatal(err)
		}
	}
	if list, err = w.s.Models(ctx, w.chair, w.Estate.ID); err != nil || list[0].Version != 2 || !strings.HasPrefix(list[0].Body, "第二版") || list[1].Version != 0 {
		t.Errorf("%v %+v", err, list[0])
	}
	w.rows(&assembly.ModelText{}, 2)
}

func (w *world) rows(model any, want int64) {
	w.t.Helper()
	var n int64
	w.tx(func(tx *store.Tx) error { return tx.Model(model).Count(&n).Error })
	if n != want {
		w.t.Errorf("%T: %d rows, want %d", model, n, want)
	}
}
