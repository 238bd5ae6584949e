package disclosure_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// register answers for what is no book of the ledger. What it was asked first has a row; moved says that the row was touched.
type register struct {
	sums  map[string]money.Fen
	moved bool
	asked []disclosure.Origin
}

var errNoProject = fault.New(fault.NotFound, "project.not_found", "没有找到这个维修项目")

func (r *register) Sum(_ *store.Tx, _ int64, q disclosure.Query, from disclosure.Origin) (money.Fen, disclosure.Origin, error) {
	r.asked = append(r.asked, from)
	if r.moved && from.Row != 0 {
		return 0, from, errors.New("the row says something else")
	}
	fen, ok := r.sums[fmt.Sprint(q.Codes[0], q.Source, q.Measure)]
	if !ok {
		return 0, from, errNoProject
	}
	return fen, disclosure.Origin{Row: 41, Holder: 7}, nil
}

func (w *stage) sums(sums map[string]money.Fen) *register {
	r := &register{sums: sums}
	w.s.With(disclosure.Options{Pack: "duyun-2020", Sums: map[string]disclosure.Sums{disclosure.Projects: r, disclosure.Collections: r}})
	return r
}

func collected(month string, rule int64, to calendar.Date) []disclosure.Query {
	return []disclosure.Query{{Label: month + "应收", Book: disclosure.Collections, Codes: []string{month}, Source: rule, Measure: disclosure.BillsCharged, To: to},
		{Label: month + "实收", Book: disclosure.Collections, Codes: []string{month}, Source: rule, Measure: disclosure.BillsCollected, To: to}}
}

// TestFiguresOfProjectsAndCollections: sums that stand in no book go the way of every figure: two people, the hash, the words, the difference of
// versions, and asked again of what they were read from.
func TestFiguresOfProjectsAndCollections(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.books()
	r := w.sums(map[string]money.Fen{"total7stated": 800_00, "budget7stated": 1_000_00, "2026-010charged": 10_000_00, "2026-010collected": 8_769_99})
	d := w.income()
	d.Queries = append(d.Queries[:1], disclosure.Query{Label: "屋面决算", Book: disclosure.Projects, Codes: []string{"total"}, Source: 7, Measure: disclosure.Stated, To: on(3, 2)})
	d.Queries = append(d.Queries, collected("2026-01", 0, on(2, 28))...)
	id := w.confirmed(d)
	v := w.find(id)
	f := v.Current().Figures
	if len(f) != 4 || f[1].Fen != 800_00 || f[1].JournalNo != 41 || f[2].HolderID != 7 || !strings.Contains(f[1].Asks(), "维修项目第7号：决算合计") || !strings.Contains(f[3].Asks(), "2026年1月账单的实收") {
		t.Errorf("%+v", f)
	}
	if rates := v.Current().Rates(); len(rates) != 1 || rates[0].Percent() != "87.70%" {
		t.Errorf("%+v", rates)
	}
	if words := v.Spoken(); !strings.Contains(words, "2026年1月的收缴率，截至2026年2月28日是87.70%（实收8769.99元，应收10000.00元）") || !strings.Contains(words, "从已经结账的账簿和公示过的维修项目和已经结账的物业费账单里取的") {
		t.Error(words)
	}
	content, err := w.s.Content(t.Context(), w.owner, id, 0)
	if err != nil || !strings.Contains(string(content), `{"label":"屋面决算","book":"project","codes":"total","sources":"","source":7,"measure":"stated","from":"","to":"2026-03-02","fen":80000}`) {
		t.Errorf("%s %v", content, err)
	}
	if _, err := w.s.Verify(t.Context()); err != nil || r.asked[len(r.asked)-1] != (disclosure.Origin{Row: 41, Holder: 7}) {
		t.Errorf("%v, asked of %+v", err, r.asked[len(r.asked)-1])
	}

	d.Queries[1].Codes = []string{"budget"}
	p, err := w.s.SaveDraft(t.Context(), w.chair, disclosure.Draft{EstateID: d.EstateID, Title: d.Title, Body: d.Body, Queries: d.Queries, ClientRef: w.once(), InputHash: "h"}, id, "改为预算")
	if err == nil {
		err = w.s.SubmitDraft(t.Context(), w.chair, p.ID, p.Revision)
	}
	if err == nil {
		_, err = w.s.ConfirmDraft(t.Context(), w.member, p.ID, p.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c := w.find(id).Current().Changes; len(c) != 1 || c[0].From != "800.00元（截至2026年3月2日，维修项目第7号：决算合计，公示时的数）" || !strings.HasPrefix(c[0].To, "1000.00元") {
		t.Errorf("%+v", c)
	}
	r.moved = true
	if _, err := w.s.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "屋面决算") {
		t.Errorf("a row was touched: %v", err)
	}
	r.moved = false
	r.sums["total7stated"]++
	if _, err := w.s.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "屋面决算") {
		t.Errorf("a sum was touched: %v", err)
	}
}

// TestWhatIsNoSumIsRefused: with the field that is wrong, and why.
func TestWhatIsNoSumIsRefused(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.books()
	w.sums(map[string]money.Fen{"total7stated": 1})
	project := disclosure.Query{Label: "决算", Book: disclosure.Projects, Codes: []string{"total"}, Source: 7, Measure: disclosure.Stated, To: on(3, 2)}
	pair := collected("2026-01", 0, on(2, 28))
	for _, c := range []struct {
		what, path string
		change     func() []disclosure.Query
	}{
		{"no project", "figures[0].source_id", func() []disclosure.Query { q := project; q.Source = 0; return []disclosure.Query{q} }},
		{"no such sum", "figures[0].codes", func() []disclosure.Query { q := project; q.Codes = []string{"person"}; return []disclosure.Query{q} }},
		{"received by a project", "figures[0].measure", func() []disclosure.Query { q := project; q.Measure = disclosure.Received; return []disclosure.Query{q} }},
		{"a period of a project", "figures[0].from", func() []disclosure.Query { q := project; q.From = on(1, 1); return []disclosure.Query{q} }},
		{"half a rate", "figures[0].measure", func() []disclosure.Query { return pair[:1] }},
		{"halves of two days", "figures[0].measure", func() []disclosure.Query { q := pair[1]; q.To = on(2, 27); return []disclosure.Query{pair[0], q} }},
		{"no month", "figures[0].codes", func() []disclosure.Query {
			q := pair[0]
			q.Codes = []string{"2026-13"}
			return []disclosure.Query{q, pair[1]}
		}},
		{"a stated book", "figures[0].measure", func() []disclosure.Query {
			q := w.income().Queries[0]
			q.Measure = disclosure.Stated
			return []disclosure.Query{q}
		}},
	} {
		d := w.income()
		d.Queries = c.change()
		_, err := w.s.SaveDraft(t.Context(), w.chair, d, 0, "")
		if fields := fault.Of(err).Fields; !errors.Is(err, fault.ErrInvalid) || len(fields) == 0 || fields[0].Path != c.path {
			t.Errorf("%s: %v %+v", c.what, err, fields)
		}
	}
	d := w.income()
	project.Source = 8
	d.Queries = append(d.Queries, project)
	p := w.save(w.chair, d)
	err := w.s.SubmitDraft(t.Context(), w.chair, p.ID, p.Revision)
	if f := fault.Of(err); !errors.Is(err, errNoProject) || len(f.Fields) != 1 || f.Fields[0].Path != "figures[4].source_id" {
		t.Errorf("somebody else's project: %v", err)
	}
	repair := w.draft()
	repair.Form = disclosure.Repair
	_, err = w.s.SaveDraft(t.Context(), w.chair, repair, 0, "")
	refused(t, "a repair's posting by hand", err, fault.ErrInvalid)
}

// TestARateIsForReading: two decimals, half up.
func TestARateIsForReading(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		collected, charged money.Fen
		want               string
	}{{99_994, 100_000, "99.99%"}, {99_995, 100_000, "100.00%"}, {100_000, 100_000, "100.00%"}, {0, 100, "0.00%"}, {-5, 100, "0.00%"}, {1, 3, "33.33%"}, {2, 3, "66.67%"}, {5, 0, ""}, {101, 100, "101.00%"}, {money.Max, money.Max, "100.00%"}, {1, money.Max, "0.00%"}} {
		if got := (disclosure.Rate{Charged: c.charged, Collected: c.collected}).Percent(); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.collected, c.charged, got, c.want)
		}
	}
}
