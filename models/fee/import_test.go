package fee_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
)

func (w *world) load(id int64, kind fee.ImportKind, text string) int64 {
	w.t.Helper()
	w.drawer.lists[id] = text
	made, err := w.Import(w.t.Context(), w.cashier, w.Estate.ID, kind, id)
	if err != nil {
		w.t.Fatal(err)
	}
	if kind == fee.OfArrears {
		for _, c := range w.pending() {
			if err := w.agreed(c.ID, nil); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	w.tick()
	return made
}

func (w *world) lines(id int64) []fee.LineView {
	w.t.Helper()
	list, err := w.ListLines(w.t.Context(), w.cashier, id, "", 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// TestABanksListFindsItsBills by bill number, by unit and amount; the rest waits for a person, who is told of whom somebody
// of the payer's name has paid before. The same file, and the
// same bank number in another file, change nothing.
func TestABanksListFindsItsBills(t *testing.T) {
	w := billed(t)
	b := w.bills(0)[1]
	text := fmt.Sprintf(`某银行交易明细
交易日期,贷方发生额,流水号,房号,对方户名,附言
2026-02-20,"88.50",S1,,王一,物业费%s
2026/3/1,265.50,S2,1-1-201,李二,
2026年3月1日,12.34,S3,1幢1单元301,张三,
2026-03-01,177.00,S4,,王一,一月和三月
2026-03-01,50,S5,,路人,停车
2026-03-01,9,S6,9幢101,某,
合计,602.34,,,,
`, b.Number)
	id := w.load(1, fee.OfPayments, text)
	var got []string
	for _, x := range w.lines(id) {
		got = append(got, x.State)
	}
	if strings.Join(got, " ") != "paid paid suspense suspense suspense suspense" {
		t.Errorf("%v: %+v", got, w.lines(id))
	}
	if x := w.lines(id)[3]; !strings.Contains(x.Result, "1单元101") {
		t.Errorf("who paid before is not suggested: %s", x.Result)
	}
	for unit, want := range []string{"177.00", "0", "265.50"} {
		if h := w.held(unit); h.Owed != yuan(want) {
			t.Errorf("unit %d: %+v", unit, h)
		}
	}
	if again := w.load(1, fee.OfPayments, text); again != id {
		t.Error("the same file is another import")
	}
	other := w.load(2, fee.OfPayments, "日期,金额,流水号,房号\n2026-03-01,12.34,S3,1-1-301\n")
	if x := w.lines(other)[0]; x.State != "known" {
		t.Errorf("%+v", x)
	}
	waiting, err := w.ListPayments(t.Context(), w.cashier, w.Estate.ID, "suspense", 0, 10)
	if err != nil || len(waiting) != 4 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	if err := w.assign(waiting[3].ID, fee.Paying{UnitID: w.Units[2].ID}); err != nil {
		t.Fatal(err)
	}
	err = w.assign(waiting[3].ID, fee.Paying{UnitID: w.Units[2].ID})
	w.wants(err, fee.ErrState)
	if h := w.held(2); h.Owed != yuan("253.16") {
		t.Errorf("%+v", h)
	}
	// What was assigned, and what still waits, can be given back.
	for _, i := range []int{3, 1} {
		if err := w.change(fee.Proposal{Kind: fee.Undo, PaymentID: waiting[i].ID, Reason: "不是本小区的钱"}); err != nil {
			t.Error(err)
		}
	}
	if h := w.held(2); h.Owed != yuan("265.50") {
		t.Errorf("%+v", h)
	}
	w.sound()
}

// TestABadCellKeepsEverythingOut and is named.
func TestABadCellKeepsEverythingOut(t *testing.T) {
	w := billed(t)
	w.drawer.lists[1] = "日期,金额,方式,流水号\n2026-03-01,10,,S1\n2026-13-01,-5,支票,\n"
	_, err := w.Import(t.Context(), w.cashier, w.Estate.ID, fee.OfPayments, 1)
	if err == nil || !strings.Contains(fmt.Sprintf("%+v", w.faults(err)), "第3行") || len(w.faults(err)) != 3 {
		t.Errorf("%+v", w.faults(err))
	}
	if list, _ := w.ListImports(t.Context(), w.cashier, w.Estate.ID, 0, 10); len(list) != 0 {
		t.Error("something was kept")
	}
}

// TestListsThatOverlap: a transfer without the bank's number is not taken; cash that an earlier list had too waits for a person and is not
// booked again, while two alike in one list are two.
func TestListsThatOverlap(t *testing.T) {
	w := billed(t)
	w.drawer.lists[1] = "日期,金额,方式,房号\n2026-03-01,10,,1-1-101\n2026-03-01,10,刷卡,1-1-101\n"
	if _, err := w.Import(t.Context(), w.cashier, w.Estate.ID, fee.OfPayments, 1); err == nil || len(w.faults(err)) != 2 {
		t.Errorf("%+v", w.faults(err))
	}
	head, first := "日期,金额,方式,房号,付款人\n", "2026-02-20,88.50,现金,1-1-101,王一\n2026-02-20,88.50,现金,1-1-101,王一\n2026-02-20,7,现金,,\n"
	w.load(2, fee.OfPayments, head+first)
	id := w.load(3, fee.OfPayments, head+first+"2026-02-21,88.50,现金,1-1-101,王一\n2026-02-20,88.50,现金,1-1-201,李二\n")
	got := ""
	for _, x := range w.lines(id) {
		got += x.State + " "
	}
	if got != "maybe maybe maybe paid paid " || w.held(0).Owed != 0 {
		t.Errorf("%s, %+v", got, w.held(0))
	}
	waiting, err := w.ListLines(t.Context(), w.cashier, id, "maybe", 0, 10)
	if err != nil || len(waiting) != 3 || waiting[0].PaymentID != 0 || !strings.Contains(waiting[0].Result, "收据") {
		t.Errorf("%+v, %v", waiting, err)
	}
	w.sound()
}

// TestAFileOfAnotherCompany is its own, though it is the same.
func TestAFileOfAnotherCompany(t *testing.T) {
	w := billed(t)
	text := "日期,金额,流水号,房号\n2026-03-01,88.50,S1,1-1-101\n"
	first := w.load(1, fee.OfPayments, text)
	next := w.NextCompany()
	w.cashier = w.Officer(next, org.Clerk)
	second := w.load(1, fee.OfPayments, text)
	if second == first || w.lines(second)[0].State != "suspense" {
		t.Errorf("import %d is shown to the next company as %d", first, second)
	}
}

// TestOldArrearsAreBillsOfTheirOwn, each once, and are paid like others.
func TestOldArrearsAreBillsOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	text := "房号,费用名称,起始月份,月数,金额\n1-1-101,物业费,2025-01,6,531\n1-1-101,物业费,2025-07,6,\"1,531.00\"\n1-1-201,水费,2025-12,,20.5\n1-1-201,水费,2025-12,,20.5\n"
	id := w.load(1, fee.OfArrears, text)
	if lines := w.lines(id); lines[3].State != "known" || lines[0].State != "billed" {
		t.Errorf("%+v", lines)
	}
	w.load(2, fee.OfArrears, text+"\n")
	if h := w.held(0); h.Owed != yuan("2062") {
		t.Errorf("%+v", h)
	}
	w.pay(w.paying(0, "600"))
	if b := w.bills(0); b[0].Due() != 0 || b[1].Due() != yuan("1462") || b[0].Title != "物业费" {
		t.Errorf("%+v", b)
	}
	w.drawer.lists[3] = "房号,费用名称,起始月份,金额\n9-9-999,物业费,2025-01,5\n"
	if _, err := w.Import(t.Context(), w.cashier, w.Estate.ID, fee.OfArrears, 3); err == nil {
		t.Error("a unit that is not there owes something")
	}
	w.sound()
}
