package income_test

import (
	"errors"
	"testing"

	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// company lets another company manage the estate, or with 0 none.
func (w *world) company(id int64) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("company_id", id).Error
	})
}

// TestAWrongLineIsNotStuck: after a change of company the new one strikes; where there is none the committee asks and the community strikes; a
// clerk alone in the office asks the community as well.
func TestAWrongLineIsNotStuck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	community := w.Officer(w.Community, org.Clerk)
	first, other, alone := w.must(w.line(income.Receipt, 0, 500, on(1, 3))), w.must(w.line(income.Receipt, 0, 700, on(1, 4))), w.must(w.line(income.Receipt, 0, 900, on(1, 5)))
	if _, err := w.StrikeLine(ctx, w.chair, other, "重复"); !errors.Is(err, income.ErrOtherLine) {
		t.Errorf("while the company is there: %v", err)
	}
	next := w.NextCompany()
	w.company(next.ID)
	if waits, err := w.StrikeLine(ctx, w.Officer(next, org.Clerk), first, "上一家记错了"); err != nil || waits {
		t.Errorf("the next company: %v", err)
	}
	w.company(0)
	if waits, err := w.StrikeLine(ctx, w.chair, other, "重复"); err != nil || !waits {
		t.Fatalf("the committee: %v", err)
	}
	if err := w.DecideStrike(ctx, w.chair, other, true); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("who asked decides: %v", err)
	}
	if err := w.DecideStrike(ctx, community, other, false); err != nil {
		t.Fatal(err)
	}
	if err := w.DecideStrike(ctx, community, other, true); !errors.Is(err, income.ErrState) {
		t.Errorf("nothing is asked: %v", err)
	}
	if _, err := w.StrikeLine(ctx, w.chair, other, "重复"); err != nil {
		t.Fatal(err)
	}
	if err := w.DecideStrike(ctx, community, other, true); err != nil {
		t.Fatal(err)
	}
	w.company(w.Company.ID)
	w.tx(func(tx *store.Tx) error {
		return tx.Table("post_holders").Where("person_id = ?", w.second.PersonID).Updates(map[string]any{"holding": nil, "ends_at": tx.Now}).Error
	})
	if waits, err := w.StrikeLine(ctx, w.keeper, alone, "重复"); err != nil || !waits {
		t.Fatalf("alone in the office: %v", err)
	}
	if _, err := w.StrikeLine(ctx, w.keeper, alone, "重复"); !errors.Is(err, income.ErrState) {
		t.Errorf("asked twice: %v", err)
	}
	if err := w.DecideStrike(ctx, community, alone, true); err != nil {
		t.Fatal(err)
	}
	rows, err := w.Lines(ctx, w.owner, w.Estate.ID, income.LinesPage{}, 10)
	if err != nil || len(rows) != 3 {
		t.Fatal(err)
	}
	for _, l := range rows {
		if l.StruckAt == nil || l.StruckReason == "" || l.StrikingBy != 0 {
			t.Errorf("%+v", l.Line)
		}
	}
}
