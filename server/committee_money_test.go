package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/store"
)

// An audit of whoever leaves the committee freezes the books that the committee keeps: the public income's, and the fund's after the assembly took
// it over. Whoever books into them is told that an audit has begun.
func TestAnAuditFreezesWhatTheCommitteeKeeps(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	owner := e.town.actors["owner"]
	e.holds(owner.Estate)
	yesterday := calendar.DateOf(e.db.Now()).Add(-1)
	freeze := func() {
		t.Helper()
		if err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
			return committeeMoney{e.income}.Freeze(tx, audit.System{}, owner.Estate)
		}); err != nil {
			t.Fatal(err)
		}
	}
	slip := func(who, no string) answer {
		return e.call(who, "POST", fmt.Sprintf("/office/v1/estates/%d/fund-slips", owner.Estate), m{"slip": no, "paid_on": yesterday.String(), "deposits": []m{{"unit_id": owner.Unit, "kind": "later", "amount": "100"}}})
	}
	freeze()
	if a := slip("bureau", "S1"); a.status != 201 {
		t.Errorf("the bureau's books are frozen: %s", a.body)
	}
	id, err := e.fund.ProposeAccount(t.Context(), e.actor("bureau"), fund.AccountSetting{EstateID: owner.Estate, Holder: fund.HeldByAssembly, Bank: "演示银行", Number: "6210000000001234", Reason: "业主大会已经开户"})
	if err == nil {
		_, err = e.fund.DecideProposal(t.Context(), e.actor("bureau_second"), id, true, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	freeze()
	if a := slip("committee_chair", "S2"); a.status == 201 || !strings.Contains(a.body, "审计已经开始") || !strings.Contains(a.body, "封存日之后") {
		t.Errorf("%d %s", a.status, a.body)
	}
	err = e.db.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := ledger.Post(tx, audit.System{}, owner.Estate, ledger.Income, ledger.Posting{Ref: "late", Effective: yesterday, Source: ledger.Source{Kind: "income_line", ID: 1, Text: "补记"},
			Lines: []ledger.Line{{Key: ledger.Key{Code: ledger.IncomeBank}, Amount: 1}, {Key: ledger.Key{Code: ledger.IncomeRevenue}, Amount: -1}}})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "审计已经开始") {
		t.Errorf("the public income: %v", err)
	}
}
