package assembly_test

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

func days(n string) assembly.RuleField {
	return assembly.RuleField{Key: "meeting.objection_days", Value: n, Clause: "第19条"}
}

// TestRulesOfTheFreezeGovern: a meeting follows the version that was confirmed when its roll was frozen: none that was entered before and is
// confirmed after, none that takes effect before voting opens, and no covenant that came later.
func TestRulesOfTheFreezeGovern(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx := t.Context()
	r := w.inForce(w.rules(assembly.Procedure, w.clock.Now(), days("10")))
	c := w.inForce(w.rules(assembly.Covenant, w.clock.Now(), assembly.RuleField{Key: "ballot.change", Value: "none", Clause: "第3条"}))
	w.inForce(w.rules(assembly.Procedure, w.clock.Now().AddDate(0, 0, 9), days("11"))) // after the freeze, by the notice
	m := w.post(w.call(), w.clock.Now().AddDate(0, 0, 7))
	w.clock.Advance(8 * day)
	waits, err := w.s.EnterRulebook(ctx, w.chair, w.rules(assembly.Procedure, w.clock.Now(), days("1")))
	if err != nil {
		t.Fatal(err)
	}
	m = w.freeze(m)
	if v := w.view(m); v.RulesID != r.ID || v.CovenantID != c.ID {
		t.Errorf("frozen under %d and %d, want %d and %d", v.RulesID, v.CovenantID, r.ID, c.ID)
	}
	if err := w.s.ConfirmRulebook(ctx, w.member, waits.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	w.inForce(w.rules(assembly.Covenant, w.clock.Now(), assembly.RuleField{Key: "ballot.change", Value: "until_close", Clause: "第3条"}))
	w.clock.Advance(day)
	m = w.notifyOnly(m)
	if v := w.view(m); v.Terms.ObjectionDays != 10 || v.Terms.Change != "none" || v.RulesID != r.ID || v.CovenantID != c.ID {
		t.Errorf("%+v under %d and %d", v.Terms, v.RulesID, v.CovenantID)
	}
	w.clock.Advance(30 * day)
	next := w.view(w.notifyOnly(w.frozen()))
	if next.Terms.ObjectionDays != 11 || next.Terms.Change != "until_close" {
		t.Errorf("the next meeting does not follow what holds by then: %+v", next.Terms)
	}
}

// TestRulesBeginAfterTheirDecision: a version holds from no day before its certificate, or where no meeting here adopted it, before it is
// confirmed.
func TestRulesBeginAfterTheirDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx := t.Context()
	m, certified := w.adopts()
	w.clock.Advance(5 * day)
	in := w.rules(assembly.Procedure, certified.AddDate(0, 0, -1), days("10"))
	in.MeetingID, in.Evidence = m.ID, ""
	if _, err := w.s.EnterRulebook(ctx, w.chair, in); fault.Of(err).Kind != fault.Invalid || fault.Of(err).Fields[0].Path != "effective_on" {
		t.Errorf("before the certificate: %v", err)
	}
	in.EffectiveOn = org.DayOf(certified)
	w.inForce(in)
	old := w.rules(assembly.Covenant, w.clock.Now().AddDate(0, 0, -1), days("10"))
	if _, err := w.s.EnterRulebook(ctx, w.chair, old); fault.Of(err).Kind != fault.Invalid || fault.Of(err).Fields[0].Path != "effective_on" {
		t.Errorf("backdated, on paper evidence: %v", err)
	}
	old.EffectiveOn, old.ClientRef = w.clock.Now(), w.once()
	r, err := w.s.EnterRulebook(ctx, w.chair, old)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(day)
	if err := w.s.ConfirmRulebook(ctx, w.member, r.ID, true, ""); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("confirmed the day after it is to hold: %v", err)
	}
}

// TestRevokedRulesGovernNoMore: when a court revokes the decision that adopted a version, the one before it holds again for every meeting
// whose notice is not out, and the list says why; a noticed meeting keeps its terms.
func TestRevokedRulesGovernNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx := t.Context()
	first := w.inForce(w.rules(assembly.Procedure, w.clock.Now(), days("6")))
	adopting, _ := w.adopts()
	in := w.rules(assembly.Procedure, w.clock.Now(), days("20"))
	in.MeetingID, in.Evidence = adopting.ID, ""
	second := w.inForce(in)
	w.clock.Advance(day)
	noticed, frozen := w.notifyOnly(w.frozen()), w.frozen()
	if v := w.view(frozen); v.RulesID != second.ID {
		t.Fatalf("frozen under %d, want %d", v.RulesID, second.ID)
	}
	w.clock.Advance(day)
	if _, err := w.s.Revoke(ctx, w.Officer(w.Township, org.Head), adopting.ID, "某某法院（2026）黔27民初1号判决撤销", nil); err != nil {
		t.Fatal(err)
	}
	if v := w.view(noticed); v.Terms.ObjectionDays != 20 || v.RulesID != second.ID {
		t.Errorf("a noticed meeting's terms moved: %+v", v.Terms)
	}
	if v := w.view(w.notifyOnly(frozen)); v.Terms.ObjectionDays != 6 || v.RulesID != first.ID {
		t.Errorf("a revoked version governs: %+v under %d", v.Terms, v.RulesID)
	}
	if v := w.view(w.notifyOnly(w.frozen())); v.Terms.ObjectionDays != 6 {
		t.Errorf("a revoked version governs a later meeting: %+v", v.Terms)
	}
	list, err := w.s.ListRulebooks(ctx, w.owners[0], w.Estate.ID, assembly.Procedure)
	if err != nil || len(list) != 2 || list[0].InForce || list[0].RevokedAt == nil || list[0].RevokedFor == "" || !list[1].InForce || list[1].RevokedAt != nil {
		t.Errorf("%v %+v", err, list)
	}
	in.ClientRef, in.EffectiveOn = w.once(), w.clock.Now()
	_, err = w.s.EnterRulebook(ctx, w.chair, in)
	refused(t, "entered again on the revoked decision", err, assembly.ErrNotAdopted)
}

// adopts lets a meeting pass new rules of procedure, to its certificate.
func (w *world) adopts() (*assembly.Meeting, time.Time) {
	w.t.Helper()
	m := w.open(func(c *assembly.Call) {
		c.Motions = []assembly.Proposal{{Title: "修改议事规则", Body: "第19条改为二十日。", Matter: "rules", Question: tally.Question{Kind: tally.Motion}}}
	})
	for i := range 3 {
		w.cast(m, i, tally.Yes)
	}
	w.closed(m)
	w.certified(m)
	return m, *w.view(m).CertifiedAt
}
