package ledger_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// Whoever changes the database behind the product is named by Verify.
func TestTamperingIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   string
		says string
	}{
		"nothing":                    {"UPDATE ledger_books SET kind = kind", ""},
		"an amount":                  {"UPDATE ledger_entries SET amount = amount + 1 WHERE journal_id = %[1]d AND amount > 0", "journal 2 has 2 of 2 entries, which sum to 0.01"},
		"both amounts":               {"UPDATE ledger_entries SET amount = amount * 2 WHERE journal_id = %[1]d", "journal 2 was changed"},
		"whose it is":                {"UPDATE ledger_accounts SET unit_id = %[2]d WHERE id = (SELECT account_id FROM ledger_entries WHERE journal_id = %[1]d AND amount > 0)", "journal 2 was changed"},
		"an entry gone":              {"DELETE FROM ledger_entries WHERE journal_id = %[1]d AND amount > 0", "1 of 2 entries"},
		"a journal gone":             {"DELETE FROM ledger_journals WHERE id = %[1]d", "journal 2 is gone"},
		"the tail gone":              {"DELETE FROM ledger_journals WHERE no = 4", "journal 4 is gone"},
		"a memo":                     {"UPDATE ledger_journals SET memo = '别的' WHERE id = %[1]d", "journal 2 was changed"},
		"a source":                   {"UPDATE ledger_journals SET source_text = '别的' WHERE id = %[1]d", "journal 2 was changed"},
		"a day":                      {"UPDATE ledger_journals SET effective_on = '2026-01-05' WHERE id = %[1]d", "journal 2 was changed"},
		"an entry's day":             {"UPDATE ledger_entries SET effective_on = '2026-01-05' WHERE journal_id = %[1]d", "is not of its journal's book or day"},
		"an entry slipped in":        {"INSERT INTO ledger_entries (journal_id, account_id, effective_on, amount, memo) VALUES (999, 1, '2026-02-01', 5, '')", "is not of its journal's book or day"},
		"a link gone":                {"DELETE FROM ledger_seals WHERE no = 2", "link 2 is gone"},
		"a link changed":             {"UPDATE ledger_seals SET hash = 'x' WHERE no = 2", "journal 2 was changed"},
		"a reversal of another":      {"UPDATE ledger_journals SET reverses_id = (SELECT id FROM (SELECT id FROM ledger_journals WHERE no = 1) x) WHERE no = 4", "journal 4"},
		"the number of the book set": {"UPDATE ledger_books SET last_no = 3, sealed_no = 3", "journal 4 is posted after the last"},
		"the tail cut with its links": {"DELETE FROM ledger_entries WHERE journal_id IN (SELECT id FROM ledger_journals WHERE no = 4); DELETE FROM ledger_journals WHERE no = 4; DELETE FROM ledger_seals WHERE no = 4; UPDATE ledger_books SET last_no = 3, sealed_no = 3",
			"the audit trail has journal 4 sealed, the book has it no more"},
		"a chain made anew": {"UPDATE ledger_entries SET amount = amount * 2 WHERE journal_id = %[1]d; DELETE FROM ledger_seals; UPDATE ledger_books SET sealed_no = 0, unsealed = 1",
			"not those that the audit trail has sealed"},
		"a book gone": {"DELETE FROM ledger_entries; DELETE FROM ledger_journals; DELETE FROM ledger_seals; DELETE FROM ledger_books", "the audit trail has sealed book"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.post(w.bill("a", 0, 100, on(2, 1)))
			j := w.post(w.bill("b", 1, 200, on(2, 1)))
			last := w.post(w.bill("c", 2, 300, on(2, 1)))
			w.tx(func(tx *store.Tx) error {
				_, err := ledger.Reverse(tx, w.cashier, last.ID, "d", "更正", on(2, 2))
				return err
			})
			seal := func() {
				for n := 1; n > 0; {
					var err error
					if n, err = ledger.SealPending(t.Context(), w.DB); err != nil {
						t.Fatal(err)
					}
				}
			}
			seal()
			sql := strings.NewReplacer("%[1]d", fmt.Sprint(j.ID), "%[2]d", fmt.Sprint(w.Units[0].ID+1000)).Replace(c.do)
			for one := range strings.SplitSeq(sql, "; ") {
				w.tx(func(tx *store.Tx) error { return tx.Exec(one).Error })
			}
			seal() // as the server would go on
			r, err := ledger.Verify(t.Context(), w.DB)
			switch {
			case c.says == "":
				if err != nil || r != (ledger.Report{Books: 1, Journals: 4, Entries: 8}) {
					t.Errorf("%+v, %v", r, err)
				}
			case err == nil || !strings.Contains(err.Error(), c.says):
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

func TestSealsFollowTheWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 450 {
		w.post(w.bill(ref(i), i%3, 100, on(2, 1)))
		if i == 100 {
			if n, err := ledger.SealPending(t.Context(), w.DB); err != nil || n != 101 {
				t.Fatalf("%d, %v", n, err)
			}
		}
	}
	if r, err := ledger.Verify(t.Context(), w.DB); err != nil || r.Waiting != 349 || r.Journals != 450 {
		t.Fatalf("%+v, %v", r, err)
	}
	for want := range []int{0, 1, 2} {
		n, err := ledger.SealPending(t.Context(), w.DB)
		if err != nil || n != []int{200, 149, 0}[want] {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if r, err := ledger.Verify(t.Context(), w.DB); err != nil || r.Waiting != 0 || r.Journals != 450 {
		t.Errorf("%+v, %v", r, err)
	}
}

// A book that somebody damaged is named, and the others' chains go on.
func TestADamagedBookHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(w.bill("a", 0, 100, on(2, 1)))
	w.tx(func(tx *store.Tx) error {
		if err := tx.Exec("UPDATE ledger_entries SET amount = amount + 1 WHERE amount > 0").Error; err != nil {
			return err
		}
		_, err := ledger.Post(tx, w.cashier, w.Estate.ID, ledger.Income, ledger.Posting{Ref: "x", Effective: on(2, 1), Source: ledger.Source{Kind: "line", ID: 1, Text: "广告"}, Lines: []ledger.Line{
			{Key: ledger.Key{Code: ledger.IncomeBank}, Amount: 5}, {Key: ledger.Key{Code: ledger.IncomeRevenue}, Amount: -5},
		}})
		return err
	})
	if n, err := ledger.SealPending(t.Context(), w.DB); n != 1 || err == nil || !strings.Contains(err.Error(), "journal 1") {
		t.Errorf("sealed %d, %v", n, err)
	}
}
