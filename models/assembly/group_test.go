package assembly_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// withoutCommittee makes the estate one that has never met.
func (w *world) withoutCommittee() {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("committee_id", 0).Error
	})
}

func (w *world) members(owners int) []assembly.NewMember {
	list := []assembly.NewMember{{Part: assembly.OfTownship, Head: true, Name: "赵组长"}, {Part: assembly.OfCommunity, Name: "钱主任"}, {Part: assembly.OfDeveloper, Name: "孙经理"}}
	for i := range owners {
		list = append(list, assembly.NewMember{Part: assembly.OfOwners, Name: "李业主", UnitID: w.Units[i].ID, Recommended: "社区"})
	}
	return list
}

func reasons(err error) string {
	var paths []string
	for _, f := range fault.Of(err).Fields {
		paths = append(paths, f.Path)
	}
	slices.Sort(paths)
	return strings.Join(paths, " ")
}

// TestPreparatoryGroup: each rule of forming is refused by name, the clocks run from the request and from the forming, the bureau's document
// stands in for a register that shows too little, and only a formed group calls the first meeting, once.
func TestPreparatoryGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	ctx, township := t.Context(), w.Officer(w.Township, org.Head)
	ask := assembly.GroupRequest{EstateID: w.Estate.ID, Kind: assembly.FirstGroup, Text: "入住三年，请组织首次业主大会", ClientRef: "g", InputHash: "h"}
	_, err := w.s.RequestGroup(ctx, w.owners[0], ask)
	refused(t, "where there is a committee", err, assembly.ErrGroup)
	w.withoutCommittee()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Unit{}).Where("estate_id = ? AND id <> ?", w.Estate.ID, w.Units[0].ID).Update("delivered", false).Error
	})
	g, err := w.s.RequestGroup(ctx, w.owners[0], ask)
	if err != nil {
		t.Fatal(err)
	}
	if g.FormBy == nil || g.FormBy.Sub(w.clock.Now()) < 60*day || w.outbox("preparation.group_requested") != 1 {
		t.Errorf("no term to form it: %+v", g)
	}
	again := ask
	again.ClientRef = "g2"
	_, err = w.s.RequestGroup(ctx, w.owners[1], again)
	refused(t, "a second group", err, assembly.ErrGroup)
	_, err = w.s.Form(ctx, township, g.ID)
	refused(t, "without a list", err, assembly.ErrGroup)
	_, err = w.s.ListMembers(ctx, w.owners[0], g.ID, w.members(2), w.clock.Now().Add(7*day))
	refused(t, "an owner lists members", err, org.ErrForbidden)

	list := func(m []assembly.NewMember) {
		t.Helper()
		if _, err := w.s.ListMembers(ctx, w.community, g.ID, m, w.clock.Now().Add(7*day)); err != nil {
			t.Fatal(err)
		}
	}
	form := func() error { _, err := w.s.Form(ctx, township, g.ID); return err }
	bad := []assembly.NewMember{{Part: assembly.OfTownship, Name: "赵代表"}, {Part: assembly.OfOwners, Head: true, Name: "李业主", UnitID: w.Units[0].ID}, {Part: assembly.OfTownship, Name: "钱代表"}, {Part: assembly.OfTownship, Name: "孙代表"}}
	list(bad)
	err = form()
	refused(t, "with every rule broken", err, assembly.ErrGroupRules)
	if got, want := reasons(err), "delivered members.community members.developer members.head members.odd members.owners posted"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	list(w.members(4))
	v, err := w.s.FindGroup(ctx, w.owners[2], g.ID)
	if err != nil || v.Members[3].Name != "李*" || len(v.Unmet) != 2 {
		t.Fatalf("%v %+v", err, v)
	}
	said, err := w.s.Comment(ctx, w.owners[2], assembly.NewComment{About: assembly.AboutGroup, AboutID: g.ID, Text: "其中一位已经卖房搬走了", ClientRef: "c", InputHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	_, err = w.s.Comment(ctx, w.owners[3], assembly.NewComment{About: assembly.AboutGroup, AboutID: g.ID, Text: "公示期过了才看到", ClientRef: "c", InputHash: "h"})
	refused(t, "an objection after the posting", err, assembly.ErrNotPosted)
	err = form()
	if got, want := reasons(err), "delivered objections"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if _, err := w.s.AnswerComment(ctx, w.community, said.ID, false, "已核对，这位业主还有一套房"); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ConfirmDelivery(ctx, township, g.ID, "竣工交付证明第3号", []int64{1})
	refused(t, "the township confirms for the bureau", err, org.ErrForbidden)
	if _, err := w.s.ConfirmDelivery(ctx, w.bureau, g.ID, "竣工交付证明第3号，已交付八成", []int64{1}); err != nil {
		t.Fatal(err)
	}
	call := w.firstCall(g.ID)
	_, err = w.s.Convene(ctx, township, call)
	refused(t, "a group that is not formed calls", err, assembly.ErrBasis)
	if err := form(); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(90 * day)
	w.prepare()
	w.clock.Advance(2 * day)
	w.prepare()
	w.prepare()
	if soon, late := w.outbox("preparation.group_soon"), w.outbox("preparation.group_overdue"); soon != 1 || late != 1 {
		t.Errorf("reminded %d times, told %d times that it is late", soon, late)
	}
	m, err := w.s.Convene(ctx, township, call)
	if err != nil {
		t.Fatal(err)
	}
	call.ClientRef = w.once()
	_, err = w.s.Convene(ctx, township, call)
	refused(t, "a second first meeting", err, assembly.ErrBasis)
	if v, err := w.s.FindGroup(ctx, w.owners[0], g.ID); err != nil || v.Meeting == nil || v.Meeting.ID != m.ID || !v.Due {
		t.Errorf("%v %+v", err, v)
	}
}

func (w *world) firstCall(group int64) assembly.Call {
	return assembly.Call{EstateID: w.Estate.ID, Session: assembly.First, Title: "首次业主大会", Convener: assembly.ByPreparatory, Basis: assembly.ForFirst, BasisID: group, Channel: assembly.OnSystem, ClientRef: w.once(), InputHash: "h",
		Motions: []assembly.Proposal{{Title: "制定议事规则", Body: "全文见附件。", Matter: "rules", Question: tally.Question{Kind: tally.Motion}}}}
}

// TestRenewalGroup asks of a change-of-term group no more than the national rules do.
func TestRenewalGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	ctx, township := t.Context(), w.Officer(w.Township, org.Head)
	ask := assembly.GroupRequest{EstateID: w.Estate.ID, Kind: assembly.RenewalGroup, Text: "业委会任期八月届满", ClientRef: "g", InputHash: "h"}
	if _, err := w.s.RequestGroup(ctx, w.owners[0], ask); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("an owner asks for a change-of-term group: %v", err)
	}
	g, err := w.s.RequestGroup(ctx, township, ask)
	if err != nil || g.FormBy != nil {
		t.Fatalf("%v, a term that no rule gives: %v", err, g.FormBy)
	}
	if _, err := w.s.ListMembers(ctx, township, g.ID, []assembly.NewMember{{Part: assembly.OfCommunity, Head: true, Name: "钱主任"}, {Part: assembly.OfOwners, Name: "李业主", UnitID: w.Units[0].ID}}, w.clock.Now().Add(7*day)); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	if g, err = w.s.Form(ctx, township, g.ID); err != nil || g.DoneBy != nil {
		t.Fatalf("%v %+v", err, g)
	}
	call := w.asked(assembly.ByRenewal, assembly.ForRenewal, g.ID)
	_, err = w.s.Convene(ctx, township, call)
	refused(t, "an extraordinary meeting by the change-of-term group", err, assembly.ErrBasis)
	call.Session = assembly.Renewal
	if _, err := w.s.Convene(ctx, township, call); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.EndGroup(ctx, township, g.ID, "改由业委会自己组织"); err != nil && !errors.Is(err, assembly.ErrGroup) {
		t.Error(err)
	}
}
