package fund_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func (w *keeping) checks(text, bank string) *fund.ImportView {
	w.t.Helper()
	fen, err := money.Parse(bank)
	w.ok(err)
	id, err := w.CheckList(w.t.Context(), w.clerk, fund.ImportCheck{EstateID: w.Estate.ID, FileID: w.upload(text), AsOf: day(w.t, "2026-02-28"), Bank: fen})
	w.ok(err)
	v, err := w.FindImport(w.t.Context(), w.clerk, id)
	w.ok(err)
	return v
}

const heading = "都匀市住宅专项维修资金分户余额清单\n楼幢,房号,建筑面积,余额（元）,售房单位余额,首期交存额,售房单位\n"

// TestAListIsCheckedToTheFen: each fault of a bank's list is named with its line, a wrong sum with its difference, and such a list is never
// applied.
func TestAListIsCheckedToTheFen(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	for name, x := range map[string]struct{ list, bank, says string }{
		"twice":             {"1幢,101,88.5,100.10\n,101,88.5,5\n", "105.10", "第3行已经有了"},
		"twice by two ways": {"1幢,101,,100\n,1单元101室,,5\n", "105", "第3行已经有了"},
		"building's sum":    {"1幢,101,,100.10\n,201,,200\n1幢小计,,,300.11\n", "300.10", "相差-0.01元"},
		"printed total":     {"1幢,101,,100.10\n合计,,,100.09\n", "100.10", "相差0.01元"},
		"the bank's":        {"1幢,101,,100.10\n合计,,,100.10\n", "100.11", "相差-0.01元"},
		"no number":         {"1幢,,,100.10\n", "100.10", "请填幢号和房号"},
		"bad amount":        {"1幢,101,,\"1,00.10\"\n", "100.10", "千位"},
		"three decimals":    {"1幢,101,,100.101\n", "100.10", "两位小数"},
	} {
		v := w.checks(heading+x.list, x.bank)
		found := ""
		for _, f := range v.Found.Faults {
			found += f.Reason + "\n"
		}
		if v.State != "faulty" || !strings.Contains(found, x.says) {
			t.Errorf("%s: %s, %s", name, v.State, found)
		}
		_, err := w.ApplyImport(t.Context(), w.second, v.ID)
		w.refused(name, err, fund.ErrFaultyList)
	}
	id := w.upload("随便,什么\n1,2\n")
	_, err := w.CheckList(t.Context(), w.clerk, fund.ImportCheck{EstateID: w.Estate.ID, FileID: id, AsOf: day(t, "2026-02-28"), Bank: 1})
	w.refused("no heading", err, fund.ErrNoHeading)
	if got := w.stands(ledger.FundBank, 0); got != 0 {
		t.Errorf("%s booked", got)
	}
}

// TestAListIsApplied by a second person, once; what has no unit waits in suspense until its unit is there.
func TestAListIsApplied(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	v := w.checks(heading+"1幢,101,88.5,100.10,20,5310,某某厂\n,1-201,90,-3.05\n,999,77,50\n1幢小计,,,147.05,20\n2号楼,305,60,1.01\n合计,,,148.06,20\n", "168.06")
	if v.State != "checked" || v.Found.Unknown != 2 || v.Found.UnknownFen != 5101 || v.Found.AreaDiffers != 1 || len(v.Found.Buildings) != 2 || v.Found.First != 531000 {
		t.Fatalf("%s %+v", v.State, v.Found)
	}
	_, err := w.ApplyImport(t.Context(), w.clerk, v.ID)
	w.refused("whoever checked it", err, fund.ErrAnotherPerson)
	for range 2 {
		v, err = w.ApplyImport(t.Context(), w.second, v.ID)
		w.ok(err)
	}
	for key, want := range map[ledger.Key]money.Fen{{Code: ledger.FundUnit, UnitID: w.Units[0].ID}: -10010, {Code: ledger.FundSeller, UnitID: w.Units[0].ID}: -2000, {Code: ledger.FundUnit, UnitID: w.Units[1].ID}: 305,
		{Code: ledger.FundSuspense}: -5101, {Code: ledger.FundBank}: 16806} {
		if got := w.stands(key.Code, key.UnitID); got != want {
			t.Errorf("%+v: %s, want %s", key, got, want)
		}
	}
	again := w.checks(heading+"1幢,101,,1\n", "1")
	if again.State != "faulty" {
		t.Error("an opening balance is taken twice")
	}
	for kind, want := range map[fund.CleanKind]int{fund.CleanNoAccount: 1, fund.CleanNoArea: 0, fund.CleanNegative: 1, fund.CleanStray: 2, fund.CleanRemoved: 0} {
		list, _, err := w.ListToClean(t.Context(), w.clerk, w.Estate.ID, kind, 0, 10)
		w.ok(err)
		if len(list) != want {
			t.Errorf("%s: %+v", kind, list)
		}
	}
	stray, next, err := w.ListToClean(t.Context(), w.clerk, w.Estate.ID, fund.CleanStray, 0, 1)
	w.ok(err)
	if next == 0 || stray[0].Balance != 5000 {
		t.Fatalf("%+v", stray)
	}
	w.places(stray[0].ID, w.Units[2].ID)
	_, err = w.ProposeStray(t.Context(), w.clerk, stray[0].ID, w.Units[2].ID)
	w.refused("placed twice", err, fund.ErrSettled)
	if a, b := w.stands(ledger.FundUnit, w.Units[2].ID), w.stands(ledger.FundSuspense, 0); a != -5000 || b != -101 {
		t.Errorf("%s, %s", a, b)
	}
}

// TestAListThatCameLate: a unit that got its account after the check stops the list before anything of it is booked.
func TestAListThatCameLate(t *testing.T) {
	t.Parallel()
	w := newKeeping(t)
	v := w.checks(heading+"1幢,101,,100\n1幢,201,,100\n", "200")
	w.pays("1", "2026-03-01", fund.FirstDeposit, 0, 500)
	_, err := w.ApplyImport(t.Context(), w.second, v.ID)
	w.refused("late", err, fund.ErrStaleList)
	if got := w.stands(ledger.FundBank, 0); got != 500 {
		t.Errorf("%s", got)
	}
}

// TestFiftyThousandSubAccounts are read in bounded memory, reconciled to the fen and taken over in parts; broken off anywhere, the rest
// follows and nothing is doubled.
func TestFiftyThousandSubAccounts(t *testing.T) {
	w := newKeeping(t)
	const buildings, each = 100, 500
	r := rand.New(rand.NewPCG(1, 2))
	var list strings.Builder
	list.WriteString(heading)
	want, total := map[int64]money.Fen{}, money.Fen(0)
	w.ok(w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		for b := range buildings {
			house := org.Building{EstateID: w.Estate.ID, Name: fmt.Sprint(b + 2), CreatedAt: tx.Now}
			if err := tx.Create(&house).Error; err != nil {
				return err
			}
			units := make([]org.Unit, each)
			for i := range units {
				units[i] = org.Unit{EstateID: w.Estate.ID, BuildingID: house.ID, Number: fmt.Sprint(100 + i), AreaMilli: 90_000, AreaSource: org.FromRegister, UseKind: "residential", Sold: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			}
			if err := tx.CreateInBatches(&units, 500).Error; err != nil {
				return err
			}
			sum := money.Fen(0)
			for _, u := range units {
				fen := money.Fen(r.IntN(2_000_000) - 1000)
				want[u.ID] = fen
				sum += fen
				fmt.Fprintf(&list, "%d号楼,%s,90,%s\n", b+2, u.Number, fen)
			}
			fmt.Fprintf(&list, "小计,,,%s\n", sum)
			total += sum
		}
		return nil
	}))
	fmt.Fprintf(&list, "总计,,,%s\n", total)
	text := list.String()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	v := w.checks(text, total.String())
	runtime.GC()
	runtime.ReadMemStats(&after)
	if v.State != "checked" || v.Found.Rows != buildings*each || v.Parts != 112 || v.Found.Difference != 0 {
		t.Fatalf("%s, %d parts: %+v", v.State, v.Parts, v.Found.Faults)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("%d MB are still held after the check", grown>>20)
	}
	for broken := 0; broken < 5; broken++ { // the process is killed; whoever comes next goes on
		ctx, kill := context.WithCancel(t.Context())
		go func() {
			for {
				x, err := w.FindImport(t.Context(), w.clerk, v.ID)
				if err != nil || x.Done >= 20*(broken+1) {
					kill()
					return
				}
			}
		}()
		if _, err := w.ApplyImport(ctx, w.second, v.ID); !errors.Is(err, context.Canceled) {
			t.Fatalf("broken off: %v", err)
		}
	}
	v, err := w.ApplyImport(t.Context(), w.second, v.ID)
	w.ok(err)
	if v.State != "applied" || v.Done != v.Parts {
		t.Fatalf("%s %d", v.State, v.Done)
	}
	var journals int64
	got := map[int64]money.Fen{}
	w.ok(w.DB.View(t.Context(), func(tx *store.Tx) error {
		var rows []struct {
			UnitID int64
			Fen    money.Fen
		}
		err := tx.Table("ledger_accounts a").Select("a.unit_id, SUM(e.amount) AS fen").Joins("JOIN ledger_entries e ON e.account_id = a.id").Where("a.code = ?", ledger.FundUnit).Group("a.unit_id").Scan(&rows).Error
		for _, x := range rows {
			got[x.UnitID] = -x.Fen
		}
		return errors.Join(err, tx.Model(&ledger.Journal{}).Count(&journals).Error)
	}))
	for unit, fen := range want {
		if got[unit] != fen {
			t.Fatalf("unit %d has %s, want %s", unit, got[unit], fen)
		}
	}
	if at := w.stands(ledger.FundBank, 0); at != total || journals != 112 {
		t.Errorf("%s at the bank, %s listed, %d journals", at, total, journals)
	}
}
