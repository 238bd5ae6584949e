package complaint_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// openKey registers a key and finds it as a caller who presents it.
func (w *cast) openKey(t *testing.T, label string) *complaint.OpenKey {
	t.Helper()
	_, presented, err := w.s.MakeOpenKey(t.Context(), w.bureau, label)
	if err != nil {
		t.Fatal(err)
	}
	k, err := w.s.FindOpenKey(t.Context(), presented)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (w *cast) openReport(t *testing.T) complaint.OpenReport {
	return complaint.OpenReport{Estate: w.Estate.Code, Matter: w.matterLedBy(t, "urban-enforcement"), Text: "小区门口路灯整排不亮", Name: "张三丰", Phone: "13812345678", Address: "3幢2单元502", Body: "b1"}
}

// numbers lists what anybody may read of the last 90 days.
func (w *cast) numbers(t *testing.T, f complaint.OpenFilter) []string {
	t.Helper()
	f.From, f.To, f.Limit = w.clock.Now().Add(-90*24*time.Hour), w.clock.Now(), 100
	rows, err := w.s.ListOpen(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, c := range rows {
		list = append(list, c.Number)
	}
	return list
}

// TestOpenKeys: only the bureau gives and takes keys; a key works until it is revoked, and nothing that is kept is one.
func TestOpenKeys(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	for _, a := range []org.Actor{w.community, w.township, w.office, w.owner, w.chair} {
		if _, _, err := w.s.MakeOpenKey(t.Context(), a, "某平台"); !errors.Is(err, org.ErrForbidden) {
			t.Errorf("make: %v", err)
		}
		if _, err := w.s.ListOpenKeys(t.Context(), a); !errors.Is(err, org.ErrForbidden) {
			t.Errorf("list: %v", err)
		}
		if err := w.s.RevokeOpenKey(t.Context(), a, 1); !errors.Is(err, org.ErrForbidden) {
			t.Errorf("revoke: %v", err)
		}
	}
	if _, _, err := w.s.MakeOpenKey(t.Context(), w.bureau, " "); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("without a label: %v", err)
	}
	k, key, err := w.s.MakeOpenKey(t.Context(), w.bureau, "某地图平台")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(k.DigestSealed, key) || !strings.Contains(k.DigestSealed, ".") {
		t.Errorf("kept: %s", k.DigestSealed)
	}
	if found, err := w.s.FindOpenKey(t.Context(), " "+key+" "); err != nil || found.ID != k.ID {
		t.Errorf("presented: %v", err)
	}
	for _, wrong := range []string{"", "-", "xyz", key + "A", key[:len(key)-1], fmt.Sprintf("%d-", k.ID), "999" + key, strings.Repeat("9", 400), "1-" + strings.Repeat("A", 4000), "1' OR '1'='1-x"} {
		if _, err := w.s.FindOpenKey(t.Context(), wrong); !errors.Is(err, complaint.ErrOpenKey) {
			t.Errorf("%.40q: %v", wrong, err)
		}
	}
	if err := w.s.RevokeOpenKey(t.Context(), w.bureau, k.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.FindOpenKey(t.Context(), key); !errors.Is(err, complaint.ErrOpenKey) {
		t.Errorf("revoked: %v", err)
	}
	if err := w.s.RevokeOpenKey(t.Context(), w.bureau, k.ID); !errors.Is(err, complaint.ErrOpenKeyGone) {
		t.Errorf("revoked twice: %v", err)
	}
	rows, err := w.s.ListOpenKeys(t.Context(), w.bureau)
	if err != nil || len(rows) != 1 || rows[0].RevokedAt == nil {
		t.Errorf("%+v, %v", rows, err)
	}
}

// TestFileOpen: a real case, routed as any other; the reporter sealed, or unknown without a phone; e-mail never comes
// this far. What the place says stays with the offices.
func TestFileOpen(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	k := w.openKey(t, "某地图平台")
	in := w.openReport(t)
	in.MediaURL = "https://pictures.example/1.jpg"
	c, err := w.s.FileOpen(t.Context(), k, in)
	if err != nil {
		t.Fatal(err)
	}
	if c.Source != complaint.FromOpen311 || c.State != complaint.Dispatched || c.LeadID != w.enforcement.Post.OrganisationID || c.EstateID != w.Estate.ID || c.Visibility != complaint.Public || c.Display != complaint.Review {
		t.Fatalf("%+v", c)
	}
	v := w.find(t, w.enforcement, c.ID)
	if d := v.Steps[0].Detail; !strings.Contains(d, "某地图平台") || !strings.Contains(d, in.MediaURL) || strings.Contains(d, "138") || strings.Contains(d, "张三丰") {
		t.Errorf("beside the first step: %s", d)
	}
	got, err := w.s.RevealComplainant(t.Context(), w.enforcement, c.ID, "", "需要联系核实")
	if err != nil || got.Name != "张三丰" || got.Phone != in.Phone {
		t.Errorf("%+v, %v", got, err)
	}
	var kept complaint.Complainant
	err = w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Where("case_id = ?", c.ID).Take(&kept).Error })
	if err != nil || kept.Hidden != complaint.Sealed || strings.Contains(fmt.Sprint(kept), "张三丰") || strings.Contains(fmt.Sprint(kept), in.Phone) || kept.InputHash == in.Body {
		t.Errorf("%+v, %v", kept, err)
	}
	in.Name, in.Phone, in.Body = "", "", "anonymous"
	if c, err = w.s.FileOpen(t.Context(), k, in); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.RevealComplainant(t.Context(), w.enforcement, c.ID, "", "需要联系核实"); !errors.Is(err, complaint.ErrAnonymous) {
		t.Errorf("without a phone: %v", err)
	}
	for name, spoil := range map[string]func(*complaint.OpenReport){
		"attribute[estate]": func(r *complaint.OpenReport) { r.Estate = "" },
		"phone":             func(r *complaint.OpenReport) { r.Phone = "111111111" },
		"description":       func(r *complaint.OpenReport) { r.Text = strings.Repeat("长", 4001) },
		"attribute[part]":   func(r *complaint.OpenReport) { r.Part = "moon" },
		"media_url":         func(r *complaint.OpenReport) { r.MediaURL = "javascript:alert(1)" },
		"lat":               func(r *complaint.OpenReport) { r.Lat, r.Lng = 1, 1 },
	} {
		bad := w.openReport(t)
		bad.Body = name
		spoil(&bad)
		_, err := w.s.FileOpen(t.Context(), k, bad)
		if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Path != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := w.openReport(t)
	bad.Matter = "none"
	if _, err := w.s.FileOpen(t.Context(), k, bad); !errors.Is(err, complaint.ErrMatter) {
		t.Error(err)
	}
	bad = w.openReport(t)
	bad.Estate, bad.Body = "no-such-estate", "nowhere"
	if _, err := w.s.FileOpen(t.Context(), k, bad); !errors.Is(err, org.ErrEstateNotFound) {
		t.Error(err)
	}
	long := w.openReport(t)
	long.Text, long.Body = strings.Repeat("长", 4000), "long"
	if c, err = w.s.FileOpen(t.Context(), k, long); err != nil || len([]rune(c.Text)) != 4000 {
		t.Errorf("4,000 characters, as the specification allows: %v", err)
	}
	short := w.openReport(t)
	short.Text, short.Body = "", "short"
	if c, err = w.s.FileOpen(t.Context(), k, short); err != nil || !strings.Contains(c.Text, c.MatterName) {
		t.Errorf("without a description: %v", err)
	}
}

// TestOpenNamesNeedAPhone: where somebody's own case is looked at, somebody must be reachable.
func TestOpenNamesNeedAPhone(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	pack := *modelstest.Pack(t)
	pack.Matters = slices.Clone(pack.Matters)
	in := w.openReport(t)
	for i := range pack.Matters {
		pack.Matters[i].Named = pack.Matters[i].Code == in.Matter
	}
	s := complaint.New(w.DB, &pack, w.Vault, w.world.check, noFiles{}, slog.New(slog.DiscardHandler))
	k := w.openKey(t, "某地图平台")
	in.Phone = ""
	if _, err := s.FileOpen(t.Context(), k, in); !errors.Is(err, complaint.ErrNamed) || !strings.Contains(err.Error(), "phone") {
		t.Errorf("without a phone: %v", err)
	}
	in.Phone = "13812345678"
	if _, err := s.FileOpen(t.Context(), k, in); err != nil {
		t.Error(err)
	}
	matters, err := s.OpenMatters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range matters {
		if m.Named != (m.Code == in.Matter) {
			t.Errorf("%s: named %v", m.Code, m.Named)
		}
	}
}

// TestAResendIsOneCase: twenty times at once, and again within a day, over midnight too; later, or under another key,
// it is another case.
func TestAResendIsOneCase(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	k, other := w.openKey(t, "甲平台"), w.openKey(t, "乙平台")
	in := w.openReport(t)
	var wg sync.WaitGroup
	got := make([]string, 20)
	for i := range got {
		wg.Go(func() {
			c, err := w.s.FileOpen(t.Context(), k, in)
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = c.Number
		})
	}
	wg.Wait()
	if slices.Sort(got); got[0] != got[19] || got[0] == "" {
		t.Fatalf("%v", got)
	}
	again := func(k *complaint.OpenKey, in complaint.OpenReport) string {
		t.Helper()
		c, err := w.s.FileOpen(t.Context(), k, in)
		if err != nil {
			t.Fatal(err)
		}
		return c.Number
	}
	w.clock.Advance(23 * time.Hour) // the next morning
	if n := again(k, in); n != got[0] {
		t.Errorf("23 hours later it is %s", n)
	}
	if n := again(other, in); n == got[0] {
		t.Error("another key's report is the same case")
	}
	changed := in
	changed.Body = "b2"
	if n := again(k, changed); n == got[0] {
		t.Error("another report is the same case")
	}
	w.clock.Advance(2 * time.Hour)
	if n := again(k, in); n == got[0] {
		t.Error("the lamp that broke again is the old case")
	}
}

// TestOnlyPublishedIsRead walks a case through everything that must hide it.
func TestOnlyPublishedIsRead(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c := w.file(t, w.owner, w.draft(w.matterLedBy(t, "urban-enforcement")))
	set := func(column string, value any) {
		t.Helper()
		err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&complaint.Case{}).Where("id = ?", c.ID).Update(column, value).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	see := func(want bool, why string) {
		t.Helper()
		if got := w.numbers(t, complaint.OpenFilter{}); (len(got) == 1) != want {
			t.Errorf("%s: listed %v", why, got)
		}
		if got := w.numbers(t, complaint.OpenFilter{Numbers: []string{c.Number}}); (len(got) == 1) != want {
			t.Errorf("%s: by number %v", why, got)
		}
		if _, err := w.s.FindOpen(t.Context(), c.Number, true); (err == nil) != want || (err != nil && !errors.Is(err, complaint.ErrNotFound)) {
			t.Errorf("%s: found %v", why, err)
		}
		rows, err := w.s.OpenUpdates(t.Context(), complaint.OpenFilter{To: w.clock.Now(), Limit: 100})
		if err != nil || (len(rows) > 0) != want {
			t.Errorf("%s: %d updates, %v", why, len(rows), err)
		}
	}
	see(true, "public and cleared")
	for _, hide := range []struct {
		column      string
		value, back any
	}{
		{"visibility", complaint.Private, complaint.Public}, {"display", complaint.Unchecked, complaint.Cleared}, {"display", complaint.Review, complaint.Cleared},
		{"display", complaint.Hidden, complaint.Cleared}, {"parent_id", 999, 0}, {"state", complaint.Withdrawn, complaint.Dispatched},
	} {
		set(hide.column, hide.value)
		see(false, fmt.Sprint(hide.column, " ", hide.value))
		set(hide.column, hide.back)
	}
	see(true, "as before")
}

// TestWhatAnybodyReads: no unit, no pin of a home, no numbers to call, no words between the office and the complainant;
// the answer without whom the office spoke to.
func TestWhatAnybodyReads(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	matter := w.matterLedBy(t, "urban-enforcement")
	d := w.draft(matter)
	d.Text, d.Place, d.UnitID, d.Lat, d.Lng = "我家1幢1单元101漏水，电话13812345678", "1幢1单元101", w.Units[0].ID, 26_258_123, 107_517_456
	home := w.file(t, w.owner, d)
	d = w.draft(matter)
	d.ClientRef, d.Part, d.Lat, d.Lng = "part", "lighting", 26_258_123, 107_517_456
	lamp := w.file(t, w.owner, d)
	d.ClientRef, d.Cover = "sealed", complaint.Sealed
	sealed := w.file(t, w.owner, d)

	find := func(c *complaint.Case) *complaint.OpenCase {
		t.Helper()
		v, err := w.s.FindOpen(t.Context(), c.Number, true)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := find(home); v.Lat != 0 || v.Lng != 0 || strings.Contains(fmt.Sprintf("%+v", v), "单元101") || strings.Contains(v.Text, "138") {
		t.Errorf("a home: %+v", v)
	}
	if v := find(lamp); v.Lat != 26_258_000 || v.Lng != 107_517_000 {
		t.Errorf("a common part is at %d, %d", v.Lat, v.Lng)
	}
	if v := find(sealed); v.Lat != 0 || v.Lng != 0 {
		t.Errorf("a covered complainant's pin: %d, %d", v.Lat, v.Lng)
	}
	w.ok(t, w.enforcement, lamp.ID, complaint.Accept, complaint.Input{})
	w.ok(t, w.enforcement, lamp.ID, complaint.Note, complaint.Input{Text: "张三您好，我们明天到您家门口"})
	w.ok(t, w.enforcement, lamp.ID, complaint.Answer, complaint.Input{Report: &complaint.Report{AcceptedOn: "今天", Contacted: "打了张三的电话", Did: "换了灯，联系人13912345678", Next: "已办完"}})
	v := find(lamp)
	if v.Over || v.Notes != "待确认" || !v.UpdatedAt.Equal(w.clock.Now()) {
		t.Errorf("answered: %+v", v)
	}
	w.clock.Advance(time.Hour)
	w.ok(t, w.owner, lamp.ID, complaint.Confirm, complaint.Input{})
	v = find(lamp)
	all := fmt.Sprintf("%+v", v)
	if !v.Over || !strings.Contains(v.Notes, "换了灯") || !v.UpdatedAt.Equal(w.clock.Now()) || strings.Contains(all, "张三") || strings.Contains(all, "13912345678") {
		t.Errorf("closed: %s", all)
	}
	var kinds []complaint.Action
	for _, u := range v.Updates {
		kinds = append(kinds, u.Kind)
	}
	if !slices.Equal(kinds, []complaint.Action{complaint.File, complaint.Accept, complaint.Answer, complaint.Confirm}) {
		t.Errorf("what happened: %v", kinds)
	}
	if last := v.Updates[3]; !last.Over || strings.Contains(last.Text, "T2") {
		t.Errorf("the last update: %+v", last)
	}
	if got := w.numbers(t, complaint.OpenFilter{States: []string{"closed"}}); len(got) != 1 || got[0] != lamp.Number {
		t.Errorf("closed: %v", got)
	}
	if got := w.numbers(t, complaint.OpenFilter{States: []string{"open"}, Matters: []string{matter}}); len(got) != 2 {
		t.Errorf("open: %v", got)
	}
	if got := w.numbers(t, complaint.OpenFilter{Matters: []string{"none"}}); len(got) != 0 {
		t.Errorf("another matter: %v", got)
	}
}

// TestNeighboursDoNotReadTheAddress: the words of the place, which may name a door, stay with the offices; nor does the
// offer of similar cases name anybody's home.
func TestNeighboursDoNotReadTheAddress(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	c, err := w.s.FileOpen(t.Context(), w.openKey(t, "某地图平台"), w.openReport(t))
	if err != nil {
		t.Fatal(err)
	}
	if v := w.find(t, w.enforcement, c.ID); v.Place != "3幢2单元502" {
		t.Errorf("the office reads %q", v.Place)
	}
	if err := w.s.Screen(t.Context(), w.community, c.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	d := w.draft(c.Matter)
	d.Text, d.UnitID, d.Lat, d.Lng = "小区门口路灯整排不亮，我家看得见", w.Units[0].ID, 26_258_123, 107_517_456
	w.file(t, w.owner, d)
	if _, err := w.s.JoinCase(t.Context(), w.neighbour, c.ID, complaint.Joining{ClientRef: "join"}); err != nil {
		t.Fatal(err)
	}
	rows, err := w.s.ListNeighbours(t.Context(), w.stranger, w.Estate.ID, complaint.Filter{Limit: 10})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	similar, err := w.s.ListSimilar(t.Context(), w.stranger, complaint.Draft{EstateID: w.Estate.ID, Text: "小区门口路灯整排不亮", Matter: c.Matter})
	if err != nil || len(similar) != 2 {
		t.Fatalf("%d similar, %v", len(similar), err)
	}
	for _, s := range similar {
		rows = append(rows, s.View)
	}
	for _, v := range append(rows, *w.mine(t, w.neighbour, c.ID)) {
		if v.UnitID != 0 || v.UnitName != "" || v.Lat != 0 || v.Lng != 0 || v.Place != "" {
			t.Errorf("a neighbour reads unit %q, place %q, pin %d", v.UnitName, v.Place, v.Lat)
		}
	}
}
