package disclosure_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestQuestionsStayWhenABodyLeaves: what was asked of a company that left is the next one's, or the community's where there is none; it can be
// answered, and its lateness goes on.
func TestQuestionsStayWhenABodyLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.value("disclosure.answer_days", "3")
	n := w.line(w.publish(w.company, "公共收益", disclosure.Everyone), 1, "电梯广告")
	q, err := w.Ask(ctx, w.owner, asking(n, "钱到哪里去了", "a"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.Ask(ctx, w.owner, asking(w.line(w.publish(w.committee, "业委会的公示", disclosure.Everyone), 1, "电梯广告"), "业委会怎么看", "b"))
	if err != nil {
		t.Fatal(err)
	}
	leave := func(to int64) {
		w.tx(func(tx *store.Tx) error {
			return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("company_id", to).Error
		})
	}
	leave(0)
	w.on("2026-03-08")
	w.pass()
	if rows, err := w.ListAsked(ctx, w.community, false, 0, 10); err != nil || len(rows) != 1 || rows[0].ID != q.ID || rows[0].DaysLate != 3 || rows[0].LateAt == nil {
		t.Fatalf("%+v %v", rows, err)
	}
	if rows, err := w.ListAsked(ctx, w.committee, false, 0, 10); err != nil || len(rows) != 1 || rows[0].ID != other.ID {
		t.Errorf("what the committee was asked has moved: %+v %v", rows, err)
	}
	if err := w.Answer(ctx, w.company, q.ID, "我们已经走了"); err == nil {
		t.Error("who left answers")
	}
	if err := w.Answer(ctx, w.community, q.ID, "移交清单上有这一笔"); err != nil {
		t.Error(err)
	}
}

// TestTenQuestionsAtOnce: twenty taps at one moment leave ten.
func TestTenQuestionsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.line(w.publish(w.company, "公共收益", disclosure.Everyone), 1, "电梯广告")
	var wg sync.WaitGroup
	done := make([]error, 20)
	for i := range done {
		wg.Go(func() {
			_, done[i] = w.Ask(t.Context(), w.owner, asking(n, fmt.Sprint("第几个问题 ", i), fmt.Sprint("q", i)))
		})
	}
	wg.Wait()
	asked := 0
	for _, err := range done {
		if err == nil {
			asked++
		} else if !errors.Is(err, disclosure.ErrManyQuestions) {
			t.Error(err)
		}
	}
	if asked != 10 {
		t.Errorf("%d questions are open", asked)
	}
}
