package ledger_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestEachCompanyKeepsItsOwnFeeBooks: the next company reads neither the vouchers nor the totals of the one before and its numbers begin
// anew; the one before goes on reading and closing its own book and nothing else of the estate.
func TestEachCompanyKeepsItsOwnFeeBooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, days := ledger.New(w.DB), ledger.Range{From: on(2, 1), To: on(2, 28)}
	w.post(w.bill("a", 0, 100, on(2, 1)))
	w.post(w.bill("b", 1, 50, on(2, 1)))
	next := w.NextCompany()
	clerk := w.Officer(next, org.Clerk)
	var j *ledger.Journal
	w.tx(func(tx *store.Tx) (err error) {
		j, err = ledger.Post(tx, clerk, w.Estate.ID, ledger.FeesOf(next.ID), w.bill("a", 0, 7, on(2, 2)))
		return err
	})
	if j.No != 1 {
		t.Errorf("the next company's first journal is number %d", j.No)
	}
	page := func(a org.Actor) []ledger.View {
		t.Helper()
		list, _, err := s.Page(t.Context(), a, w.Estate.ID, ledger.Fee, days, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if had, has := page(w.cashier), page(clerk); len(had) != 2 || len(has) != 1 || had[0].Lines[0].Amount != 100 || has[0].Lines[0].Amount != 7 {
		t.Errorf("the one before reads %+v, the next %+v", had, has)
	}
	total := func(a org.Actor, holder int64) (int64, error) {
		rows, err := s.Trial(t.Context(), a, w.Estate.ID, ledger.Fee, holder, days)
		if err != nil {
			return 0, err
		}
		return int64(rows[1].Debit), nil
	}
	chair := w.Officer(w.Committee, org.Chair)
	for _, c := range []struct {
		who    org.Actor
		holder int64
		want   int64
		fault  error
	}{{w.cashier, 0, 150, nil}, {clerk, 0, 7, nil}, {clerk, w.Company.ID, 0, ledger.ErrNoBooks}, {w.cashier, next.ID, 0, ledger.ErrNoBooks}, {chair, 0, 7, nil}, {chair, w.Company.ID, 150, nil}} {
		if got, err := total(c.who, c.holder); got != c.want || !errors.Is(err, c.fault) {
			t.Errorf("%s asks for %d: %d, %v", c.who.Post.OrgName, c.holder, got, err)
		}
	}
	for who, want := range map[*org.Actor]string{&w.cashier: fmt.Sprint("fee", w.Company.ID), &clerk: fmt.Sprint("fee", next.ID, "income0", "fund0"), &chair: fmt.Sprint("fee", next.ID, "fee", w.Company.ID, "income0", "fund0")} {
		list, err := s.Books(t.Context(), *who, w.Estate.ID)
		got := ""
		for _, b := range list {
			got += fmt.Sprint(b.Kind, b.Holder)
		}
		if err != nil || got != want {
			t.Errorf("%s is shown %s, %v", who.Post.OrgName, got, err)
		}
	}
	for _, kind := range []ledger.Kind{ledger.Income, ledger.Fund} {
		if _, err := s.Trial(t.Context(), w.cashier, w.Estate.ID, kind, 0, days); !errors.Is(err, org.ErrEstateNotFound) {
			t.Errorf("the company that left reads the books of the %s: %v", kind, err)
		}
	}
	if err := s.Close(t.Context(), w.Officer(w.Company, org.Head), w.Estate.ID, ledger.Fee, on(2, 28)); err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *store.Tx) error {
		b, err := ledger.FindBook(tx, w.Estate.ID, ledger.FeesOf(next.ID))
		if !b.Closed().IsZero() {
			t.Error("the one before closes the books of the next")
		}
		if _, err := ledger.Balances(tx, w.Estate.ID, ledger.Fee, []ledger.Code{ledger.FeeIncome}, nil, on(3, 1)); err == nil {
			t.Error("fee books of nobody are read")
		}
		return err
	})
	err := w.try(func(tx *store.Tx) error {
		_, err := ledger.Post(tx, w.cashier, w.Estate.ID, ledger.Fee, w.bill("x", 0, 100, on(3, 1)))
		return err
	})
	if err == nil {
		t.Error("a fee is posted to nobody's books")
	}
}

// TestWhoseBooksIsSealed: to hand a book to another company behind the product is named.
func TestWhoseBooksIsSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(w.bill("a", 0, 100, on(2, 1)))
	if n, err := ledger.SealPending(t.Context(), w.DB); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	w.tx(func(tx *store.Tx) error {
		return tx.Exec("UPDATE ledger_books SET holder_id = holder_id + 1").Error
	})
	if _, err := ledger.Verify(t.Context(), w.DB); err == nil {
		t.Error("nobody sees that the book has another company's name")
	}
}

// TestSharedFeeBooksAreParted: a book in which two companies had booked becomes one for each, numbered without gaps, with accounts of
// their own; the fund's stays as it was.
func TestSharedFeeBooksAreParted(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Options{DSN: modelstest.DSN(t), Now: modelstest.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	dialect := map[store.Dialect]goose.Dialect{store.SQLite: goose.DialectSQLite3, store.MySQL: goose.DialectMySQL}[db.Dialect]
	p, err := goose.NewProvider(dialect, pool, os.DirFS("../store/migrations/"+string(db.Dialect)), goose.WithTableName("schema_version"), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 66); err != nil {
		t.Fatal(err)
	}
	at := "2026-03-02 02:00:00"
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.ExecContext(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	for post, company := range map[int]int{1: 72, 2: 71} {
		exec("INSERT INTO posts (id, organisation_id, kind, title, deputy_post_id, created_at) VALUES (?, ?, 'clerk', 'x', 0, ?)", post, company, at)
	}
	for id, kind := range map[int]string{1: "fee", 2: "fund"} {
		exec("INSERT INTO ledger_books (id, estate_id, kind, last_no, sealed_no, unsealed, created_at) VALUES (?, 5, ?, ?, 0, TRUE, ?)", id, kind, map[string]int{"fee": 6, "fund": 1}[kind], at)
	}
	exec("INSERT INTO ledger_seals (book_id, no, hash) VALUES (1, 1, 'x')")
	for id, code := range map[int]string{1: "fee.receivable", 2: "fee.cash", 3: "fund.bank", 4: "fund.interest"} {
		exec("INSERT INTO ledger_accounts (id, book_id, code, building_id, unit_id) VALUES (?, ?, ?, 0, ?)", id, 1+id/3, code, map[int]int{1: 9}[id])
	}
	for no, post := range []int{1, 2, 1, 2, 2} {
		journal(exec, int64(no+1), 1, no+1, post, 1, 2)
	}
	journal(exec, 6, 2, 1, 2, 3, 4)
	journal(exec, 7, 1, 6, 0, 1, 2) // WeChat's: in nobody's post, of a payment to the first company
	exec("UPDATE ledger_journals SET source_kind = 'fee_payment', source_id = 50 WHERE id = 7")
	exec(`INSERT INTO fee_payments (id, number, estate_id, company_id, kind, state, way, amount, unit_id, prepaid, payer_sealed, payer_index, note, cashier_id, post_id, day_on, paid_on, at, refunds_id, change_id, journal_id)
		VALUES (50, 'x', 5, 72, 'payment', 'posted', 'wechat', 100, 9, 0, '', '', '', 0, 0, '2026-03-02', '2026-03-02', ?, 0, 0, 7)`, at)
	exec(`INSERT INTO notices (id, number, estate_id, organisation_id, kind, audience, duty, current_version, withdraw_reason, published_by, published_at, client_ref, input_hash)
		VALUES (1, 'x', 5, 72, 'disclosure', 'public', '', 1, '', 1, ?, 'x', 'x')`, at)
	exec("INSERT INTO notice_figures (notice_id, version, seq, label, book, codes, sources, measure, to_on, fen, journal_no) VALUES (1, 1, 1, 'x', 'fee', 'fee.cash', '', 'balance', '2026-03-02', 1, 1)")
	if _, err := p.UpTo(t.Context(), 67); err != nil {
		t.Fatal(err)
	}
	if r, err := ledger.Verify(t.Context(), db); err != nil || r != (ledger.Report{Books: 3, Journals: 7, Entries: 14, Waiting: 7}) {
		t.Errorf("%+v, %v", r, err)
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		for company, want := range map[int64]string{72: "[r1 r3 r6]", 71: "[r2 r4 r5]"} {
			list, err := ledger.ListJournals(tx, 5, ledger.FeesOf(company), ledger.Range{}, 0, 10)
			if err != nil {
				return err
			}
			got := []string{}
			for _, v := range list {
				got = append(got, v.Ref)
			}
			sums, err := ledger.Balances(tx, 5, ledger.FeesOf(company), []ledger.Code{ledger.FeeReceivable}, []int64{9}, on(3, 2))
			if fmt.Sprint(got) != want || int(sums[ledger.Key{Code: ledger.FeeReceivable, UnitID: 9}]) != 100*len(list) {
				t.Errorf("company %d has %v, owed %v", company, got, sums)
			}
			if err != nil {
				return err
			}
		}
		var holder int64
		if err := tx.Table("notice_figures").Select("holder_id").Scan(&holder).Error; err != nil || holder != 72 {
			t.Errorf("the figure asks the books of %d, %v", holder, err)
		}
		list, err := ledger.ListJournals(tx, 5, ledger.Fund, ledger.Range{}, 0, 10)
		if len(list) != 1 {
			t.Errorf("the fund has %v", list)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func journal(exec func(string, ...any), id int64, book, no, post, debit, credit int) {
	exec(`INSERT INTO ledger_journals (id, book_id, no, ref, input_hash, effective_on, booked_at, person_id, post_id, source_kind, source_id, source_text, memo, entries)
		VALUES (?, ?, ?, ?, 'x', '2026-03-02', '2026-03-02 02:00:00', 1, ?, 'x', 1, 'x', '', 2)`, id, book, no, fmt.Sprintf("r%d", no), post)
	for account, amount := range map[int]int{debit: 100, credit: -100} {
		exec("INSERT INTO ledger_entries (journal_id, account_id, effective_on, amount, memo) VALUES (?, ?, '2026-03-02', ?, '')", id, account, amount)
	}
}
