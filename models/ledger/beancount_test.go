package ledger_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// The exported text is read by a program that is not ours: it agrees that every journal balances and with what stands on each account, and
// it disagrees when a single fen is changed.
func TestAnotherProgramAgrees(t *testing.T) {
	t.Parallel()
	check, err := exec.LookPath("bean-check")
	if err != nil {
		t.Skip("Beancount is not installed")
	}
	w := newWorld(t)
	for i := range 12 {
		p := w.bill(ref(i), i%3, 13742, on(1, 5+4*(i%6)))
		p.Memo = `物业费 "一月" \ 补` + "\n第二行"
		j := w.post(p)
		if i%4 == 0 {
			w.tx(func(tx *store.Tx) error {
				_, err := ledger.Reverse(tx, w.cashier, j.ID, "undo"+ref(i), "更正", on(1, 30))
				return err
			})
		}
	}
	text, err := ledger.New(w.DB).Beancount(t.Context(), w.cashier, w.Estate.ID, ledger.Fee, ledger.Range{From: on(1, 12), To: on(1, 31)})
	if err != nil {
		t.Fatal(err)
	}
	says := func(text string) (string, error) {
		path := filepath.Join(t.TempDir(), "books.beancount")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, check, path).CombinedOutput()
		return string(out), err
	}
	if out, err := says(string(text)); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, text)
	}
	if !strings.Contains(string(text), "期初余额") || strings.Count(string(text), "137.42 CNY") < 12 {
		t.Errorf("the text lacks journals:\n%s", text)
	}
	at := strings.LastIndex(string(text), "137.42 CNY")
	if out, err := says(string(text[:at]) + "137.43 CNY" + string(text[at+10:])); err == nil {
		t.Errorf("a fen more is found right: %s", out)
	}
}

func TestWhoMayReadTheBooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(w.bill("a", 0, 100, on(2, 1)))
	s, days := ledger.New(w.DB), ledger.Range{From: on(2, 1), To: on(2, 28)}
	committee := w.Officer(w.Committee, "chair")
	if rows, err := s.Trial(t.Context(), committee, w.Estate.ID, ledger.Fee, 0, days); err != nil || len(rows) != 2 {
		t.Errorf("the committee's totals: %v, %v", rows, err)
	}
	if _, _, err := s.Page(t.Context(), committee, w.Estate.ID, ledger.Fee, days, 0, 10); err == nil {
		t.Error("the committee reads who owes what")
	}
	list, doors, err := s.Page(t.Context(), w.cashier, w.Estate.ID, ledger.Fee, days, 0, 10)
	if err != nil || len(list) != 1 || doors[w.Units[0].ID] == "" {
		t.Errorf("the company's vouchers: %v %v, %v", list, doors, err)
	}
	if _, err := s.Trial(t.Context(), w.cashier, w.Estate.ID, ledger.Fee, 0, ledger.Range{From: on(2, 28), To: on(2, 1)}); !errors.Is(err, fault.ErrInvalid) {
		t.Errorf("days in the wrong order: %v", err)
	}
	if err := s.Close(t.Context(), committee, w.Estate.ID, ledger.Fee, on(2, 28)); err == nil {
		t.Error("the committee closes the company's books")
	}
	if err := s.Close(t.Context(), w.Officer(w.Company, "head"), w.Estate.ID, ledger.Fee, on(2, 28)); err != nil {
		t.Error(err)
	}
	if err := s.Close(t.Context(), committee, w.Estate.ID, ledger.Fund, on(2, 28)); err == nil {
		t.Error("the fund's books are closed without their reconciliation")
	}
}
