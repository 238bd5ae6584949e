package complaint_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// yes and no are ratings of somebody who is content with all, and with nothing.
var (
	yes = complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Yes}
	no  = complaint.Rating{Response: complaint.No, Solved: complaint.No, Satisfied: complaint.No}
)

// handled files a complaint, and has its lead accept and answer it and the complainant rate and confirm it.
func (w *cast) handled(t *testing.T, by, lead org.Actor, d complaint.Draft, r *complaint.Rating) *complaint.Case {
	t.Helper()
	c := w.file(t, by, d)
	w.ok(t, lead, c.ID, complaint.Accept, complaint.Input{})
	w.ok(t, lead, c.ID, complaint.Answer, report("已处理"))
	if r != nil {
		w.ok(t, by, c.ID, complaint.Rate, complaint.Input{Rating: r})
	}
	return w.ok(t, by, c.ID, complaint.Confirm, complaint.Input{})
}

// numbered is a draft with a ref of its own.
func (w *cast) numbered(matter, ref string) complaint.Draft {
	d := w.draft(matter)
	d.ClientRef = ref
	return d
}

// TestWeightsMustAddUp: what cannot score is refused when it is entered and again when it is confirmed; where an older
// program let it in, it counts as unset and the figures go on without scores.
func TestWeightsMustAddUp(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	s := org.New(w.DB, w.Vault, nil, nil)
	second := w.Officer(w.Code("housing-bureau"), org.Clerk)
	enter := func(value string) (*org.LocalValue, error) {
		return s.EnterValue(t.Context(), w.bureau, "duyun-2020", org.NewLocalValue{Name: rulepack.RateWeights, Value: value, Article: "某通知第三条", EffectiveOn: w.clock.Now()})
	}
	for _, bad := range []string{"30；35；35", "3000；3500", "3000；3500；3500；0", "-1；5001；5000", "一半；一半；0", "10000；0；9223372036854775807"} {
		if _, err := enter(bad); !errors.Is(err, rulepack.ErrBadValue) {
			t.Errorf("entered %s: %v", bad, err)
		}
	}
	old := org.LocalValue{Name: rulepack.RateWeights, Value: "30；35；35", Article: "某通知第三条", EffectiveOn: org.DayOf(w.clock.Now()), State: "proposed", EnteredBy: w.bureau.PersonID, EnteredAt: w.clock.Now()}
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error { return tx.Create(&old).Error }); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmValue(t.Context(), second, old.ID, true, ""); !errors.Is(err, rulepack.ErrBadValue) {
		t.Errorf("confirmed: %v", err)
	}
	w.handled(t, w.owner, w.enforcement, w.draft(w.matterLedBy(t, "urban-enforcement")), &yes)
	period := complaint.Period{From: w.clock.Now().Add(-time.Hour), To: w.clock.Now().Add(time.Hour)}
	w.rule(t, rulepack.RateWeights, "30；35；35")
	us, err := w.s.Figures(t.Context(), w.bureau, period)
	if err != nil || len(us) != 1 || us[0].Score != nil {
		t.Errorf("with a stored value that cannot be used: %+v, %v", us, err)
	}
	good, err := enter("3000；3500；3500")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmValue(t.Context(), second, good.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if us, err = w.s.Figures(t.Context(), w.bureau, period); err != nil || us[0].Score == nil || *us[0].Score != 10_000 {
		t.Errorf("with good weights: %+v, %v", us, err)
	}
}

// TestAScoreIsRoundedLikeARate: two of three in everything is 66.67, as each of the three rates is.
func TestAScoreIsRoundedLikeARate(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, rulepack.RateWeights, "3000；3500；3500")
	from := w.clock.Now().Add(-time.Hour)
	for i, r := range []complaint.Rating{yes, yes, no} {
		w.handled(t, w.owner, w.enforcement, w.numbered(w.matterLedBy(t, "urban-enforcement"), fmt.Sprint(i)), &r)
	}
	us, err := w.s.Figures(t.Context(), w.bureau, complaint.Period{From: from, To: w.clock.Now().Add(time.Hour)})
	if err != nil || len(us) != 1 {
		t.Fatal(us, err)
	}
	if bp, _ := us[0].People(complaint.PeopleSatisfied).BasisPoints(); *us[0].Score != 6667 || *us[0].Score != bp {
		t.Errorf("score %d, rate %d", *us[0].Score, bp)
	}
}

// TestALongRevisionIsProved: the trail holds what proves a revision, whatever its length; the row holds the revision.
func TestALongRevisionIsProved(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	var r rulepack.Revision
	for i := range 60 {
		r.Duties = append(r.Duties, rulepack.Duty{Clause: fmt.Sprintf("九(一)%d", i), Text: strings.Repeat("依法查处违法行为", 60), Units: []string{"urban-enforcement"}})
	}
	v, err := w.s.Revise(t.Context(), w.bureau, r, "修订清单", "某通知第三条")
	if err != nil {
		t.Fatalf("%.300s", fmt.Sprint(fault.Of(err), err))
	}
	var e audit.Entry
	err = w.DB.View(t.Context(), func(tx *store.Tx) error {
		return tx.Where("verb = 'mandate.revise' AND subject_id = ?", v.ID).Take(&e).Error
	})
	if err != nil || len(e.Detail) > 500 || !strings.Contains(e.Detail, `"duties":60`) || !strings.Contains(e.Detail, `"sha256":"`) {
		t.Errorf("%d bytes in the trail: %.200s, %v", len(e.Detail), e.Detail, err)
	}
}

// TestAStrayOfficeNeverLeads: a reopening that names an office nobody asked for leaves the stay where the case is.
func TestAStrayOfficeNeverLeads(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	from := w.clock.Now().Add(-time.Hour)
	c := w.handled(t, w.owner, w.enforcement, w.draft(w.matterLedBy(t, "urban-enforcement")), nil)
	w.clock.Advance(24 * time.Hour)
	w.ok(t, w.office, c.ID, complaint.Reopen, complaint.Input{Text: "还没有办好", ToID: w.fire.OrganisationID()})
	w.clock.Advance(240 * time.Hour)
	rows, err := w.s.ListDwell(t.Context(), w.bureau, complaint.Period{From: from, To: w.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, d := range rows {
		if d.OrganisationID == w.fire.OrganisationID() {
			t.Errorf("fire, which never had it: %+v", d)
		}
		found = found || (d.OrganisationID == w.enforcement.OrganisationID() && d.State == complaint.Returned && d.LongestWaiting == 240*time.Hour)
	}
	if !found {
		t.Errorf("the lead's stay is lost: %+v", rows)
	}
}
