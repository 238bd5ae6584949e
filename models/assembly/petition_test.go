package assembly_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

const day = 24 * time.Hour

func (w *world) petition(who org.Actor) *assembly.Petition {
	w.t.Helper()
	p, err := w.s.Petition(w.t.Context(), who, assembly.NewPetition{EstateID: w.Estate.ID, Title: "要求开会讨论换物业", Text: "物业服务合同明年到期，请业主大会讨论是否续聘。",
		Wanted: []assembly.Wanted{{Title: "选聘物业服务企业", Body: "是否续聘现在的物业服务企业。"}}, ClientRef: w.once(), InputHash: "h"})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) find(p *assembly.Petition) *assembly.PetitionView {
	w.t.Helper()
	v, err := w.s.FindPetition(w.t.Context(), w.owners[0], p.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// asked is a call that a petition brings about.
func (w *world) asked(convener assembly.Convener, basis assembly.Basis, id int64) assembly.Call {
	return assembly.Call{EstateID: w.Estate.ID, Session: assembly.Extraordinary, Title: "联名提议的临时会议", Convener: convener, Basis: basis, BasisID: id, Channel: assembly.OnPaper, ClientRef: w.once(), InputHash: "h",
		Motions: []assembly.Proposal{{Title: "选聘物业服务企业", Body: "是否续聘现在的物业服务企业。", Matter: "manager", Question: tally.Question{Kind: tally.Motion}}}}
}

func unsetNames(t *testing.T, what string, err error, key string) {
	t.Helper()
	f := fault.Of(err)
	if !errors.Is(err, rulepack.ErrUnset) || len(f.Fields) == 0 || f.Fields[0].Path != key {
		t.Errorf("%s: %v %+v", what, err, f)
	}
}

// TestPetitionCountsAndObliges: it counts by heads and area from the register, once for each owner set; without the bureau's word on how
// to measure it obliges nobody; reached, it cannot be taken back.
func TestPetitionCountsAndObliges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8)
	second, big := w.join(0), 7
	p := w.petition(w.owners[0])
	refused(t, "a tenant", func() error {
		_, err := w.s.Petition(t.Context(), w.Resident(1, org.RoleTenant), assembly.NewPetition{EstateID: w.Estate.ID, Title: "租客提议", Text: "我们租客也想开会讨论一下。", Wanted: []assembly.Wanted{{Title: "议题一二", Body: "内容内容"}}, ClientRef: "x"})
		return err
	}(), org.ErrEstateNotFound)
	if err := w.s.Sign(t.Context(), second, p.ID, false); err != nil { // the same owner set
		t.Fatal(err)
	}
	if err := w.s.Sign(t.Context(), w.owners[1], p.ID, false); err != nil {
		t.Fatal(err)
	}
	v := w.find(p)
	if v.Support.Signed.Heads != 2 || v.Support.Signed.Area != w.Units[0].AreaMilli+w.Units[1].AreaMilli || v.Support.Scope.Heads != 8 || v.Support.NeedHeads != 2 || v.Support.Unset == nil {
		t.Fatalf("%+v", v.Support)
	}
	unsetNames(t, "obliged before anybody said how to measure", w.s.Oblige(t.Context(), w.owners[0], p.ID), "meeting.petition_measure")
	if err := w.s.Sign(t.Context(), w.owners[1], p.ID, true); err != nil {
		t.Fatal(err)
	}
	w.local("meeting.petition_measure", "heads_and_area")
	refused(t, "too few", w.s.Oblige(t.Context(), w.owners[0], p.ID), assembly.ErrPetition)
	if v := w.find(p); v.Support.Signed.Heads != 1 || !v.Signed {
		t.Errorf("%+v", v.Support)
	}
	refused(t, "a call on a petition that does not oblige", func() error {
		_, err := w.s.Convene(t.Context(), w.chair, w.asked(assembly.ByCommittee, assembly.OnPetition, p.ID))
		return err
	}(), assembly.ErrBasis)
	if err := w.s.Sign(t.Context(), w.owners[big], p.ID, false); err != nil {
		t.Fatal(err)
	}
	v = w.find(p)
	if v.State != assembly.Reached || v.Heads != 2 || v.ScopeHeads != 8 || v.Share != "≥ 1/5" || v.Measure != "heads_and_area" || v.DueAt != nil {
		t.Fatalf("%+v", v.Petition)
	}
	refused(t, "taken back after it obliged", w.s.Withdraw(t.Context(), w.owners[0], p.ID), assembly.ErrPetition)
	refused(t, "unsigned after it obliged", w.s.Sign(t.Context(), w.owners[big], p.ID, true), assembly.ErrPetition)
	if got := w.outbox("preparation.petition_reached"); got != 1 {
		t.Errorf("told %d times", got)
	}
}

// TestHeadsAreNotArea: one large owner is not a fifth of the heads, and many small ones are not a fifth of the area.
func TestHeadsAreNotArea(t *testing.T) {
	t.Parallel()
	for measure, obliges := range map[string]bool{"heads": false, "area": true, "heads_and_area": false, "heads_or_area": true} {
		w := newWorld(t, 8)
		w.tx(func(tx *store.Tx) error {
			return tx.Model(&org.Unit{}).Where("id = ?", w.Units[7].ID).Update("area_milli", 10_000_000).Error
		})
		w.local("meeting.petition_measure", measure)
		p := w.petition(w.owners[7])
		if got := w.find(p).State == assembly.Reached; got != obliges {
			t.Errorf("%s: obliges %v", measure, got)
		}
	}
}

// TestCommitteeInDefault: the committee lets its term pass, the township orders, the committee lets that pass too, and the community calls
// the meeting; nobody stands in before, nothing is used twice.
func TestCommitteeInDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	ctx, township := t.Context(), w.Officer(w.Township, org.Head)
	w.local("meeting.petition_measure", "heads")
	p := w.petition(w.owners[0])
	order := assembly.NewOrder{EstateID: w.Estate.ID, Cause: assembly.ForPetition, PetitionID: p.ID, Reason: "够数后一个月没有召集", ClientRef: "o", InputHash: "h"}
	give := func() (*assembly.Order, error) { return w.s.Order(ctx, township, order) }
	_, err := give()
	unsetNames(t, "ordered without a term", err, "meeting.petition_days")
	w.local("meeting.petition_days", "30")
	w.clock.Advance(25 * time.Hour)
	w.prepare()
	if v := w.find(p); v.DueAt == nil || v.DueAt.Sub(*v.ReachedAt) < 30*day {
		t.Fatalf("the term did not begin with the petition: %+v", v.DueAt)
	}
	_, err = give()
	refused(t, "ordered within the term", err, assembly.ErrOrder)
	w.clock.Advance(31 * day)
	w.prepare()
	w.prepare()
	if w.outbox("preparation.petition_overdue") != 1 {
		t.Errorf("told %d times that the term passed", w.outbox("preparation.petition_overdue"))
	}
	_, err = give()
	unsetNames(t, "ordered without a term of orders", err, "meeting.order_days")
	w.local("meeting.order_days", "15")
	_, err = w.s.Order(ctx, w.community, order)
	refused(t, "the community orders", err, org.ErrForbidden)
	o, err := give()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := give(); err != nil || again.ID != o.ID {
		t.Errorf("a second tap: %v", err)
	}
	call := func(who org.Actor, c assembly.Call) error { _, err := w.s.Convene(ctx, who, c); return err }
	refused(t, "in default before the order's day", call(w.community, w.asked(assembly.ByCommunity, assembly.OnOrder, o.ID)), assembly.ErrBasis)
	w.clock.Advance(16 * day)
	w.prepare()
	if w.outbox("preparation.order_overdue") != 1 {
		t.Error("nobody was told that the order was not obeyed")
	}
	other := w.asked(assembly.ByCommunity, assembly.OnOrder, o.ID)
	other.Motions[0].Title = "讨论别的事情"
	refused(t, "without the motion that owners asked for", call(w.community, other), assembly.ErrBasis)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	calls := make([]assembly.Call, 20)
	for i := range calls {
		calls[i] = w.asked(assembly.ByCommunity, assembly.OnOrder, o.ID)
	}
	for _, c := range calls {
		wg.Go(func() {
			err := call(w.community, c)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, assembly.ErrBasis) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("called %d times on one order", won)
	}
	v := w.find(p)
	if v.Meeting == nil || v.Meeting.Convener != assembly.ByCommunity {
		t.Errorf("the petition does not show its meeting: %+v", v.Meeting)
	}
}

// TestCommitteeObeys: a draft alone meets no term; a notice does, and the petition's motion cannot be dropped on the way.
func TestCommitteeObeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("meeting.petition_measure", "heads")
	w.local("meeting.petition_days", "60")
	p := w.petition(w.owners[0])
	m, err := w.s.Convene(t.Context(), w.chair, w.asked(assembly.ByCommittee, assembly.OnPetition, p.ID))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Revise(t.Context(), w.chair, m.ID, m.Version, "换一个议题", []assembly.Proposal{{Title: "讨论别的事情", Body: "别的事情的内容", Matter: "other", Question: tally.Question{Kind: tally.Motion}}})
	refused(t, "the owners' motion dropped", err, assembly.ErrBasis)
	if m, err = w.s.Post(t.Context(), w.chair, m.ID, w.clock.Now().Add(7*day)); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	w.notifyOnly(w.freeze(m))
	w.clock.Advance(60 * day)
	w.prepare()
	if n := w.outbox("preparation.petition_overdue"); n != 0 {
		t.Errorf("told %d times that a committee failed which had given notice", n)
	}
}

// TestACancelledMeetingAnswersNothing: the petition is there again, and its term has passed.
func TestACancelledMeetingAnswersNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.local("meeting.petition_measure", "heads")
	w.local("meeting.petition_days", "30")
	w.local("meeting.order_days", "10")
	p := w.petition(w.owners[0])
	m, err := w.s.Convene(t.Context(), w.chair, w.asked(assembly.ByCommittee, assembly.OnPetition, p.ID))
	if err != nil {
		t.Fatal(err)
	}
	if m, err = w.s.Post(t.Context(), w.chair, m.ID, w.clock.Now().Add(7*day)); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(8 * day)
	w.notifyOnly(w.freeze(m))
	w.clock.Advance(10 * day)
	if _, err := w.s.Cancel(t.Context(), w.chair, m.ID, "会议室被占用"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(20 * day)
	w.prepare()
	if n := w.outbox("preparation.petition_overdue"); n != 1 {
		t.Errorf("told %d times that the term passed", n)
	}
	if _, err := w.s.Order(t.Context(), w.Officer(w.Township, org.Head), assembly.NewOrder{EstateID: w.Estate.ID, Cause: assembly.ForPetition, PetitionID: p.ID, Reason: "取消后没有再召集", ClientRef: "o", InputHash: "h"}); err != nil {
		t.Error(err)
	}
	if _, err := w.s.Convene(t.Context(), w.chair, w.asked(assembly.ByCommittee, assembly.OnPetition, p.ID)); err != nil {
		t.Errorf("a cancelled meeting used the petition up: %v", err)
	}
}

func (w *world) prepare() {
	w.t.Helper()
	for n := 0; ; n++ {
		more, err := w.s.TickPreparation(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if !more {
			return
		}
		if n == 5 {
			w.t.Fatal("the clock never comes to an end")
		}
	}
}

// outbox counts what was told of a kind.
func (w *world) outbox(kind string) (n int64) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Table("outbox_messages").Where("kind = ? AND estate_id = ?", kind, w.Estate.ID).Count(&n).Error
	})
	return n
}
