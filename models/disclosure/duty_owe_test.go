package disclosure_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Other domains open a duty after an event, once, under its own term; who stands in owes it where the body is missing.
func TestOwe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	var ids sync.Map
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			var id int64
			err := w.DB.InTx(ctx, func(tx *store.Tx) (err error) {
				id, err = w.Owe(tx, w.Estate.ID, "committee-decision", "committee_item:7", date(t, "2026-03-02"))
				return err
			})
			ids.Store(id, true)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	ids.Range(func(any, any) bool { n++; return true })
	if d := w.one("committee-decision"); n != 1 || d.Due().String() != "2026-03-05" || d.OrganisationID != w.Committee.ID {
		t.Errorf("%d %+v", n, d)
	}
	w.tx(func(tx *store.Tx) error {
		if _, err := w.Owe(tx, w.Estate.ID, "income", "x", date(t, "2026-03-02")); !errors.Is(err, disclosure.ErrDutyRegular) {
			t.Errorf("a regular duty: %v", err)
		}
		if _, err := w.Owe(tx, w.Estate.ID, "nonsense", "x", date(t, "2026-03-02")); !errors.Is(err, disclosure.ErrDutyUnknown) {
			t.Errorf("%v", err)
		}
		if err := tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("committee_id", 0).Error; err != nil {
			return err
		}
		id, err := w.Owe(tx, w.Estate.ID, "audit", "committee_audit:1", date(t, "2026-03-02"))
		var d disclosure.Duty
		if err := tx.Where("id = ?", id).Take(&d).Error; err != nil {
			return err
		}
		if d.OrganisationID != w.Community.ID || d.DueOn != nil {
			t.Errorf("%+v", d)
		}
		return err
	})
	if _, err := w.Open(ctx, w.company, w.Estate.ID, "contract", "2026年物业服务合同", date(t, "2026-03-01")); err != nil {
		t.Error(err)
	}
	if _, err := w.Open(ctx, w.owner, w.Estate.ID, "contract", "2026年物业服务合同", date(t, "2026-03-01")); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a resident opens a duty: %v", err)
	}
	if rows, err := w.ListMine(ctx, w.company, "unfixed", 0, 0, 50); err != nil || len(rows) != 1 || rows[0].Code != "contract" {
		t.Errorf("%v %v", rows, err)
	}
}

// What is recorded late is late: it is owed since it began, not since somebody told the system; what is to come is owed from today, and what is
// old from a year ago.
func TestOwedSinceItBegan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.value("disclosure.event_days", "10")
	today := date(t, "2026-03-02")
	for on, want := range map[string]string{"2026-01-05": "2026-01-05", "2026-05-01": "2026-03-02", "2019-01-01": "2025-03-02"} {
		if got := disclosure.Since(date(t, on), today); got.String() != want {
			t.Errorf("begun on %s: owed from %s", on, got)
		}
	}
	w.tx(func(tx *store.Tx) error {
		_, err := w.Owe(tx, w.Estate.ID, "income-contract", "income-contract:1", disclosure.Since(date(t, "2026-01-05"), today))
		return err
	})
	w.pass()
	if d := w.one("income-contract"); d.LateAt == nil || d.Due().String() != "2026-01-15" {
		t.Errorf("%+v", d)
	}
}
