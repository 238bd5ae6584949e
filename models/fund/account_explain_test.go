package fund_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// crowd fills the tables as a city does: an estate of 3000 units, and twenty others with as many rows that a list must not touch.
func (w *keeping) crowd() {
	w.t.Helper()
	const units, estates = 3000, 20
	w.ok(w.DB.InTx(w.t.Context(), func(tx *store.Tx) error {
		homes := make([]org.Unit, units)
		for i := range homes {
			homes[i] = org.Unit{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Number: fmt.Sprint(10_000 + i), AreaMilli: 90_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
		}
		if err := tx.CreateInBatches(&homes, 500).Error; err != nil {
			return err
		}
		b, err := ledger.FindBook(tx, w.Estate.ID, ledger.Fund)
		if err != nil {
			return err
		}
		for e := range estates {
			estate, book := int64(1_000_000+e), int64(1_000_000+e)
			if e == 0 {
				estate, book = w.Estate.ID, b.ID
			}
			if err := w.fill(tx, estate, book, homes, int64(e)*100_000); err != nil {
				return err
			}
		}
		return nil
	}))
	if w.DB.Dialect == store.SQLite {
		return
	}
	for _, table := range []string{"units", "ledger_accounts", "ledger_entries", "ledger_journals", "fund_subaccounts", "fund_deposits", "fund_import_lines", "fund_imports", "fund_plan_dues", "fund_plans", "fund_bank_months", "fund_bank_lines", "fund_differences", "fund_rechecks", "fund_proposals", "fund_incomes"} {
		w.ok(w.DB.InTx(w.t.Context(), func(tx *store.Tx) error { return tx.Exec("ANALYZE TABLE " + table).Error }))
	}
}

// fill gives one estate its rows; away moves the ids of units of which there is no register.
func (w *keeping) fill(tx *store.Tx, estate, book int64, homes []org.Unit, away int64) error {
	on := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	j := ledger.Journal{BookID: book, No: 1_000_000, Ref: "crowd", InputHash: "x", EffectiveOn: on, BookedAt: tx.Now, SourceKind: "fund_slip", SourceID: 1, SourceText: "银行回单 1"}
	if err := tx.Create(&j).Error; err != nil {
		return err
	}
	var subs []fund.SubAccount
	var accounts []ledger.Account
	var deposits []fund.Deposit
	var lines []fund.ImportLine
	var dues []fund.PlanDue
	for i, u := range homes {
		unit := u.ID + away
		subs = append(subs, fund.SubAccount{EstateID: estate, BuildingID: u.BuildingID, UnitID: unit, FirstFen: 1000, CreatedAt: tx.Now})
		accounts = append(accounts, ledger.Account{BookID: book, Code: ledger.FundUnit, UnitID: unit})
		deposits = append(deposits, fund.Deposit{SlipID: 1, EstateID: estate, UnitID: unit, Kind: fund.LaterDeposit, Payer: "owner", Amount: 100})
		lines = append(lines, fund.ImportLine{ImportID: estate, EstateID: estate, Part: i/450 + 1, Line: i, Building: "1", Number: u.Number, UnitID: unit, Stray: i%1000 == 1})
		dues = append(dues, fund.PlanDue{PlanID: 1_000_000 + estate, UnitID: unit, Amount: 100})
	}
	var months []fund.BankMonth
	var rechecks []fund.Recheck
	for i := range 60 {
		months = append(months, fund.BankMonth{EstateID: estate, FirstDay: on.AddDate(0, -i, -4), FileSHA256: "x", State: "closed", CreatedAt: tx.Now})
		rechecks = append(rechecks, fund.Recheck{EstateID: estate, UnitID: homes[i].ID + away, PersonID: 5_000_000 + away, Text: "x", State: []string{"answered", "open"}[i/59], DueAt: tx.Now, CreatedAt: tx.Now})
	}
	for _, rows := range []any{&subs, &accounts, &deposits, &lines, &dues, &months, &rechecks} {
		if err := tx.CreateInBatches(rows, 500).Error; err != nil {
			return err
		}
	}
	var entries []ledger.Entry
	for i := range accounts {
		for range 3 {
			entries = append(entries, ledger.Entry{JournalID: j.ID, AccountID: accounts[i].ID, EffectiveOn: on, Amount: -100})
		}
	}
	var bank []fund.BankLine
	var differences []fund.Difference
	for i := range 600 {
		bank = append(bank, fund.BankLine{MonthID: months[i/10].ID, Line: i, OnDay: on, Amount: 1})
		differences = append(differences, fund.Difference{MonthID: months[i/10].ID, Kind: fund.OnlyBank, BankLineID: int64(i), BankFen: 1})
	}
	for _, rows := range []any{&entries, &bank, &differences} {
		if err := tx.CreateInBatches(rows, 1000).Error; err != nil {
			return err
		}
	}
	return nil
}

// small are the tables of which everything may be read.
var small = regexp.MustCompile(`^(buildings|organisations|local_values|posts|estates|rule_|fund_accounts|\(|p$|<)`)

// whole names the tables that a plan reads from end to end.
func whole(plan string) (tables []string) {
	for _, m := range regexp.MustCompile(`SCAN ([a-z_()0-9-]+)|SEARCH ([a-z_]+) USING INTEGER PRIMARY KEY \(rowid[<>]|"table_name": "([^"]+)",\s*"access_type": "(?:ALL|index)"`).FindAllStringSubmatch(plan, -1) {
		if name := m[1] + m[2] + m[3]; !small.MatchString(name) {
			tables = append(tables, name)
		}
	}
	return tables
}

// TestListsOfTheFundUseTheirKeys: a page of sub-accounts, of what is to be renewed, reconciled or cleaned up, a statement and a year read what they
// show and not what the city has.
func TestListsOfTheFundUseTheirKeys(t *testing.T) {
	w := newForged(t)
	w.rule("fund.recheck_days", "15")
	w.pays("1", "2026-01-05", fund.FirstDeposit, 1000, 1000, 1000)
	plan, err := w.MakePlan(t.Context(), w.clerk, fund.NewPlan{EstateID: w.Estate.ID, Title: "续交", MeetingID: w.decided("raise_fund", tally.Pass, event.Scope{}), Position: 1, Basis: fund.ByArea, Rate: 100, Dates: []calendar.Date{day(t, "2026-06-01")}})
	w.ok(err)
	month, err := w.month("2025-12-01", 0, 0, "2025-12-05,0,,A1\n")
	w.ok(err)
	w.crowd()
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return ledger.Close(tx, w.clerk, w.Estate.ID, ledger.Fund, day(t, "2025-12-31"))
	}))
	owner := w.Resident(0, org.RoleOwner)
	var seen []string
	note := func(g *gorm.DB) {
		if sql := g.Statement.SQL.String(); !strings.HasPrefix(sql, "EXPLAIN") {
			seen = append(seen, g.Dialector.Explain(sql, g.Statement.Vars...))
		}
	}
	listen := func(tx *store.Tx) error {
		if err := tx.Callback().Query().After("gorm:query").Replace("test:plans", note); err != nil {
			return err
		}
		return tx.Callback().Row().After("gorm:row").Replace("test:rows", note)
	}
	w.ok(w.DB.View(t.Context(), listen))
	w.ok(w.DB.InTx(t.Context(), listen))
	ctx, estate := t.Context(), w.Estate.ID
	for name, do := range map[string]func() error{
		"to renew":        func() error { _, _, _, err := w.ListToRenew(ctx, w.clerk, estate, 0, 20); return err },
		"totals to renew": func() error { _, _, err := w.RenewalTotals(ctx, w.clerk, estate); return err },
		"unpaid":          func() error { _, _, err := w.ListUnpaid(ctx, w.clerk, estate, 0, 20); return err },
		"no account":      func() error { _, _, err := w.ListToClean(ctx, w.clerk, estate, fund.CleanNoAccount, 0, 20); return err },
		"negative":        func() error { _, _, err := w.ListToClean(ctx, w.clerk, estate, fund.CleanNegative, 0, 20); return err },
		"strays":          func() error { _, _, err := w.ListToClean(ctx, w.clerk, estate, fund.CleanStray, 0, 20); return err },
		"removed":         func() error { _, _, err := w.ListToClean(ctx, w.clerk, estate, fund.CleanRemoved, 0, 20); return err },
		"a statement": func() error {
			_, err := w.FindMyStatement(ctx, owner, w.Units[0].ID, ledger.StatementPage{}, 20)
			return err
		},
		"totals":          func() error { _, err := w.FindTotals(ctx, owner, org.FollowFund, estate); return err },
		"plans":           func() error { _, err := w.ListPlans(ctx, w.clerk, estate, 0, 20); return err },
		"a plan":          func() error { _, err := w.FindPlan(ctx, w.clerk, plan, 0, 20); return err },
		"a plan's totals": func() error { _, _, err := w.PlanTotals(ctx, w.clerk, plan); return err },
		"months":          func() error { _, err := w.ListMonths(ctx, w.clerk, estate, 0, 20); return err },
		"a month":         func() error { _, err := w.FindMonth(ctx, w.clerk, month, 0, 20); return err },
		"comparing":       func() error { _, err := w.CompareMonth(ctx, w.clerk, month); return err },
		"a year":          func() error { _, err := w.FindYear(ctx, owner, org.FollowFund, estate, 2025); return err },
		"a year's units":  func() error { _, err := w.ListYearUnits(ctx, w.clerk, estate, 2025, 0, 20); return err },
		"rechecks":        func() error { _, err := w.ListRechecks(ctx, w.clerk, estate, "open", 0, 20); return err },
		"my rechecks":     func() error { _, err := w.ListMyRechecks(ctx, owner, 0, 20); return err },
		"late rechecks":   func() error { _, err := w.ListLateRechecks(ctx, w.clerk, 0, 20); return err },
		"watched":         func() error { _, err := w.WatchRechecks(ctx); return err },
		"proposals":       func() error { _, err := w.ListProposals(ctx, w.clerk, estate, "asked", 0, 20); return err },
		"half done":       func() error { _, err := w.Tick(ctx); return err },
		"incomes":         func() error { _, err := w.ListIncomes(ctx, w.clerk, estate, 0, 20); return err },
	} {
		seen = nil
		w.ok(do())
		if len(seen) == 0 {
			t.Errorf("%s asks nothing", name)
		}
		for _, sql := range seen {
			if plan := w.explains(sql); len(whole(plan)) > 0 {
				t.Errorf("%s reads %v from end to end: %s\n%s", name, whole(plan), sql, plan)
			}
		}
	}
}

// explains gives the plan of a statement.
func (w *keeping) explains(sql string) string {
	w.t.Helper()
	explain := "EXPLAIN QUERY PLAN "
	if w.DB.Dialect != store.SQLite {
		explain = "EXPLAIN FORMAT=JSON "
	}
	var plan []map[string]any
	w.ok(w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		return tx.Raw(explain + strings.TrimSuffix(sql, " FOR UPDATE")).Scan(&plan).Error
	}))
	return strings.NewReplacer(`\n`, "\n", `\"`, `"`).Replace(fmt.Sprintf("%s", plan))
}
