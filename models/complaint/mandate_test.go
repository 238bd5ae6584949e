package complaint_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
)

// TestTheMandateListIsRevised: a revision shows which open cases it would send elsewhere, waits for a second person, routes
// what comes in from then on, and leaves the open cases where they are.
func TestTheMandateListIsRevised(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	first, second := w.Officer(w.Code("housing-bureau"), org.Head), w.Officer(w.Code("housing-bureau"), org.Clerk)
	d := w.draft("cooking-fumes")
	d.ClientRef = "before"
	before := w.file(t, w.owner, d)
	now, err := w.s.MandatesNow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m, _ := now.Matter("cooking-fumes")
	was := m.Lead
	m.Lead, m.Joint, m.Clauses = "fire", nil, []string{"五(十七)1"}
	change := rulepack.Revision{Matters: []rulepack.Matter{m}, Duties: []rulepack.Duty{{Clause: "五(十七)1", Units: []string{"fire"}, Text: "查处餐饮油烟管道的火灾隐患"}}}

	total, groups, err := w.s.Preview(t.Context(), first, change)
	if err != nil || total != 1 || len(groups) != 1 || groups[0].Numbers[0] != before.Number || groups[0].Now == groups[0].Then {
		t.Fatalf("preview %d %+v %v", total, groups, err)
	}
	v, err := w.s.Revise(t.Context(), first, change, "按三定方案调整", "都府办发〔2026〕1号")
	if err != nil {
		t.Fatal(err)
	}
	rival, err := w.s.Revise(t.Context(), first, change, "按三定方案调整", "都府办发〔2026〕1号")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.DecideRevision(t.Context(), first, v.ID, true, ""); !errors.Is(err, complaint.ErrSecondPerson) {
		t.Errorf("the same person confirmed: %v", err)
	}
	d.ClientRef = "proposed"
	if c := w.file(t, w.owner, d); c.MandateVersion != before.MandateVersion || c.LeadID != before.LeadID {
		t.Errorf("a proposal already routes: %+v", c)
	}
	// Of two proposals on the same list that are confirmed at the same time, one wins.
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, id := range []int64{v.ID, rival.ID} {
		wg.Go(func() { _, errs[i] = w.s.DecideRevision(t.Context(), second, id, true, "") })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), complaint.ErrStale) {
		t.Errorf("two confirmations: %v", errs)
	}
	d.ClientRef = "after"
	after := w.file(t, w.owner, d)
	if after.LeadID != w.Code("fire").ID || after.Clause != "五(十七)1" || after.MandateVersion == before.MandateVersion || !strings.HasSuffix(after.MandateVersion, "@2") {
		t.Errorf("filed after: %+v", after)
	}
	if c := w.find(t, second, before.ID); c.LeadID != before.LeadID || c.MandateVersion != before.MandateVersion {
		t.Errorf("the open case moved from %s: %+v", was, c.Case)
	}
	w.ok(t, w.Officer(w.Code("fire"), org.Clerk), after.ID, complaint.Refuse, complaint.Input{Clause: "五(十七)1", Text: "不归我们管"})

	// A list that would not work is refused with every mistake named.
	wrong := m
	wrong.Lead, wrong.Clauses, wrong.Class = "nobody", []string{"九(九)9"}, "soon"
	_, err = w.s.Revise(t.Context(), first, rulepack.Revision{Matters: []rulepack.Matter{wrong}, Remove: []string{"outside"}}, "试一试", "试一试")
	f := fault.Of(err)
	if f == nil || len(f.Fields) != 4 {
		t.Errorf("a broken revision: %v %+v", err, f)
	}
}
