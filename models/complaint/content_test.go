package complaint_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// rule puts a local value in force.
func (w *world) rule(t *testing.T, name, value string) {
	t.Helper()
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: name, Value: value, Article: "某通知", EffectiveOn: org.DayOf(tx.Now), State: "confirmed", EnteredAt: tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRedaction: others read what a reviewer put in the place of a text; offices and the writer read the original, and all
// read that it was done.
func TestRedaction(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("")
	d.Text = "301的张三每天半夜砸墙"
	c := w.file(t, w.owner, d)
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "j"}); err != nil {
		t.Fatal(err)
	}
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	note := w.ok(t, w.community, c.ID, complaint.Note, complaint.Input{Text: "已联系张三"})
	for _, r := range []complaint.Redaction{{Text: "有住户每天半夜砸墙", Reason: "有姓名"}, {Seq: note.Version, Text: "已联系该住户", Reason: "有姓名"}} {
		if err := w.s.Redact(t.Context(), w.township, c.ID, r); err != nil {
			t.Fatal(err)
		}
	}
	names := func(v *complaint.View) bool {
		return strings.Contains(v.Text, "张三") || slices.ContainsFunc(v.Steps, func(s complaint.StepView) bool { return strings.Contains(s.Text, "张三") })
	}
	public, err := w.s.ListNeighbours(t.Context(), w.stranger, w.Estate.ID, complaint.Filter{Limit: 5})
	if err != nil || len(public) != 1 || names(&public[0]) {
		t.Errorf("neighbours read %+v, %v", public, err)
	}
	if v := w.mine(t, w.neighbour, c.ID); names(v) {
		t.Error("another complainant reads the name")
	}
	if v := w.find(t, w.community, c.ID); !strings.Contains(v.Text, "张三") {
		t.Error("the office lost the original")
	}
	if v := w.mine(t, w.owner, c.ID); !strings.Contains(v.Text, "张三") || v.Steps[len(v.Steps)-1].Kind != complaint.Screen {
		t.Error("the writer lost the original, or does not read that it was redacted")
	}
}

// TestAbuseHasAnAppeal: nobody is restricted while the city has no rule; then for so many days at most, never from danger,
// and another office than imposed it judges the appeal.
func TestAbuseHasAnAppeal(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.file(t, w.owner, w.draft(""))
	restrict := func(days int) (*complaint.Restriction, error) {
		return w.s.Restrict(t.Context(), w.township, c.ID, c.Number, "一天投诉三十次同一内容", days)
	}
	if _, err := restrict(7); !errors.Is(err, rulepack.ErrUnset) {
		t.Fatalf("restricted without a rule: %v", err)
	}
	w.rule(t, "complaint.restrict_days", "30")
	if _, err := restrict(31); err == nil {
		t.Error("longer than the rule allows")
	}
	r, err := restrict(7)
	if err != nil {
		t.Fatal(err)
	}
	d := w.draft("")
	d.ClientRef = "again"
	if _, err := w.s.File(t.Context(), w.owner, d); !errors.Is(err, complaint.ErrRestricted) {
		t.Errorf("filed all the same: %v", err)
	}
	d.Cover = complaint.Anonymous
	if _, err := w.s.File(t.Context(), w.owner, d); !errors.Is(err, complaint.ErrRestricted) {
		t.Errorf("filed anonymously: %v", err)
	}
	d.Cover, d.Matter = "", "fire-lane"
	w.file(t, w.owner, d)
	if err := w.s.Appeal(t.Context(), w.neighbour, r.ID, "不是我"); !errors.Is(err, complaint.ErrRestriction) {
		t.Errorf("somebody else appeals: %v", err)
	}
	if err := w.s.Appeal(t.Context(), w.owner, r.ID, "每次都是不同的问题"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.DecideAppeal(t.Context(), w.township, r.ID, false, "维持"); !errors.Is(err, complaint.ErrOtherPerson) {
		t.Errorf("the same office judges its own restriction: %v", err)
	}
	if err := w.s.DecideAppeal(t.Context(), w.bureau, r.ID, true, "内容确有不同"); err != nil {
		t.Fatal(err)
	}
	d.Matter, d.ClientRef = "", "free"
	w.file(t, w.owner, d)
	if told := w.told(t); !slices.Contains(told, "complaint.restricted") || !slices.Contains(told, "complaint.appeal_lifted") {
		t.Errorf("told %v", told)
	}
}

// TestIdentitiesGo: after the city's period nothing in a closed case leads to who complained; its story and figures stay.
func TestIdentitiesGo(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	d := w.draft("")
	d.UnitID = w.Units[0].ID
	c := w.file(t, w.owner, d)
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "ref-1"}); err != nil {
		t.Fatal(err)
	}
	w.ok(t, w.community, c.ID, complaint.Accept, complaint.Input{})
	// Two people with the same ref of their own.
	for _, a := range []org.Actor{w.owner, w.neighbour} {
		w.ok(t, a, c.ID, complaint.Supply, complaint.Input{Text: "补充一点", ClientRef: "same"})
	}
	w.ok(t, w.community, c.ID, complaint.Answer, report("已处理"))
	w.ok(t, w.owner, c.ID, complaint.Confirm, complaint.Input{})
	w.ok(t, w.neighbour, c.ID, complaint.Confirm, complaint.Input{})
	w.clock.Advance(400 * 24 * time.Hour)
	if n, err := w.s.EraseClosed(t.Context()); n != 0 || err != nil {
		t.Errorf("erased %d without a rule, %v", n, err)
	}
	w.rule(t, "complaint.identity_months", "12")
	if n, err := w.s.EraseClosed(t.Context()); n != 1 || err != nil {
		t.Fatalf("erased %d, %v", n, err)
	}
	if n, err := w.s.EraseClosed(t.Context()); n != 0 || err != nil {
		t.Errorf("erased again: %d, %v", n, err)
	}
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		var n int64
		for _, q := range []struct{ table, where string }{{"case_complainants", "person_id <> 0 OR filed_by <> 0 OR open_id <> '' OR phone_index <> ''"},
			{"case_steps", "complainant_id <> 0 AND person_id <> 0"}, {"cases", "unit_id <> 0"}} {
			if err := tx.Table(q.table).Where(q.where).Count(&n).Error; err != nil || n != 0 {
				t.Errorf("%s still leads to %d, %v", q.table, n, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if v := w.find(t, w.community, c.ID); v.State != complaint.Closed || len(v.Steps) < 7 || v.People != 2 {
		t.Errorf("the story is lost: %s, %d steps", v.State, len(v.Steps))
	}
}

// TestUnknownHolidaysAreSaidAloud: near the end of what the calendar knows, until the bureau enters the year.
func TestUnknownHolidaysAreSaidAloud(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unknown := func() []int {
		years, err := w.s.WarnOfYears(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return years
	}
	if got := unknown(); len(got) != 0 {
		t.Errorf("in spring: %v", got)
	}
	w.clock.Advance(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
	if got := unknown(); !slices.Equal(got, []int{2027}) {
		t.Errorf("in November: %v", got)
	}
	w.rule(t, "calendar.days", "2027 全\n2027-02-06 休")
	if got := unknown(); len(got) != 0 {
		t.Errorf("after the bureau entered it: %v", got)
	}
}
