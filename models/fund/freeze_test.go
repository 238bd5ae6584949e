package fund_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func (w *keeping) freezes() {
	w.t.Helper()
	w.ok(w.DB.InTx(w.t.Context(), func(tx *store.Tx) error {
		return fund.Freeze(tx, audit.System{}, w.Estate.ID, "业委会离任（换届）审计已经开始")
	}))
}

// TestAnAuditFreezesTheAssemblysBooks: what the departing committee booked stands, the refusal says why and what can be done, and the fund goes on.
func TestAnAuditFreezesTheAssemblysBooks(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	chair, member := w.Officer(w.Committee, org.Chair), w.Officer(w.Committee, org.Member)
	w.freezes()
	first := w.pays("1", "2026-03-01", fund.LaterDeposit, 100) // the bureau's books are not the committee's
	w.sets(w.clerk, w.second, fund.AccountSetting{EstateID: w.Estate.ID, Holder: fund.HeldByAssembly, Bank: "贵阳银行", Number: "6222000011119999", Reason: "业主大会已经开户"})
	w.freezes()
	w.freezes()
	_, err := w.RecordSlip(t.Context(), chair, w.slipOf("2", "2026-03-01", fund.LaterDeposit, 5))
	w.refused("a day before the audit", err, ledger.ErrPeriodClosed)
	if text := fault.Of(err).Message; !strings.Contains(text, "审计已经开始") || !strings.Contains(text, "2026年3月1日") || !strings.Contains(text, "记在封存日之后") {
		t.Error(text)
	}
	_, err = w.ReverseSlip(t.Context(), member, first, day(t, "2026-03-01"), "记错了")
	w.refused("taking back into the past", err, ledger.ErrPeriodClosed)
	v, err := w.CheckList(t.Context(), chair, fund.ImportCheck{EstateID: w.Estate.ID, FileID: w.upload(heading + "9幢,101,,50\n"), AsOf: day(t, "2026-02-28"), Bank: 5000})
	w.ok(err)
	_, err = w.ApplyImport(t.Context(), member, v)
	w.refused("opening balances of the past", err, ledger.ErrPeriodClosed)
	if text := fault.Of(err).Message; !strings.Contains(text, "审计已经开始") {
		t.Error(text)
	}
	_, err = w.RecordSlip(t.Context(), chair, w.slipOf("3", "2026-03-02", fund.LaterDeposit, 5))
	w.ok(err)
	_, err = w.ReverseSlip(t.Context(), member, first, day(t, "2026-03-02"), "记错了")
	w.ok(err)
}

// TestAFreezeLeavesNothingHalfDone: what was on its way is in the books as a whole.
func TestAFreezeLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	w.sets(w.clerk, w.second, fund.AccountSetting{EstateID: w.Estate.ID, Holder: fund.HeldByAssembly, Bank: "贵阳银行", Number: "6222000011119999", Reason: "业主大会已经开户"})
	w.clerk, w.second = w.Officer(w.Committee, org.Chair), w.Officer(w.Committee, org.Member)
	var list strings.Builder
	list.WriteString(heading)
	for i := range 1000 {
		fmt.Fprintf(&list, "9幢,%d,90,1\n", i)
	}
	v := w.checks(list.String(), "1000")
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&fund.Import{}).Where("id = ?", v.ID).Updates(map[string]any{"state": "applying", "applied_by": w.second.PersonID}).Error
	}))
	_, err := w.Tick(t.Context())
	w.ok(err)
	w.freezes()
	v, err = w.FindImport(t.Context(), w.clerk, v.ID)
	w.ok(err)
	if got := w.stands(ledger.FundSuspense, 0); v.State != "applied" || got != -100_000 {
		t.Errorf("%s, %s", v.State, got)
	}
}
